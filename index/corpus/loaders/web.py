"""Pages of the web: saved as .html or .mhtml, listed in an RSS or Atom feed, archived as .warc.

trafilatura finds the story in a page, with its title, date, authors, outlet and canonical address; feedparser reads
feeds, warcio archives. Limits: a page larger than `Bounds` allow is skipped, as is a feed that declares XML entities.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, day
from index.types import Skipped

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BLOCKS = frozenset(
    "p div section article h1 h2 h3 h4 h5 h6 li ul ol tr table blockquote pre header footer figure figcaption br hr dd dt".split()
)
_UNSEEN = frozenset("script style head title noscript template".split())


def load_html(path: Path) -> Iterator[Fields | Skipped]:
    """.html, .htm, .xhtml: the story of a saved page, without its menus and advertisements."""
    yield page(path.read_bytes())


def load_mhtml(path: Path) -> Iterator[Fields | Skipped]:
    """.mhtml, .mht: a page as a browser saves it with its pictures; the page itself is read."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            where = part.get("Content-Location") or message.get("Snapshot-Content-Location")
            yield page(part.get_payload(decode=True), str(where) if where else None)  # type: ignore[arg-type]
            return
    raise ValueError("expected a page saved as MHTML, found no HTML in it")


def load_feed(path: Path) -> Iterator[Fields | Skipped]:
    """.rss, .atom, .xml: an article for each entry, with as much of its text as the feed gives."""
    import io

    import feedparser

    data = path.read_bytes()
    if _ENTITY.search(data):
        raise ValueError(
            "expected a feed without XML entity declarations, found some; they are not expanded"
        )
    feed = feedparser.parse(
        io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False
    )  # plain() keeps no markup
    if not feed.version:
        raise ValueError("expected an RSS or Atom feed, found something else")
    for number, entry in enumerate(feed.entries, 1):
        content = (
            max((part.get("value") or "" for part in entry.get("content", ())), key=len, default="")
            or entry.get("summary")
            or ""
        )
        key = entry.get("id") or entry.get("link") or number
        text = plain(content)
        if not text:
            yield Skipped(
                f":{key}", "there is no text in the entry; dateline add FEED fetches its page"
            )
            continue
        yield Fields(
            text,
            title=plain(entry.get("title") or "") or None,
            source=plain(feed.feed.get("title") or "") or None,
            published=_feed_day(entry),
            url=entry.get("link"),
            authors=tuple(
                author["name"] for author in entry.get("authors", ()) if author.get("name")
            ),
            part=f":{key}",
        )


def load_warc(path: Path) -> Iterator[Fields | Skipped]:
    """.warc, .warc.gz: each page, PDF or plain text that a crawler was given; pictures, scripts and refusals are passed over."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    from index.corpus.loaders.documents import load_pdf

    seen: set[str] = set()
    most = bounds().page_mb
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                headers = record.http_headers
                if (
                    record.rec_type != "response"
                    or headers is None
                    or headers.get_statuscode() != "200"
                ):
                    continue
                kind = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
                if kind not in ("text/html", "application/xhtml+xml", "application/pdf"):
                    continue
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                part = (
                    f":{url}"
                    if url not in seen
                    else f":{url} {record.rec_headers.get_header('WARC-Record-ID')}"
                )
                seen.add(url)
                data = record.content_stream().read((most << 20) + 1)
                if len(data) > most << 20:
                    yield Skipped(
                        part, f"expected at most {most} MB, found more; or set DATELINE_PAGE_MB"
                    )
                    continue
                try:
                    if kind == "application/pdf":
                        with NamedTemporaryFile(suffix=".pdf") as copy:
                            copy.write(data)
                            copy.flush()
                            items = list(load_pdf(Path(copy.name)))
                    else:
                        items = [page(data, url)]
                except ValueError as error:
                    items = [Skipped("", str(error))]
                for item in items:
                    yield (
                        Skipped(part, item.reason)
                        if isinstance(item, Skipped)
                        else replace(item, url=item.url or url, part=part)
                    )
        except ArchiveLoadFailed as error:
            raise ValueError(f"expected records of a web archive, found: {error}") from None


def page(data: bytes | str, url: str | None = None) -> Fields:
    """The story of a page. Raises ValueError where trafilatura finds none, or the page is larger than `Bounds` allow."""
    if len(data) > (most := bounds().page_mb) << 20:
        raise ValueError(
            f"expected a page of at most {most} MB, found {len(data) >> 20} MB; or set DATELINE_PAGE_MB"
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
    return Fields(
        found.text,
        title=found.title,
        source=found.sitename,
        published=day(found.date),
        url=found.url if urlsplit(found.url or "").scheme in ("http", "https") else url,
        authors=tuple(filter(None, map(str.strip, (found.author or "").split(";")))),
    )


def plain(html: str) -> str:
    """The words of a piece of HTML, a line for each of its blocks; plain text comes through as it is."""
    if "<" not in html and "&" not in html:
        return html.strip()
    import lxml.html

    pieces: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        if element.tag in _BLOCKS:
            pieces.append("\n")
        pieces.append(" ".join(f"·{element.text or ''}·".split())[1:-1])
        for child in element:
            walk(child)
            pieces.append(" ".join(f"·{child.tail or ''}·".split())[1:-1])
        if element.tag in _BLOCKS:
            pieces.append("\n")

    walk(lxml.html.fromstring(f"<div>{html}</div>"))
    return "\n\n".join(
        " ".join(line.split()) for line in "".join(pieces).split("\n") if line.strip()
    )


def _feed_day(entry: Any) -> Any:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return day(f"{moment[0]:04}-{moment[1]:02}-{moment[2]:02}") if moment is not None else None
