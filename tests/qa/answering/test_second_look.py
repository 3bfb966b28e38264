"""Figures of other outlets that the reader passed over."""

from __future__ import annotations

import datetime as dt

from index.types import Article, Passage
from qa.answering.agreement import Agreement, agree
from qa.answering.citing import cite
from qa.types import Hit, Span

QUESTION = "How many people died in the fire at Nes?"


def _told(text: str, outlet: str, day: int = 4) -> Hit:
    article = Article(outlet, text, source=outlet, published=dt.date(2026, 5, day))
    return Hit(Passage(article, 0, len(text)), 1.0)


def _asked(question: str, read: str, *hits: Hit) -> Agreement:
    """Agree on the answer `read`, the only one that the reader found: in the first hit."""
    first = hits[0].article
    start = first.text.index(read)
    span = Span(first, start, start + len(read), score=1.0, probability=0.7)
    return agree(question, [cite(span)], hits, 0.1)


def _values(found: Agreement) -> list[str]:
    return [answer.text for answer in found.answers]


GLOBE = _told("The fire at Nes killed 12 people.", "Globe")


def test_a_figure_that_the_reader_passed_over_differs() -> None:
    herald = _told("It rained. Police said that 16 people died in the fire at Nes.", "Herald")
    found = _asked(QUESTION, "12", GLOBE, herald)
    assert _values(found) == ["12", "16"]
    assert found.conflict is not None
    assert found.conflict.outlets == 2


def test_what_else_is_counted_is_no_rival() -> None:
    herald = _told("The fire at Nes injured 16 people. It destroyed 40 homes at Nes.", "Herald")
    assert _asked(QUESTION, "12", GLOBE, herald).conflict is None


def test_the_best_answers_own_outlet_is_not_looked_through() -> None:
    again = _told("Police said that 16 people died in the fire at Nes.", "Globe")
    assert _asked(QUESTION, "12", GLOBE, again).conflict is None


def test_another_day_is_no_difference() -> None:
    herald = _told("Police said that 16 people died in the fire at Nes.", "Herald", day=20)
    assert _asked(QUESTION, "12", GLOBE, herald).conflict is None


def test_an_equal_figure_is_no_rival() -> None:
    herald = _told("At least ten people died in the fire at Nes.", "Herald")
    assert _asked(QUESTION, "12", GLOBE, herald).conflict is None


def test_a_share_is_looked_for_by_its_own_noun() -> None:
    globe = _told("Turnout at the Nes election was 61.4 percent.", "Globe")
    herald = _told(
        "She won the Nes election by 52.7 percent, on a turnout of 58.9 percent.", "Herald"
    )
    found = _asked("What was the turnout in the Nes election?", "61.4 percent", globe, herald)
    assert _values(found) == ["61.4 percent", "58.9 percent"]


def test_a_name_has_no_second_look() -> None:
    globe = _told("Ann Berg won the race at Nes.", "Globe")
    herald = _told("Kari Lund won the race at Nes in 12 minutes.", "Herald")
    assert _asked("Who won the race at Nes?", "Ann Berg", globe, herald).conflict is None


def test_a_place_in_a_row_and_a_headline_are_no_figures() -> None:
    herald = _told("Police said that the first of those people died at Nes.", "Herald")
    assert _asked(QUESTION, "12", GLOBE, herald).conflict is None
    headline = _told("Fire kills 16 people at Nes\n\nIt rained.", "Herald")
    assert _asked(QUESTION, "12", GLOBE, headline).conflict is None


def test_a_figure_of_long_ago_is_no_rival() -> None:
    herald = _told("A fire killed 16 people at Nes in 2017.", "Herald")
    assert _asked(QUESTION, "12", GLOBE, herald).conflict is None


def test_days_of_something_else_are_no_rival() -> None:
    globe = _told("Ann Berg was mayor of Nes for 45 days.", "Globe")
    herald = _told("Ann Berg went to Nes and stayed for 7 days.", "Herald")
    assert _asked("How many days was Ann Berg mayor?", "45", globe, herald).conflict is None


def test_an_outlet_gives_one_rival() -> None:
    herald = _told("The fire at Nes killed 16 people. The fire killed 30 people at Nes.", "Herald")
    assert _values(_asked(QUESTION, "12", GLOBE, herald)) == ["12", "16"]


def test_an_outlet_that_gave_an_answer_is_not_looked_through() -> None:
    herald = _told("The fire at Nes drew 90 helpers. It killed 16 people at Nes.", "Herald")
    spans = [
        Span(hit.article, hit.text.index(read), hit.text.index(read) + 2, 1.0, 0.7)
        for hit, read in ((GLOBE, "12"), (herald, "90"))
    ]
    found = agree(QUESTION, list(map(cite, spans)), [GLOBE, herald], 0.1)
    assert _values(found) == ["12", "90"]
    assert found.conflict is None


def test_outlets_on_the_story_share_its_names_and_days() -> None:
    globe = _told("Ann Berg won the race at Nes in May.", "Globe")
    near = _told("Berg trained in Voss before the race at Nes.", "Herald", day=6)
    late = _told("Berg trained in Voss before the race at Nes.", "Post", day=29)
    other = _told("It rained in Voss.", "Times", day=4)
    found = _asked("Who won the race?", "Ann Berg", globe, near, late, other)
    assert found.silent_outlets == ("Herald",)
