"""The near-duplicates among articles.

Examples are a wire story in two outlets, or a page and its later version. MinHash and
locality-sensitive hashing propose pairs (Broder 1997; multiply-shift hashing, Dietzfelbinger 1996).
A pair are near-duplicates if many of the shorter article's shingles are in the longer one too.
Shingles that an outlet prints again and again are set aside first. A later story that repeats much
of an earlier one counts as one story with it.

Limits: a copy in other words is not found, nor one of a few sentences within a long article. Of
each article five bytes a word are in memory, and its text only while it is read.

The result, `Sketches`, lets the next build compare only what an added or removed article changes.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from index.text.boilerplate import without_boilerplate
from index.types import Listed

_WORDS = 3  # of a shingle
_FEWEST_SHINGLES = 20  # of an article that is compared
_OVERLAP = 0.4  # of near-duplicates: left if a quarter of the words or half of the sentences differ
_MOST_ARTICLES = 4  # of an outlet that a story's shingle is in; in more, it is a newsletter's
_AT_ONCE = 2**21  # shingles that are counted at once
_PERMUTATIONS = 96
_BANDS = 48  # of 2 values: proposes 1 - (1 - 0.2 ** 2) ** 48 = 86% of pairs of Jaccard index 0.2

# Hash functions: odd factors, one per word of a shingle, and multipliers and terms of a signature.
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_MULTIPLIERS, _TERMS = np.random.default_rng(1).integers(
    0, 2**64, (2, _PERMUTATIONS), dtype=np.uint64
) | np.array([[1], [0]], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Sketches:
    """The shingles and signatures of articles, row after row.

    It also says which articles are one story.
    """

    outlets: NDArray[np.uint32]  # (rows,): a hash of each article's outlet
    ends: NDArray[np.int64]  # (rows,): where a row's shingles end
    shingles: NDArray[np.uint32]  # (shingles,): distinct and rising within a row
    kept: NDArray[np.bool_]  # (shingles,): whether it is none that its outlet repeats
    signatures: NDArray[np.uint32]  # (rows, permutations): MinHash of the shingles kept
    first: NDArray[np.int64]  # (rows,): the first row of its story

    def slice_of(self, row: int) -> slice:
        """Return the places of a row's shingles."""
        start = self.ends[row - 1] if row else 0
        return slice(start, self.ends[row])

    def kept_in(self, row: int) -> NDArray[np.uint32]:
        """Return the shingles of a row that are kept."""
        places = self.slice_of(row)
        return self.shingles[places][self.kept[places]]


_NO_SKETCHES = Sketches(
    outlets=np.empty(0, dtype=np.uint32),
    ends=np.empty(0, dtype=np.int64),
    shingles=np.empty(0, dtype=np.uint32),
    kept=np.empty(0, dtype=np.bool_),
    signatures=np.empty((0, _PERMUTATIONS), dtype=np.uint32),
    first=np.empty(0, dtype=np.int64),
)


def find_near_duplicates(
    articles: Sequence[Listed],
    before: Sketches | None = None,
    places: Sequence[int] | None = None,
    done: Callable[[int], None] = lambda number: None,
) -> Sketches:
    """Find which articles are one story.

    A near-duplicate of a near-duplicate is one too. `places` gives for each article its row in
    `before`, an earlier result, or -1. A row there must be of the same text and outlet. The result
    is the same as without them, and sooner there. `done` is told how many were read.
    """
    if before is None or places is None:
        before, places = _NO_SKETCHES, [-1] * len(articles)
    rows = np.array(places, dtype=np.int64)
    new = rows < 0
    gone = np.setdiff1d(np.arange(len(before.ends)), rows)

    sketches = _read(articles, before, rows, done)
    kept = _kept(sketches, new, before, gone)
    changed = new.copy()
    changed |= _set_in_rows(kept != sketches.kept, sketches.ends) > 0
    sketches = replace(sketches, kept=kept)
    for row in np.flatnonzero(changed).tolist():
        sketches.signatures[row] = _signature(sketches.kept_in(row))

    # A story without a changed or removed article stays as it is. Others are put together anew.
    stories = np.full(len(rows), -1, dtype=np.int64)
    stories[~new] = before.first[rows[~new]]
    open_stories = [*before.first[gone], *stories[changed & ~new]]
    anew = changed | np.isin(stories, open_stories)
    return replace(sketches, first=_join(sketches, stories, anew))


