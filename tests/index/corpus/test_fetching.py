"""Fetching, against a server on this machine: what a site allows and no more.

It is bounded in bytes and time, and finds no way into the user's own network.
"""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from index.corpus.connections import Resolve, resolved
from index.corpus.fetching import Added, fetch
from index.corpus.loaders.bounds import Bounds
from index.corpus.loading import load_articles
from index.corpus.sites import agent
from index.types import Article, Skipped
from tests.index.corpus import samples
from tests.index.corpus.samples import PARAGRAPHS, TITLE

PAGE = samples.PAGE.replace(
    '<link rel="canonical" href="https://courier.example/2023/03/bridge">', ""
)


class Site:
    """Answers by path; what was asked, in order, is in `asked`."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {"/robots.txt": (404, "text/plain", b"")}
        self.asked: list[tuple[str, str]] = []
        self.hosts: list[str] = []
        self.packed = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, self.headers["User-Agent"]))
                site.hosts.append(self.headers["Host"])
                status, kind, body = site.answers.get(
                    self.path, (404, "text/plain", b"nothing here")
                )
                try:
                    self.send_response(status)
                    self.send_header("Location" if 300 <= status < 400 else "Content-Type", kind)
                    if body == b"headers":
                        for number in range(100):
                            self.wfile.write(b"X-%d: 1\r\n" % number)
                            self.wfile.flush()
                            time.sleep(0.1)
                    if site.packed:
                        self.send_header("Content-Encoding", site.packed)
                    self.end_headers()
                    if body == b"drip":
                        for _ in range(100):
                            self.wfile.write(b"<p>")
                            self.wfile.flush()
                            time.sleep(0.1)
                    elif body == b"hang":
                        time.sleep(2)
                    else:
                        self.wfile.write(body)
                except OSError:  # the client has had enough
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(
        self, path: str, body: str | bytes = PAGE, kind: str = "text/html; charset=utf-8"
    ) -> str:
        self.answers[path] = (200, kind, body if isinstance(body, bytes) else body.encode())
        return self.url + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


def reason(
    *urls: str,
    corpus: Path,
    seconds: float = 5,
    deadline: float = 5,
    private: bool = True,
    resolve: Resolve = resolved,
) -> str:
    (skipped,) = fetch(
        urls, corpus, seconds=seconds, deadline=deadline, private=private, resolve=resolve
    )
    assert isinstance(skipped, Skipped)
    assert not list(corpus.rglob("*.*"))
    return skipped.reason


def test_a_page_becomes_an_article_with_its_address(site: Site, tmp_path: Path) -> None:
    url = site.page("/2023/03/bridge.html")
    (added,) = fetch([f"{url}#comments"], tmp_path)
    assert isinstance(added, Added)
    assert (added.url, added.title) == (url, TITLE)
    (article,) = load_articles([tmp_path])
    assert isinstance(article, Article)
    assert (article.title, article.source, article.url) == (TITLE, "The Norvik Courier", url)
    assert (article.published, article.authors) == (dt.date(2023, 3, 9), ("Marit Aas",))
    assert all(paragraph in article.text for paragraph in PARAGRAPHS)
    assert article.path.startswith("added/127.0.0.1/2023-03-bridge-")
    site.page("/2023/03/bridge.html", PAGE.replace("three weeks", "four weeks"))
    list(fetch([url], tmp_path))
    (again,) = load_articles([tmp_path])  # the same file, not a second one
    assert isinstance(again, Article)
    assert again.id == article.id
    assert "four weeks" in again.text
    assert {asked_as for _, asked_as in site.asked} == {agent()}


def test_the_charset_is_the_one_that_the_server_declares(site: Site, tmp_path: Path) -> None:
    html = PAGE.replace('<meta charset="utf-8">', "").replace("40,000 crowns", "€40 – no more")
    url = site.page("/a", html.encode("cp1252"), "text/html; charset=ISO-8859-1")
    plain = site.page(
        "/b", "Мост закрыт, сказал мэр.".encode("koi8-r"), "text/plain; charset=koi8-r"
    )
    assert len(list(fetch([url, plain], tmp_path))) == 2
    texts = {item.text for item in load_articles([tmp_path]) if isinstance(item, Article)}
    assert any("at a cost of €40 – no more a day" in text for text in texts)
    assert any("Мост закрыт, сказал мэр." in text for text in texts)


def test_a_feed_gives_its_pages(site: Site, tmp_path: Path) -> None:
    for number in range(4):
        site.page(f"/{number}", PAGE.replace("Norvik was", f"Norvik{number} was"))
    items = "".join(
        f"<item><title>t</title><link>/{number}</link></item>" for number in (0, 1, 9, 2, 3)
    )
    url = site.page(
        "/feed",
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>f</title>{items}</channel></rss>",
        "application/rss+xml",
    )
    found = list(fetch([url], tmp_path, most=4))
    assert [type(one) for one in found] == [Added, Added, Skipped, Added]
    assert "status 404" in next(one.reason for one in found if isinstance(one, Skipped))
    assert len(list(load_articles([tmp_path]))) == 3
    assert site.paths().count("/robots.txt") == 1


def test_a_pdf_keeps_its_address_and_its_pages(site: Site, tmp_path: Path) -> None:
    url = site.page("/plan.pdf", samples.pdf(PARAGRAPHS[0], PARAGRAPHS[1]), "application/pdf")
    list(fetch([url], tmp_path))
    (article,) = load_articles([tmp_path])
    assert isinstance(article, Article)
    assert (article.url, len(article.pages)) == (url, 2)


def test_robots_txt_is_kept_to(site: Site, tmp_path: Path) -> None:
    url = site.page("/private/a")
    rules = (
        "User-agent: other\nDisallow: /\n\nUser-agent: *\nAllow: /private/open$\nDisallow: "
        "/private/*\n"
    )
    site.answers["/robots.txt"] = (200, "text/plain", rules.encode())
    assert reason(url, corpus=tmp_path) == "its robots.txt does not allow it"
    assert "/private/a" not in site.paths()
    site.answers["/moved"] = (302, "/private/a", b"")
    assert reason(f"{site.url}/moved", corpus=tmp_path) == "its robots.txt does not allow it"
    assert "/private/a" not in site.paths()
    (added,) = fetch([site.page("/private/open")], tmp_path)
    assert isinstance(added, Added)


def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site, tmp_path: Path) -> None:
    url = site.page("/a")
    for answer in (
        (503, "text/plain", b""),
        (429, "text/plain", b""),
        (200, "text/plain", b"hang"),
    ):
        site.answers["/robots.txt"] = answer
        assert "robots.txt does not answer" in reason(url, corpus=tmp_path, seconds=0.5)
    assert "/a" not in site.paths()
    site.answers["/robots.txt"] = (200, "text/plain", b"User-agent: *\nCrawl-delay: 600\n")
    assert "600 s between pages" in reason(url, corpus=tmp_path)


def test_the_crawl_delay_is_waited(site: Site, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = (200, "text/plain", b"User-agent: *\nCrawl-delay: 1\n")
    site.page("/a")
    feed = site.page(
        "/feed",
        "<rss version='2.0'><channel><title>f</title><item><link>/a</link></item></channel></rss>",
        "text/xml",
    )
    began = time.monotonic()
    (found,) = fetch(
        [feed], tmp_path, deadline=0.9
    )  # which is for one answer, not for all of a site
    assert time.monotonic() - began >= 1
    assert isinstance(found, Added)


def test_what_does_not_end_or_is_too_much_is_refused(site: Site, tmp_path: Path) -> None:
    assert "at most 20 MB" in reason(
        site.page("/big", b"a" * ((Bounds().page_mb << 20) + 1)), corpus=tmp_path
    )
    assert (
        reason(site.page("/hang", b"hang"), corpus=tmp_path, seconds=0.5)
        == "it does not answer in time"
    )
    began = time.monotonic()
    assert "took over" in reason(site.page("/drip", b"drip"), corpus=tmp_path, deadline=0.5)
    assert "took over" in reason(site.page("/headers", b"headers"), corpus=tmp_path, deadline=0.5)
    assert time.monotonic() - began < 10  # either would drip for ten
    site.answers["/loop"] = (302, "/loop", b"")
    assert "redirects more than 5 times" in reason(f"{site.url}/loop", corpus=tmp_path)
    assert site.paths().count("/loop") == 6
    assert "found image/png" in reason(
        site.page("/a.png", b"\x89PNG", "image/png"), corpus=tmp_path
    )
    assert "with a story" in reason(site.page("/empty", "<html></html>"), corpus=tmp_path)
    entities = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><rss version='2.0'/>"
    assert "entities" in reason(site.page("/f", entities, "text/xml"), corpus=tmp_path)


def test_what_unpacks_to_gigabytes_is_not_unpacked(site: Site, tmp_path: Path) -> None:
    url = site.page("/a", gzip.compress(PAGE.encode()))
    site.answers["/robots.txt"] = (404, "text/plain", gzip.compress(b""))
    site.packed = "gzip"
    (added,) = fetch([url], tmp_path)
    assert isinstance(added, Added)
    site.page("/bomb", gzip.compress(b"a" * ((Bounds().page_mb << 20) + 1)))
    assert "at most 20 MB" in reason(f"{site.url}/bomb", corpus=tmp_path / "other")
    site.packed = "gzip, br"
    assert "expected it plain or gzipped, found gzip, br" in reason(url, corpus=tmp_path / "other")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://[",
        "http://a b/",
        "http://user:word@example.org/",
        "http://exam\nple.org/",
        "http://x:0/",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str, tmp_path: Path) -> None:
    assert "expected an address" in reason(url, corpus=tmp_path)


def test_nor_may_a_redirect_or_a_feed_lead_to_one(site: Site, tmp_path: Path) -> None:
    site.answers["/up"] = (302, "file:///etc/passwd", b"")
    assert "begins with http" in reason(f"{site.url}/up", corpus=tmp_path)
    port = site.server.server_port
    site.page("/secret")
    site.answers["/in"] = (
        302,
        f"http://localhost:{port}/secret",
        b"",
    )  # another name for a private address, which the user did not give
    assert "private network" in reason(f"{site.url}/in", corpus=tmp_path)
    feed = (
        f"<rss version='2.0'><channel><title>f</title><item>"
        f"<link>http://localhost:{port}/secret</link></item></channel></rss>"
    )
    assert "private network" in reason(site.page("/feed", feed, "text/xml"), corpus=tmp_path)
    assert "/secret" not in site.paths()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
    ],
)
def test_a_name_that_leads_into_the_own_network_is_refused(address: str, tmp_path: Path) -> None:
    said = reason("http://a.example/", corpus=tmp_path, private=False, resolve=lambda *_: [address])
    assert "site of the public internet" in said
    assert said == reason(
        "http://a.example/",
        corpus=tmp_path,
        private=False,
        resolve=lambda *_: ["93.184.216.34", address],
    )


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34"],
)
def test_a_public_address_in_whatever_wrapping_is_connected_to(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def connect(place: tuple[str, int], *_: object, **__: object) -> socket.socket:
        tried.append(place[0])
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert "Network is unreachable" in reason(
        "http://a.example/", corpus=tmp_path, private=False, resolve=lambda *_: [address]
    )
    assert tried == [address]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "2130706433", "0x7f.1", "localhost"]
)
def test_nor_an_address_written_in_whatever_way(host: str, tmp_path: Path) -> None:
    said = reason(f"http://{host}:9/", corpus=tmp_path, private=False)
    assert "site of the public internet" in said or "is this machine on the network?" in said


@pytest.fixture
def public(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Reach the site under every public address: only the way there is replaced."""
    connect = socket.create_connection

    def way(_place: object, *arguments: Any, **options: Any) -> socket.socket:
        return connect(("127.0.0.1", site.server.server_port), *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", way)
    return site


def test_a_redirect_is_looked_at_as_the_first_address_was(public: Site, tmp_path: Path) -> None:
    names = {"public.example": ["93.184.216.34"], "internal.example": ["10.0.0.1"]}
    resolve = lambda host, port: names[host]  # noqa: E731
    public.page("/a")
    (added,) = fetch(["http://public.example/a"], tmp_path, private=False, resolve=resolve)
    assert isinstance(added, Added)
    public.answers["/moved"] = (302, "http://internal.example/a", b"")
    for private in (True, False):
        said = reason(
            "http://public.example/moved",
            corpus=tmp_path / "other",
            private=private,
            resolve=resolve,
        )
        assert "found internal.example in a private network, at 10.0.0.1" in said
    public.answers["/robots.txt"] = (302, "http://internal.example/robots.txt", b"")
    assert "private network" in reason(
        "http://public.example/b", corpus=tmp_path / "other", resolve=resolve
    )
    assert set(public.hosts) == {"public.example"}


def test_a_name_that_resolves_elsewhere_the_second_time_leads_nowhere(
    public: Site, tmp_path: Path
) -> None:
    """DNS rebinding: each connection is checked for itself.

    The name is public when robots.txt is asked for, and this machine when the page is.
    """
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    resolve = lambda host, port: ["93.184.216.34"] if host == "public.example" else next(answers)  # noqa: E731
    feed = (
        "<rss version='2.0'><channel><title>f</title><item>"
        "<link>http://rebinding.example/a</link></item></channel></rss>"
    )
    public.page("/feed", feed, "text/xml")
    public.page("/a")
    said = reason("http://public.example/feed", corpus=tmp_path, resolve=resolve)
    assert "rebinding.example in a private network, at 127.0.0.1" in said
    assert public.paths() == ["/robots.txt", "/feed", "/robots.txt"]


def test_the_connection_goes_to_the_address_that_was_looked_at(site: Site, tmp_path: Path) -> None:
    url = site.page("/a").replace("127.0.0.1", "no-such-name.invalid")
    (added,) = fetch([url], tmp_path, resolve=lambda *_: ["127.0.0.1"])
    assert isinstance(added, Added)
    assert set(site.hosts) == {f"no-such-name.invalid:{site.server.server_port}"}


def test_no_proxy_is_used(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve names by itself, and so connect to what nobody looked at."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (added,) = fetch([site.page("/a")], tmp_path)
    assert isinstance(added, Added)


def test_a_machine_without_network_says_so(tmp_path: Path) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError(-3, "Temporary failure in name resolution")

    said = reason("https://example.org/", corpus=tmp_path, resolve=resolve)
    assert said == (
        "expected to reach example.org, found: Temporary failure in name resolution; is "
        "this machine on the network?"
    )
    assert "found: Connection refused; is this machine on the network?" in reason(
        "http://127.0.0.1:9/a", corpus=tmp_path
    )
