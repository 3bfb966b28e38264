"""Measures of rankings, answers and probabilities.

They are pure functions of texts and numbers. Each is worked by hand in the tests. Recall,
reciprocal rank and nDCG come from ir-measures.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, Success, nDCG

CUTOFFS = (1, 5, 10, 20)
_PUNCTUATION = string.punctuation + "“”‘’"
_KIND_PATTERNS = {
    "how many": r"""
        \bhow[ ](?:many|much|old|long|often|far|big|large|tall|high)\b  # "how many died"
        | \b(?:what|which)[ ](?:number|percentage|percent|share|proportion)\b  # "what share voted"
        """,
    "who": r"\b(?:who|whom|whose)\b",  # "to whom was it given"
    "when": r"""
        \bwhen\b  # "when did it end"
        | \b(?:what|which)[ ](?:year|month|day|date|time|decade|century)\b  # "in which year"
        """,
    "where": r"""
        \bwhere\b  # "where is it"
        | \b(?:what|which)[ ](?:country|city|state|place|town)\b  # "which country won"
        | \b(?:what|which)[ ](?:continent|nation|region)\b  # "on which continent"
        """,
}
_KINDS = {kind: re.compile(pattern, re.VERBOSE) for kind, pattern in _KIND_PATTERNS.items()}
KINDS = ("who", "when", "where", "how many", "other")


def normalise(text: str) -> str:
    """Normalise an answer as SQuAD and RealTime QA do (Rajpurkar et al. 2016).

    Lower case, no punctuation, no articles ("the"), single spaces.
    """
    text = "".join(character for character in text.casefold() if character not in _PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """Return 1 if the prediction equals a gold answer after normalisation, else 0."""
    return float(any(normalise(prediction) == normalise(gold) for gold in golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """Return the best F1 over words of the prediction with a gold answer, from 0 to 1."""
    return max((_f1_of_one(prediction, gold) for gold in golds), default=0.0)


def _f1_of_one(prediction: str, gold: str) -> float:
    words, others = normalise(prediction).split(), normalise(gold).split()
    common = sum((Counter(words) & Counter(others)).values())
    if not common:
        return 0.0
    return 2 * common / (len(words) + len(others))


def holds(text: str, golds: Sequence[str]) -> bool:
    """Return whether a gold answer stands in the text as whole words.

    Both are normalised before.
    """
    padded = f" {normalise(text)} "
    return any(f" {words} " in padded for words in map(normalise, golds) if words)


def question_kind(question: str) -> str:
    """Return the kind of a question by its question word: one of `KINDS`."""
    text = question.casefold()
    for kind, pattern in _KINDS.items():
        if pattern.search(text):
            return kind
    return "other"


def rank_of_answer(texts: Iterable[str], golds: Sequence[str]) -> int:
    """Return the place of the first text that holds a gold answer.

    Places count from 1; it is 0 if no text holds one.
    """
    for place, text in enumerate(texts, 1):
        if holds(text, golds):
            return place
    return 0


def ranking_measures(ranks: Mapping[str, int]) -> dict[str, list[float]]:
    """Return recall at each cutoff and the reciprocal rank, one value per question.

    `ranks` holds for each question's id the rank of the first passage with a gold answer, 0 if
    there is none. Keys: "recall@1", ..., "mrr". Ranks beyond the last cutoff count as none.
    """
    deepest = max(CUTOFFS)
    qrels = [ir_measures.Qrel(id, str(rank) if rank else "none", 1) for id, rank in ranks.items()]
    run = [
        ir_measures.ScoredDoc(id, str(place), -place)
        for id in ranks
        for place in range(1, deepest + 1)
    ]
    names = {Success @ cutoff: f"recall@{cutoff}" for cutoff in CUTOFFS}
    names[RR @ deepest] = "mrr"
    series: dict[str, list[float]] = {name: [] for name in names.values()}
    for value in ir_measures.iter_calc(list(names), qrels, run):
        series[names[value.measure]].append(value.value)
    return series


def ndcg(order: Sequence[str], helpful: Sequence[str]) -> float:
    """Return nDCG@10 of article ids in the order found.

    All `helpful` ones count alike.
    """
    run = [ir_measures.ScoredDoc("q", id, -place) for place, id in enumerate(order)]
    qrels = [ir_measures.Qrel("q", id, 1) for id in helpful]
    return float(ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10])


def calibration_error(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> float:
    """Return the expected calibration error (Guo et al. 2017), from 0 (best) to 1.

    It is the mean gap between probability and share right, over `bins` of equal width.
    """
    gaps = (
        abs(probability - share) * count
        for probability, share, count in reliability(probabilities, right, bins)
    )
    return sum(gaps) / max(1, len(probabilities))


def reliability(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean probability, share right, count) of each bin that is not empty."""
    given, true = np.array(probabilities, dtype=float), np.array(right, dtype=float)
    places = np.minimum((given * bins).astype(int), bins - 1)
    points = []
    for place in sorted(set(places.tolist())):
        inside = places == place
        points.append((float(given[inside].mean()), float(true[inside].mean()), int(inside.sum())))
    return points


def risk_coverage(scores: Sequence[float], right: Sequence[float]) -> list[tuple[float, float]]:
    """Return (coverage, risk) as questions are answered in falling order of score.

    Questions with equal scores are answered together (El-Yaniv and Wiener 2010).
    """
    order = sorted(zip(scores, right, strict=True), key=lambda pair: -pair[0])
    points, wrong = [], 0.0
    for place, (score, good) in enumerate(order, 1):
        wrong += 1 - good
        if place == len(order) or order[place][0] != score:
            points.append((place / len(order), wrong / place))
    return points


def area_under_risk_coverage(scores: Sequence[float], right: Sequence[float]) -> float:
    """Return the mean risk over every coverage, from 0 (best) to 1."""
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(scores, right):
        area += (coverage - covered) * risk
        covered = coverage
    return area


def interval(
    values: Sequence[float], samples: int = 1_000, share: float = 0.95
) -> tuple[float, float]:
    """Return the bootstrap interval of a mean by the percentile method (Efron 1979).

    The seed is fixed. No values give (nan, nan).
    """
    if not values:
        return float("nan"), float("nan")
    given = np.array(values, dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(given), (samples, len(given)))
    means = given[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
