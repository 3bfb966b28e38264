"""Several indexes asked as one archive, for example one for each year.

Both rankings of each index are put together before they are fused, so that scores are compared
with scores of their kind. A word counts as rare as it is in all indexes together, if their stores
tell how often each has it (Milvus does not). An article that stands in two indexes is found once.
Near-copies among the passages found are one story, in whatever index they lie.

Limits: all indexes must have the same encoder and settings. Boilerplate is that of each index. BM25
takes the mean length of a passage from each index.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stores.fusion import fused
from index.text.near_duplicates import is_near_duplicate, shingles_of
from index.types import (
    Article,
    DatelineError,
    Filters,
    IndexWriter,
    Match,
    Passage,
    Place,
    Store,
    Vectors,
    WordCounts,
)

_CANDIDATES = 100  # from each ranking, before they are fused, as each store does


@dataclass(frozen=True, slots=True)
class ManyPlaces:
    """Several places as one `Place` that is read, and not written to."""

    places: tuple[Place, ...]

    def __str__(self) -> str:
        return " and ".join(map(str, self.places))

    @property
    def encoders(self) -> Path:
        """The folder of compiled encoders, of the first place."""
        return self.places[0].encoders

    @property
    def cache(self) -> None:
        """None: nothing is built here."""
        return None

    def current(self) -> str:
        """Return the names of the live generations. Raises DatelineError if one has none."""
        return "+".join(place.current() for place in self.places)

    def open(self) -> ManyStore:
        """Open all live generations.

        Raises DatelineError if one does not open, or was made in another way than the first.
        """
        return ManyStore([place.open() for place in self.places], list(map(str, self.places)))

    @contextlib.contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        """Raise DatelineError: one index is written at a time."""
        raise self._one()
        yield  # a context manager is a generator

    def rollback(self) -> str:
        """Raise DatelineError: one index is rolled back at a time."""
        raise self._one()

    def verify(self) -> list[str]:
        """Return all that is wrong with the live generations, one line each."""
        return [problem for place in self.places for problem in place.verify()]

    def _one(self) -> DatelineError:
        return DatelineError(f"expected one index to change, found {self}; name one of them")


class ManyStore:
    """Several generations, open for reading as one."""

    def __init__(self, stores: Sequence[Store], names: Sequence[str]) -> None:
        """Put stores together. Raises DatelineError if they were made in different ways."""
        first = stores[0]
        for store, name in zip(stores, names, strict=True):
            for key, what in (("encoder", "encoder"), ("settings", "way of making passages")):
                if _made(store, key) != _made(first, key):
                    raise DatelineError(
                        f"expected indexes made with one {what}, found another in {name} than "
                        f"in {names[0]}; build them again alike"
                    )
        self._stores = stores
        self.generation = "+".join(store.generation for store in stores)
        self._ids = [store.fingerprints() for store in stores]
        self.manifest = {**first.manifest, "counts": self._counts(), "previous": None}

    def _counts(self) -> dict[str, int]:
        every = [store.manifest["counts"] for store in self._stores]
        counts = {key: sum(one[key] for one in every) for key in ("articles", "passages")}
        counts["articles"] = len(self.fingerprints())
        for key, choose in (("first_day", min), ("last_day", max)):
            if days := [one[key] for one in every if key in one]:
                counts[key] = choose(days)
        return counts

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages of all stores, best first."""
        candidates = max(_CANDIDATES, k)
        by_meaning, by_words = self.rankings(
            vector, text, candidates, filters, self.word_counts(text)
        )
        ranked = fused(by_meaning, by_words)
        passages = self.passages([row for row, _ in ranked[: 2 * k]])
        found: dict[tuple[str, int, int], Match] = {}
        for row, score in ranked[: 2 * k]:  # of an article in two indexes, the better
            passage = passages[row]
            found.setdefault(
                (passage.article.id, passage.start, passage.end), Match(passage, score)
            )
        return _of_one_story(list(found.values())[:k])

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Return the best `k` rows by meaning and by words. Rows of all stores take turns."""
        both: tuple[list[tuple[int, float]], list[tuple[int, float]]] = ([], [])
        for number, store in enumerate(self._stores):
            for found, some in zip(
                both, store.rankings(vector, text, k, filters, counts), strict=True
            ):
                found += [(row * len(self._stores) + number, score) for row, score in some]
        meaning, words = (sorted(found, key=lambda one: (-one[1], one[0]))[:k] for found in both)
        return meaning, words

    def word_counts(self, text: str) -> WordCounts | None:
        """Return in how many rows of all stores the words of a question are.

        Returns None if a store cannot tell.
        """
        rows, counts = 0, Counter[tuple[str, str]]()
        for store in self._stores:
            one = store.word_counts(text)
            if one is None:
                return None
            rows += one.rows
            counts.update(one.counts)
        return WordCounts(rows, counts)

    def passages(self, rows: Sequence[int]) -> Mapping[int, Passage]:
        """Return the passages of `rows`, by row."""
        found: dict[int, Passage] = {}
        for number, store in enumerate(self._stores):
            own = [row // len(self._stores) for row in rows if row % len(self._stores) == number]
            if own:
                for row, passage in store.passages(own).items():
                    article = self._named(number, passage.article)
                    place = row * len(self._stores) + number
                    found[place] = replace(passage, article=article)
        return found

    def _named(self, number: int, article: Article) -> Article:
        """Return an article with an id that no other article has.

        One of a later store has the store's number in front if another article has its id.
        """
        for ids in self._ids[:number]:
            if ids.get(article.id, article.fingerprint) != self._ids[number][article.id]:
                named = replace(article, id=f"{number + 1}/{article.id}")
                if article.story is not None:
                    named = replace(named, story=f"{number + 1}/{article.story}")
                return named
        return article

    def _found(self, id: str) -> tuple[int, str] | None:
        """Return the store that has an article, and its id there; None if none has it."""
        for number, ids in enumerate(self._ids):
            if id in ids:
                return number, id
        head, _, rest = id.partition("/")
        numbers = {str(number + 1): number for number in range(1, len(self._stores))}
        if rest in self._ids[numbers.get(head, 0)]:
            return numbers.get(head, 0), rest
        return None

    def article(self, id: str) -> Article | None:
        """Return the article of this id, None if there is none."""
        found = self._found(id)
        if found is None:
            return None
        article = self._stores[found[0]].article(found[1])
        if article is None:
            return None
        return self._named(found[0], article)

    def articles(self) -> Iterator[Article]:
        """Yield the articles of each store in order, each once."""
        seen: set[str] = set()
        for number, store in enumerate(self._stores):
            for article in store.articles():
                named = self._named(number, article)
                if named.id not in seen:
                    seen.add(named.id)
                    yield named

    def fingerprints(self) -> dict[str, str]:
        """Return each article's id and the fingerprint it was indexed with."""
        found: dict[str, str] = {}
        for number, ids in enumerate(self._ids):
            for id, fingerprint in ids.items():
                taken = any(
                    other.get(id, fingerprint) != fingerprint for other in self._ids[:number]
                )
                found[f"{number + 1}/{id}" if taken else id] = fingerprint
        return found

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        """Return the passages and vectors of an article, in order.

        Both are empty for an unknown id.
        """
        number, own = self._found(id) or (0, id)
        passages, vectors = self._stores[number].indexed(own)
        return [replace(one, article=self._named(number, one.article)) for one in passages], vectors

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the content, one line each."""
        for store in self._stores:
            yield from store.problems()


def _made(store: Store, key: str) -> Any:
    value = store.manifest[key]
    return value.get("fingerprint", value)


def _of_one_story(matches: Sequence[Match]) -> list[Match]:
    """Return matches; those of near-copies are of the story of the best of them."""
    stories: dict[str, str] = {}  # by article
    kept: list[Article] = []
    for match in matches:
        article = match.passage.article
        if article.id in stories:
            continue
        own = article.story if article.story is not None else article.id
        same = (one for one in kept if is_near_duplicate(_shingles(one), _shingles(article)))
        first = next(same, None)
        stories[article.id] = own if first is None else stories[first.id]
        kept.append(article)
    return [
        replace(
            match,
            passage=replace(
                match.passage,
                article=replace(match.passage.article, story=stories[match.passage.article.id]),
            ),
        )
        for match in matches
    ]


@lru_cache(maxsize=1024)
def _shingles(article: Article) -> NDArray[np.uint32]:
    return shingles_of(article.text)
