"""What answers are worth: exact match and F1 over words, calibration, risk against coverage, bootstrap intervals.

Pure functions of texts and numbers, worked by hand in the tests. Ranking measures (recall, reciprocal
rank, nDCG) come from ir-measures, by qa/evaluation/run.py.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

_PUNCTUATION = string.punctuation + "“”‘’"


def normalise(text: str) -> str:
    """SQuAD's normalisation, and RealTime QA's: lower case, no punctuation, no articles, single spaces (Rajpurkar et al. 2016)."""
    text = "".join(character for character in text.casefold() if character not in _PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1 where the prediction equals a gold answer after normalisation, else 0."""
    return float(any(normalise(prediction) == normalise(gold) for gold in golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best F1 over words of the prediction with a gold answer, from 0 to 1."""

    def one(gold: str) -> float:
        words, others = normalise(prediction).split(), normalise(gold).split()
        common = sum((Counter(words) & Counter(others)).values())
        return 2 * common / (len(words) + len(others)) if common else 0.0

    return max(map(one, golds), default=0.0)


def holds(text: str, golds: Sequence[str]) -> bool:
    """Whether a gold answer stands in the text, as whole words, after normalisation."""
    padded = f" {normalise(text)} "
    return any(f" {words} " in padded for words in map(normalise, golds) if words)


def question_kind(question: str) -> str:
    """who, when, where, how many, or other: by the question word."""
    text = f" {question.casefold()} "
    if re.search(
        r"\bhow (many|much|old|long|often|far|big|large|tall|high)\b|\b(what|which) (number|percentage|percent|share|proportion)\b",
        text,
    ):
        return "how many"
    for kind, words in (
        ("who", r"\b(who|whom|whose)\b"),
        ("when", r"\bwhen\b|\b(what|which) (year|month|day|date|time|decade|century)\b"),
        (
            "where",
            r"\bwhere\b|\b(what|which) (country|city|state|place|town|continent|nation|region)\b",
        ),
    ):
        if re.search(words, text):
            return kind
    return "other"


def calibration_error(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> float:
    """The expected calibration error (Guo et al. 2017): the mean gap of probability and share right, over `bins` of equal width."""
    return sum(
        abs(said - true) * count for said, true, count in reliability(probabilities, right, bins)
    ) / max(1, len(probabilities))


def reliability(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """(mean probability, share right, how many) of each bin that is not empty."""
    said, true = np.array(probabilities, dtype=float), np.array(right, dtype=float)
    place = np.minimum((said * bins).astype(int), bins - 1)
    return [
        (float(said[place == n].mean()), float(true[place == n].mean()), int((place == n).sum()))
        for n in sorted(set(place.tolist()))
    ]


def risk_coverage(scores: Sequence[float], right: Sequence[float]) -> list[tuple[float, float]]:
    """(coverage, risk) as the questions are answered in falling order of score (El-Yaniv and Wiener 2010); equal scores together."""
    order = sorted(zip(scores, right, strict=True), key=lambda pair: -pair[0])
    points, wrong = [], 0.0
    for place, (score, good) in enumerate(order, 1):
        wrong += 1 - good
        if place == len(order) or order[place][0] != score:
            points.append((place / len(order), wrong / place))
    return points


def area_under_risk_coverage(scores: Sequence[float], right: Sequence[float]) -> float:
    """The area under risk against coverage, from 0 (best) to 1: the mean risk over every coverage."""
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(scores, right):
        area += (coverage - covered) * risk
        covered = coverage
    return area


def interval(
    values: Sequence[float], samples: int = 1_000, share: float = 0.95
) -> tuple[float, float]:
    """The bootstrap interval of a mean (Efron 1979), percentile method, of a fixed seed. (nan, nan) for no values."""
    if not values:
        return float("nan"), float("nan")
    some = np.array(values, dtype=float)
    means = some[np.random.default_rng(0).integers(0, len(some), (samples, len(some)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
