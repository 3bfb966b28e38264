"""Checking the content of a generation whose files are as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.stores.local.segments import Segment, SegmentedVectors

_AT_ONCE = 4096  # vectors that are checked at once


def problems_of(
    segments: Sequence[Segment],
    vectors: SegmentedVectors,
    alive: NDArray[np.bool_] | None,
    placed: set[int],
    articles: int,
) -> Iterator[str]:
    """Yield what is wrong, one line each.

    That is articles without a position, bad slices, rows that do not line up, and vectors that are
    not of length 1. `alive` says which rows are alive, None: all. `placed` are the numbers of the
    articles that have a position; there should be as many as `articles`.
    """
    there = {
        number
        for segment in segments
        for (number,) in segment.articles.rows("SELECT number FROM articles")
    }
    if len(placed) != articles or not placed <= there:
        yield f"expected a position for each of {articles} articles, found {len(placed & there)}"
    if alive is None:
        alive = np.ones(vectors.rows, dtype=bool)
    yield from _wrong_rows(segments, alive, placed)
    yield from _wrong_vectors(vectors)


def _wrong_rows(
    segments: Sequence[Segment], alive: NDArray[np.bool_], placed: set[int]
) -> Iterator[str]:
    expected = iter(np.flatnonzero(alive).tolist())
    for segment in segments:
        rows = segment.articles.rows(
            """SELECT row, article, start, "end", length(text)
               FROM passages JOIN articles ON article = number ORDER BY row"""
        )
        for row, number, start, end, length in rows:
            if (number in placed) != alive[row]:
                yield f"passage {row}: expected it to be as alive as article {number}"
                return
            if not alive[row]:
                continue
            if (wanted := next(expected, None)) != row:
                yield f"expected passage row {wanted}, found {row}"
                return
            if not 0 <= start < end <= length:
                yield (
                    f"passage {row}: expected a slice within {length} characters, "
                    f"found {start}:{end}"
                )
    if (wanted := next(expected, None)) is not None:
        yield f"expected passage row {wanted}, found none"


def _wrong_vectors(vectors: SegmentedVectors) -> Iterator[str]:
    for first in range(0, vectors.rows, _AT_ONCE):
        some = np.arange(first, min(first + _AT_ONCE, vectors.rows), dtype=np.int64)
        lengths = np.linalg.norm(vectors.rows_from(some), axis=1)
        for row in np.flatnonzero(np.abs(lengths - 1) > 1e-3):
            length = float(lengths[row])
            yield f"vector {first + int(row)}: expected length 1, found {length:.3f}"
