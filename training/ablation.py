"""Measure what each choice of the training is worth, by short trainings that differ in one thing.

    python -m training.ablation WORK DATA/qa --start FOLDER_OR_ONNX
        [--also NAME=FOLDER_OR_ONNX ...] [--examples 5000]

WORK holds examples.jsonl.gz of training.mix. Every row trains on the same number of examples, drawn
anew if a group is left out. It starts from the same weights, unless it names others (--also). Each
is measured on held-out sets by its best span in one reading: exact match and F1 on SQuAD 1.1 dev
(32 articles) and NewsQA, and on SQuAD 2.0 dev (19 articles) the area under the ROC curve of the
score. Positives are right best spans, negatives are questions without an answer. The last row is
the first one without quantisation. Finished rows are kept, so an interrupted run goes on.
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
_RIGHT = 0.6  # F1


def main() -> None:
    """Run the command line."""
    arguments = _arguments()
    with gzip.open(arguments.work / "examples.jsonl.gz", "rt", encoding="utf-8") as file:
        examples = [json.loads(line) for line in file]
    rows = {name: (arguments.start, groups) for name, groups in ROWS.items()}
    for one in arguments.also:
        name, path = one.split("=", 1)
        rows[f"starting from {name}"] = (Path(path), ())
    print(f"{'':<34}{'SQuAD 1.1':>16}{'NewsQA':>16}{'SQuAD 2.0, ROC':>16}")
    for name, (start, without) in rows.items():
        folder = arguments.work / "ablation" / name.replace(" ", "-")
        if not (folder / "model.int8.onnx").exists():
            _train(folder, drawn(examples, without, arguments.examples), start)
        print(_row(name, folder / "model.int8.onnx", arguments), flush=True)
    plain = arguments.work / "ablation" / "everything" / "model.onnx"
    print(_row("everything, float32", plain, arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("work", type=Path)
    add("data", type=Path)
    add("--start", type=Path, required=True)
    add(
        "--also",
        action="append",
        default=[],
        metavar="NAME=FOLDER_OR_ONNX",
        help="other starting weights",
    )
    add("--examples", type=int, default=5_000)
    add("--questions", type=int, default=400, help="of each held-out set")
    return parser.parse_args()


def _train(folder: Path, examples: Sequence[dict[str, Any]], start: Path) -> None:
    """Train on the examples in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "examples.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(example) + "\n" for example in examples)
    command = [sys.executable, "-m", "training.train", str(folder)]
    command += ["--start", str(start), "--resume"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (folder / "checkpoint.pt").unlink()


def drawn(
    examples: Sequence[dict[str, Any]], without: Sequence[str], number: int
) -> list[dict[str, Any]]:
    """Return `number` examples that are of none of these groups, always the same ones."""
    left = [example for example in examples if example["group"] not in without]
    return random.Random(0).sample(left, min(number, len(left)))


def best_span(reader: OnnxReader, question: str, context: str) -> tuple[float, str]:
    """Return (score, text) of the best span in one reading of a context's passages.

    The score is the span's margin plus half its passage's relevance; -99 and "" for no span.
    """
    found = []
    for first, last in passage_spans(context):
        ((relevance, spans),) = reader.outputs(question, [context[first:last]])
        for start, end, margin in spans:
            found.append((margin + relevance / 2, context[first + start : first + end]))
    return max(found, default=(-99.0, ""))


def _row(name: str, model: Path, arguments: argparse.Namespace) -> str:
    """Return a row of the table: the figures of one model on each held-out set."""
    reader = OnnxReader(MODEL, model.resolve())
    cells = []
    for file in ("squad1_dev_32articles", "newsqa_dev_half", "squad2_dev_19articles"):
        path = arguments.data / "test" / f"{file}.jsonl.gz"
        golds, best = _read(reader, sampled(path, arguments.work, arguments.questions))
        if file.startswith("squad2"):
            cells.append(f"{_area_under_roc(golds, best):.3f}")
        else:
            cells.append(_exact_and_f1(golds, best))
    return f"{name:<34}" + "".join(f"{cell:>16}" for cell in cells)


def _exact_and_f1(golds: Sequence[Sequence[str]], best: Sequence[tuple[float, str]]) -> str:
    pairs = [(text, some) for (_, text), some in zip(best, golds, strict=True)]
    exact = 100 * np.mean([exact_match(text, some) for text, some in pairs])
    overlap = 100 * np.mean([f1(text, some) for text, some in pairs])
    return f"{exact:.1f} / {overlap:.1f}"


def _area_under_roc(golds: Sequence[Sequence[str]], best: Sequence[tuple[float, str]]) -> float:
    """Return how well scores separate right best spans from questions without an answer."""
    truths, scores = [], []
    for (score, text), some in zip(best, golds, strict=True):
        if not some or f1(text, some) >= _RIGHT:
            truths.append(bool(some))
            scores.append(score)
    return float(roc_auc_score(truths, scores))


def _read(reader: OnnxReader, file: Path) -> tuple[list[list[str]], list[tuple[float, str]]]:
    """Return the gold answers to each question of a set, and its best span."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    golds = [[answer["text"] for answer in row["answers"]] for row in rows]
    return golds, [best_span(reader, row["question"], row["context"]) for row in rows]


if __name__ == "__main__":
    main()
