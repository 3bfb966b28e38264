"""A place that keeps each generation in one JSON file and searches by brute force.

It knows the protocols of index/types.py and nothing else. So it shows that they are complete: what
builds, asks, copies, verifies and rolls back needs no more from a place.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.stores.fusion import fused
from index.stores.manifest import counts_of, new_manifest
from index.types import (
    AnyListed,
    Article,
    DatelineError,
    Embedder,
    Filters,
    Listed,
    Match,
    Note,
    Passage,
    Ranking,
    Store,
    Vectors,
    WordCounts,
)


@dataclass(frozen=True)
class ToyPlace:
    """A folder of JSON files; `LIVE` names the live one."""

    folder: Path
    cache: Path | None = None

    @property
    def encoders(self) -> Path:
        return self.folder / "encoders"

    def current(self) -> str:
        if not (self.folder / "LIVE").exists():
            raise DatelineError(f"expected an index in {self.folder}, found none")
        return (self.folder / "LIVE").read_text()

    def open(self) -> ToyStore:
        generation = self.current()
        return ToyStore(generation, json.loads((self.folder / f"{generation}.json").read_text()))

    @contextlib.contextmanager
    def writing(self) -> Iterator[ToyWriter]:
        self.folder.mkdir(exist_ok=True)
        yield ToyWriter(self)

    def rollback(self) -> str:
        previous = self.open().manifest["previous"]
        if previous is None:
            raise DatelineError("expected a generation before, found none")
        (self.folder / "LIVE").write_text(previous)
        return str(previous)

    def verify(self) -> list[str]:
        return list(self.open().problems())


class ToyStore:
    """All articles and passages in memory."""

    def __init__(self, generation: str, kept: Mapping[str, Any]) -> None:
        self.generation, self.manifest = generation, kept["manifest"]
        self._articles = {fields["id"]: _article(fields) for fields in kept["articles"]}
        self._passages = [Passage(self._articles[id], *rest) for id, *rest in kept["passages"]]
        dimensions = self.manifest["encoder"]["dimensions"]
        self._vectors = np.array(kept["vectors"], dtype=np.float32).reshape(-1, dimensions)

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        ranked = fused(*self.rankings(vector, text, len(self._passages), filters))[:k]
        return [Match(self._passages[row], score) for row, score in ranked]

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[Ranking, Ranking]:
        rows = [row for row, one in enumerate(self._passages) if _passes(one.article, filters)]
        cosines = self._vectors @ vector
        by_meaning = [(row, float(cosines[row])) for row in rows]
        shared = [(row, len(_words(_read(self._passages[row])) & _words(text))) for row in rows]
        by_words = [(row, float(count)) for row, count in shared if count]
        by_meaning, by_words = (
            sorted(found, key=lambda one: (-one[1], one[0]))[:k] for found in (by_meaning, by_words)
        )
        return by_meaning, by_words

    def word_counts(self, text: str) -> None:
        return

    def passages(self, rows: Sequence[int]) -> Mapping[int, Passage]:
        return {row: self._passages[row] for row in rows}

    def articles(self) -> Iterable[Article]:
        return self._articles.values()

    def article(self, id: str) -> Article | None:
        return self._articles.get(id)

    def fingerprints(self) -> Mapping[str, str]:
        return {id: article.fingerprint for id, article in self._articles.items()}

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        rows = [row for row, one in enumerate(self._passages) if one.article.id == id]
        return [self._passages[row] for row in rows], self._vectors[rows]

    def problems(self) -> Iterable[str]:
        if len(self._passages) != len(self._vectors):
            yield f"expected {len(self._passages)} vectors, found {len(self._vectors)}"


class ToyWriter:
    """Collects a generation and writes it when it is published."""

    def __init__(self, place: ToyPlace) -> None:
        self._place = place
        self._kept: dict[str, Any] = {"passages": [], "vectors": []}
        self._embedder: Embedder | None = None
        self._settings: Mapping[str, Any] = {}
        self._articles: Sequence[Listed] = ()
        self._added: dict[str, Article] = {}
        self._notes: Sequence[Note] = ()

    def live(self, opened: Store | None = None) -> Store | None:
        try:
            return opened or self._place.open()
        except DatelineError:
            return None

    def begin(
        self,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[AnyListed],
        unchanged: Store | None,
        notes: Sequence[Note] = (),
    ) -> Sequence[AnyListed]:
        self._notes = notes
        self._embedder, self._settings, self._articles = embedder, settings, articles
        return articles

    @property
    def passages(self) -> int:
        return len(self._kept["passages"])

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        if len(passages) != len(vectors):
            raise ValueError(f"expected a vector for each of {len(passages)} passages")
        if not {one.article.id for one in passages} <= {one.id for one in self._articles}:
            raise ValueError("expected an article that was given to begin")
        self._added |= {one.article.id: one.article for one in passages}
        self._kept["passages"] += [
            [one.article.id, one.start, one.end, one.description] for one in passages
        ]
        self._kept["vectors"] += np.asarray(vectors).tolist()

    def publish(self) -> str:
        live, added = self.live(), self._added
        articles = [added[article.id] for article in self._articles if article.id in added]
        days = [one.published.toordinal() for one in articles if one.published is not None]
        counts = counts_of(len(articles), self.passages, days)
        assert self._embedder is not None
        previous = live.generation if live is not None else None
        manifest = new_manifest(
            "toy", previous, self._embedder, self._settings, counts, self._notes
        )
        name = f"{1 + len(list(self._place.folder.glob('*.json'))):06d}"
        kept = {**self._kept, "manifest": manifest, "articles": list(map(asdict, articles))}
        (self._place.folder / f"{name}.json").write_text(json.dumps(kept, default=str))
        (self._place.folder / "LIVE").write_text(name)
        return name


def _read(passage: Passage) -> str:
    return f"{passage.article.title or ''} {passage.text}"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _passes(article: Article, filters: Filters) -> bool:
    outlets = [source.casefold() for source in filters.sources]
    if outlets and (article.source or "").casefold() not in outlets:
        return False
    day = article.published
    if day is None:
        return filters.since is None and filters.until is None
    return (filters.since or dt.date.min) <= day <= (filters.until or dt.date.max)


def _article(fields: Mapping[str, Any]) -> Article:
    published = fields["published"]
    day = dt.date.fromisoformat(published) if published is not None else None
    boilerplate = tuple((start, end) for start, end in fields["boilerplate"])
    lists = {name: tuple(fields[name]) for name in ("authors", "pages")}
    return Article(**{**fields, **lists, "published": day, "boilerplate": boilerplate})
