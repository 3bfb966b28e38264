"""Measure which sentence of a text is quoted first to an open question.

    python -m benchmarks.quotations DATA/qa [--sample 150]

Of each set it draws questions that ask for a sentence (why, how, what was said), and has their own
context read. It prints how often the best sentence holds the known answer, and how often one of the
three best does. NewsQA and SQuAD dev were never trained on; PolicyQA and FairytaleQA were.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path

from qa.answering.kinds import asks_for
from qa.answering.reader import OnnxReader
from qa.evaluation.questions import LabelledQuestion
from qa.evaluation.run import measure_reading

SETS = (
    "test/newsqa_dev_half",
    "test/squad1_dev_32articles",
    "train/fincausal2025_en",
    "train/fairytaleqa_verbatim",
    "train/policyqa",
)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=150, help="questions of each set")
    arguments = parser.parse_args()
    reader = OnnxReader()
    ranks: list[int] = []
    for name in SETS:
        file = arguments.data / f"{name}.jsonl.gz"
        found = [
            measure_reading(reader, question, file).sentence_rank or 0
            for question in _drawn(file, arguments.sample)
        ]
        _print_shares(name, found)
        ranks += found
    _print_shares("all", ranks)


def _drawn(file: Path, number: int) -> list[LabelledQuestion]:
    """Return questions that ask for a sentence and have an answer."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    asked = [row for row in rows if row["answers"] and asks_for(row["question"]) == "sentence"]
    random.Random(1).shuffle(asked)
    return [
        LabelledQuestion(
            id=str(row["id"]),
            question=row["question"],
            answers=tuple(answer["text"] for answer in row["answers"]),
            context=row["context"],
        )
        for row in asked[:number]
    ]


def _print_shares(name: str, ranks: list[int]) -> None:
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    three = sum(rank > 0 for rank in ranks) / len(ranks)
    print(f"{name:<30}{len(ranks):>5} questions: first {first:.1%}, among three {three:.1%}")


if __name__ == "__main__":
    main()
