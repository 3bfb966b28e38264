"""Fit what a reader's two outputs are worth: the log-odds that its best span is right, over open retrieval.

    python -m training.calibrate DATA/qa/train [--trained WORK/examples.jsonl.gz] [--questions 600] [--work var/calibration]

Contexts of training sets become one archive; some are held back, so that their questions have no
answer in it though much that is near. Questions that the reader was not trained on are asked through
the real retrieval and reader. Right is a span of word F1 >= 0.6 with a gold answer. Two thirds of the
questions fit, one third measures:

1. A logistic regression of the two outputs of a candidate span, over all candidates, says how to order them.
2. A curve over the score of the best one, a question each (Platt 1999), since the best of many is right more often
   than its own odds say; with a ceiling, since of the surest some are wrong whatever the score (the lapses of
   Wichmann and Hill 2001). What is under the ceiling is linear, so that reader.json holds the product of both.
3. The threshold keeps 92% of the right best spans; it is lowered where fewer refusals would be right more often.

What was asked is kept in --work, so that an interrupted run goes on and a second fit takes seconds.
Prints the figures, writes reader.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import index
from index.models.checksums import write_checksums
from qa import Archive
from qa.answering.reader import MODEL, PARTS, OnnxReader
from qa.evaluation.metrics import area_under_risk_coverage, calibration_error, f1

SETS = ("squadshifts_new_wiki", "squadshifts_reddit", "qed_nq")
FEATURES = ("relevance", "margin")
_HELD_BACK = 0.5  # as of the questions of SQuAD 2.0
_CONTEXTS = 10_000  # of each set: nearly all there are
_RIGHT = 0.6
_KEPT = 0.92


@dataclass(frozen=True)
class Asked:
    """A question's candidates: their features, shape (candidates, 2), and word F1; and whether its context was in the archive."""

    features: NDArray[np.float64]
    f1: NDArray[np.float64]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Probability that a best span is right: `ceiling` times the logistic of `weights` (2,) times its features, plus `bias`; no answer below `threshold`, a probability."""

    weights: NDArray[np.float64]
    bias: float
    threshold: float
    ceiling: float = 1.0

    def best(self, one: Asked) -> tuple[float, bool]:
        """The probability of the best candidate, and whether it is right; (0, False) where there is none."""
        if not len(one.f1):
            return 0.0, False
        scores = one.features @ self.weights + self.bias
        place = int(scores.argmax())
        return float(self.ceiling / (1 + np.exp(-scores[place]))), bool(one.f1[place] >= _RIGHT)

    def rows(self, asked: Sequence[Asked]) -> list[tuple[float, bool, bool]]:
        """(probability of the best span, whether it is right, whether the question could be answered) of each."""
        return [(*self.best(one), one.answerable) for one in asked]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--trained",
        type=Path,
        nargs="*",
        default=[],
        help="the examples the reader was trained on, of every sitting",
    )
    parser.add_argument("--questions", type=int, default=600, help="of each set")
    parser.add_argument(
        "--reader", type=Path, default=MODEL, help="the folder of the reader to fit"
    )
    parser.add_argument("--work", type=Path, default=Path("var/calibration"))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trained: set[str] = set()
    for examples in arguments.trained:
        with gzip.open(examples, "rt", encoding="utf-8") as file:
            trained |= {json.loads(line)["question"] for line in file}
    write_checksums(arguments.reader, PARTS)  # the network is a new one
    reader = OnnxReader(arguments.reader)
    asked = _asked(arguments, trained, reader)
    random.Random(0).shuffle(asked)
    test, train = asked[: len(asked) // 3], asked[len(asked) // 3 :]
    found = fit(train)
    print(
        {name: round(weight, 4) for name, weight in zip(FEATURES, found.weights, strict=True)},
        end=" ",
    )
    print(f"bias {found.bias:.4f} ceiling {found.ceiling:.3f} threshold {found.threshold:.2f}")
    for part, some in (("fitted on", train), ("held out", test)):
        print(f"{part}: {figures(found, some)}")
    for low in np.arange(0, 1, 0.2):
        inside = [
            (probability, good and can)
            for probability, good, can in found.rows(test)
            if low <= probability < low + 0.2
        ]
        if inside:
            print(
                f"   probability {np.mean([p for p, _ in inside]):.2f}: right {np.mean([good for _, good in inside]):.2f} of {len(inside)}"
            )
    settings = json.loads((arguments.reader / "reader.json").read_text())
    weights = {
        name: round(float(weight), 4) for name, weight in zip(FEATURES, found.weights, strict=True)
    }
    settings |= {
        "weights": weights | {"bias": round(found.bias, 4)},
        "ceiling": round(found.ceiling, 4),
        "threshold": round(found.threshold, 3),
    }
    (arguments.reader / "reader.json").write_text(json.dumps(settings, indent=1) + "\n")
    write_checksums(arguments.reader, PARTS)


def fit(asked: Sequence[Asked]) -> Fit:
    """The three steps of the module's docstring. Raises ValueError where no best span is right, or every one is."""
    order = LogisticRegression(C=1e3).fit(
        np.concatenate([one.features for one in asked]),
        np.concatenate([one.answerable * (one.f1 >= _RIGHT) for one in asked]),
    )
    first = Fit(order.coef_[0], float(order.intercept_[0]), 0.0)
    best = [(first.best(one), one.answerable) for one in asked if len(one.f1)]
    odds = np.array([np.log(probability / (1 - probability)) for (probability, _), _ in best])
    scale, offset, ceiling = curve(odds, np.array([good and can for (_, good), can in best]))
    scaled = Fit(scale * first.weights, scale * first.bias + offset, 0.0, ceiling)
    rows = scaled.rows(asked)
    right = sorted(probability for probability, good, can in rows if good and can)
    highest = right[int((1 - _KEPT) * len(right))]
    threshold = max(
        (cut for cut in [*np.arange(0.02, 0.9, 0.01), highest] if cut <= highest),
        key=lambda cut: utility(rows, cut),
    )
    return replace(scaled, threshold=float(threshold))


