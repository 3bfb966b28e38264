"""Pages of the web: saved as .html or .mhtml, or listed in an RSS or Atom feed.

trafilatura finds the story in a page, with its title, date, authors, outlet and canonical address.
feedparser reads feeds. Limits: a page larger than `Bounds` allow is skipped, as is a feed that
declares XML entities.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, day
from index.types import Skipped

HTML = ("text/html", "application/xhtml+xml")  # the media types of a page
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_CHARSET = re.compile(
    rb"""(?:<\?xml[^>]*?\sencoding\s*=|<meta[^>]*?[\s;"']charset\s*=)\s*["']?\s*(?P<name>[\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096  # bytes in which a page names its charset
_BLOCKS = frozenset(
    "p div section article h1 h2 h3 h4 h5 h6 li ul ol tr table blockquote pre header footer "
    "figure figcaption br hr dd dt".split()
)
_UNSEEN = frozenset("script style head title noscript template".split())


def load_html(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the story of a saved page (.html, .htm, .xhtml), without its menus."""
    yield page(path.read_bytes())


def load_mhtml(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the story of a page that a browser saved with its pictures (.mhtml, .mht)."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in HTML:
            where = part.get("Content-Location") or message.get("Snapshot-Content-Location")
            url = str(where) if where else None
            yield page(part.get_payload(decode=True), url)  # type: ignore[arg-type]
            return
    raise ValueError("expected a page saved as MHTML, found no HTML in it")


def load_feed(path: Path) -> Iterator[Fields | Skipped]:
    """Yield an article for each entry of a feed (.rss, .atom, .xml)."""
    import io

    import feedparser

    data = path.read_bytes()
    if _ENTITY.search(data):
        raise ValueError(
            "expected a feed without XML entity declarations, found some; they are not expanded"
        )
    feed = feedparser.parse(  # its own cleaning is not needed: plain() keeps no markup
        io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.version:
        raise ValueError("expected an RSS or Atom feed, found something else")
    for number, entry in enumerate(feed.entries, 1):
        key = entry.get("id") or entry.get("link") or number
        yield _load_entry(entry, key, feed.feed.get("title") or "")


def page(data: bytes | str, url: str | None = None) -> Fields:
    """Return the story of a page.

    Raises ValueError if trafilatura finds none, or the page is larger than `Bounds` allow.
    """
    most = bounds().page_mb
    if len(data) > most << 20:
        raise ValueError(
            f"expected a page of at most {most} MB, found {len(data) >> 20} MB; "
            "or set DATELINE_PAGE_MB"
        )
    from trafilatura import bare_extraction

    found: Any = bare_extraction(
        data,
        url=url,
        include_comments=False,
        with_metadata=True,
        # what the page says of itself, not the first date in its words
        date_extraction_params={
            "extensive_search": False,
            "original_date": True,
            "outputformat": "%Y-%m-%d",
        },
    )
    if found is None or not (found.text or "").strip():
        raise ValueError("expected a page with a story, found none in it")
    if urlsplit(found.url or "").scheme in ("http", "https"):
        url = found.url
    authors = map(str.strip, (found.author or "").split(";"))
    return Fields(
        found.text,
        title=found.title,
        source=found.sitename,
        published=day(found.date),
        url=url,
        authors=tuple(filter(None, authors)),
    )


def declared_charset(data: bytes) -> str | None:
    """Return the charset that a page names in its XML declaration or a meta element."""
    found = _CHARSET.search(data[:_HEAD])
    if found is None:
        return None
    return found["name"].decode("ascii")


def plain(html: str) -> str:
    """Return the words of a piece of HTML, a line for each of its blocks.

    Plain text comes through as it is.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    import lxml.html

    pieces: list[str] = []
    _collect_words(lxml.html.fromstring(f"<div>{html}</div>"), pieces)
    lines = [" ".join(line.split()) for line in "".join(pieces).split("\n")]
    return "\n\n".join(line for line in lines if line)


def _collect_words(element: Any, pieces: list[str]) -> None:
    """Add the words of an element, and a line break before and after each block."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return
    if element.tag in _BLOCKS:
        pieces.append("\n")
    pieces.append(_single_spaced(element.text))
    for child in element:
        _collect_words(child, pieces)
        pieces.append(_single_spaced(child.tail))
    if element.tag in _BLOCKS:
        pieces.append("\n")


def _single_spaced(text: str | None) -> str:
    """Return a text with single spaces, one at either end if there was any."""
    return " ".join(f"·{text or ''}·".split())[1:-1]


def _load_entry(entry: Any, key: object, feed_title: str) -> Fields | Skipped:
    """Return the article of an entry of a feed: its longest content, else its summary."""
    contents = [part.get("value") or "" for part in entry.get("content", ())]
    text = plain(max(contents, key=len, default="") or entry.get("summary") or "")
    if not text:
        reason = "there is no text in the entry; dateline add FEED fetches its page"
        return Skipped(f":{key}", reason)
    authors = [author.get("name") for author in entry.get("authors", ())]
    return Fields(
        text,
        title=plain(entry.get("title") or "") or None,
        source=plain(feed_title) or None,
        published=_entry_day(entry),
        url=entry.get("link"),
        authors=tuple(filter(None, authors)),
        part=f":{key}",
    )


def _entry_day(entry: Any) -> Any:
    """Return the day on which an entry was published, else updated."""
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    if moment is None:
        return None
    return day(f"{moment[0]:04}-{moment[1]:02}-{moment[2]:02}")
