"""The table of articles in `articles.sqlite`.

This module writes and reads it, and says how an article is a row. An article keeps the number that
it was given when it was added. Its position among the articles and its story depend on the whole
corpus, so a generation writes the table `positions` whole. The text is the last column, so that the
others are read without it.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from index.types import Article, DatelineError

ARTICLES = "articles.sqlite"
SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, title TEXT,
    source TEXT, published TEXT, url TEXT, path TEXT NOT NULL, authors TEXT NOT NULL,
    pages TEXT NOT NULL, language TEXT, boilerplate TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE positions (
    position INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE REFERENCES articles, story TEXT
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, description TEXT NOT NULL
);
CREATE INDEX passages_of_article ON passages (article);
"""
COLUMNS = (
    "id, fingerprint, title, source, published, url, path, authors, pages, language, "
    "boilerplate, text, story"
)
PLACED = "articles JOIN positions ON positions.number = articles.number"
# SQLite takes the tables of a CROSS JOIN in this order, so that it sorts no texts.
IN_ORDER = "positions CROSS JOIN articles ON positions.number = articles.number"


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


def article_of(columns: Sequence[Any]) -> Article:
    """Return the article of a row of COLUMNS.

    Raises DatelineError if it is not as indexed. A citation is never from a damaged text, however
    large the index.
    """
    try:
        article = _read(columns)
        whole = article.fingerprint == columns[1]
    except (ValueError, TypeError):
        whole = False
    if not whole:
        raise damaged(f"{str(columns[0])[:80]!r} damaged")
    return article


def unchecked_article(columns: Sequence[Any]) -> Article:
    """Return the article of a row of COLUMNS, its stored fingerprint taken as it is."""
    article = _read(columns)
    article.__dict__["fingerprint"] = columns[1]  # where the cached property keeps it
    return article


def _read(columns: Sequence[Any]) -> Article:
    (id, _, title, source, published, url, path) = columns[:7]
    (authors, pages, language, boilerplate, text, story) = columns[7:]
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


def rows_of(cursor: sqlite3.Cursor) -> Iterator[Any]:
    """Yield the rows of a cursor. Raises DatelineError for a damaged file.

    A large file is not read whole on opening, so damage may show only here.
    """
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise damaged(f"{ARTICLES} damaged ({error})") from None


def damaged(found: str) -> DatelineError:
    """Return the error of articles that are not as they were indexed."""
    return DatelineError(
        f"expected the articles as they were indexed, found {found}; "
        "run: dateline rollback, or dateline build --full"
    )
