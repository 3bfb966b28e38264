"""An archive without articles yet: the page opens on it and asks for some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from index.types import Article, Filters, Match, Passage, Ranking, Vectors, WordCounts


class EmptyStore:
    """A store of no articles, for the page before the first build."""

    generation = "000000"
    manifest: Mapping[str, Any] = {"counts": {}}

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        return []

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[Ranking, Ranking]:
        return [], []

    def word_counts(self, text: str) -> WordCounts | None:
        return None

    def passages(self, rows: Sequence[int]) -> Mapping[int, Passage]:
        return {}

    def articles(self) -> Iterable[Article]:
        return ()

    def article(self, id: str) -> Article | None:
        return None

    def fingerprints(self) -> Mapping[str, str]:
        return {}

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        return [], np.empty((0, 0), dtype=np.float32)

    def problems(self) -> Iterable[str]:
        return ()
