"""A corpus that attacks whoever reads it: all of it shows as text, and nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

import index
from tests.browser.conftest import Open, Served, ask, serve, settled

pytestmark = pytest.mark.slow

ATTACKS = (
    "<script>window.canary=1</script>",
    '<img src=x onerror="window.canary=1">',
    "\"><svg onload='window.canary=1'>",
    "[a link](javascript:window.canary=1) ![p](x) <javascript:window.canary=1>",
    "$$\\href{javascript:window.canary=1}{x}$$ \\(x\\)",
    "${window.canary=1} {{window.canary=1}} {% raw %} <%= 1 %>",
    "\u202egnorw si siht\u202c \u2067isolate",
    "</textarea></title><iframe srcdoc='<script>parent.canary=1</script>'></iframe>",
    "<a href='javascript:window.canary=1' onclick='window.canary=1'>**click**</a> "
    "| pipe | `code` # heading",
)
URLS = (
    "javascript:window.canary=1",
    "data:text/html,<script>parent.canary=1</script>",
    "http://[",
    "https://example.org/\"onmouseover='window.canary=1'",
    "//example.org/x",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, corpus_index: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, attack in enumerate(ATTACKS):
        meta = {
            "title": f"{attack} {number}",
            "source": f"Outlet {attack}",
            "published": f"2022-0{number + 1}-03",
            "url": URLS[number % len(URLS)],
            "authors": [attack],
        }
        text = (
            f"Keeper number {number} of the lighthouse is Maria Olsen {attack} of Bergen. "
            f"{attack}\n\nIn {attack} 41 keepers were paid {attack}.\n"
        )
        head = yaml.safe_dump(meta, allow_unicode=True)
        name = attack.replace("/", "∕")[:60].strip(". ")
        (corpus / f"{number}{name}.md").write_text(f"---\n{head}---\n{text}", encoding="utf-8")
    (corpus / "long.txt").write_text(
        f"The longest line was written by Jon Lund.\n\n{'a' * 1_000_000}\n"
    )
    index.build(corpus, folder / "index")
    app = serve(folder / "index", corpus)
    yield app
    app.stop()


def unharmed(page: Page) -> None:
    assert page.evaluate("window.canary") is None
    ours = page.locator("#conversation, #articles, #work, #masthead, #coverage")
    assert ours.locator("img, iframe, svg, object, embed, script, style").count() == 0
    links = page.locator("#conversation a, #articles a").evaluate_all(
        "links => links.map(link => link.href)"
    )
    assert [
        link
        for link in links
        if not link.startswith(("http", "data:application/json", "data:text/markdown"))
    ] == []
    assert (
        page.locator(
            "#dateline [onclick], #dateline [onerror], #dateline [onload], #dateline [onmouseover]"
        ).count()
        == 0
    )


def test_whatever_an_article_says_is_text(hostile: Served, opened: Open) -> None:
    page = opened(hostile)
    settled(page)
    expect(page.locator("#masthead")).to_contain_text("10 articles")
    unharmed(page)
    ask(page, "Who is keeper number 0 of the lighthouse?")
    turn = page.locator("#conversation .turn")
    expect(turn.locator(".passages").first).to_contain_text(
        "<script>window.canary=1</script>", use_inner_text=False
    )
    unharmed(page)
    for summary in page.locator("#conversation summary").all():
        if summary.is_visible():
            summary.click()
    for button in page.locator("#conversation [data-passage]").all():
        button.click()
    unharmed(page)
    for number in (1, 3, 4, 5, 8):
        ask(page, f"Who is keeper {number} of the lighthouse, paid in Bergen?")
        unharmed(page)
    page.locator("#filters > button").click()
    page.get_by_label("Outlets", exact=True).click()
    expect(page.get_by_role("option")).to_have_count(9)
    page.get_by_role("option").nth(0).click()
    page.keyboard.press("Escape")
    ask(page, "How many keepers were paid?")
    unharmed(page)
    page.get_by_role("tab", name="Archive").click()
    expect(page.locator("table.articles tbody tr")).to_have_count(10)
    expect(page.locator("table.articles")).to_contain_text(
        '<img src=x onerror="window.canary=1"> 1'
    )
    unharmed(page)
    page.get_by_role("tab", name="Coverage").click()
    expect(page.locator("#coverage section").first).to_be_visible()
    unharmed(page)
    page.get_by_label("Topic", exact=True).fill(
        "lighthouse keeper <img src=x onerror='window.canary=1'>"
    )
    page.keyboard.press("Enter")
    expect(page.locator("#coverage")).to_contain_text("article")
    page.wait_for_timeout(500)
    unharmed(page)


def test_a_question_and_an_address_are_text(hostile: Served, opened: Open) -> None:
    page = opened(
        hostile,
        "/?q=%3Cimg%20src%3Dx%20onerror%3D%22window.canary%3D1%22%3E%20who%3F&source=%3Cb%3E%22%27&to=2022-12-31",
    )
    expect(page.locator("#conversation .turn:not(.reading) h2")).to_have_text(
        '<img src=x onerror="window.canary=1"> who?'
    )
    unharmed(page)
    page.goto(hostile.address)
    settled(page)
    for attack in ATTACKS:
        page.locator("#ask textarea").fill(f"{attack} who?")
        page.keyboard.press("Enter")
        expect(page.locator("#conversation .turn:not(.reading) h2")).to_contain_text("who?")
        unharmed(page)


def test_a_line_of_a_megabyte_is_bounded_on_the_page(hostile: Served, opened: Open) -> None:
    page = opened(hostile, width=390)
    settled(page)
    ask(page, "Who wrote the longest line?")
    expect(page.locator("#conversation .value").first).to_have_text("Jon Lund")
    assert len(page.locator("#conversation").inner_html()) < 400_000
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_names_and_texts_can_be_added_and_are_text(
    hostile: Served, opened: Open, tmp_path: Path
) -> None:
    page = opened(hostile)
    settled(page)
    page.get_by_role("tab", name="Archive").click()
    page.locator("#adding > button").click()
    nasty = tmp_path / "<img src=x onerror=window.canary=1>.txt"
    nasty.write_text("The pilot Else Berg landed. <script>window.canary=1</script>")
    page.locator("#adding").get_by_role("tab", name="Upload").click()
    page.locator("#upload input[type=file]").set_input_files([nasty])
    expect(page.locator("#upload")).to_contain_text("onerror")
    page.locator("#add-files").click()
    expect(page.locator("#work .work")).to_contain_text("1 added")
    unharmed(page)
    page.locator("#adding").get_by_role("tab", name="Paste").click()
    page.get_by_label("Headline").fill("../../../../etc/<script>window.canary=1</script>\u202e")
    page.get_by_label("Address", exact=True).fill("javascript:window.canary=1")
    page.get_by_label("Text of the article").fill(
        "---\ntitle: stolen\n---\n${window.canary=1} was said by Rolf Moe."
    )
    page.locator("#add-text").click()
    expect(page.locator("#work .failed")).to_contain_text(
        "expected an address that begins with http", ignore_case=True
    )
    page.get_by_label("Address", exact=True).fill("")
    page.locator("#add-text").click()
    expect(page.locator("#work .work")).to_contain_text("1 added")
    expect(page.locator("table.articles tbody tr")).to_have_count(12)
    unharmed(page)
    assert {file.parent for file in hostile.corpus.rglob("*.md")} == {
        hostile.corpus,
        hostile.corpus / "added",
    }
