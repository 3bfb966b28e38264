"""The HTTP server: how long it waits for a request, and how it ends.

A connection has seconds to send the head of a request, and one client so many connections. SIGTERM
and Ctrl-C end the server alike: open answers get a moment to end, then temporary files go.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from index.types import DatelineError

_HEAD_TAKES = 10.0  # seconds at most
_KEPT_ALIVE = 20  # seconds between two requests of a connection
_CONNECTIONS = 300  # of one client that is no trusted proxy
_LARGEST_HEAD = 65_536  # bytes
_ENDS_IN = 5  # seconds, for answers that are under way
_HIGHEST_PORT = 65_535
_OPEN_FILES = 65_536
_BACKLOG = 2_048
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_port(port: int, option: str) -> int:
    """Return a port that can be. Raises DatelineError, naming the option."""
    if 0 < port <= _HIGHEST_PORT:
        return port
    raise DatelineError(f"expected a port from 1 to {_HIGHEST_PORT} for {option}, found {port}")


class Patient(H11Protocol):
    """A connection whose patience ends: uvicorn itself waits for a head for ever."""

    head_takes: ClassVar[float] = _HEAD_TAKES
    most: ClassVar[int] = _CONNECTIONS
    trusted: ClassVar[frozenset[Network]] = frozenset()
    _open: ClassVar[Counter[str]] = Counter()
    _waiting: asyncio.TimerHandle | None = None
    _address: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the head of a request; close a connection too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._address = self.client[0] if self.client else "unknown"
        self._open[self._address] += 1
        if self._open[self._address] > self.most and not self._is_trusted(self._address):
            self.transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._stop_waiting()
        if self._address is not None:
            self._open[self._address] -= 1
            if not self._open[self._address]:
                del self._open[self._address]

    def data_received(self, data: bytes) -> None:
        """Read on; wait for the rest of a head, however often a byte of it comes."""
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        elif self._waiting is None:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; no answer follows to a request that it belongs to.

        uvicorn itself fails if that request is answered, or was, before its body is whole.
        """
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for the head of a next request that has begun already."""
        super().on_response_complete()
        if not self._is_answering() and self.conn.trailing_data[0]:
            self._wait()

    def _is_trusted(self, address: str) -> bool:
        try:
            number = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(number in network for network in self.trusted)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(self.head_takes, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        if not self._is_answering():
            self.transport.abort()


class _Server(uvicorn.Server):
    """A server that says when it ends: streams of the page would hold it up."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the streams, then the server."""
        self._ending()
        super().handle_exit(sig, frame)


@contextmanager
def bound(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Hold sockets that are bound to every address of a host.

    Raises DatelineError for a port that is taken, and for a host that is none of this machine's.
    """
    sockets = _bind(host, check_port(port, "--port"))
    try:
        yield sockets
    finally:
        _close(sockets)


def _bind(host: str, port: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    problem: OSError | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    for family, kind, _, _, address in found:
        try:
            bound.append(_bound(family, kind, address))
        except OSError as error:  # "localhost" has an address of IPv6 if this machine has or not
            problem = error
    if problem is not None and (not bound or problem.errno == errno.EADDRINUSE):
        _close(bound)
        said = problem.strerror
        if problem.errno == errno.EADDRINUSE:
            said = "it taken"
        raise DatelineError(
            f"expected port {port} of {host} to be free, found {said}; give another with --port"
        )
    if not bound:
        raise DatelineError(f"expected an address of this machine for --host, found {host[:80]}")
    return bound


def listen(
    app: ASGIApp,
    sockets: list[socket.socket],
    trusted: frozenset[Network] = frozenset(),
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Serve an application on sockets until SIGINT or SIGTERM; return then.

    `trusted` are networks of proxies whose X-Forwarded-For tells the client.
    """
    _allow_many_files()
    Patient.trusted = trusted
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        proxy_headers=bool(trusted),
        forwarded_allow_ips=sorted(map(str, trusted)),
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEPT_ALIVE,
        timeout_graceful_shutdown=_ENDS_IN,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    # uvicorn raises the signal again when it is done; by then it only ends `run`.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _Server(config, ending).run(sockets)
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


def _bound(family: int, kind: int, address: Any) -> socket.socket:
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)  # only now is the port taken for others
    except OSError:
        bound.close()
        raise
    return bound


def _allow_many_files() -> None:
    """Allow as many open files as the system lets this user have, but not millions."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
