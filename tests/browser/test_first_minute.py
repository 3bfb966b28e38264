"""The first minute in a real browser: an empty archive is filled, and its examples answer."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import index
from tests.browser.conftest import QUESTION, Open, Served, ask, at_rest, serve, settled
from tests.browser.test_access import look
from tests.conftest import ROOT
from tests.qa.test_seed_questions import ANSWERED

pytestmark = pytest.mark.slow
STORM = """---
title: Storm hits Norvik
source: Norvik Post
published: {day}
---

The storm in Norvik killed {dead} people.
"""
SMALL = 44  # pixels: what a thumb needs
# What can be touched and is seen, apart from links within a line of text.
_TARGETS = """() => [...document.querySelectorAll(
  '#dateline :is(button, summary, [role=tab], .chip, .earlier li a)'
)].filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.paper'))
  .map(one => [one.textContent.trim().slice(0, 40), one.getBoundingClientRect().height])"""


def test_an_empty_folder_opens_with_a_place_to_drop_articles_and_becomes_an_archive(
    tmp_path: Path, opened: Open
) -> None:
    app = serve(tmp_path / "index", tmp_path / "new" / "corpus")
    try:
        page = opened(app)
        settled(page)
        drop = page.locator("#first-files")
        expect(drop).to_be_visible()
        expect(page.locator("#welcome h2")).to_have_text("This archive is empty")
        problems = look(page, "empty")
        ask(page, QUESTION)
        expect(page.locator("#conversation [role=alert]")).to_contain_text(
            "found none yet; add some first"
        )
        problems |= look(page, "notice")
        with zipfile.ZipFile(tmp_path / "news.zip", "w") as packed:
            for article in sorted((ROOT / "corpus").glob("*.md")):
                packed.write(article, article.name)
        drop.locator("input[type=file]").set_input_files([tmp_path / "news.zip"])
        expect(drop).to_be_hidden()
        expect(page.locator("#masthead .holds")).to_contain_text("5 articles from 4 outlets")
        expect(page.locator(".front li")).to_have_count(5)
        ask(page, QUESTION)
        expect(page.locator("#conversation .value").first).to_have_text("US")
        assert (app.corpus / "added" / "news.zip").is_file()
        for day, dead in (("2022-11-02", 12), ("2022-11-04", 19)):
            (app.corpus / f"{dead}.md").write_text(STORM.format(day=day, dead=dead))
        index.build(app.corpus, app.index)
        ask(page, "How many people were killed by the storm in Norvik?")
        expect(page.locator(".over-time li")).to_have_text(
            ["12 2 November 2022", "19 4 November 2022"]
        )
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            problems |= look(page, "over-time")
        assert problems == {}
    finally:
        app.stop()


def test_each_example_is_answered_and_the_first_is_a_disagreement(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    examples = page.locator(".front .suggested a")
    expect(examples).to_have_count(4)
    for place in range(4):
        question = examples.nth(place).locator("bdi").inner_text()
        examples.nth(place).click()
        expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(question)
        expect(page.locator("#conversation .answer.first")).to_be_visible()
        expect(page).to_have_title(f"{question} · Dateline")
        expect(page.locator("#conversation .differ")).to_have_count(1 if place == 0 else 0)
        page.goto(served.address)
        expect(examples).to_have_count(4)
    with_follow_up = examples.filter(has_text="then “")
    expect(with_follow_up).to_have_count(1)
    with_follow_up.click()
    follow_up = page.locator("#conversation .findings .suggested a").first
    typed = str(follow_up.get_attribute("data-typed"))
    follow_up.click()
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(typed)
    expect(page.locator("#conversation .understood em")).to_be_visible()
    expect(page.locator("#conversation .answer.first")).to_be_visible()


def test_after_an_answer_the_next_questions_are_answered_too(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    ask(page, "What did Emmanuel Macron say?")  # two outlets quote him
    following = page.locator("#conversation .findings .suggested a")
    expect(following.first).to_be_visible()
    assert following.count() <= 3
    before = page.locator("#conversation .answer.first blockquote").first.inner_text()
    of_an_outlet = following.filter(has_text="says of it").first
    outlet = of_an_outlet.inner_text().removeprefix("What ").removesuffix(" says of it")
    of_an_outlet.click()
    expect(page.locator("#conversation .chip").first).to_have_text(f"{outlet} ×")
    said = page.locator("#conversation .answer.first blockquote").first
    expect(said).to_be_visible()
    assert said.inner_text() != before


def test_conversations_survive_a_reload_and_are_named_opened_saved_and_removed(
    served: Served, opened: Open, tmp_path: Path
) -> None:
    page = opened(served)
    settled(page)
    ask(page, QUESTION)
    ask(page, "Who is the prime minister of Armenia?")
    page.goto(served.address)
    expect(page.locator(".earlier li")).to_have_count(2)
    listed = page.locator("#conversations li")
    expect(listed).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="as Markdown").click()
    download.value.save_as(tmp_path / "conversation.md")
    saved = (tmp_path / "conversation.md").read_text(encoding="utf-8")
    assert saved.index("brokered the September truce") < saved.index("prime minister")
    assert "**US**" in saved
    assert "after Expatica · 14 October 2022" in saved
    page.get_by_role("button", name="Rename").click()
    box = page.get_by_label("Name of the conversation")
    box.fill("The truce")
    box.press("Enter")
    expect(listed.locator(".name")).to_have_text("The truce")
    page.get_by_role("button", name="begin a new conversation").click()
    expect(page.locator(".earlier")).to_have_count(0)
    ask(page, "What did Putin say?")
    expect(listed.locator(".name")).to_have_text(["What did Putin say?", "The truce"])
    listed.get_by_role("link", name="The truce", exact=True).click()  # its last answer again
    expect(page.locator("#conversation h2").first).to_have_text(
        "Who is the prime minister of Armenia?"
    )
    expect(page.locator(".earlier li a")).to_have_text([QUESTION])
    at_rest(page)
    page.reload()
    expect(listed.locator(".name")).to_have_text(["The truce", "What did Putin say?"])
    answered = page.locator("#conversation .answer.first blockquote").first
    expect(page.locator("#conversation h2").first).to_have_text(
        "Who is the prime minister of Armenia?"
    )
    expect(answered).to_be_visible()
    page.go_back()
    expect(page.locator("#conversation h2").first).to_have_text("What did Putin say?")
    expect(answered).to_contain_text("Putin said")
    # Then the list is drawn anew, and a button would go between its two clicks.
    expect(listed.locator("> span").first).to_have_text("3 questions")
    page.get_by_role("button", name="remove all").click()
    page.get_by_role("button", name="Really? Remove all").click()
    expect(listed).to_have_count(0)
    expect(page.locator("#conversation .front")).to_be_visible()
    expect(page).to_have_url(f"{served.address}/")
    page.reload()
    expect(page.locator("#conversation .front")).to_be_visible()
    expect(listed).to_have_count(0)


# Twenty-four questions that the articles answer: eleven of them differ or are quotations.
ON_A_PHONE = [
    QUESTION,
    "How many people were killed in the border clashes in September?",
    "How many people were killed in September 2022?",
    "How many people died in the clashes?",
    "What is Nagorno-Karabakh?",
    "What did Macron say about Russia?",
    "What did Putin say?",
    "What did Aliyev call Macron's statements?",
    "What did Peskov say of the accusation against Russia?",
    "Why did Macron criticise Russia?",
    "What happened in September 2022?",
    *(question for question, _ in ANSWERED[1:14]),
]


def test_on_a_phone_answer_sentence_and_outlet_are_above_the_fold(
    served: Served, opened: Open
) -> None:
    page = opened(served, width=390)
    settled(page)
    below = []
    for question in ON_A_PHONE:
        ask(page, question)
        source = page.locator("#conversation .answer.first .source").first
        box = page.locator("#ask").bounding_box()
        place = source.bounding_box()
        assert box is not None
        assert place is not None
        assert place["y"] >= 0
        if place["y"] + place["height"] > box["y"]:  # not above the box at the bottom
            below.append(question)
        assert box["y"] + box["height"] == page.viewport_size["height"]  # type: ignore[index]
        assert too_small(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(ON_A_PHONE) == 24
    assert len(below) <= 2, below


def too_small(page: Page) -> list[list[object]]:
    """Return what is lower than a thumb needs, with its height."""
    return [[name, height] for name, height in page.evaluate(_TARGETS) if height < SMALL]


def test_what_is_typed_right_after_enter_is_kept_and_a_slash_goes_to_the_box(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    box = page.locator("#ask textarea")
    box.fill(QUESTION)
    page.keyboard.press("Enter")
    page.keyboard.type("and then")
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(QUESTION)
    expect(box).to_have_value("and then")
    page.locator("#conversation .answer.first [data-finding]").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.press("/")
    assert "/" in box.input_value()  # in the box it is a letter


def test_chosen_limits_are_chips_before_they_are_asked_with(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    page.locator("#filters > button").click()
    page.get_by_role("button", name="November 2020: 1 article").click()
    chips = page.locator("#pending .chip")
    expect(chips).to_have_text(["from 1 November 2020 ×", "to 30 November 2020 ×"])
    page.get_by_role("button", name="October 2022: 4 articles").click(modifiers=["Shift"])
    expect(chips).to_have_text(["from 1 November 2020 ×", "to 31 October 2022 ×"])
    page.get_by_role("button", name="Clear limits").click()
    expect(chips).to_have_count(0)
    page.get_by_role("button", name="October 2022: 4 articles").hover()
    page.mouse.down()
    page.get_by_role("button", name="November 2020: 1 article").hover()
    page.mouse.up()  # dragged over the bars, from right to left
    expect(chips).to_have_text(["from 1 November 2020 ×", "to 31 October 2022 ×"])
    page.locator("#filters > button").click()
    chips.first.click()
    expect(chips).to_have_text(["to 31 October 2022 ×"])
    ask(page, QUESTION)
    expect(chips).to_have_count(0)  # now they are the answer's
    expect(page.locator("#conversation .chip")).to_have_text(
        ["September ×", "to 31 October 2022 ×"]
    )
    page.locator("#filters > button").click()
    page.get_by_label("From", exact=True).fill("2022-12-01")
    expect(page.locator("#pending [role=alert]")).to_contain_text(
        "found 1 December 2022 after 31 October 2022"
    )
