"""Articles from the web into a corpus folder: a page becomes a Markdown file with its front matter, a PDF a web archive.

What is asked of a site is what it allows: robots.txt (RFC 9309, read by protego) and its crawl delay are kept to, an
answer is bounded in bytes and in time, and neither a redirect nor a feed can lead from the public web to an address of
the user's own network. Limits: no scripts are run, no log-in is made.
"""

from __future__ import annotations

import gzip
import hashlib
import ipaddress
import os
import re
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import yaml
from protego import Protego

from index.loaders.fields import Fields
from index.loaders.web import LARGEST_PAGE, page
from index.types import Skipped

SECONDS, DEADLINE, LONGEST_DELAY = 15.0, 60.0, 30.0  # without a byte; for a whole answer; between two pages of a site
_REDIRECTS, _ROBOTS_BYTES = 5, 500 * 1024


@dataclass(frozen=True, slots=True)
class Added:
    """An article that was fetched, and the file it went to."""

    url: str
    path: Path
    title: str | None


class _Refused(ValueError):
    """Why an address gives nothing."""


@lru_cache(maxsize=1)
def agent() -> str:
    """What Dateline calls itself."""
    from importlib.metadata import version

    return f"dateline/{version('dateline')} (question answering over articles that a person adds)"


def fetch(
    urls: Sequence[str], corpus: Path, *, most: int = 50, seconds: float = SECONDS, deadline: float = DEADLINE
) -> Iterator[Added | Skipped]:
    """Fetch each page, or the `most` newest pages of each feed, into `corpus`/added. Fetched again, a page goes to the same file."""
    with httpx.Client(headers={"User-Agent": agent()}, timeout=seconds) as client:
        for url in urls:
            try:
                site = _Site(client, urlsplit(url).hostname, deadline)
                found, kind, data = site.get(url)
                links = _links_of_feed(found, kind, data)
                if links is None:
                    yield _kept(found, kind, data, corpus)
                    continue
            except (_Refused, httpx.HTTPError, ValueError) as error:
                yield Skipped(url, _reason(error))
                continue
            if not links:
                yield Skipped(url, "the feed links to no page")
            for link in links[:most]:
                try:
                    yield _kept(*site.get(link), corpus)
                except (_Refused, httpx.HTTPError, ValueError) as error:
                    yield Skipped(link, _reason(error))


class _Site:
    """Fetches what one address leads to, within what each host allows. `named`: the host that the user named, which may be anywhere."""

    def __init__(self, client: httpx.Client, named: str | None, deadline: float) -> None:
        self._client, self._named, self._deadline = client, named, deadline
        self._rules: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}

    def get(self, url: str) -> tuple[str, str, bytes]:
        """(address at the end of its redirects, media type, bytes). Raises _Refused or httpx.HTTPError."""
        for _ in range(_REDIRECTS + 1):
            url = url.partition("#")[0]
            self._check_address(url)
            self._check_robots(url)
            answer, data = self._bounded(url, LARGEST_PAGE)
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise _Refused(f"expected the page, found status {answer.status_code}")
            return url, answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(), data
        raise _Refused(f"it redirects more than {_REDIRECTS} times")

    def _check_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _Refused("expected an address that begins with http:// or https://")
        if parts.hostname == self._named:
            return
        try:
            found = {ipaddress.ip_address(str(place[4][0]).partition("%")[0]) for place in socket.getaddrinfo(parts.hostname, None)}
        except (OSError, UnicodeError) as error:
            raise _Refused(f"no address is known for {parts.hostname} ({error})") from None
        if not all(address.is_global for address in found):
            raise _Refused(f"{parts.hostname} is in a private network; name it yourself to add from it")

    def _check_robots(self, url: str) -> None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = self._robots(f"{origin}/robots.txt")
        rules = self._rules[origin]
        if rules is None:
            raise _Refused("its robots.txt does not answer, so nothing is fetched; try again later")
        if not rules.can_fetch(url, agent()):
            raise _Refused("its robots.txt does not allow it")
        delay = rules.crawl_delay(agent()) or 0.0
        if delay > LONGEST_DELAY:
            raise _Refused(f"its robots.txt asks for {delay:.0f} s between pages, more than the {LONGEST_DELAY:.0f} s that are waited")
        time.sleep(max(0.0, self._asked.get(origin, 0.0) + delay - time.monotonic()))
        self._asked[origin] = time.monotonic()

    def _robots(self, url: str) -> Protego | None:
        """The rules; all is allowed where there is no such file, None where the site does not say."""
        try:
            for _ in range(_REDIRECTS + 1):
                answer, data = self._bounded(url, _ROBOTS_BYTES, cut=True)
                if not answer.is_redirect:
                    break
                url = urljoin(url, answer.headers["Location"])
                self._check_address(url)
        except (_Refused, httpx.HTTPError):
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        return Protego.parse(data.decode("utf-8", "replace") if answer.status_code == 200 else "")

    def _bounded(self, url: str, most: int, cut: bool = False) -> tuple[httpx.Response, bytes]:
        data, began = bytearray(), time.monotonic()
        with self._client.stream("GET", url) as answer:
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > most and cut:
                    break
                if len(data) > most:
                    raise _Refused(f"expected at most {most >> 20} MB, found more")
                if time.monotonic() - began > self._deadline:
                    raise _Refused(f"it took over {self._deadline:.0f} s")
        return answer, bytes(data[:most])


