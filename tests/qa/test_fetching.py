"""Fetching an address: what comes, what is refused, and that no name leads into the own network."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index.types import DatelineError
from qa.fetching import fetch


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, rest = self.path.partition("?")
        if path in ("/moved", "/loop"):
            self.send_response(302)
            self.send_header("Location", "/loop" if path == "/loop" else rest or "/article")
            self.end_headers()
            return
        self.send_response(404 if path == "/gone" else 200)
        self.send_header("Content-Type", {"/picture": "image/png", "/page": "text/html"}.get(path, "text/plain; charset=utf-8"))
        self.end_headers()
        try:
            if path == "/large":
                for _ in range(64):
                    self.wfile.write(b"x" * 65_536)
            elif path == "/slow":
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            else:
                self.wfile.write(f"Rain fell. {self.path} {self.headers['Host']}".encode())
        except OSError:
            pass  # the client hung up, as it should

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_article_comes_with_its_kind_and_final_address(site: str) -> None:
    fetched = fetch(f"http://{site}/moved", private=True)
    assert (fetched.suffix, fetched.url) == (".txt", f"http://{site}/article")
    assert fetched.data == f"Rain fell. /article {site}".encode()
    assert fetch(f"http://{site}/page", private=True).suffix == ".html"
    assert b"/%C3%BC?q=%C3%BC" in fetch(f"http://{site}/ü?q=ü", private=True).data


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/gone", "found status 404"),
        ("/picture", "found image/png"),
        ("/large", "expected at most 1 MB"),
        ("/loop", "more than 5 redirects"),
        ("/moved?file:///etc/passwd", "begins with http:// or https://"),
        ("/slow", "it took too long"),
    ],
)
def test_what_is_too_much_or_none_is_refused(site: str, path: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(DatelineError, match=said):
        fetch(f"http://{site}{path}", private=True, size=2**20, seconds=1)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://[", "http://a b/", "http://user:word@example.org/", "http://exam\nple.org/"]
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(DatelineError, match="expected an address"):
        fetch(url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_a_name_that_leads_into_the_own_network_is_refused(address: str) -> None:
    with pytest.raises(DatelineError, match="expected a site of the public internet"):
        fetch("http://example.org/", resolve=lambda host, port: [address])
    with pytest.raises(DatelineError, match="expected a site of the public internet"):  # nor one that leads to both
        fetch("http://example.org/", resolve=lambda host, port: ["93.184.216.34", address])


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "2130706433", "0x7f.1", "localhost"])
def test_nor_an_address_written_in_whatever_way(host: str) -> None:
    with pytest.raises(DatelineError, match=r"public internet|expected to reach"):
        fetch(f"http://{host}:9/")


def test_a_redirect_is_looked_at_as_the_first_address_was(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public site is this machine's, reached under a public address: only the way there is replaced, not the looking."""
    port = int(site.partition(":")[2])
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda place, **options: connect(("127.0.0.1", port), **options))
    names = {"public.example": ["93.184.216.34"], "internal.example": ["10.0.0.1"]}
    resolve = lambda host, port: names[host]  # noqa: E731
    assert fetch("http://public.example/article", resolve=resolve).data.startswith(b"Rain fell.")
    with pytest.raises(DatelineError, match=r"found internal\.example at 10\.0\.0\.1"):
        fetch("http://public.example/moved?http://internal.example/", resolve=resolve)


def test_a_machine_without_network_says_so() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError(-3, "Temporary failure in name resolution")

    with pytest.raises(
        DatelineError, match=r"expected to reach example\.org, found: Temporary failure in name resolution; is this machine on the network"
    ):
        fetch("https://example.org/", resolve=resolve)


def test_the_connection_goes_to_the_address_that_was_looked_at(site: str) -> None:
    """A name that resolves to another address the second time (DNS rebinding) is resolved once."""
    calls: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        calls.append(host)
        return ["127.0.0.1"]

    port = site.partition(":")[2]
    assert fetch(f"http://no-such-name.invalid:{port}/a", private=True, resolve=resolve).data.endswith(
        f"no-such-name.invalid:{port}".encode()
    )
    assert calls == ["no-such-name.invalid"]