def shingles_of(text: str) -> NDArray[np.uint32]:
    """Return the distinct shingles of the story in a text, as sorted 32-bit hashes.

    A shingle is three words in a row. Boilerplate is left out.
    """
    story = " ".join(text[start:end] for start, end in without_boilerplate(text))
    words = re.findall(r"\w+", story.casefold())
    hashes = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    shingles = np.zeros(max(0, len(hashes) - _WORDS + 1), dtype=np.uint64)
    for place, factor in enumerate(_FACTORS):
        shingles += hashes[place : place + len(shingles)] * factor
    return np.unique((shingles >> np.uint64(32)).astype(np.uint32))


def overlap(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """Return the overlap coefficient of two sets, from 0 to 1.

    It is the share of the smaller set that is in both.
    """
    return len(np.intersect1d(one, other, assume_unique=True)) / max(1, min(len(one), len(other)))


def is_near_duplicate(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> bool:
    """Tell whether two articles with these shingles are one story."""
    if min(len(one), len(other)) < _FEWEST_SHINGLES:
        return False
    return overlap(one, other) >= _OVERLAP


def _read(
    articles: Sequence[Listed],
    before: Sketches,
    rows: NDArray[np.int64],
    done: Callable[[int], None],
) -> Sketches:
    """Return sketches with the shingles of the articles.

    They also hold what `before` knows of the articles.
    """
    shingles, kept = array("I"), bytearray()  # they grow in place, and are not copied
    ends = np.empty(len(rows), dtype=np.int64)
    signatures = np.empty((len(rows), _PERMUTATIONS), dtype=np.uint32)
    for number, (article, row) in enumerate(zip(articles, rows, strict=True)):
        if row < 0:
            found = shingles_of(article.text)
            shingles.frombytes(found.tobytes())
            kept += bytes(len(found))
        else:
            places = before.slice_of(row)
            shingles.frombytes(before.shingles[places].tobytes())
            kept += before.kept[places].tobytes()
            signatures[number] = before.signatures[row]
        ends[number] = len(shingles)
        done(number + 1)
    outlets = [zlib.crc32((article.source or "").encode()) for article in articles]
    return Sketches(
        outlets=np.array(outlets, dtype=np.uint32),
        ends=ends,
        shingles=np.frombuffer(shingles, dtype=np.uint32),
        kept=np.frombuffer(kept, dtype=np.bool_),
        signatures=signatures,
        first=np.arange(len(rows), dtype=np.int64),
    )


def _kept(
    sketches: Sketches, new: NDArray[np.bool_], before: Sketches, gone: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether each shingle is kept: not if too many articles of its outlet have it.

    That can have changed only for the shingles of an article that came or left.
    """
    wanted = None
    if not new.all():
        came = [_keys_in(sketches, row) for row in np.flatnonzero(new).tolist()]
        left = [_keys_in(before, row) for row in gone.tolist()]
        nothing = np.empty(0, dtype=np.uint64)
        wanted = np.unique(np.concatenate([nothing, *came, *left]))
    kept = sketches.kept.copy()
    parts = 1 + len(kept) // _AT_ONCE
    for part in range(parts):
        touched, keys = _keys_of_part(sketches, part, parts, wanted)
        _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
        kept[touched] = (counts <= _MOST_ARTICLES)[which]
    return kept


def _keys_in(sketches: Sketches, row: int) -> NDArray[np.uint64]:
    return _keys(sketches.outlets[row], sketches.shingles[sketches.slice_of(row)])


def _keys_of_part(
    sketches: Sketches, part: int, parts: int, wanted: NDArray[np.uint64] | None
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return places and keys of a part of the shingles, which has all that are equal.

    If there are any `wanted` keys, sorted, others are left out.
    """
    places, found = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint64)]
    for rows in _blocks(sketches.ends):
        first = sketches.slice_of(rows.start).start
        shingles = sketches.shingles[first : sketches.ends[rows.stop - 1]]
        own = np.flatnonzero(shingles % np.uint32(parts) == part)
        lengths = np.diff(sketches.ends[rows.start : rows.stop], prepend=first)
        keys = _keys(
            np.repeat(sketches.outlets[rows.start : rows.stop], lengths)[own], shingles[own]
        )
        if wanted is not None:
            among = _places_of(wanted, keys)
            own, keys = own[among], keys[among]
        places.append(first + own)
        found.append(keys)
    return np.concatenate(places), np.concatenate(found)


def _blocks(ends: NDArray[np.int64]) -> Iterator[range]:
    """Yield the rows in blocks that have few shingles, or one row."""
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        stop = int(np.searchsorted(ends, before + _AT_ONCE, side="right"))
        yield range(start, max(stop, start + 1))
        start = max(stop, start + 1)


def _set_in_rows(flags: NDArray[np.bool_], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many of each row's flags are set."""
    counts = np.empty(len(ends), dtype=np.int64)
    for rows in _blocks(ends):
        first = ends[rows.start - 1] if rows.start else 0
        own = ends[rows.start : rows.stop]
        until = np.concatenate([[0], np.cumsum(flags[first : own[-1]])])
        counts[rows.start : rows.stop] = np.diff(until[own - first], prepend=0)
    return counts


def _keys(
    outlets: NDArray[np.uint32] | np.uint32, shingles: NDArray[np.uint32]
) -> NDArray[np.uint64]:
    """Return one number for each shingle and its outlet."""
    keys: NDArray[np.uint64] = (outlets.astype(np.uint64) << np.uint64(32)) | shingles
    return keys


def _places_of(wanted: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where `keys` are among the sorted `wanted`.

    Most are not. A table of their last 16 bits tells that faster than a search.
    """
    if not len(wanted):
        return np.empty(0, dtype=np.int64)
    likely = np.zeros(1 << 16, dtype=bool)
    likely[wanted & np.uint64(0xFFFF)] = True
    places = np.flatnonzero(likely[(keys & np.uint64(0xFFFF)).astype(np.uint16)])
    found = np.searchsorted(wanted, keys[places])
    nearest = wanted[np.minimum(found, len(wanted) - 1)]
    among: NDArray[np.int64] = places[nearest == keys[places]]
    return among


def _signature(shingles: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the least hash of the shingles under each of the hash functions."""
    if not len(shingles):
        return np.zeros(_PERMUTATIONS, dtype=np.uint32)
    least = [
        ((shingles * multiplier + term) >> np.uint64(32)).min()
        for multiplier, term in zip(_MULTIPLIERS, _TERMS, strict=True)
    ]
    return np.array(least, dtype=np.uint32)


class _Groups:
    """Rows joined into groups, each known by its first row (a union-find)."""

    def __init__(self, first: list[int]) -> None:
        self._first = first

    def head(self, row: int) -> int:
        while self._first[row] != row:
            row = self._first[row]
        return row

    def join(self, one: int, other: int) -> None:
        head, tail = sorted((self.head(one), self.head(other)))
        self._first[tail] = head


def _join(
    sketches: Sketches, stories: NDArray[np.int64], anew: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the first row of each row's story.

    Rows that are not to be compared `anew` are one story if they have one number in `stories`.
    """
    first = list(range(len(stories)))
    heads: dict[int, int] = {}
    for row in np.flatnonzero(~anew):
        first[row] = heads.setdefault(int(stories[row]), int(row))
    groups = _Groups(first)
    differ: set[tuple[int, int]] = set()
    for one, other in _candidates(sketches, anew, groups):
        if (one, other) in differ:
            continue
        if overlap(sketches.kept_in(one), sketches.kept_in(other)) >= _OVERLAP:
            groups.join(one, other)
        else:
            differ.add((one, other))
    return np.array([groups.head(row) for row in range(len(first))], dtype=np.int64)


def _candidates(
    sketches: Sketches, anew: NDArray[np.bool_], groups: _Groups
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows to compare.

    They are alike in a band, one of them is anew, and they are not yet one group.
    """
    for rows in _alike(sketches, anew):
        if len({groups.head(row) for row in rows}) == 1:
            continue
        for one, other in combinations(rows, 2):
            if (anew[one] or anew[other]) and groups.head(one) != groups.head(other):
                yield one, other


def _alike(sketches: Sketches, anew: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Yield groups of rows, rising, whose signatures are equal in a whole band.

    Each has a row that is to be compared `anew`. Articles of few shingles are left out.
    """
    rows = np.flatnonzero(_set_in_rows(sketches.kept, sketches.ends) >= _FEWEST_SHINGLES)
    if not len(rows):
        return
    signatures = np.ascontiguousarray(sketches.signatures[rows])
    for band in signatures.view(np.uint64).reshape(len(rows), _BANDS).T:
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.diff(band[order], prepend=~band[order[0]]))
        sizes = np.diff(starts, append=len(order))
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            members = rows[order[start : start + size]]
            if anew[members].any():
                yield members.tolist()
