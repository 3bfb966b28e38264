"""Passages are exact slices, in order, that hold every word of the story once and nothing of the page around it."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.text.boilerplate import boilerplate_lines, repeated_lines, without_boilerplate
from index.text.chunking import passage_spans
from index.text.sentences import sentence_around, sentences, strip
from index.types import Article

PIECES = [
    "Mr. Smith left. ",
    "“Yes,” she said. ",
    "It cost $3.5m; ",
    "\n\n",
    "\n",
    " ",
    "no end ",
    "x" * 700,
    "é\u200b. ",
    "Share this article\n",
    "\u2028",
    "🙂 A b. ",
]
texts = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
)


@given(texts)
def test_sentences_cover_the_text_without_gaps(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text


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


def test_what_an_outlet_prints_under_four_stories_is_boilerplate() -> None:
    prompt, heading = "Get the best of our paper in your inbox every day.", "What we know"
    texts = [f"{n} boats left the harbour at dawn.\n{heading}\n{prompt}\n" for n in range(5)]
    articles = [Article(str(n), text, source="Globe", story=str(n)) for n, text in enumerate(texts)]
    spans = repeated_lines(articles)
    assert [articles[0].text[slice(*span)] for span in spans[0]] == [prompt + "\n"]
    assert passage_spans(articles[0].text, boilerplate=spans[0]) == [
        (0, len(f"0 boats left the harbour at dawn.\n{heading}"))
    ]
    facts = [
        replace(article, text=article.text.replace(prompt, "Incumbent: Ann Berg, Democrat"))
        for article in articles
    ]
    assert repeated_lines(facts) == [()] * 5
    assert repeated_lines(articles[:3]) == [(), (), ()]
    other = [replace(article, source=str(n)) for n, article in enumerate(articles)]
    assert repeated_lines(other) == [()] * 5  # of five outlets: a wire's own words
    copies = [replace(article, story="0") for article in articles]
    assert repeated_lines(copies) == [()] * 5  # of one story, updated
    alone = [replace(article, text=prompt) for article in articles]
    assert repeated_lines(alone) == [()] * 5  # nothing would be left


def test_a_passage_is_whole_sentences() -> None:
    text = "Dr. Aliyev met the U.S. envoy. They spoke for an hour. Nothing was signed."
    assert [text[start:end] for start, end in passage_spans(text, 60)] == [
        "Dr. Aliyev met the U.S. envoy. They spoke for an hour.",
        "Nothing was signed.",
    ]


def test_a_headline_without_a_full_stop_is_its_own_sentence() -> None:
    text = "Talks resume in Geneva\n\nThe ministers met on Monday."
    assert [text[start:end].strip() for start, end in sentences(text)] == [
        "Talks resume in Geneva",
        "The ministers met on Monday.",
    ]


def test_a_line_break_ends_a_sentence() -> None:
    text = "Rain\nThe ministers met on Monday"
    assert [text[start:end] for start, end in sentences(text)] == [
        "Rain\n",
        "The ministers met on Monday",
    ]


def test_a_text_wrapped_at_a_fixed_width_is_not_cut_at_its_line_ends() -> None:
    text = "The ministers of the two countries met on Monday in the city of\nGeneva, where they spoke about the text of a treaty that may end\nthe war. They left on Tuesday."
    assert [text[start:end].strip() for start, end in sentences(text)][1] == "They left on Tuesday."


@given(texts, st.data())
def test_the_sentence_around_a_span_holds_the_span(text: str, data: st.DataObject) -> None:
    if not text.strip():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = sentence_around(text, start, end)
    (inner_first, inner_last) = strip(text, start, end)
    assert first <= inner_first <= inner_last <= last or inner_first == inner_last


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passage_spans("text", 0)


@pytest.mark.parametrize(
    "line",
    [
        "Accessibility links", "SHARE THIS ARTICLE", "0:00 0:03:27 0:00", "No media source currently available", "please wait", "  • 16x9 Image",
        "SEE ALSO: Leaders meet in Prague", "READ MORE:\u00a0Leaders meet", "www.example.org", "https://example.org/a?b=c", "News \u00a0 / \u00a0 Russia \u00a0 / \u00a0 Editor's Choice",
        "With reporting by Reuters, AFP, and AP", "Source: Example World and agencies", "Advertisement", "© 2022 Example Media. All rights reserved.",
    ],
)  # fmt: skip
def test_page_boilerplate_is_in_no_passage(line: str) -> None:
    text = f"The talks began.\n{line}\nThey ended on Friday."
    assert [text[start:end] for start, end in without_boilerplate(text)] == [
        "The talks began.\n",
        "They ended on Friday.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell by 3% on Monday.", "Print workers went on strike.", "Follow the money, he said, and you will see.", "Embedded reporters saw the battle.",
        "Watch towers line the border.", "The source: a leaking pipe under the square. It was found on Monday.", "Breaking news reached us at noon.", "He left at 10:30",
    ],
)  # fmt: skip
def test_a_line_of_the_story_is_not_boilerplate(line: str) -> None:
    assert boilerplate_lines(f"First.\n{line}\nLast.") == []


def test_a_caption_given_twice_is_kept_once() -> None:
    text = "The president accuses his neighbour of\nThe president accuses his neighbour of lying. (AFP)\n"
    assert [text[start:end] for start, end in without_boilerplate(text)] == [
        "The president accuses his neighbour of lying. (AFP)\n"
    ]
