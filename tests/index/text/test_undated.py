"""What an article without a date tells of its day."""

from __future__ import annotations

import datetime as dt

import pytest

from index.text.dates import moment_at
from index.text.undated import counts_from_its_day, day_told


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The council met on October 14. It had met on 12 October.", dt.date(2000, 10, 14)),
        ("It met on October 14. It was founded on March 3.", None),  # one of two is near
        ("It met on October 12, 13 October and October 14. It began on March 3.", (10, 14)),
        ("It met on October 14, 2019.", None),  # a day of its own year
        ("It met on Friday and last month.", None),
        ("It met on 14 October last year.", None),
        ("It met on February 29.", dt.date(2000, 2, 29)),
        ("It met on February 30.", None),
        ("", None),
    ],
)
def test_the_day_that_a_text_tells(text: str, day: dt.date | tuple[int, int] | None) -> None:
    if isinstance(day, tuple):
        day = dt.date(2000, *day)
    assert day_told(text) == day


@pytest.mark.parametrize(
    ("sentence", "moment"),
    [
        ("Clashes last month killed 200 people.", "-09"),
        ("The mission will start this month with 40 people.", "-10"),
        ("It ends next month with 40 people.", "-11"),
        ("Two months ago 40 people died.", "-08"),
        ("Last year 40 people died.", None),  # of a year that nothing tells
        ("On Friday 40 people died.", "-10"),
        ("In 2020 40 people died.", "2020"),
        ("40 people died.", None),
    ],
)
def test_what_counts_from_that_day_has_its_month(sentence: str, moment: str | None) -> None:
    told = dt.date(2000, 10, 14)
    assert moment_at(sentence, sentence.index("0 people"), None, told=told) == moment
    if moment != "2020":
        assert moment_at(sentence, sentence.index("0 people"), None) is None


def test_a_weekday_near_the_first_of_a_month_has_none() -> None:
    sentence = "On Friday 40 people died."
    assert moment_at(sentence, 10, None, told=dt.date(2000, 10, 3)) is None


def test_what_counts_from_the_day_of_an_article() -> None:
    assert counts_from_its_day("It fell last month.")
    assert counts_from_its_day("It fell on Friday.")
    assert not counts_from_its_day("It fell in September 2022.")
