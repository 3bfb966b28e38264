"""The articles of a build, which pass through memory one by one.

Their texts lie in a temporary file that nobody else sees, or in the live generation if they stand
there. What all articles are compared by is kept of each: some hundred bytes, not its text. A killed
build leaves nothing of the file, as it has no name. Limit: a text is read from the disk each time
that it is asked for.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from index.types import Article, DatelineError, Store

_IN_MEMORY = 8 * 2**20  # bytes of a small corpus, for which no file is made
_AHEAD = 64  # articles that are read before they are asked for
_IN_LIVE = -1  # the place of a text that stands in the live generation


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article whose text is read when it is asked for."""

    id: str
    fingerprint: str
    path: str
    source: str | None
    language: str | None
    file: ArticleFile = field(repr=False, compare=False)
    place: int = field(repr=False, compare=False)  # in the file, in bytes
    story: str | None = None
    boilerplate: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """The text, read from the disk."""
        return self.file.read(self).text

    def whole(self) -> Article:
        """Return the article, read from the disk."""
        article = self.file.read(self)
        if (article.story, article.boilerplate) != (self.story, self.boilerplate):
            article = replace(article, story=self.story, boilerplate=self.boilerplate)
        article.__dict__["fingerprint"] = self.fingerprint  # where the cached property keeps it
        return article


class ArticleFile:
    """The texts of the articles of a build; a context manager that lets go of them."""

    def __init__(self, folder: Path, live: Store | None = None) -> None:
        """Keep texts in a file of this folder, which is made when it is needed.

        Those that `live` has are read there.
        """
        self._folder, self._live = folder, live
        self._known: frozenset[str] = frozenset()
        if live is not None:
            self._known = frozenset(live.fingerprints().values())
        self._end = 0
        # closed by __exit__, since the file is used until the index is published
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115

    def __enter__(self) -> ArticleFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # what is left to write of it may not fit on the disk
            self._file.close()

    def add(self, article: Article) -> ListedArticle:
        """Keep the text of an article. Raises DatelineError if it cannot be kept."""
        place = _IN_LIVE
        if article.fingerprint not in self._known:
            place = self._write(json.dumps(_fields_of(article), ensure_ascii=False) + "\n")
        return ListedArticle(
            article.id,
            article.fingerprint,
            article.path,
            _shared(article.source),
            _shared(article.language),
            self,
            place,
            article.story,
            article.boilerplate,
        )

    def _write(self, line: str) -> int:
        """Write a line at the end, and return its place."""
        data, place = line.encode(), self._end
        try:
            if place <= _IN_MEMORY < place + len(data):
                self._folder.mkdir(parents=True, exist_ok=True)
            self._file.seek(0, os.SEEK_END)
            self._file.write(data)
        except OSError as error:
            raise DatelineError(
                f"expected to keep the articles of this build in {self._folder}, found: "
                f"{error.strerror}; the index is as it was. Free space or permission, "
                "then build again"
            ) from None
        self._end += len(data)
        return place

    def read(self, listed: ListedArticle) -> Article:
        """Return an article as it was added. Raises DatelineError if it is gone."""
        if listed.place == _IN_LIVE:
            assert self._live is not None
            article = self._live.article(listed.id)
            if article is None or article.fingerprint != listed.fingerprint:
                raise DatelineError(
                    f"expected {listed.path!r} in the live index, found it gone; build again"
                )
            return article
        self._file.seek(listed.place)
        return _article_of(json.loads(self._file.readline()))


class ArticlesInTurn(Mapping[str, Article]):
    """The articles of a generation by fingerprint, each read when it is asked for.

    They are soonest in the order in which the generation has them.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._ids: dict[str, str] = {}
        self._in_order: Iterator[Article] = iter(())
        if store is not None:
            self._ids = {one: id for id, one in store.fingerprints().items()}
            self._in_order = iter(store.articles())
        self._read: dict[str, Article] = {}  # and not asked for yet, at most _AHEAD

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __contains__(self, fingerprint: object) -> bool:
        return fingerprint in self._ids

    def __getitem__(self, fingerprint: str) -> Article:
        while fingerprint not in self._read and len(self._read) < _AHEAD:
            article = next(self._in_order, None)
            if article is None:
                break
            self._read[article.fingerprint] = article
        if fingerprint in self._read:
            for earlier in list(self._read):  # those were changed or removed
                article = self._read.pop(earlier)
                if earlier == fingerprint:
                    return article
        assert self._store is not None
        found = self._store.article(self._ids[fingerprint])
        if found is None:
            raise KeyError(fingerprint)
        return found


class WholeArticles(Collection[Article]):
    """Listed articles, each read when its turn comes."""

    def __init__(self, listed: Sequence[ListedArticle]) -> None:
        self._listed = listed

    def __len__(self) -> int:
        return len(self._listed)

    def __iter__(self) -> Iterator[Article]:
        return (listed.whole() for listed in self._listed)

    def __contains__(self, article: object) -> bool:
        return any(article == one for one in self)


def _shared(text: str | None) -> str | None:
    """Return the one copy of a text that many articles have."""
    return None if text is None else sys.intern(text)


def _fields_of(article: Article) -> list[Any]:
    day = None
    if article.published is not None:
        day = article.published.isoformat()
    return [
        article.id,
        article.text,
        article.title,
        article.source,
        day,
        article.url,
        article.path,
        article.authors,
        article.pages,
        article.language,
        article.story,
        article.boilerplate,
    ]


def _article_of(fields: Sequence[Any]) -> Article:
    (id, text, title, source, day, url, path) = fields[:7]
    (authors, pages, language, story, boilerplate) = fields[7:]
    published = None
    if day is not None:
        published = dt.date.fromisoformat(day)
    return Article(
        id,
        text,
        title,
        source,
        published,
        url,
        path,
        authors=tuple(authors),
        pages=tuple(pages),
        language=language,
        story=story,
        boilerplate=tuple((start, end) for start, end in boilerplate),
    )
