"""Asking a site for its pages, within what it allows.

robots.txt (RFC 9309, read by protego) and its crawl delay are kept to, and an answer is bounded in
bytes and in time. Limits: no scripts are run, no log-in is made, no proxy is used.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from index.corpus.connections import Deadline, Refused, Resolve, transport
from index.corpus.loaders.bounds import bounds
from index.version import __version__

LONGEST_DELAY = 30.0  # seconds between two pages of a site
_REDIRECTS = 5
_ROBOTS_BYTES = 500 * 1024
# A few bytes of other encodings can unpack to gigabytes.
_ENCODINGS = ("", "identity", "gzip", "x-gzip")


def agent() -> str:
    """Return what Dateline calls itself."""
    return f"dateline/{__version__} (question answering over articles that a person adds)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address led to, and the address at the end of its redirects."""

    url: str
    kind: str  # the media type
    charset: str | None  # as the server declares it
    data: bytes


class Site:
    """Fetches what one address leads to, within what each host allows.

    A context manager that ends its connections.
    """

    def __init__(
        self, url: str, private: bool, seconds: float, deadline: float, resolve: Resolve
    ) -> None:
        """Take the address, and whether its host may be in a private network.

        `seconds` without a byte, or `deadline` for a whole answer, end it. Raises Refused for
        what is no address of the web.
        """
        private_host = None
        host = checked_url(url).raw_host.decode("ascii")
        if private:
            private_host = host
        self._deadline = Deadline(deadline)
        self._client = httpx.Client(
            headers={"User-Agent": agent(), "Accept-Encoding": "gzip"},
            timeout=seconds,
            transport=transport(resolve, private_host, self._deadline),
            trust_env=False,
        )
        self._rules: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str) -> Answer:
        """Return what an address leads to.

        Raises Refused or httpx.HTTPError.
        """
        for _ in range(_REDIRECTS + 1):
            url = url.partition("#")[0]
            checked_url(url)
            self._check_robots(url)
            answer, data = self._bounded(url, bounds().page_mb << 20)
            if answer.has_redirect_location:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise Refused(f"expected the page, found status {answer.status_code}")
            return Answer(url, *_content_type(answer), data)
        raise Refused(f"it redirects more than {_REDIRECTS} times")

    def _check_robots(self, url: str) -> None:
        """Wait as long as robots.txt asks for.

        Raises Refused for a page that it does not allow.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = self._robots(f"{origin}/robots.txt")
        rules = self._rules[origin]
        if rules is None:
            raise Refused("its robots.txt does not answer, so nothing is fetched; try again later")
        if not rules.can_fetch(url, agent()):
            raise Refused("its robots.txt does not allow it")
        delay = rules.crawl_delay(agent()) or 0.0
        if delay > LONGEST_DELAY:
            raise Refused(
                f"its robots.txt asks for {delay:.0f} s between pages, "
                f"more than the {LONGEST_DELAY:.0f} s that are waited"
            )
        time.sleep(max(0.0, self._asked.get(origin, 0.0) + delay - time.monotonic()))
        self._asked[origin] = time.monotonic()

    def _robots(self, url: str) -> Protego | None:
        """Return the rules of a site, or None if it does not say.

        All is allowed if there is no such file.
        """
        try:
            for _ in range(_REDIRECTS + 1):
                answer, data = self._bounded(url, _ROBOTS_BYTES, cut=True)
                if not answer.has_redirect_location:
                    break
                url = urljoin(url, answer.headers["Location"])
                checked_url(url)
        except httpx.HTTPError:
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        if answer.status_code != 200:
            return Protego.parse("")
        return Protego.parse(data.decode("utf-8", "replace"))

    def _bounded(self, url: str, most: int, cut: bool = False) -> tuple[httpx.Response, bytes]:
        """Return an answer and its bytes, at most `most`.

        What is over is cut off if `cut`, else refused.
        """
        data = bytearray()
        self._deadline.restart()
        with self._client.stream("GET", url) as answer:
            packed = answer.headers.get("Content-Encoding", "").lower()
            if packed not in _ENCODINGS:
                raise Refused(f"expected it plain or gzipped, found {packed[:40]}")
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > most and cut:
                    break
                if len(data) > most:
                    raise Refused(
                        f"expected at most {most >> 20} MB, found more; or set DATELINE_PAGE_MB"
                    )
        return answer, bytes(data[:most])


def checked_url(url: str) -> httpx.URL:
    """Return the parts of an address.

    Raises Refused for what is no address of the web, or has a password in it.
    """
    try:
        parts = httpx.URL(url)
        good = _is_of_the_web(parts, url)
    except (httpx.InvalidURL, ValueError):
        good = False
    if not good:
        raise Refused(
            f"expected an address that begins with http:// or https://, found {url[:120]!r}"
        )
    if parts.userinfo:
        raise Refused("expected an address without a user name or password in it, found one with")
    return parts


def _is_of_the_web(parts: httpx.URL, url: str) -> bool:
    if parts.scheme not in ("http", "https") or parts.port == 0:
        return False
    if not parts.host or not urlsplit(url).hostname:
        return False
    return url.isprintable() and " " not in url


def _content_type(answer: httpx.Response) -> tuple[str, str | None]:
    """Return the media type and the charset of an answer; "" for no type."""
    header = answer.headers.get("Content-Type", "")
    declared = Message()
    declared["Content-Type"] = header
    return header.partition(";")[0].strip().lower(), declared.get_content_charset()
