"""Names under which other people's tables keep what Dateline needs.

Names are compared without case, signs and what stands in brackets: "pub_date", "pubDate" and
"Pub date (UTC)" are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# The likelier first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "content", "body", "page content", "article", "article text", "article body",
        "full text", "body text", "main text", "content text", "text content", "clean text",
        "content html", "cleaned text", "plain text", "content encoded", "article content",
        "full article", "story", "post content", "post text", "news", "transcript",
        "lead paragraph", "description", "summary", "abstract", "excerpt", "snippet",
    ),
    "title": (
        "title", "headline", "heading", "web title", "article title", "news title", "post title",
        "subject", "name",
    ),
    "source": (
        "source", "outlet", "publisher", "publication", "newspaper", "source name", "site name",
        "site full", "site", "publication name", "outlet name", "news outlet", "media outlet",
        "newspaper name", "provider", "source domain", "domain", "clean url",
    ),
    "published": (
        "published", "date", "published at", "publish date", "date publish", "date published",
        "published date", "publication date", "pub date", "published on", "web publication date",
        "article date", "datetime", "timestamp", "seen date", "created at", "date created",
        "published time", "publish time", "publication time", "posted at", "post date",
        "date posted", "release date", "news date", "publishing date",
    ),
    "url": (
        "url", "link", "canonical url", "article url", "web url", "source url", "permalink",
        "href", "requested url", "responded url",
    ),
    "authors": ("authors", "author", "byline", "creator", "writer", "journalist", "author name"),
    "id": ("id", "doc id", "article id", "guid", "uuid"),
    "language": ("language", "lang"),
}  # fmt: skip


def column_of(columns: Mapping[str, Any], field: str, named: Mapping[str, str]) -> str | None:
    """Return the column that holds a field.

    It is the one that the user named, else one that is known by its name. The likeliest of those
    that hold something is chosen.
    """
    if field in named:
        if named[field] in columns:
            return named[field]
        return None
    present = known_columns(tuple(columns), field, frozenset(named.values()))
    for name in present:
        if columns[name] not in (None, "", []):
            return name
    if present:
        return present[0]
    return None


@lru_cache(maxsize=256)  # most records have the columns of the one before
def known_columns(columns: tuple[str, ...], field: str, taken: frozenset[str]) -> list[str]:
    """Return the columns known as the field's, the likeliest first."""
    present: dict[str, str] = {}
    for name in columns:
        if name not in taken:
            present.setdefault(_bare(name), name)
    bare = (name.replace(" ", "") for name in COLUMNS[field])
    return [present[name] for name in bare if name in present]


def count_known(columns: tuple[str, ...]) -> int:
    """Return how many fields some columns hold."""
    return sum(bool(known_columns(columns, field, frozenset())) for field in COLUMNS)


def _bare(name: str) -> str:
    """Return a name without case, signs and what stands in brackets."""
    return re.sub(r"[\W_]+", "", name.casefold().partition("(")[0])
