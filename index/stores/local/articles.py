"""The tables of articles and passages.

They are in `articles.sqlite`, and the positions in a file of their own. This module says how an
article is a row, and reads rows. An article keeps the number that it was given when it was added.
Its position among the articles and its story depend on the whole corpus, so a generation writes the
table `positions` whole. An article without a position is dead: it was changed or removed, and its
rows stay until the index is written anew. The text is the last column, so that the others are read
without it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.types import Article, DatelineError

ARTICLES, POSITIONS = "articles.sqlite", "positions.sqlite"
SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, title TEXT,
    source TEXT, published TEXT, url TEXT, path TEXT NOT NULL, authors TEXT NOT NULL,
    pages TEXT NOT NULL, language TEXT, boilerplate TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, description TEXT NOT NULL
);
CREATE INDEX passages_of_article ON passages (article);
"""
POSITIONS_SCHEMA = """
CREATE TABLE positions (
    position INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, story TEXT
);
"""
COLUMNS = (
    "id, fingerprint, title, source, published, url, path, authors, pages, language, "
    "boilerplate, text"
)


class _Opened:
    """A connection that is closed once nobody has it.

    sqlite3 itself closes it when circles of references are next looked for, minutes later.
    """

    def __init__(self, address: str) -> None:
        # Used by one thread. Whichever lets go of the file last closes it.
        self.connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def __del__(self) -> None:
        if (connection := getattr(self, "connection", None)) is not None:
            connection.close()


class Database:
    """A file of SQLite that is never written to. Each thread has its own connection."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises DatelineError for a damaged one."""
        self._path, self._local = path, threading.local()
        place = quote(os.fsencode(path.resolve().as_posix()))
        self._address = f"file:{place}?mode=ro&immutable=1"
        self.rows("SELECT name FROM sqlite_master LIMIT 1")  # SQLite opens it with the first query

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query. Raises DatelineError for a damaged file.

        A large file is not read whole on opening, so damage may show only here.
        """
        return list(self.each(query, values))

    def each(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a query that gives many. It is to be read to its end."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        try:
            if opened is None:
                opened = self._local.opened = _Opened(self._address)
            yield from opened.connection.execute(query, tuple(values))
        except sqlite3.Error as error:
            raise damaged(f"{self._path.name} damaged ({error})") from None


def marks(values: Sequence[object]) -> str:
    """Return a question mark for each value of an SQL list."""
    return ",".join("?" * len(values))


def row_of(number: int, article: Article) -> tuple[Any, ...]:
    """Return the row of an article in the table `articles`."""
    published = None
    if article.published is not None:
        published = article.published.isoformat()
    return (
        number,
        article.id,
        article.fingerprint,
        article.title,
        article.source,
        published,
        article.url,
        article.path,
        json.dumps(article.authors),
        json.dumps(article.pages),
        article.language,
        json.dumps(article.boilerplate),
        article.text,
    )


def article_of(columns: Sequence[Any], story: str | None) -> Article:
    """Return the article of a row of COLUMNS, and of its story.

    Raises DatelineError if it is not as indexed. A citation is never from a damaged text, however
    large the index.
    """
    try:
        article = _read(columns, story)
        whole = article.fingerprint == columns[1]
    except (ValueError, TypeError):
        whole = False
    if not whole:
        raise damaged(f"{str(columns[0])[:80]!r} damaged")
    return article


def unchecked_article(columns: Sequence[Any], story: str | None) -> Article:
    """Return the article of a row of COLUMNS, its stored fingerprint taken as it is."""
    article = _read(columns, story)
    article.__dict__["fingerprint"] = columns[1]  # where the cached property keeps it
    return article


def _read(columns: Sequence[Any], story: str | None) -> Article:
    (id, _, title, source, published, url, path) = columns[:7]
    (authors, pages, language, boilerplate, text) = columns[7:]
    day = None
    if published is not None:
        day = dt.date.fromisoformat(published)
    return Article(
        id,
        text,
        title,
        source,
        day,
        url,
        path,
        authors=tuple(_list_of(authors)),
        pages=tuple(_list_of(pages)),
        language=language,
        story=story,
        boilerplate=tuple((start, end) for start, end in _list_of(boilerplate)),
    )


def _list_of(text: str) -> list[Any]:
    if text == "[]":  # most are, and parsing them takes a good part of reading all articles
        return []
    found: list[Any] = json.loads(text)
    return found


def damaged(found: str) -> DatelineError:
    """Return the error of articles that are not as they were indexed."""
    return DatelineError(
        f"expected the articles as they were indexed, found {found}; "
        "run: dateline rollback, or dateline build --full"
    )
