"""A browser, and the app as users start it: a process of its own, over a copy of the real index."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from tests.browser.forked_app import AppProcess, fork_app
from tests.conftest import ROOT

QUESTION = "who brokered the September truce?"
# A page on a busy machine takes its time: what is expected is waited for, not timed.
PATIENCE = 180_000  # milliseconds, the same for all
expect.set_options(timeout=PATIENCE)
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running app: its address, its index and corpus folders, its process."""

    address: str
    index: Path
    corpus: Path
    process: subprocess.Popen[bytes] | AppProcess

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=180)


Serve = Callable[..., Served]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(
    index: Path,
    corpus: Path,
    *options: str,
    log: Path = Path(os.devnull),
    by_command: bool = not hasattr(os, "pidfd_open"),
) -> Served:
    """Start the app, `by_command` as users do; return it once it answers. `log` gets its errors."""
    port = free_port()
    arguments = ["--index", str(index), "--corpus", str(corpus), "--port", str(port), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process: subprocess.Popen[bytes] | AppProcess
    if by_command:
        process = _app(arguments, environment, log)
    else:
        process = fork_app(arguments, environment, log)
    for _ in range(480):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except OSError:
            assert process.poll() is None, "the app ended at once"
            time.sleep(0.25)
        else:
            return Served(f"http://127.0.0.1:{port}", index, corpus, process)
    process.kill()
    raise AssertionError("the app did not answer within two minutes")


def _app(arguments: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "app.py", *arguments]
    with log.open("w") as errors:
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start Chromium for a file: no test with an event loop may run beside Playwright."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def copied(
    corpus_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], tuple[Path, Path]]:
    """Return a function that copies the real index and its corpus: (index, corpus)."""

    def copy() -> tuple[Path, Path]:
        folder = tmp_path_factory.mktemp("served")
        shutil.copytree(corpus_index, folder / "index")
        shutil.copytree(
            ROOT / "corpus", folder / "corpus", ignore=shutil.ignore_patterns("added", ".*")
        )
        return folder / "index", folder / "corpus"

    return copy


@pytest.fixture(scope="session")
def served(copied: Callable[[], tuple[Path, Path]]) -> Iterator[Served]:
    """Serve the app that most tests share: nobody adds to it or removes from it."""
    app = serve(*copied(), by_command=True)
    yield app
    app.stop()


class Watch:
    """What a page must not do: call anybody but the app, raise an error, open a dialog."""

    def __init__(self, page: Page, address: str) -> None:
        self.strangers: list[str] = []
        self.errors: list[str] = []

        def requested(called: Request) -> None:
            if not called.url.startswith((address, "data:", "blob:")):
                self.strangers.append(called.url)

        page.on("request", requested)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dismissed)

    def _dismissed(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()


Open = Callable[..., Page]


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


@pytest.fixture(scope="module")
def cached(browser: Browser) -> Iterator[BrowserContext]:
    """Return the context of each test's first page: its cache has the page's scripts.

    To load and compile them takes seconds.
    """
    context = _context(browser)
    yield context
    context.close()


@pytest.fixture
def opened(browser: Browser, cached: BrowserContext) -> Iterator[Open]:
    """Return a function that opens pages in sessions of their own, each watched."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_page(
        app: Served,
        path: str = "/",
        width: int = 1280,
        colours: str = "light",
        script: str = "",
        late: str = "",
    ) -> Page:
        """Open a page; `script` runs before the page's own.

        Requests for addresses like `late` are let through a fifth of a second apart.
        """
        context = cached
        if watches or script or late:
            contexts.append(context := _context(browser))
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        if script:
            page.add_init_script(script)
        forget(page, app.address)
        watches.append(Watch(page, app.address))
        waiting: list[Route] = []
        if late:
            page.route(re.compile(late), lambda route: waiting.append(route))
        page.goto(app.address + path, wait_until="commit" if late else "load")
        idle = 0
        while late and idle < 8:
            page.wait_for_timeout(200)
            idle = 0 if waiting else idle + 1
            if waiting:
                waiting.pop(0).continue_()
        if late:  # on a busy machine a script may be asked for later still
            page.unroute_all()
        return page

    yield open_page
    for page in cached.pages:
        page.close()
    for context in contexts:
        context.close()
    for watch in watches:
        assert watch.strangers == []
        assert watch.errors == []


def forget(page: Page, address: str) -> None:
    """Forget what the browser keeps of an address, but for its cache."""
    kept = {"origin": address, "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)


# What page.js does last, once an answer is shown: its address is the page's, and so is its title.
_AT_REST = """() => {
  const shown = document.querySelector('#conversation .turn:not(.reading)');
  const title = shown && (shown.dataset.title || shown.querySelector('h2').textContent);
  return document.title === `${title} · Dateline`.replace(/\\s+/g, ' ').trim();
}"""


def ask(page: Page, question: str) -> None:
    page.locator("#ask textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(question)
    at_rest(page)


def at_rest(page: Page) -> None:
    """Wait until the answer that is shown is also the page's address and title."""
    page.wait_for_function(_AT_REST)


def settled(page: Page) -> None:
    """Wait until the page shows an answer, a notice, or what the archive holds."""
    expect(page.locator("#conversation .turn:not(.reading), #conversation .front")).to_be_visible()
