"""Near-copies among articles: a wire story in two outlets, a page and its later version.

MinHash (Broder 1997) and locality-sensitive hashing by datasketch propose pairs; a pair is a copy where
many of the shorter article's runs of three words are the longer one's too. What an outlet prints again and again
is set aside first: it proves nothing. An outlet's later story that repeats much of an earlier one counts as one
story with it: the two are no independent origins. Limits: a copy in other words, or one of a few sentences
within a long article of its own, is not found.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from index.furniture import without_furniture
from index.types import Article

_RUN = 3  # words
_SHARED = 0.4  # of the shorter article's runs: what is left where a quarter of the words was edited, or half of the sentences
_FEWEST_RUNS = 20
_PERMUTATIONS = 96
_BANDS = (48, 2)  # 48 bands of 2: a pair of Jaccard similarity 0.2 is proposed in 86% of cases
_BOILERPLATE = 4  # articles of one outlet: a run in more of them is its newsletter's or a series', and tells no story


def stories(articles: Sequence[Article]) -> list[int]:
    """For each article the number of the first article of its story: its own where it is no copy. A copy of a copy is one story."""
    runs = _without_boilerplate([runs_of(article.text) for article in articles], [article.source or "" for article in articles])
    first = list(range(len(runs)))

    def root(number: int) -> int:
        while first[number] != number:
            number = first[number]
        return number

    proposals = MinHashLSH(num_perm=_PERMUTATIONS, params=_BANDS)
    for number, some in enumerate(runs):
        if len(some) < _FEWEST_RUNS:
            continue
        sketch = MinHash(_PERMUTATIONS, seed=1, hashfunc=int)
        sketch.update_batch(some.tolist())
        for other in sorted(proposals.query(sketch)):
            if root(other) != root(number) and shared(some, runs[other]) >= _SHARED:
                one, two = sorted((root(other), root(number)))
                first[two] = one
        proposals.insert(number, sketch)
    return [root(number) for number in range(len(runs))]


def _without_boilerplate(runs: Sequence[NDArray[np.uint32]], outlets: Sequence[str]) -> list[NDArray[np.uint32]]:
    """The runs of each article without those that more than four articles of its outlet share."""
    kept = list(runs)
    for outlet in set(outlets):
        rows = [row for row, other in enumerate(outlets) if other == outlet]
        values, counts = np.unique(np.concatenate([runs[row] for row in rows]), return_counts=True)
        common = values[counts > _BOILERPLATE]
        for row in rows:
            kept[row] = np.setdiff1d(runs[row], common, assume_unique=True)
    return kept


def runs_of(text: str) -> NDArray[np.uint32]:
    """The distinct runs of three words of the story in a text, without its page furniture, as sorted 32-bit hashes."""
    words = re.findall(r"\w+", " ".join(text[a:b] for a, b in without_furniture(text)).casefold())
    runs = {zlib.crc32(" ".join(words[place : place + _RUN]).encode()) for place in range(len(words) - _RUN + 1)}
    return np.array(sorted(runs), dtype=np.uint32)


def shared(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The share of the smaller set that is in both."""
    return len(np.intersect1d(one, other, assume_unique=True)) / max(1, min(len(one), len(other)))
