"""The fit: choices worked by hand, and probabilities that hold on questions it did not see."""

from __future__ import annotations

import numpy as np
import pytest

from qa.evaluation.metrics import calibration_error
from training.fitting import Asked, Fit, areas_without_fit, curve, fit, utility


def drawn(number: int, seed: int) -> list[Asked]:
    """Return questions of ten candidates, one of them right if the question is answerable.

    Two of the four outputs of a right candidate are higher by two.
    """
    chance = np.random.default_rng(seed)
    asked = []
    for _ in range(number):
        features, f1 = chance.normal(size=(10, 4)), np.zeros(10)
        answerable = bool(chance.random() < 0.7)
        if answerable:
            features[3, :2] += 2
            f1[3] = 1.0
        elif chance.random() < 0.5:  # elsewhere the same words, by luck: no right answer
            features[3, :2] += 1
            f1[3] = 1.0
        asked.append(Asked(features, f1, answerable))
    return asked


def test_the_best_candidate_by_hand() -> None:
    found = Fit(np.array([1.0, 0, 0, 0]), -1.0, 0.5)
    one = Asked(np.array([[1.0, 9, 9, 9], [3.0, 0, 0, 0]]), np.array([1.0, 0.59]), True)
    probability, right = found.best(one)  # of the second, though it is only nearly right
    assert probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert not right
    assert found.best(Asked(np.zeros((0, 4)), np.zeros(0), True)) == (0.0, False)
    assert Fit(found.weights, -1.0, 0.5, ceiling=0.8).best(one)[0] == pytest.approx(
        0.8 / (1 + np.exp(-2))
    )


def test_the_curve_finds_the_share_of_the_surest_that_is_wrong() -> None:
    chance = np.random.default_rng(3)
    odds = chance.normal(0, 3, size=20_000)
    right = chance.random(20_000) < 0.85 / (1 + np.exp(-(1.5 * odds - 1)))
    scale, offset, ceiling = curve(odds, right)
    assert scale == pytest.approx(1.5, abs=0.15)
    assert offset == pytest.approx(-1, abs=0.15)
    assert ceiling == pytest.approx(0.85, abs=0.02)


def test_utility_counts_right_answers_and_right_refusals() -> None:
    rows = [
        (0.9, True, True),
        (0.8, False, True),
        (0.2, True, True),
        (0.7, False, False),
        (0.1, False, False),
        (0.6, True, False),
    ]
    # one right answer, one right refusal; a right span of a held-back context is luck
    assert utility(rows, 0.5) == pytest.approx(2 / 6)
    assert utility(rows, 0.75) == pytest.approx(4 / 6)
    assert utility(rows, 0.95) == pytest.approx(3 / 6)


def test_the_fit_weighs_what_matters_and_holds_on_other_questions() -> None:
    found, others = fit(drawn(1_500, 1)), drawn(1_500, 2)
    assert found.weights[:2].min() > 5 * np.abs(found.weights[2:]).max()
    rows = found.rows(others)
    assert calibration_error([row[0] for row in rows], [row[1] and row[2] for row in rows]) < 0.04
    # what a fit without the curve can be off by
    unscaled = Fit(found.weights / 2, found.bias / 2, 0.0).rows(others)
    truths = [row[1] and row[2] for row in unscaled]
    assert calibration_error([row[0] for row in unscaled], truths) > 0.08
    kept = [row[0] >= found.threshold for row in rows if row[1] and row[2]]
    assert np.mean(kept) > 0.88
    assert utility(rows, found.threshold) > max(utility(rows, 0.0), utility(rows, 1.0))


def test_scores_areas_without_fit_by_hand() -> None:
    asked = [
        Asked(np.array([[0.0, 5.0]]), np.array([0.0]), True),
        Asked(np.array([[9.0, 1.0]]), np.array([1.0]), True),
    ]
    areas = areas_without_fit(asked)
    assert areas["by margin alone"] == pytest.approx((1 + 1 / 2) / 2)  # the wrong one first
    assert areas["by the plain sum"] == pytest.approx((0 + 1 / 2) / 2)
