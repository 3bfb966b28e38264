"""One generation on local disk, open for reading.

Articles and passages are in SQLite, vectors in FAISS, both in segments; keywords in Tantivy. The
files are written by index/stores/local/writer.py. Limits: what is larger than a bound is not read
whole on opening (index/stores/local/generations.py), so damage may show later, as a DatelineError.
BM25 counts words of dead rows too, at most a fifth, until the index is written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.models.runtime import start_in_pool
from index.profiling import stage
from index.stores.fusion import fused
from index.stores.keywords import KeywordIndex
from index.stores.local.articles import (
    ARTICLES,
    COLUMNS,
    POSITIONS,
    Database,
    article_of,
    damaged,
    marks,
    unchecked_article,
)
from index.stores.local.checking import problems_of
from index.stores.local.held_files import HeldFiles
from index.stores.local.segments import Segment, SegmentedVectors, alive_rows, extents_of
from index.types import (
    Article,
    DatelineError,
    Filters,
    Match,
    Passage,
    Ranking,
    Vectors,
    WordCounts,
)

KEYWORDS = "keywords"
_CANDIDATES = 100  # taken from each of the two searches before they are fused
_ARTICLES_AT_ONCE = 256


class Stored(NamedTuple):
    """The facts that decide whether a rebuild may keep an article as it is.

    `boilerplate` is JSON.
    """

    number: int
    fingerprint: str
    boilerplate: str


class LocalStore:
    """A published generation, opened read-only."""

    def __init__(self, folder: Path, manifest: dict[str, Any], whole: bool = False) -> None:
        """Open a generation.

        `whole` says that every byte was just compared with its checksum. Raises DatelineError
        unless all parts hold the same passages.
        """
        self.folder, self.generation, self.manifest = folder, folder.name, manifest
        self._whole = whole
        files = manifest["files"]
        self._files = HeldFiles(folder, {name: part["bytes"] for name, part in files.items()})
        self.extents = extents_of(manifest)
        self.dead: list[list[int]] = manifest.get("dead", [])
        self._alive: NDArray[np.bool_] | None = None
        if self.dead:
            self._alive = alive_rows(self.rows, self.dead)
        self._segments = [Segment(folder, extent, files) for extent in self.extents]
        # before there were segments, the positions stood in the same file
        positions = POSITIONS if POSITIONS in files else ARTICLES
        self._positions = Database(folder / positions)
        self._vectors = SegmentedVectors(self._segments, self._alive)
        self._keywords = KeywordIndex(folder / KEYWORDS)
        self._check_counts()

    @property
    def rows(self) -> int:
        """How many rows there are, dead ones too."""
        return self.extents[-1].rows.stop

    def _check_counts(self) -> None:
        passages = self.manifest["counts"]["passages"]
        dimensions = self.manifest["encoder"]["dimensions"]
        gone = sum(end - first for first, end in self.dead)
        rows = 0
        for segment in self._segments:
            rows = segment.last_row() + 1
            if segment.extent.rows.stop - rows in range(1, gone + 1):
                rows = self._after_last_alive(segment, rows)
            if rows != segment.extent.rows.stop:
                break
        counts = {passages + gone, rows, self._vectors.rows, self._keywords.rows}
        if len(counts) != 1 or self._vectors.dimensions != dimensions:
            raise DatelineError(
                f"expected {passages} passages of {dimensions} dimensions in every part of "
                f"{self.folder}, found {rows} in articles, {self._vectors.rows} in vectors "
                f"({self._vectors.dimensions} dimensions), {self._keywords.rows} in keywords; "
                "run: dateline build --full"
            )

    def _after_last_alive(self, segment: Segment, rows: int) -> int:
        """Return the end of a segment if behind `rows` all are dead, else `rows`."""
        assert self._alive is not None
        if self._alive[rows : segment.extent.rows.stop].any():
            return rows
        return segment.extent.rows.stop

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages of the two searches fused, best first.

        Passages with the same score are in the order of their articles.
        """
        by_meaning, by_words = self.rankings(vector, text, max(_CANDIDATES, k), filters)
        return self._best(fused(by_meaning, by_words), k)

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[Ranking, Ranking]:
        """Return the best `k` rows by vector and by keywords.

        `counts` says how rare words are, None: as they are here.
        """
        self._files.check()

        def by_words() -> Ranking:
            with stage("searching keywords"):
                return self._keywords.matching(text, k, filters, self._alive, counts)

        words = start_in_pool(by_words)
        with stage("searching vectors"):
            by_meaning = self._by_meaning(vector, k, filters)
        return by_meaning, words()

    def word_counts(self, text: str) -> WordCounts:
        """Return in how many rows the words of a question are."""
        return self._keywords.counts(text)

    def _by_meaning(self, vector: Vectors, k: int, filters: Filters) -> list[tuple[int, float]]:
        if not filters:
            return self._vectors.nearest(vector, k)
        allowed = self._allowed(filters)
        if not allowed.any():
            return []
        return self._vectors.nearest(vector, k, allowed)

    def _best(self, ranked: Sequence[tuple[int, float]], k: int) -> list[Match]:
        if not ranked:
            return []
        least = ranked[min(k, len(ranked)) - 1][1]
        best = [(row, score) for row, score in ranked if score >= least]
        passages = self.passages([row for row, _ in best])
        order = {row: place for place, row in enumerate(passages)}
        best.sort(key=lambda found: (-found[1], order[found[0]]))
        return [Match(passages[row], score) for row, score in best[:k]]

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of `rows`, by row, in the order of their articles."""
        found = [one for segment in self._segments for one in segment.passages(rows)]
        if missing := set(rows) - {row for row, *_ in found}:
            raise damaged(f"no passage {min(missing)}")
        numbers = sorted({number for _, number, *_ in found})
        places = {
            number: (position, story)
            for position, number, story in self._positions.rows(
                f"SELECT position, number, story FROM positions WHERE number IN ({marks(numbers)})",
                numbers,
            )
        }
        articles = self._numbered({number: story for number, (_, story) in places.items()})
        if missing := set(numbers) - articles.keys():
            raise damaged(f"no article {min(missing)}")
        found.sort(key=lambda one: (places[one[1]][0], one[0]))
        return {
            row: Passage(articles[number], start, end, description)
            for row, number, start, end, description in found
        }

    def _numbered(self, stories: Mapping[int, str | None]) -> dict[int, Article]:
        """Return the articles of these numbers, which have these stories, each as indexed."""
        return {
            number: article_of(columns, stories[number])
            for segment in self._segments
            for number, columns in segment.texts(list(stories))
        }

    def article(self, id: str) -> Article | None:
        """Return the article of this id, None if there is none."""
        found = self._with_id(id)
        if found is None:
            return None
        return article_of(found[1], found[2])

    def _with_id(self, id: str) -> tuple[int, Sequence[Any], str | None] | None:
        """Return number, columns and story of an article.

        Returns None for an unknown id.
        """
        for segment in reversed(self._segments):
            rows = segment.articles.rows(
                f"SELECT number, {COLUMNS} FROM articles WHERE id = ?", [id]
            )
            for number, *columns in rows:
                query = "SELECT story FROM positions WHERE number = ?"
                for (story,) in self._positions.rows(query, [number]):
                    return number, columns, story
        return None

    def dead_article(self, id: str) -> Article | None:
        """Return an article that was changed or removed and whose text is left."""
        if not self.dead:
            return None
        query = f"SELECT number, {COLUMNS} FROM articles WHERE id = ?"
        alive = {number for number, _ in self._places()}
        for segment in self._segments:
            for number, *columns in segment.articles.rows(query, [id]):
                if number not in alive:
                    return article_of(columns, None)
        return None

    def articles(self) -> Iterator[Article]:
        """Yield the articles in order, each compared with its fingerprint.

        That is left out if every byte was compared with its checksum, since it takes long.
        """
        made = unchecked_article if self._whole else article_of
        places = list(self._places())
        for first in range(0, len(places), _ARTICLES_AT_ONCE):
            some = places[first : first + _ARTICLES_AT_ONCE]
            numbers = [number for number, _ in some]
            found = {
                number: columns
                for segment in self._segments
                for number, columns in segment.texts(numbers)
            }
            for number, story in some:
                if number not in found:
                    raise damaged(f"no article {number}")
                yield made(found[number], story)

    def _places(self) -> Iterator[tuple[int, str | None]]:
        """Yield number and story of each article in order."""
        yield from self._positions.rows("SELECT number, story FROM positions ORDER BY position")

    @cached_property
    def stored(self) -> dict[str, Stored]:
        """Each article's number, fingerprint and boilerplate, by id."""
        alive = {number for number, _ in self._places()}
        return {
            id: Stored(number, *rest)
            for segment in self._segments
            for id, number, *rest in segment.articles.rows(
                "SELECT id, number, fingerprint, boilerplate FROM articles"
            )
            if number in alive
        }

    def fingerprints(self) -> dict[str, str]:
        """Return each article's id and the fingerprint it was indexed with."""
        return {id: known.fingerprint for id, known in self.stored.items()}

    def rows_of(self, numbers: Sequence[int]) -> NDArray[np.int64]:
        """Return the rows of the passages of articles."""
        found: list[int] = []
        for segment in self._segments:
            own = [number for number in numbers if number in segment.extent.numbers]
            for first in range(0, len(own), _ARTICLES_AT_ONCE):
                some = own[first : first + _ARTICLES_AT_ONCE]
                query = f"SELECT row FROM passages WHERE article IN ({marks(some)})"
                found += [row for (row,) in segment.articles.rows(query, some)]
        return np.array(sorted(found), dtype=np.int64)

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        """Return the passages and vectors of an article, in order.

        Both are empty for an unknown id.
        """
        nothing = np.empty((0, self._vectors.dimensions), dtype=np.float32)
        known = self._with_id(id)
        if known is None:
            return [], nothing
        number, columns, story = known
        article = article_of(columns, story)
        found = [
            one
            for segment in self._segments
            if number in segment.extent.numbers
            for one in segment.articles.rows(
                """SELECT row, start, "end", description
                   FROM passages WHERE article = ? ORDER BY row""",
                [number],
            )
        ]
        if not found:
            return [], nothing
        vectors = self._vectors.rows_from(np.array([row for row, *_ in found], dtype=np.int64))
        return [Passage(article, *rest) for _, *rest in found], vectors

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the content, one line each."""
        placed = {number for number, _ in self._places()}
        expected = self.manifest["counts"]["articles"]
        return problems_of(self._segments, self._vectors, self._alive, placed, expected)

    def _allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return whether each row passes the filters, shape (rows,)."""
        days, outlets, names = self._facts
        allowed = np.ones(len(days), dtype=bool)
        if filters.sources:
            wanted = {source.casefold() for source in filters.sources}
            allowed &= np.array([name in wanted for name in names])[outlets]
        if filters.since is not None:
            allowed &= days >= filters.since.toordinal()
        if filters.until is not None:
            allowed &= (days <= filters.until.toordinal()) & (days > 0)
        return allowed

    @cached_property
    def _facts(self) -> tuple[NDArray[np.int32], NDArray[np.int32], list[str]]:
        """Return each row's day and outlet number, and the outlets' names.

        The day is 0 for an undated row.
        """
        names: dict[str, int] = {"": 0}
        days, outlets = np.full((2, self.rows), -1, dtype=np.int32)
        for segment in self._segments:
            segment.facts(names, days, outlets)
        known = days >= 0
        if self._alive is not None:
            known &= self._alive
        expected = self.manifest["counts"]["passages"]
        if known.sum() != expected:
            raise damaged(f"{known.sum()} passages for {expected} vectors")
        return days, outlets, list(names)
