"""Retrieval and answer measures over questions with known answers: `dateline evaluate`.

Three formats of questions, told apart by what is there:

    a .jsonl or .jsonl.gz file: {"question", "answers": ["..."] or [{"text", "start"}], and where they are
        known "id", "context" (for --given), "asked" (the day), "google_articles" (ids of articles that help),
        "answer_in_google_articles"}
    a .json file in SQuAD's form: {"data": [{"paragraphs": [{"context", "qas": [{"question", "answers"}]}]}]}
    a BEIR folder (Thakur et al. 2021): queries.jsonl and qrels/test.tsv; ranking measures only

No answers say that the articles do not tell. Outcomes are kept question by question in the report's
folder, so an interrupted evaluation goes on, and every figure can be traced to the answers behind it.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, Success, nDCG

from index.text.chunking import passage_spans
from index.types import Article, DatelineError, Passage
from qa.answering.agreement import agree
from qa.answering.reader import OnnxReader
from qa.answering.retrieval import answering_first
from qa.archive import PASSAGES_READ, Archive, understand
from qa.evaluation.metrics import (
    area_under_risk_coverage,
    calibration_error,
    exact_match,
    f1,
    holds,
    interval,
    question_kind,
)
from qa.types import Hit, Reader

CUTOFFS = (1, 5, 10, 20)
RIGHT = 0.6  # the word F1 from which an answer counts as right where probabilities are judged
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Known:
    """A question with what is known of it. `held`: whether the articles hold the answer, None where nobody said."""

    id: str
    question: str
    answers: tuple[str, ...] | None  # none at all: the articles do not tell; None: nobody said
    context: str | None = None
    asked: str | None = None
    articles: tuple[str, ...] = ()  # ids of the articles that help
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question. `rank`: of the first passage with a gold answer, 0 for none among the 20 nearest."""

    id: str
    question: str
    kind: str
    golds: tuple[str, ...] | None
    held: bool | None
    answered: bool
    best: str  # the best answer, or where there is none the best span
    probability: float
    exact_match: float
    f1: float
    span_exact_match: float  # of the best single span, before spans agree on values
    span_f1: float
    rank: int | None = None
    ndcg: float | None = None
    rank_read: int | None = None  # in the order of the reply: what the reader found first