def _links_of_feed(url: str, kind: str, data: bytes) -> list[str] | None:
    """The pages that a feed lists, the newest first as it has them; None for what is no feed."""
    if "html" in kind or not (kind.endswith("xml") or data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<rss", b"<feed"))):
        return None
    if b"<!entity" in data.lower():
        raise _Refused("the feed declares XML entities, which are not expanded")
    import io

    import feedparser

    feed = feedparser.parse(io.BytesIO(data))
    if not feed.version:
        return None
    return list(dict.fromkeys(urljoin(url, entry["link"]) for entry in feed.entries if entry.get("link")))


def _kept(url: str, kind: str, data: bytes, corpus: Path) -> Added:
    """Write the article. Raises _Refused for what is neither page nor PDF, ValueError for a page without a story."""
    if kind == "application/pdf" or data.startswith(b"%PDF-"):
        path = _file(corpus, url, ".warc.gz")
        _write(path, _archived(url, data))
        return Added(url, path, None)
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", ""):
        raise _Refused(f"expected a page, a feed or a PDF, found {kind}")
    found = page(data, url) if kind != "text/plain" else Fields(data.decode("utf-8", "replace"))
    address = found.url if found.url and urlsplit(found.url).hostname == urlsplit(url).hostname else url
    front = {
        "title": found.title,
        "source": found.source or urlsplit(url).hostname,
        "published": found.published,
        "url": address,
        "authors": list(found.authors) or None,
    }
    head = yaml.safe_dump({name: value for name, value in front.items() if value is not None}, allow_unicode=True, sort_keys=False)
    path = _file(corpus, address, ".md")
    _write(path, f"---\n{head}---\n\n{found.text}\n".encode("utf-8", "replace"))
    return Added(address, path, found.title)


def _file(corpus: Path, url: str, suffix: str) -> Path:
    """Where an address goes: readable, and never the place of another address."""
    parts = urlsplit(url)
    words = re.sub(r"[^a-z0-9]+", "-", parts.path.rpartition(".")[0].lower() if "." in parts.path[-6:] else parts.path.lower()).strip("-")
    name = f"{words[-60:].strip('-') or 'page'}-{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}{suffix}"
    return corpus / "added" / re.sub(r"[^a-z0-9.-]+", "-", (parts.hostname or "").lower()).strip(".-") / name


def _archived(url: str, data: bytes) -> bytes:
    """One answer as a compressed web archive (ISO 28500): it keeps the address of a file that has no place for it."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + data
    id = hashlib.sha256(answer).hexdigest()[:32]
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\r\n"
        f"WARC-Record-ID: <urn:uuid:{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n")


def _write(path: Path, data: bytes) -> None:
    """At one instant, so that a build meets the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(path)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer in time"
    return " ".join(str(error).split()) or type(error).__name__
