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

import qa
from qa.web.cards import likelihood
from tests.browser.conftest import QUESTION, Open, Served, ask, settled
from tests.browser.test_ask import DIFFER

pytestmark = pytest.mark.slow
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PICTURES = os.environ.get("DATELINE_PICTURES")  # a folder for the README's pictures
SHOWN = {
    "differ-1280-light": "answer",
    "follow-up-1280-dark": "conversation",
    "differ-390-light": "phone",
    "archive-upload-1280-light": "archive",
    "insight-1280-light": "insight",
}


def serious(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or critical, one line each."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{problem['id']}: {node['target']} {node['html'][:150]} {node['failureSummary'][:200]}"
        for problem in found
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"]
    ]


def picture(page: Page, name: str) -> None:
    if PICTURES and name in SHOWN:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(PICTURES) / f"{SHOWN[name]}.png")


@pytest.mark.parametrize(
    ("width", "colours"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_no_view_has_a_serious_problem(
    served: Served, opened: Open, width: int, colours: str
) -> None:
    page = opened(served, width=width, colours=colours)
    settled(page)
    expect(page.locator(".front a").first).to_be_visible(timeout=60_000)
    name = f"{width}-{colours}"
    problems = {"front": serious(page)}
    picture(page, f"front-{name}")
    ask(page, DIFFER)
    expect(page.locator("#conversation .value").first).to_have_text("286")
    problems["differ"] = serious(page)
    picture(page, f"differ-{name}")
    page.locator("#ask textarea").fill("who brokered it?")
    page.keyboard.press("Enter")
    expect(page.locator(".understood")).to_be_visible(timeout=30_000)
    page.locator("#filters > button").click()
    page.get_by_label("Outlets").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    problems["follow-up"] = serious(page)
    picture(page, f"follow-up-{name}")
    page.locator("#filters > button").click()
    ask(page, "How many tanks did Armenia lose?")
    problems["silent"] = serious(page)
    picture(page, f"silent-{name}")
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles")).to_be_visible()
    for tab in ("Upload", "Paste", "From the web"):
        if not page.locator("#adding").get_by_role("tab", name=tab).is_visible():
            page.locator("#adding > button").click()
        page.locator("#adding").get_by_role("tab", name=tab).click()
        problems[tab] = serious(page)
        picture(page, f"archive-{tab.split()[0].lower()}-{name}")
    page.get_by_role("tab", name="Insight").click()
    expect(page.locator("#over-time canvas, #over-time svg.marks").first).to_be_visible(
        timeout=30_000
    )
    problems["insight"] = serious(page)
    picture(page, f"insight-{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {view: found for view, found in problems.items() if found} == {}


def test_an_answer_is_announced_and_nothing_moves_where_that_is_unwanted(
    served: Served, opened: Open
) -> None:
    page = opened(served)  # with prefers-reduced-motion
    settled(page)
    expect(page.locator("#announcement")).to_have_attribute("aria-live", "polite")
    ask(page, QUESTION)
    likely = likelihood(qa.open(served.index).ask(QUESTION).answers[0].probability)
    expect(page.locator("#announcement")).to_contain_text(
        f"Answer: US, {likely}, from after Expatica."
    )
    moving = page.evaluate(
        """() => [...document.querySelectorAll('#dateline *')].filter(one => {
            const style = getComputedStyle(one);
            return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert moving == []
