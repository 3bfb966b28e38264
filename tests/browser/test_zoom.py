"""Text twice as large, as a reader's browser has it: all grows, and none is cut or covered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FLAGS, Served, ask, settled
from tests.browser.test_ask import DIFFER

pytestmark = pytest.mark.slow
GROWN = 1.4  # the least: large text gets the narrow page, whose headings are smaller
# The size of each text that is seen, by its words and its place among equal ones.
_SIZES = """() => {
  const found = {};
  for (const one of document.querySelectorAll('#dateline *')) {
    const words = [...one.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    const typed = one.matches('input, textarea') && one.checkVisibility();
    if (!typed && !(words.length && one.checkVisibility({visibilityProperty: true}))) continue;
    if (one.closest('.unseen, #announcement')) continue;
    const name = typed ? one.tagName : words[0].data.trim().slice(0, 60);
    const size = parseFloat(getComputedStyle(one).fontSize);
    found[name] = Math.min(size, found[name] || size);
  }
  return found;
}"""
# Texts that lie over others, or that reach beyond what cuts them and cannot be scrolled.
_FAULTS = """() => {
  const lines = [];
  const faults = [];
  const walker = document.createTreeWalker(document.querySelector('#dateline'), 4);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    const seen = one.checkVisibility({visibilityProperty: true, opacityProperty: true});
    if (!node.data.trim() || !seen || [...ancestors(one)].some(unseen)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const fixed = [...ancestors(one)].some(above => getComputedStyle(above).position === 'fixed');
    for (const box of range.getClientRects()) {
      if (box.width < 2) continue;
      const cut = [...ancestors(one)].find(above => cuts(above, box));
      if (cut) faults.push(`cut: ${node.data.trim().slice(0, 60)} in ${cut.className}`);
      const scrolled = [...ancestors(one)].some(above => scrolls(above, box));
      if (!cut && !scrolled && !fixed) lines.push([node.data.trim().slice(0, 60), box]);
    }
  }
  function* ancestors(one) {
    for (; one && one.id !== 'dateline'; one = one.parentElement) yield one;
  }
  function unseen(above) { // what is there for those who hear the page
    const style = getComputedStyle(above);
    return style.clipPath !== 'none' || style.clip !== 'auto';
  }
  function outside(above, box) {
    const own = above.getBoundingClientRect();
    return box.right > own.right + 3 || box.bottom > own.bottom + box.height / 3
      || box.left < own.left - 3 || box.top < own.top - box.height / 3;
  }
  function cuts(above, box) {
    const style = getComputedStyle(above);
    if (style.textOverflow === 'ellipsis') return false; // it says that it goes on
    return /hidden|clip/.test(style.overflow) && outside(above, box);
  }
  function scrolls(above, box) {
    const style = getComputedStyle(above);
    return (/auto|scroll/.test(style.overflow) || style.textOverflow === 'ellipsis')
      && outside(above, box);
  }
  for (const [place, [words, box]] of lines.entries()) {
    for (const [others, other] of lines.slice(place + 1)) {
      const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      if (wide > 2 && high > 0.4 * Math.min(box.height, other.height))
        faults.push(`over each other: ${words} | ${others}`);
    }
  }
  if (document.documentElement.scrollWidth > window.innerWidth)
    faults.push(`wider than the window: ${document.documentElement.scrollWidth}`);
  return [...new Set(faults)];
}"""


@contextmanager
def in_size(browser: Browser, size: int, width: int, folder: Path) -> Iterator[Page]:
    """Open a page in a browser whose reader chose a size of text, in pixels."""
    profile = folder / str(size)
    (profile / "Default").mkdir(parents=True)
    chosen = {"webkit": {"webprefs": {"default_font_size": size}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(chosen))
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path="/usr/bin/chromium",
        args=FLAGS.split(),
        viewport={"width": width, "height": 900 if width > 600 else 844},
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def views(page: Page, address: str) -> Iterator[str]:
    """Go through the views of the page; yield the name of each."""
    page.goto(address)
    settled(page)
    expect(page.locator(".front .suggested a").first).to_be_visible()
    yield "front"
    ask(page, DIFFER)
    yield "answer"
    page.locator("#filters > button").click()
    expect(page.get_by_label("From", exact=True)).to_be_visible()
    yield "filters"
    page.locator("#filters > button").click()
    ask(page, "How many tanks did Armenia lose?")
    yield "silent"
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles")).to_be_visible()
    page.locator("#adding > button").click()
    expect(page.locator("#add-files")).to_be_visible()
    yield "archive"
    page.get_by_role("tab", name="Coverage").click()
    expect(page.locator("#coverage section").first).to_be_visible()
    yield "coverage"


@pytest.mark.parametrize("width", [1280, 390])
def test_all_text_grows_with_the_reader_s_size_and_none_is_cut_or_covered(
    served: Served, browser: Browser, tmp_path: Path, width: int
) -> None:
    sizes: dict[int, dict[str, dict[str, float]]] = {16: {}, 32: {}}
    faults = {}
    for size, seen in sizes.items():
        with in_size(browser, size, width, tmp_path) as page:
            for view in views(page, served.address):
                seen[view] = page.evaluate(_SIZES)
                faults[f"{view} at {size}"] = page.evaluate(_FAULTS)
    small = {
        f"{view}: {words}": (before, sizes[32][view][words])
        for view, texts in sizes[16].items()
        for words, before in texts.items()
        if words in sizes[32][view] and sizes[32][view][words] < GROWN * before
    }
    assert len(sizes[16]["answer"]) > 20
    assert small == {}
    assert {view: found for view, found in faults.items() if found} == {}
