"""Fit the probability of an answer to a reader's outputs, in four steps, and measure the fit.

A span is right if its word F1 with a gold answer is at least 0.6.

1. A logistic regression of the two outputs of a candidate span, over all candidates, says how to
   order them. 2. A curve over the score of each question's best one (Platt 1999). The best of many
   is right more often than its own odds say. It has a ceiling, since of the surest some are wrong
   at any score (the lapses of Wichmann and Hill 2001). What is under the ceiling is linear, so that
   reader.json holds the product of both.
3. Candidates that give one value are pooled (qa/answering/evidence.py). The temperature is the one
   that puts most right values first. A curve as in step 2, over the evidence of the best value and
   its share of all evidence, gives the probability.
4. The threshold keeps 92% of the right best answers. It is lower if fewer refusals would be right
   more often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression

from qa.answering.evidence import Pooling, evidence
from qa.evaluation.metrics import area_under_risk_coverage, calibration_error

_RIGHT = 0.6  # F1
_TEMPERATURES = (1.0, 1.5, 2.0, 2.5, 3.0)
_KEPT = 0.92  # of the right best spans

Row = tuple[float, bool, bool]  # probability of the best span, whether right, whether answerable


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's candidates: features (candidates, 2) and word F1 (candidates,).

    `answerable`: whether its context was in the archive. Candidates of equal `values` give one
    value; `outlets` are who published them. Both may be left out where nothing is pooled.
    """

    features: NDArray[np.float64]
    f1: NDArray[np.float64]
    answerable: bool
    values: tuple[int, ...] = ()
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """The probability that a best span is right.

    It is `ceiling` times the logistic of `weights` (2,) times the features, plus `bias`. Below
    `threshold`, a probability, there is no answer.
    """

    weights: NDArray[np.float64]
    bias: float
    threshold: float
    ceiling: float = 1.0

    def best(self, one: Asked) -> tuple[float, bool]:
        """Return the best candidate's probability, and whether it is right; (0, False) for none."""
        if not len(one.f1):
            return 0.0, False
        scores = one.features @ self.weights + self.bias
        place = int(scores.argmax())
        return float(self.ceiling / (1 + np.exp(-scores[place]))), bool(one.f1[place] >= _RIGHT)

    def rows(self, asked: Sequence[Asked]) -> list[Row]:
        """Return a row for each question."""
        return [(*self.best(one), one.answerable) for one in asked]


def fit(asked: Sequence[Asked]) -> Fit:
    """Fit order, curve and threshold: the three steps of the module's docstring.

    Raises ValueError if no best span is right, or every one is.
    """
    order = LogisticRegression(C=1e3).fit(
        np.concatenate([one.features for one in asked]),
        np.concatenate([one.answerable * (one.f1 >= _RIGHT) for one in asked]),
    )
    first = Fit(order.coef_[0], float(order.intercept_[0]), 0.0)
    best = first.rows([one for one in asked if len(one.f1)])
    odds = np.array([np.log(probability / (1 - probability)) for probability, _, _ in best])
    scale, offset, ceiling = curve(odds, np.array([good and can for _, good, can in best]))
    scaled = Fit(scale * first.weights, scale * first.bias + offset, 0.0, ceiling)
    return replace(scaled, threshold=_threshold(scaled.rows(asked)))


def fit_pooling(
    asked: Sequence[Asked], found: Fit, temperature: float | None = None
) -> tuple[Pooling, float]:
    """Fit how candidates are pooled; return that and the threshold of pooled answers.

    `found` says how candidates are scored. Without a `temperature` it is fitted too.
    """
    tried = _TEMPERATURES if temperature is None else (temperature,)
    plain = [Pooling(each, 1.0, 0.0, 0.0) for each in tried]
    best = max(plain, key=lambda pooling: _share_right(pooled_rows(asked, found, pooling)))
    pooled = [_pooled(one, found, best.temperature) for one in asked if len(one.f1)]
    strength = np.array([[evidence, share] for evidence, share, _ in pooled])
    truth = np.array([good for _, _, good in pooled]) & np.array(
        [one.answerable for one in asked if len(one.f1)]
    )

    def mean_negative_log_likelihood(parameters: NDArray[np.float64]) -> float:
        *weights, offset, lapses = parameters
        odds = strength @ np.array(weights) + offset
        probability = np.clip(expit(lapses) * expit(odds), 1e-9, 1 - 1e-9)
        return -float(np.mean(np.log(np.where(truth, probability, 1 - probability))))

    by_evidence, by_share, offset, lapses = minimize(
        mean_negative_log_likelihood,
        [1.0, 0.5, 0.0, 2.0],
        method="Nelder-Mead",
        options={"maxiter": 8_000},
    ).x
    pooling = Pooling(
        best.temperature, float(by_evidence), float(by_share), float(offset), float(expit(lapses))
    )
    return pooling, _threshold(pooled_rows(asked, found, pooling))


