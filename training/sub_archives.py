"""Smaller archives inside a large one, for the calibration of archives of every size.

A person with five articles has them of one story, so what is near a question competes in a small
archive too. A sub-archive of n articles is drawn from the 10 n nearest to the question. It is
searched by filtering the large archive's ranking: nothing is built.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from index.types import Embedder, Match, Store
from qa.answering.retrieval import collapse_copies, rerank, select_for_reading
from qa.answering.understanding import understand
from qa.archive import PASSAGES_READ
from qa.types import Hit

_NEAR = 10  # times as many articles as are drawn


def rank_all(store: Store, embedder: Embedder, question: str) -> list[Match]:
    """Return every passage of the archive, the nearest to the question first."""
    asked = understand(question)
    vector = embedder.encode_question(asked.text)
    words = f"{asked.text} {asked.extra_terms}"
    return rerank(store.search(vector, words, store.manifest["counts"]["passages"]), asked)


def draw_articles(ranked: Sequence[Match], size: int, gold: str | None, seed: str) -> set[str]:
    """Return the ids of `size` articles drawn from the nearest, `gold` always among them.

    `gold` is the article that answers; without one it is None.
    """
    near = list(dict.fromkeys(match.passage.article.id for match in ranked))[: _NEAR * size]
    others = [id for id in near if id != gold]
    kept = size if gold is None else size - 1
    drawn = set(random.Random(seed).sample(others, min(kept, len(others))))
    return drawn if gold is None else drawn | {gold}


def hits_within(ranked: Sequence[Match], articles: set[str]) -> list[Hit]:
    """Return the hits that would be read if the archive had these articles alone."""
    inside = [match for match in ranked if match.passage.article.id in articles]
    return select_for_reading(collapse_copies(inside[: 2 * PASSAGES_READ])[:PASSAGES_READ])
