"""Retrieval and answer measures over questions with known answers, one JSON object a line (.jsonl or .jsonl.gz).

    {"id", "question", "answers": ["..."] or [{"text", "start"}], "context" (for --given)}

An empty `answers` says that the question has none. Answers are compared as SQuAD does (Rajpurkar et
al. 2016): lower-cased, without articles and punctuation; F1 over words; the best gold answer counts.
"""

from __future__ import annotations

import gzip
import json
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.chunking import passage_spans
from index.types import Article, DatelineError, Passage
from qa.agreement import agree
from qa.archive import PASSAGES_READ, Archive
from qa.reader import OnnxReader
from qa.types import Hit

_CUTOFFS = (1, 5, 10, 20)


def normalise(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces."""
    text = "".join(character for character in text.casefold() if character not in string.punctuation + "“”‘’")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1 where the prediction equals a gold answer after normalisation, else 0."""
    return float(any(normalise(prediction) == normalise(gold) for gold in golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best F1 over words of the prediction with a gold answer, from 0 to 1."""

    def one(gold: str) -> float:
        words, others = normalise(prediction).split(), normalise(gold).split()
        common = sum((Counter(words) & Counter(others)).values())
        return 2 * common / (len(words) + len(others)) if common else 0.0

    return max(map(one, golds), default=0.0)


def evaluate(questions: Path, folder: Path | None) -> dict[str, Any]:
    """Figures over the questions of a file: asked of the index in `folder`, or read against their own contexts where it is None.

    Shares are from 0 to 1. `exact_match` and `f1` count a refusal to answer an answerable question as 0;
    `best_span_f1` takes the best span whatever its probability. Raises DatelineError for a bad file.
    """
    records = list(_records(questions))
    archive = Archive.open(folder) if folder is not None else None
    reader = archive.reader if archive is not None else OnnxReader()
    tallies: dict[str, list[float]] = {}

    def tally(name: str, value: float) -> None:
        tallies.setdefault(name, []).append(value)

    for record in records:
        golds = [answer["text"] if isinstance(answer, dict) else str(answer) for answer in record["answers"]]
        if archive is not None:
            hits = archive.retrieve(record["question"], k=max(_CUTOFFS))
            ranks = [
                rank for rank, hit in enumerate(hits, 1) if any(f" {normalise(gold)} " in f" {normalise(hit.text)} " for gold in golds)
            ]
            if golds:
                tally("mrr", 1 / ranks[0] if ranks else 0.0)
                for cutoff in _CUTOFFS:
                    tally(f"recall@{cutoff}", float(bool(ranks) and ranks[0] <= cutoff))
            hits = hits[:PASSAGES_READ]
        else:
            article = Article(str(record.get("id", "")), _context(record, questions))
            hits = [Hit(Passage(article, start, end), 1.0) for start, end in passage_spans(article.text)]
        spans = reader.read(record["question"], hits)
        answers, _ = agree(record["question"], spans, hits, reader.threshold)
        if golds:
            tally("answered", float(bool(answers)))
            tally("exact_match", exact_match(answers[0].text, golds) if answers else 0.0)
            tally("f1", f1(answers[0].text, golds) if answers else 0.0)
            tally("best_span_exact_match", exact_match(spans[0].text, golds) if spans else 0.0)
            tally("best_span_f1", f1(spans[0].text, golds) if spans else 0.0)
        else:
            tally("refused", float(not answers))
    figures: dict[str, Any] = {"questions": len(records), "answerable": len(tallies.get("f1", []))}
    return figures | {name: round(sum(values) / len(values), 4) for name, values in tallies.items()}


def figures_as_text(figures: dict[str, Any]) -> str:
    """The figures, one a line; shares in percent."""
    return "\n".join(
        f"{name.replace('_', ' '):<22} {value if isinstance(value, int) else f'{100 * value:.1f}'}" for name, value in figures.items()
    )


def _records(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as opened:
            lines = opened.readlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DatelineError(f"expected questions in {file}, found it unreadable ({error})") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                record = json.loads(line)
                record["question"], record["answers"]
            except (ValueError, KeyError, TypeError):
                raise DatelineError(
                    f'expected {{"question": ..., "answers": [...]}} in line {number} of {file}, found something else'
                ) from None
            yield record


def _context(record: dict[str, Any], file: Path) -> str:
    if not isinstance(record.get("context"), str):
        raise DatelineError(
            f'expected a "context" beside each question of {file} for --given, found one without: {record["question"][:80]!r}'
        )
    return str(record["context"])
