"""One ranking from two: passages found by meaning and passages found by words."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS_SHARE = 0.75  # of the fused score. Trade-off: benchmarks/NOTES.md

Found = Sequence[tuple[int, float]]  # (row, score)


def fused(by_meaning: Found, by_words: Found) -> list[tuple[int, float]]:
    """Return (row, score) of the rows of both searches, best first, ties by row.

    Scores are in (0, 1]; a row that is first in both has 1. BM25 scores are divided by the best of
    them. Cosines are all alike, so they are stretched from just below the lowest to the best. The
    score is the weighted sum (Bruch, Gai and Ingber 2023, convex combination).
    """
    scores: dict[int, float] = {}
    _add_share(scores, by_meaning, _below_lowest(by_meaning), 1 - _WORDS_SHARE)
    _add_share(scores, by_words, 0.0, _WORDS_SHARE)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _below_lowest(found: Found) -> float:
    """Return the score that counts as 0.

    It is one step below the lowest, or 0 if all are the same.
    """
    if not found:
        return 0.0
    scores = [score for _, score in found]
    step = (max(scores) - min(scores)) / len(scores)
    if not step:
        return 0.0
    return min(scores) - step


def _add_share(scores: dict[int, float], found: Found, least: float, share: float) -> None:
    """Add to each row its part of `share`.

    A row gets nothing at `least`, and all of it at the best score.
    """
    best = max((score for _, score in found), default=0.0)
    for row, score in found:
        part = 1.0
        if best > least:
            part = (score - least) / (best - least)
        scores[row] = scores.get(row, 0.0) + share * part
