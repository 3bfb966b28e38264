"""Hostile requests (benchmarks/bad_requests.py) to a server of the real index, many at once.

Each gets an answer of one line, or its connection is closed, in time. The server goes on, keeps
its memory and its open files, and writes no word that was sent into its log.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import index
from benchmarks.bad_requests import SECRET, Request, request
from benchmarks.faults.world import Failures
from benchmarks.load import wait_for_page
from benchmarks.measuring import memory_mb

_PATIENCE = 120  # seconds: a head has 10, a body 20 and one more for each 32 KB that it tells
_KEPT = 8  # files: each thread that answers opens what it needs
_MEGABYTES = 200  # more than before, of the server
_AT_ONCE = 16  # connections
_SETTLES = 30  # seconds at most until closed connections are forgotten
_LARGEST = 50 * 2**20  # bytes of an answer that are read
_UNTOLD = (b"Traceback", b"site-packages", b"/work/", b"root:x:")


@contextmanager
def _served(folder: Path, log: Path) -> Iterator[tuple[int, int]]:
    """Serve an index; yield the port and the id of the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "qa", "serve", "--index", str(folder), "--port", str(port)]
    with log.open("w") as lines:
        process = subprocess.Popen(
            [*command, "--read-only", "--per-minute", "1000000"],
            stdout=subprocess.DEVNULL,
            stderr=lines,
        )
    try:
        wait_for_page(f"http://127.0.0.1:{port}")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def server(
    root: Path, times: int = 300, seed: int = 1, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Send so many hostile requests, and questions of a well caller between them."""
    counts, failures = Counter[str](), Failures()
    index.build("corpus", root / "index")
    log = root / "log"
    with _served(root / "index", log) as (port, process):
        for _ in range(20):
            _ask(port)
        before, files = memory_mb(process), _open_files(process)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            tried = [
                pool.submit(_try, port, f"{number}", request(number, seed))
                for number in range(first, first + times)
            ]
            for number, one in enumerate(tried):
                status, problems = one.result()
                counts[f"status {status}"] += 1
                failures += problems
                if number % 10 == 0:
                    _ask(port)
        until = time.monotonic() + _SETTLES
        while (left := _open_files(process) - files) > _KEPT and time.monotonic() < until:
            time.sleep(0.5)
        more = round(max(0, memory_mb(process) - before))
    counts["MB more, the largest"] = more
    if more > _MEGABYTES:
        failures.append(f"{more} MB more")
    if left > _KEPT:
        failures.append(f"{left} files stay open")
    said = log.read_bytes()
    counts["bytes of the log"] = len(said)
    failures += [f"the log holds {word!r}" for word in (SECRET, b"Traceback") if word in said]
    failures += [f"an error: {line[:300]!r}" for line in said.splitlines() if b'"error"' in line]
    return counts, failures


def _open_files(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def _try(port: int, number: str, sent: Request) -> tuple[str, Failures]:
    """Send a request on a connection of its own; return the status, and what is wrong."""
    what, failures = f"{number} {sent.name}", Failures()
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        said, closed = _answered(connection, sent)
    if not closed and b"text/event-stream" not in said:  # a stream of the page is to stay open
        failures.append(f"{what}: still open after {_PATIENCE} s, {said[:60]!r}")
    status = said[9:12].decode("latin-1") if said.startswith(b"HTTP/1.1 ") else "none, closed"
    # Gradio's own status is 500 for an error that it tells.
    if status.startswith("5") and b"expected" not in said:
        failures.append(f"{what}: {said[:30]!r} ... {said[-120:]!r}")
    failures += [f"{what}: its answer holds {word!r}" for word in _UNTOLD if word in said]
    return status, failures


def _answered(connection: socket.socket, sent: Request) -> tuple[bytes, bool]:
    """Send a request; return all that comes, and whether the connection was closed then."""
    said = b""
    with suppress(ConnectionError):
        for part in sent.parts:
            connection.sendall(part)
            if sent.pause:
                time.sleep(sent.pause)
        if sent.ends:
            connection.shutdown(socket.SHUT_WR)
    try:
        while (part := connection.recv(2**20)) and len(said) < _LARGEST:
            said += part
    except TimeoutError:
        return said, False
    except ConnectionError:
        pass
    return said, True


def _ask(port: int) -> None:
    """Ask a question as a program does. Raises OSError unless it is answered."""
    body = json.dumps({"question": "who brokered the September truce?"}).encode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/ask", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:
        assert json.load(answer)["answers"]
