"""Connections between a client and a server on the loopback, with the faults of real ones."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """A proxy to a server on the loopback, cut once `after` bytes have passed.

    If it `stalls`, it holds the bytes back instead of cutting. `to`, the server's port, may change.
    """

    def __init__(self, port: int) -> None:
        self.to, self._listening = port, socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.after: float = float("inf")
        self.stalls = False
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            self._sockets += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65_536):
                self.after -= len(data)
                if self.after <= 0 and self.stalls:
                    continue
                if self.after <= 0:
                    break
                other.sendall(data)
        except OSError:
            pass
        if self.after <= 0 and not self.stalls:
            self.close()
        elif self.after > 0:
            for end in (one, other):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close every connection, and accept no more."""
        for one in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
