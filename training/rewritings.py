"""Follow-ups that people rewrote, and how near a completed question comes to theirs.

The rows are of CANARD (Elgohary et al. 2019) and TREC CAsT: `{"dataset", "topic", "turn", "about",
"history": [{"question", "answer"}], "question", "rewritten"}`. Topics of one article stay
together: a quarter of the articles is held out.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.answering.turns import Turn

# Articles, prepositions, auxiliaries and pronouns: which of them a person chose says little.
_FUNCTION_WORDS = frozenset(
    """a an the of in on at to from by with for about as and or but so is are was were be been being
    am do does did has have had will would can could should he she it they him her them his hers its
    their theirs this that these those there""".split()
)
_DONE = 0.9  # F1 from which a question is completed as the person did
_HELD_OUT = 4  # every fourth article


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A follow-up with its conversation, and the question that a person made of it."""

    article: str
    turns: tuple[Turn, ...]
    question: str
    rewritten: str

    @property
    def is_held_out(self) -> bool:
        return zlib.crc32(self.article.encode()) % _HELD_OUT == 0


def read(files: Iterable[Path], titles: bool = True) -> list[Rewriting]:
    """Return the follow-ups of files that have a turn before them, with or without titles."""
    found = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["history"]:
                found.append(_rewriting(row, titles))
    return found


def _rewriting(row: dict[str, Any], titles: bool) -> Rewriting:
    about = str(row.get("about", ""))
    turns = tuple(
        Turn(
            turn["question"],
            turn["question"],
            turn["answer"],
            turn.get("sentence", turn["answer"]),
            title=about if titles else "",
        )
        for turn in row["history"]
    )
    alone = row.get("article", f"{row['dataset']} {row['topic']}")
    article = about.split(" · ")[0] or alone
    question = " ".join(row["question"].split())
    return Rewriting(article, turns, question, row["rewritten"])


def words_of(text: str, dropped: frozenset[str] = _FUNCTION_WORDS) -> Counter[str]:
    """Return the content words of a question with their counts, in lower case."""
    words = re.findall(r"[^\W_]+", re.sub(r"[’']s\b", "", text.casefold()))
    return Counter(word for word in words if word not in dropped)


def f1(one: Counter[str], other: Counter[str]) -> float:
    """Return the F1 of two bags of words."""
    if not one or not other:
        return float(one == other)
    return 2 * (one & other).total() / (one.total() + other.total())


@dataclass(frozen=True, slots=True)
class Scores:
    """How completed questions compare with a person's, in shares.

    `done` is of those that need completing, `kept` of those that do not; the others are of all.
    `gain` is the mean F1 with the person's, less that of the question as typed.
    """

    number: int
    need: int
    done: float
    equal: float
    worse: float
    better: float
    kept: float
    typed_f1: float
    f1: float

    def __str__(self) -> str:
        return (
            f"{self.number} follow-ups, {self.need} need completing: "
            f"{self.done:.1%} as the person did ({self.equal:.1%} word for word), "
            f"{self.worse:.1%} worse than typed, {self.better:.1%} better; "
            f"{self.kept:.1%} of the others unchanged; F1 {self.f1:.3f} (typed {self.typed_f1:.3f})"
        )


def scores(rows: Sequence[Rewriting], completed: Sequence[str]) -> Scores:
    """Compare completed questions with those that people wrote."""
    need = done = equal = worse = better = kept = 0
    total = total_typed = 0.0
    for row, text in zip(rows, completed, strict=True):
        typed, mine, theirs = map(words_of, (row.question, text, row.rewritten))
        before, after = f1(typed, theirs), f1(mine, theirs)
        total, total_typed = total + after, total_typed + before
        worse, better = worse + (after < before), better + (after > before)
        if typed == theirs:
            kept += mine == typed
        else:
            need, done, equal = need + 1, done + (after >= _DONE), equal + (mine == theirs)
    number, others = len(rows), max(1, len(rows) - need)
    return Scores(
        number,
        need,
        done / max(1, need),
        equal / max(1, need),
        worse / number,
        better / number,
        kept / others,
        total_typed / number,
        total / number,
    )
