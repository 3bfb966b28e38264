"""The guard before the page: its addresses, who may call them, and how often.

Gradio brings routes that Dateline has no use for (files, proxies, components): all but those in
_ROUTES are closed. A request from a page of another site is refused by its Origin and
Sec-Fetch-Site (CSRF, and reading across origins). A page on a loopback address is served under no
other name (DNS rebinding). Each client, an address or a /64 network of IPv6, has bounds. Past them
it gets status 429 and a line that the page shows.

Limits: scripts and styles of the page itself may be inline, as Gradio's are. Bounds are kept in
memory, by one process. On the public internet put a server with TLS in front.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.bodies import Refusal, Refused, in_time, with_own_files
from qa.web.headers import add_headers

_LOG = logging.getLogger("dateline.guard")

_ROUTES = re.compile(
    r"""/(?:
      (?:assets|static|svelte)/[^/]+(?:/[^/]+)*      # /assets/index-1a2b.js
    | api/(?:ask|retrieve|outlets|printed|docs|openapi\.json)
    | api/(?:articles/[^/].*|static/[\w.-]+)        # /api/articles/reports/a.txt
    | v1/(?:chat/completions|models) | mcp
    | favicon\.ico | manifest\.json | robots\.txt
    | theme\.css | config/? | login/? | logout | healthz
    | gradio_api/(?:
          (?:info|openapi\.json|config|startup-events|login_check|user|token)/?
        | (?:upload|upload_progress|cancel|reset|app_id|theme\.css)/?
        | heartbeat/\w+                              # /gradio_api/heartbeat/1a2b
        | queue/(?:join|data)/?                      # /gradio_api/queue/join
        | (?:call|run|api)/(?:v2/)?[\w-]+(?:/\w+)?/?  # /gradio_api/call/ask/1a2b
        )
    |                                                # the page itself, "/"
    )""",
    re.VERBOSE,
)
_EVENTS = re.compile(r"/gradio_api/(?:queue/join|call/|run/|api/)|/api/|/v1/|/mcp$")
_CARRIES_FILES = re.compile(r"/gradio_api/(?:queue/join|call/|run/|api/)")
_UPLOAD = "/gradio_api/upload"
_SLOWEST = 32_768  # bytes a second that a body must come in
_OWN_ERROR = Refusal(500, "expected an answer, found an error of Dateline's own; see its log")
_LOGINS_OF_ALL = 30  # times the tries of one client
_LOGIN_MINUTES = 5
_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may do."""

    events: int = 600  # questions, clicks and calls a minute
    at_once: int = 256  # requests that are answered or wait to be
    logins: int = 10  # tries in five minutes; 30 times as many of all clients together
    body: int = 16 * _MEGABYTE  # bytes of a request that uploads nothing
    upload: int = 256 * _MEGABYTE  # bytes of one that does
    uploads: int = 1024  # MB an hour
    body_takes: float = 20.0  # seconds; more for a large one, see qa/web/bodies.py


@dataclass(frozen=True, slots=True)
class _Request:
    """What the checks need of a request."""

    method: str
    path: str
    headers: Headers
    client: str

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS") or self.path == "/logout"

    @property
    def uploads(self) -> bool:
        return self.path.startswith(_UPLOAD)

    @property
    def length(self) -> int | None:
        """The bytes of its body; None if it does not say."""
        unsaid = "" if "transfer-encoding" in self.headers else "0"
        told = self.headers.get("content-length", unsaid)
        return int(told) if told.isdecimal() else None