def evaluate(
    questions: Path,
    folder: Path | None,
    *,
    report: Path | None = None,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Figures over the questions, asked of the index in `folder`, or read against their own contexts where it is None.

    Shares are from 0 to 1, `intervals` hold 95% bootstrap bounds. `exact_match` and `f1` count a refusal to answer an
    answerable question as 0; `best_f1` takes the best answer whatever its probability, `best_span_f1` the best single span. With `report`, writes
    report.html, figures.json and outcomes.jsonl there, and goes on from outcomes.jsonl where it is of the same index
    and reader. Raises DatelineError for a bad file.
    """
    known = list(read_questions(questions))
    if not known:
        raise DatelineError(f"expected questions in {questions}, found none")
    archive = Archive.open(folder, reader=reader) if folder is not None else None
    if archive is not None:
        reader = archive.reader
    elif reader is None:
        reader = OnnxReader()
    made_by = {
        "index": archive.store.manifest["created"] if archive is not None else None,
        "reader": getattr(reader, "fingerprint", ""),
    }
    outcomes = []
    with _Kept(report, made_by) as kept:
        for number, one in enumerate(known, 1):
            outcomes.append(
                kept.get(one) or kept.add(one, _outcome(one, archive, reader, questions))
            )
            if progress is not None:
                progress(number, len(known))
    figures = figures_of(outcomes)
    if report is not None:
        from qa.evaluation.report import write_report

        write_report(
            report,
            f"{questions.name}{'' if archive is not None else ', read in their own contexts'}",
            figures,
            outcomes,
        )
    return figures


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of some outcomes, their intervals, and the main ones by kind of question."""
    series = _series(outcomes)
    figures: dict[str, Any] = {
        "questions": len(outcomes),
        "answerable": sum(bool(one.golds) for one in outcomes),
        **{name: round(sum(values) / len(values), 4) for name, values in series.items() if values},
    }
    judged = [one for one in outcomes if one.golds is not None]
    if judged:
        probabilities = [one.probability for one in judged]
        figures["calibration_error"] = round(
            calibration_error(probabilities, [one.f1 >= RIGHT for one in judged]), 4
        )
        figures["area_under_risk_coverage"] = round(
            area_under_risk_coverage(probabilities, [one.f1 for one in judged]), 4
        )
    figures["intervals"] = {
        name: [round(bound, 4) for bound in interval(values)]
        for name, values in series.items()
        if values
    }
    figures["by_kind"] = {
        kind: {"questions": len(some)}
        | {
            name: round(sum(values) / len(values), 4)
            for name, values in _series(some).items()
            if values and name in _MAIN
        }
        for kind in ("who", "when", "where", "how many", "other")
        if (some := [one for one in outcomes if one.kind == kind])
    }
    return figures


_MAIN = (
    "recall@1",
    "recall@20",
    "answered",
    "exact_match",
    "f1",
    "best_exact_match",
    "best_f1",
    "refused",
)


def _series(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """The measures whose means are figures: for each the values, a question each."""
    can, cannot = (
        [one for one in outcomes if one.golds],
        [one for one in outcomes if one.golds == ()],
    )
    searched = [one for one in can if one.rank is not None and one.held is not False]
    series: dict[str, list[float]] = {}
    if searched:
        series |= _ranking({one.id: one.rank or 0 for one in searched})
        read = _ranking({one.id: one.rank_read or 0 for one in searched})
        series |= {f"{name}_as_read": read[name] for name in ("recall@1", "recall@5")}
    series["ndcg@10"] = [one.ndcg for one in outcomes if one.ndcg is not None]
    series["answered"] = [float(one.answered) for one in can]
    series["exact_match"] = [one.exact_match * one.answered for one in can]
    series["f1"] = [one.f1 * one.answered for one in can]
    series["best_exact_match"] = [one.exact_match for one in can]
    series["best_f1"] = [one.f1 for one in can]
    series["best_span_exact_match"] = [one.span_exact_match for one in can]
    series["best_span_f1"] = [one.span_f1 for one in can]
    series["refused"] = [float(not one.answered) for one in cannot]
    if can and cannot:  # as SQuAD 2.0 counts: silence is the right answer to a question without one
        series["exact_match_of_all"] = series["exact_match"] + series["refused"]
        series["f1_of_all"] = series["f1"] + series["refused"]
    return series


def _ranking(ranks: Mapping[str, int]) -> dict[str, list[float]]:
    """recall at each cutoff and mrr, a question each, of the rank of the first passage with a gold answer; 0 for none."""
    qrels = [ir_measures.Qrel(id, str(rank) if rank else "none", 1) for id, rank in ranks.items()]
    run = [
        ir_measures.ScoredDoc(id, str(place), -place)
        for id in ranks
        for place in range(1, max(CUTOFFS) + 1)
    ]
    names = {Success @ cutoff: f"recall@{cutoff}" for cutoff in CUTOFFS} | {
        RR @ max(CUTOFFS): "mrr"
    }
    series: dict[str, list[float]] = {name: [] for name in names.values()}
    for value in ir_measures.iter_calc(list(names), qrels, run):
        series[names[value.measure]].append(value.value)
    return series


def _outcome(one: Known, archive: Archive | None, reader: Reader, file: Path) -> Outcome:
    rank = ndcg = rank_read = None
    if archive is not None:
        hits = archive.retrieve(one.question, k=max(CUTOFFS), as_of=one.asked)
        if one.answers:
            rank = _rank(hits, one.answers)
        if one.articles:
            ndcg = _ndcg(hits, one.articles)
        hits, unread = hits[:PASSAGES_READ], hits[PASSAGES_READ:]
    else:
        if one.context is None:
            raise DatelineError(
                f'expected a "context" beside each question of {file} for --given, found one without: {one.question[:80]!r}'
            )
        article = Article(one.id, one.context)
        hits = [
            Hit(Passage(article, start, end), 1.0) for start, end in passage_spans(article.text)
        ]
    if archive is not None:
        spans, answers, _ = archive.read(understand(one.question, as_of=one.asked), hits)
        if one.answers:
            rank_read = _rank([*answering_first(hits, spans), *unread], one.answers)
    else:
        spans = reader.read(one.question, hits)
        answers, _ = agree(one.question, spans, hits, reader.threshold)
    best = answers[0].text if answers else spans[0].text if spans else ""
    return Outcome(
        one.id,
        one.question,
        question_kind(one.question),
        one.answers,
        one.held,
        bool(answers),
        best,
        answers[0].probability if answers else spans[0].probability if spans else 0.0,
        exact_match(best, one.answers or ()),
        f1(best, one.answers or ()),
        exact_match(spans[0].text if spans else "", one.answers or ()),
        f1(spans[0].text if spans else "", one.answers or ()),
        rank,
        ndcg,
        rank_read,
    )


def _rank(hits: Sequence[Hit], golds: Sequence[str]) -> int:
    """Of the first hit that holds a gold answer; 0 for none."""
    return next((place for place, hit in enumerate(hits, 1) if holds(hit.text, golds)), 0)


def _ndcg(hits: Iterable[Hit], articles: Sequence[str]) -> float:
    """nDCG@10 of the order in which the hits bring their articles."""
    order = list(dict.fromkeys(hit.article.id for hit in hits))
    run = [ir_measures.ScoredDoc("q", id, -place) for place, id in enumerate(order)]
    return float(
        ir_measures.calc_aggregate(
            [nDCG @ 10], [ir_measures.Qrel("q", id, 1) for id in articles], run
        )[nDCG @ 10]
    )


class _Kept:
    """Outcomes on disk, question by question, beside what made them; those of another index or reader are dropped."""

    def __init__(self, folder: Path | None, made_by: dict[str, Any]) -> None:
        self._file = folder / "outcomes.jsonl" if folder is not None else None
        self._made_by = made_by
        self._outcomes: dict[str, Outcome] = {}

    def __enter__(self) -> _Kept:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lines = (
                self._file.read_text(encoding="utf-8").splitlines(keepends=True)
                if self._file.exists()
                else []
            )
            whole = [
                json.loads(line) for line in lines if line.endswith("\n")
            ]  # the last may be half written
            if whole and whole[0] == self._made_by:
                self._outcomes = {
                    row["id"]: Outcome(
                        **row | {"golds": None if row["golds"] is None else tuple(row["golds"])}
                    )
                    for row in whole[1:]
                }
            rows = [self._made_by, *map(asdict, self._outcomes.values())]
            self._file.write_text(
                "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
                encoding="utf-8",
            )
            self._open = self._file.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._open.close()

    def get(self, known: Known) -> Outcome | None:
        kept = self._outcomes.get(known.id)
        return (
            kept
            if kept is not None and (kept.question, kept.golds) == (known.question, known.answers)
            else None
        )

    def add(self, known: Known, outcome: Outcome) -> Outcome:
        if self._file is not None:
            self._open.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
            self._open.flush()
        return outcome


def figures_as_text(figures: dict[str, Any]) -> str:
    """The figures as a table: shares in percent with their intervals, then the main ones by kind of question."""
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            continue
        low, high = figures["intervals"].get(name, (math.nan, math.nan))
        shown = (
            str(value)
            if isinstance(value, int)
            else f"{100 * value:5.1f}"
            + ("" if math.isnan(low) else f"   {100 * low:.1f} to {100 * high:.1f}")
        )
        lines.append(f"{name.replace('_', ' '):<26} {shown}")
    columns = [name for name in _MAIN if any(name in row for row in figures["by_kind"].values())]
    lines += [
        "",
        f"{'':<10}{'questions':>11}" + "".join(f"{name.replace('_', ' '):>18}" for name in columns),
    ]
    for kind, row in figures["by_kind"].items():
        lines.append(
            f"{kind:<10}{row['questions']:>11}"
            + "".join(
                f"{100 * row[name]:>18.1f}" if name in row else f"{'':>18}" for name in columns
            )
        )
    return "\n".join(lines)


def read_questions(path: Path) -> Iterator[Known]:
    """The questions of a file or BEIR folder, ids made unique. Raises DatelineError for anything else, naming the line."""
    met: set[str] = set()
    for number, one in enumerate(_read(path)):
        id = one.id if one.id and one.id not in met else f"{one.id or 'q'}-{number}"
        met.add(id)
        yield Known(id, one.question, one.answers, one.context, one.asked, one.articles, one.held)


def _read(path: Path) -> Iterator[Known]:
    try:
        if path.is_dir():
            yield from _beir(path)
        elif path.suffix == ".json":
            yield from _squad(json.loads(path.read_text(encoding="utf-8")))
        else:
            with (gzip.open if path.suffix == ".gz" else open)(
                path, "rt", encoding="utf-8"
            ) as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield _ours(line, f"line {number} of {path}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DatelineError(
            f"expected questions in {path}, found it unreadable ({error})"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DatelineError(
            f"expected SQuAD's JSON or a BEIR folder at {path}, found something else"
        ) from None


def _ours(line: str, place: str) -> Known:
    try:
        row = json.loads(line)
        answers = tuple(
            str(answer["text"]) if isinstance(answer, dict) else str(answer)
            for answer in row["answers"]
        )
        question = row["question"]
        if not isinstance(question, str) or isinstance(row["answers"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise DatelineError(
            f'expected {{"question": ..., "answers": [...]}} in {place}, found something else'
        ) from None
    context = row.get("context")
    return Known(
        str(row.get("id", "")),
        question,
        answers,
        context if isinstance(context, str) else None,
        row.get("asked"),
        tuple(row.get("google_articles", ())),
        row.get("answer_in_google_articles"),
    )


def _squad(content: dict[str, Any]) -> Iterator[Known]:
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                answers = tuple(str(answer["text"]) for answer in qa["answers"])
                yield Known(str(qa.get("id", "")), qa["question"], answers, paragraph["context"])


def _beir(folder: Path) -> Iterator[Known]:
    helpful: dict[str, list[str]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                helpful.setdefault(row["query-id"], []).append(row["corpus-id"])
    with (folder / "queries.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["_id"] in helpful:
                yield Known(row["_id"], row["text"], None, articles=tuple(helpful[row["_id"]]))
