"""Near-copies among articles: a wire story in two outlets, a page and its later version.

MinHash (Broder 1997; hashing by multiply-shift, Dietzfelbinger 1996) and locality-sensitive hashing propose pairs; a pair is a copy where
many of the shorter article's runs of three words are the longer one's too. What an outlet prints again and again
is set aside first: it proves nothing. An outlet's later story that repeats much of an earlier one counts as one
story with it: the two are no independent origins. Limits: a copy in other words, or one of a few sentences
within a long article of its own, is not found.

Comparing leaves `Sketches`, with which the next build compares anew only what an added or removed article can change.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.text.boilerplate import without_boilerplate
from index.types import Article

_RUN = 3  # words
_SHARED = 0.4  # of the shorter article's runs: what is left where a quarter of the words was edited, or half of the sentences
_FEWEST_RUNS = 20
_PERMUTATIONS = 96
_BANDS = 48  # of 2 values: a pair of Jaccard similarity 0.2 is proposed in 86% of cases
_BOILERPLATE = 4  # articles of one outlet: a run in more of them is its newsletter's or a series', and tells no story


@dataclass(frozen=True, slots=True)
class Sketches:
    """What comparing articles leaves: row n is article n; `runs` and `kept` hold the rows' runs one row after the other."""

    outlets: NDArray[np.uint32]  # (rows,): a hash of each article's outlet
    ends: NDArray[np.int64]  # (rows,): where a row's runs end
    runs: NDArray[np.uint32]
    kept: NDArray[np.bool_]  # whether a run is not boilerplate
    signatures: NDArray[np.uint32]  # (rows, permutations): MinHash of the runs kept
    first: NDArray[np.int64]  # (rows,): the first row of its story: its own where it is no copy


def stories(articles: Sequence[Article]) -> list[int]:
    """For each article the number of the first article of its story: its own where it is no copy. A copy of a copy is one story."""
    return [int(number) for number in find_near_duplicates(articles).first]


def find_near_duplicates(
    articles: Sequence[Article], before: Sketches | None = None, places: Sequence[int] | None = None
) -> Sketches:
    """The sketches of the articles; `places` gives for each its row in the sketches `before`, or -1 for one that is not there.

    A row there must be of the same text and outlet. The result is the same as without `before`.
    """
    if before is None:
        before = Sketches(
            outlets=np.empty(0, dtype=np.uint32),
            ends=np.empty(0, dtype=np.int64),
            runs=np.empty(0, dtype=np.uint32),
            kept=np.empty(0, dtype=np.bool_),
            signatures=np.empty((0, _PERMUTATIONS), dtype=np.uint32),
            first=np.empty(0, dtype=np.int64),
        )
        places = [-1] * len(articles)
    assert places is not None
    old = np.array(places, dtype=np.int64)
    known, gone = old >= 0, np.setdiff1d(np.arange(len(before.ends)), old)
    old_runs, old_kept = _rows(before.runs, before.ends), _rows(before.kept, before.ends)
    rows = [
        old_runs[place] if place >= 0 else runs_of(article.text)
        for article, place in zip(articles, old, strict=True)
    ]
    was = [
        old_kept[place] if place >= 0 else np.zeros(len(row), dtype=bool)
        for row, place in zip(rows, old, strict=True)
    ]
    outlets = np.array(
        [zlib.crc32((article.source or "").encode()) for article in articles], dtype=np.uint32
    )
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    ends, runs, kept = np.cumsum(lengths), _flat(rows, np.uint32), _flat(was, np.bool_)

    # A run can have become boilerplate, or no longer be it, only where an article with it came to its outlet or left it.
    keys = np.repeat(outlets.astype(np.uint64) << np.uint64(32), lengths) | runs
    came = keys[np.repeat(~known, lengths)]
    left = [
        (np.uint64(before.outlets[row]) << np.uint64(32)) | old_runs[row].astype(np.uint64)
        for row in gone
    ]
    touched = (
        _among(keys, np.unique(np.concatenate([came, *left])))
        if known.any()
        else np.arange(len(keys))
    )
    _, which, counts = np.unique(keys[touched], return_inverse=True, return_counts=True)
    kept[touched] = (counts <= _BOILERPLATE)[which]

    changed = ~known
    changed[np.searchsorted(ends, np.flatnonzero(kept != _flat(was, np.bool_)), side="right")] = (
        True
    )
    signatures = (
        before.signatures[old]
        if len(before.ends)
        else np.empty((len(rows), _PERMUTATIONS), dtype=np.uint32)
    )
    stories_kept = _rows(runs, ends), _rows(kept, ends)
    for row in np.flatnonzero(changed):
        signatures[row] = _signature(stories_kept[0][row][stories_kept[1][row]])

    # Stories without a changed or removed article stay as they are; the articles of the others are compared again.
    story = np.where(known, before.first[old] if len(before.ends) else -1, -1)
    apart = changed | np.isin(story, [*before.first[gone], *story[changed & known]])
    first = list(range(len(rows)))
    heads: dict[int, int] = {}
    for row in np.flatnonzero(~apart):
        first[row] = heads.setdefault(int(story[row]), int(row))
    long = (
        np.diff(np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], ends])]) >= _FEWEST_RUNS
    )

    def root(number: int) -> int:
        while first[number] != number:
            number = first[number]
        return number

    refuted: set[tuple[int, int]] = set()
    for members in _alike(signatures, apart, long):
        if len({root(row) for row in members}) == 1:
            continue
        for one, other in combinations(members, 2):
            if (
                (apart[one] or apart[other])
                and root(one) != root(other)
                and (one, other) not in refuted
            ):
                if (
                    shared(*(stories_kept[0][row][stories_kept[1][row]] for row in (one, other)))
                    >= _SHARED
                ):
                    head, tail = sorted((root(one), root(other)))
                    first[tail] = head
                else:
                    refuted.add((one, other))
    return Sketches(
        outlets,
        ends,
        runs,
        kept,
        signatures,
        np.array([root(number) for number in range(len(rows))], dtype=np.int64),
    )


