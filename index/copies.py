"""Near-copies among articles: a wire story in two outlets, a page and its later version.

MinHash (Broder 1997) and locality-sensitive hashing by datasketch propose pairs; a pair is a copy where
the shorter article's runs of three words are mostly the longer one's too. Boilerplate is set aside first:
runs that many articles share prove nothing. Limits: a copy in other words, or one of a few sentences
within a long article of its own, is not found.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from index.furniture import without_furniture

_RUN = 3  # words
_SHARED = 0.35  # of the shorter text's runs: what is left where a third of the words was edited
_FEWEST_RUNS = 20
_PERMUTATIONS = 96
_BANDS = (48, 2)  # 48 bands of 2: a pair of Jaccard similarity 0.2 is proposed in 86% of cases
_BOILERPLATE = 0.01  # of all articles, and at least 5: a run in more of them is nobody's story


def stories(texts: Sequence[str]) -> list[int]:
    """For each text the number of the first text of its story: its own where it is no copy. Chains join: a copy of a copy is one story."""
    runs = [runs_of(text) for text in texts]
    found_in = Counter(run for some in runs for run in some.tolist())
    common = np.array([run for run, count in found_in.items() if count > max(5, _BOILERPLATE * len(texts))], dtype=np.uint32)
    runs = [np.setdiff1d(some, common, assume_unique=True) for some in runs]

    first = list(range(len(texts)))

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
    return [root(number) for number in range(len(texts))]


def runs_of(text: str) -> NDArray[np.uint32]:
    """The distinct runs of three words of the story in a text, without its page furniture, as sorted 32-bit hashes."""
    words = re.findall(r"\w+", " ".join(text[a:b] for a, b in without_furniture(text)).casefold())
    runs = {zlib.crc32(" ".join(words[place : place + _RUN]).encode()) for place in range(len(words) - _RUN + 1)}
    return np.array(sorted(runs), dtype=np.uint32)


def shared(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The share of the smaller set that is in both."""
    return len(np.intersect1d(one, other, assume_unique=True)) / max(1, min(len(one), len(other)))
