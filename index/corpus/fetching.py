"""Articles from the web into a corpus folder: a page becomes a Markdown file with its front matter, a PDF a web archive.

What is asked of a site is what it allows: robots.txt (RFC 9309, read by protego) and its crawl delay are kept to, and an
answer is bounded in bytes and in time. Neither a redirect, nor a feed, nor a name that resolves to another address the
second time (DNS rebinding) can lead into the user's own network: a name is resolved once for each connection, by
`_Looked`, which looks at what it found and connects to that. Limits: no scripts are run, no log-in is made, no proxy is
used.
"""

from __future__ import annotations

import gzip
import hashlib
import ipaddress
import os
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
import yaml
from protego import Protego

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields
from index.corpus.loaders.web import page
from index.types import Skipped

SECONDS, DEADLINE, LONGEST_DELAY = (
    15.0,
    60.0,
    30.0,
)  # without a byte; for a whole answer; between two pages of a site
_REDIRECTS, _ROBOTS_BYTES = 5, 500 * 1024
_PLAIN = ("text/plain", "text/markdown")

Resolve = Callable[
    [str, int], list[str]
]  # the addresses of a host; raises OSError where it has none


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


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system. Raises OSError where it has none."""
    return list(
        dict.fromkeys(
            str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    )


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
    """Fetch each page, or the `most` newest pages of each feed, into `corpus`/added. Fetched again, a page goes to the same file.

    `private`: whether a host of `urls` may be of a private network, as the user named it; one that a redirect or a feed
    names never may. `seconds` without a byte, or `deadline` for a whole answer, end it.
    """
    for url in urls:
        try:
            site = _Site(url.strip(), private, seconds, deadline, resolve)
        except _Refused as error:
            yield Skipped(url, str(error))
            continue
        with site:
            yield from _fetched(site, url, corpus, most)


def _fetched(site: _Site, url: str, corpus: Path, most: int) -> Iterator[Added | Skipped]:
    try:
        found, kind, data = site.get(url.strip())
        links = _links_of_feed(found, kind, data)
        if links is None:
            yield _kept(found, kind, data, corpus)
            return
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield Skipped(url, _reason(error))
        return
    if not links:
        yield Skipped(url, "the feed links to no page")
    for link in links[:most]:
        try:
            yield _kept(*site.get(link), corpus)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            yield Skipped(link, _reason(error))


class _Looked(httpcore.NetworkBackend):
    """Connects to the very address that was looked at. `named`: the host that may be private, in ASCII; None: none may."""

    def __init__(self, resolve: Resolve, named: str | None, deadline: float) -> None:
        self._resolve, self._named, self.deadline = resolve, named, deadline
        self.until = 0.0  # on the monotonic clock: when the answer must be whole
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
            if not addresses:
                raise OSError("no address")
        except (OSError, UnicodeError) as error:
            raise _Refused(
                _unreached(host, getattr(error, "strerror", None) or str(error))
            ) from None
        if host != self._named:
            for address in (
                addresses
            ):  # all of them: a name with one public and one private address is no honest one
                if not _public(address):
                    raise _Refused(
                        f"expected a site of the public internet, found {host[:60]} in a private network, at {address}; "
                        "name it yourself to dateline add, or paste the article's text"
                    )
        for number, address in enumerate(addresses, 1):
            try:
                return _Timed(
                    self._plain.connect_tcp(
                        address, port, self.left(timeout), local_address, socket_options
                    ),
                    self,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                if number == len(addresses):
                    raise _Refused(
                        _unreached(
                            host, getattr(error.__cause__ or error, "strerror", None) or "no answer"
                        )
                    ) from None
        raise AssertionError("there is at least one address")

    def left(self, timeout: float | None) -> float:
        """How long to wait for the next byte. Raises _Refused where the time for the answer is up."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise _Refused(f"it took over {self.deadline:.0f} s")
        return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait ends by the time the answer must be whole: a server that drips its headers is ended too."""

    def __init__(self, stream: httpcore.NetworkStream, line: _Looked) -> None:
        self._stream, self._line = stream, line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._line.left(timeout))
        except httpcore.ReadTimeout:
            self._line.left(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._line.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(
            self._stream.start_tls(ssl_context, server_hostname, self._line.left(timeout)),
            self._line,
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _public(address: str) -> bool:
    """Whether an address is one of the public internet; one of IPv6 that leads to one of IPv4 is judged by that."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        within = (
            number.ipv4_mapped
            or number.sixtofour
            or (ipaddress.IPv4Address(number.packed[-4:]) if number in _TRANSLATED else None)
        )
        if within is None:
            return number in _UNICAST and number.is_global
        number = within
    return number.is_global and not number.is_multicast


_UNICAST = ipaddress.IPv6Network(
    "2000::/3"
)  # the rest of IPv6 is local, multicast or nobody's (RFC 4291, IANA)
_TRANSLATED = ipaddress.IPv6Network(
    "64:ff9b::/96"
)  # NAT64: the last four bytes are an address of IPv4 (RFC 6052)


def _unreached(host: str, found: str) -> str:
    return f"expected to reach {host[:60]}, found: {found}; is this machine on the network?"


class _Transport(httpx.HTTPTransport):
    """httpx over connections of our own making."""

    def __init__(self, line: _Looked) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=line
        )


