"""Questions with known answers, read from three formats.

The path tells which one it is:

- a .jsonl or .jsonl.gz file, one object per line. It has "question" and "answers", each answer a
  string or {"text", "start"}. It may have "id", "context" (for reading without an index), "asked"
  (the day), "google_articles" (ids of articles that help) and "answer_in_google_articles";
- a .json file in SQuAD's form (Rajpurkar et al. 2016): {"data": [{"paragraphs": [{"context",
  "qas": [{"question", "answers"}]}]}]};
- a BEIR folder (Thakur et al. 2021) with queries.jsonl and qrels/test.tsv. It has no answers, so
  only rankings of articles are measured.

An empty list of answers says that the articles do not tell.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from index.types import DatelineError


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with what is known about it.

    `answers` are () if the articles do not tell, None if nobody said. `asked` is the day on
    which it is asked. `articles` are the ids of articles that help. `held` says whether the
    articles hold the answer, None if nobody said.
    """

    id: str
    question: str
    answers: tuple[str, ...] | None
    context: str | None = None
    asked: str | None = None
    articles: tuple[str, ...] = ()
    held: bool | None = None


def read_questions(path: Path) -> Iterator[LabelledQuestion]:
    """Yield the questions of a file or BEIR folder, each with an id of its own.

    Raises DatelineError for a file that cannot be read or is none of the three formats.
    """
    seen: set[str] = set()
    for number, question in enumerate(_read(path)):
        id = question.id
        if not id or id in seen:
            id = f"{id or 'q'}-{number}"
        seen.add(id)
        yield replace(question, id=id)


def _read(path: Path) -> Iterator[LabelledQuestion]:
    try:
        if path.is_dir():
            yield from _read_beir(path)
        elif path.suffix == ".json":
            yield from _read_squad(json.loads(path.read_text(encoding="utf-8")))
        else:
            with _open_lines(path) as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield _read_line(line, f"line {number} of {path}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DatelineError(
            f"expected questions in {path}, found it unreadable ({error})"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise DatelineError(
            f"expected SQuAD's JSON or a BEIR folder at {path}, found something else"
        ) from None


def _open_lines(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _read_line(line: str, place: str) -> LabelledQuestion:
    try:
        row = json.loads(line)
        question, answers = row["question"], row["answers"]
        asked, articles = row.get("asked"), tuple(map(str, row.get("google_articles", ())))
        if not isinstance(question, str) or isinstance(answers, str):
            raise TypeError
        if not isinstance(asked, str | None):
            raise TypeError
        texts = tuple(_answer_text(answer) for answer in answers)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DatelineError(
            f'expected {{"question": ..., "answers": [...]}} in {place}, found something else'
        ) from None
    context = row.get("context")
    return LabelledQuestion(
        id=str(row.get("id", "")),
        question=question,
        answers=texts,
        context=context if isinstance(context, str) else None,
        asked=asked,
        articles=articles,
        held=row.get("answer_in_google_articles"),
    )


def _answer_text(answer: Any) -> str:
    return str(answer["text"]) if isinstance(answer, dict) else str(answer)


def _read_squad(content: dict[str, Any]) -> Iterator[LabelledQuestion]:
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            for row in paragraph["qas"]:
                answers = tuple(str(answer["text"]) for answer in row["answers"])
                yield LabelledQuestion(
                    str(row.get("id", "")), row["question"], answers, paragraph["context"]
                )


def _read_beir(folder: Path) -> Iterator[LabelledQuestion]:
    """Yield the queries that have a helpful article; the others are not judged."""
    helpful: dict[str, list[str]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                helpful.setdefault(row["query-id"], []).append(row["corpus-id"])
    with (folder / "queries.jsonl").open(encoding="utf-8") as file:
        for line in file:
            query = json.loads(line)
            articles = tuple(helpful.get(query["_id"], ()))
            if articles:
                yield LabelledQuestion(query["_id"], query["text"], None, articles=articles)
