"""The data of the index, and the protocols between its parts.

The protocols are embedder, engine, store, index writer and place. Everything here is frozen data or
a protocol; nothing opens a file. A backend satisfies these protocols and nothing else: building,
asking, copying, checking and rolling back need no more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class DatelineError(Exception):
    """Something a user can mend: what was expected, what was found, what to do."""


def described(error: Exception) -> str:
    """Describe an unexpected error on one line of at most 200 characters."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


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
    pages: tuple[int, ...] = ()  # where its pages start in `text`, rising from 0; empty: none
    language: str | None = None  # ISO 639-1, "en"; None: not known
    # The next two only the whole corpus shows. `story` is the id of the first article of which
    # this one is a near-copy, its own id if there is none, None if nobody looked. `boilerplate`
    # is the stretches of text that its outlet prints under many stories.
    story: str | None = None
    boilerplate: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        day = "" if self.published is None else f", {self.published}"
        return f"<Article {self.id!r}: {self.title!r}, {self.source!r}{day}>"

    @property
    def record_id(self) -> str:
        """The id that its record gives in its file ("x7" of "news.csv:x7"), else `id`."""
        return self.id.removeprefix(f"{self.path}:")

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the text in UTF-8, hexadecimal.

        A saved citation is checked again by it.
        """
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of every field that the corpus gives, hexadecimal.

        If it is equal, a rebuild may keep the article's passages as they are.
        """
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
    """A slice of an article.

    Its `description` is indexed beside it and is no part of its text.
    """

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
    """What a build tells about a file that it did index, such as the columns it took."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The conditions on the articles that a search may use.

    An article without a date passes no date filter.
    """

    sources: tuple[str, ...] = ()  # outlets, compared without regard to case; empty: all
    since: dt.date | None = None  # first day, inclusive
    until: dt.date | None = None  # last day, inclusive

    def __bool__(self) -> bool:
        return bool(self.sources) or self.since is not None or self.until is not None

    def in_words(self) -> str:
        """Return the filters as text: "from Expatica or RFE/RL, since 2022-10-01"."""
        parts = []
        if self.sources:
            parts.append(f"from {' or '.join(self.sources)}")
        if self.since is not None:
            parts.append(f"since {self.since}")
        if self.until is not None:
            parts.append(f"until {self.until}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a store found. `score` is in (0, 1], higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    Counts are of articles, except `passages` and `vectors_reused`, which are of passages.
    """

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


@dataclass(frozen=True, slots=True)
class Encoded:
    """The passages with a vector each, in order.

    `reused` of the vectors were not encoded anew.
    """

    passages: Sequence[Passage]
    vectors: Vectors
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Unencoded:
    """An article that could not be encoded, and why."""

    article: Article
    reason: str


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many of so many rows each word stands, by field and word."""

    rows: int
    counts: Mapping[tuple[str, str], int]


Ranking = list[tuple[int, float]]  # (row, score), best first
Progress = Callable[[str, int, int], None]  # what is done, how many, of how many (0: not known)


def no_progress(what: str, done: int, total: int) -> None:
    """Tell nobody of the progress."""


class Listed(Protocol):
    """An article in a list of all. Its text may be read from the disk each time."""

    @property
    def id(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def source(self) -> str | None: ...
    @property
    def text(self) -> str: ...
    @property
    def story(self) -> str | None: ...
    @property
    def boilerplate(self) -> tuple[tuple[int, int], ...]: ...


AnyListed = TypeVar("AnyListed", bound=Listed)


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the embedder.

        Two are equal only if the same text gives the same vector. An index refuses another one's.
        """
        ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of passages.

        They are float32, of shape (len(texts), dimensions), with rows of length 1.
        """
        ...

    def encode_question(self, question: str) -> Vectors:
        """Return the vector of a question: float32, (dimensions,), of length 1."""
        ...


class Engine(Protocol):
    """Loads and encodes many articles: this process, or a cluster."""

    def load(
        self, corpora: Sequence[Path], columns: Mapping[str, str]
    ) -> Iterable[Article | Skipped | Note]:
        """Yield the articles of folders and files, in order, and what was left out.

        `columns` says which column of a table holds a field. Raises DatelineError for a missing
        folder.
        """
        ...

    def encode(
        self,
        articles: Collection[Article],
        embedder: Embedder,
        reusable: Store | None,
        scratch: Path,
        progress: Progress,
    ) -> Iterable[Encoded | Unencoded]:
        """Yield the passages and vectors of the articles, in order.

        `articles` are read one by one, as they are asked for. Vectors of unchanged text are taken
        from `reusable`. `scratch` is a folder for what is needed to go on after an interruption
        (index/encoded_file.py). Raises DatelineError if the engine itself fails.
        """
        ...


class Store(Protocol):
    """A published generation: read-only, safe to use from several threads."""

    @property
    def generation(self) -> str: ...

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return what the generation says about itself.

        index/stores/manifest.py makes it.
        """
        ...

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages by vector, (dimensions,), and keywords, best first."""
        ...

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[Ranking, Ranking]:
        """Return the best `k` rows by vector and by keywords, before they are fused.

        Their scores are cosines, and those of BM25. `counts` says how rare words are, if they are
        not counted in this store alone; a store may leave that out.
        """
        ...

    def word_counts(self, text: str) -> WordCounts | None:
        """Return in how many rows the words of a question are; None if it cannot tell."""
        ...

    def passages(self, rows: Sequence[int]) -> Mapping[int, Passage]:
        """Return the passages of `rows`, by row."""
        ...

    def articles(self) -> Iterable[Article]:
        """Yield the articles in the order of the corpus."""
        ...

    def article(self, id: str) -> Article | None: ...

    def fingerprints(self) -> Mapping[str, str]:
        """Return each article's id and the fingerprint it was indexed with."""
        ...

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        """Return the passages and vectors of an article, in order.

        Both are empty for an unknown id.
        """
        ...

    def problems(self) -> Iterable[str]:
        """Yield what is wrong with the content, one line each."""
        ...


class IndexWriter(Protocol):
    """The one writer of a place, while it writes the next generation.

    What is added is seen by nobody until `publish`. Without it nothing changes.
    """

    def live(self, opened: Store | None = None) -> Store | None:
        """Return the live generation, or None if none opens.

        Returns `opened` itself if that is the live one. Raises DatelineError for an index that a
        newer Dateline wrote.
        """
        ...

    @property
    def passages(self) -> int:
        """Return how many passages the next generation holds by now."""
        ...

    def begin(
        self,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[AnyListed],
        unchanged: Store | None,
        notes: Sequence[Note] = (),
    ) -> Sequence[AnyListed]:
        """Begin the next generation and return the articles to add.

        The passages of the returned articles are to be added in order. `articles` are all that the
        generation is to hold, in order. A writer may take over articles that stand in `unchanged`
        as they are; those are not returned. `unchanged` is the live generation if its vectors may
        be used again. An article that is never added is left out.
        The manifest keeps `notes`, what the build tells of its files.
        """
        ...

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order, those of one article next to each other.

        Raises ValueError unless each has a row of `vectors` and is of an article given to `begin`.
        """
        ...

    def publish(self) -> str:
        """Make the generation live, at one instant, and return its name."""
        ...


class Place(Protocol):
    """Where an index lives: a folder, Milvus, or anything else that keeps generations."""

    @property
    def encoders(self) -> Path:
        """The folder of compiled encoders."""
        ...

    @property
    def cache(self) -> Path | None:
        """The folder where a build keeps what it learned; None if it keeps nothing."""
        ...

    def current(self) -> str:
        """Return the name of the live generation. Raises DatelineError if there is none."""
        ...

    def open(self) -> Store:
        """Open the live generation, checked. Raises DatelineError."""
        ...

    def writing(self) -> AbstractContextManager[IndexWriter]:
        """Hold the place for writing. Raises DatelineError for any failure to write.

        The live generation is then as it was.
        """
        ...

    def rollback(self) -> str:
        """Make the generation before the live one live again; return its name.

        Raises DatelineError if it is gone.
        """
        ...

    def verify(self) -> list[str]:
        """Return all that is wrong with the live generation, one line each.

        Raises DatelineError if it does not open.
        """
        ...
