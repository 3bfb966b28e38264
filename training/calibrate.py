"""Fit the probability of a reader's best span to its two outputs, over open retrieval.

    python -m training.calibrate DATA/qa/train [--trained WORK/examples.jsonl.gz]
        [--questions 600] [--work var/calibration]

Contexts of training sets become one archive. Some are held back, so that their questions have no
answer in it, though much that is near. Questions that the reader was not trained on are asked by
the real retrieval and reader. A span is right if its word F1 with a gold answer is at least 0.6.
Two thirds of the questions fit (training/fitting.py), one third measures.

What was asked is kept in --work, so that an interrupted run goes on and a second fit takes
seconds. Prints the figures and writes reader.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import index
from index.models.checksums import write_checksums
from qa.answering.agreement import group_numbers
from qa.answering.evidence import Pooling
from qa.answering.reader import MODEL, PARTS, OnnxReader
from qa.answering.retrieval import select_for_reading
from qa.archive import PASSAGES_READ, Archive
from qa.evaluation.metrics import f1
from training.fitting import Asked, Fit, Row, figures, fit, fit_pooling, pooled_rows
from training.question_sets import is_for_calibration

SETS = ("squadshifts_new_wiki", "squadshifts_reddit", "qed_nq")
FEATURES = ("relevance", "margin")
_HELD_BACK = 0.5  # as of the questions of SQuAD 2.0
_CONTEXTS = 10_000  # of each set: nearly all there are


def main() -> None:
    """Run the command line."""
    arguments = _arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trained: set[str] = set()
    for examples in arguments.trained:
        with gzip.open(examples, "rt", encoding="utf-8") as file:
            trained |= {json.loads(line)["question"] for line in file}
    write_checksums(arguments.reader, PARTS)  # the network is a new one
    asked = _asked(arguments, trained, OnnxReader(arguments.reader))
    random.Random(0).shuffle(asked)
    test, train = asked[: len(asked) // 3], asked[len(asked) // 3 :]
    found = fit(train)
    if arguments.keep_weights:
        found = _kept(arguments.reader)
    pooling, threshold = fit_pooling(train, found, arguments.temperature)
    weights = dict(zip(FEATURES, (round(weight, 4) for weight in found.weights), strict=True))
    print(
        f"{weights} bias {found.bias:.4f} ceiling {found.ceiling:.3f} "
        f"threshold of single spans {found.threshold:.2f}"
    )
    print(f"{pooling} threshold {threshold:.2f}")
    print(f"single spans, held out: {figures(found.rows(test), found.threshold, test)}")
    for name, some in (("fitted on", train), ("held out", test)):
        print(f"pooled, {name}: {figures(pooled_rows(some, found, pooling), threshold, some)}")
    _print_bins(pooled_rows(test, found, pooling))
    _write_settings(found, pooling, threshold, arguments.reader)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path)
    add(
        "--trained",
        type=Path,
        nargs="*",
        default=[],
        help="the examples the reader was trained on, of every sitting",
    )
    add("--questions", type=int, default=600, help="of each set")
    add("--contexts", type=int, default=_CONTEXTS, help="of each set, in the archive")
    add("--keep-weights", action="store_true", help="of single spans, as reader.json has them")
    add("--temperature", type=float, help="of the pooled evidence; else the fit's own")
    add("--reader", type=Path, default=MODEL, help="the folder of the reader to fit")
    add("--work", type=Path, default=Path("var/calibration"))
    return parser.parse_args()


def _kept(folder: Path) -> Fit:
    """Return the fit of single spans that a reader's settings hold."""
    settings = json.loads((folder / "reader.json").read_text())
    weights = settings["weights"]
    return Fit(
        np.array([weights[name] for name in FEATURES]),
        weights["bias"],
        settings["threshold"],
        settings["ceiling"],
    )


def _print_bins(rows: Sequence[Row]) -> None:
    """Print how often the best span is right, over five bins of its probability."""
    for low in np.arange(0, 1, 0.2):
        inside = [row for row in rows if low <= row[0] < low + 0.2]
        if inside:
            said = np.mean([probability for probability, _, _ in inside])
            right = np.mean([good and can for _, good, can in inside])
            print(f"   probability {said:.2f}: right {right:.2f} of {len(inside)}")


