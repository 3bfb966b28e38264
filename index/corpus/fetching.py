"""Articles from the web into a corpus folder.

A page becomes a Markdown file with its front matter, a PDF becomes a web archive, which keeps its
address. A feed gives its newest pages. What is fetched is parsed in a process of its own
(index/corpus/loaders/sandbox.py). What a site allows: index/corpus/sites.py. What keeps a
fetch out of the user's own network: index/corpus/connections.py.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urljoin, urlsplit

import httpx
import yaml

from index.corpus.connections import Refused, Resolve, resolved
from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import decode
from index.corpus.loaders.fields import Fields
from index.corpus.loaders.pages import HTML
from index.corpus.loaders.registry import FEED_LINKS
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.sites import Answer, Site
from index.types import Skipped

SECONDS = 15.0  # without a byte
DEADLINE = 60.0  # seconds for a whole answer
_PLAIN = ("text/plain", "text/markdown")
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError)


@dataclass(frozen=True, slots=True)
class Added:
    """An article that was fetched, and the file it went to."""

    url: str
    path: Path
    title: str | None


def fetch(
    urls: Sequence[str],
    corpus: Path,
    *,
    most: int = 50,
    private: bool = True,
    seconds: float = SECONDS,
    deadline: float = DEADLINE,
    resolve: Resolve = resolved,
) -> Iterator[Added | Skipped]:
    """Fetch each page, or the `most` newest pages of each feed, into `corpus`/added.

    Fetched again, a page goes to the same file. `private` says whether a host of `urls` may be in a
    private network, since the user named it. A host that a redirect or a feed names never may.
    `seconds` without a byte, or `deadline` for a whole answer, end it.
    """
    with Sandbox(bounds()) as sandbox:
        for url in urls:
            try:
                site = Site(url.strip(), private, seconds, deadline, resolve)
            except Refused as error:
                yield Skipped(url, str(error))
                continue
            with site:
                yield from _fetch_from(site, url, corpus, most, sandbox)


def _fetch_from(
    site: Site, url: str, corpus: Path, most: int, sandbox: Sandbox
) -> Iterator[Added | Skipped]:
    try:
        found = site.get(url.strip())
        links = _links_of_feed(found, sandbox)
        if links is None:
            yield _keep(found, corpus, sandbox)
            return
    except _FAILURES as error:
        yield Skipped(url, _reason(error))
        return
    if not links:
        yield Skipped(url, "the feed links to no page")
    for link in links[:most]:
        try:
            yield _keep(site.get(link), corpus, sandbox)
        except _FAILURES as error:
            yield Skipped(link, _reason(error))


def _links_of_feed(answer: Answer, sandbox: Sandbox) -> list[str] | None:
    """Return the pages that a feed lists, in its order; None for what is no feed."""
    kind, data = answer.kind, answer.data
    if "html" in kind:
        return None
    begins_as_feed = data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<rss", b"<feed"))
    if not kind.endswith("xml") and not begins_as_feed:
        return None
    if b"<!entity" in data.lower():
        raise Refused("the feed declares XML entities, which are not expanded")
    items = _parsed(data, FEED_LINKS, sandbox)
    if not items:
        return None
    links = [urljoin(answer.url, item.url) for item in items if item.url]
    return list(dict.fromkeys(links))


def _parsed(data: bytes, name: str, sandbox: Sandbox) -> list[Fields]:
    """Return what the loader for `name` reads in some bytes, in the sandbox.

    Raises ValueError, which says why, if there is something it cannot read.
    """
    with NamedTemporaryFile(prefix="dateline-") as copy:
        copy.write(data)
        copy.flush()
        items = list(sandbox.read(Path(copy.name), name))
    found = []
    for item in items:
        if isinstance(item, Skipped):
            raise ValueError(item.reason)
        if isinstance(item, Fields):
            found.append(item)
    return found


def _keep(answer: Answer, corpus: Path, sandbox: Sandbox) -> Added:
    """Write an article to its file.

    Raises Refused for what is neither page nor PDF, ValueError for a page without a story.
    """
    url, kind, data = answer.url, answer.kind, answer.data
    if kind == "application/pdf" or data.startswith(b"%PDF-"):
        path = _file(corpus, url, ".warc.gz")
        _write(path, gzip.compress(_archived(url, "application/pdf", data)))
        return Added(url, path, None)
    if kind in _PLAIN:
        found = Fields(decode(data, answer.charset).text)
    elif kind in HTML or not kind:
        declared = f"text/html; charset={answer.charset}" if answer.charset else "text/html"
        (found,) = _parsed(_archived(url, declared, data), "page.warc", sandbox)
    else:
        raise Refused(f"expected a page, a feed or a PDF, found {kind}")
    host = urlsplit(url).hostname
    address = url
    if found.url and urlsplit(found.url).hostname == host:  # the page's own name for itself
        address = found.url
    path = _file(corpus, address, ".md")
    _write(path, _markdown(found, found.source or host, address))
    return Added(address, path, found.title)


def _markdown(article: Fields, source: str | None, url: str) -> bytes:
    """Return the text of an article with its front matter: the fields it has."""
    front = {
        "title": article.title,
        "source": source,
        "published": article.published,
        "url": url,
        "authors": list(article.authors) or None,
    }
    known = {name: value for name, value in front.items() if value is not None}
    head = yaml.safe_dump(known, allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n{article.text}\n".encode("utf-8", "replace")


def _file(corpus: Path, url: str, suffix: str) -> Path:
    """Return where an address goes: readable, and never the place of another address."""
    parts = urlsplit(url)
    place = parts.path
    if "." in place[-6:]:
        place = place.rpartition(".")[0]
    words = re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-")[-60:].strip("-") or "page"
    host = re.sub(r"[^a-z0-9.-]+", "-", (parts.hostname or "").lower()).strip(".-")
    known = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:8]
    return corpus / "added" / host / f"{words}-{known}{suffix}"


def _archived(url: str, kind: str, data: bytes) -> bytes:
    """Return an answer as a web archive (ISO 28500), which keeps its address."""
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + data
    id = hashlib.sha256(answer).hexdigest()[:32]
    head = (
        "WARC/1.0\r\n"
        "WARC-Type: response\r\n"
        f"WARC-Target-URI: {url}\r\n"
        f"WARC-Date: {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\r\n"
        f"WARC-Record-ID: <urn:uuid:{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def _write(path: Path, data: bytes) -> None:
    """Write a file at one instant, so that a build meets the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(path)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer in time"
    return " ".join(str(error).split()) or type(error).__name__
