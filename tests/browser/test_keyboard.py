"""Every action by the keys alone, and the focus where it was or at what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import QUESTION, Open, Served, serve, settled

pytestmark = pytest.mark.slow

# What the element with the focus is called.
_NAME = r"""(
  document.activeElement.ariaLabel || document.activeElement.innerText
  || document.activeElement.placeholder || ''
).split('\n')[0].trim()"""
# Whether the focus can be seen, on the element or on the frame around it.
_SHOWN = """
[document.activeElement, document.activeElement.closest('.wrap')]
  .some(one => one && getComputedStyle(one).outlineStyle !== 'none')
"""
# The browser's own window to choose files does not always show without a screen.
_CHOOSING = """
document.querySelector('#upload input[type=file]').addEventListener('click', event => {
  window.opens = navigator.userActivation.isActive;
  event.preventDefault();
})"""


@pytest.fixture(scope="module")
def own(copied: Callable[[], tuple[Path, Path]]) -> Iterator[Served]:
    """Serve an app for these tests alone: an article is removed."""
    app = serve(*copied())
    yield app
    app.stop()


def to(page: Page, name: str, key: str = "Tab") -> None:
    """Go on by the Tab key to what is called so, and see that the focus shows."""
    seen = []
    for _ in range(90):
        page.keyboard.press(key)
        seen.append(page.evaluate(_NAME))
        if seen[-1] == name:
            assert page.evaluate(_SHOWN), f"the focus on {name} is not seen"
            return
    raise AssertionError(f"{name} is not reached by {key}: {seen}")


def at(page: Page, name: str) -> None:
    """Wait until the focus is on what is called so."""
    page.wait_for_function(f"name => {_NAME} === name", arg=name)


def test_asking_by_keys(own: Served, opened: Open) -> None:
    page = opened(own)
    settled(page)
    turn = page.locator("#conversation .turn:not(.reading)")
    headline = page.locator(".front a").first.inner_text()
    to(page, headline)
    page.keyboard.press("Enter")
    expect(turn.locator("h2")).to_have_text(headline)
    at(page, headline)  # the link is gone: the focus is at what it opened
    to(page, "Who, when, where, how many …?", "Shift+Tab")
    for typed in (QUESTION, "and in 2020?"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(turn.locator("h2")).to_have_text(typed)
    expect(page.locator("#ask textarea")).to_be_focused()
    to(page, "ask it literally")
    page.keyboard.press("Enter")
    expect(turn.locator(".understood")).to_have_count(0)
    at(page, "and in 2020?")
    to(page, QUESTION)
    page.keyboard.press("Enter")
    expect(turn.locator("h2")).to_have_text(QUESTION)
    at(page, QUESTION)
    to(page, "show in the article")
    page.keyboard.press("Enter")
    at(page, "Text of the article")
    to(page, "JSON", "Shift+Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "reply.json"
    to(page, "begin a new conversation")
    page.keyboard.press("Enter")
    expect(page.locator(".front")).to_be_visible()


def test_limits_by_keys(own: Served, opened: Open) -> None:
    page = opened(own)
    settled(page)
    to(page, "Narrow by outlet or date")
    page.keyboard.press("Enter")
    to(page, "November 2020: 1 article")
    page.keyboard.press("Enter")
    expect(page.get_by_label("From", exact=True)).to_have_value("2020-11-01")
    to(page, "Outlets")
    page.keyboard.type("Expat")
    page.keyboard.press("Enter")
    expect(page.locator("#outlets .token")).to_contain_text("after Expatica")
    page.keyboard.press("Escape")
    to(page, "Clear limits")
    page.keyboard.press("Enter")
    expect(page.locator("#outlets .token")).to_have_count(0)
    expect(page.get_by_label("From", exact=True)).to_have_value("")


def test_the_archive_by_keys(own: Served, opened: Open) -> None:
    page = opened(own)
    settled(page)
    rows = page.locator("table.articles tbody tr")
    to(page, "Archive", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(5)
    to(page, "Title")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Title")
    at(page, "Title ↑")  # the table is another, and the focus stayed
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Title")
    title = rows.first.locator("a").inner_text()
    to(page, title)
    page.keyboard.press("Enter")
    expect(page.locator(".alone h2")).to_have_text(title)
    at(page, title)
    to(page, "Archive", "Shift+Tab")
    page.keyboard.press("Enter")
    to(page, f"Remove {title}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Really remove?")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(4)
    assert page.evaluate(
        "Boolean(document.activeElement.closest('#articles'))"
    )  # its row is gone: still at the table
    expect(page.get_by_role("button", name="Really remove?")).to_have_count(
        0
    )  # and nothing else is about to go
    to(page, "Add articles", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#add-files")).to_be_visible()
    to(page, "Upload")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('#upload'))"):
            break
    else:
        raise AssertionError("where files are chosen is not reached by Tab")
    page.evaluate(_CHOOSING)
    page.keyboard.press("Enter")
    page.wait_for_function("window.opens")
