"""The page in a real browser: ask, read the answer, open its citation, ask again; wide and narrow; nobody else is called."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

import index
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
QUESTION = "who brokered the September truce?"
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(folder: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """The app as `python app.py` starts it, once it answers."""
    port = free_port()
    command = [sys.executable, "app.py", "--index", str(folder), "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except OSError:
            assert process.poll() is None, "the app ended at once"
            time.sleep(0.25)
        else:
            return process, f"http://127.0.0.1:{port}"
    process.kill()
    raise AssertionError("the app did not answer within a minute")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(corpus_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of the app over a copy of the real index, and that copy."""
    folder = tmp_path_factory.mktemp("served") / "index"
    shutil.copytree(corpus_index, folder)
    process, address = serve(folder)
    yield address, folder
    stop(process)


@pytest.fixture
def page(browser: Browser, served: tuple[str, Path], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, watched: it calls nobody but the app and logs no error."""
    width = getattr(request, "param", 1280)
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []

    def requested(called: Request) -> None:
        if not called.url.startswith((served[0], "data:", "blob:")):
            strangers.append(called.url)

    page.on("request", requested)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(served[0])
    expect(page.locator("#conversation .archive")).to_be_visible(timeout=30_000)
    yield page
    context.close()
    assert strangers == []
    assert errors == []


def ask(page: Page, question: str) -> None:
    page.locator("#ask textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .turn h2").first).to_have_text(question, timeout=30_000)


@pytest.mark.parametrize("page", [1280, 390], indirect=True)
def test_ask_read_and_open_the_citation(page: Page) -> None:
    expect(page.locator("#conversation .archive")).to_contain_text("5 articles from 4 outlets, 13 November 2020 to 14 October 2022")
    ask(page, QUESTION)
    turn = page.locator("#conversation .turn").first
    expect(turn.locator(".value").first).to_have_text("the US")
    expect(turn.locator("blockquote mark").first).to_have_text("the US")
    expect(turn.locator("blockquote").first).to_contain_text("until a truce brokered by the US put an end")
    source = turn.locator("details.citation summary").first
    expect(source).to_contain_text("after Expatica · 14 October 2022 · Kremlin shrugs off Macron's critique")

    story = turn.locator(".story").first
    expect(story).to_be_hidden()
    source.click()
    expect(story).to_be_visible()
    expect(story).to_contain_text("Around 30,000 people were killed")
    span, window = story.locator("mark").bounding_box(), story.bounding_box()
    assert span is not None
    assert window is not None
    assert window["y"] <= span["y"] <= window["y"] + window["height"] - span["height"]  # scrolled to it
    assert story.evaluate("story => story.scrollTop") > 0

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn.locator("button.copy").first.click()
    expect(turn.locator("button.copy").first).to_have_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“The clashes on the border in September cost at least 286 lives, until a truce brokered by the US")
    assert copied.endswith(
        "” — after Expatica · 14 October 2022 · Kremlin shrugs off Macron's critique of its part in the Karabakh conflict"
    )

    passages = turn.locator("details.passages")
    passages.locator("summary").click()
    expect(passages.locator("li")).to_have_count(16)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_a_conversation_keeps_its_earlier_turns_and_abstains_honestly(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "How many tanks did Armenia lose?")
    turns = page.locator("#conversation .turn h2")
    expect(turns).to_have_text(["How many tanks did Armenia lose?", QUESTION])
    expect(page.locator("#conversation .turn").first).to_contain_text("The articles do not say")
    expect(page.locator("#ask textarea")).to_have_value("")


def test_outlets_that_differ_are_shown_at_once(page: Page) -> None:
    ask(page, "How many people were killed in the border clashes in September?")
    expect(page.locator("#conversation .differ")).to_contain_text("The articles differ.")
    expect(page.locator("#conversation .differ")).to_contain_text("200 (after RFE/RL)")


def test_bad_questions_are_a_notice(page: Page) -> None:
    page.locator("#ask button").click()
    expect(page.locator("#conversation [role=alert]")).to_contain_text("Expected a question, found none")
    page.locator("#ask textarea").fill("a" * 10_000)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation [role=alert]").first).to_contain_text("at most 1000 characters, found 10000")


def test_markup_in_a_question_stays_text(page: Page) -> None:
    nasty = "<img src=x onerror=alert(1)> ${alert(2)} {{7*7}} <b>who</b>?"
    dialogs: list[str] = []

    def opened(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", opened)
    ask(page, nasty)
    page.wait_for_timeout(500)
    assert dialogs == []
    assert page.locator("#conversation img").count() == 0


def test_the_page_follows_a_rebuild_by_itself(browser: Browser, corpus_index: Path, tmp_path: Path) -> None:
    folder, corpus = tmp_path / "index", tmp_path / "articles"
    shutil.copytree(corpus_index, folder)
    corpus.mkdir()
    (corpus / "a.txt").write_text("In spring Maria Olsen repaired the lighthouse. <script>alert('x')</script> ${alert(3)} {{7*7}}")
    process, address = serve(folder)
    try:
        page = browser.new_context().new_page()
        page.goto(address)
        ask(page, QUESTION)
        expect(page.locator("#conversation .value").first).to_have_text("the US")
        index.build(corpus, folder)
        ask(page, "Who repaired the lighthouse?")
        expect(page.locator("#conversation .value").first).to_have_text("Maria Olsen")
        page.locator("#conversation details.citation summary").first.click()
        expect(page.locator("#conversation .story").first).to_contain_text("<script>alert('x')</script> ${alert(3)} {{7*7}}")
        page.reload()
        expect(page.locator("#conversation .archive")).to_contain_text("1 article. Every answer")
    finally:
        stop(process)


def test_a_password_is_asked_for(browser: Browser, corpus_index: Path, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("reader:secret\n")
    process, address = serve(corpus_index, "--auth", str(tmp_path / "users"))
    try:
        page = browser.new_context().new_page()
        page.goto(address)
        expect(page.locator("input[type=password]")).to_be_visible(timeout=30_000)
        assert page.locator("#conversation").count() == 0
        page.locator("input").first.fill("reader")
        page.locator("input[type=password]").fill("secret")
        page.keyboard.press("Enter")
        expect(page.locator("#conversation .archive")).to_be_visible(timeout=30_000)
    finally:
        stop(process)


def test_a_port_that_is_taken_is_one_clear_line(served: tuple[str, Path]) -> None:
    port = served[0].rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "app.py", "--index", str(served[1]), "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "to be free, found it taken; give another with --port" in line