class Guard:
    """The middleware. `hosts` are the names that the page may be called by; None: any.

    `uploads` is the folder of uploaded files; None: nobody may send one.
    """

    def __init__(
        self,
        app: ASGIApp,
        bounds: Bounds = Bounds(),
        hosts: frozenset[str] | None = None,
        uploads: Path | None = None,
    ) -> None:
        self._app, self._bounds, self._hosts, self._uploads = app, bounds, hosts, uploads
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._open: Counter[str] = Counter()  # the requests of each client that are answered now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on.

        The answer gets the headers that guard a browser.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                add_headers(message, scope["path"])
            await send(message)

        request = _Request(scope["method"], scope["path"], Headers(scope=scope), _client(scope))
        refusal = self._refusal(request)
        if refusal is None:
            try:
                await self._pass_on(request, scope, receive, guarded)
            except Refused as refused:
                refusal = refused.refusal
            except Exception:  # uvicorn would print it, with the words of the request
                _LOG.exception("error")
                refusal = _OWN_ERROR
        if refusal is None:
            return
        facts = {"status": refusal.status, "path": _kind(request.path)}
        _LOG.info("refused", extra={"facts": facts})
        if not begun:
            await _answer(guarded, refusal)

    async def _pass_on(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, its body bounded in time and without foreign files."""
        self._open[request.client] += 1
        try:
            received = in_time(receive, self._bounds.body_takes + (request.length or 0) // _SLOWEST)
            if _CARRIES_FILES.match(request.path) and request.changes:
                received = await with_own_files(received, self._uploads)
            await self._app(scope, received, send)
        finally:
            self._open[request.client] -= 1
            if not self._open[request.client]:
                del self._open[request.client]

    def _refusal(self, request: _Request) -> Refusal | None:
        """Return why a request goes no further, or None.

        The first check that fails decides.
        """
        refusal = self._wrong_place(request) or self._too_many_at_once(request)
        if refusal is not None or not request.changes or request.method == "GET":
            return refusal
        return self._too_large(request) or self._too_often(request)

    def _wrong_place(self, request: _Request) -> Refusal | None:
        """Check the name, the address and the site that a request comes from."""
        if self._hosts is not None and _name(request.host) not in self._hosts:
            names = " or ".join(sorted(self._hosts))
            return Refusal(
                421,
                f"expected the name {names}, found another; open the page under its own address",
            )
        path = request.path
        closed = request.uploads and self._uploads is None
        if closed or not _ROUTES.fullmatch(path) or "\\" in path or ".." in path.split("/"):
            return Refusal(404, "there is nothing at this address")
        origin = request.headers.get("origin")
        elsewhere = origin is not None and urlsplit(origin).netloc != request.host
        site = request.headers.get("sec-fetch-site", "none")
        if elsewhere or (request.changes and site not in ("same-origin", "none")):
            return Refusal(
                403,
                "expected a request of this page, found one of another site; open the page itself",
            )
        return None

    def _too_many_at_once(self, request: _Request) -> Refusal | None:
        most = self._bounds.at_once
        if self._open[request.client] < most:
            return None
        return Refusal(
            429, f"expected at most {most} requests at once, found more; wait for some to end"
        )

    def _too_large(self, request: _Request) -> Refusal | None:
        """Check the length of a request, and what its client has uploaded.

        Uploads are counted within an hour.
        """
        length = request.length
        if length is None:
            return Refusal(411, "expected the length of the request, found none")
        most = self._bounds.upload if request.uploads else self._bounds.body
        if length > most:
            return Refusal(
                413,
                f"expected at most {most // _MEGABYTE} MB at once, "
                f"found {length // _MEGABYTE} MB; send less at a time",
            )
        if not request.uploads:
            return None
        item, cost = RateLimitItemPerHour(self._bounds.uploads), 1 + length // _MEGABYTE
        if self._allowed(item, request.client, cost):
            return None
        return Refusal(
            429,
            f"expected at most {self._bounds.uploads} MB of uploads an hour, "
            "found more; go on later",
        )

    def _too_often(self, request: _Request) -> Refusal | None:
        """Count tries at a password, and questions and clicks."""
        bounds = self._bounds
        if request.path.startswith("/login") and not self._may_log_in(request.client):
            return Refusal(
                429,
                f"expected at most {bounds.logins} tries in five minutes, "
                "found more; wait five minutes",
            )
        item = RateLimitItemPerMinute(bounds.events)
        if _EVENTS.match(request.path) and not self._allowed(item, request.client):
            return Refusal(
                429,
                f"expected at most {bounds.events} questions and clicks a minute, "
                "found more; wait a moment and ask again",
            )
        return None

    def _may_log_in(self, client: str) -> bool:
        tries = self._bounds.logins
        own = RateLimitItemPerMinute(tries, _LOGIN_MINUTES)
        everybody = RateLimitItemPerMinute(_LOGINS_OF_ALL * tries, _LOGIN_MINUTES)
        return self._allowed(own, client) and self._allowed(everybody, "all")

    def _allowed(self, item: RateLimitItem, client: str, cost: int = 1) -> bool:
        return self._limiter.hit(item, client, cost=cost)


def _client(scope: Scope) -> str:
    """Return the client's address, or its network for IPv6.

    One customer has all addresses of such a network.
    """
    address = (scope.get("client") or ("unknown", 0))[0]
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return str(address)
    if number.version == 6:
        return str(ipaddress.ip_network((number, 64), strict=False))
    return str(number)


def _name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _kind(path: str) -> str:
    """Return the first parts of a path: what a log may say of it."""
    return "/".join(path[:60].split("/")[:3]) if _ROUTES.fullmatch(path) else "other"


async def _answer(send: Send, refusal: Refusal) -> None:
    """Answer a refused request by its status and its reason, as JSON."""
    body = json.dumps({"detail": refusal.reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.status == 429:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
