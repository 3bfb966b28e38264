"""Leave out what a file holds over and over.

A packed file of 1 MB may hold millions of copies of one article.

Limits: only copies of the first different articles are known. What differs by a letter is no copy.
"""

from __future__ import annotations

from collections import Counter

from index.types import Article, Skipped

_MOST = 1_000  # copies of one article; an export may have as many of "[Removed]"
_KNOWN = 10_000  # different articles whose copies are counted
_ENOUGH = 20_000  # copies that tell of a file of nothing else
ALL_COPIES = "nine of ten articles are copies of others in it; what was read by then is kept"


class Copies:
    """Counts the copies in one file."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._seen = self._left_out = 0

    @property
    def are_all(self) -> bool:
        """Whether so many copies were left out that the rest is hardly worth reading."""
        return self._left_out > _ENOUGH and 10 * self._left_out > 9 * self._seen

    def without(self, item: Article | Skipped) -> Article | Skipped:
        """Return an article, or why it is left out as a copy too many."""
        if isinstance(item, Skipped):
            return item
        self._seen += 1
        key = hash((item.text, item.title, item.source, item.published, item.url))
        if key in self._counts or len(self._counts) < _KNOWN:
            self._counts[key] += 1
        if self._counts[key] <= _MOST:
            return item
        self._left_out += 1
        return Skipped(item.path, f"{_MOST:,} copies of it stand before it in the file")
