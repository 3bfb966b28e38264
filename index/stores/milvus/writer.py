"""The writer of the next generation into Milvus.

It makes two collections, fills them and indexes them. Then the alias moves. Limit: a generation is
always written whole; only vectors are used again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from index.stores.keywords import text_analyzer
from index.stores.manifest import counts_of, new_manifest
from index.stores.milvus.connection import (
    AT_ONCE,
    MANIFEST,
    PARTS,
    TEXTS,
    UNDATED,
    Milvus,
    month_partition,
)
from index.stores.milvus.generations import (
    FORMAT,
    collection_of,
    current_or_none,
    drop,
    live_or_none,
    make_live,
    next_name,
    open_generation,
)
from index.stores.milvus.schema import LONGEST, create_collections, index_and_load
from index.types import (
    AnyListed,
    Article,
    DatelineError,
    Embedder,
    Listed,
    Note,
    Passage,
    Store,
    Vectors,
)

# Of the 1,024 that Milvus allows; later months go to the partition of the undated articles.
_MOST_PARTITIONS = 1_000


class MilvusWriter:
    """The `IndexWriter` of an index in Milvus. It does not lock other writers out."""

    def __init__(self, milvus: Milvus, by_month: bool | None = None) -> None:
        """`by_month`: one partition for each month; None: unless this is Milvus Lite."""
        self._milvus, self._by_month = milvus, by_month
        self._draft: _Draft | None = None
        self._published = False

    def live(self, opened: Store | None = None) -> Store | None:
        """Return the live generation, or None if there is none that is whole.

        `opened` itself is returned if that is it. Raises DatelineError if Milvus does not answer.
        """
        if opened is not None and opened.generation == current_or_none(self._milvus):
            return opened
        return live_or_none(self._milvus)

    def begin(
        self,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[AnyListed],
        unchanged: Store | None,
        notes: Sequence[Note] = (),
    ) -> Sequence[AnyListed]:
        """Begin the next generation; return `articles`, which are all to be added."""
        by_month = self._by_month
        if by_month is None:
            by_month = not self._milvus.lite
        previous = current_or_none(self._milvus)
        manifest = new_manifest(FORMAT, previous, embedder, settings, {}, notes)
        self._draft = _Draft(self._milvus, next_name(self._milvus), manifest, articles, by_month)
        create_collections(self._milvus, self._draft.collection, embedder.dimensions)
        return articles

    @property
    def passages(self) -> int:
        """Return how many passages the next generation holds by now."""
        return self._begun().rows

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order. Raises ValueError unless each has a row of `vectors`."""
        self._begun().add(passages, vectors)

    def publish(self) -> str:
        """Move the alias to the generation, at one instant, and return its name.

        Raises DatelineError if another published meanwhile.
        """
        milvus, draft = self._milvus, self._begun()
        draft.finish()
        open_generation(milvus, draft.generation)  # whole, or refused
        before = draft.manifest["previous"]
        if current_or_none(milvus) != before:
            raise DatelineError(
                f"expected to be the only builder of {milvus.address}, "
                "found that another published meanwhile; build again"
            )
        make_live(milvus, draft.generation, before)
        self._published = True
        return draft.generation

    def close(self) -> None:
        """Drop what was not published. What cannot be dropped now goes with a later build."""
        if self._draft is not None and not self._published:
            with contextlib.suppress(DatelineError):
                drop(self._milvus, self._draft.generation)

    def _begun(self) -> _Draft:
        if self._draft is None:
            raise ValueError("expected a generation that was begun, found none; call begin first")
        return self._draft


