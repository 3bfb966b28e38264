"""What each choice of the training is worth: short trainings that differ in one thing, on held-out sets.

    python -m training.ablation WORK DATA/qa --start FOLDER_OR_ONNX [--also NAME=FOLDER_OR_ONNX ...] [--examples 5000]

WORK holds examples.jsonl.gz of training.mix. Every row trains on the same number of examples, drawn anew where a
group is left out, from the same starting weights unless it names others (--also). Then one reading of the best span:
exact match and F1 on SQuAD 1.1 dev (32 articles) and NewsQA, and on SQuAD 2.0 dev (19 articles) the area under the ROC
curve with which the score tells right best spans from questions without an answer. The last row is the first one
without quantisation. Rows that are done are kept: an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from index.text.chunking import passage_spans
from qa.answering.reader import MODEL, OnnxReader
from qa.evaluation.metrics import exact_match, f1
from training.measure import sampled

# Groups of training.mix, or sets of it, that a row leaves out.
ROWS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "without swapped questions": ("swapped",),
    "without neighbouring passages": ("neighbour",),
    "without mined passages": ("mined",),
    "without unanswerable questions": ("unanswerable",),
    "without any negatives": ("swapped", "neighbour", "mined", "unanswerable"),
    "without SQuAD": ("squad2_16articles", "squad_train_800para"),
    "without SQuADShifts": (
        "squadshifts_new_wiki",
        "squadshifts_amazon_reviews",
        "squadshifts_reddit",
    ),
    "without Natural Questions": ("qed_nq", "nq_oracle"),
    "without QAMR and QA-SRL": ("qamr", "qasrl_gs"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME=FOLDER_OR_ONNX",
        help="other starting weights",
    )
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--questions", type=int, default=400, help="of each held-out set")
    arguments = parser.parse_args()
    with gzip.open(arguments.work / "examples.jsonl.gz", "rt", encoding="utf-8") as file:
        examples = [json.loads(line) for line in file]
    starts = {name: Path(path) for name, path in (one.split("=", 1) for one in arguments.also)}
    rows = {name: (arguments.start, groups) for name, groups in ROWS.items()} | {
        f"starting from {name}": (path, ()) for name, path in starts.items()
    }
    print(f"{'':<34}{'SQuAD 1.1':>16}{'NewsQA':>16}{'SQuAD 2.0, ROC':>16}")
    for name, (start, without) in rows.items():
        folder = arguments.work / "ablation" / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "model.int8.onnx").exists():
            some = drawn(examples, without, arguments.examples)
            with gzip.open(folder / "examples.jsonl.gz", "wt", encoding="utf-8") as file:
                file.writelines(json.dumps(example) + "\n" for example in some)
            command = [
                sys.executable,
                "-m",
                "training.train",
                str(folder),
                "--start",
                str(start),
                "--resume",
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            (folder / "checkpoint.pt").unlink()
        print(
            _row(
                name,
                folder / "model.int8.onnx",
                arguments.data,
                arguments.questions,
                arguments.work,
            ),
            flush=True,
        )
    print(
        _row(
            "everything, float32",
            arguments.work / "ablation" / "everything" / "model.onnx",
            arguments.data,
            arguments.questions,
            arguments.work,
        )
    )


def drawn(
    examples: Sequence[dict[str, Any]], without: Sequence[str], number: int
) -> list[dict[str, Any]]:
    """`number` of the examples that are of none of these groups, always the same ones."""
    left = [example for example in examples if example["group"] not in without]
    return random.Random(0).sample(left, min(number, len(left)))


def best_span(reader: OnnxReader, question: str, context: str) -> tuple[float, str]:
    """(score, text) of the best span of one reading of the passages of a context; the score is its margin plus half the relevance."""
    spans = [
        (margin + relevance / 2, context[a + start : a + end])
        for a, b in passage_spans(context)
        for relevance, found in reader.outputs(question, [context[a:b]])
        for start, end, margin in found
    ]
    return max(spans, default=(-99.0, ""))


def _row(name: str, model: Path, data: Path, questions: int, work: Path) -> str:
    reader = OnnxReader(MODEL, model.resolve())
    cells = []
    for file in ("squad1_dev_32articles", "newsqa_dev_half"):
        golds, best = _read(reader, sampled(data / "test" / f"{file}.jsonl.gz", work, questions))
        pairs = list(zip(best, golds, strict=True))
        exact, overlap = (
            100 * np.mean([measure(text, some) for (_, text), some in pairs])
            for measure in (exact_match, f1)
        )
        cells.append(f"{exact:.1f} / {overlap:.1f}")
    golds, best = _read(
        reader, sampled(data / "test" / "squad2_dev_19articles.jsonl.gz", work, questions)
    )
    judged = [
        (score, bool(some))
        for (score, text), some in zip(best, golds, strict=True)
        if not some or f1(text, some) >= 0.6
    ]
    cells.append(
        f"{roc_auc_score([truth for _, truth in judged], [score for score, _ in judged]):.3f}"
    )
    return f"{name:<34}" + "".join(f"{cell:>16}" for cell in cells)


def _read(reader: OnnxReader, file: Path) -> tuple[list[list[str]], list[tuple[float, str]]]:
    """The gold answers of each question of a set, and its best span."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    golds = [[answer["text"] for answer in row["answers"]] for row in rows]
    return golds, [best_span(reader, row["question"], row["context"]) for row in rows]


if __name__ == "__main__":
    main()
