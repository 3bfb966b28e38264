"""An evaluation asks as `ask` does, takes up what was interrupted, and reads contexts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import index
import qa
from index.types import Article, DatelineError, Passage
from qa import Archive
from qa.evaluation.questions import LabelledQuestion
from qa.evaluation.report import figures_as_text
from qa.evaluation.run import evaluate, measure_asking
from qa.types import Answer, Citation, Hit, Reply, Span
from tests.fakes import CapitalReader, WordEmbedder


def test_an_evaluation_of_the_corpus(corpus_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    armenia = "Who is the prime minister of Armenia?"
    karabakh = {"text": "Upper Karabakh", "start": 0}
    questions = [
        {"question": armenia, "answers": ["Nikol Pashinian"]},
        {"question": "What is Nagorno-Karabakh also called?", "answers": [karabakh]},
        {"question": "Who owns the moon?", "answers": ["Nobody at all"]},
        {"question": "What is the price of oil?", "answers": []},
        {"question": armenia, "answers": []},  # it is answered, though it should not be
    ]
    file.write_text("\n".join(map(json.dumps, questions)))
    figures = evaluate(file, corpus_index)
    assert (figures["questions"], figures["answerable"], figures["refused"]) == (5, 3, 0.5)
    assert figures["exact_match"] == figures["f1"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@20"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall@1"] <= figures["mrr"] <= figures["recall@20"]
    # The passages of the answers come first.
    assert figures["recall@1_as_read"] == pytest.approx(2 / 3, abs=1e-3)
    recall = [figures[f"recall@{cutoff}"] for cutoff in (1, 5, 10, 20)]
    assert recall == sorted(recall)
    assert "exact match                 66.7" in figures_as_text(figures)
    assert figures["by_kind"]["who"]["questions"] == 3


class RecordingReader(CapitalReader):
    """Writes down each question that it reads, and the passages in their order."""

    def __init__(self) -> None:
        self.given: list[tuple[str, list[tuple[str, int, int]]]] = []

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        places = [(hit.article.id, hit.start, hit.end) for hit in hits]
        self.given.append((question, places))
        return super().read(question, hits)


@pytest.fixture(scope="module")
def ships(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index with more passages than are read, and more than are retrieved."""
    folder = tmp_path_factory.mktemp("ships")
    days = [f"2022-{month:02}-{day:02}" for month in (3, 4) for day in range(1, 31)]
    for number, day in enumerate(days):
        (folder / f"{day}.md").write_text(
            f"---\npublished: {day}\n---\nShip {number} left. "
            f"Maria Olsen met {'Jens Berg ' * (number % 7)}at pier {number}.\n"
        )
    index.build(folder, folder / "index", embedder=WordEmbedder())
    return folder / "index"


@pytest.mark.parametrize("question", ["Who met Maria Olsen?", "Which ship left in March 2022?"])
def test_ask_and_evaluate_read_the_same_passages(question: str, ships: Path) -> None:
    asking, evaluating = RecordingReader(), RecordingReader()
    archives = [
        qa.open(ships, embedder=WordEmbedder(), reader=reader) for reader in (asking, evaluating)
    ]
    reply = archives[0].ask(question, as_of="2022-05-01")
    labelled = LabelledQuestion("1", question, ("Ship",), asked="2022-05-01")
    outcome = measure_asking(archives[1], labelled)
    assert asking.given == evaluating.given
    assert len(asking.given[0][1]) > 5
    assert (outcome.answered, outcome.best) == (reply.answered, reply.answers[0].text)


class ReadyArchive:
    """An archive with one reply, and one list of retrieved passages."""

    def __init__(self, reply: Reply, retrieved: Sequence[Hit]) -> None:
        self._reply, self._retrieved = reply, retrieved
        self.asked: list[tuple[str, str | None]] = []

    def ask(self, question: str, *, as_of: str | None = None) -> Reply:
        self.asked.append((question, as_of))
        return self._reply

    def retrieve(self, question: str, *, k: int, as_of: str | None = None) -> list[Hit]:
        self.asked.append((question, as_of))
        return list(self._retrieved[:k])


def _hits() -> list[Hit]:
    texts = [f"{name} came." for name in ("Ann", "Bo", "Cy", "Di", "Ed")]
    articles = [Article(str(number), text) for number, text in enumerate(texts)]
    return [Hit(Passage(article, 0, len(article.text)), 0.5) for article in articles]


def _first_word(hit: Hit, probability: float) -> Citation:
    return Citation(hit.article, 0, hit.text.index(" "), probability=probability)


def _measured(reply: Reply, retrieved: Sequence[Hit], gold: str) -> dict[str, object]:
    archive = ReadyArchive(reply, retrieved)
    labelled = LabelledQuestion(
        "1", "Who came?", (gold,), asked="2022-05-01", articles=(retrieved[1].article.id,)
    )
    outcome = measure_asking(archive, labelled)  # type: ignore[arg-type]
    assert archive.asked == [("Who came?", "2022-05-01")] * 2
    names = "answered", "best", "probability", "exact_match", "span_exact_match", "rank"
    return {name: getattr(outcome, name) for name in (*names, "rank_read", "ndcg")}


