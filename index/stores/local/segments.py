"""The segments of a generation: what was written together, and never changes.

A segment is a folder with `articles.sqlite`, `vectors.faiss` and, if it is large, `nearest.faiss`.
The first is the generation's own folder, the others lie in `segments/`. Rows and numbers of
articles run on from one segment to the next. A build that changes little links the segments of the
live generation, adds one, and lets the manifest name the rows that are dead. So nothing that stays
is written again (the scheme of Lucene's segments). Rows that are dead are found by nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stores.local.articles import ARTICLES, COLUMNS, Database, damaged, marks
from index.stores.local.vectors import VectorIndex
from index.types import Vectors

VECTORS, CODES = "vectors.faiss", "nearest.faiss"
SEGMENTS = "segments"  # the folder of all segments but the first
_Ranges = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a segment lies, and which rows and numbers are its own."""

    folder: str  # within the generation; "" is the generation itself
    rows: range
    numbers: range

    def path(self, name: str) -> str:
        """Return the path of one of its files within the generation."""
        if not self.folder:
            return name
        return f"{self.folder}/{name}"


def extents_of(manifest: Mapping[str, Any]) -> list[Extent]:
    """Return the segments that a manifest names. One of before there were any has one."""
    counts = manifest["counts"]
    alone = [{"folder": "", "rows": counts["passages"], "numbers": counts["articles"]}]
    found, row, number = [], 0, 0
    for one in manifest.get("segments", alone):
        rows = range(row, row + one["rows"])
        numbers = range(number, number + one["numbers"])
        found.append(Extent(one["folder"], rows, numbers))
        row, number = rows.stop, numbers.stop
    return found


def as_json(extents: Iterable[Extent]) -> list[dict[str, Any]]:
    """Return segments as a manifest names them."""
    return [
        {"folder": one.folder, "rows": len(one.rows), "numbers": len(one.numbers)}
        for one in extents
    ]


def alive_rows(rows: int, dead: _Ranges) -> NDArray[np.bool_]:
    """Return whether each row is alive, shape (rows,).

    `dead` are ranges, ends excluded.
    """
    alive = np.ones(rows, dtype=bool)
    for first, end in dead:
        alive[first:end] = False
    return alive


def ranges_of(flags: NDArray[np.bool_]) -> list[list[int]]:
    """Return the ranges of the places that are set, ends excluded."""
    edges = np.diff(flags.astype(np.int8), prepend=0, append=0)
    firsts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [[int(first), int(end)] for first, end in zip(firsts, ends, strict=True)]


class Segment:
    """A segment, opened read-only."""

    def __init__(self, generation: Path, extent: Extent, files: Mapping[str, Any]) -> None:
        """Open a segment of a generation with these files.

        Raises DatelineError for damage.
        """
        self.extent = extent
        self.articles = Database(generation / extent.path(ARTICLES))
        codes = None
        if extent.path(CODES) in files:
            codes = generation / extent.path(CODES)
        self.vectors = VectorIndex(generation / extent.path(VECTORS), codes)

    def last_row(self) -> int:
        """Return the last row of the table, one less than the first if it is empty."""
        # no count, which would read a million of them
        before = self.extent.rows.start - 1
        ((row,),) = self.articles.rows("SELECT coalesce(max(row), ?) FROM passages", [before])
        return int(row)

    def passages(self, rows: Sequence[int]) -> Iterator[tuple[int, int, int, int, str]]:
        """Yield what its table says of those rows it has.

        That is row, number of the article, start, end and description.
        """
        own = [row for row in rows if row in self.extent.rows]
        yield from self.articles.rows(
            f"""SELECT row, article, start, "end", description
                FROM passages WHERE row IN ({marks(own)})""",
            own,
        )

    def texts(self, numbers: Sequence[int]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Yield number and COLUMNS of those articles that it has."""
        own = [number for number in numbers if number in self.extent.numbers]
        found = self.articles.rows(
            f"SELECT number, {COLUMNS} FROM articles WHERE number IN ({marks(own)})", own
        )
        for number, *columns in found:
            yield number, columns

    def facts(
        self, names: dict[str, int], days: NDArray[np.int32], outlets: NDArray[np.int32]
    ) -> None:
        """Write the day and the outlet's number of each row that its table has.

        `names` gives outlets their numbers. The day is 0 for an undated row.
        """
        first = self.extent.numbers.start
        facts = np.zeros((len(self.extent.numbers), 2), dtype=np.int32)
        for number, source, published in self.articles.each(
            "SELECT number, source, published FROM articles"
        ):
            day = dt.date.fromisoformat(published).toordinal() if published else 0
            outlet = names.setdefault((source or "").casefold(), len(names))
            facts[number - first] = day, outlet
        pairs = self.articles.each("SELECT row, article FROM passages")
        rows, articles = np.fromiter(pairs, dtype=np.dtype((np.int64, 2))).T
        known = (articles >= first) & (articles < self.extent.numbers.stop)
        if not known.all() or (len(rows) and rows.max() >= self.extent.rows.stop):
            raise damaged("passages of no article")
        days[rows], outlets[rows] = facts[articles - first].T


class SegmentedVectors:
    """The vectors of all segments as one.

    `alive` says which rows may be found; None: all.
    """

    def __init__(self, segments: Sequence[Segment], alive: NDArray[np.bool_] | None) -> None:
        self._segments, self._alive = segments, alive

    @property
    def rows(self) -> int:
        """How many vectors there are, those of dead rows too."""
        return sum(segment.vectors.rows for segment in self._segments)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._segments[0].vectors.dimensions

    def rows_from(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of `rows`, float32, (len(rows), dimensions)."""
        found = np.empty((len(rows), self.dimensions), dtype=np.float32)
        for segment in self._segments:
            first, end = segment.extent.rows.start, segment.extent.rows.stop
            own = (rows >= first) & (rows < end)
            if own.any():
                found[own] = segment.vectors.rows_from(rows[own] - first)
        return found

    def nearest(
        self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Return (row, cosine) of the `k` nearest rows alive, best first, ties by row.

        `allowed`, shape (rows,), says which rows may be found; None: all.
        """
        if allowed is None:
            allowed = self._alive
        elif self._alive is not None:
            allowed = allowed & self._alive
        found: list[tuple[int, float]] = []
        for segment in self._segments:
            first, end = segment.extent.rows.start, segment.extent.rows.stop
            own = None
            if allowed is not None:
                own = allowed[first:end]
                if not own.any():
                    continue
                if own.all():
                    own = None
            some = segment.vectors.nearest(vector, k, own)
            found += [(first + row, score) for row, score in some]
        if len(self._segments) == 1:
            return found
        return sorted(found, key=lambda one: (-one[1], one[0]))[:k]
