"""Asking in a real browser, with the real models: answers, evidence, addresses and keys."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import qa
from qa.verification import verify_replies
from tests.browser.conftest import QUESTION, Open, Served, ask, settled

pytestmark = pytest.mark.slow
DIFFER = "How many people were killed in the border clashes in September?"
MANY = "Who said Russia provoked the clashes?"  # five findings at least, two in one article


def findings(served: Served, question: str) -> Counter[str]:
    """Return how many places of each article the reply cites, asked without the page."""
    reply = qa.open(served.index).ask(question)
    places = {
        (citation.article.id, citation.start, citation.end)
        for answer in reply.answers
        for citation in answer.citations
    }
    return Counter(article for article, *_ in places)


def current(page: Page) -> str:
    """Return which finding is shown: its number and the place of its article."""
    return str(
        page.locator(".paper:not([hidden]) mark.current").first.evaluate(
            "mark => `${mark.dataset.findings} in ${mark.closest('.paper').dataset.article}`"
        )
    )


def in_view(page: Page, selector: str) -> bool:
    """Return whether an element lies within its article's window and the browser's."""
    return bool(
        page.locator(selector).first.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                const story = element.closest('.story').getBoundingClientRect();
                return box.top >= Math.max(0, story.top)
                    && box.bottom <= Math.min(story.bottom, window.innerHeight);
            }"""
        )
    )


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_the_answer_its_sentence_and_its_article(
    served: Served, opened: Open, width: int, colours: str
) -> None:
    page = opened(served, width=width, colours=colours)
    settled(page)
    expect(page.locator("#masthead")).to_contain_text(
        "5 articles from 4 outlets, 13 November 2020 to 14 October 2022"
    )
    ask(page, QUESTION)
    turn = page.locator("#conversation .turn")
    best = turn.locator(".answer.first")
    expect(best.locator(".value")).to_have_text("US")
    reply = qa.open(served.index).ask(QUESTION)
    likely = f"{round(100 * reply.answers[0].probability)}% likely"
    expect(best.locator(".weight")).to_have_text("one report")
    expect(best.locator(".weight")).to_have_attribute("title", likely)
    assert "%" not in turn.inner_text()  # the number stands in the title alone
    expect(best.locator(".source").first).to_have_text("after Expatica, 14 October 2022")
    expect(best.locator("blockquote").first).to_contain_text(
        "until a truce brokered by the US put an end"
    )
    expect(best.locator("blockquote mark").first).to_have_text("US")
    bottom = best.locator(".source").first.bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= page.viewport_size["height"]  # type: ignore[index]  # on the first screen

    evidence = turn.locator(".evidence")
    paper = evidence.locator(".paper:not([hidden])")
    expect(paper.locator("h3")).to_contain_text("Kremlin shrugs off Macron's critique")
    expect(paper.locator("mark.current")).to_have_text("US")
    if width > 900:
        left, right = best.bounding_box(), evidence.bounding_box()
        assert left is not None
        assert right is not None
        assert right["x"] >= left["x"] + left["width"]  # beside it
        assert in_view(page, ".paper:not([hidden]) mark.current")
    else:
        expect(evidence).to_be_hidden()
    best.get_by_role("button", name="show in the article").first.click()
    assert in_view(page, ".paper:not([hidden]) mark.current")
    expect(evidence.locator(".story:visible")).to_be_focused()
    if width < 900:
        sheet = evidence.bounding_box()
        assert sheet is not None
        assert sheet["y"] > 60  # the answer is seen above it
        assert sheet["y"] + sheet["height"] == page.viewport_size["height"]  # type: ignore[index]
        page.get_by_role("button", name="close").click()
        expect(evidence).to_be_hidden()
        expect(best.get_by_role("button", name="show in the article").first).to_be_focused()

    best.get_by_role("button", name="copy quotation").first.click()
    expect(best.get_by_role("button", name="copied").first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "“The clashes on the border in September cost at least 286 lives, "
        "until a truce brokered by the US"
    )
    assert copied.endswith(
        "after Expatica · 14 October 2022 · "
        "Kremlin shrugs off Macron's critique of its part in the Karabakh conflict"
    )

    passages = turn.locator("details.passages")
    passages.locator("summary").click()
    expect(passages.locator("li")).to_have_count(16)
    for hit, shown in zip(
        reply.passages, passages.locator("li > p:first-child").all(), strict=True
    ):
        expect(shown).to_have_attribute("title", f"score {hit.score:.2f}")
    passages.get_by_role("button", name="show in the article").nth(3).click()
    assert in_view(page, ".paper:not([hidden]) span.current")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_outlets_that_differ_are_shown_at_a_glance_and_the_findings_are_stepped_through(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    ask(page, DIFFER)
    panel = page.locator("#conversation .differ")
    expect(panel.locator("h3")).to_have_text("Two outlets differ")
    expect(page.locator("#conversation .answer.first .weight")).to_have_text("two outlets differ")
    one, other = (beside.bounding_box() for beside in panel.locator("details").all())
    assert one is not None
    assert other is not None
    assert one["y"] == other["y"]  # outlet beside outlet
    expect(panel.locator("summary").first).to_contain_text("at least 286")
    rival = panel.locator("details").nth(1)
    expect(rival.locator("summary")).to_contain_text("after RFE/RL, 14 October 2022")
    expect(rival.locator("blockquote")).to_be_hidden()
    rival.locator("summary").click()
    expect(rival.locator("blockquote")).to_contain_text("More than 200 people died")
    ask(page, MANY)
    articles = findings(served, MANY)
    found = articles.total()
    assert found >= 5
    assert max(articles.values()) >= 2
    expect(page.locator(".evidence .place")).to_have_text(f"finding 1 of {found}")
    assert page.locator(".paper:not([hidden]) mark[data-first]").count() >= 2
    seen = [current(page)]
    for _ in range(found - 1):
        page.get_by_role("button", name="Next finding").click()
        assert in_view(page, ".paper:not([hidden]) mark.current")
        seen.append(current(page))
    assert len(set(seen)) == found
    page.get_by_role("button", name="Next finding").click()
    expect(page.locator(".evidence .place")).to_have_text(f"finding 1 of {found}")
    page.get_by_role("button", name="Previous finding").click()
    expect(page.locator(".evidence .place")).to_have_text(f"finding {found} of {found}")


def test_who_is_quoted_is_named(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    ask(page, "What did Hajiyev call the ambassador's comment?")
    expect(page.locator("#conversation .answer.first .speaker").first).to_contain_text(
        "as Hikmet Hajiyev is quoted"
    )


def test_it_says_so_where_the_articles_do_not(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    ask(page, "How many tanks did Armenia lose?")
    turn = page.locator("#conversation .turn")
    expect(turn.locator(".silent")).to_have_text("No clear answer found.")
    assert turn.locator(".answer").count() == 0
    nearest = turn.locator(".nearest li")
    expect(nearest).to_have_count(3)
    for sentence in nearest.all():
        assert sentence.locator("mark").inner_text() in sentence.locator("blockquote").inner_text()
        expect(sentence.locator(".source")).to_contain_text(
            re.compile(r"^after .+, 1\d \w+ 20\d\d")
        )
    assert not re.search(r"score|\d%", turn.inner_text())
    nearest.nth(2).get_by_role("button", name="show in the article").click()
    assert in_view(page, ".paper:not([hidden]) mark.current")
    quoted = nearest.nth(2).locator("blockquote").inner_text()
    expect(page.locator(".paper:not([hidden]) mark.current").first).to_have_text(quoted)
    expect(page.locator("#announcement")).to_have_text("No clear answer found.")
    ask(page, "How tall is the Eiffel Tower?")  # nothing is near: no article stands beside it
    expect(turn.locator("details.passages")).to_be_visible()
    expect(turn.locator(".paper:not([hidden])")).to_have_count(0)
    ask(page, "thanks!")
    expect(turn.locator(".silent")).to_contain_text("That is no question")
    assert turn.locator(".nearest, .passages").count() == 0


def test_the_time_of_a_question_is_a_chip_and_without_it_any_time_is_asked(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    ask(page, QUESTION)
    chip = page.locator("#conversation .chip")
    expect(chip).to_have_text("September ×")
    chip.click()
    expect(page.locator("#conversation .turn h2").first).to_have_text("who brokered the truce?")
    expect(chip).to_have_count(0)


def test_a_conversation_is_understood_and_one_click_asks_literally(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    ask(page, QUESTION)
    page.locator("#ask textarea").fill("and in 2020?")
    page.keyboard.press("Enter")
    turn = page.locator("#conversation .turn")
    expect(turn.locator("h2")).to_have_text("and in 2020?")
    expect(turn.locator(".understood em")).to_have_text("Who brokered the truce in 2020?")
    expect(turn.locator(".value").first).to_have_text("Russia")
    expect(page.locator(".earlier li")).to_have_text([f"{QUESTION} US"])
    turn.get_by_role("button", name="ask it literally").click()
    expect(turn.locator(".understood")).to_have_count(0)
    expect(turn.locator("h2")).to_have_text("and in 2020?")
    expect(page.locator(".earlier li")).to_have_count(2)
    page.locator(".earlier a", has_text="September truce").click()
    expect(turn.locator(".value").first).to_have_text("US")
    page.locator("#ask textarea").fill(
        "How many people were killed in the border clashes in September?"
    )
    page.keyboard.press("Enter")
    expect(turn.locator(".value").first).to_have_text("286")
    page.locator("#ask textarea").fill("who brokered it?")
    page.keyboard.press("Enter")
    expect(turn.locator(".understood em")).to_have_text("Who brokered the September truce?")
    expect(turn.locator(".value").first).to_have_text("US")
    page.locator("#ask textarea").fill("how many of them were Armenian?")
    page.keyboard.press("Enter")
    expect(turn.locator(".understood em")).to_have_text(
        "How many of the people killed in the border clashes in September were Armenian?",
    )
    page.get_by_role("button", name="begin a new conversation").click()
    expect(page.locator(".front")).to_be_visible()
    ask(page, "who brokered it?")
    expect(page.locator(".understood")).to_have_count(0)


def test_an_address_opens_with_the_answer_and_back_and_reload_keep_it(
    served: Served, opened: Open
) -> None:
    page = opened(
        served,
        "/?q=who%20brokered%20the%20September%20truce%3F&source=after+Expatica&to=2022-10-31",
    )
    value = page.locator("#conversation .value").first
    expect(value).to_have_text("US")
    chips = page.locator("#conversation .chip")
    expect(chips).to_have_text(["September ×", "after Expatica ×", "to 31 October 2022 ×"])
    expect(page).to_have_title("who brokered the September truce? · Dateline")
    page.locator("#filters > button").click()
    page.get_by_role("button", name="Clear limits").click()
    expect(page.get_by_label("To", exact=True)).to_have_value("")
    ask(page, "Who is the prime minister of Armenia?")
    expect(value).to_have_text("Nikol Pashinian")
    expect(page).to_have_url(f"{served.address}/?q=Who+is+the+prime+minister+of+Armenia%3F")
    page.go_back()
    expect(value).to_have_text("US")
    expect(chips).to_contain_text(["September", "after Expatica", "to 31"])
    page.go_forward()
    expect(value).to_have_text("Nikol Pashinian")
    page.go_back()
    expect(value).to_have_text("US")
    page.go_forward()  # going back adds nothing to go back to
    expect(value).to_have_text("Nikol Pashinian")
    page.reload()
    expect(value).to_have_text("Nikol Pashinian")
    expect(page.locator(".earlier li")).to_have_count(1)  # the browser keeps the conversation
    page.get_by_role("button", name="begin a new conversation").click()
    expect(page.locator(".front")).to_be_visible()
    expect(page).to_have_url(f"{served.address}/")
    page.reload()
    expect(page.locator(".front")).to_be_visible()
    expect(page.locator(".earlier")).to_have_count(0)


def test_a_bad_address_is_a_notice(served: Served, opened: Open) -> None:
    page = opened(served, "/?q=who&from=yesterday")
    expect(page.locator("#conversation [role=alert]")).to_contain_text(
        "Expected the first day as YYYY-MM-DD"
    )


def test_two_sessions_do_not_see_each_other(served: Served, opened: Open) -> None:
    one, other = opened(served), opened(served)
    settled(one)
    settled(other)
    ask(one, QUESTION)
    ask(other, "Who is the prime minister of Armenia?")
    ask(other, "who brokered the ceasefire in 2020?")
    one.locator("#ask textarea").fill("and in 2020?")
    one.keyboard.press("Enter")
    expect(one.locator(".understood em")).to_have_text("Who brokered the truce in 2020?")
    expect(one.locator(".earlier li")).to_have_count(1)
    expect(other.locator(".earlier li")).to_have_count(1)
    assert "September" not in other.locator("#conversation .earlier").inner_text()


def test_the_filters_and_the_clickable_timeline_limit_what_is_read(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    page.locator("#filters > button").click()
    bars = page.locator("#timeline .timeline button")
    expect(bars).to_have_count(24)  # November 2020 to October 2022
    below_axis = """bar => bar.getBoundingClientRect().bottom
        - bar.closest('.timeline').getBoundingClientRect().bottom + 1"""  # the axis is a line of 1
    assert abs(bars.last.locator("i").evaluate(below_axis)) < 1
    first = page.get_by_role("button", name="November 2020: 1 article")
    first.click()
    expect(page.get_by_label("From", exact=True)).to_have_value("2020-11-01")
    expect(page.get_by_label("To", exact=True)).to_have_value("2020-11-30")
    expect(first).to_have_attribute("aria-pressed", "true")
    ask(page, "How many people did the war kill?")
    chips = page.locator("#conversation .chip")
    expect(chips).to_have_text(["from 1 November 2020 ×", "to 30 November 2020 ×"])
    assert "from=2020-11-01&to=2020-11-30" in page.url
    assert set(
        page.locator("#conversation time").evaluate_all("times => times.map(time => time.dateTime)")
    ) == {"2020-11-13"}
    first.click()
    expect(page.get_by_label("From", exact=True)).to_have_value("")
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="after RFE/RL").click()
    page.keyboard.press("Escape")
    page.get_by_label("As if asked on").fill("2020-12-31")
    ask(page, "How many peacekeepers did Russia send?")
    expect(chips).to_have_text(["after RFE/RL ×", "as if asked on 31 December 2020 ×"])
    assert "as_of=2020-12-31" in page.url
    assert set(page.locator("#conversation .paper .source b").all_inner_texts()) == {"after RFE/RL"}
    assert set(
        page.locator("#conversation time").evaluate_all("times => times.map(time => time.dateTime)")
    ) == {"2020-11-13"}
    chips.nth(1).click()
    expect(chips).to_have_text(["after RFE/RL ×"])
    expect(page.get_by_label("As if asked on")).to_have_value("")
    assert "as_of" not in page.url
    chips.click()
    expect(chips).to_have_count(0)
    expect(page.locator("#outlets .token")).to_have_count(0)
    expect(page.locator("#conversation time[datetime='2022-10-14']").first).to_be_attached()


def test_a_reply_is_saved_as_json_that_verifies_and_as_markdown(
    served: Served, opened: Open, tmp_path: Path
) -> None:
    page = opened(served)
    settled(page)
    ask(page, QUESTION)
    saved: dict[str, Path] = {}
    for label, name in (("JSON", "reply.json"), ("Markdown", "reply.md")):
        with page.expect_download() as download:
            page.get_by_role("link", name=label, exact=True).click()
        assert download.value.suggested_filename == name
        download.value.save_as(saved.setdefault(label, tmp_path / name))
    reply = json.loads(saved["JSON"].read_text(encoding="utf-8"))
    assert (reply["question"], reply["answers"][0]["text"]) == (QUESTION, "US")
    report, problems = verify_replies(saved["JSON"], served.index)
    assert (problems, "1 " in report) == ([], True)
    text = saved["Markdown"].read_text(encoding="utf-8")
    assert text.startswith("# who brokered the September truce?")
    assert "a truce brokered by the **US** put an end" in text


def test_everything_by_keyboard_alone(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    expect(page.locator("#ask textarea")).to_be_focused()
    page.keyboard.type(MANY)
    page.keyboard.press("Enter")
    value = page.locator("#conversation .answer.first .value").first
    expect(value).to_have_text("Emmanuel Macron")
    reached: dict[str, str] = {}
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.ariaLabel || document.activeElement.innerText.split('\\n')[0]"
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        reached.setdefault(str(name), str(outline))
        if name == "Next finding" and "finding 1" in page.locator(".evidence .place").inner_text():
            page.keyboard.press("Enter")
    wanted = (
        "Ask",
        "Narrow by outlet or date",
        "show in the article",
        "copy quotation",
        "Passages read (16)",
        "JSON",
        "Next finding",
        "Text of the article",
    )
    assert [name for name in wanted if name not in reached] == []
    assert [
        name for name in wanted if reached[name] == "none"
    ] == []  # where the focus is can be seen
    expect(page.locator(".evidence .place")).to_have_text(
        f"finding 2 of {findings(served, MANY).total()}"
    )
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name="Archive")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("table.articles")).to_be_visible()


def test_bad_questions_are_a_notice(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    page.locator("#ask button").click()
    expect(page.locator("#conversation [role=alert]")).to_contain_text(
        "Expected a question, found none"
    )
    page.locator("#ask textarea").fill("a" * 10_000)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation [role=alert]")).to_contain_text(
        "at most 1000 characters, found 10000"
    )
    expect(page.locator("#ask textarea")).to_have_value("a" * 10_000)  # to be shortened


def test_a_question_asked_while_another_is_read_waits_for_its_turn(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    box, second = page.locator("#ask textarea"), "Who is the prime minister of Armenia?"
    box.fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .reading h2")).to_have_text(QUESTION)
    expect(box).to_have_value("")
    box.fill(second)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(second)
    expect(page.locator("#conversation")).to_contain_text(QUESTION)  # among the earlier ones
    box.fill("half a question")
    page.get_by_role("link", name=QUESTION, exact=True).click()
    expect(page.locator("#conversation .turn:not(.reading) h2").first).to_have_text(QUESTION)
    expect(box).to_have_value("half a question")


def test_enter_pressed_twice_and_a_button_clicked_twice_ask_once(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    settled(page)
    for press in (True, False):
        page.locator("#ask textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        if press:
            page.keyboard.press("Enter")
        else:
            page.locator("#ask button").click()
        expect(page.locator("#conversation .turn:not(.reading) h2")).to_have_text(QUESTION)
        page.wait_for_timeout(1_000)
        expect(page.locator("#conversation [role=alert]")).to_have_count(0)
        expect(page.locator("#conversation .turn:not(.reading) h2")).to_have_text(QUESTION)


def test_the_front_page_gives_way_to_an_answer_and_comes_back(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    front = page.locator("#conversation .front")
    expect(front).to_contain_text("Every answer is a quotation")
    expect(front.locator("li")).to_have_count(5)
    ask(page, QUESTION)
    expect(page.locator("#conversation .answer.first")).to_be_visible()
    expect(front).to_have_count(0)
    page.go_back()
    expect(front).to_be_visible()
