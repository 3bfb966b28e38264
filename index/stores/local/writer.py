"""The writer of the next generation of an index folder.

A generation is written aside, checked, and then made live at one instant. If all articles of the
live generation stay as they are, its files are copied and only what is new is added below. Vectors
and keywords are rows, and rows are never taken out. Otherwise everything is written anew. Either
way the positions of the articles and their stories are written whole.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.stores.keywords import write_keywords
from index.stores.local.articles import ARTICLES, SCHEMA, row_of
from index.stores.local.generations import (
    LOCK,
    current_or_none,
    make_live,
    next_generation,
    open_index,
    sync,
)
from index.stores.local.manifests import FORMAT, NewerFormat, checksums, write_manifest
from index.stores.local.store import CODES, KEYWORDS, VECTORS, LocalStore
from index.stores.local.vectors import COMPRESSED, kind_for, write_codes, write_vectors
from index.stores.manifest import counts_of, new_manifest
from index.types import Article, DatelineError, Embedder, Note, Passage, Store, Vectors


class LocalWriter:
    """The `IndexWriter` of an index folder, which its maker has locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = (folder / LOCK).stat()
        self._aside: Path | None = None
        self._draft: _Draft | None = None

    def live(self, opened: Store | None = None) -> Store | None:
        """Return the live generation, or None if none opens.

        Returns `opened` itself if that is the live one. Raises DatelineError for an index that a
        newer Dateline wrote.
        """
        if opened is not None and opened.generation == current_or_none(self._folder):
            return opened
        try:
            return open_index(self._folder)
        except NewerFormat:
            raise
        except DatelineError:
            return None

    def begin(
        self,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[Article],
        unchanged: Store | None,
        notes: Sequence[Note] = (),
    ) -> Sequence[Article]:
        """Begin the next generation; return the articles whose passages are to be added.

        Those of `unchanged` are taken over if all of them stay as they are.
        """
        self._aside = self._folder / f".draft-{next_generation(self._folder)}"
        self._aside.mkdir()
        draft = _Draft(self._aside, embedder, settings, articles, notes)
        self._draft = draft
        if isinstance(unchanged, LocalStore):
            numbers = _numbers_if_all_stay(unchanged, articles)
            if numbers is not None:
                draft.take_over(unchanged, numbers)
        return [article for article in articles if article.id not in draft.numbers]

    @property
    def passages(self) -> int:
        """Return how many passages the next generation holds by now."""
        return self._begun().rows

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order. Raises ValueError unless each has a row of `vectors`."""
        self._begun().add(passages, vectors)

    def publish(self) -> str:
        """Make the generation live, at one instant, and return its name."""
        draft = self._begun()
        draft.finish(current_or_none(self._folder))
        for path in [*draft.folder.rglob("*"), draft.folder]:
            sync(path)
        self.check_lock()
        name = draft.folder.name.removeprefix(".draft-")
        draft.folder.rename(self._folder / name)
        sync(self._folder)
        make_live(self._folder, name)
        return name

    def check_lock(self) -> None:
        """Raise OSError if the lock file is not the one that is held.

        Somebody removed it then, and another may build.
        """
        path = self._folder / LOCK
        if not os.path.samestat(self._lock, path.stat()):
            raise OSError(f"{path} is not the file that this builder locked; leave it in its place")

    def close(self) -> None:
        """Remove what was not published."""
        if self._draft is not None:
            self._draft.close()
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def _begun(self) -> _Draft:
        if self._draft is None:
            raise ValueError("expected a generation that was begun, found none; call begin first")
        return self._draft


def _numbers_if_all_stay(store: LocalStore, articles: Sequence[Article]) -> dict[str, int] | None:
    """Return the numbers of the store's articles by id.

    Returns None unless all of them stay as they are.
    """
    stored = store.stored()
    staying = 0
    for article in articles:
        known = stored.get(article.id)
        if known is None or known.fingerprint != article.fingerprint:
            continue
        if known.boilerplate == json.dumps(article.boilerplate):
            staying += 1
    if staying < len(stored):
        return None
    return {id: known.number for id, known in stored.items()}


class _Draft:
    """The files of a generation that is being written into a folder of its own."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[Article],
        notes: Sequence[Note],
    ) -> None:
        self.folder = folder
        self.rows = 0
        self.numbers: dict[str, int] = {}  # of the articles that are there, by id
        self._embedder, self._settings, self._articles = embedder, settings, articles
        self._notes = notes
        self._expected = {article.id for article in articles}
        self._before: Path | None = None  # the generation that is taken over
        self._first = 0  # row that is new
        self._passages: list[Passage] = []
        self._vectors: list[Vectors] = []
        self._database = _database(folder)
        self._database.executescript(SCHEMA)

    def take_over(self, store: LocalStore, numbers: Mapping[str, int]) -> None:
        """Begin with all articles of a generation, which have these numbers, as they are."""
        self._database.close()
        shutil.copyfile(store.folder / ARTICLES, self.folder / ARTICLES)
        self._database = _database(self.folder)
        self._before = store.folder
        self.numbers.update(numbers)
        self._first = self.rows = store.manifest["counts"]["passages"]

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages; raises ValueError unless each has a row and a known article."""
        if len(passages) != len(vectors):
            raise ValueError(
                f"expected a vector for each of {len(passages)} passages, found {len(vectors)}"
            )
        for passage in passages:
            number = self._number_of(passage.article)
            values = (self.rows, number, passage.start, passage.end, passage.description)
            self._database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", values)
            self.rows += 1
        self._passages += passages
        self._vectors.append(np.asarray(vectors, dtype=np.float32))

    def _number_of(self, article: Article) -> int:
        """Return the number of an article, which is added if it is new."""
        number = self.numbers.get(article.id)
        if number is not None:
            return number
        if article.id not in self._expected:
            raise ValueError(f"expected an article that was given to begin, found {article.id!r}")
        number = self.numbers[article.id] = len(self.numbers)
        row = row_of(number, article)
        marks = ", ".join("?" * len(row))
        self._database.execute(f"INSERT INTO articles VALUES ({marks})", row)
        return number

    def finish(self, previous: str | None) -> None:
        """Write all files, the manifest last.

        Raises OSError or sqlite3.Error if one cannot be written.
        """
        self._write_positions()
        days = self._days()
        self._database.close()
        vectors = self._write_vectors()
        write_keywords(self._passages, self.folder / KEYWORDS, self._first, self._old(KEYWORDS))
        for lock in self.folder.rglob(".tantivy-*.lock"):
            lock.unlink()
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        mode = (self.folder / ARTICLES).stat().st_mode
        for path in files:
            path.chmod(mode)  # Tantivy's are for their owner alone, whatever the umask
        counts = counts_of(len(self.numbers), self.rows, days)
        manifest = new_manifest(
            FORMAT, previous, self._embedder, self._settings, counts, self._notes
        )
        manifest |= {"vectors": vectors, "files": checksums(self.folder, files)}
        write_manifest(self.folder, manifest)

    def _write_positions(self) -> None:
        """Write where each article stands and of which story it is.

        Both change when other articles do.
        """
        rows = []
        for position, article in enumerate(self._articles):
            if article.id in self.numbers:  # else it was never added
                rows.append((position, self.numbers[article.id], article.story))
        self._database.execute("DELETE FROM positions")
        self._database.executemany("INSERT INTO positions VALUES (?, ?, ?)", rows)
        self._database.commit()

    def _days(self) -> list[int]:
        """Return the first and the last day of the dated articles, as ordinals."""
        (days,) = self._database.execute("SELECT min(published), max(published) FROM articles")
        return [dt.date.fromisoformat(day).toordinal() for day in days if day is not None]

    def _write_vectors(self) -> str:
        """Write the vectors, and return how they are searched.

        If there are many, their codes are written too.
        """
        path = self.folder / VECTORS
        rows = write_vectors(self._vectors, self._embedder.dimensions, path, self._old(VECTORS))
        kind = kind_for(rows)
        if kind == COMPRESSED:
            codes = self._old(CODES)
            if codes is not None and not codes.exists():  # it was searched exactly until now
                codes = None
            write_codes(path, self.folder / CODES, codes)
        return kind

    def _old(self, name: str) -> Path | None:
        """Return the file of the generation that is taken over, None if there is none."""
        if self._before is None:
            return None
        return self._before / name

    def close(self) -> None:
        """Close the database; nothing is written any more."""
        self._database.close()


def _database(folder: Path) -> sqlite3.Connection:
    """Open the database of a draft.

    It is synced when the draft is published, and not before.
    """
    database = sqlite3.connect(folder / ARTICLES)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    return database