def pooled_rows(asked: Sequence[Asked], found: Fit, pooling: Pooling) -> list[Row]:
    """Return a row for each question: the probability of its best pooled value, and so on."""
    rows: list[Row] = []
    for one in asked:
        probability, right = 0.0, False
        if len(one.f1):
            evidence, share, right = _pooled(one, found, pooling.temperature)
            probability = pooling.probability(evidence, share)
        rows.append((probability, right, one.answerable))
    return rows


def _pooled(one: Asked, found: Fit, temperature: float) -> tuple[float, float, bool]:
    """Return the best value's evidence, the logarithm of its share, and whether it is right."""
    scores = one.features @ found.weights + found.bias
    places: dict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(one.values):
        places[value].append(place)
    evidences = {
        value: evidence(
            scores[members].tolist(), [one.outlets[place] for place in members], temperature
        )
        for value, members in places.items()
    }
    best = max(evidences, key=lambda value: evidences[value])
    total = float(logsumexp([each / temperature for each in evidences.values()]))
    shown = max(places[best], key=lambda place: scores[place])
    return evidences[best], evidences[best] / temperature - total, bool(one.f1[shown] >= _RIGHT)


def _share_right(rows: Sequence[Row]) -> float:
    return float(np.mean([right for _, right, answerable in rows if answerable]))


def _threshold(rows: Sequence[Row]) -> float:
    """Return the threshold of the most right answers and right refusals.

    At most the one that keeps 92% of the right best spans.
    """
    right = sorted(probability for probability, good, can in rows if good and can)
    highest = right[int((1 - _KEPT) * len(right))]
    cuts = [cut for cut in [*np.arange(0.02, 0.9, 0.01), highest] if cut <= highest]
    return float(max(cuts, key=lambda cut: utility(rows, cut)))


def curve(odds: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return (scale, offset, ceiling) of the likeliest curve for what was right.

    The probability is `ceiling / (1 + exp(-(scale * odds + offset)))`. Shapes (questions,).
    """

    def mean_negative_log_likelihood(parameters: NDArray[np.float64]) -> float:
        scale, offset, lapses = parameters
        probability = np.clip(expit(lapses) * expit(scale * odds + offset), 1e-9, 1 - 1e-9)
        return -float(np.mean(np.log(np.where(right, probability, 1 - probability))))

    scale, offset, lapses = minimize(
        mean_negative_log_likelihood,
        [1.0, 0.0, 2.0],
        method="Nelder-Mead",
        options={"maxiter": 5_000},
    ).x
    return float(scale), float(offset), float(expit(lapses))


def figures(rows: Sequence[Row], threshold: float, asked: Sequence[Asked]) -> str:
    """Return the figures of a fit on questions, in a line of words."""
    can, cannot = [row for row in rows if row[2]], [row for row in rows if not row[2]]
    right = sorted(probability for probability, good, _ in can if good)
    at_90 = right[int(0.1 * len(right))]
    answered = np.mean([probability >= threshold for probability in right])
    refused = np.mean([row[0] < threshold for row in cannot])
    refused_at_90 = np.mean([row[0] < at_90 for row in cannot])
    said, truth = [row[0] for row in rows], [row[1] and row[2] for row in rows]
    area = area_under_risk_coverage(said, [float(good) for good in truth])
    raw = ", ".join(f"{area:.3f} {name}" for name, area in areas_without_fit(asked).items())
    return (
        f"{len(rows)} questions; best span right {np.mean([row[1] for row in can]):.3f} of "
        f"{len(can)} answerable, of these {answered:.3f} answered; "
        f"{refused:.3f} of {len(cannot)} others refused "
        f"({refused_at_90:.3f} where 90% are kept); "
        f"right or rightly refused {utility(rows, threshold):.3f}; "
        f"calibration error {calibration_error(said, truth):.3f}; "
        f"area under risk and coverage {area:.3f}, {raw}"
    )


def areas_without_fit(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the areas under risk and coverage of raw scores.

    These are the margin, as extractive readers use it, and the plain sum of both outputs.
    """
    areas = {}
    for name, weights in (("by margin alone", (0.0, 1.0)), ("by the plain sum", (1.0, 1.0))):
        rows = Fit(np.array(weights), 0.0, 0.0).rows(asked)
        right = [float(good and can) for _, good, can in rows]
        areas[name] = area_under_risk_coverage([row[0] for row in rows], right)
    return areas


def utility(rows: Sequence[Row], cut: float) -> float:
    """Return the share of questions that are answered or refused rightly at `cut`."""
    judged = []
    for probability, good, can in rows:
        is_answered = probability >= cut
        judged.append(good and can if is_answered else not can)
    return float(np.mean(judged))
