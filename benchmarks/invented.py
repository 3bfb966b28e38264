"""Ask 110 questions of 25 invented articles, and print what is right by kind.

    python -m benchmarks.invented [--wrong]

The articles and questions of benchmarks/stories were written by somebody who knew no code of
Dateline. Nothing was fitted to them, but three causes of wrong answers were found with them, so
real articles (dateline evaluate) say more. Right is:

- factoid, time: the first answer holds a known one, and no difference is said;
- sentence: the first quotation is the known sentence, or most of its words;
- differ: a difference is said, of both values;
- grow: the newest figure is first, and no difference is said;
- denied, absent: no answer, or one that is shown as denied or withdrawn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import index
import qa
from qa.evaluation.metrics import f1, holds
from qa.types import Reply

STORIES = Path(__file__).parent / "stories"
_ENOUGH = 0.6  # word F1 of a value
_MOST = 0.5  # word F1 of a sentence


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wrong", action="store_true", help="print what is wrong too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index.build(STORIES / "articles", Path(folder) / "index")
        with qa.open(Path(folder) / "index") as archive:
            lines = (STORIES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
            ask(archive, map(json.loads, lines), wrong=arguments.wrong)


def ask(archive: qa.Archive, rows: Iterable[Mapping[str, Any]], *, wrong: bool) -> None:
    """Ask the question of each row, and print how many are right by kind.

    A row has "id", "kind", "question", "answers", and "asked" if it is asked as on a day. `wrong`
    prints what is wrong too.
    """
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in rows:
        reply = archive.ask(row["question"], as_of=row.get("asked"))
        good = is_right(reply, row["kind"], row["answers"])
        asked[row["kind"]] += 1
        right[row["kind"]] += good
        if wrong and not good:
            said = [answer.text[:80] for answer in reply.answers[:3]]
            print(f"{row['id']} {row['question']} expected {row['answers']}, found {said}")
    for kind, number in asked.items():
        print(f"{kind:<10}{right[kind]:>4} of {number}")
    print(f"{'all':<10}{sum(right.values()):>4} of {sum(asked.values())}")


def is_right(reply: Reply, kind: str, answers: Sequence[str]) -> bool:
    """Return whether a reply is right, as the module's docstring says."""
    if not answers:
        return not reply.answered or reply.answers[0].citations[0].stance != "said"
    if kind == "differ":
        told = [answer.text for answer in reply.conflicting]
        return sum(any(_is_value(text, [one]) for text in told) for one in answers) > 1
    if not reply.answered or reply.disagreement:
        return False
    first = reply.answers[0].text
    if kind == "sentence":
        whole = any(one in first or first in one for one in answers)
        return whole or f1(first, answers) >= _MOST
    return _is_value(first, answers)


def _is_value(text: str, answers: Sequence[str]) -> bool:
    return f1(text, answers) >= _ENOUGH or holds(text, answers)


if __name__ == "__main__":
    main()