def curve(odds: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float, float]:
    """(scale, offset, ceiling) of the probability `ceiling / (1 + exp(-(scale * odds + offset)))` under which what was right is likeliest. Shapes (questions,)."""

    def surprise(parameters: NDArray[np.float64]) -> float:
        scale, offset, lapses = parameters
        probability = np.clip(expit(lapses) * expit(scale * odds + offset), 1e-9, 1 - 1e-9)
        return -float(np.mean(np.log(np.where(right, probability, 1 - probability))))

    scale, offset, lapses = minimize(
        surprise, [1.0, 0.0, 2.0], method="Nelder-Mead", options={"maxiter": 5_000}
    ).x
    return float(scale), float(offset), float(expit(lapses))


def figures(found: Fit, asked: Sequence[Asked]) -> str:
    rows = found.rows(asked)
    can, cannot = [row for row in rows if row[2]], [row for row in rows if not row[2]]
    right = sorted(probability for probability, good, _ in can if good)
    kept = [probability >= found.threshold for probability in right]
    said, truth = [row[0] for row in rows], [row[1] and row[2] for row in rows]
    at_90 = right[int(0.1 * len(right))]
    right_or_not = [float(good) for good in truth]
    return (
        f"{len(rows)} questions; best span right {np.mean([row[1] for row in can]):.3f} of {len(can)} answerable, of these "
        f"{np.mean(kept):.3f} answered; {np.mean([row[0] < found.threshold for row in cannot]):.3f} of {len(cannot)} others refused "
        f"({np.mean([row[0] < at_90 for row in cannot]):.3f} where 90% are kept); right or rightly refused {utility(rows, found.threshold):.3f}; "
        f"calibration error {calibration_error(said, truth):.3f}; area under risk and coverage {area_under_risk_coverage(said, right_or_not):.3f}, "
        + ", ".join(f"{area:.3f} {name}" for name, area in of_no_fit(asked).items())
    )


def of_no_fit(asked: Sequence[Asked]) -> dict[str, float]:
    """The areas under risk and coverage that raw scores have: the margin, by which extractive readers are wont to answer or not, and the plain sum of both outputs."""
    areas = {}
    for name, weights in (("by margin alone", (0.0, 1.0)), ("by the plain sum", (1.0, 1.0))):
        best = [Fit(np.array(weights), 0.0, 0.0).best(one) for one in asked]
        areas[name] = area_under_risk_coverage(
            [probability for probability, _ in best],
            [float(good and one.answerable) for (_, good), one in zip(best, asked, strict=True)],
        )
    return areas


def utility(rows: Sequence[tuple[float, bool, bool]], cut: float) -> float:
    """The share of questions, (probability, whether the best span is right, answerable), answered or refused rightly at `cut`."""
    return float(
        np.mean(
            [good and can if probability >= cut else not can for probability, good, can in rows]
        )
    )


def _asked(arguments: argparse.Namespace, trained: set[str], reader: OnnxReader) -> list[Asked]:
    """Questions that the reader was not trained on, asked of one archive of the contexts of all sets; both are kept in --work."""
    contexts: list[str] = []
    questions: list[dict[str, Any]] = []
    held_back: set[str] = set()
    for name in SETS:
        with gzip.open(arguments.data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        new = [
            record for record in records if record["answers"] and record["question"] not in trained
        ]
        some = random.Random(0).sample(new, min(arguments.questions, len(new)))
        fresh = sorted({record["context"] for record in some})
        others = sorted({record["context"] for record in records} - set(fresh))
        contexts += fresh + random.Random(0).sample(
            others, min(len(others), max(0, _CONTEXTS - len(fresh)))
        )
        held_back |= set(random.Random(0).sample(fresh, round(_HELD_BACK * len(fresh))))
        questions += some
    articles = arguments.work / "contexts.jsonl"
    articles.write_text(
        "".join(
            json.dumps({"id": str(n), "text": text}) + "\n"
            for n, text in enumerate(contexts)
            if text not in held_back
        )
    )
    index.build(
        articles,
        arguments.work / "index",
        progress=lambda what, done, total: print(f"{what} {done} of {total}  ", end="\r"),
    )
    archive = Archive.open(arguments.work / "index", reader=reader)
    kept = arguments.work / f"asked-{reader.network}.jsonl"
    known = (
        {row["question"]: row for row in map(json.loads, kept.read_text().splitlines())}
        if kept.exists()
        else {}
    )
    asked = []
    with kept.open("a") as file:
        for number, record in enumerate(questions, 1):
            if (row := known.get(record["question"])) is None:
                candidates = reader.candidates(
                    record["question"], archive.retrieve(record["question"], k=16)
                )
                golds = [answer["text"] for answer in record["answers"]]
                features = [[getattr(one, feature) for feature in FEATURES] for one in candidates]
                row = {
                    "question": record["question"],
                    "features": features,
                    "f1": [f1(one.span.text, golds) for one in candidates],
                }
                file.write(json.dumps(row) + "\n")
                file.flush()
            matrix = np.array(row["features"]).reshape(-1, len(FEATURES))
            asked.append(Asked(matrix, np.array(row["f1"]), record["context"] not in held_back))
            print(f"{number} of {len(questions)} asked  ", end="\r")
    return asked


if __name__ == "__main__":
    main()
