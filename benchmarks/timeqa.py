"""Ask TimeQA's questions, which name a time, over an archive of their own pages.

    python -m benchmarks.timeqa DATA/qa/train/timeqa_human.jsonl.gz [--questions 200] [--wrong]

A line has a `question`, its `context` (a whole page of Wikipedia) and its `answers`, none if the
page does not say who held the office at that time. All pages of the file become one archive, and
questions drawn by chance are asked of it as anybody would ask. An answer counts if it is said, not
merely found. Right is an exact match after normalisation, or silence if there is no answer.

Limits: the reader shipped was trained on the spans of timeqa_human, so its figure is no held-out
one; give a file that was kept back. The pages have no day, so the time must stand in their words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import index
import qa
from index.types import Article
from qa.archive import Archive
from qa.evaluation.metrics import exact_match, f1
from training.question_sets import written_out

Row = dict[str, Any]


def main() -> None:
    """Print how many questions are answered or refused rightly."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=25)
    parser.add_argument("--wrong", action="store_true", help="print what is wrong too")
    options = parser.parse_args()
    with gzip.open(options.file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    asked = random.Random(options.seed).sample(rows, min(options.questions, len(rows)))
    with TemporaryDirectory() as made:
        index.build(pages(rows), made)
        with qa.open(made) as archive:
            print(measure(archive, asked, wrong=options.wrong))


def pages(rows: Sequence[Row]) -> list[Article]:
    """Return each page once, written as people write."""
    texts = dict.fromkeys(row["context"] for row in rows)
    return [Article(f"page{n}", written_out(text, [])[0]) for n, text in enumerate(texts)]


def measure(archive: Archive, rows: Sequence[Row], wrong: bool = False) -> str:
    """Return a line of figures of the questions with an answer, and one of the others."""
    scores: list[tuple[float, float, bool]] = []
    refused: list[bool] = []
    for row in rows:
        golds = [written_out(answer["text"], [])[0] for answer in row["answers"]]
        reply = archive.ask(written_out(row["question"], [])[0])
        said = reply.answers[0].text if reply.answered else ""
        if golds:
            scores.append((exact_match(said, golds), f1(said, golds), reply.answered))
        else:
            refused.append(not reply.answered)
        if wrong and not (exact_match(said, golds) if golds else not said):
            print(f"{row['question']}: {said or 'silence'}, not {golds or 'silence'}")
    exact, overlap, answered = (sum(each) for each in zip(*scores, strict=True))
    count = len(scores)
    return (
        f"with an answer: {count}; said {exact / count:.1%} exact, {overlap / count:.1%} F1; "
        f"{answered / count:.1%} answered\n"
        f"without one: {len(refused)}; {sum(refused)} refused"
    )


if __name__ == "__main__":
    main()
