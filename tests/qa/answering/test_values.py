"""What a span states: numbers with units, dates, names; and how two values stand to each other."""

from __future__ import annotations

import datetime as dt
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article
from qa.answering.agreement import group_by_fullest_form
from qa.answering.values import compatible, fold, refines, relation, same_measure, value_of
from qa.types import Span, Value
from tests.qa.answering.pairs import COUNTS, NAMES_AND_DATES

FRIDAY = dt.date(2022, 10, 14)


def value(text: str, around: str = "{}", counting: bool = False) -> Value:
    whole = around.format(text)
    start = whole.index(text)
    return value_of(Span(Article("a", whole, published=FRIDAY), start, start + len(text)), counting)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("two", "2", True),
        ("US", "the US", True),
        ("US", "U.S.", True),
        ("the United States", "US", True),
        ("American", "US", True),
        ("Russia", "Russian", True),
        ("Moscow", "Russia", False),
        ("October 3", "3 October 2022", True),
        ("last month", "September 2022", True),
        ("on Friday", "October 14, 2022", True),
        ("Macron", "macron", False),
        ("2020", "2,020", False),
        ("it", "Italy", False),
        ("in", "India", False),
        ("thick fog", "a thick fog", True),
        ("Baku", "Azerbaijan", False),
        ("UK", "United Kingdom", True),
    ],
)
def test_equal_values(one: str, other: str, same: bool) -> None:
    assert (value(one) == value(other)) is same


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("2,000 Russian peacekeepers", "2,000"),
        ("2,000 Russian peacekeepers", "two thousand peacekeepers"),
        ("October 3, 2022", "October 2022"),
        ("October 2022", "2022"),
        ("Emmanuel Macron", "Macron"),
        ("spokeswoman Maria Zakharova", "Zakharova"),
        ("European Union", "EU"),
        ("absolutely baseless", "baseless"),
    ],
)
def test_a_value_refines_a_shorter_form_of_it_and_not_the_other_way(more: str, less: str) -> None:
    assert refines(value(more), value(less))
    assert not refines(value(less), value(more))
    assert not refines(value(more), value(more))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200", "200 Armenian soldiers and 80 personnel"),
        ("Russia", "Russia and France"),
        ("France", "Russia, France"),
        ("200 soldiers", "200 civilians"),
        ("286", "200"),
        ("October 3", "October 4"),
        ("EU", "United Nations"),
        ("Emmanuel", "Emmanuel Macron"),
        ("2022", "2022 men"),
        ("six weeks", "six"),
        ("thousands", "1,000"),
        ("a third", "3"),
        ("two and a half hours", "two hours"),
    ],
)
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


MONDAY = dt.date(2026, 3, 9)
PAIRS = [
    *((one, other, wanted, True) for one, other, wanted in COUNTS),
    *((one, other, wanted, False) for one, other, wanted in NAMES_AND_DATES),
]


def marked(sentence: str, published: dt.date, counting: bool) -> Value:
    """Return the value of the span in brackets."""
    start, end = sentence.index("["), sentence.index("]") - 1
    text = sentence.replace("[", "").replace("]", "")
    return value_of(Span(Article("a", text, published=published), start, end), counting)


@pytest.mark.parametrize(("one", "other", "wanted", "counting"), PAIRS)
def test_how_two_statements_stand_to_each_other(
    one: str, other: str, wanted: str, counting: bool
) -> None:
    first = marked(one, MONDAY, counting)
    second = marked(other, MONDAY + dt.timedelta(days=1), counting)
    assert relation(first, second) == wanted
    assert compatible(first, second) is (wanted in ("same", "compatible"))


VALUES = [marked(sentence, MONDAY, counting) for *two, _, counting in PAIRS for sentence in two]


@given(st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_the_relation_is_symmetric_and_equal_values_are_the_same(one: Value, other: Value) -> None:
    assert relation(one, other) == relation(other, one)
    assert relation(one, one) == "same"
    assert not (refines(one, other) and refines(other, one))
    if one == other:
        assert hash(one) == hash(other)
        assert relation(one, other) == "same"
    if one.kind == other.kind == "number" and relation(one, other) == "different":
        assert same_measure(one, other)


@given(st.sampled_from(VALUES), st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_what_refines_a_refinement_refines(one: Value, other: Value, third: Value) -> None:
    one, other, third = fold(one), fold(other), fold(third)
    if refines(one, other) and refines(other, third):
        assert refines(one, third)


NUMBERS = st.builds(
    lambda phrase, number, unit: marked(f"It was [{phrase} {number} {unit}].", MONDAY, True),
    st.sampled_from(["", "at least", "more than", "fewer than", "up to", "nearly", "about"]),
    st.sampled_from([1, 3, 38, 40, 200, 203, 11_870, 12_000, 1_234_567, "1.2 million"]),
    st.sampled_from(["", "people", "women", "km", "miles", "euros", "A$", "percent"]),
)


@given(st.lists(NUMBERS, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_numbers_with_bounds_are_grouped_in_any_order(
    values: list[Value], chance: random.Random
) -> None:
    forms = group_by_fullest_form(values)
    mixed = values[:]
    chance.shuffle(mixed)
    assert group_by_fullest_form(mixed) == forms
    assert all(relation(value, form) == "same" for value, form in forms.items())
    assert relation(values[0], values[1]) == relation(values[1], values[0])


def test_of_two_currencies_only_the_same_figure_is_a_difference() -> None:
    assert relation(value("A$5m"), value("US$5m")) == "different"
    assert relation(value("A$5m"), value("US$3.3m")) == "incomparable"  # it may be converted


@given(st.text(max_size=40))
def test_any_text_has_a_value_equal_to_itself(text: str) -> None:
    if text:
        article = Article("a", text, published=FRIDAY)
        one = value_of(Span(article, 0, len(text)))
        assert one == value_of(Span(article, 0, len(text)))
        assert not refines(one, one)
        assert relation(one, one) == "same"
