"""Addresses hold a question with its limits, or an article; limits narrow and never widen."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import DatelineError, Filters
from qa.web.addresses import (
    Limits,
    article_address,
    parse_article_address,
    parse_question_address,
    question_address,
)

days = st.none() | st.dates()


def ordered(sources: tuple[str, ...], one: dt.date | None, other: dt.date | None) -> Filters:
    """Return filters whose first day is not after the last."""
    if one is None or other is None:
        return Filters(sources, one, other)
    return Filters(sources, min(one, other), max(one, other))


limits_of = st.builds(
    Limits,
    st.builds(ordered, st.lists(st.text(min_size=1), max_size=3).map(tuple), days, days),
    days.map(lambda day: None if day is None else day.isoformat()),
)


@given(st.text(min_size=1), limits_of)
def test_an_address_holds_the_question_and_its_limits(question: str, limits: Limits) -> None:
    assert parse_question_address(question_address(question, limits)) == (question, limits)


def test_an_address_reads_as_it_is_documented() -> None:
    limits = Limits.of(["The Globe & Mail", "Ünï=code"], "2022-10-01", "2022-10-31", "2022-10-20")
    assert question_address("who said “100% & more” + why?", limits) == (
        "?q=who+said+%E2%80%9C100%25+%26+more%E2%80%9D+%2B+why%3F"
        "&source=The+Globe+%26+Mail&source=%C3%9Cn%C3%AF%3Dcode"
        "&from=2022-10-01&to=2022-10-31&as_of=2022-10-20"
    )
    assert parse_question_address("?q=x&utm=1&from=") == ("x", Limits())
    assert parse_question_address("?article=a.txt") == ("", Limits())


def test_an_address_that_cannot_be_read_is_refused_in_the_page_s_words() -> None:
    with pytest.raises(DatelineError, match="expected the first day as YYYY-MM-DD, found 'yest"):
        parse_question_address("?q=x&from=yesterday")
    with pytest.raises(DatelineError, match="expected the last day as YYYY-MM-DD"):
        parse_question_address("?q=x&to=20221014")
    with pytest.raises(DatelineError, match="expected the day asked on as YYYY-MM-DD"):
        Limits.of(as_of="soon")
    with pytest.raises(DatelineError, match="found 2 May 2022 after 1 May 2022"):
        Limits.of([], "2022-05-02", "2022-05-01")
    assert Limits.of([], "2022-05-01", "2022-05-01").filters.since == dt.date(2022, 5, 1)
    with pytest.raises(DatelineError, match="expected an address"):
        parse_question_address("?" + "&".join(["source=x"] * 1_000))


@given(st.text(min_size=1))
def test_an_address_opens_its_article(id: str) -> None:
    assert parse_article_address(article_address(id)) == id


def test_the_address_of_a_question_names_no_article() -> None:
    assert article_address("corpus/a b.txt") == "?article=corpus%2Fa+b.txt"
    assert parse_article_address("?q=x") is None


def test_limits_narrow_and_never_widen() -> None:
    server = Limits.of(["Globe", "Times"], "2020-01-01", "2022-12-31", "2022-06-01")
    asked = Limits.of(["globe"], "2019-01-01", "2021-05-05", "2023-01-01")
    assert asked.within(server) == Limits(
        Filters(("globe",), dt.date(2020, 1, 1), dt.date(2021, 5, 5)), "2022-06-01"
    )
    assert Limits().within(server) == server
    assert server.within(Limits()) == server
    with pytest.raises(DatelineError, match="expected an outlet among Globe, Times, found Herald"):
        Limits.of(["Herald"]).within(server)