def _write_settings(found: Fit, pooling: Pooling, threshold: float, folder: Path) -> None:
    """Write the fit to the reader's settings, and its checksums."""
    path = folder / "reader.json"
    settings = json.loads(path.read_text())
    weights = {
        name: round(float(weight), 4) for name, weight in zip(FEATURES, found.weights, strict=True)
    }
    settings["weights"] = weights | {"bias": round(found.bias, 4)}
    settings["ceiling"] = round(found.ceiling, 4)
    settings["pooling"] = {name: round(number, 4) for name, number in asdict(pooling).items()}
    settings["threshold"] = round(threshold, 3)
    path.write_text(json.dumps(settings, indent=1) + "\n")
    write_checksums(folder, PARTS)


def _asked(arguments: argparse.Namespace, trained: set[str], reader: OnnxReader) -> list[Asked]:
    """Ask one archive the questions that the reader was not trained on.

    Its articles are contexts of all sets. Both are kept in --work.
    """
    questions, contexts, held_back = _drawn(
        arguments.data, trained, arguments.questions, arguments.contexts
    )
    articles = arguments.work / "contexts.jsonl"
    articles.write_text(
        "".join(
            json.dumps({"id": str(n), "text": text}) + "\n"
            for n, text in enumerate(contexts)
            if text not in held_back
        )
    )
    index.build(articles, arguments.work / "index", progress=_print_progress)
    archive = Archive.open(arguments.work / "index", reader=reader)
    kept = arguments.work / f"asked-{reader.network}.jsonl"
    kept.touch()
    known = {row["question"]: row for row in map(json.loads, kept.read_text().splitlines())}
    asked = []
    with kept.open("a") as file:
        for number, record in enumerate(questions, 1):
            row = known.get(record["question"])
            if row is None:
                row = _candidates(record, archive, reader)
                file.write(json.dumps(row) + "\n")
                file.flush()
            matrix = np.array(row["features"]).reshape(-1, len(FEATURES))
            answerable = record["context"] not in held_back
            values, outlets = tuple(row["values"]), tuple(row["outlets"])
            asked.append(Asked(matrix, np.array(row["f1"]), answerable, values, outlets))
            print(f"{number} of {len(questions)} asked  ", end="\r")
    return asked


def _drawn(
    data: Path, trained: set[str], number: int, size: int
) -> tuple[list[dict[str, Any]], list[str], set[str]]:
    """Return new questions of each set, the contexts to read, and those that are held back."""
    questions: list[dict[str, Any]] = []
    contexts: list[str] = []
    held_back: set[str] = set()
    for name in SETS:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        new = [
            record
            for record in records
            if record["answers"]
            and record["question"] not in trained
            and is_for_calibration(record["context"], name)
        ]
        some = random.Random(0).sample(new, min(number, len(new)))
        fresh = sorted({record["context"] for record in some})
        others = sorted({record["context"] for record in records} - set(fresh))
        room = max(0, size - len(fresh))
        contexts += fresh + random.Random(0).sample(others, min(len(others), room))
        held_back |= set(random.Random(0).sample(fresh, round(_HELD_BACK * len(fresh))))
        questions += some
    return questions, contexts, held_back


def _candidates(record: dict[str, Any], archive: Archive, reader: OnnxReader) -> dict[str, Any]:
    """Return a question's candidates: their features, values and word F1."""
    hits = select_for_reading(archive.retrieve(record["question"], k=PASSAGES_READ))
    candidates = reader.candidates(record["question"], hits)
    values = group_numbers(record["question"], [one.span for one in candidates], hits)
    golds = [answer["text"] for answer in record["answers"]]
    return {
        "question": record["question"],
        "features": [[one.relevance, one.margin] for one in candidates],  # as FEATURES
        "values": values,
        "outlets": [one.span.article.id for one in candidates],
        "f1": [f1(one.span.text, golds) for one in candidates],
    }


def _print_progress(what: str, done: int, total: int) -> None:
    print(f"{what} {done} of {total}  ", end="\r")


if __name__ == "__main__":
    main()
