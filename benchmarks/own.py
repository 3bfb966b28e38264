"""Ask the project's own questions over real articles, and print what is right.

    python -m benchmarks.own differ INDEX ARTICLES [ARTICLES ...] [--wrong]
    python -m benchmarks.own time INDEX [--wrong]
    python -m benchmarks.own open INDEX [--wrong]

The articles are those of RealTime QA. Somebody read them and wrote the questions, so each has
the ids of its articles and the places of the sentences that answer. No sentence stands here.

- differ: two outlets give different values of one thing. It is shown if the reply says that
  answers differ and both values are among them. ARTICLES are files to check the places with.
- time: `explicit` names the right time, `wrong` a time of which nothing is said, `recent` asks
  for the newest on a day. Right is a known answer first, or rightful silence.
- open: why, how, what happened, what was said. Right is a first quotation from the sentences
  that answer.

A question is asked as on its day; those over the five seeds, which have no dates, as of now. One
whose articles the index lacks is left out and counted. Nothing here was trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import qa
from qa.evaluation.metrics import f1, holds
from qa.types import Answer, Reply

QUESTIONS = Path(__file__).parent / "own_questions"
_ENOUGH = 0.6  # word F1 of a value
Row = Mapping[str, Any]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=("differ", "time", "open"))
    parser.add_argument("index", type=Path)
    parser.add_argument("articles", type=Path, nargs="*")
    parser.add_argument("--wrong", action="store_true", help="print what is wrong too")
    arguments = parser.parse_args()
    rows = read_rows(QUESTIONS / f"{arguments.kind}.jsonl")
    check_places(rows, arguments.articles)
    with qa.open(arguments.index) as archive:
        print(measure(archive, rows, wrong=arguments.wrong))


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Return the questions of a file, one object a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def check_places(rows: Sequence[Row], files: Sequence[Path]) -> None:
    """Raise ValueError if a value does not stand in its sentence of these articles."""
    sides: dict[str, list[Row]] = {}
    for row in rows:
        for side in row.get("sides", ()):
            sides.setdefault(side["article"], []).append(side)
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for article in map(json.loads, lines):
                for side in sides.get(article["id"], ()):
                    _check_place(article, side)


def _check_place(article: Row, side: Row) -> None:
    if side["value"] not in article["text"][side["start"] : side["end"]]:
        raise ValueError(
            f"expected {side['value']!r} in article {article['id']} at {side['start']}, found "
            "other text; give the articles that the questions were written on"
        )


def measure(archive: qa.Archive, rows: Sequence[Row], *, wrong: bool = False) -> str:
    """Ask the questions, print each one, and return how many are right by group."""
    held = {id.rpartition(":")[2] for id in archive.store.fingerprints()}
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    left_out = 0
    for row in rows:
        if not can_be_asked(row, held):
            left_out += 1
            continue
        reply = archive.ask(row["question"], as_of=row["asked"])
        good = is_right(reply, row)
        asked[row["group"]] += 1
        right[row["group"]] += good
        if good and row["group"] == "differ":
            print(f"{row['id']} differs: {' / '.join(side['value'] for side in row['sides'])}")
        if wrong and not good:
            said = [answer.text[:80] for answer in reply.answers[:3]] or reply.reason_code
            print(f"{row['id']} {row['question']} found {said}")
    lines = [f"{group:<10}{right[group]:>4} of {asked[group]}" for group in asked]
    if left_out:
        lines.append(f"{left_out} left out: the index lacks their articles")
    return "\n".join(lines)


def can_be_asked(row: Row, held: Set[str]) -> bool:
    """Return whether the index holds an article that answers, or both that differ."""
    if row["group"] == "differ":
        return articles_of(row) <= held
    return not held.isdisjoint(articles_of(row))


def articles_of(row: Row) -> set[str]:
    """Return the ids of the articles that a question was written on."""
    return {side["article"] for side in row.get("sides", ())} | set(row.get("articles", ()))


def is_right(reply: Reply, row: Row) -> bool:
    """Return whether a reply is right, as the module's docstring says."""
    if row["group"] == "differ":
        told = [answer.text for answer in reply.conflicting]
        return all(any(holds(text, [side["value"]]) for text in told) for side in row["sides"])
    if row["group"] == "open":
        return bool(reply.answers) and any(_is_from(reply.answers[0], one) for one in row["sides"])
    if row["group"] == "wrong":
        return not reply.answered or reply.answers[0].citations[0].stance != "said"
    first = reply.answers[0].text if reply.answers else ""
    return f1(first, row["answers"]) >= _ENOUGH or holds(first, row["answers"])


def _is_from(answer: Answer, side: Row) -> bool:
    """Return whether an answer shares characters with a sentence that answers."""
    best = answer.citations[0]
    if best.article.id.rpartition(":")[2] != side["article"]:
        return False
    return bool(best.start < side["end"] and side["start"] < best.end)


if __name__ == "__main__":
    main()
