"""The writer of the next generation into Milvus.

A build that changes most articles makes two collections, fills them and indexes them. One that
changes a few adds a part to the live ones. Then the generation is published
(index/stores/milvus/generations.py). Limit: in Milvus Lite, which counts words in each of its
segments by itself, all is always written anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from index.stores.keywords import text_analyzer
from index.stores.manifest import counts_of, new_manifest
from index.stores.milvus.connection import AT_ONCE, PARTS, TEXTS, UNDATED, Milvus, month_partition
from index.stores.milvus.generations import (
    FORMAT,
    current_or_none,
    drop,
    give_up,
    live_or_none,
    make_live,
    next_name,
    open_generation,
)
from index.stores.milvus.parts import (
    MANIFEST,
    MOST_PARTS,
    Place,
    begin_part,
    begun,
    belonging,
    first_number,
    first_row,
    in_parts,
    key_of,
    manifest_number,
    part_of,
    publish,
    text_row,
)
from index.stores.milvus.schema import LONGEST, create_collections, index_and_load
from index.stores.milvus.store import MilvusStore, manifest_of
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
_DEAD_SHARE = 5  # a fifth of the articles may change; if more do, all are written anew


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the next generation takes over from the live one."""

    store: MilvusStore
    places: Mapping[str, Place]  # of the articles that stay as they are, by id
    dead: Sequence[int]  # numbers of articles whose rows may be there and are not to be found
    passages: int


def _kept_of(store: MilvusStore, articles: Sequence[Listed]) -> _Kept | None:
    """Return what stays of a generation; None if all is to be written anew."""
    stored, places = store.stored(), dict[str, Place]()
    for article in articles:
        fingerprint, place = stored.get(article.id, ("", None))
        spans = [list(span) for span in article.boilerplate]
        if place is not None and (fingerprint, place.boilerplate) == (article.fingerprint, spans):
            places[article.id] = place
    staying = {place.number for place in places.values()}
    gone = [place.number for _, place in stored.values() if place.number not in staying]
    if _DEAD_SHARE * len(gone) >= len(stored) or len(store.parts) >= MOST_PARTS:
        return None
    passages = store.manifest["counts"]["passages"]
    for some in in_parts(gone):
        passages -= store.count_of(f"{belonging(store.parts, store.dead)} and article in {some}")
    return _Kept(store, places, [*gone, *_dead_still(store)], passages)


