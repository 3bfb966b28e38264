"""Choosing spans from logits, judged by brute force; the real model on texts it has never seen."""

from __future__ import annotations

from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from index.types import Article, DatelineError, Passage
from qa.reader import Candidate, OnnxReader, best_spans
from qa.types import Hit, Span

logits = hnp.arrays(np.float32, 12, elements=st.floats(-10, 10, width=32))


def hit(text: str, id: str = "a") -> Hit:
    return Hit(Passage(Article(id, text), 0, len(text)), 1.0)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def test_spans_by_worked_numbers() -> None:
    start = np.array([9, 1, 5, 0, 2], dtype=np.float32)
    end = np.array([9, 0, 1, 4, 3], dtype=np.float32)
    sentence = np.array([-1, 0, 0, 0, 0])  # the first is [CLS]: high, and never an answer
    assert best_spans(start, end, sentence, n=2) == [(2, 3, 9.0), (4, 4, 5.0)]
    assert best_spans(start, end, sentence, longest=1, n=1) == [(2, 2, 6.0)]
    assert best_spans(start, end, np.array([-1, 0, 0, 1, 1]), n=3) == [(2, 2, 6.0), (4, 4, 5.0), (3, 3, 4.0)]  # none across sentences
    assert best_spans(start, end, np.full(5, -1)) == []


@given(logits, logits, hnp.arrays(np.int64, 12, elements=st.integers(-1, 2)).map(np.sort), st.integers(1, 12), st.integers(1, 4))
def test_the_best_spans_are_those_of_brute_force(
    start: NDArray[np.float32], end: NDArray[np.float32], sentence: NDArray[np.int64], longest: int, n: int
) -> None:
    positions = [int(token) for token in np.flatnonzero(sentence >= 0)]
    pairs = [(a, b) for a in positions for b in positions if 0 <= b - a < longest and sentence[a] == sentence[b]]
    expected: list[tuple[int, int, float]] = []
    for a, b in sorted(pairs, key=lambda pair: -(start[pair[0]] + end[pair[1]])):
        if len(expected) < n and not any(a <= other[1] and other[0] <= b for other in expected):
            expected.append((a, b, float(start[a] + end[b])))
    found = best_spans(start, end, sentence, longest, n)
    assert [score for *_, score in found] == pytest.approx([score for *_, score in expected])
    assert all((a, b) in pairs for a, b, _ in found)
    assert not any(x[0] <= y[1] and y[0] <= x[1] for place, x in enumerate(found) for y in found[:place])


def test_a_candidates_score_is_the_sum_of_both_readings() -> None:
    assert Candidate(Span(Article("a", "x"), 0, 1), 2.0, 6.0, -1.0, 4.0).score == 2 + 3 - 1 + 2


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Who repaired the lighthouse?",
            "The lighthouse stood dark for years. In spring Maria Olsen repaired it. The harbour paid.",
            "Maria Olsen",
        ),
        (
            "How much did the bridge cost?",
            "The old bridge fell in May. The new bridge cost 41 million crowns, twice the plan.",
            "41 million crowns",
        ),
        ("When does the museum open?", "The museum of clocks opens at nine in the morning. Tickets are free.", "nine in the morning"),
        ("Where did the storm make landfall?", "Forecasters had warned of rain. The storm made landfall near Bergen on Tuesday.", "Bergen"),
    ],
)
def test_the_real_model_finds_the_span(reader: OnnxReader, question: str, text: str, answer: str) -> None:
    best = reader.read(question, [hit("Farmers expect a good harvest this year.", "b"), hit(text)])[0]
    assert answer in best.text or best.text in answer
    assert best.article.text[best.start : best.end] == best.text
    assert best.probability >= reader.threshold


def test_the_real_model_tells_apart_two_sentences_of_one_passage(reader: OnnxReader) -> None:
    text = "In March the strike of the pilots ended with a deal brokered by Norway. The strike of the nurses in June ended with a deal that Denmark brokered."
    for question, answer in (
        ("Who brokered the end of the nurses' strike?", "Denmark"),
        ("Who brokered the deal with the pilots?", "Norway"),
    ):
        assert reader.read(question, [hit(text)])[0].text == answer


@pytest.mark.parametrize("question", ["Who won the chess tournament?", "How many ships sank?", "What is the capital of Peru?"])
def test_the_real_model_is_silent_where_nothing_is_near(reader: OnnxReader, question: str) -> None:
    spans = reader.read(
        question, [hit("The museum of clocks opens at nine. Tickets are free."), hit("Maria Olsen repaired the lighthouse in spring.")]
    )
    assert all(span.probability < reader.threshold for span in spans)


def test_what_a_passage_gives_does_not_depend_on_its_company(reader: OnnxReader) -> None:
    texts = ["Short.", "The storm made landfall near Bergen on Tuesday. " * 6, "Maria Olsen repaired the lighthouse in spring."]
    assert reader.outputs("Who repaired it?", texts) == [reader.outputs("Who repaired it?", [text])[0] for text in texts]


def test_a_span_of_the_real_model_lies_within_one_sentence(reader: OnnxReader) -> None:
    text = "Volcano erupts in Japan\n\nA volcano in Japan erupted on Sunday. Eggs\n\nEggs and milk are dear."
    for question in ("Where did a volcano erupt?", "Which food is dear?"):
        for span in reader.read(question, [hit(text)]):
            assert "\n" not in span.text
            assert ". " not in span.text


def test_spans_stay_within_texts_of_any_script_and_length(reader: OnnxReader) -> None:
    texts = ["", " ", "中文新闻报道。", "🙂🙂", "e\u0301te\u0301", "word " * 3000, "\u200bİstanbul’da"]
    for text, (_, spans) in zip(texts, reader.outputs("Who? 谁?", texts), strict=True):
        assert all(0 <= start < end <= len(text) for start, end, _ in spans)


def test_a_damaged_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected the reader model in"):
        OnnxReader(tmp_path)
