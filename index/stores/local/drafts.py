"""The files of a generation that is being written into a folder of its own.

What is added goes to the disk at once, as a new segment. If most of the live generation stays as it
is, its segments are linked, and the rows of what was changed or removed are dead. Otherwise all
articles are added anew, and nothing is dead. A segment that is not much larger than what follows it
is merged with that, so segments stay few. A row is copied a few times while an index grows.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stores.keywords import KeywordWriter, link_or_copy
from index.stores.local.articles import (
    ARTICLES,
    POSITIONS,
    POSITIONS_SCHEMA,
    SCHEMA,
    Database,
    row_of,
)
from index.stores.local.manifests import FORMAT, checksums, write_manifest
from index.stores.local.merging import merge_tables, merge_vectors
from index.stores.local.segments import (
    CODES,
    SEGMENTS,
    VECTORS,
    Extent,
    alive_rows,
    as_json,
    ranges_of,
)
from index.stores.local.store import KEYWORDS, LocalStore
from index.stores.local.vectors import COMPRESSED, EXACT, VectorWriter, kind_for, write_codes
from index.stores.manifest import counts_of, new_manifest
from index.types import Article, Embedder, Listed, Note, Passage, Vectors

_DEAD_SHARE = 5  # a fifth of the rows may be dead; with more, all is written anew
_MERGED = 2  # a segment is merged if it has fewer than so many times the rows that follow


@dataclass(frozen=True, slots=True)
class Kept:
    """What the next generation takes over from the live one."""

    store: LocalStore
    numbers: Mapping[str, int]  # of the articles that stay as they are, by id
    dead: NDArray[np.bool_]  # (rows,): whether each row of the store will be dead


def kept_of(store: LocalStore, articles: Sequence[Listed]) -> Kept | None:
    """Return what stays of a generation.

    Returns None if so little stays that all is written anew.
    """
    stored = store.stored
    numbers: dict[str, int] = {}
    for article in articles:
        known = stored.get(article.id)
        if known is None or known.fingerprint != article.fingerprint:
            continue
        if known.boilerplate == json.dumps(article.boilerplate):
            numbers[article.id] = known.number
    gone = [known.number for id, known in stored.items() if id not in numbers]
    dead = ~alive_rows(store.rows, store.dead)
    dead[store.rows_of(gone)] = True
    if dead.any() and _DEAD_SHARE * dead.sum() >= len(dead):
        return None
    return Kept(store, numbers, dead)


class Draft:
    """A generation that is being written."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[Listed],
        notes: Sequence[Note],
        kept: Kept | None,
    ) -> None:
        """Begin a generation in an empty folder with what is `kept` of the live one."""
        self.folder = folder
        self.numbers: dict[str, int] = {}  # of the articles that are there, by id
        self.passages = 0  # of these
        self._embedder, self._settings, self._articles = embedder, settings, articles
        self._notes, self._kept = notes, kept
        self._expected = {article.id for article in articles}
        self._extents: list[Extent] = []
        self._row = self._number = 0  # the next
        self._new, keywords = "", None
        if kept is not None:
            self.numbers.update(kept.numbers)
            self.passages = int((~kept.dead).sum())
            self._extents = list(kept.store.extents)
            self._row = self._extents[-1].rows.stop
            self._number = self._extents[-1].numbers.stop
            self._new = f"{SEGMENTS}/{folder.name.removeprefix('.draft-')}"
            keywords = kept.store.folder / KEYWORDS
            (folder / self._new).mkdir(parents=True)
        self._first_row, self._first_number = self._row, self._number
        self._table = _table(folder / self._new / ARTICLES, SCHEMA)
        self._vectors = VectorWriter(folder / self._new / VECTORS, embedder.dimensions)
        self._keywords = KeywordWriter(folder / KEYWORDS, keywords)

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages; raises ValueError unless each has a row and a known article."""
        if len(passages) != len(vectors):
            raise ValueError(
                f"expected a vector for each of {len(passages)} passages, found {len(vectors)}"
            )
        for passage in passages:
            number = self._number_of(passage.article)
            values = (self._row, number, passage.start, passage.end, passage.description)
            self._table.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", values)
            self._keywords.add(self._row, passage)
            self._row += 1
        self._vectors.add(vectors)
        self.passages += len(passages)

    def _number_of(self, article: Article) -> int:
        """Return the number of an article, which is added if it is new."""
        number = self.numbers.get(article.id)
        if number is not None:
            return number
        if article.id not in self._expected:
            raise ValueError(f"expected an article that was given to begin, found {article.id!r}")
        number = self.numbers[article.id] = self._number
        self._number += 1
        row = row_of(number, article)
        marks = ", ".join("?" * len(row))
        self._table.execute(f"INSERT INTO articles VALUES ({marks})", row)
        return number

    def finish(self, previous: str | None) -> None:
        """Write all files, the manifest last.

        Raises OSError or sqlite3.Error if one cannot be written.
        """
        self._table.commit()
        self._table.close()
        self._vectors.finish()
        self._keywords.finish()
        self._put_segments_together()
        self._write_positions()
        for lock in self.folder.rglob(".tantivy-*.lock"):
            lock.unlink()
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        mode = (self.folder / POSITIONS).stat().st_mode
        for path in files:
            if path.stat().st_mode != mode:
                path.chmod(mode)  # Tantivy's are for their owner alone, whatever the umask
        counts = counts_of(len(self.numbers), self.passages, self._days())
        manifest = new_manifest(
            FORMAT, previous, self._embedder, self._settings, counts, self._notes
        )
        coded = any((self.folder / extent.path(CODES)).exists() for extent in self._extents)
        manifest |= {
            "vectors": COMPRESSED if coded else EXACT,
            "segments": as_json(self._extents),
            "dead": self._dead(),
            "files": self._checksums(files),
        }
        write_manifest(self.folder, manifest)

    def _put_segments_together(self) -> None:
        """Link the segments that stay, and merge those that are small with the new one."""
        new = Extent(
            self._new,
            range(self._first_row, self._row),
            range(self._first_number, self._number),
        )
        if self._kept is None:
            self._write_codes(new, None)
            self._extents = [new]
            return
        store, taken, rows = self._kept.store, list[Extent](), len(new.rows)
        while self._extents and len(self._extents[-1].rows) < _MERGED * rows:
            taken.insert(0, self._extents.pop())
            rows += len(taken[0].rows)
        for extent in self._extents:
            (self.folder / extent.folder).mkdir(parents=True, exist_ok=True)
            for name in (ARTICLES, VECTORS, CODES):
                source = store.folder / extent.path(name)
                if source.exists():
                    link_or_copy(source, self.folder / extent.path(name))
        if not new.rows:
            shutil.rmtree(self.folder / new.folder)
        elif not taken:
            self._write_codes(new, None)
            self._extents.append(new)
        else:
            self._extents.append(self._merged(store, taken, new))
        _remove_if_empty(self.folder / SEGMENTS)

    def _merged(self, store: LocalStore, taken: Sequence[Extent], new: Extent) -> Extent:
        """Write segments of the live generation and the new one as one."""
        alive = set(self.numbers.values())
        first = taken[0]
        merged = Extent(
            new.folder if first.folder else "",
            range(first.rows.start, new.rows.stop),
            range(first.numbers.start, new.numbers.stop),
        )
        gone = [number for number in merged.numbers if number not in alive]
        for name, merge in ((ARTICLES, merge_tables), (VECTORS, merge_vectors)):
            aside = self.folder / f"{name}.new"
            parts = [store.folder / extent.path(name) for extent in taken]
            merge([*parts, self.folder / new.path(name)], aside, gone, self._embedder.dimensions)
            aside.replace(self.folder / merged.path(name))
        if merged.folder != new.folder:
            shutil.rmtree(self.folder / new.folder)
        codes = store.folder / first.path(CODES)
        self._write_codes(merged, codes if codes.exists() else None)
        return merged

    def _write_codes(self, extent: Extent, after: Path | None) -> None:
        """Write the codes of a segment's vectors if there are many."""
        if kind_for(len(extent.rows)) == COMPRESSED:
            vectors = self.folder / extent.path(VECTORS)
            write_codes(vectors, self.folder / extent.path(CODES), after)

    def _write_positions(self) -> None:
        """Write where each article stands and of which story it is.

        Both change when other articles do.
        """
        rows = []
        for position, article in enumerate(self._articles):
            if article.id in self.numbers:  # else it was never added
                rows.append((position, self.numbers[article.id], article.story))
        table = _table(self.folder / POSITIONS, POSITIONS_SCHEMA)
        table.executemany("INSERT INTO positions VALUES (?, ?, ?)", rows)
        table.commit()
        table.close()

    def _days(self) -> list[int]:
        """Return the first and the last day of the dated articles, as ordinals."""
        alive = set(self.numbers.values())
        days = {
            day
            for extent in self._extents
            for number, day in Database(self.folder / extent.path(ARTICLES)).rows(
                "SELECT number, published FROM articles WHERE published IS NOT NULL"
            )
            if number in alive
        }
        if not days:
            return []
        return [dt.date.fromisoformat(day).toordinal() for day in (min(days), max(days))]

    def _dead(self) -> list[list[int]]:
        """Return the ranges of the rows that are dead."""
        if self._kept is None:
            return []
        return ranges_of(self._kept.dead)

    def _checksums(self, files: Sequence[Path]) -> dict[str, dict[str, Any]]:
        """Return the checksums of files; those of the ones that were linked are known."""
        known: dict[str, dict[str, Any]] = {}
        if self._kept is not None:
            known = dict(_linked(files, self.folder, self._kept.store))
        names = {path: path.relative_to(self.folder).as_posix() for path in files}
        new = [path for path in files if names[path] not in known]
        found = known | checksums(self.folder, new)
        return {name: found[name] for name in names.values()}

    def close(self) -> None:
        """Let go of the files; nothing is written any more."""
        self._table.close()
        self._vectors.close()
        self._keywords.close()


def _linked(
    files: Sequence[Path], folder: Path, store: LocalStore
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and checksum of those files that are the live generation's own."""
    for path in files:
        name = path.relative_to(folder).as_posix()
        known = store.manifest["files"].get(name)
        if known is not None and os.path.samefile(path, store.folder / name):
            yield name, known


def _remove_if_empty(folder: Path) -> None:
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def _table(path: Path, schema: str) -> sqlite3.Connection:
    """Make a table in a draft.

    It is synced when the draft is published, and not before.
    """
    table = sqlite3.connect(path)
    table.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema}")
    return table
