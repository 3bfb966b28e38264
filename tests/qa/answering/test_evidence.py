"""Evidence and its probability: numbers worked by hand, and that order does not matter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.evidence import Pooling, evidence, probabilities

SCORES = st.lists(st.floats(-20, 20), min_size=1, max_size=8)


def test_evidence_by_hand() -> None:
    # two outlets: the log of a sum, in the units of the scores
    assert evidence([0.0, 0.0], ["a", "b"], 3.0) == pytest.approx(3 * math.log(2))
    # one outlet twice: the second counts half
    assert evidence([0.0, 0.0], ["a", "a"], 3.0) == pytest.approx(3 * math.log(1.5))
    # three times: half of that again
    assert evidence([0.0] * 3, ["a"] * 3, 1.0) == pytest.approx(math.log(1.75))
    assert evidence([2.0], ["a"], 3.0) == pytest.approx(2.0)


def test_many_weak_outlets_outweigh_one_strong() -> None:
    strong = evidence([1.0], ["a"], 3.0)
    assert evidence([0.0, 0.0, 0.0], ["b", "c", "d"], 3.0) > strong
    assert evidence([-9.0, -9.0, -9.0], ["b", "c", "d"], 3.0) < strong


@given(SCORES, st.data())
def test_order_does_not_matter(scores: list[float], data: st.DataObject) -> None:
    outlets = [data.draw(st.sampled_from("abc")) for _ in scores]
    pairs = data.draw(st.permutations(list(zip(scores, outlets, strict=True))))
    shuffled = evidence([score for score, _ in pairs], [outlet for _, outlet in pairs], 2.0)
    assert shuffled == pytest.approx(evidence(scores, outlets, 2.0))


@given(SCORES)
def test_a_further_citation_is_never_less(scores: list[float]) -> None:
    outlets = [str(number) for number in range(len(scores))]
    assert evidence([*scores, 0.0], [*outlets, "new"], 2.0) >= evidence(scores, outlets, 2.0)


def test_probabilities_by_hand() -> None:
    pooling = Pooling(temperature=1.0, evidence=1.0, share=2.0, bias=0.5, ceiling=0.8)
    first, second = probabilities([1.0, 1.0], pooling)
    odds = 0.5 + 1.0 + 2 * math.log(0.5)
    assert first == second == pytest.approx(0.8 / (1 + math.exp(-odds)))
    (alone,) = probabilities([1.0], pooling)
    assert alone == pytest.approx(0.8 / (1 + math.exp(-1.5)))
    assert probabilities([], pooling) == []


@given(SCORES)
def test_no_probability_is_over_the_ceiling(evidences: list[float]) -> None:
    pooling = Pooling(3.0, 0.8, 2.7, 3.0, 0.8)
    assert all(0 <= chance <= 0.8 for chance in probabilities(evidences, pooling))
