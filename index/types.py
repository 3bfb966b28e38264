"""What the index is made of: articles, passages, and what an embedder and a store must do.

Everything here is frozen data or a protocol; nothing opens a file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class DatelineError(Exception):
    """Something a user can mend. The message says what was expected, what was found, what to do."""


@dataclass(frozen=True)
class Article:
    """One article as indexed. Offsets everywhere in Dateline are characters of `text`."""

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    published: dt.date | None = None
    url: str | None = None
    path: str = ""  # relative to the corpus folder, "/" between its parts
    authors: tuple[str, ...] = ()
    pages: tuple[
        int, ...
    ] = ()  # where its pages start in `text`, rising from 0; empty for what has no pages
    language: str | None = None  # ISO 639-1, "en"; None: not known
    # What only the whole corpus shows: the first article of which this one is a near-copy (itself for none; None: not known),
    # and the stretches of text that its outlet prints under many stories.
    story: str | None = None
    boilerplate: tuple[tuple[int, int], ...] = ()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, hexadecimal: what a saved citation is re-checked against."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every field that the corpus gives: equal when a rebuild may keep the article's passages as they are."""
        parts = (
            self.id,
            self.text,
            self.title,
            self.source,
            str(self.published),
            self.url,
            self.path,
            self.authors,
            self.pages,
            self.language,
        )
        return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of an article, and the words indexed beside it (`description`), which are not its text."""

    article: Article
    start: int
    end: int
    description: str = ""

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or record that was not indexed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a build tells of a file that it did index: the columns it took for the fields, say."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a search may use. An article without a date passes no date filter."""

    sources: tuple[str, ...] = ()  # outlets, compared without regard to case; empty: all
    since: dt.date | None = None  # first day, inclusive
    until: dt.date | None = None  # last day, inclusive

    def __bool__(self) -> bool:
        return bool(self.sources) or self.since is not None or self.until is not None

    def in_words(self) -> str:
        """For example "from Expatica or RFE/RL, since 2022-10-01"."""
        parts = [f"from {' or '.join(self.sources)}"] if self.sources else []
        parts += [f"since {self.since}"] if self.since is not None else []
        parts += [f"until {self.until}"] if self.until is not None else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a store found. `score` is in (0, 1], higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. Counts are articles, but for `passages` and `vectors_reused`, which are passages."""

    generation: str
    articles: int
    passages: int
    added: int
    changed: int
    removed: int
    unchanged: int
    vectors_reused: int
    skipped: tuple[Skipped, ...] = field(default=())
    seconds: float = 0.0
    notes: tuple[Note, ...] = ()


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Equal only where the same text gives the same vector: an index refuses another one's."""
        ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Passages: returns float32, (len(texts), dimensions), each row of length 1."""
        ...

    def encode_question(self, question: str) -> Vectors:
        """Returns float32, (dimensions,), of length 1; some models read a question otherwise than a passage."""
        ...


class Draft(Protocol):
    """A generation being written: seen by nobody until `publish`."""

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order, a row of `vectors` each. Raises ValueError where the counts differ."""
        ...

    def publish(self) -> str:
        """Make it the live generation, at one instant, and return its name."""
        ...


class Store(Protocol):
    """A published generation: read-only, safe to use from several threads."""

    @property
    def generation(self) -> str: ...

    @property
    def manifest(self) -> dict[str, Any]: ...

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """The best `k` passages by vector (shape (dimensions,)) and by keywords together, best first."""
        ...

    def articles(self) -> Iterable[Article]: ...

    def article(self, id: str) -> Article | None: ...
