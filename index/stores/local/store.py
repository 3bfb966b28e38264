"""One generation on local disk: articles and passages in SQLite, vectors in FAISS, keywords in Tantivy.

`LocalDraft` writes one, `LocalStore` reads one. Where it lives, when it is seen and when it goes is
index/stores/local/generations.py's business.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.runtime import start_in_pool
from index.profiling import stage
from index.stores.keywords import KeywordIndex, write_keywords
from index.stores.local.vectors import COMPRESSED, VectorIndex, kind_for, write_codes, write_vectors
from index.types import Article, DatelineError, Filters, Match, Passage, Vectors

ARTICLES, VECTORS, CODES, KEYWORDS = "articles.sqlite", "vectors.faiss", "nearest.faiss", "keywords"
_CANDIDATES = 100  # taken from each of the two searches before they are fused
_APART = 2**32  # between the numbers of neighbouring articles
_WORDS_SHARE = 0.75  # of the fused score: news questions often have their article's words (benchmarks/retrieval.py)

_SCHEMA = """
CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, title TEXT, source TEXT,
                       published TEXT, url TEXT, path TEXT NOT NULL, authors TEXT NOT NULL, fingerprint TEXT NOT NULL,
                       story TEXT, boilerplate TEXT NOT NULL, pages TEXT NOT NULL, language TEXT);
CREATE TABLE passages (row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles, start INTEGER NOT NULL,
                       "end" INTEGER NOT NULL, description TEXT NOT NULL);
CREATE INDEX passages_of_article ON passages (article);
"""
_ARTICLE_COLUMNS = "id, text, title, source, published, url, path, authors, story, boilerplate, pages, language, fingerprint"


def fused(
    by_meaning: Sequence[tuple[int, float]], by_words: Sequence[tuple[int, float]]
) -> list[tuple[int, float]]:
    """(row, score) of what two searches found as (row, score), best first, ties by row. Scores are in (0, 1]; first in both is 1.

    BM25 scores are divided by their best. Cosines, which are all alike, are stretched from just below the lowest to the best. The
    score is the weighed sum (Bruch, Gai and Ingber 2023, convex combination).
    """
    scores: dict[int, float] = {}
    lowest = min((score for _, score in by_meaning), default=0.0)
    step = (max((score for _, score in by_meaning), default=0.0) - lowest) / max(1, len(by_meaning))
    ranges = (
        (by_meaning, lowest - step if step else 0.0, 1 - _WORDS_SHARE),
        (by_words, 0.0, _WORDS_SHARE),
    )
    for found, least, share in ranges:
        best = max((score for _, score in found), default=0.0)
        for row, score in found:
            scores[row] = scores.get(row, 0.0) + share * (
                (score - least) / (best - least) if best > least else 1.0
            )
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


class LocalDraft:
    """A generation being written into an empty folder. `finish` is given by the index folder: it publishes.

    An article's number tells its place among the articles, a passage's row which vector is its own. Numbers are far
    apart, so that a draft that begins `after` a whole generation can put articles between those that are there.
    """

    def __init__(
        self,
        folder: Path,
        finish: Callable[[Mapping[str, int], str], str],
        after: LocalStore | None = None,
    ) -> None:
        self._folder, self._finish, self._after = folder, finish, after
        if after is not None:
            shutil.copyfile(after.folder / ARTICLES, folder / ARTICLES)
        self._database = sqlite3.connect(folder / ARTICLES)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            + (_SCHEMA if after is None else "")
        )
        self._numbers: dict[str, int] = after.numbers() if after is not None else {}
        self._given: Mapping[str, int] = {}
        self._first = after.manifest["counts"]["passages"] if after is not None else 0
        self._passages: list[Passage] = []
        self._vectors: list[Vectors] = []
        if after is not None:
            self._vectors.append(
                np.empty((0, after.manifest["encoder"]["dimensions"]), dtype=np.float32)
            )

    def tell(self, articles: Iterable[Article], numbers: Mapping[str, int]) -> None:
        """Where the articles are that are to be added, by id, and of what story those of `articles` are, which are there already."""
        self._given = numbers
        self._database.executemany(
            "UPDATE articles SET story = ? WHERE id = ?",
            [(article.story, article.id) for article in articles],
        )

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Raises ValueError where `vectors` has not one row a passage."""
        if len(passages) != len(vectors):
            raise ValueError(
                f"expected a vector for each of {len(passages)} passages, found {len(vectors)}"
            )
        for row, passage in enumerate(passages, self._first + len(self._passages)):
            if passage.article.id not in self._numbers:
                self._add_article(passage.article)
            values = (
                row,
                self._numbers[passage.article.id],
                passage.start,
                passage.end,
                passage.description,
            )
            self._database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", values)
        self._passages += passages
        self._vectors.append(np.asarray(vectors, dtype=np.float32))

    def _add_article(self, article: Article) -> None:
        number = self._numbers[article.id] = self._given.get(
            article.id, len(self._numbers) * _APART
        )
        published = article.published.isoformat() if article.published is not None else None
        values = (
            article.id,
            article.text,
            article.title,
            article.source,
            published,
            article.url,
            article.path,
        )
        context = (article.story, json.dumps(article.boilerplate))
        row = (
            number,
            *values,
            json.dumps(article.authors),
            article.fingerprint,
            *context,
            json.dumps(article.pages),
            article.language,
        )
        self._database.execute(f"INSERT INTO articles VALUES ({', '.join('?' * len(row))})", row)

    def publish(self) -> str:
        self._database.commit()
        days = self._database.execute(
            "SELECT min(published), max(published) FROM articles"
        ).fetchone()
        self._database.close()
        before = self._after.folder if self._after is not None else None
        dimensions = self._vectors[0].shape[1]
        rows = write_vectors(
            self._vectors,
            dimensions,
            self._folder / VECTORS,
            before / VECTORS if before is not None else None,
        )
        if (kind := kind_for(rows)) == COMPRESSED:
            codes = before / CODES if before is not None and (before / CODES).exists() else None
            write_codes(self._folder / VECTORS, self._folder / CODES, codes)
        write_keywords(
            self._passages,
            self._folder / KEYWORDS,
            self._first,
            before / KEYWORDS if before is not None else None,
        )
        counts = {"articles": len(self._numbers), "passages": self._first + len(self._passages)}
        first, last = (
            dt.date.fromisoformat(day).toordinal() if day is not None else None for day in days
        )
        return self._finish(
            counts
            | (
                {"first_day": first, "last_day": last}
                if first is not None and last is not None
                else {}
            ),
            kind,
        )

    def close(self) -> None:
        self._database.close()