class _Site:
    """Fetches what one address leads to, within what each host allows. A context manager that ends its connections."""

    def __init__(
        self, url: str, private: bool, seconds: float, deadline: float, resolve: Resolve
    ) -> None:
        """Raises _Refused for what is no address of the web."""
        named = _checked(url).raw_host.decode("ascii")
        self._line = _Looked(resolve, named if private else None, deadline)
        headers = {"User-Agent": agent(), "Accept-Encoding": "gzip"}
        self._client = httpx.Client(
            headers=headers, timeout=seconds, transport=_Transport(self._line), trust_env=False
        )
        self._rules: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}

    def __enter__(self) -> _Site:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str) -> tuple[str, str, bytes]:
        """(address at the end of its redirects, media type, bytes). Raises _Refused or httpx.HTTPError."""
        for _ in range(_REDIRECTS + 1):
            url = url.partition("#")[0]
            _checked(url)
            self._check_robots(url)
            answer, data = self._bounded(url, bounds().page_mb << 20)
            if answer.has_redirect_location:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise _Refused(f"expected the page, found status {answer.status_code}")
            return (
                url,
                answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                data,
            )
        raise _Refused(f"it redirects more than {_REDIRECTS} times")

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
            raise _Refused(
                f"its robots.txt asks for {delay:.0f} s between pages, more than the {LONGEST_DELAY:.0f} s that are waited"
            )
        time.sleep(max(0.0, self._asked.get(origin, 0.0) + delay - time.monotonic()))
        self._asked[origin] = time.monotonic()

    def _robots(self, url: str) -> Protego | None:
        """The rules; all is allowed where there is no such file, None where the site does not say."""
        try:
            for _ in range(_REDIRECTS + 1):
                answer, data = self._bounded(url, _ROBOTS_BYTES, cut=True)
                if not answer.has_redirect_location:
                    break
                url = urljoin(url, answer.headers["Location"])
                _checked(url)
        except httpx.HTTPError:
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        return Protego.parse(data.decode("utf-8", "replace") if answer.status_code == 200 else "")

    def _bounded(self, url: str, most: int, cut: bool = False) -> tuple[httpx.Response, bytes]:
        data = bytearray()
        self._line.until = time.monotonic() + self._line.deadline
        with self._client.stream("GET", url) as answer:
            if (packed := answer.headers.get("Content-Encoding", "").lower()) not in (
                "",
                "identity",
                "gzip",
                "x-gzip",
            ):
                raise _Refused(
                    f"expected it plain or gzipped, found {packed[:40]}"
                )  # a few bytes of others can unpack to gigabytes
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > most and cut:
                    break
                if len(data) > most:
                    raise _Refused(
                        f"expected at most {most >> 20} MB, found more; or set DATELINE_PAGE_MB"
                    )
        return answer, bytes(data[:most])


def _checked(url: str) -> httpx.URL:
    """The parts of an address. Raises _Refused for what is none of the web, or has a password in it."""
    try:
        parts = httpx.URL(url)
        good = (
            parts.scheme in ("http", "https")
            and parts.host
            and urlsplit(url).hostname
            and parts.port != 0
            and url.isprintable()
            and " " not in url
        )
    except (httpx.InvalidURL, ValueError):
        good = False
    if not good:
        raise _Refused(
            f"expected an address that begins with http:// or https://, found {url[:120]!r}"
        )
    if parts.userinfo:
        raise _Refused("expected an address without a user name or password in it, found one with")
    return parts


def _links_of_feed(url: str, kind: str, data: bytes) -> list[str] | None:
    """The pages that a feed lists, the newest first as it has them; None for what is no feed."""
    if "html" in kind or not (
        kind.endswith("xml")
        or data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<rss", b"<feed"))
    ):
        return None
    if b"<!entity" in data.lower():
        raise _Refused("the feed declares XML entities, which are not expanded")
    import io

    import feedparser

    feed = feedparser.parse(io.BytesIO(data))
    if not feed.version:
        return None
    return list(
        dict.fromkeys(urljoin(url, entry["link"]) for entry in feed.entries if entry.get("link"))
    )


def _kept(url: str, kind: str, data: bytes, corpus: Path) -> Added:
    """Write the article. Raises _Refused for what is neither page nor PDF, ValueError for a page without a story."""
    if kind == "application/pdf" or data.startswith(b"%PDF-"):
        path = _file(corpus, url, ".warc.gz")
        _write(path, _archived(url, data))
        return Added(url, path, None)
    if kind not in ("text/html", "application/xhtml+xml", *_PLAIN, ""):
        raise _Refused(f"expected a page, a feed or a PDF, found {kind}")
    found = page(data, url) if kind not in _PLAIN else Fields(data.decode("utf-8", "replace"))
    address = (
        found.url if found.url and urlsplit(found.url).hostname == urlsplit(url).hostname else url
    )
    front = {
        "title": found.title,
        "source": found.source or urlsplit(url).hostname,
        "published": found.published,
        "url": address,
        "authors": list(found.authors) or None,
    }
    head = yaml.safe_dump(
        {name: value for name, value in front.items() if value is not None},
        allow_unicode=True,
        sort_keys=False,
    )
    path = _file(corpus, address, ".md")
    _write(path, f"---\n{head}---\n\n{found.text}\n".encode("utf-8", "replace"))
    return Added(address, path, found.title)


def _file(corpus: Path, url: str, suffix: str) -> Path:
    """Where an address goes: readable, and never the place of another address."""
    parts = urlsplit(url)
    words = re.sub(
        r"[^a-z0-9]+",
        "-",
        parts.path.rpartition(".")[0].lower() if "." in parts.path[-6:] else parts.path.lower(),
    ).strip("-")
    name = f"{words[-60:].strip('-') or 'page'}-{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}{suffix}"
    return (
        corpus
        / "added"
        / re.sub(r"[^a-z0-9.-]+", "-", (parts.hostname or "").lower()).strip(".-")
        / name
    )


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
