"""Connections that lead nowhere but to the address that was checked.

A name is resolved once for each connection, and the connection goes to what was found and checked.
So nothing leads into the user's own network: no redirect, no feed, and no name that resolves to
another address the second time (DNS rebinding). Every wait ends by the deadline of the whole
answer. Limits: no proxy is used, since it would resolve names by itself.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

# The addresses of a host at a port; raises OSError if it has none.
Resolve = Callable[[str, int], list[str]]

# The rest of IPv6 is local, multicast or nobody's (RFC 4291, IANA).
_UNICAST = ipaddress.IPv6Network("2000::/3")
# NAT64: the last four bytes are an address of IPv4 (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(ValueError):
    """Why an address gives nothing."""


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host, by the system. Raises OSError if it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """When an answer must be whole."""

    def __init__(self, seconds: float) -> None:
        """Take the seconds that one answer may take."""
        self.seconds = seconds
        self._until = 0.0  # on the monotonic clock

    def restart(self) -> None:
        """Begin the time of the next answer."""
        self._until = time.monotonic() + self.seconds

    def left(self, timeout: float | None) -> float:
        """Return how long to wait for the next byte. Raises Refused if the time is up."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise Refused(f"it took over {self.seconds:.0f} s")
        if timeout is None:
            return left
        return min(left, timeout)


def transport(
    resolve: Resolve, private_host: str | None, deadline: Deadline
) -> httpx.BaseTransport:
    """Return a transport for httpx whose connections are checked.

    `private_host`, in ASCII, may be in a private network; None: no host may.
    """
    return _Transport(_Backend(resolve, private_host, deadline))


class _Transport(httpx.HTTPTransport):
    """httpx over connections of our own making."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=backend
        )


class _Backend(httpcore.NetworkBackend):
    """Connects to the very address that was checked."""

    def __init__(self, resolve: Resolve, private_host: str | None, deadline: Deadline) -> None:
        self._resolve = resolve
        self._private_host = private_host
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers.

        Raises Refused if none does.
        """
        failure = "no answer"
        for address in self._addresses(host, port):
            left = self._deadline.left(timeout)
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = getattr(error.__cause__ or error, "strerror", None) or "no answer"
            else:
                return _TimedStream(stream, self._deadline)
        raise Refused(_unreached(host, failure))

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host. Raises Refused if one of them is private."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Refused(_unreached(host, reason)) from None
        if not addresses:
            raise Refused(_unreached(host, "no address"))
        if host == self._private_host:
            return addresses
        for address in addresses:  # a name with a public and a private one is no honest name
            if not is_public(address):
                raise Refused(
                    f"expected a site of the public internet, found {host[:60]} in a private "
                    f"network, at {address}; "
                    "name it yourself to dateline add, or paste the article's text"
                )
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends by the deadline.

    A server that drips its headers is ended too.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._deadline.left(timeout))
        except httpcore.ReadTimeout:
            self._deadline.left(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet.

    One of IPv6 that leads to one of IPv4 is judged by that.
    """
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        within = _ipv4_within(number)
        if within is None:
            return number in _UNICAST and number.is_global
        number = within
    return number.is_global and not number.is_multicast


def _ipv4_within(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if number in _TRANSLATED:
        return ipaddress.IPv4Address(number.packed[-4:])
    return number.ipv4_mapped or number.sixtofour


def _unreached(host: str, found: str) -> str:
    return f"expected to reach {host[:60]}, found: {found}; is this machine on the network?"
