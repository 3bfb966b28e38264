"""Expressions of time resolve against the day of publication, at the precision they have."""

from __future__ import annotations

import datetime as dt

import pytest

from index.describing import as_of, describe, in_words, moments_in
from index.types import Article

FRIDAY = dt.date(2022, 10, 14)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("in September", "2022-09"), ("last month", "2022-09"), ("Last month", "2022-09"), ("On Monday", "2022-10-10"), ("Yesterday", "2022-10-13"), ("last Friday", "2022-10-07"), ("this month", "2022-10"), ("next month", "2022-11"), ("in December", "2021-12"),
        ("on October 3", "2022-10-03"), ("3 October", "2022-10-03"), ("14 October", "2022-10-14"), ("on October 14", "2022-10-14"), ("Sept. 27", "2022-09-27"),
        ("on Friday", "2022-10-14"), ("on Wednesday", "2022-10-12"), ("yesterday", "2022-10-13"), ("last year", "2021"), ("in November 2020", "2020-11"),
        ("September 27, 2020", "2020-09-27"), ("in autumn 2020", "2020"), ("In May", "2022-05"), ("3 days ago", "2022-10-11"),
    ],
)  # fmt: skip
def test_a_moment_is_resolved(text: str, moment: str) -> None:
    assert [found for _, found in moments_in(f"They met {text} again", FRIDAY)] == [moment]


@pytest.mark.parametrize("text", ["in September", "last month", "on Friday", "October 3"])
def test_without_a_day_of_publication_nothing_is_guessed(text: str) -> None:
    assert moments_in(text, None) == []


@pytest.mark.parametrize("text", ["May I ask", "Augustus marched", "30,2022 people", "a second later"])
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert moments_in(text, FRIDAY) == []


def test_a_span_speaks_of_the_moment_named_before_it_else_after() -> None:
    sentence = "In September 286 died, in 2020 6,500."
    assert as_of(sentence, sentence.index("286"), FRIDAY) == "2022-09"
    assert as_of(sentence, sentence.index("6,500"), FRIDAY) == "2020"
    assert as_of("286 died in September.", 0, FRIDAY) == "2022-09"
    assert as_of("286 died.", 0, FRIDAY) is None


def test_the_description_says_outlet_day_and_moments_once_in_words() -> None:
    article = Article("a", "Clashes last month. A war in September 2022. Talks on Friday.", title="T", source="Example", published=FRIDAY)
    assert describe(article, 0, len(article.text)) == "Example · 14 October 2022 · September 2022"
    assert in_words("2022") == "2022"
