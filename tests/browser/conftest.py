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

from tests.conftest import ROOT

QUESTION = "who brokered the September truce?"
# A page on a busy machine takes its time: what is expected is waited for, not timed.
expect.set_options(timeout=60_000)
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running app: its address, its index and corpus folders, its process."""

    address: str
    index: Path
    corpus: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


Serve = Callable[..., Served]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(index: Path, corpus: Path, *arguments: str, log: Path = Path(os.devnull)) -> Served:
    """Start the app by `python app.py`; return it once it answers. `log` gets its errors."""
    port = free_port()
    command = [
        sys.executable,
        "app.py",
        "--index",
        str(index),
        "--corpus",
        str(corpus),
        "--port",
        str(port),
        *arguments,
    ]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
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
    app = serve(*copied())
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


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
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
        context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme="dark" if colours == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        if script:
            context.add_init_script(script)
        page = context.new_page()
        contexts.append(context)
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
    for context in contexts:
        context.close()
    for watch in watches:
        assert watch.strangers == []
        assert watch.errors == []


def ask(page: Page, question: str) -> None:
    page.locator("#ask textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(
        question, timeout=60_000
    )


def settled(page: Page) -> None:
    """Wait until the page shows an answer, a notice, or what the archive holds."""
    expect(page.locator("#conversation .turn:not(.reading), #conversation .front")).to_be_visible(
        timeout=60_000
    )
