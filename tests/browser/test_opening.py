"""The page as it opens and waits, in a real browser: nothing jumps, and it follows a rebuild."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

import index
from tests.browser.conftest import QUESTION, Open, Served, ask, free_port, serve, settled
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
# Adds up how far what is seen moves without the reader's doing.
SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
# Counts the empty places that are shown while a question is read.
SKELETONS = """
new MutationObserver(() => {
  const shown = document.querySelectorAll('.reading .skeleton').length;
  window.skeletons = Math.max(window.skeletons || 0, shown);
}).observe(document, {childList: true, subtree: true});
"""


def test_the_page_paints_before_the_models_are_there_and_does_not_jump(
    copied: Callable[[], tuple[Path, Path]], opened: Open
) -> None:
    """Show the page though its encoder never ends loading; say so if the encoder fails."""
    folder, corpus = copied()
    (encoder,) = (folder / "encoders").rglob("*.onnx")
    encoder.unlink()
    os.mkfifo(encoder)  # whoever opens it waits for a writer
    app = serve(folder, corpus)
    released = False
    try:
        page = opened(app)
        settled(page)
        expect(page.locator(".front")).to_contain_text("Kremlin shrugs off")
        page.locator("#ask textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#conversation .reading h2")).to_have_text(QUESTION)
        page.wait_for_timeout(1_000)
        expect(page.locator("#conversation .reading .skeleton").first).to_be_visible()
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{app.address}/healthz")
        encoder.open("wb").close()
        released = True
        expect(page.locator("#conversation [role=alert]")).to_be_visible()
    finally:
        if not released:
            app.process.kill()
        app.stop()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_the_page_comes_piece_by_piece(
    served: Served, opened: Open, width: int
) -> None:
    """Load Gradio's blocks one by one, as on a slow line: each is added with its script."""
    page = opened(served, width=width, script=SHIFTS, late=r"/Index-[^/]*\.js$")
    settled(page)
    expect(page.locator("#masthead .holds")).to_contain_text("5 articles")
    page.wait_for_timeout(1_000)
    assert page.evaluate("window.shifts") < 0.02


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_while_an_answer_comes(served: Served, opened: Open, width: int) -> None:
    page = opened(
        served,
        width=width,
        script=SHIFTS + SKELETONS,
    )
    settled(page)
    ask(page, QUESTION)
    page.evaluate("window.skeletons = 0")
    ask(page, "Who is the prime minister of Armenia?")
    assert page.evaluate("window.skeletons") >= 4  # while it was reading
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifts") < 0.1  # what the web calls good


def test_the_page_follows_a_rebuild_made_elsewhere(
    copied: Callable[[], tuple[Path, Path]], opened: Open, tmp_path: Path
) -> None:
    folder, corpus = copied()
    app = serve(folder, corpus)
    try:
        page = opened(app)
        settled(page)
        (tmp_path / "a.txt").write_text("In spring Maria Olsen repaired the lighthouse.")
        index.build(tmp_path, folder)
        ask(page, "Who repaired the lighthouse?")
        expect(page.locator("#conversation .value").first).to_have_text("Maria Olsen")
        page.evaluate("window.dispatchEvent(new Event('focus'))")  # somebody comes back to it
        expect(page.locator("#masthead .holds")).to_contain_text("1 article")
        page.get_by_role("tab", name="Archive").click()
        expect(page.locator("table.articles tbody tr")).to_have_count(1)
        page.goto(app.address)
        expect(page.locator("#masthead .holds")).to_contain_text("1 article")
    finally:
        app.stop()


NAMES_SET_LATE = """
import os, sys, threading
def heard(event, values):
    new = event == "os.putenv" and os.fsdecode(values[0]) not in os.environ
    if (new or event == "os.unsetenv") and threading.active_count() > 1:
        print("set late:", os.fsdecode(values[0]), file=sys.stderr, flush=True)
sys.addaudithook(heard)
from qa.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_no_variable_is_added_to_the_environment_once_threads_run(
    corpus_index: Path, tmp_path: Path
) -> None:
    """Watch for setenv: the models' native code reads the environment, unsafe beside it."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        NAMES_SET_LATE,
        "serve",
        "--index",
        str(corpus_index),
        "--port",
        str(port),
    ]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GRADIO_", "HF_", "TQDM_"))
    }
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and process.poll() is None:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                    break
                time.sleep(0.2)
            else:
                raise AssertionError((tmp_path / "log").read_text())
        finally:
            process.terminate()
    assert "set late" not in (tmp_path / "log").read_text()


def test_a_port_that_is_taken_is_one_clear_line(served: Served) -> None:
    port = served.address.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "app.py", "--index", str(served.index), "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "to be free, found it taken; give another with --port" in line
