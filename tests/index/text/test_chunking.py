"""Passages are exact slices, in order, and hold every word of the story once."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.text.boilerplate import boilerplate_lines
from index.text.chunking import PASSAGE_CHARACTERS, passage_spans
from tests.index.text.texts import texts


@given(texts, st.integers(min_value=1, max_value=700))
def test_passages_hold_each_character_of_the_story_once_and_in_order(text: str, size: int) -> None:
    spans = passage_spans(text, size)
    boilerplate = {
        position for start, end in boilerplate_lines(text) for position in range(start, end)
    }
    covered = [position for start, end in spans for position in range(start, end)]
    assert covered == sorted(set(covered))
    for position, character in enumerate(text):
        if position in boilerplate:
            assert position not in set(covered)
        elif character.isprintable() and not character.isspace():
            assert position in set(covered), (position, character)
    assert all(0 < end - start <= size for start, end in spans)
    assert all(text[start:end].strip() == text[start:end] for start, end in spans)


def passages(text: str, size: int) -> list[str]:
    return [text[start:end] for start, end in passage_spans(text, size)]


def test_a_passage_is_whole_sentences() -> None:
    text = "Dr. Aliyev met the U.S. envoy. They spoke for an hour. Nothing was signed."
    assert passages(text, 60) == [
        "Dr. Aliyev met the U.S. envoy. They spoke for an hour.",
        "Nothing was signed.",
    ]


def test_a_passage_takes_as_many_sentences_as_fit() -> None:
    text = " ".join(
        f"Boat {number} sank." for number in range(10, 40)
    )  # 14 characters, 13 the last
    assert passages(text, 42) == [text[start : start + 41] for start in range(0, len(text), 42)]
    assert passages(text, 41) == [text[start : start + 27] for start in range(0, len(text), 28)]
    whole = passage_spans(text * 9)[:-1]
    assert all(end - start > PASSAGE_CHARACTERS - 15 for start, end in whole)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("He saw rain, hail; wind, snow and fog.", ["He saw rain, hail;", "wind, snow and fog."]),
        (
            "He saw rain, hail and a storm of dust.",
            ["He saw rain,", "hail and a storm of", "dust."],
        ),
        ("He saw the rain and the hail.", ["He saw the rain and", "the hail."]),
        ("Aa" * 15 + ".", ["Aa" * 10, "Aa" * 5 + "."]),
    ],
)
def test_a_long_sentence_is_cut_at_semicolons_commas_spaces_or_anywhere(
    text: str, cut: list[str]
) -> None:
    assert passages(text, 20) == cut


def test_a_passage_does_not_reach_across_boilerplate() -> None:
    text = "The talks began.\nShare this article\nThey ended.\nA prompt.\nAll left."
    start = text.index("A prompt.")
    spans = passage_spans(text, boilerplate=[(start, start + len("A prompt.\n"))])
    assert [text[start:end] for start, end in spans] == [
        "The talks began.",
        "They ended.",
        "All left.",
    ]


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passage_spans("text", 0)
