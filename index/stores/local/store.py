"""One generation on local disk, open for reading.

Articles and passages are in SQLite, vectors in FAISS, keywords in Tantivy. The files are written
by index/stores/local/writer.py. Limit: what is larger than a bound is not read whole on opening
(index/stores/local/generations.py), so damage may show later, as a DatelineError.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from index.models.runtime import start_in_pool
from index.profiling import stage
from index.stores.fusion import fused
from index.stores.keywords import KeywordIndex
from index.stores.local.articles import (
    ARTICLES,
    COLUMNS,
    IN_ORDER,
    PLACED,
    article_of,
    damaged,
    rows_of,
    unchecked_article,
)
from index.stores.local.vectors import COMPRESSED, VectorIndex
from index.types import Article, DatelineError, Filters, Match, Passage, Vectors

VECTORS, CODES, KEYWORDS = "vectors.faiss", "nearest.faiss", "keywords"
_CANDIDATES = 100  # taken from each of the two searches before they are fused
_AT_ONCE = 4096  # vectors that are checked at once


class Stored(NamedTuple):
    """The facts that decide whether a rebuild may keep an article as it is.

    `boilerplate` is JSON.
    """

    number: int
    fingerprint: str
    boilerplate: str


class LocalStore:
    """A published generation, opened read-only.

    Each thread has its own connection to SQLite.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], whole: bool = False) -> None:
        """Open a generation.

        `whole` says that every byte was just compared with its checksum. Raises DatelineError
        unless all parts hold the same passages.
        """
        self.folder, self.generation, self.manifest = folder, folder.name, manifest
        self._whole = whole
        place = quote(os.fsencode((folder / ARTICLES).resolve().as_posix()))
        self._database = f"file:{place}?mode=ro&immutable=1"
        self._local = threading.local()
        sizes = {name: part["bytes"] for name, part in manifest["files"].items()}
        self._files = _HeldFiles(folder, sizes)
        codes = None
        if manifest.get("vectors") == COMPRESSED:
            codes = folder / CODES
        self._vectors = VectorIndex(folder / VECTORS, codes)
        self._keywords = KeywordIndex(folder / KEYWORDS)
        self._check_counts()

    def _check_counts(self) -> None:
        # the last row, not a count, which would read a million of them
        (rows,) = next(rows_of(self._sql("SELECT coalesce(max(row) + 1, 0) FROM passages")))
        passages = self.manifest["counts"]["passages"]
        dimensions = self.manifest["encoder"]["dimensions"]
        counts = {passages, rows, self._vectors.rows, self._keywords.rows}
        if len(counts) != 1 or self._vectors.dimensions != dimensions:
            raise DatelineError(
                f"expected {passages} passages of {dimensions} dimensions in every part of "
                f"{self.folder}, found {rows} in articles, {self._vectors.rows} in vectors "
                f"({self._vectors.dimensions} dimensions), {self._keywords.rows} in keywords; "
                "run: dateline build --full"
            )

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages of the two searches fused, best first.

        Passages with the same score are in the order of their articles.
        """
        self._files.check()
        candidates = max(_CANDIDATES, k)

        def by_words() -> list[tuple[int, float]]:
            with stage("searching keywords"):
                return self._keywords.matching(text, candidates, filters)

        words = start_in_pool(by_words)
        with stage("searching vectors"):
            by_meaning = self._by_meaning(vector, candidates, filters)
        return self._best(fused(by_meaning, words()), k)

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
        cursor = self._sql(
            f"""SELECT row, article, start, "end", description
                FROM passages JOIN positions ON number = article
                WHERE row IN ({_marks(rows)}) ORDER BY position, row""",
            tuple(rows),
        )
        found = list(rows_of(cursor))
        if missing := set(rows) - {row for row, *_ in found}:
            raise damaged(f"no passage {min(missing)}")
        articles = self._numbered(sorted({number for _, number, *_ in found}))
        return {
            row: Passage(articles[number], start, end, description)
            for row, number, start, end, description in found
        }

    def _numbered(self, numbers: Sequence[int]) -> dict[int, Article]:
        cursor = self._sql(
            f"SELECT articles.number, {COLUMNS} FROM {PLACED} "
            f"WHERE articles.number IN ({_marks(numbers)})",
            tuple(numbers),
        )
        articles = {number: article_of(columns) for number, *columns in rows_of(cursor)}
        if missing := set(numbers) - articles.keys():
            raise damaged(f"no article {min(missing)}")
        return articles

    def article(self, id: str) -> Article | None:
        """Return the article of this id, None if there is none."""
        found = list(rows_of(self._sql(f"SELECT {COLUMNS} FROM {PLACED} WHERE id = ?", (id,))))
        if not found:
            return None
        return article_of(found[0])

    def articles(self) -> Iterator[Article]:
        """Yield the articles in order, each compared with its fingerprint.

        That is left out if every byte was compared with its checksum, since it takes long.
        """
        cursor = self._sql(f"SELECT {COLUMNS} FROM {IN_ORDER} ORDER BY position")
        for columns in rows_of(cursor):
            if self._whole:
                yield unchecked_article(columns)
            else:
                yield article_of(columns)

    def stored(self) -> dict[str, Stored]:
        """Return each article's number, fingerprint and boilerplate, by id."""
        cursor = self._sql("SELECT id, number, fingerprint, boilerplate FROM articles")
        return {id: Stored(*rest) for id, *rest in rows_of(cursor)}

    def fingerprints(self) -> dict[str, str]:
        """Return each article's id and the fingerprint it was indexed with."""
        return dict(rows_of(self._sql("SELECT id, fingerprint FROM articles")))

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        """Return the passages and vectors of an article, in order.

        Both are empty for an unknown id.
        """
        found = list(
            rows_of(
                self._sql(
                    """SELECT row, start, "end", description
                       FROM passages JOIN articles ON article = number
                       WHERE id = ? ORDER BY row""",
                    (id,),
                )
            )
        )
        article = self.article(id)
        if article is None or not found:
            return [], np.empty((0, self._vectors.dimensions), dtype=np.float32)
        vectors = self._vectors.rows_from(np.array([row for row, *_ in found], dtype=np.int64))
        return [Passage(article, *rest) for _, *rest in found], vectors

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the content, one line each.

        That is articles without a position, bad slices, rows that do not line up, and vectors
        that are not of length 1.
        """
        ((articles,),) = rows_of(self._sql("SELECT count(*) FROM articles"))
        ((placed,),) = rows_of(self._sql(f"SELECT count(*) FROM {PLACED}"))
        if articles != placed:
            yield f"expected a position for each of {articles} articles, found {placed}"
        rows = 0
        for row, start, end, length in rows_of(
            self._sql(
                """SELECT row, start, "end", length(text)
                   FROM passages JOIN articles ON article = number ORDER BY row"""
            )
        ):
            if row != rows:
                yield f"expected passage row {rows}, found {row}"
                return
            if not 0 <= start < end <= length:
                yield (
                    f"passage {row}: expected a slice within {length} characters, "
                    f"found {start}:{end}"
                )
            rows += 1
        yield from self._wrong_vectors(rows)

    def _wrong_vectors(self, rows: int) -> Iterator[str]:
        for first in range(0, rows, _AT_ONCE):
            some = np.arange(first, min(first + _AT_ONCE, rows), dtype=np.int64)
            lengths = np.linalg.norm(self._vectors.rows_from(some), axis=1)
            for row in np.flatnonzero(np.abs(lengths - 1) > 1e-3):
                length = float(lengths[row])
                yield f"vector {first + int(row)}: expected length 1, found {length:.3f}"

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
        facts = []
        for number, source, published in rows_of(
            self._sql("SELECT number, source, published FROM articles ORDER BY number")
        ):
            day = 0
            if published:
                day = dt.date.fromisoformat(published).toordinal()
            facts.append((number, day, names.setdefault((source or "").casefold(), len(names))))
        numbers, days, outlets = np.array(facts, dtype=np.int64).reshape(-1, 3).T
        cursor = self._sql("SELECT article FROM passages ORDER BY row")
        articles = np.fromiter((number for (number,) in rows_of(cursor)), dtype=np.int64)
        if len(articles) != self._vectors.rows:
            raise damaged(f"{len(articles)} passages for {self._vectors.rows} vectors")
        places = np.searchsorted(numbers, articles)
        return days[places].astype(np.int32), outlets[places].astype(np.int32), list(names)

    def _sql(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._database, uri=True)
        try:
            return connection.execute(query, values)
        except sqlite3.Error as error:
            raise damaged(f"{ARTICLES} damaged ({error})") from None


def _marks(values: Sequence[object]) -> str:
    """Return a question mark for each value of an SQL list."""
    return ",".join("?" * len(values))


class _HeldFiles:
    """The files of a generation, held open.

    Most are read through memory maps, and the system ends a process that reads past the end of
    a file that was cut in place.
    """

    def __init__(self, folder: Path, sizes: Mapping[str, int]) -> None:
        self._held = [
            (folder / name, os.open(folder / name, os.O_RDONLY), size)
            for name, size in sizes.items()
        ]
        weakref.finalize(self, _close_all, [handle for _, handle, _ in self._held])

    def check(self) -> None:
        """Raise DatelineError if a file was cut since it was opened."""
        for path, handle, size in self._held:
            found = os.fstat(handle).st_size
            if found < size:
                raise DatelineError(
                    f"expected {size} bytes in {path}, found {found}; "
                    "run: dateline rollback, or dateline build --full"
                )


def _close_all(handles: Sequence[int]) -> None:
    for handle in handles:
        os.close(handle)
