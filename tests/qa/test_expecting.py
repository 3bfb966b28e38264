"""What a question asks for, and which spans are of that kind: a table that people would agree with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.expecting import echoes, question_kind, suits


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("When was the bridge closed?", "last Tuesday", "Closed"),
        ("When was the bridge closed?", "in 1998", "the mayor"),
        ("Which year did it open?", "the 1920s", "Norwich"),
        ("How many people left?", "two", "people"),
        ("How many people left?", "More than 2,000", "left the town"),
        ("How old is she?", "forty", "young"),
        ("Who mended it?", "Maria Olsen", "mended"),
        ("Who mended it?", "É. Dubois", "it"),
        ("Where is the lighthouse?", "in the harbour", "tall"),
        ("Which city won?", "Oslo", "won it"),
    ],
)
def test_a_span_of_the_kind_asked_for(question: str, right: str, wrong: str) -> None:
    assert (suits(question, right), suits(question, wrong)) == (1, -1)


def test_of_what_nothing_is_expected() -> None:
    assert question_kind("What did the mayor say?") == "other"
    assert suits("What did the mayor say?", "nothing") == suits("What did the mayor say?", "In 1998") == 0


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("When was the helicopter downed?", "Downed", 1.0),
        ("Who brokered the truce?", "the US", 0.5),
        ("Who brokered the truce?", "truce brokers", 1.0),  # by the first six letters
        ("Who brokered the truce?", "Norway", 0.0),
        ("Who?", "…", 1.0),
    ],
)
def test_what_the_question_says_itself(question: str, text: str, share: float) -> None:
    assert echoes(question, text) == share


@given(st.text(), st.text())
def test_any_question_and_any_text_have_both(question: str, text: str) -> None:
    assert suits(question, text) in (-1, 0, 1)
    assert 0 <= echoes(question, text) <= 1
    assert echoes(text, text) == 1


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who won?", "who"), ("To whom was it given?", "who"), ("When did it end?", "when"), ("In which year did it end?", "when"),
        ("Where is it?", "where"), ("Which country won?", "where"), ("How many died?", "how many"), ("What percentage voted who?", "how many"),
        ("What is it?", "other"), ("Whoever said so?", "other"), ("How did it end?", "other"),
    ],
)  # fmt: skip
def test_the_kind_of_a_question(question: str, kind: str) -> None:
    assert question_kind(question) == kind
