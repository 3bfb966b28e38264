"""Pages of the web: saved as .html or .mhtml, or listed in an RSS or Atom feed.

feedparser reads feeds. Limits: a feed that declares XML entities is skipped.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from index.corpus.loaders.charsets import decode
from index.corpus.loaders.exports import MAY_BE_EXPORT, articles_of_export, with_notes
from index.corpus.loaders.fields import Fields, day
from index.corpus.loaders.markup import declared_charset, plain, without_declaration
from index.corpus.loaders.pages import HTML, page
from index.types import Skipped

_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


def load_html(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the story of a saved page (.html, .htm, .xhtml), without its menus.

    Of an export of a news database, each article.
    """
    data = path.read_bytes()
    if MAY_BE_EXPORT.search(data):
        found = decode(data, declared_charset(data))
        exported = articles_of_export(plain(without_declaration(found.text)).split("\n\n"))
        if exported:
            yield from with_notes(exported, found.notes)
            return
    yield page(data)


def load_mhtml(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the story of a page that a browser saved with its pictures (.mhtml, .mht)."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in HTML:
            where = part.get("Content-Location") or message.get("Snapshot-Content-Location")
            url = str(where) if where else None
            data = cast(bytes, part.get_payload(decode=True))
            yield page(data, url, part.get_content_charset())
            return
    raise ValueError("expected a page saved as MHTML, found no HTML in it")


def load_feed(path: Path) -> Iterator[Fields | Skipped]:
    """Yield an article for each entry of a feed (.rss, .atom, .xml)."""
    import io

    import feedparser

    data = path.read_bytes()
    found = decode(data, declared_charset(data))
    xml = without_declaration(found.text)
    if _ENTITY.search(xml):
        raise ValueError(
            "expected a feed without XML entity declarations, found some; they are not expanded"
        )
    feed = feedparser.parse(  # its own cleaning is not needed: plain() keeps no markup
        io.BytesIO(xml.encode("utf-8", "replace")), sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.version:
        raise ValueError("expected an RSS or Atom feed, found something else")
    title = feed.feed.get("title") or ""
    entries = (
        _load_entry(entry, entry.get("id") or entry.get("link") or number, title)
        for number, entry in enumerate(feed.entries, 1)
    )
    yield from with_notes(entries, found.notes)


def load_feed_links(path: Path) -> Iterator[Fields]:
    """Yield the address of each entry of a feed, after an item for the feed.

    Nothing for what is no feed.
    """
    import feedparser

    with path.open("rb") as file:
        feed = feedparser.parse(file)
    if feed.version:
        yield Fields("")
        for entry in feed.entries:
            yield Fields("", url=entry.get("link"))


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
