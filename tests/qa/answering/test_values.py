"""What a span states: numbers with units, dates, names; and which values are one."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article
from qa.answering.numbers import number_in, qualifier_start
from qa.answering.values import compatible, refines, value_of
from qa.types import Span, Value

FRIDAY = dt.date(2022, 10, 14)


def value(text: str, around: str = "{}", counting: bool = False) -> Value:
    whole = around.format(text)
    start = whole.index(text)
    return value_of(Span(Article("a", whole, published=FRIDAY), start, start + len(text)), counting)


@pytest.mark.parametrize(
    ("text", "numbers", "unit"),
    [
        ("2,000", [2000], ""), ("two", [2], ""), ("about 2,000 Russian peacekeepers", [2000], "russian peacekeeper"), ("2.5 million", [2_500_000], ""),
        ("three hundred", [300], ""), ("200 Armenian soldiers and 80 personnel", [200, 80], "armenian soldier and personnel"), ("Putin", [], "putin"),
        ("half a million workers", [500_000], "worker"), ("a dozen", [12], ""), ("$12 million", [12_000_000], "dollar"), ("54 per cent", [54], "percent"),
        ("54%", [54], "percent"), ("six-week", [6], "week"), ("six weeks", [6], "week"), ("two hundred and eighty-six people", [286], ""),
        ("at least 286 lives", [286], ""), ("a hundred countries", [100], "country"), ("€1.2bn", [1_200_000_000], "euro"), ("million", [1_000_000], ""),
        ("the government's 5 ministers", [5], "government minister"), ("1990s", [1990], ""),  ("20k voters", [20_000], "voter"), ("$3m", [3_000_000], "dollar"),
        ("£2tn", [2e12], "pound"), ("10 crore rupees", [1e8], "rupee"), ("3 lakh", [300_000], ""), ("8:30 a.m.", [8, 30], "am"), ("9 pm", [9], "pm"), ("five thousand", [5000], ""),
        ("10,00,00,000 rupees", [1e8], "rupee"), ("Rs 1,50,000", [150_000], "rs"), ("1,234,567", [1_234_567], ""), ("three to four million", [3e6, 4e6], ""),
        ("between two and three million", [2e6, 3e6], ""), ("2 or 3 million", [2e6, 3e6], ""), ("$3-4bn", [3e9, 4e9], "dollar"), ("twenty to thirty", [20, 30], ""),
        ("-5C", [-5], "c"), ("5C", [5], "c"), ("−5 degrees", [-5], "degree"), ("minus 5 degrees", [-5], "degree"), ("B-52", [52], "b"), ("2020-21", [2020, 21], ""),
        ("10-15 million", [1e7, 1.5e7], ""), ("1.5 to 2 billion dollars", [1.5e9, 2e9], "dollar"), ("10 to 15 people", [10, 15], ""), ("thousands", [], ""), ("tens of thousands of people", [], ""), ("a third", [], ""), ("two and a half hours", [], ""), ("three quarters of voters", [], ""), ("hundreds of millions", [], ""),
    ],
)  # fmt: skip
def test_numbers_and_their_units(text: str, numbers: list[float], unit: str) -> None:
    found, words = number_in(text)
    assert list(found) == pytest.approx(numbers)
    assert words == set(unit.split())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("two", "2", True), ("US", "the US", True), ("US", "U.S.", True), ("the United States", "US", True), ("American", "US", True),
        ("Russia", "Russian", True), ("Moscow", "Russia", False), ("October 3", "3 October 2022", True), ("last month", "September 2022", True),
        ("on Friday", "October 14, 2022", True), ("Macron", "macron", False), ("2020", "2,020", False), ("it", "Italy", False), ("in", "India", False),
        ("thick fog", "a thick fog", True), ("Baku", "Azerbaijan", False), ("UK", "United Kingdom", True),
    ],
)  # fmt: skip
def test_equal_values(one: str, other: str, same: bool) -> None:
    assert (value(one) == value(other)) is same


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("2,000 Russian peacekeepers", "2,000"), ("2,000 Russian peacekeepers", "two thousand peacekeepers"), ("October 3, 2022", "October 2022"), ("October 2022", "2022"),
        ("Emmanuel Macron", "Macron"), ("spokeswoman Maria Zakharova", "Zakharova"), ("European Union", "EU"), ("absolutely baseless", "baseless"),
    ],
)  # fmt: skip
def test_a_value_refines_a_shorter_form_of_it_and_not_the_other_way(more: str, less: str) -> None:
    assert refines(value(more), value(less))
    assert not refines(value(less), value(more))
    assert not refines(value(more), value(more))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200", "200 Armenian soldiers and 80 personnel"), ("Russia", "Russia and France"), ("France", "Russia, France"), ("200 soldiers", "200 civilians"),
        ("286", "200"), ("October 3", "October 4"), ("EU", "United Nations"), ("Emmanuel", "Emmanuel Macron"), ("2022", "2022 men"), ("six weeks", "six"), ("thousands", "1,000"), ("a third", "3"), ("two and a half hours", "two hours"),
    ],
)  # fmt: skip
def test_what_is_not_one_value(one: str, other: str) -> None:
    first, second = value(one), value(other)
    assert first != second
    assert one in ("six weeks",) or not (refines(first, second) or refines(second, first))


def test_a_year_is_a_number_where_a_number_is_asked_for() -> None:
    assert value("2000", counting=True) == value("2,000", counting=True)
    assert value("2022").kind == "date"
    assert value("2022", counting=True) == Value("number", (), (2022.0,))


def test_a_short_name_stands_for_the_longest_that_its_article_gives() -> None:
    assert value("Macron", "{} spoke. It was Emmanuel Macron who came.").words == (
        "emmanuel",
        "macron",
    )
    assert value("Clinton", "{} spoke. Bill Clinton and Hillary Clinton came.").words == (
        "clinton",
    )  # which of them?
    assert value(
        "Prime Minister Nikol Pashinian", "{}, a prime minister like no minister before."
    ).words == ("nikol", "pashinian")
    assert value("French President Emmanuel Macron", "{} is a president.").words == (
        "emmanuel",
        "macron",
    )
    assert value("Nikol Pashinian, the prime minister of Armenia").words == ("nikol", "pashinian")


def test_what_may_both_be_true() -> None:
    assert compatible(value("six weeks"), value("44 days"))
    assert not compatible(value("six weeks"), value("60 days"))
    assert not compatible(value("44 days"), value("45 days"))  # one unit: not rounded
    assert compatible(value("October 2022"), value("October 3"))
    assert compatible(value("Moscow"), value("Russia"))
    assert not compatible(value("Paris"), value("Russia"))
    assert not compatible(value("286"), value("200"))


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        ("They cost at least 286 lives.", "286", "at least 286"), ("Nearly 100 soldiers fell.", "100 soldiers", "Nearly 100 soldiers"),
        ("In all 286 fell.", "286", "286"), ("More than that. 286 fell.", "286", "286"), ("He knew about Macron.", "Macron", "Macron"),
    ],
)  # fmt: skip
def test_a_number_is_shown_with_how_exact_it_is(text: str, found: str, said: str) -> None:
    start = text.index(found)
    end = start + len(found)
    assert text[qualifier_start(text, start, end) : end] == said


@given(st.text(max_size=40))
def test_any_text_has_a_value_equal_to_itself(text: str) -> None:
    if text:
        article = Article("a", text, published=FRIDAY)
        one = value_of(Span(article, 0, len(text)))
        assert one == value_of(Span(article, 0, len(text)))
        assert not refines(one, one)
