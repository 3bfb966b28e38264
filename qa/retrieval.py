"""A question to the passages nearest to it: vectors and keywords fused by the store, near-copies collapsed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import Embedder, Filters, Match, Store
from qa.types import Hit

_SHINGLE = 4  # words
_COPY = 0.7  # the share of the shorter text's shingles that the longer one has


def retrieve(store: Store, embedder: Embedder, question: str, k: int, filters: Filters = Filters(), also: str = "") -> list[Hit]:
    """The best `k` hits, best first. `also` holds words to search for beside the question's own."""
    vector = embedder.encode_question(question)
    return collapse(store.search(vector, f"{question} {also}", 2 * k, filters))[:k]


def collapse(matches: Sequence[Match]) -> list[Hit]:
    """Hits in the order of `matches`; a passage that repeats an earlier one's words joins that hit as a copy."""
    hits: list[Hit] = []
    seen: list[frozenset[tuple[str, ...]]] = []
    for match in matches:
        words = shingles(match.passage.text)
        place = next((place for place, other in enumerate(seen) if same_words(words, other)), None)
        if place is None:
            hits.append(Hit(match.passage, match.score))
            seen.append(words)
        else:
            hits[place] = Hit(hits[place].passage, hits[place].score, (*hits[place].copies, match.passage))
    return hits


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of four words of a text, lower-cased (Broder 1997); a shorter text is one run."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[first : first + _SHINGLE]) for first in range(max(1, len(words) - _SHINGLE + 1)))


def same_words(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    """Whether the shorter text is mostly within the longer: a copy, perhaps cut or with a few words changed."""
    return len(one & other) >= _COPY * min(len(one), len(other))
