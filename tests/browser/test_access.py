"""For everybody: axe-core finds nothing serious, and nothing moves if that is unwanted.

The README's pictures are made here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import QUESTION, Open, Served, ask, settled
from tests.browser.test_ask import DIFFER

pytestmark = pytest.mark.slow
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"runOnly": {"type": "tag", "values": ["cat.color"]}},
}
PICTURES = os.environ.get("DATELINE_PICTURES")  # a folder for the README's pictures
SHOWN = {
    "differ-1280-light": "answer",
    "follow-up-1280-dark": "conversation",
    "differ-390-light": "phone",
    "archive-upload-1280-light": "archive",
}


def serious(page: Page, rules: dict[str, object]) -> list[str]:
    """Return what axe-core finds that is serious or critical, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "async (rules) => (await axe.run(document, rules)).violations",
        {"resultTypes": ["violations"], **rules},
    )
    return [
        f"{problem['id']}: {node['target']} {node['html'][:150]} {node['failureSummary'][:200]}"
        for problem in found
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"]
    ]


def look(page: Page, view: str) -> dict[str, list[str]]:
    """Return what axe-core finds in a view in the light and in the dark; take its pictures.

    The dark changes colours alone, so there the rules about colours are tried.
    """
    problems = {}
    width = page.evaluate("window.innerWidth")
    for colours in ("light", "dark"):
        page.evaluate(f"document.body.classList.toggle('dark', {str(colours == 'dark').lower()})")
        name = f"{view}-{width}-{colours}"
        problems[name] = serious(page, RULES[colours])
        if PICTURES and (name in SHOWN or os.environ.get("DATELINE_ALL_PICTURES")):
            page.mouse.move(0, 0)
            page.screenshot(path=Path(PICTURES) / f"{SHOWN.get(name, name)}.png")
    page.evaluate("document.body.classList.remove('dark')")
    return {name: found for name, found in problems.items() if found}


@pytest.mark.parametrize("width", [1280, 390])
def test_no_view_has_a_serious_problem(served: Served, opened: Open, width: int) -> None:
    page = opened(served, width=width)
    settled(page)
    expect(page.locator(".front .suggested a").first).to_be_visible()
    problems = look(page, "front")
    ask(page, DIFFER)
    expect(page.locator("#conversation .value").first).to_have_text("286")
    expect(page.locator("#conversation .findings .suggested a").first).to_be_visible()
    problems |= look(page, "differ")
    page.locator("#conversation .answer.first [data-finding]").click()
    expect(page.locator(".evidence")).to_be_visible()
    problems |= look(page, "article")  # a sheet, on a narrow page
    page.keyboard.press("Escape")
    page.locator("#ask textarea").fill("who brokered it?")
    page.keyboard.press("Enter")
    expect(page.locator(".understood")).to_be_visible()
    page.locator("#filters > button").click()
    page.get_by_label("Outlets", exact=True).click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    problems |= look(page, "follow-up")
    page.locator("#filters > button").click()
    ask(page, "What is Nagorno-Karabakh?")
    page.locator("#conversation .other summary").first.click()
    problems |= look(page, "sentence")
    ask(page, "How many tanks did Armenia lose?")
    problems |= look(page, "silent")
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles")).to_be_visible()
    for tab in ("Upload", "Paste", "From the web"):
        if not page.locator("#adding").get_by_role("tab", name=tab).is_visible():
            page.locator("#adding > button").click()
        page.locator("#adding").get_by_role("tab", name=tab).click()
        problems |= look(page, f"archive-{tab.split()[0].lower()}")
    page.get_by_role("button", name="Correct").first.click()
    expect(page.get_by_label("Correct headline")).to_be_visible()
    problems |= look(page, "archive-correct")
    page.get_by_role("tab", name="Coverage").click()
    expect(page.locator("#coverage section").first).to_be_visible()
    problems |= look(page, "coverage")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == {}


def test_an_answer_is_announced_and_nothing_moves_where_that_is_unwanted(
    served: Served, opened: Open
) -> None:
    page = opened(served)  # with prefers-reduced-motion
    settled(page)
    expect(page.locator("#announcement")).to_have_attribute("aria-live", "polite")
    ask(page, QUESTION)
    expect(page.locator("#announcement")).to_have_text(
        "Answer: US. From after Expatica. One report."
    )
    moving = page.evaluate(
        """() => [...document.querySelectorAll('#dateline *')].filter(one => {
            const style = getComputedStyle(one);
            return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert moving == []
