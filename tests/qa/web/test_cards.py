"""Replies as HTML: nothing of an article or a question is markup, and the marks are the spans."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from hypothesis import given

from index.types import Article, Filters, Passage
from qa.answering.turns import Turn, Understood
from qa.rendering.text import headline, quotation
from qa.types import Answer, Citation, Conflict, Hit, Reply
from qa.web.addresses import Limits, question_address
from qa.web.article_table import Row
from qa.web.cards import findings, likelihood, reply_html
from qa.web.evidence import article_html
from qa.web.turns import earlier_html, notice_html, reading_html
from tests.qa.rendering.replies import answer, citation, figure, flood, hit, reply
from tests.qa.web.parsed import Parsed, as_parsed, nasty

OUR_LINKS = (
    "https://example.org/",
    "data:application/json;",
    "data:text/markdown;",
    "?article=a",
    "?q=",
)


@given(nasty, nasty, nasty, nasty, nasty)
def test_everything_is_escaped_and_the_marks_are_the_spans(
    before: str, span: str, after: str, question: str, title: str
) -> None:
    text = before + span + after
    article = Article(
        "a",
        text,
        title=title,
        source=title,
        published=dt.date(2022, 10, 14),
        url=f"https://example.org/{title}",
        path=title,
        authors=(title,),
    )
    start, end = len(before), len(before) + len(span)
    whole = (0, len(text))
    found = Citation(
        article, start, end, 0.0, 0.9, sentence_span=whole, speaker_span=whole, qualified_start=0
    )
    # Overlaps the first: both are marked whole.
    wider = Citation(article, 0, end, 0.0, 0.5, sentence_span=whole)
    asked = reply(
        question,
        Answer((found,), probability=0.9),
        Answer((wider,), probability=0.5),
        passages=[hit(article)],
        conflict=Conflict((0, 1), 1),
        silent_outlets=[title],
    )
    limits = Limits(Filters((title,)))
    understood = Understood(title, question)
    page = Parsed(reply_html(asked, understood, limits, question_address(question, limits)))
    assert page.is_ours()
    links = [str(link) for link in page.attributes("href")]
    assert all(link.startswith(OUR_LINKS) for link in links)
    assert found.link in links
    assert quotation(found) in page.attributes("data-quotation")
    assert as_parsed(page.quoted[0]) == as_parsed(span)
    assert as_parsed(page.findings["0"]) == as_parsed(span)
    assert as_parsed(page.findings["1"]) == as_parsed(before + span)
    assert title in page.text
    turns = [Turn(question, question, span, text, "?q=1"), Turn(title, title, None, None, "?q=2")]
    for html in (
        notice_html(question, after),
        reading_html(question),
        earlier_html(turns, ""),
        article_html(article),
    ):
        assert Parsed(html).is_ours()
        assert Parsed(html).text
    assert as_parsed(text) in as_parsed(Parsed(article_html(article)).text)


def test_an_address_that_is_not_of_the_web_is_no_link() -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[",
        "//example.org",
        " javascript:alert(1)",
    ):
        article = Article("a", "Rain fell on Oslo.", url=url, path="a.txt")
        html = reply_html(reply("Where?", answer(citation(article, "Oslo")))) + article_html(
            article
        )
        links = [str(link) for link in Parsed(html).attributes("href")]
        assert all(link.startswith(("data:application/", "data:text/m", "?art")) for link in links)


def test_an_abstention_says_why_and_shows_the_three_nearest_passages() -> None:
    hits = [hit(Article(str(number), f"Rain {number} fell."), 0.25) for number in range(5)]
    reason = "not-said: the articles do not say; the nearest are “Rain”"
    html = reply_html(reply("Why?", passages=hits, reason=reason))
    page = Parsed(html)
    assert "The articles do not say.The nearest passages" in page.text  # which stand below
    assert page.text.count("score 0.25") == 5
    assert page.text.index("Rain 2") < page.text.index("2 more passages")
    assert page.text.index("2 more passages") < page.text.index("Rain 3")
    assert '<ol start="4">' in html
    other = reply_html(reply("Why?", reason="too-new: the articles end; in May"))
    assert "The articles end; in May." in Parsed(other).text
    assert "The nearest passages" not in other


def test_outlets_that_differ_stand_in_a_table_with_their_days() -> None:
    answers = flood("286", "Globe", 14, 0.9), flood("200", "Times", 15, 0.6), flood("7", "Post", 1)
    html = reply_html(reply("How many died?", *answers, conflict=Conflict((0, 1), 2)))
    table = Parsed(html[html.index("<table") : html.index("</table>")]).text
    assert table.startswith("The articles differAt least 286Globe (14 October 2022)")
    assert table.endswith("At least 200Times (15 October 2022)")  # and not the third, less likely
    assert "Other figures and names found (2)" in html
    assert '<details class="others" open>' in html


def test_answers_that_do_not_differ_are_closed_and_called_less_likely() -> None:
    html = reply_html(reply("How many died?", flood("286", "Globe"), flood("200", "Times")))
    assert "<table" not in html
    assert '<details class="others"><summary>Less likely answers (1)</summary>' in html


def test_what_changed_from_day_to_day_and_who_is_silent() -> None:
    first, later = flood("12", "Globe", 2), flood("15", "Globe", 3)
    asked = reply(
        "How many died?",
        later,
        first,
        over_time=[figure(1, first), figure(0, later)],
        silent_outlets=["Post", "A & B"],
    )
    page = Parsed(reply_html(asked))
    changed = "At least 12 (Globe, 2 October 2022) → At least 15 (Globe, 3 October 2022)"
    assert f"Revised. {changed}" in page.text
    assert "On the story too, without this: Post, A & B." in page.text
    without = reply_html(reply("How many died?", later))
    assert "Revised" not in without
    assert "On the story too" not in without


def test_an_answer_shows_its_givers_its_speaker_and_its_further_reports() -> None:
    one, two = (flood("286", outlet, day).citations[0] for outlet, day in (("A", 1), ("A", 2)))
    nameless = flood("286", None, 3).citations[0]
    html = reply_html(reply("How many?", answer(one, two, nameless, origins=2)))
    page = Parsed(html)
    assert "possibly (50%) · 2 independent reports" in page.text
    givers = html[html.index('<p class="givers">') : html.index('<div class="citation">')]
    assert Parsed(givers).text == (
        "A (1 October 2022, 2 October 2022), None-3.txt (3 October 2022)"
    )
    assert "as the ministry is quoted" in page.text
    assert "2 more reports of it" in page.text
    assert page.attributes("data-finding") == ["0", "1", "2"]


def test_a_citation_of_an_article_with_pages_names_the_page() -> None:
    article = Article("a", "Rain fell. Snow fell.", path="a.pdf", pages=(0, 11))
    assert "page 2" in Parsed(reply_html(reply("What?", answer(citation(article, "Snow"))))).text


def test_findings_are_numbered_once_though_two_answers_cite_them() -> None:
    given = flood("286", "Globe").citations[0]
    other = flood("200", "Times").citations[0]
    assert findings(reply("How many?", answer(given), answer(other, given))) == [given, other]


def test_how_a_question_was_understood_is_shown_only_if_it_was_changed() -> None:
    asked = reply("Who brokered the truce?", reason="not-said: no")
    changed = Parsed(reply_html(asked, Understood("who brokered it?", "Who brokered the truce?")))
    assert "Understood as Who brokered the truce?" in changed.text
    assert changed.text.startswith("who brokered it?")
    assert changed.attributes("data-literally") == ["who brokered it?"]
    same = Understood("Who brokered the truce?", "Who brokered the truce?")
    assert "Understood as" not in reply_html(asked, same)


def test_what_limits_an_answer_is_told_with_a_way_out_of_it() -> None:
    asked = reply("Who & why?", reason="filtered-out: no article passes the filters; see there")
    limits = Limits.of(["Globe"], "2022-10-01", None, "2022-10-20")
    page = Parsed(reply_html(asked, None, limits, "?q=x&source=Globe"))
    assert (
        "Only articles from Globe, since 2022-10-01. As if asked on 20 October 2022. "
        "ask without limits"
    ) in page.text
    assert "?q=Who+%26+why%3F" in page.attributes("href")
    assert page.attributes("data-address")[0] == "?q=x&source=Globe"
    assert "no article passes the filters; see there" in page.text.casefold()
    assert "without limits" not in reply_html(asked)


def test_the_passages_read_have_their_scores_and_the_button_that_shows_them() -> None:
    article = Article("a", "Rain fell on Oslo. Snow fell.", source="Globe", path="a.txt")
    hits = [Hit(Passage(article, 0, 18), 0.83), Hit(Passage(article, 19, 29), 0.5)]
    asked = reply("Where?", answer(citation(article, "Oslo")), passages=hits)
    page = Parsed(reply_html(asked))
    assert "Passages read (2)Rain fell on Oslo.Globe · Rain fell" in page.text
    assert "score 0.83" in page.text
    assert page.attributes("data-passage") == ["0", "1"]


def test_a_reply_is_saved_whole_as_json_and_as_markdown() -> None:
    asked = reply("How many died?", flood("286", "Globe"))
    links = [str(link) for link in Parsed(reply_html(asked)).attributes("href")]
    content = {
        link.partition(";")[0]: base64.b64decode(link.partition("base64,")[2]).decode()
        for link in links
        if link.startswith("data:")
    }
    assert json.loads(content["data:application/json"]) == asked.to_dict()
    assert content["data:text/markdown"].startswith("# How many died?\n\n## 286")


def test_an_article_without_a_title_is_called_by_its_opening_words() -> None:
    text = (
        "Relations between the former republics have been tense since 1991, when the army came.\n"
        "More of it followed."
    )
    opening = "Relations between the former republics have been tense since 1991, when the …"
    article = Article("a", text, path="003.txt", published=dt.date(2022, 10, 14), language="de")
    assert Parsed(article_html(article)).text.startswith(f"{opening}14 October 2022")
    assert Row.of(article).title == opening
    assert headline(Article("a", "Rain fell.", path="a.txt")) == "Rain fell."
    assert headline(Article("a", "x" * 500, path="a.txt")) == f"{'x' * 80} …"
    assert headline(Article("a", " \n", path="a.txt")) == "a.txt"


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.95, "almost certainly"),
        (0.9, "almost certainly"),
        (0.8, "very likely"),
        (0.6, "likely"),
        (0.4, "possibly"),
    ],
)
def test_a_probability_has_words(probability: float, words: str) -> None:
    assert likelihood(probability) == words


def test_a_reply_without_passages_or_articles_has_an_empty_evidence() -> None:
    html = reply_html(Reply("Why?", (), (), "000001", 1.0, reason="nothing-near: nothing is near"))
    assert html.endswith('<aside class="evidence" aria-label="The article"></aside></section>')
