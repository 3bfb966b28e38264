"""The last thing asked for is what is shown, though an answer before it is still coming."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import QUESTION, Open, Served, ask, serve, settled

pytestmark = pytest.mark.slow
OTHER = "Who is the prime minister of Armenia?"
_DONE = 3_000  # milliseconds after which an answer would have come


@contextmanager
def standing_still(app: Served) -> Iterator[None]:
    """Stop the server, so that what is asked for meanwhile reaches it at once."""
    os.kill(app.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(app.process.pid, signal.SIGCONT)


def heading(page: Page) -> str:
    return page.locator("#conversation .turn:not(.reading) h2").first.inner_text()


@pytest.fixture
def app(copied: Callable[[], tuple[Path, Path]]) -> Iterator[Served]:
    """Serve an app of this test's own: it is stopped for a while."""
    app = serve(*copied())
    yield app
    app.stop()


def test_back_and_remove_all_win_over_an_answer_that_is_still_coming(
    app: Served, opened: Open
) -> None:
    page = opened(app)
    settled(page)
    ask(page, QUESTION)
    ask(page, OTHER)
    with standing_still(app):  # back, while a third answer is coming
        page.locator("#ask textarea").fill("What did Putin say?")
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        page.evaluate("history.back()")
        page.wait_for_timeout(200)
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(QUESTION)
    page.wait_for_timeout(_DONE)
    assert heading(page) == QUESTION
    assert "brokered" in page.url
    assert page.title() == f"{QUESTION} · Dateline"
    with standing_still(app):  # two steps at once: what the last one goes to
        page.evaluate("history.forward()")
        page.wait_for_timeout(200)
        page.evaluate("history.go(-2)")
        page.wait_for_timeout(200)
    expect(page.locator("#conversation .front")).to_be_visible()
    page.wait_for_timeout(_DONE)
    expect(page.locator("#conversation .front")).to_be_visible()
    assert page.url == f"{app.address}/"
    with standing_still(app):  # everything is removed, while an answer is coming
        page.evaluate("history.forward()")
        page.wait_for_timeout(200)
        page.get_by_role("button", name="remove all").click()
        page.get_by_role("button", name="Really? Remove all").click()
        page.wait_for_timeout(200)
    expect(page.locator("#conversations li")).to_have_count(0)
    page.wait_for_timeout(_DONE)
    expect(page.locator("#conversation .front")).to_be_visible()
    expect(page.locator("#conversations li")).to_have_count(0)
    assert page.url == f"{app.address}/"


def test_renaming_a_conversation_leaves_an_answer_that_is_still_coming(
    app: Served, opened: Open
) -> None:
    page = opened(app)
    settled(page)
    ask(page, QUESTION)
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("The truce")
    with standing_still(app):
        page.locator("#ask textarea").fill(OTHER)
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        page.get_by_label("Name of the conversation").press("Enter")
        page.wait_for_timeout(200)
    expect(page.locator("#conversations .name")).to_have_text("The truce")
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(OTHER)
    expect(page.locator("#conversations li > span").first).to_have_text("2 questions")
