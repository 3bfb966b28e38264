"""The measures by hand; a whole evaluation on corpus/."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from index.types import DatelineError
from qa.evaluation import evaluate, exact_match, f1, figures_as_text, normalise


@pytest.mark.parametrize(
    ("prediction", "golds", "exact", "overlap"),
    [
        ("the US", ["US"], 1, 1), ("Russian", ["Russia"], 0, 0), ("in the Prague castle", ["Prague"], 0, 0.5), ("“Squid Game”", ["Squid game!"], 1, 1),
        ("two two", ["two"], 0, 2 / 3), ("x", [], 0, 0), ("about 2,000", ["2000 men", "about 2,000 troops"], 0, 0.8), ("", ["one"], 0, 0),
    ],
)  # fmt: skip
def test_measures_by_hand(prediction: str, golds: list[str], exact: float, overlap: float) -> None:
    assert exact_match(prediction, golds) == exact
    assert f1(prediction, golds) == pytest.approx(overlap)


def test_normalisation() -> None:
    assert normalise("  The  U.S. — and a “deal”! ") == "us — and deal"


def test_an_evaluation_of_the_corpus(corpus_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    questions = [
        {"question": "Who is the prime minister of Armenia?", "answers": ["Nikol Pashinian"]},
        {"question": "What is Nagorno-Karabakh also called?", "answers": [{"text": "Upper Karabakh", "start": 0}]},
        {"question": "Who owns the moon?", "answers": ["Nobody at all"]},
        {"question": "What is the price of oil?", "answers": []},
        {"question": "Who is the prime minister of Armenia?", "answers": []},  # answered, though the file says it should not be
    ]
    file.write_text("\n".join(map(json.dumps, questions)))
    figures = evaluate(file, corpus_index)
    assert (figures["questions"], figures["answerable"], figures["refused"]) == (5, 3, 0.5)
    assert figures["exact_match"] == figures["f1"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@20"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@1"] <= figures["mrr"] <= figures["recall@20"]
    assert figures["recall@1"] <= figures["recall@5"] <= figures["recall@10"] <= figures["recall@20"]
    assert "exact match            66.7" in figures_as_text(figures)


def test_a_given_context_is_read_without_an_index(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    context = "In spring Maria Olsen repaired the lighthouse. The museum opens at nine."
    asked = [
        {"question": "Who repaired the lighthouse?", "answers": ["Maria Olsen"], "context": context},
        {"question": "Who won the chess tournament?", "answers": [], "context": context},
    ]
    file.write_text("\n".join(map(json.dumps, asked)))
    figures = evaluate(file, None)
    assert (figures["exact_match"], figures["refused"], figures["answerable"]) == (1.0, 1.0, 1)
    assert "recall@1" not in figures


@pytest.mark.parametrize("line", ["{broken", '{"question": "x"}', "[]"])
def test_a_bad_file_is_one_clear_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "q.jsonl").write_text(line)
    with pytest.raises(DatelineError, match="in line 1 of"):
        evaluate(tmp_path / "q.jsonl", None)
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    with pytest.raises(DatelineError, match="in line 1 of"):
        evaluate(tmp_path / "q.jsonl.gz", None)


def test_given_without_a_context_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "x", "answers": []}')
    with pytest.raises(DatelineError, match='expected a "context"'):
        evaluate(tmp_path / "q.jsonl", None)