def numbered(articles: Sequence[Article], numbers: Mapping[str, int]) -> dict[str, int] | None:
    """Numbers for the articles that have none in `numbers`, by id, so that all rise in the order of `articles`; None where there is no room."""
    given: dict[str, int] = {}
    waiting: list[str] = []
    last: int | None = None
    for article in articles:
        number = numbers.get(article.id)
        if number is None:
            waiting.append(article.id)
            continue
        if last is not None and number - last <= len(waiting):
            return None
        step = _APART if last is None else (number - last) // (len(waiting) + 1)
        given.update((id, number - step * place) for place, id in enumerate(reversed(waiting), 1))
        last, waiting = number, []
    given.update(
        (id, (last if last is not None else -_APART) + _APART * place)
        for place, id in enumerate(waiting, 1)
    )
    return (
        given
        if len(articles) == len(numbers) + len(given)
        and all(abs(number) < 2**62 for number in given.values())
        else None
    )


class _Held:
    """The files of a generation, held open: most are read by memory maps, and the system ends a process that reads past the end of one cut in place."""

    def __init__(self, sizes: Mapping[str, int], folder: Path) -> None:
        self._handles = [
            (folder / name, os.open(folder / name, os.O_RDONLY), size)
            for name, size in sizes.items()
        ]
        weakref.finalize(self, _close, [handle for _, handle, _ in self._handles])

    def check(self) -> None:
        """Raises DatelineError for one that was cut since: a microsecond a file."""
        for path, handle, size in self._handles:
            if (found := os.fstat(handle).st_size) < size:
                raise DatelineError(
                    f"expected {size} bytes in {path}, found {found}; run: dateline rollback, or dateline build --full"
                )


def _close(handles: Sequence[int]) -> None:
    for handle in handles:
        os.close(handle)


