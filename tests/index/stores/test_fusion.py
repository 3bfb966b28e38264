"""Fusing two rankings, by numbers worked by hand."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.stores.fusion import fused


def test_scores_are_the_weighted_sum_of_both_searches() -> None:
    # One step, a third of the range of the cosines, below the lowest is 0. So 0.6, 0.5 and 0.4
    # are 1, 0.625 and 0.25 of a quarter; the words are 1 and 0.5 of three quarters.
    by_meaning = [(1, 0.6), (2, 0.5), (3, 0.4)]
    by_words = [(2, 8.0), (4, 4.0)]
    rows, scores = zip(*fused(by_meaning, by_words), strict=True)
    assert rows == (2, 4, 1, 3)
    assert scores == pytest.approx((0.25 * 0.625 + 0.75, 0.375, 0.25, 0.0625))


def test_a_row_that_is_first_in_both_has_the_score_one() -> None:
    row, score = fused([(7, 0.9), (1, 0.2)], [(7, 3.0), (2, 1.0)])[0]
    assert row == 7
    assert score == pytest.approx(1.0)


def test_a_tie_goes_to_the_lower_row() -> None:
    assert [row for row, _ in fused([(4, 0.5), (2, 0.5)], [])] == [2, 4]


@pytest.mark.parametrize("cosine", [-0.2, 0.0, 0.7])
def test_a_row_alone_has_the_whole_share_of_its_search(cosine: float) -> None:
    assert fused([(9, cosine)], []) == [(9, 0.25)]
    assert fused([], [(9, 2.5)]) == [(9, 0.75)]


def test_nothing_found_is_nothing() -> None:
    assert fused([], []) == []


found_rows = st.dictionaries(st.integers(0, 9), st.floats(0.01, 30), max_size=6).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


@given(found_rows, found_rows)
def test_no_row_ranks_below_one_that_it_beats_in_both_searches(
    by_meaning: list[tuple[int, float]], by_words: list[tuple[int, float]]
) -> None:
    order = fused(by_meaning, by_words)
    assert {row for row, _ in order} == {row for row, _ in by_meaning + by_words}
    assert all(0 < score <= 1 + 1e-9 for _, score in order)
    place = {row: number for number, (row, _) in enumerate(order)}
    one, other = dict(by_meaning), dict(by_words)
    for better in place:
        for worse in place:
            if all(found.get(better, 0.0) > found.get(worse, 0.0) + 1e-6 for found in (one, other)):
                assert place[better] < place[worse]
