"""Spans become answers by value; copies of one story are one origin; figures of one thing contradict."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import Article, Passage
from qa.agreement import agree, contradicting, numbers_in, origins, same_value
from qa.types import Hit, Span

DAY = dt.date(2022, 10, 14)


def span(text: str, quoted: str, probability: float = 0.8, id: str = "") -> Span:
    article = Article(id or text, text, source=id or None, published=DAY)
    start = text.index(quoted)
    return Span(article, start, start + len(quoted), score=10 * probability, probability=probability)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2,000", (2000,)), ("two", (2,)), ("about 2,000 Russian peacekeepers", (2000,)), ("2.5 million", (2_500_000,)), ("three hundred", (300,)),
        ("200 Armenian soldiers and 80 personnel", (200, 80)), ("Putin", ()), ("1990s", (1990,)), ("million", ()),
    ],
)  # fmt: skip
def test_numbers_are_read(text: str, numbers: tuple[float, ...]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2,000", "about 2,000 Russian peacekeepers", True), ("two", "2", True), ("US", "the US", True), ("US", "U.S.", True), ("Macron", "French President Emmanuel Macron", True),
        ("six weeks", "six-week", False), ("286", "200", False), ("200", "200 Armenian soldiers and 80 personnel", False), ("Russia", "Russia and France", False),
        ("200 soldiers", "200 civilians", False), ("Armenia", "Azerbaijan", False), ("Moscow", "Russia", False), ("2020", "two", False),
    ],
)  # fmt: skip
def test_same_value(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same


def test_one_answer_a_value_with_every_citation_best_first() -> None:
    spans = [
        span("The US brokered it.", "US", 0.9, "x"),
        span("A deal of Russia.", "Russia", 0.7, "y"),
        span("Brokered by the US then.", "the US", 0.6, "z"),
    ]
    answers, disagreement = agree("Who brokered it?", spans, [], threshold=0.5)
    assert [(answer.text, len(answer.citations), answer.probability) for answer in answers] == [("US", 2, 0.9), ("Russia", 1, 0.7)]
    assert not disagreement


def test_what_is_below_the_threshold_is_no_answer() -> None:
    assert agree("Who?", [span("The US.", "US", 0.49)], [], threshold=0.5) == ((), False)
    assert len(agree("Who?", [span("The US.", "US", 0.5)], [], threshold=0.5)[0]) == 1


def test_a_wire_story_and_its_copies_are_one_origin() -> None:
    wire = "At least 286 people were killed in the clashes on the border before a truce took hold."
    copy = "At least 286 people were killed in the clashes on the border before a truce took hold, officials said."
    other = "Officials in the capital put the number of the dead at 286 on Monday."
    assert origins([span(wire, "286", id="a"), span(copy, "286", id="b")]) == 1
    assert origins([span(wire, "286", id="a"), span(copy, "286", id="b"), span(other, "286", id="c")]) == 2


def test_a_copy_that_retrieval_set_aside_is_cited_with_its_own_offsets() -> None:
    first = span("Rain fell. At least 286 people were killed. Snow fell.", "286", id="a")
    twin = Article("b", "By our staff. Rain fell. At least 286 people were killed.", source="b")
    hits = [Hit(Passage(first.article, 0, 54), 1.0, (Passage(twin, 14, len(twin.text)),))]
    (answer,), _ = agree("How many were killed?", [first], hits, threshold=0.5)
    assert [(citation.article.id, citation.text) for citation in answer.citations] == [("a", "286"), ("b", "286")]
    assert answer.origins == 1


def test_a_copy_without_the_sentence_is_not_cited() -> None:
    first = span("Rain fell. At least 286 people were killed. Snow fell.", "286", id="a")
    other = Article("b", "Rain fell. Snow fell. The truce held.", source="b")
    hits = [Hit(Passage(first.article, 0, 54), 1.0, (Passage(other, 0, len(other.text)),))]
    (answer,), _ = agree("How many were killed?", [first], hits, threshold=0.5)
    assert [citation.article.id for citation in answer.citations] == ["a"]


def test_figures_of_one_moment_contradict_and_others_do_not() -> None:
    a = span("In September 286 people died.", "286", 0.9, "a")
    b = span("Last month more than 200 people died.", "more than 200 people", 0.5, "b")
    war = span("In 1991 around 30,000 died.", "30,000", 0.8, "c")
    weeks = span("In September it lasted six weeks.", "six weeks", 0.8, "d")
    unlikely = span("In September some 12 died.", "12", 0.2, "e")
    answers, disagreement = agree("How many people died in September?", [a, war, b, unlikely], [], threshold=0.1)
    assert disagreement
    assert [answer.text for answer in contradicting(answers)] == ["286", "more than 200 people"]
    assert not agree("How many people died?", [a, war], [], threshold=0.1)[1]
    assert not agree("How many people died?", [span("In September 286 people died.", "286 people", 0.9), weeks], [], threshold=0.1)[1]
    assert not agree("Who died?", [a, b], [], threshold=0.1)[1]  # not a question for a figure
