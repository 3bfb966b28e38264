"""A question as understood: its time as a window, its limits, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import DatelineError
from qa.answering.understanding import is_courtesy, parse_day, understand

DAY = dt.date(2022, 10, 14)


@pytest.mark.parametrize(
    ("question", "text", "first", "last"),
    [
        ("Who won in 2019?", "in 2019", "2019-01-01", "2019-12-31"),
        ("Who won in February 2020?", "in February 2020", "2020-02-01", "2020-02-29"),
        ("who fell on 3 September 2021?", "on 3 September 2021", "2021-09-03", "2021-09-03"),
        ("Who won in the September vote?", "in the September", "2022-09-01", "2022-09-30"),
        ("Who won last month?", "last month", "2022-09-01", "2022-09-30"),
        ("Who won in 2019 or 2021?", "in 2019 or 2021", "2019-01-01", "2021-12-31"),
    ],
)
def test_the_time_of_a_question_is_a_window(
    question: str, text: str, first: str, last: str
) -> None:
    window = understand(question, as_of=DAY).time
    assert window is not None
    assert window.to_dict() == {"text": text, "from": first, "to": last}


def test_a_month_of_any_year_has_no_days() -> None:
    window = understand("Who brokered the September truce?").time
    assert window is not None
    assert window.to_dict() == {"text": "September", "from": None, "to": None}


def test_a_question_without_a_time_has_no_window() -> None:
    assert understand("Who won?", as_of=DAY).time is None


def test_the_time_of_what_is_told_before_the_question_is_no_condition() -> None:
    asked = understand("The queen died on 8 September. When was she crowned?", as_of=DAY)
    assert asked.time is None
    assert asked.moments == ("2022-09-08",)  # but it says which passages are near


def test_an_earlier_last_day_holds_and_a_later_one_does_not() -> None:
    assert understand("Who won?", as_of=DAY, until="2022-01-01").filters.until == dt.date(
        2022, 1, 1
    )
    assert understand("Who won?", as_of=DAY, until="2023-01-01").filters.until == DAY
    assert understand("Who won?", until="2023-01-01").filters.until == dt.date(2023, 1, 1)


def test_no_message_speaks_of_an_option_of_the_command_line() -> None:
    for since, until, as_of in (("June", None, None), (None, "June", None), (None, None, "June")):
        with pytest.raises(DatelineError) as error:
            understand("Who won?", None, since, until, as_of)
        assert "--" not in str(error.value)
    with pytest.raises(DatelineError, match="expected the last day as YYYY-MM-DD, found 'June'"):
        parse_day("June", "the last day")
    with pytest.raises(DatelineError) as error:
        understand("?!")
    assert "dateline ask" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("thanks", True),
        ("Thank you very much!", True),
        ("ok, thanks", True),
        ("Hello Dateline", True),
        ("Who thanked the mayor?", False),
        ("hi-tech exports", False),
        ("Great Britain", False),
    ],
)
def test_thanks_and_greetings_are_no_questions(text: str, courtesy: bool) -> None:
    assert is_courtesy(text) is courtesy


NEWEST = dt.date(2022, 10, 14)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("who resigned last month?", "2022-09-01", "2022-09-30"),
        ("who resigned this week?", "2022-10-10", "2022-10-16"),
        ("who resigned in the last two weeks?", "2022-09-30", "2022-10-14"),
    ],
)
def test_an_old_archive_has_a_now_of_its_own(question: str, first: str, last: str) -> None:
    asked = understand(question, newest=NEWEST)
    assert asked.time is not None
    days = asked.time.first, asked.time.last
    assert days == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert asked.time.text.endswith(", counted from the newest article, 14 October 2022")
    assert asked.asked_on == NEWEST


def test_in_an_old_archive_a_month_without_a_year_is_that_of_any_year() -> None:
    asked = understand("who resigned in December?", newest=NEWEST)
    assert asked.time is not None
    assert (asked.time.text, asked.time.first) == ("in December", None)


def test_a_weekday_after_the_last_article_is_the_archives_own() -> None:
    today = dt.date.today()
    newest = today - dt.timedelta(days=8)  # the weekday of yesterday, a week before
    coming = today - dt.timedelta(days=1)
    asked = understand(f"who resigned on {coming:%A}?", newest=newest)
    assert asked.time is not None
    assert asked.time.last == coming - dt.timedelta(days=7)
    told = understand(f"who resigned on {coming:%A}?", newest=coming)
    assert told.time is not None
    assert told.time.last == coming


def test_a_day_asked_on_and_a_fresh_archive_are_counted_from_as_they_are() -> None:
    today = dt.date.today()
    for asked in (
        understand("who resigned last month?", as_of="2026-03-04", newest=NEWEST),
        understand("who resigned last month?", newest=today - dt.timedelta(days=31)),
        understand("who resigned in 2019?", newest=NEWEST),  # named, not counted
        understand("who resigned?", newest=NEWEST),
    ):
        assert asked.time is None or "counted" not in asked.time.text
        assert asked.asked_on in (today, dt.date(2026, 3, 4))