def _alike(
    signatures: NDArray[np.uint32], apart: NDArray[np.bool_], long: NDArray[np.bool_]
) -> Iterator[list[int]]:
    """The groups of rows, rising, whose signatures are the same in a whole band: all `long`, at least one `apart`."""
    rows = np.flatnonzero(long)
    bands = np.ascontiguousarray(signatures[rows]).view(np.uint64).reshape(len(rows), _BANDS)
    for band in bands.T if len(rows) else ():
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.diff(band[order], prepend=~band[order[0]]))
        sizes = np.diff(starts, append=len(order))
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            members = rows[order[start : start + size]]
            if apart[members].any():
                yield members.tolist()


def _signature(runs: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The least hash of the runs under each of the hash functions."""
    if not len(runs):
        return np.zeros(_PERMUTATIONS, dtype=np.uint32)
    factors, terms = _HASHES
    return np.array(
        [
            ((runs * factor + term) >> np.uint64(32)).min()
            for factor, term in zip(factors, terms, strict=True)
        ],
        dtype=np.uint32,
    )


def _among(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where `keys` are among the sorted `wanted`. Most are not, which 16 of their bits tell faster than a search."""
    likely = np.zeros(1 << 16, dtype=bool)
    likely[wanted & np.uint64(0xFFFF)] = True
    places = np.flatnonzero(likely[(keys & np.uint64(0xFFFF)).astype(np.uint16)])
    found = np.searchsorted(wanted, keys[places])
    return (
        places[(found < len(wanted)) & (wanted[np.minimum(found, len(wanted) - 1)] == keys[places])]
        if len(wanted)
        else places
    )


def _flat(rows: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=kind), *rows])


def _rows(flat: NDArray[Any], ends: NDArray[np.int64]) -> list[NDArray[Any]]:
    return np.split(flat, ends[:-1]) if len(ends) else []


def runs_of(text: str) -> NDArray[np.uint32]:
    """The distinct runs of three words of the story in a text, without its boilerplate, as sorted 32-bit hashes."""
    words = re.findall(r"\w+", " ".join(text[a:b] for a, b in without_boilerplate(text)).casefold())
    hashes = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    runs = np.zeros(max(0, len(hashes) - _RUN + 1), dtype=np.uint64)
    for place, factor in enumerate(_FACTORS):
        runs += hashes[place : place + len(runs)] * factor
    return np.unique((runs >> np.uint64(32)).astype(np.uint32))


_HASHES = np.random.default_rng(1).integers(
    0, 2**64, (2, _PERMUTATIONS), dtype=np.uint64
) | np.array([[1], [0]], dtype=np.uint64)
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)  # odd, one a word of a run


def shared(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The share of the smaller set that is in both."""
    return len(np.intersect1d(one, other, assume_unique=True)) / max(1, min(len(one), len(other)))
