"""Fit what a reader's score is worth: the probability that a span is right, over open retrieval.

    python -m training.calibrate DATA/qa/train [--questions 500] [--work var/calibration]

Contexts of training sets become an archive; some are held back, so that their questions have no
answer in it though much that is near. Each question is asked through the real retrieval and reader;
a logistic curve maps the best span's score to whether it is right (word F1 >= 0.6 with a gold
answer). Two thirds of the questions fit the curve, one third measures it. The threshold is the whole
score with the most right answers and right refusals over all: the optimum is flat, so a finer one
would only follow noise. Prints the figures, writes reader.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

import index
from qa import Archive
from qa.evaluation import f1
from qa.reader import MODEL

SETS = ("squadshifts_new_wiki", "qed_nq")
_HELD_BACK = 0.3
_CONTEXTS = 1_500
_RIGHT = 0.6


@dataclass(frozen=True)
class Outcome:
    """The best span of a question: its score, its word F1, and whether the archive held the gold context at all."""

    score: float
    f1: float
    answerable: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=500, help="of each set")
    parser.add_argument("--work", type=Path, default=Path("var/calibration"))
    arguments = parser.parse_args()
    random.seed(0)
    arguments.work.mkdir(parents=True, exist_ok=True)

    outcomes = [outcome for name in SETS for outcome in _asked(name, arguments)]
    random.shuffle(outcomes)
    test, train = outcomes[: len(outcomes) // 3], outcomes[len(outcomes) // 3 :]
    scores = np.array([[outcome.score] for outcome in train])
    model = LogisticRegression(C=1e6).fit(scores, [outcome.f1 >= _RIGHT for outcome in train])
    slope, bias = float(model.coef_[0][0]), float(model.intercept_[0])
    cut = float(max(range(-10, 40), key=lambda score: utility(outcomes, score)))
    settings = {"slope": round(slope, 4), "bias": round(bias, 4), "threshold": round(float(1 / (1 + np.exp(-(slope * cut + bias)))), 3)}
    print(settings, f"(score {cut:.2f})")
    for part, some in (("fitted on", train), ("held out", test)):
        can, cannot = [one for one in some if one.answerable], [one for one in some if not one.answerable]
        print(
            f"{part}: {len(some)} questions; best span right {np.mean([one.f1 >= _RIGHT for one in can]):.3f} of {len(can)} answerable, "
            f"{np.mean([one.score >= cut for one in can]):.3f} answered; {np.mean([one.score < cut for one in cannot]):.3f} of {len(cannot)} others refused; "
            f"right or rightly refused {utility(some, cut):.3f}"
        )
        for low in np.arange(0, 1, 0.2):
            inside = [(p, one.f1 >= _RIGHT) for one in some if low <= (p := 1 / (1 + np.exp(-(slope * one.score + bias)))) < low + 0.2]
            if inside:
                print(
                    f"   probability {np.mean([p for p, _ in inside]):.2f}: right {np.mean([good for _, good in inside]):.2f} of {len(inside)}"
                )
    kept = json.loads((MODEL / "reader.json").read_text())
    (MODEL / "reader.json").write_text(json.dumps({"max_tokens": kept["max_tokens"], **settings}, indent=1) + "\n")


def utility(outcomes: Sequence[Outcome], cut: float) -> float:
    """The share of questions answered rightly or refused rightly when scores below `cut` are refused."""
    return float(np.mean([one.f1 >= _RIGHT if one.score >= cut else not one.answerable for one in outcomes]))


def _asked(name: str, arguments: argparse.Namespace) -> list[Outcome]:
    """The outcomes of the questions of one set, asked of an archive of its contexts; kept in --work."""
    kept = arguments.work / f"{name}-{arguments.questions}.outcomes.json"
    if kept.exists():
        return [Outcome(**row) for row in json.loads(kept.read_text())]
    with gzip.open(arguments.data / f"{name}.jsonl.gz", "rt") as file:
        records = [json.loads(line) for line in file]
    contexts = sorted({record["context"] for record in records})
    random.shuffle(contexts)
    contexts = contexts[:_CONTEXTS]
    held_back = set(contexts[: int(_HELD_BACK * len(contexts))])
    articles = arguments.work / f"{name}.jsonl"
    articles.write_text(
        "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(contexts) if text not in held_back)
    )
    index.build(articles, arguments.work / name, progress=lambda what, done, total: print(f"{what} {done} of {total}  ", end="\r"))
    archive = Archive.open(arguments.work / name)
    questions = [record for record in records if record["context"] in set(contexts) and record["answers"]]
    outcomes = []
    for number, record in enumerate(random.sample(questions, min(arguments.questions, len(questions))), 1):
        spans = archive.reader.read(record["question"], archive.retrieve(record["question"], k=16))
        golds = [answer["text"] for answer in record["answers"]]
        best = (spans[0].score, f1(spans[0].text, golds)) if spans else (-30.0, 0.0)
        outcomes.append(Outcome(*best, record["context"] not in held_back))
        print(f"{name}: {number} asked  ", end="\r")
    kept.write_text(json.dumps([asdict(outcome) for outcome in outcomes]))
    return outcomes


if __name__ == "__main__":
    main()
