"""The look of a newspaper's archive: light and dark, wide and narrow; articles by themselves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import qa
from tests.browser.conftest import QUESTION, Open, Served, ask, settled
from tests.browser.test_ask import DIFFER

pytestmark = pytest.mark.slow

# Every colour that is neither paper nor ink, in the text, grounds and rules seen. The marker of
# a citation is left out.
_COLOURED = """() => {
  const found = {};
  const coloured = (value) => {
    const [r, g, b, a] = value.match(/[\\d.]+/g).map(Number);
    return (a === undefined || a > 0) && Math.max(r, g, b) - Math.min(r, g, b) > 60;
  };
  for (const one of document.querySelectorAll('body, body *')) {
    if (!one.checkVisibility({visibilityProperty: true}) || one.matches('mark, canvas')) continue;
    const style = getComputedStyle(one);
    const seen = [style.backgroundColor];
    const written = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (written) seen.push(style.color);
    for (const side of ['Top', 'Right', 'Bottom', 'Left']) {
      const [width, line] = [style[`border${side}Width`], style[`border${side}Style`]];
      if (parseFloat(width) && line !== 'none') seen.push(style[`border${side}Color`]);
    }
    for (const value of seen.filter(coloured)) found[value] = one.outerHTML.slice(0, 90);
  }
  return found;
}"""


def accent(page: Page) -> str:
    """Return the one accent colour, as browsers write it."""
    value = page.evaluate(
        "getComputedStyle(document.querySelector('#dateline')).getPropertyValue('--accent').trim()"
    )
    return f"rgb({', '.join(str(int(value[place : place + 2], 16)) for place in (1, 3, 5))})"


def size(page: Page, selector: str) -> float:
    return float(
        page.locator(selector).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    )


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_serif_headlines_one_accent_and_hairlines(
    served: Served, opened: Open, width: int, colours: str
) -> None:
    page = opened(served, width=width, colours=colours)
    settled(page)
    expect(page.locator(".front a").first).to_be_visible()
    views = {"front": page.evaluate(_COLOURED)}
    serif = ["#masthead h1", ".front h2:not(.suggested *)", ".front cite"]
    for selector in serif:
        assert (
            "serif"
            in page.locator(selector)
            .first.evaluate("one => getComputedStyle(one).fontFamily")
            .split(", ")[-1:]
        ), selector
    ask(page, DIFFER)
    for selector in (
        ".value",
        "blockquote",
        ".paper:not([hidden]) h3",
        ".paper:not([hidden]) .story",
        ".differ .value",
    ):
        family = page.locator(f"#conversation {selector}").first.evaluate(
            "one => getComputedStyle(one).fontFamily"
        )
        assert re.search(r"(?<!-)\bserif$", family), (selector, family)
    assert size(page, ".answer.first .value") >= 1.4 * size(
        page, ".answer.first blockquote"
    )  # the answer is what is seen first
    differing = page.locator(".differ").bounding_box()
    assert differing is not None
    screen = page.viewport_size
    assert screen is not None
    assert differing["y"] + differing["height"] <= screen["height"]  # all on the first screen
    page.locator("#filters > button").click()
    expect(page.get_by_label("Outlets", exact=True)).to_be_visible()
    views["answer"] = page.evaluate(_COLOURED)
    widest = page.evaluate(
        """Math.max(...[
            ...document.querySelectorAll('#dateline :is(section, article, header, table, tr)')
        ].flatMap(one => ['Top', 'Bottom'].map(
            side => parseFloat(getComputedStyle(one)[`border${side}Width`])
        )))"""
    )
    assert 0 < widest <= 3
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles")).to_be_visible()
    page.locator("#adding > button").click()
    expect(page.locator("#add-files")).to_be_visible()
    views["archive"] = page.evaluate(_COLOURED)
    only = accent(page)
    strangers = {
        view: {colour: where for colour, where in found.items() if colour != only}
        for view, found in views.items()
    }
    assert strangers == {"front": {}, "answer": {}, "archive": {}}
    assert all(views.values())  # and it is there


def test_the_table_of_articles_fits_a_phone(served: Served, opened: Open) -> None:
    page = opened(served, width=390)
    settled(page)
    page.get_by_role("tab", name="Archive").click()
    table = page.locator(".scrolls")
    expect(table).to_be_visible()
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert (
        max(
            page.locator("table.articles tbody tr").evaluate_all(
                "rows => rows.map(row => row.offsetHeight)"
            )
        )
        < 200
    )
    expect(
        page.locator("table.articles tbody tr").first.get_by_role("button", name="Remove")
    ).to_be_visible()


def test_an_article_is_read_by_itself_from_wherever_it_is_named(
    served: Served, opened: Open
) -> None:
    title = "Kremlin shrugs off Macron's critique of its part in the Karabakh conflict"
    (article,) = (one for one in qa.open(served.index).store.articles() if one.title == title)
    page = opened(served)
    settled(page)
    whole = page.locator("#conversation .alone")
    page.locator(".front a", has_text=title).click()
    expect(whole.locator("h2")).to_have_text(title)
    expect(whole.locator(".source")).to_contain_text("after Expatica · 14 October 2022")
    assert whole.locator(".story").evaluate("one => one.textContent") == article.text  # to its end
    expect(page).to_have_url(f"{served.address}/?article={article.id}")
    expect(page.locator("#announcement")).to_have_text(f"Article: {title}.")
    page.go_back()
    expect(page.locator(".front")).to_be_visible()
    ask(page, QUESTION)
    page.locator(".evidence .paper:visible").get_by_role("link", name="whole article").click()
    expect(whole.locator("h2")).to_have_text(title)
    expect(page.locator(".earlier li a")).to_have_text([QUESTION])  # the conversation goes on
    expect(page).to_have_title(f"{title} · Dateline")
    page.go_back()
    expect(page.locator(".value").first).to_have_text("US")
    page.get_by_role("tab", name="Archive").click()
    page.locator("table.articles a", has_text=title).click()
    expect(whole.locator("h2")).to_be_visible()
    expect(page).to_have_title(f"{title} · Dateline")
    page.reload()
    expect(whole.locator("h2")).to_have_text(title)
    page.goto(f"{served.address}/?article=nothing.md")
    expect(page.locator("#conversation [role=alert]")).to_contain_text(
        "Expected an article that is in the archive, found none"
    )
