"""What stands before the page: which addresses there are, who may call them, how often and with how much; what a browser may do.

Gradio brings routes that Dateline has no use for (files, proxies, components): all but those in _ROUTES are closed. A
request from a page of another site is refused, by its Origin and Sec-Fetch-Site (CSRF, and reading across origins), and
on a loopback address one under another name (DNS rebinding). Each client, an address (or a /64 network of IPv6), has
bounds; past them it gets status 429 and a line that the page shows. Limits: scripts and styles of the page itself may
be inline, as Gradio's are; bounds are kept in memory, by one process. On the public internet put a server with TLS in front.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("dateline.guard")

_ROUTES = re.compile(
    r"/(?:|(?:assets|static|svelte)/[^/]+(?:/[^/]+)*|favicon\.ico|manifest\.json|robots\.txt|theme\.css|config/?|login/?|logout|healthz|"
    r"gradio_api/(?:(?:info|openapi\.json|config|startup-events|upload|upload_progress|login_check|user|token|cancel|reset|app_id|theme\.css)/?|"
    r"heartbeat/\w+|queue/(?:join|data)/?|(?:call|run|api)/(?:v2/)?[\w-]+(?:/\w+)?/?|mcp(?:/.*)?))"
)
_EVENTS = re.compile(r"/gradio_api/(?:queue/join|call/|run/|api/|mcp)")
_HEADERS = {
    # Gradio's page is started by an inline script and makes functions of the page's own `js`; nothing comes from elsewhere.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may do."""

    events: int = 600  # questions, clicks and calls a minute
    at_once: int = 256  # requests that are answered or wait to be
    logins: int = 10  # tries in five minutes; 30 times as many of all clients together
    body: int = 16 * 2**20  # bytes of a request that uploads nothing
    upload: int = 256 * 2**20  # bytes of one that does
    uploads: int = 1024  # MB an hour


class Guard:
    """The middleware. `hosts`: the names that the page may be called by; None: any."""

    def __init__(
        self, app: ASGIApp, bounds: Bounds = Bounds(), hosts: frozenset[str] | None = None
    ) -> None:
        self._app, self._bounds, self._hosts = app, bounds, hosts
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._now: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if not scope["path"].startswith(("/assets/", "/static/", "/svelte/")):
                    headers["Cache-Control"] = "no-store"
                message["headers"] = [
                    (name, _same_site(value) if name == b"set-cookie" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        client = _client(scope)
        refused = self._refused(scope, client)
        if refused is not None:
            _LOG.info(
                "refused", extra={"facts": {"status": refused[0], "path": _kind(scope["path"])}}
            )
            await _say(guarded, *refused)
            return
        self._now[client] += 1
        try:
            await self._app(scope, receive, guarded)
        finally:
            self._now[client] -= 1
            if not self._now[client]:
                del self._now[client]

    def _refused(self, scope: Scope, client: str) -> tuple[int, str] | None:
        """(status, why) of a request that goes no further."""
        path, headers, bounds = scope["path"], Headers(scope=scope), self._bounds
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return (
                421,
                f"expected the name {' or '.join(sorted(self._hosts))}, found another; open the page under its own address",
            )
        if not _ROUTES.fullmatch(path) or "\\" in path or ".." in path.split("/"):
            return 404, "there is nothing at this address"
        changes = scope["method"] not in ("GET", "HEAD", "OPTIONS") or path == "/logout"
        origin = headers.get("origin")
        if (origin is not None and urlsplit(origin).netloc != host) or (
            changes and headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
        ):
            return (
                403,
                "expected a request of this page, found one of another site; open the page itself",
            )
        if self._now[client] >= bounds.at_once:
            return (
                429,
                f"expected at most {bounds.at_once} requests at once, found more; wait for some to end",
            )
        if not changes or scope["method"] == "GET":
            return None
        length = headers.get("content-length", "0" if "transfer-encoding" not in headers else "")
        if not length.isdecimal():
            return 411, "expected the length of the request, found none"
        uploads = path.startswith("/gradio_api/upload")
        most = bounds.upload if uploads else bounds.body
        if int(length) > most:
            return (
                413,
                f"expected at most {most >> 20} MB at once, found {int(length) >> 20} MB; send less at a time",
            )
        if uploads and not self._allowed(
            RateLimitItemPerHour(bounds.uploads), client, cost=1 + (int(length) >> 20)
        ):
            return (
                429,
                f"expected at most {bounds.uploads} MB of uploads an hour, found more; go on later",
            )
        if path.startswith("/login"):
            tries = RateLimitItemPerMinute(bounds.logins, 5)
            if not (
                self._allowed(tries, client)
                and self._allowed(RateLimitItemPerMinute(30 * bounds.logins, 5), "all")
            ):
                return (
                    429,
                    f"expected at most {bounds.logins} tries in five minutes, found more; wait five minutes",
                )
        if _EVENTS.match(path) and not self._allowed(RateLimitItemPerMinute(bounds.events), client):
            return (
                429,
                f"expected at most {bounds.events} questions and clicks a minute, found more; wait a moment and ask again",
            )
        return None

    def _allowed(self, item: RateLimitItem, client: str, cost: int = 1) -> bool:
        return self._limiter.hit(item, client, cost=cost)


def _client(scope: Scope) -> str:
    """The client's address; of IPv6 its network, of which one customer has all addresses."""
    address = (scope.get("client") or ("unknown", 0))[0]
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return str(address)
    return (
        str(ipaddress.ip_network((number, 64), strict=False))
        if number.version == 6
        else str(number)
    )


def _name(host: str) -> str:
    """The name of a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _kind(path: str) -> str:
    """The first parts of a path: what a log may say of it."""
    return "/".join(path[:60].split("/")[:3]) if _ROUTES.fullmatch(path) else "other"


def _same_site(cookie: bytes) -> bytes:
    """A cookie that no request of another site carries."""
    kept = [part for part in cookie.split(b";") if not part.strip().lower().startswith(b"samesite")]
    return b";".join([*kept, b" SameSite=lax"])


async def _say(send: Send, status: int, why: str) -> None:
    body = json.dumps({"detail": why}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 429:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