class LocalStore:
    """A published generation, opened read-only. Connections to SQLite are one a thread."""

    def __init__(self, folder: Path, manifest: dict[str, Any], whole: bool = False) -> None:
        """`whole`: every byte was just compared with its checksum. Raises DatelineError where the parts do not hold the same passages."""
        self.folder, self.generation, self.manifest, self._whole = (
            folder,
            folder.name,
            manifest,
            whole,
        )
        self._database = f"file:{(folder / ARTICLES).resolve().as_posix()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._files = _Held(
            {name: part["bytes"] for name, part in manifest["files"].items()}, folder
        )
        codes = folder / CODES if manifest.get("vectors") == COMPRESSED else None
        self._vectors, self._keywords = (
            VectorIndex(folder / VECTORS, codes),
            KeywordIndex(folder / KEYWORDS),
        )
        rows = next(_rows(self._sql("SELECT coalesce(max(row) + 1, 0) FROM passages")))[
            0
        ]  # counting a million reads them all
        counts = {manifest["counts"]["passages"], rows, self._vectors.rows, self._keywords.rows}
        if len(counts) != 1 or self._vectors.dimensions != manifest["encoder"]["dimensions"]:
            raise DatelineError(
                f"expected {manifest['counts']['passages']} passages of {manifest['encoder']['dimensions']} dimensions in every part of {folder}, found "
                f"{rows} in articles, {self._vectors.rows} in vectors ({self._vectors.dimensions} dimensions), {self._keywords.rows} in keywords; "
                "run: dateline build --full"
            )

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """The best `k` passages, the two searches fused, best first."""
        self._files.check()
        candidates = max(_CANDIDATES, k)

        def by_words() -> list[tuple[int, float]]:
            with stage("searching keywords"):
                return self._keywords.matching(text, candidates, filters)

        words = start_in_pool(by_words)
        with stage("searching vectors"):
            allowed = self._allowed(filters) if filters else None
            by_meaning = (
                self._vectors.nearest(vector, candidates, allowed)
                if allowed is None or allowed.any()
                else []
            )
        ranked = fused(by_meaning, words())
        best = [
            (row, score) for row, score in ranked if score >= ranked[min(k, len(ranked)) - 1][1]
        ]
        passages = self.passages([row for row, _ in best])
        places = {row: place for place, row in enumerate(passages)}
        return [
            Match(passages[row], score)
            for row, score in sorted(best, key=lambda item: (-item[1], places[item[0]]))[:k]
        ]

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """The passages of `rows`, by row, in the order of their articles."""
        cursor = self._sql(
            f'SELECT row, article, start, "end", description FROM passages WHERE row IN ({",".join("?" * len(rows))}) ORDER BY article, row',
            tuple(rows),
        )
        found = list(_rows(cursor))
        if missing := set(rows) - {row for row, *_ in found}:
            raise _damaged(f"no passage {min(missing)}")
        numbers = sorted({number for _, number, *_ in found})
        cursor = self._sql(
            f"SELECT number, {_ARTICLE_COLUMNS} FROM articles WHERE number IN ({','.join('?' * len(numbers))})",
            tuple(numbers),
        )
        articles = {number: _article(columns) for number, *columns in _rows(cursor)}
        if missing := set(numbers) - articles.keys():
            raise _damaged(f"no article {min(missing)}")
        return {
            row: Passage(articles[number], start, end, description)
            for row, number, start, end, description in found
        }

    def article(self, id: str) -> Article | None:
        columns = self._sql(
            f"SELECT {_ARTICLE_COLUMNS} FROM articles WHERE id = ?", (id,)
        ).fetchone()
        return _article(columns) if columns is not None else None

    def articles(self) -> Iterator[Article]:
        """Each is compared with its fingerprint where its bytes were not with their checksum: that takes two thirds of the time."""
        for columns in _rows(self._sql(f"SELECT {_ARTICLE_COLUMNS} FROM articles ORDER BY number")):
            article = _as_stored(columns[:-1]) if self._whole else _article(columns)
            article.__dict__["fingerprint"] = columns[-1]  # where the cached property would keep it
            yield article

    def numbers(self) -> dict[str, int]:
        """Article id to its number; numbers rise in the order of the articles."""
        return dict(self._sql("SELECT id, number FROM articles ORDER BY number"))

    def fingerprints(self) -> dict[str, str]:
        """Article id to the fingerprint it was indexed with."""
        return dict(self._sql("SELECT id, fingerprint FROM articles"))

    def indexed(self, article: Article) -> tuple[list[Passage], Vectors]:
        """The passages and vectors kept for the article of this id, as it was when this generation was made."""
        found = self._sql(
            'SELECT row, start, "end", description FROM passages JOIN articles ON article = number WHERE id = ? ORDER BY row',
            (article.id,),
        ).fetchall()
        old = self.article(article.id)
        if old is None or not found:
            return [], np.empty((0, self._vectors.dimensions), dtype=np.float32)
        vectors = self._vectors.rows_from(np.array([row for row, *_ in found], dtype=np.int64))
        return [
            Passage(old, start, end, description) for _, start, end, description in found
        ], vectors

    def problems(self) -> Iterator[str]:
        """What is wrong with the content, a line each: bad slices, rows that do not line up, vectors not of length 1."""
        rows = 0
        for row, start, end, length in self._sql(
            'SELECT row, start, "end", length(text) FROM passages JOIN articles ON article = number ORDER BY row'
        ):
            if row != rows:
                yield f"expected passage row {rows}, found {row}"
                return
            if not 0 <= start < end <= length:
                yield f"passage {row}: expected a slice within {length} characters, found {start}:{end}"
            rows += 1
        for first in range(0, rows, 4096):
            vectors = self._vectors.rows_from(
                np.arange(first, min(first + 4096, rows), dtype=np.int64)
            )
            for row in np.flatnonzero(np.abs(np.linalg.norm(vectors, axis=1) - 1) > 1e-3):
                yield f"vector {first + int(row)}: expected length 1, found {float(np.linalg.norm(vectors[row])):.3f}"

    def _allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Whether each row passes the filters, shape (rows,)."""
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
        """What filters ask of each row: its day (0 where it has none) and the number of its outlet in the list of their names."""
        names: dict[str, int] = {"": 0}
        facts = [
            (
                number,
                dt.date.fromisoformat(published).toordinal() if published else 0,
                names.setdefault((source or "").casefold(), len(names)),
            )
            for number, source, published in self._sql(
                "SELECT number, source, published FROM articles ORDER BY number"
            )
        ]
        numbers, of_days, of_outlets = np.array(facts, dtype=np.int64).reshape(-1, 3).T
        of = np.fromiter(
            (number for (number,) in self._sql("SELECT article FROM passages ORDER BY row")),
            dtype=np.int64,
        )
        if len(of) != self._vectors.rows:
            raise _damaged(f"{len(of)} passages for {self._vectors.rows} vectors")
        places = np.searchsorted(numbers, of)
        return of_days[places].astype(np.int32), of_outlets[places].astype(np.int32), list(names)

    def _sql(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._database, uri=True)
        try:
            return connection.execute(query, values)
        except sqlite3.Error as error:
            raise _damaged(f"{ARTICLES} damaged ({error})") from None


def _damaged(found: str) -> DatelineError:
    return DatelineError(
        f"expected the articles as they were indexed, found {found}; run: dateline rollback, or dateline build --full"
    )


def _rows(cursor: sqlite3.Cursor) -> Iterator[Any]:
    """The rows of a cursor. Raises DatelineError for a damaged file, as one that was not read whole on opening may be."""
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise _damaged(f"{ARTICLES} damaged ({error})") from None


def _article(columns: Iterable[Any]) -> Article:
    """Raises DatelineError for one that is not what was indexed: a citation is never of a damaged text, however large the index."""
    columns = tuple(columns)
    try:
        article = _as_stored(columns[:-1])
        whole = article.fingerprint == columns[-1]
    except (ValueError, TypeError):
        whole = False
    if not whole:
        raise _damaged(f"{str(columns[0])[:80]!r} damaged")
    return article


def _as_stored(columns: Sequence[Any]) -> Article:
    id, text, title, source, published, url, path, authors, story, boilerplate, pages, language = (
        columns
    )
    day = dt.date.fromisoformat(published) if published is not None else None
    return Article(
        id,
        text,
        title,
        source,
        day,
        url,
        path,
        tuple(_listed(authors)),
        story=story,
        boilerplate=tuple((start, end) for start, end in _listed(boilerplate)),
        pages=tuple(_listed(pages)),
        language=language,
    )


def _listed(text: str) -> list[Any]:
    return (
        json.loads(text) if text != "[]" else []
    )  # most are empty: a tenth of the time of reading all articles