class _Draft:
    """A generation that is being written, without its collections."""

    def __init__(
        self,
        milvus: Milvus,
        generation: str,
        manifest: dict[str, Any],
        articles: Sequence[Listed],
        by_month: bool,
    ) -> None:
        self.generation, self.collection = generation, collection_of(milvus, generation)
        self.manifest = manifest
        self.rows = 0
        self._milvus, self._by_month = milvus, by_month
        self._expected = {article.id for article in articles}
        self._numbers: dict[str, int] = {}
        self._days: list[int] = []
        self._partitions = {UNDATED}
        self._analyzer = text_analyzer()

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages; raises ValueError unless each has a row and a known article."""
        if len(passages) != len(vectors):
            raise ValueError(
                f"expected a vector for each of {len(passages)} passages, found {len(vectors)}"
            )
        rows: dict[str, list[dict[str, Any]]] = {}
        for passage, vector in zip(passages, np.asarray(vectors, dtype=np.float32), strict=True):
            partition = self._partition(passage.article.published)
            rows.setdefault(partition, []).append(self._row(passage, vector))
        for partition, some in rows.items():
            for first in range(0, len(some), AT_ONCE):
                part = some[first : first + AT_ONCE]
                self._milvus.call("insert", self.collection, part, partition_name=partition)

    def _row(self, passage: Passage, vector: Vectors) -> dict[str, Any]:
        article = passage.article
        day = 0
        if article.published is not None:
            day = article.published.toordinal()
            self._days.append(day)
        row = {
            "row": self.rows,
            "article": self._number_of(article),
            "start": passage.start,
            "end": passage.end,
            "day": day,
            "outlet": _bounded((article.source or "").casefold()),
            "language": article.language or "",
            "said": _bounded(passage.description),
            "vector": vector,
            "body": self._terms(passage.text),
            "title": self._terms(article.title or ""),
            "description": self._terms(passage.description),
        }
        self.rows += 1
        return row

    def _terms(self, text: str) -> str:
        return _bounded(" ".join(self._analyzer.analyze(text)))

    def _partition(self, day: dt.date | None) -> str:
        """Return the partition of an article, which is made if it is new."""
        if day is None or not self._by_month:
            return UNDATED
        name = month_partition(day)
        if name in self._partitions:
            return name
        if len(self._partitions) >= _MOST_PARTITIONS:
            return UNDATED
        self._milvus.call("create_partition", self.collection, name)
        self._partitions.add(name)
        return name

    def _number_of(self, article: Article) -> int:
        """Return the number of an article, which is written if it is new."""
        number = self._numbers.get(article.id)
        if number is not None:
            return number
        if article.id not in self._expected:
            raise ValueError(f"expected an article that was given to begin, found {article.id!r}")
        number = self._numbers[article.id] = len(self._numbers)
        self._write_text(number * PARTS, _as_json(article), article.id, article.fingerprint)
        return number

    def _write_text(self, key: int, text: str, id: str = "", fingerprint: str = "") -> None:
        """Write a text among the articles', in as many parts as it needs.

        Raises DatelineError for one of more than 61 million characters.
        """
        parts = [text[first : first + LONGEST] for first in range(0, len(text), LONGEST)]
        if len(parts) > PARTS:
            raise DatelineError(
                f"expected at most {PARTS * LONGEST:,} characters in an article, "
                f"found {len(text):,} in {id}; split it"
            )
        rows = [
            {
                "key": key + number,
                "article": key // PARTS,
                "id": "",
                "fingerprint": "",
                "part": part,
                "nothing": [0, 1],
            }
            for number, part in enumerate(parts)
        ]
        rows[0] |= {"id": id, "fingerprint": fingerprint}
        for first in range(0, len(rows), AT_ONCE):
            self._milvus.call("insert", self.collection + TEXTS, rows[first : first + AT_ONCE])

    def finish(self) -> None:
        """Write the manifest, and have both collections ready to be searched."""
        self.manifest["counts"] = counts_of(len(self._numbers), self.rows, self._days)
        self._write_text(MANIFEST, json.dumps(self.manifest))
        index_and_load(self._milvus, self.collection)


def _bounded(text: str) -> str:
    return text[:LONGEST]


def _as_json(article: Article) -> str:
    fields = asdict(article)
    if article.published is not None:
        fields["published"] = article.published.isoformat()
    return json.dumps(fields, ensure_ascii=False)
