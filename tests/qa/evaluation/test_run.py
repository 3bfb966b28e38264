"""Questions in each format, figures of worked outcomes, an interrupted evaluation, a whole one on corpus/."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from index.types import DatelineError
from qa import Archive
from qa.evaluation.report import write_report
from qa.evaluation.run import Outcome, evaluate, figures_as_text, figures_of, read_questions
from qa.types import Hit, Span
from tests.fakes import CapitalReader


def test_an_evaluation_of_the_corpus(corpus_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    questions = [
        {"question": "Who is the prime minister of Armenia?", "answers": ["Nikol Pashinian"]},
        {
            "question": "What is Nagorno-Karabakh also called?",
            "answers": [{"text": "Upper Karabakh", "start": 0}],
        },
        {"question": "Who owns the moon?", "answers": ["Nobody at all"]},
        {"question": "What is the price of oil?", "answers": []},
        {
            "question": "Who is the prime minister of Armenia?",
            "answers": [],
        },  # answered, though the file says it should not be
    ]
    file.write_text("\n".join(map(json.dumps, questions)))
    figures = evaluate(file, corpus_index)
    assert (figures["questions"], figures["answerable"], figures["refused"]) == (5, 3, 0.5)
    assert figures["exact_match"] == figures["f1"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@20"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@1"] <= figures["mrr"] <= figures["recall@20"]
    assert figures["recall@1_as_read"] == pytest.approx(
        2 / 3, abs=1e-3
    )  # the answers' own passages come first
    assert (
        figures["recall@1"] <= figures["recall@5"] <= figures["recall@10"] <= figures["recall@20"]
    )
    assert "exact match                 66.7" in figures_as_text(figures)
    assert figures["by_kind"]["who"]["questions"] == 3


def outcome(
    id: str,
    golds: tuple[str, ...] | None,
    best: str = "",
    probability: float = 0.5,
    answered: bool = True,
    **more: Any,
) -> Outcome:
    good = float(best in (golds or ()))
    return Outcome(
        id,
        f"who is {id}?",
        "who",
        golds,
        more.pop("held", None),
        answered,
        best,
        probability,
        good,
        good,
        good,
        good,
        **more,
    )


def test_figures_of_worked_outcomes() -> None:
    figures = figures_of(
        [
            outcome("a", ("x",), "x", 0.9, rank=1, ndcg=1.0),
            outcome("b", ("x",), "y", 0.8, rank=6, ndcg=0.5, rank_read=2),
            outcome("c", ("x",), "x", 0.2, answered=False, rank=0),
            outcome(
                "d", ("x",), "z", 0.7, rank=0, held=False
            ),  # the articles do not hold it: no retrieval could find it
            outcome("e", (), "z", 0.1, answered=False),
            outcome("f", (), "z", 0.6),
        ]
    )
    assert (figures["questions"], figures["answerable"]) == (6, 4)
    assert [figures[f"recall@{k}"] for k in (1, 5, 10, 20)] == pytest.approx(
        [1 / 3, 1 / 3, 2 / 3, 2 / 3], abs=1e-4
    )
    assert figures["mrr"] == pytest.approx((1 + 1 / 6 + 0) / 3, abs=1e-4)
    assert (figures["recall@1_as_read"], figures["recall@5_as_read"]) == pytest.approx(
        (0, 1 / 3), abs=1e-4
    )
    assert figures["ndcg@10"] == 0.75
    assert (figures["answered"], figures["exact_match"], figures["best_exact_match"]) == (
        0.75,
        0.25,
        0.5,
    )
    assert (figures["refused"], figures["f1_of_all"]) == (0.5, pytest.approx((1 + 1) / 6, abs=1e-4))
    low, high = figures["intervals"]["answered"]
    assert 0 <= low < 0.75 < high <= 1


FORMS = {
    "ours.jsonl": '{"id": "1", "question": "Who?", "answers": ["Ann", {"text": "Bo", "start": 3}], "asked": "2022-06-16", '
    '"google_articles": ["x"], "answer_in_google_articles": false}\n\n{"question": "When?", "answers": []}',
    "squad.json": json.dumps(
        {
            "data": [
                {
                    "title": "t",
                    "paragraphs": [
                        {
                            "context": "Ann came.",
                            "qas": [
                                {
                                    "id": "1",
                                    "question": "Who?",
                                    "answers": [{"text": "Ann", "answer_start": 0}],
                                },
                                {
                                    "id": "1",
                                    "question": "When?",
                                    "answers": [],
                                    "is_impossible": True,
                                },
                            ],
                        }
                    ],
                }
            ]
        }
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_of_questions_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FORMS[name])
    first, second = read_questions(tmp_path / name)
    assert (first.id, first.question, second.question, second.answers) == ("1", "Who?", "When?", ())
    assert second.id not in ("", "1")  # made unique: figures are kept by id
    if name == "ours.jsonl":
        assert (first.answers, first.asked, first.articles, first.held) == (
            ("Ann", "Bo"),
            "2022-06-16",
            ("x",),
            False,
        )
    else:
        assert (first.answers, first.context) == (("Ann",), "Ann came.")


def test_a_beir_folder_is_ranked_by_its_articles(corpus_index: Path, tmp_path: Path) -> None:
    article = next(
        a for a in Archive.open(corpus_index).store.articles() if "prime minister" in a.text
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text(
        json.dumps({"_id": "q1", "text": article.title})
        + "\n"
        + json.dumps({"_id": "q2", "text": "not judged"})
    )
    (tmp_path / "qrels" / "test.tsv").write_text(
        f"query-id\tcorpus-id\tscore\nq1\t{article.id}\t1\nq1\tnowhere\t0\n"
    )
    figures = evaluate(tmp_path, corpus_index)
    assert (figures["questions"], figures["ndcg@10"]) == (1, 1.0)
    assert "refused" not in figures  # nobody said what the answer is
    (tmp_path / "queries.jsonl").write_text("[]")
    with pytest.raises(DatelineError, match="or a BEIR folder at"):
        evaluate(tmp_path, corpus_index)


class CountingReader(CapitalReader):
    def __init__(self, fails_at: int = 1_000) -> None:
        self.asked, self.fails_at, self.fingerprint = 0, fails_at, "counting"

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        self.asked += 1
        if self.asked == self.fails_at:
            raise KeyboardInterrupt
        return super().read(question, hits)


def test_an_interrupted_evaluation_goes_on(corpus_index: Path, tmp_path: Path) -> None:
    questions, report = tmp_path / "q.jsonl", tmp_path / "report"
    questions.write_text(
        "".join(
            json.dumps({"question": f"Who met {name}?", "answers": [name]}) + "\n"
            for name in ("Macron", "Putin", "Aliyev")
        )
    )
    with pytest.raises(KeyboardInterrupt):
        evaluate(questions, corpus_index, report=report, reader=CountingReader(fails_at=3))
    with (report / "outcomes.jsonl").open("a") as file:
        file.write('{"id": "half')  # the power went
    reader = CountingReader()
    figures = evaluate(questions, corpus_index, report=report, reader=reader)
    assert reader.asked == 1
    assert figures == evaluate(questions, corpus_index, reader=CountingReader())
    assert json.loads((report / "figures.json").read_text()) == figures
    other = CountingReader()
    other.fingerprint = "other"
    evaluate(questions, corpus_index, report=report, reader=other)
    assert other.asked == 3  # another reader's outcomes are not its own


def test_a_report_stands_alone_and_renders_nothing_of_a_question(tmp_path: Path) -> None:
    outcomes = [
        outcome(str(n), ("x",), "x" if n % 2 else "<script>alert(1)</script>", n / 10, rank=n)
        for n in range(10)
    ]
    write_report(tmp_path, "a & b", figures_of(outcomes), outcomes)
    page = (tmp_path / "report.html").read_text()
    plots = {path.stem: path.read_text() for path in tmp_path.glob("*.svg")}
    assert set(plots) == {"recall", "agreement", "reliability", "risk"}
    assert all(
        plot in page and ElementTree.fromstring(plot).tag == "{http://www.w3.org/2000/svg}svg"
        for plot in plots.values()
    )
    assert page.count("<svg") == 4
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.findall(r"""(?:src|href)=["']?[^"'#]""", page)  # plots point within themselves


def test_a_given_context_is_read_without_an_index(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    context = "In spring Maria Olsen repaired the lighthouse. The museum opens at nine."
    asked = [
        {
            "question": "Who repaired the lighthouse?",
            "answers": ["Maria Olsen"],
            "context": context,
        },
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