def test_the_outcome_is_that_of_the_reply() -> None:
    """The best answer is not the best span; the passages are in the order of the reply."""
    hits = _hits()
    spans = [_first_word(hits[2], 0.8), _first_word(hits[1], 0.7)]
    reply = Reply(
        question="Who came?",
        answers=(Answer((spans[1],), probability=0.9),),
        passages=(hits[2], hits[1], hits[0]),
        index_generation="000001",
        took_ms=1.0,
        candidates=tuple(spans),
    )
    expected = {
        "answered": True,
        "best": "Bo",
        "probability": 0.9,
        "exact_match": 1.0,
        "span_exact_match": 0.0,
        "rank": 2,
        "rank_read": 2,
    }
    measured = _measured(reply, hits, "Bo")
    assert measured.pop("ndcg") == pytest.approx(0.6309, abs=1e-4)
    assert measured == expected
    assert _measured(reply, hits, "Cy")["rank_read"] == 1
    assert _measured(reply, hits, "Ann")["rank_read"] == 3
    assert _measured(reply, hits, "Ed")["rank_read"] == 5  # retrieved, but not read
    assert _measured(reply, hits, "Flo")["rank_read"] == 0


def test_without_an_answer_the_best_span_stands_for_it() -> None:
    hits = _hits()
    span = _first_word(hits[0], 0.2)
    silent = Reply("Who came?", (), tuple(hits[:2]), "000001", 1.0, candidates=(span,))
    measured = _measured(silent, hits, "Ann")
    assert (measured["answered"], measured["best"], measured["probability"]) == (False, "Ann", 0.2)
    assert (measured["exact_match"], measured["span_exact_match"]) == (1.0, 1.0)
    nothing = Reply("Who came?", (), tuple(hits[:2]), "000001", 1.0)
    measured = _measured(nothing, hits, "Ann")
    assert (measured["answered"], measured["best"], measured["probability"]) == (False, "", 0.0)


def test_a_beir_folder_is_ranked_by_its_articles(corpus_index: Path, tmp_path: Path) -> None:
    article = next(
        article
        for article in Archive.open(corpus_index).store.articles()
        if "prime minister" in article.text
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": article.title}))
    (tmp_path / "qrels" / "test.tsv").write_text(
        f"query-id\tcorpus-id\tscore\nq1\t{article.id}\t1\nq1\tnowhere\t0\n"
    )
    figures = evaluate(tmp_path, corpus_index)
    assert (figures["questions"], figures["ndcg@10"]) == (1, 1.0)
    assert "refused" not in figures  # nobody said what the answer is


class FailingReader(CapitalReader):
    """Counts its readings, and is interrupted in one of them."""

    def __init__(self, fails_at: int = 1_000, fingerprint: str = "counting") -> None:
        self.asked, self.fails_at, self.fingerprint = 0, fails_at, fingerprint

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        self.asked += 1
        if self.asked == self.fails_at:
            raise KeyboardInterrupt
        return super().read(question, hits)


@pytest.mark.slow
def test_an_interrupted_evaluation_goes_on(corpus_index: Path, tmp_path: Path) -> None:
    questions, report = tmp_path / "q.jsonl", tmp_path / "report"
    rows = [
        {"question": f"Who met {name}?", "answers": [name]}
        for name in ("Macron", "Putin", "Aliyev")
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(KeyboardInterrupt):
        evaluate(questions, corpus_index, report=report, reader=FailingReader(fails_at=3))
    with (report / "outcomes.jsonl").open("a") as file:
        file.write('{"id": "half')  # the power went
    reader = FailingReader()
    figures = evaluate(questions, corpus_index, report=report, reader=reader)
    assert reader.asked == 1
    assert figures == evaluate(questions, corpus_index, reader=FailingReader())
    assert json.loads((report / "figures.json").read_text()) == figures
    other = FailingReader(fingerprint="other")
    evaluate(questions, corpus_index, report=report, reader=other)
    assert other.asked == 3  # another reader's outcomes are not its own


def test_a_given_context_is_read_without_an_index(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    context = "In spring Maria Olsen repaired the lighthouse. The museum opens at nine."
    rows = [
        {"question": "Who repaired the lighthouse?", "answers": ["Maria Olsen"]},
        {"question": "Who won the chess tournament?", "answers": []},
    ]
    file.write_text("\n".join(json.dumps(row | {"context": context}) for row in rows))
    figures = evaluate(file, None)
    assert (figures["exact_match"], figures["refused"], figures["answerable"]) == (1.0, 1.0, 1)
    assert "recall@1" not in figures


def test_the_sentence_of_the_answer_is_ranked_if_a_sentence_is_asked_for(tmp_path: Path) -> None:
    context = (
        "The bridge at Voss was closed on Monday. It was closed because ice had broken a pillar. "
        "Anna Berg, the mayor, opened a ferry. The ferry costs 40 crowns."
    )
    rows = [
        {"id": "why", "question": "Why was the bridge at Voss closed?", "context": context,
         "answers": ["ice had broken a pillar"]},
        {"id": "who", "question": "Who is the mayor?", "context": context,
         "answers": ["Anna Berg"]},
        {"id": "none", "question": "Why was the bridge sold?", "context": context,
         "answers": ["it was too dear"]},
    ]  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    figures = evaluate(file, None, report=tmp_path / "report")
    lines = (tmp_path / "report" / "outcomes.jsonl").read_text().splitlines()[1:]
    ranks = {row["id"]: row["sentence_rank"] for row in map(json.loads, lines)}
    assert ranks == {"why": 1, "who": None, "none": 0}
    assert (figures["sentence@1"], figures["sentence@3"]) == (0.5, 0.5)


def test_a_bad_file_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "x"}')
    with pytest.raises(DatelineError, match="in line 1 of"):
        evaluate(file, None)
    file.write_text("\n")
    with pytest.raises(DatelineError, match=r"expected questions in .*, found none"):
        evaluate(file, None)
    file.write_text('{"question": "x", "answers": []}')
    with pytest.raises(DatelineError, match='expected a "context" beside each question of'):
        evaluate(file, None, reader=CapitalReader())
