"""Fit what a reader's two readings are worth: the log-odds that a span is right, over open retrieval.

    python -m training.calibrate DATA/qa/train [--trained WORK/examples.jsonl.gz] [--questions 400] [--work var/calibration]

Contexts of training sets become an archive; some are held back, so that their questions have no
answer in it though much that is near. Questions that the reader was not trained on are asked through
the real retrieval and reader; a logistic regression maps the four outputs of a candidate span to whether
it is right (word F1 >= 0.6 with a gold answer), over all candidates, since the same numbers order
them. Two thirds of the questions fit it, one third measures it. The threshold keeps 92% of the right
best spans of the fitted questions; it is lowered where fewer refusals would be right more often.
Prints the figures, writes reader.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import index
from qa import Archive
from qa.measures import calibration_error, f1
from qa.reader import MODEL

SETS = ("squadshifts_new_wiki", "squadshifts_reddit", "qed_nq")
FEATURES = ("passage_relevance", "passage_margin", "sentence_relevance", "sentence_margin")
_HELD_BACK = 0.3
_CONTEXTS = 1_200
_RIGHT = 0.6
_KEPT = 0.92


@dataclass(frozen=True)
class Asked:
    """A question's candidates: their features, shape (candidates, 4), and word F1; and whether its context was in the archive."""

    features: NDArray[np.float64]
    f1: NDArray[np.float64]
    answerable: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--trained", type=Path, help="the examples the reader was trained on")
    parser.add_argument("--questions", type=int, default=400, help="of each set")
    parser.add_argument("--work", type=Path, default=Path("var/calibration"))
    arguments = parser.parse_args()
    random.seed(0)
    arguments.work.mkdir(parents=True, exist_ok=True)
    trained: set[str] = set()
    if arguments.trained is not None:
        with gzip.open(arguments.trained, "rt", encoding="utf-8") as file:
            trained = {json.loads(line)["question"] for line in file}

    asked = [one for name in SETS for one in _asked(name, arguments, trained)]
    random.shuffle(asked)
    test, train = asked[: len(asked) // 3], asked[len(asked) // 3 :]
    model = LogisticRegression(C=1e3).fit(
        np.concatenate([one.features for one in train]), np.concatenate([one.answerable * (one.f1 >= _RIGHT) for one in train])
    )
    weights = dict(zip(FEATURES, map(float, model.coef_[0]), strict=True))
    best = {id(one): _best(one, model.coef_[0], float(model.intercept_[0])) for one in asked}
    right = sorted(best[id(one)][0] for one in train if best[id(one)][1] and one.answerable)
    highest = right[int((1 - _KEPT) * len(right))]
    threshold = max(
        (cut for cut in np.arange(0.02, 0.9, 0.01) if cut <= highest),
        key=lambda cut: utility([(*best[id(one)], one.answerable) for one in train], cut),
    )
    print({name: round(weight, 4) for name, weight in weights.items()}, f"bias {model.intercept_[0]:.4f} threshold {threshold:.2f}")
    for part, some in (("fitted on", train), ("held out", test)):
        rows = [(*best[id(one)], one.answerable) for one in some]
        can, cannot = [row for row in rows if row[2]], [row for row in rows if not row[2]]
        kept = [probability >= threshold for probability, good, _ in can if good]
        print(
            f"{part}: {len(rows)} questions; best span right {np.mean([row[1] for row in can]):.3f} of {len(can)} answerable, of these "
            f"{np.mean(kept):.3f} answered; {np.mean([row[0] < threshold for row in cannot]):.3f} of {len(cannot)} others refused; "
            f"right or rightly refused {utility(rows, threshold):.3f}; calibration error {calibration_error([row[0] for row in rows], [row[1] and row[2] for row in rows]):.3f}"
        )
        for low in np.arange(0, 1, 0.2):
            inside = [(probability, good and can) for probability, good, can in rows if low <= probability < low + 0.2]
            if inside:
                print(
                    f"   probability {np.mean([p for p, _ in inside]):.2f}: right {np.mean([good for _, good in inside]):.2f} of {len(inside)}"
                )
    kept_settings = json.loads((MODEL / "reader.json").read_text())
    settings = {
        "max_tokens": kept_settings["max_tokens"],
        "weights": {name: round(weight, 4) for name, weight in (weights | {"bias": float(model.intercept_[0])}).items()},
        "threshold": round(float(threshold), 3),
    }
    (MODEL / "reader.json").write_text(json.dumps(settings, indent=1) + "\n")


def utility(rows: Sequence[tuple[float, bool, bool]], cut: float) -> float:
    """The share of questions, (probability, whether the best span is right, answerable), answered or refused rightly at `cut`."""
    return float(np.mean([good and can if probability >= cut else not can for probability, good, can in rows]))


def _best(one: Asked, weights: NDArray[np.float64], bias: float) -> tuple[float, bool]:
    """The probability of the best candidate, and whether it is right."""
    if not len(one.f1):
        return 0.0, False
    scores = one.features @ weights + bias
    place = int(scores.argmax())
    return float(1 / (1 + np.exp(-scores[place]))), bool(one.f1[place] >= _RIGHT)


def _asked(name: str, arguments: argparse.Namespace, trained: set[str]) -> list[Asked]:
    """The questions of one set, asked of an archive of its contexts; the archive is kept in --work."""
    with gzip.open(arguments.data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    contexts = sorted({record["context"] for record in records})
    random.Random(0).shuffle(contexts)
    contexts = contexts[:_CONTEXTS]
    held_back = set(contexts[: int(_HELD_BACK * len(contexts))])
    articles = arguments.work / f"{name}.jsonl"
    articles.write_text(
        "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(contexts) if text not in held_back)
    )
    index.build(articles, arguments.work / name, progress=lambda what, done, total: print(f"{what} {done} of {total}  ", end="\r"))
    archive = Archive.open(arguments.work / name)
    inside = set(contexts)
    questions = [record for record in records if record["context"] in inside and record["answers"] and record["question"] not in trained]
    asked = []
    for number, record in enumerate(random.sample(questions, min(arguments.questions, len(questions))), 1):
        candidates = archive.reader.candidates(record["question"], archive.retrieve(record["question"], k=16))  # type: ignore[attr-defined]
        golds = [answer["text"] for answer in record["answers"]]
        features = np.array([[getattr(one, feature) for feature in FEATURES] for one in candidates]).reshape(-1, len(FEATURES))
        asked.append(Asked(features, np.array([f1(one.span.text, golds) for one in candidates]), record["context"] not in held_back))
        print(f"{name}: {number} asked  ", end="\r")
    return asked


if __name__ == "__main__":
    main()
