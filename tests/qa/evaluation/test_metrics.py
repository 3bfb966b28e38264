"""The measures of rankings, answers and probabilities, worked by hand."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from qa.evaluation.metrics import (
    area_under_risk_coverage,
    calibration_error,
    exact_match,
    f1,
    holds,
    interval,
    ndcg,
    normalise,
    question_kind,
    rank_of_answer,
    ranking_measures,
    reliability,
    risk_coverage,
)


@pytest.mark.parametrize(
    ("prediction", "golds", "exact", "overlap"),
    [
        ("the US", ["US"], 1, 1),
        ("Russian", ["Russia"], 0, 0),
        ("in the Prague castle", ["Prague"], 0, 0.5),
        ("“Squid Game”", ["Squid game!"], 1, 1),
        ("two two", ["two"], 0, 2 / 3),
        ("x", [], 0, 0),
        ("about 2,000", ["2000 men", "about 2,000 troops"], 0, 0.8),
        ("", ["one"], 0, 0),
    ],
)
def test_measures_by_hand(prediction: str, golds: list[str], exact: float, overlap: float) -> None:
    assert exact_match(prediction, golds) == exact
    assert f1(prediction, golds) == pytest.approx(overlap)


def test_normalisation() -> None:
    assert normalise("  The  U.S. — and a “deal”! ") == "us — and deal"


def test_a_gold_answer_is_held_as_whole_words() -> None:
    assert holds("They met in the U.S., he said.", ["US"])
    assert not holds("They met in the house.", ["US"])
    assert not holds("anything", ["the", ""])  # nothing is left of these to find


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who won?", "who"),
        ("To whom was it given?", "who"),
        ("When did it end?", "when"),
        ("In which year did it end?", "when"),
        ("Where is it?", "where"),
        ("Which country won?", "where"),
        ("On which continent is it?", "where"),
        ("How many died?", "how many"),
        ("What percentage voted who?", "how many"),
        ("What is it?", "other"),
        ("Whoever said so?", "other"),
        ("How did it end?", "other"),
    ],
)
def test_the_kind_of_a_question(question: str, kind: str) -> None:
    assert question_kind(question) == kind


def test_the_rank_is_that_of_the_first_text_with_a_gold_answer() -> None:
    assert rank_of_answer(["Rain.", "In the US.", "The U.S. again."], ["us"]) == 2
    assert rank_of_answer(["Rain."], ["us"]) == 0
    assert rank_of_answer([], ["us"]) == 0


def test_rankings_by_hand() -> None:
    series = ranking_measures({"a": 1, "b": 6, "c": 0, "d": 20, "e": 21})
    assert sorted(series["recall@1"]) == [0, 0, 0, 0, 1]
    assert sorted(series["recall@5"]) == [0, 0, 0, 0, 1]
    assert sorted(series["recall@10"]) == [0, 0, 0, 1, 1]
    assert sorted(series["recall@20"]) == [0, 0, 1, 1, 1]
    assert sorted(series["mrr"]) == pytest.approx([0, 0, 1 / 20, 1 / 6, 1])


def test_ndcg_by_hand() -> None:
    assert ndcg(["a", "b"], ["a"]) == 1
    assert ndcg(["b", "a"], ["a"]) == pytest.approx(1 / math.log2(3))
    both = (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert ndcg(["a", "x", "b"], ["b", "a"]) == pytest.approx(both)
    assert ndcg([*"0123456789", "a"], ["a"]) == 0  # the eleventh


def test_calibration_by_hand() -> None:
    said, right = [0.95, 0.95, 0.15, 0.15, 1.0], [True, False, False, False, True]
    (low, none, two), (high, some, three) = reliability(said, right, 10)
    assert (none, two, three) == (0.0, 2, 3)
    assert (low, high, some) == pytest.approx((0.15, 2.9 / 3, 2 / 3))
    assert calibration_error(said, right, 10) == pytest.approx(
        (2 * 0.15 + 3 * (2.9 / 3 - 2 / 3)) / 5
    )
    assert calibration_error([0.0, 1.0], [False, True]) == 0
    assert calibration_error([], []) == 0


def test_risk_and_coverage_by_hand() -> None:
    coverages, risks = zip(*risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0]), strict=True)
    assert coverages == (0.25, 0.5, 0.75, 1)
    assert risks == pytest.approx((0, 0.5, 1 / 3, 0.5))
    assert area_under_risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0]) == pytest.approx(
        (0 + 0.5 + 1 / 3 + 0.5) / 4
    )
    assert area_under_risk_coverage([0.9, 0.1], [1, 0]) < area_under_risk_coverage(
        [0.1, 0.9], [1, 0]
    )
    assert risk_coverage([0.5, 0.5], [1, 0]) == [(1.0, 0.5)]  # equal scores leave no order


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60))
def test_an_interval_holds_the_mean_and_is_a_point_where_all_agree(values: list[float]) -> None:
    low, high = interval(values, samples=200)
    mean = sum(values) / len(values)
    assert low - 1e-9 <= mean <= high + 1e-9
    assert (low == high) == (len(set(values)) == 1)


def test_an_interval_of_a_hundred_is_near_the_normal_one() -> None:
    low, high = interval([1.0] * 50 + [0.0] * 50)
    assert (low, high) == pytest.approx((0.40, 0.60), abs=0.02)
