"""One page of the web, fetched within bounds: for a user who adds an article by its address.

Only http and https; at most SIZE bytes, SECONDS in all and REDIRECTS hops. Every address that a name resolves to is
looked at before a connection is made, and the connection goes to the address that was looked at, so that a name which
resolves to another one later leads nowhere. An address that is not of the public internet is refused unless `private`
is allowed. Limits: no proxy is used; no script of the page runs.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from index.types import DatelineError

SIZE, SECONDS, REDIRECTS = 10 * 2**20, 20.0, 5
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, the suffix of a file that holds such, and the address after redirects."""

    data: bytes
    suffix: str
    url: str


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises OSError where it has none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def fetch(url: str, *, private: bool = False, resolve: Resolve = resolved, seconds: float = SECONDS, size: int = SIZE) -> Fetched:
    """Fetch an http or https address. Raises DatelineError, one line, for whatever keeps it from coming."""
    until = time.monotonic() + seconds
    url = url.strip()
    for _ in range(REDIRECTS + 1):
        parts = _checked(url)
        moved, fetched = _once(parts, url, until, size, private, resolve)
        if fetched is not None:
            return fetched
        url = urljoin(url, moved)
    raise DatelineError(
        f"expected an article at {_short(url)}, found more than {REDIRECTS} redirects; open it in a browser and paste its text"
    )


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise DatelineError(f"expected an address that begins with http:// or https://, found {_short(url)!r}")
    if parts.username is not None or parts.password is not None:
        raise DatelineError("expected an address without a user name or password in it, found one with")
    return parts


def _once(parts: SplitResult, url: str, until: float, size: int, private: bool, resolve: Resolve) -> tuple[str, Fetched | None]:
    """(where it moved, None) or ("", what came)."""
    host = parts.hostname or ""
    port = parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)
    try:
        address = _allowed(resolve(host.encode("idna").decode("ascii") if not _is_address(host) else host, port), host, private)
        connection = _connected(parts.scheme, host, address, port, until)
    except UnicodeError:
        raise DatelineError(f"expected the name of a web site in {_short(url)}, found {host[:60]!r}") from None
    except OSError as error:
        raise DatelineError(
            f"expected to reach {host}, found: {error.strerror or error}; is this machine on the network? Paste the article's text instead"
        ) from None
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        safe = "".join(character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode()) for character in path)
        connection.request(
            "GET", safe, headers={"User-Agent": "Dateline", "Accept": "text/html,text/plain,*/*;q=0.1", "Accept-Encoding": "identity"}
        )
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308) and (moved := answer.getheader("Location")):
            return moved, None
        if answer.status != 200:
            raise DatelineError(f"expected an article at {_short(url)}, found status {answer.status} {(answer.reason or '')[:40]}")
        kind = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in _SUFFIXES:
            raise DatelineError(f"expected a page of text at {_short(url)}, found {kind[:60] or 'something that does not say what it is'}")
        return "", Fetched(_read(answer, connection, until, size, url), _SUFFIXES[kind], url)
    except (OSError, http.client.HTTPException) as error:
        reason = "it took too long" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        raise DatelineError(f"expected an article at {_short(url)}, found: {reason}; paste its text instead") from None
    finally:
        connection.close()


def _allowed(addresses: list[str], host: str, private: bool) -> str:
    """The first address, where all are allowed: a name with one public and one private address is no honest one."""
    if not addresses:
        raise OSError("no address")
    for address in addresses:
        number = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
        if not private and not all(one.is_global and not one.is_multicast for one in (number, mapped) if one is not None):
            raise DatelineError(
                f"expected a site of the public internet, found {host[:60]} at {address}; a page of your own network can be pasted"
            )
    return addresses[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _connected(scheme: str, host: str, address: str, port: int, until: float) -> http.client.HTTPConnection:
    """A connection to `address`, speaking to it as `host`."""
    left = max(0.1, until - time.monotonic())
    line = socket.create_connection((address, port), timeout=left)
    if scheme == "https":
        try:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        except (OSError, ValueError):
            line.close()
            raise
    connection = http.client.HTTPConnection(host, port, timeout=left)
    connection.sock = line
    return connection


def _read(answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float, size: int, url: str) -> bytes:
    pieces: list[bytes] = []
    while True:
        if (left := until - time.monotonic()) <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = answer.read1(65_536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        if sum(map(len, pieces)) > size:
            raise DatelineError(f"expected at most {size // 2**20} MB at {_short(url)}, found more")


def _short(url: str) -> str:
    return url if len(url) <= 120 else f"{url[:119]}…"