def _dead_still(store: MilvusStore) -> list[int]:
    """Return the dead of a generation whose rows may be there.

    Those that were dead in the one before it are deleted when a build begins.
    """
    milvus, before = store.milvus, store.manifest["previous"]
    if before is None or before not in begun(milvus, store.collection):
        return list(store.dead)
    manifest, _ = manifest_of(milvus, store.collection, before)
    deleted = set(manifest["dead"])
    return [number for number in store.dead if number not in deleted]


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
        """Begin the next generation; return the articles whose passages are to be added.

        Those of `unchanged` are taken over if they stay as they are, and most do.
        """
        lite, by_month = self._milvus.lite, self._by_month
        if by_month is None:
            by_month = not lite
        previous, kept = current_or_none(self._milvus), None
        # Lite would rank the words of a part by the counts of that part alone
        if not lite and isinstance(unchanged, MilvusStore) and unchanged.generation == previous:
            kept = _kept_of(unchanged, articles)
        manifest = new_manifest(FORMAT, previous, embedder, settings, {}, notes)
        name = next_name(self._milvus)
        draft = self._draft = _Draft(self._milvus, name, manifest, articles, by_month, kept)
        if kept is None:
            create_collections(self._milvus, draft.collection, embedder.dimensions)
        else:
            begin_part(self._milvus, draft.collection, name)
        return [article for article in articles if article.id not in draft.places]

    @property
    def passages(self) -> int:
        """Return how many passages the next generation holds by now."""
        return self._begun().passages

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order. Raises ValueError unless each has a row of `vectors`."""
        self._begun().add(passages, vectors)

    def publish(self) -> str:
        """Make the generation live, at one instant, and return its name.

        Raises DatelineError if another published meanwhile.
        """
        milvus, draft = self._milvus, self._begun()
        draft.finish()
        open_generation(milvus, draft.generation, draft.collection)  # whole, or refused
        before = draft.manifest["previous"]
        if current_or_none(milvus) != before:
            raise DatelineError(
                f"expected to be the only builder of {milvus.address}, "
                "found that another published meanwhile; build again"
            )
        make_live(milvus, draft.collection, draft.generation)
        self._published = True
        return draft.generation

    def close(self) -> None:
        """Drop what was not published. What cannot be dropped now goes with a later build."""
        if self._draft is not None and not self._published:
            with contextlib.suppress(DatelineError):
                self._draft.give_up()

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
        kept: _Kept | None,
    ) -> None:
        self.generation, self.manifest = generation, manifest
        self.collection = f"{milvus.address.collection}_{generation}"
        self.places: dict[str, Place] = {}  # of the articles that are there, by id
        self.passages = 0  # of these
        self._milvus, self._by_month, self._articles = milvus, by_month, articles
        self._expected = {article.id for article in articles}
        self._partitions, self._grows = {UNDATED}, kept is not None
        self._parts: list[int] = []
        self._dead: Sequence[int] = ()
        if kept is not None:
            self.collection = kept.store.collection
            self.places.update(kept.places)
            self.passages = kept.passages
            self._partitions |= kept.store.partitions
            self._parts, self._dead = list(kept.store.parts), kept.dead
        self._part = part_of(generation, self.collection)
        self._parts.append(self._part)
        self._next_row, self._next_number = first_row(self._part), first_number(self._part)
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
        self.passages += len(passages)
        for partition, some in rows.items():
            for first in range(0, len(some), AT_ONCE):
                part = some[first : first + AT_ONCE]
                self._milvus.call("insert", self.collection, part, partition_name=partition)

    def _row(self, passage: Passage, vector: Vectors) -> dict[str, Any]:
        article = passage.article
        day = 0
        if article.published is not None:
            day = article.published.toordinal()
        row = {
            "row": self._next_row,
            "part": self._part,
            "article": self._number_of(article, day),
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
        self._next_row += 1
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

    def _number_of(self, article: Article, day: int) -> int:
        """Return the number of an article, which is written if it is new."""
        known = self.places.get(article.id)
        if known is not None:
            return known.number
        if article.id not in self._expected:
            raise ValueError(f"expected an article that was given to begin, found {article.id!r}")
        spans = [list(span) for span in article.boilerplate]
        self.places[article.id] = Place(self._next_number, None, spans, day)
        self._write_text(self._next_number, _as_json(article), article.id, article.fingerprint)
        self._next_number += 1
        return self._next_number - 1

    def _write_text(self, number: int, text: str, id: str, fingerprint: str) -> None:
        """Write a text among the articles', in as many parts as it needs.

        Raises DatelineError for one of more than 61 million characters.
        """
        parts = [text[first : first + LONGEST] for first in range(0, len(text), LONGEST)]
        if len(parts) >= PARTS:
            raise DatelineError(
                f"expected at most {(PARTS - 1) * LONGEST:,} characters in an article, "
                f"found {len(text):,} in {id}; split it"
            )
        rows = [text_row(key_of(number) + place, number, part) for place, part in enumerate(parts)]
        rows[0] |= {"id": id, "fingerprint": fingerprint}
        for first in range(0, len(rows), AT_ONCE):
            self._milvus.call("insert", self.collection + TEXTS, rows[first : first + AT_ONCE])

    def finish(self) -> None:
        """Write the manifest, and have both collections ready to be searched."""
        places = [
            self.places[article.id]._replace(
                story="" if article.story == article.id else article.story
            )
            for article in self._articles
            if article.id in self.places  # else it was never added
        ]
        days = [place.day for place in places if place.day]
        self.manifest["counts"] = counts_of(len(places), self.passages, days)
        self.manifest |= {"parts": self._parts, "dead": list(self._dead), "articles": places}
        number = manifest_number(self._part)
        self._write_text(number, json.dumps(self.manifest), MANIFEST, self.generation)
        if not self._grows:
            index_and_load(self._milvus, self.collection)
            publish(self._milvus, self.collection, self.generation)  # when the alias names it

    def give_up(self) -> None:
        """Remove what was written."""
        if self._grows:
            give_up(self._milvus, self.collection, self.generation, self._parts[:-1])
        else:
            drop(self._milvus, self.collection)


def _bounded(text: str) -> str:
    return text[:LONGEST]


def _as_json(article: Article) -> str:
    fields = asdict(article)
    if article.published is not None:
        fields["published"] = article.published.isoformat()
    return json.dumps(fields, ensure_ascii=False)
