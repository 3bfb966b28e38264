"""Sentences cover a text without gaps; a line break ends one, unless the text was wrapped."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.text.sentences import sentence_around, sentence_before, sentences, strip
from tests.index.text.texts import texts


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@given(texts)
def test_sentences_cover_the_text_without_gaps(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@given(texts)
def test_no_sentence_but_the_first_is_white_space_alone(text: str) -> None:
    assert all(sentence.strip() for sentence in cut(text)[1:])


def test_a_headline_without_a_full_stop_is_its_own_sentence() -> None:
    text = "Talks resume in Geneva\n\nThe ministers met on Monday."
    assert [sentence.strip() for sentence in cut(text)] == [
        "Talks resume in Geneva",
        "The ministers met on Monday.",
    ]


def test_a_line_break_ends_a_sentence() -> None:
    text = "Rain\nThe ministers met on Monday"
    assert cut(text) == ["Rain\n", "The ministers met on Monday"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Aliyev met the U.S. envoy at 3 p.m. on Monday.",
        "It cost $3.5 million, said J. R. Berg.",
        "“Is it over?” she asked.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(sentence: str) -> None:
    assert cut(f"{sentence} They left.") == [f"{sentence} ", "They left."]


def test_white_space_belongs_to_the_sentence_before_it() -> None:
    assert cut("Rain fell. \n\n \nIt stopped.\n") == ["Rain fell. \n\n \n", "It stopped.\n"]
    assert cut(" \n") == [" \n"]
    assert cut("") == []


WRAPPED = (
    "The ministers of the two countries met on Monday in the city of\n"
    "Geneva, where they spoke about the text of a treaty that may end\n"
    "the war. They left on Tuesday."
)


def test_a_text_wrapped_at_a_fixed_width_is_not_cut_at_its_line_ends() -> None:
    first, second = cut(WRAPPED)
    assert first.endswith("end\nthe war. ")
    assert second == "They left on Tuesday."
    heading = "Talks resume in Geneva\n\n"
    found = [sentence.strip() for sentence in cut(heading + WRAPPED)]  # blocks are judged apart
    assert found == [heading.strip(), first.strip(), second]


def test_lines_of_other_lengths_are_not_a_wrapped_text() -> None:
    two = WRAPPED[: WRAPPED.index("\nthe war")]
    assert len(cut(two)) == 2  # two lines may be a headline and a story
    short = WRAPPED.replace("The ministers of the two countries", "Ministers")
    assert cut(short)[0] == "Ministers met on Monday in the city of\n"


@given(texts, st.data())
def test_the_sentence_around_a_span_holds_the_span(text: str, data: st.DataObject) -> None:
    if not text.strip():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = sentence_around(text, start, end)
    (inner_first, inner_last) = strip(text, start, end)
    assert first <= inner_first <= inner_last <= last or inner_first == inner_last


@pytest.mark.parametrize(
    ("first", "last", "around"),
    [
        ("boats", "boats", "Two boats sank."),
        ("It", "windy.", "It was windy."),
        ("sank", "windy", "Two boats sank. It was windy."),  # a span over two sentences
        ("Rain", "fell.", "Rain fell."),
    ],
)
def test_the_sentence_around_a_span_is_no_more_than_its_sentences(
    first: str, last: str, around: str
) -> None:
    text = "Rain fell. Two boats sank. It was windy. Then it ended."
    found = sentence_around(text, text.index(first), text.index(last) + len(last))
    assert text[slice(*found)] == around


def test_a_span_that_ends_with_its_sentence_is_not_of_the_next() -> None:
    text = "Rain fell. Two boats sank. It was windy."
    found = sentence_around(text, text.index("Two"), text.index("It"))
    assert text[slice(*found)] == "Two boats sank."


def test_the_sentence_before() -> None:
    text = "Rain fell. Two boats sank.\n\nIt was windy."
    assert sentence_before(text, text.index("windy")) == "Two boats sank.\n\n"
    assert sentence_before(text, text.index("It was")) == "Two boats sank.\n\n"
    assert sentence_before(text, text.index("boats")) == "Rain fell. "
    assert sentence_before(text, text.index("fell")) == ""


def test_invisible_characters_are_stripped_too() -> None:
    text = " \u200b\ufeffRain\u200bfell.\x00\n "
    assert text[slice(*strip(text, 0, len(text)))] == "Rain\u200bfell."
    assert strip(text, 3, 7) == (3, 7)
    assert strip("a \u200b b", 1, 4) == (1, 1)  # nothing else: empty, at its start
