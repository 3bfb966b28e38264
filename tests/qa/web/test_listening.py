"""The server itself: it waits so long, holds so many connections, and ends as it is told."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from index.types import DatelineError
from qa.web.listening import bound, check_port
from tests.conftest import ROOT

Started = tuple[subprocess.Popen[str], int, Path]
Start = Callable[..., Started]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a server: its process, port, and folder of uploads."""
    processes: list[subprocess.Popen[str]] = []

    def start_one(*proxies: str, name: str = "server") -> Started:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "free").write_text(str(free_port()))
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests/qa/web/listens.py"), str(folder), *proxies],
                env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        processes.append(process)
        while not (folder / "port").exists() or not (folder / "port").read_text():
            assert process.poll() is None
            time.sleep(0.05)
        return process, int((folder / "port").read_text()), Path((folder / "uploads").read_text())

    yield start_one
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def closed_after(connection: socket.socket, sends: bytes = b"", every: float = 0.3) -> bool:
    """Send a byte at a time; return whether the other side closes the connection by itself."""
    connection.settimeout(every)
    left = iter(sends)
    for _ in range(60):
        try:
            connection.sendall(bytes([next(left, ord("x"))]))
            if connection.recv(1_000) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("sends", ["nothing", "a head without an end", "a second head"])
def test_a_head_comes_in_time_or_the_connection_is_closed(start: Start, sends: str) -> None:
    _, port, _ = start()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        if sends == "nothing":
            connection.settimeout(30)
            assert connection.recv(1) == b""
            return
        if sends == "a second head":
            connection.sendall(b"GET /client HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
        assert closed_after(connection, b"GET /client HTTP/1.1\r\nHost: a\r\nX-Slow: ")


def test_so_many_connections_of_one_client_and_the_others_are_closed_at_once(start: Start) -> None:
    _, port, _ = start()
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    with socket.create_connection(("127.0.0.1", port)) as late:
        late.settimeout(30)
        with contextlib.suppress(ConnectionResetError):
            assert late.recv(1) == b""
    for connection in held:
        connection.close()
    for _ in range(100):
        try:
            assert httpx.get(f"http://127.0.0.1:{port}/client").text == "127.0.0.1"
            return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the connections that were closed still count")


def test_a_proxy_of_a_trusted_network_may_have_any_number_of_connections(start: Start) -> None:
    _, port, _ = start("127.0.0.0/8")
    with contextlib.ExitStack() as held:
        for _ in range(25):
            held.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert httpx.get(f"http://127.0.0.1:{port}/client").text == "127.0.0.1"


def test_a_slow_answer_is_not_cut_by_the_time_for_heads(start: Start) -> None:
    _, port, _ = start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as session:
        assert [session.get("/slow").text for _ in range(2)] == ["whole", "whole"]


def test_what_is_no_http_within_a_body_ends_its_connection_and_is_no_error(
    start: Start, tmp_path: Path
) -> None:
    """It comes before the answer begins, while it is made or sent, or when it was sent whole."""
    process, port, _ = start()
    cases = [("client", 0.0), ("client", 0.3), ("slow", 0.0), ("slow", 0.3), ("stream", 0.3)]
    for path, later in cases:
        head = f"GET /{path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            parts = [head, b"zz\r\n"] if later else [head + b"zz\r\n"]
            for part in parts:
                connection.sendall(part)
                time.sleep(later)
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(1_000):
                    pass
    assert httpx.get(f"http://127.0.0.1:{port}/client").text == "127.0.0.1"
    process.terminate()
    process.wait(timeout=30)
    said = (tmp_path / "server/log").read_text().splitlines()
    assert said == ["Invalid HTTP request received."] * len(cases)


@pytest.mark.parametrize(
    ("proxies", "trusted"),
    [
        (["127.0.0.1"], True),
        (["10.0.0.1", "127.0.0.0/8"], True),
        (["10.0.0.0/8"], False),
        ([], False),
    ],
)
def test_only_a_trusted_proxy_tells_who_the_client_is(
    start: Start, proxies: list[str], trusted: bool
) -> None:
    _, port, _ = start(*proxies)
    headers = {"X-Forwarded-For": "10.9.8.7"}
    told = httpx.get(f"http://127.0.0.1:{port}/client", headers=headers).text
    assert told == ("10.9.8.7" if trusted else "127.0.0.1")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_uploads_are_gone(start: Start, sent: signal.Signals) -> None:
    process, port, uploads = start()
    assert (uploads / "a.txt").exists()
    with httpx.stream("GET", f"http://127.0.0.1:{port}/stream", timeout=30) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "began"  # an answer is under way
        process.send_signal(sent)
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "ended\n")
    assert not uploads.exists()


def test_the_next_start_removes_what_a_killed_server_left_and_nothing_of_a_living_one(
    start: Start,
) -> None:
    killed, _, left = start(name="killed")
    living, _, kept = start(name="living")
    killed.kill()
    killed.wait()
    assert left.exists()
    _, _, own = start(name="next")
    assert not left.exists()
    assert (kept / "a.txt").exists()
    assert (own / "a.txt").exists()
    assert living.poll() is None


@pytest.mark.parametrize("port", [0, -1, 65_536, 99_999])
def test_a_port_that_cannot_be_is_one_line(port: int) -> None:
    with pytest.raises(DatelineError, match=f"a port from 1 to 65535 for --port, found {port}"):
        check_port(port, "--port")


def test_a_port_that_is_taken_and_a_host_that_is_elsewhere_are_one_line() -> None:
    port = free_port()
    with bound("127.0.0.1", port), pytest.raises(DatelineError) as taken, bound("127.0.0.1", port):
        pass
    assert str(taken.value) == (
        f"expected port {port} of 127.0.0.1 to be free, found it taken; give another with --port"
    )
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(DatelineError, match="expected"), bound(host, port):
            pass
    with bound("localhost", port) as sockets:
        assert "127.0.0.1" in {one.getsockname()[0] for one in sockets}
