"""The Archive and Coverage tabs in a real browser: add, ask while it is rebuilt, remove."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import qa
from index.stores.places import place_of
from qa.web.coverage import on_topic
from qa.web.session import Session
from tests.browser.conftest import QUESTION, Open, Served, ask, serve, settled
from tests.browser.test_access import look
from tests.index.corpus import samples

pytestmark = pytest.mark.slow
Copied = Callable[[], tuple[Path, Path]]


@pytest.fixture(scope="module")
def editor(copied: Copied) -> Iterator[Served]:
    """Serve an app whose archive these tests change."""
    app = serve(*copied())
    yield app
    app.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve a web site on this machine, with one article."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (
                b"Fetched from afar, the ferry Halcyon sank near Bergen on 3 March 2021 "
                b"and Astrid Dahl rescued 41 passengers."
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def archive_tab(page: Page) -> None:
    settled(page)
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles")).to_be_visible()


def adding(page: Page, tab: str) -> None:
    page.locator("#adding > button").click()
    page.locator("#adding").get_by_role("tab", name=tab).click()


def test_upload_then_ask_while_it_is_rebuilt_and_after(
    editor: Served, opened: Open, tmp_path: Path
) -> None:
    page, other = opened(editor), opened(editor)
    archive_tab(page)
    settled(other)
    adding(page, "Upload")
    (tmp_path / "lighthouse.txt").write_text(
        "In spring Maria Olsen repaired the lighthouse of Utvaer."
    )
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    page.locator("#upload input[type=file]").set_input_files(
        [tmp_path / "lighthouse.txt", tmp_path / "photo.png"]
    )
    expect(page.locator("#upload")).to_contain_text("photo")
    # Another builder: the rebuild waits for it, and so ends after the question below.
    with place_of(editor.index).writing():
        page.locator("#add-files").click()
        expect(page.locator("#work progress")).to_be_visible()
        ask(other, QUESTION)
        expect(other.locator("#conversation .value").first).to_have_text("US")
        ask(other, "Who repaired the lighthouse?")
        expect(other.locator("#conversation .silent")).to_be_visible()
        expect(page.locator("#work")).to_contain_text(
            "waiting for another builder", ignore_case=True
        )
    work = page.locator("#work .work")
    expect(work).to_contain_text("6 articles in the archive (1 added, 0 changed, 0 removed)")
    expect(work).to_contain_text(
        "photo.png: expected one of"
    )  # the error of that file, by its name
    expect(work).to_contain_text("lighthouse.txt: added")
    expect(page.locator("table.articles")).to_contain_text("added/lighthouse.txt")
    ask(
        other, "Who repaired the lighthouse?"
    )  # the open page moved to the new generation by itself
    expect(other.locator("#conversation .value").first).to_have_text("Maria Olsen")
    assert (editor.corpus / "added" / "lighthouse.txt").is_file()
    assert not (editor.corpus / "added" / "photo.png").exists()


def test_paste_then_remove(editor: Served, opened: Open) -> None:
    page = opened(editor)
    archive_tab(page)
    adding(page, "Paste")
    page.locator("#add-text").click()
    expect(page.locator("#work")).to_contain_text("Expected the text of an article, found none")
    page.get_by_label("Headline").fill("Baker wins: the “golden” loaf")
    page.get_by_label("Outlet", exact=True).fill("Harbour News")
    page.get_by_label("Published").fill("2023-05-06")
    page.get_by_label("Text of the article").fill(
        "The baker Jon Lund won the golden loaf on Saturday. It was his third prize."
    )
    page.locator("#add-text").click()
    expect(page.locator("#work .work")).to_contain_text("1 added, 0 changed")
    row = page.locator("table.articles tr", has_text="Baker wins: the “golden” loaf")
    expect(row).to_contain_text("Harbour News")
    expect(row).to_contain_text("6 May 2023")
    row.get_by_role("button", name="Correct").click()
    expect(page.get_by_label("Correct headline")).to_have_value("Baker wins: the “golden” loaf")
    expect(page.get_by_label("Correct headline")).to_be_focused()
    page.get_by_label("Correct outlet").fill("The Harbour Post")
    page.get_by_role("button", name="Save the correction").click()
    expect(row).to_contain_text("The Harbour Post")
    expect(page.get_by_label("Correct headline")).to_be_hidden()
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who won the golden loaf?")
    expect(page.locator("#conversation .value").first).to_contain_text("Jon Lund")
    page.get_by_role("tab", name="Archive").click()
    row.get_by_role("button", name="Remove").click()
    row.get_by_text("really remove?").click()
    expect(row).to_have_count(0)
    expect(page.locator("#work .work")).to_contain_text("0 added, 0 changed, 1 removed")
    assert len(list((editor.corpus / ".removed").iterdir())) == 1
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who won the golden loaf?")
    expect(page.locator("#conversation .silent")).to_be_visible()


def test_a_citation_of_a_pdf_opens_its_page_with_the_quotation_marked(
    editor: Served, opened: Open, tmp_path: Path
) -> None:
    said = "In spring Ida Moe painted the bridge of Alta, which took nine weeks."
    (tmp_path / "bridge.pdf").write_bytes(samples.pdf("Nothing of note.", said))
    page = opened(editor)
    archive_tab(page)
    adding(page, "Upload")
    page.locator("#upload input[type=file]").set_input_files(tmp_path / "bridge.pdf")
    expect(page.locator("#upload")).to_contain_text("bridge")
    page.locator("#add-files").click()
    expect(page.locator("#work .work")).to_contain_text("1 added")
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who painted the bridge?")
    link = page.get_by_role("link", name="page 2 of the PDF").first
    link.click()
    dialog = page.get_by_role("dialog", name="Page 2 of bridge.pdf")
    expect(dialog.get_by_alt_text("the quotation marked")).to_be_visible()
    assert look(page, "pdf") == {}
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


def test_by_its_address_or_a_clear_word_why_not(editor: Served, opened: Open, site: str) -> None:
    page = opened(editor)
    archive_tab(page)
    adding(page, "From the web")
    for address, said in (
        ("file:///etc/passwd", "begins with http:// or https://"),
        ("http://no-such-host.invalid/a", "is this machine on the network?"),
    ):
        page.get_by_label("Address of the article").fill(address)
        page.locator("#add-url").click()
        expect(page.locator("#work .failed")).to_contain_text(said)
    page.get_by_label("Address of the article").fill(f"{site}/ferry")
    page.locator("#add-url").click()
    expect(page.locator("#work .work")).to_contain_text("1 added")
    expect(page.locator("table.articles a.original")).to_have_attribute("href", f"{site}/ferry")
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who rescued 41 passengers?")
    expect(page.locator("#conversation .value").first).to_have_text("Astrid Dahl")
    expect(page.get_by_role("link", name="open original").first).to_have_attribute(
        "href",
        f"{site}/ferry#:~:text=Fetched%20from%20afar%2C%20the%20ferry%20Halcyon,and%20Astrid%20Dahl%20rescued%2041%20passengers.",
    )


def test_the_table_is_searched_and_sorted(served: Served, opened: Open) -> None:
    page = opened(served)
    archive_tab(page)
    titles = page.locator("table.articles tbody td:first-child")
    expect(titles).to_have_count(5)
    expect(titles.last).to_contain_text("Macron offers France's help")  # the oldest
    page.get_by_role("button", name="Date").click()
    expect(titles.first).to_contain_text("Macron offers France's help")
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Words", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_contain_text(
        "Words"
    )  # the longest is the oldest too: wait for the new order
    expect(titles.first).to_contain_text("Macron offers France's help")
    words = [
        int(text) for text in page.locator("table.articles tbody td:nth-child(4)").all_inner_texts()
    ]
    assert words == sorted(words, reverse=True)
    page.get_by_label("Search titles").fill("rfe 2022")
    expect(titles).to_have_count(1)
    expect(titles.first).to_contain_text("Putin calls Macron's words")
    expect(page.locator("#articles [role=status]")).to_have_text("1 article of 5")


def test_an_index_of_other_articles_is_not_rebuilt_from_this_corpus(
    copied: Copied, opened: Open, tmp_path: Path
) -> None:
    """Refuse a rebuild that would lose articles: its folder is not the one of the index."""
    folder, _ = copied()
    (tmp_path / "else").mkdir()
    app = serve(folder, tmp_path / "else", "--auth", str(_users(tmp_path)))
    try:
        page = opened(app)
        expect(page.locator("input[type=password]")).to_be_visible()
        assert page.locator("#conversation").count() == 0
        for path, data in (
            ("upload", b""),
            ("call/ask", b'{"data": ["who?"]}'),
            ("queue/join", b"{}"),
        ):
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(
                    urllib.request.Request(
                        f"{app.address}/gradio_api/{path}",
                        data=data,
                        headers={"Content-Type": "application/json"},
                    )
                )
        page.locator("input").first.fill("reader")
        page.locator("input[type=password]").fill("secret")
        page.keyboard.press("Enter")
        archive_tab(page)
        adding(page, "Paste")
        page.get_by_label("Text of the article").fill("A story that must not replace five others.")
        page.locator("#add-text").click()
        expect(page.locator("#work .failed")).to_contain_text(
            "expected every article of the index in", ignore_case=True
        )
        expect(page.locator("table.articles tbody tr")).to_have_count(5)
        assert list((tmp_path / "else").iterdir()) == []
    finally:
        app.stop()


def _users(folder: Path) -> Path:
    (folder / "users").write_text("reader:secret\n")
    return folder / "users"


def test_coverage_shows_the_outlets_of_a_topic_and_the_articles_of_a_bar(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    page.get_by_role("tab", name="Coverage").click()
    shown = page.locator("#coverage")
    expect(shown.locator("[role=status]")).to_have_text("5 articles from 4 outlets")
    expect(shown.locator(".had-it")).to_have_text("First: after RFE/RL, 13 November 2020")
    bar = shown.get_by_role("button", name="October 2022: 4 articles")
    bar.click()
    expect(shown.locator("[role=status]")).to_have_text("4 articles from 4 outlets")
    expect(bar).to_have_attribute("aria-pressed", "true")
    bar.click()
    expect(shown.locator("[role=status]")).to_have_text("5 articles from 4 outlets")
    page.get_by_label("Topic", exact=True).fill("peacekeepers")
    page.keyboard.press("Enter")
    expect(shown.locator("a").first).to_be_visible()
    found = on_topic(Session.over(qa.open(served.index)), "peacekeepers")
    expect(shown.locator("li")).to_have_count(len(found))
    title = shown.locator("a").first.inner_text()
    shown.locator("a").first.click()
    expect(page.locator("#conversation .alone h2")).to_have_text(title)
    page.get_by_role("tab", name="Coverage").click()
    page.get_by_label("Topic", exact=True).fill("?")
    page.keyboard.press("Enter")
    expect(shown.locator("[role=alert]")).to_contain_text("Expected a question, found none")
