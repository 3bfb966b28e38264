"""What became of each question, and the file that keeps it.

With the file an evaluation can go on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa.evaluation.questions import LabelledQuestion


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    `golds` are its known answers, as in `LabelledQuestion.answers`. `best` is the best answer, or
    the best span if there is no answer; `probability`, `exact_match` and `f1` are those of `best`.
    `span_exact_match` and `span_f1` are those of the best single span, before spans with one value
    are put together. Ranks are those of the first passage with a gold answer, 0 for none: `rank` as
    retrieved, `rank_read` in the order of the reply. `sentence_rank` is for a question that asks
    for sentences. It is the place of the first one with a gold answer among the three best, 0 for
    none.
    """

    id: str
    question: str
    kind: str
    golds: tuple[str, ...] | None
    held: bool | None
    answered: bool
    best: str
    probability: float
    exact_match: float
    f1: float
    span_exact_match: float
    span_f1: float
    rank: int | None = None
    ndcg: float | None = None
    rank_read: int | None = None
    sentence_rank: int | None = None


class OutcomeLog:
    """Outcomes in a file, one per line, after a line that says what made them.

    A context manager. Outcomes that another index or reader made are dropped, and so is a last
    line that was only half written. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None, made_by: Mapping[str, Any]) -> None:
        self._file = None if folder is None else folder / "outcomes.jsonl"
        self._made_by = dict(made_by)
        self._kept: dict[str, Outcome] = {}

    def __enter__(self) -> OutcomeLog:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists():
                self._kept = self._read(self._file)
            rows = [self._made_by, *(asdict(outcome) for outcome in self._kept.values())]
            self._file.write_text("".join(_line(row) for row in rows), encoding="utf-8")
            self._open = self._file.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._open.close()

    def get(self, question: LabelledQuestion) -> Outcome | None:
        """Return the kept outcome of a question.

        Returns None if there is none, or if it was another question's.
        """
        kept = self._kept.get(question.id)
        if kept is None or (kept.question, kept.golds) != (question.question, question.answers):
            return None
        return kept

    def add(self, outcome: Outcome) -> None:
        """Write an outcome to the file at once."""
        if self._file is not None:
            self._open.write(_line(asdict(outcome)))
            self._open.flush()

    def _read(self, file: Path) -> dict[str, Outcome]:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        rows = [json.loads(line) for line in lines if line.endswith("\n")]
        if not rows or rows[0] != self._made_by:
            return {}
        return {row["id"]: _outcome_of(row) for row in rows[1:]}


def _outcome_of(row: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a line of the file holds."""
    golds = row["golds"]
    return Outcome(**{**row, "golds": None if golds is None else tuple(golds)})


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
