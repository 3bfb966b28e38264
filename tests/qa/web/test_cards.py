"""Replies as HTML: nothing of an article or a question is markup, and the marks are the spans."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import replace

from hypothesis import given

from index.types import Article, Filters, Passage
from qa.answering.turns import Turn, Understood
from qa.rendering.wording import headline, quotation
from qa.types import Answer, Citation, Conflict, Hit, Reply, TimeWindow
from qa.web.addresses import NO_LIMITS, Limits, question_address
from qa.web.article_table import Row
from qa.web.cards import findings, reply_html
from qa.web.chips import chips_html
from qa.web.evidence import article_html
from qa.web.markup import authors_of, title_of
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


def test_silence_shows_the_nearest_sentences_with_their_best_words_and_no_scores() -> None:
    rain = Article("r", "Rain fell on Oslo. Snow fell on Bergen.", source="Globe", path="r.txt")
    hail = Article("h", "Hail fell.", source="Post", published=dt.date(2022, 10, 3), path="h.txt")
    snow = citation(rain, "Snow")
    near = (
        replace(snow, start=19, end=39, sentence_span=(19, 39), mark=(snow.start, snow.end)),
        replace(citation(hail, "Hail"), sentence_span=(0, 10)),
    )
    reason = "not-said: no clear answer found; the nearest are “Rain”"
    asked = reply("Why?", passages=[hit(rain, 0.75), hit(hail, 0.25)], reason=reason)
    page = Parsed(reply_html(replace(asked, nearest=near)))
    shown, _, rest = page.text.partition("Passages read (2)")
    assert "No clear answer found.Name a person, a place" in shown
    assert [text for text in page.quoted if text] == ["Snow", "Hail"]
    assert "Snow fell on Bergen.Globeshow" in shown
    assert "Hail fell.Post, 3 October 2022show in the article" in shown
    assert "score" not in page.text
    assert "%" not in page.text
    assert page.findings == {"0": "Snow fell on Bergen.", "1": "Hail"}  # in their article too
    assert "Rain fell on Oslo" in rest


def test_a_reason_of_its_own_is_said_in_its_own_words() -> None:
    when = TimeWindow("in 2015")
    other = reply("Who won in 2015?", reason="other-time: nothing in 2015; from 2022: Lund")
    page = Parsed(reply_html(replace(other, time=when), None, Limits.of(["Globe"])))
    assert "Nothing in 2015; from 2022: Lund." in page.text
    assert "No clear answer" not in page.text
    links = dict(zip(page.attributes("href"), page.attributes("aria-label"), strict=False))
    assert "?q=Who+won+in+2015%3F" in links  # without limits
    assert "?q=Who+won%3F&source=Globe" in links  # of any time
    assert "nearest" not in page.text
    thanks = reply("thanks!", reason="no-question: that is no question; ask: who won?")
    page = Parsed(reply_html(replace(thanks, candidates=flood("286", "Globe").citations)))
    assert "That is no question; ask: who won?" in page.text
    assert "286" not in page.text


def test_outlets_that_differ_stand_side_by_side_each_with_its_sentence() -> None:
    answers = flood("286", "Globe", 14, 0.9), flood("200", "Times", 15, 0.6), flood("7", "Post", 1)
    html = reply_html(reply("How many died?", *answers, conflict=Conflict((0, 1), 2)))
    first, _, rest = html.partition('<section class="differ"')
    panel, _, others = rest.partition('<section class="others">')
    assert "286two outlets differAt least 286" in Parsed(first).text
    said = Parsed(f"<section{panel}").text
    assert said.index("At least 286Globe, 14 October 2022") < said.index(
        "At least 200Times, 15 October 2022"
    )
    assert said.startswith("Two outlets differ")
    assert "At least 200  people died in the flood" in said
    assert "At least 7" not in said  # it does not contradict
    assert "Other answersAt least 7Post" in Parsed(f"<section>{others}").text
    assert "differ" not in Parsed(reply_html(reply("How many died?", *answers))).text


def test_a_value_stands_first_a_quotation_has_none_and_evidence_is_in_words() -> None:
    valued = reply_html(reply("How many died?", flood("286", "Globe", 14, 0.43)))
    page = Parsed(valued)
    assert page.text.startswith("How many died?286one reportAt least 286  people")
    assert "%" not in page.text
    assert "43% likely" in page.attributes("title")
    quoted = replace(flood("286", "Globe"), kind="sentence")
    other = replace(flood("200", "Post"), kind="sentence")
    text = Parsed(reply_html(reply("What happened?", quoted, other))).text
    assert text.startswith("What happened?At least 286  people")
    assert "Other outletsAt least 200  people" in text


def test_figures_over_time_are_a_line_of_dated_values_and_silent_outlets_are_named() -> None:
    first, later = flood("12", "Globe", 2), flood("15", "Globe", 3)
    asked = reply(
        "How many died?",
        later,
        first,
        over_time=[figure(1, first), figure(0, later)],
        silent_outlets=["Post", "A & B"],
    )
    page = Parsed(reply_html(asked))
    assert "At least 12 2 October 2022At least 15 3 October 2022" in page.text
    assert "On the story too, without this: Post, A & B." in page.text
    without = reply_html(reply("How many died?", later))
    assert "over-time" not in without
    assert "On the story too" not in without


def test_an_outlet_is_named_once_and_the_others_are_counted_and_shown_on_a_click() -> None:
    one, two = (flood("286", outlet, day).citations[0] for outlet, day in (("A", 1), ("A", 2)))
    nameless = flood("286", None, 3).citations[0]
    given = replace(answer(one, two, nameless, origins=2), outlets=2)
    html = reply_html(reply("How many?", given))
    page = Parsed(html)
    assert "286two outlets say so" in page.text
    assert "A, 1 October 2022 · as the ministry is quoted, and one other outlet" in page.text
    first, _, further = html.partition('<div class="further" hidden>')
    assert "2 October" not in first
    assert "no outlet named, 3 October 2022" in Parsed(f"<div>{further}").text
    assert page.attributes("data-finding") == ["0", "1", "2"]
    again = replace(given, outlets=1, origins=1)
    assert "and two other reports" in Parsed(reply_html(reply("How many?", again))).text


def test_what_is_denied_or_withdrawn_is_said_so() -> None:
    said = flood("286", "Globe")
    twelve, fifteen = flood("12", "Post"), flood("15", "Times")
    denied = replace(twelve, citations=(replace(twelve.citations[0], stance="denied"),))
    withdrawn = replace(fifteen, citations=(replace(fifteen.citations[0], stance="withdrawn"),))
    text = Parsed(reply_html(reply("How many?", said, denied, withdrawn))).text
    assert "At least 12Post, 14 October 2022 · the sentence denies it" in text
    assert "At least 15Times, 14 October 2022 · it was taken back since" in text
    assert text.index("denies") > text.index("Other answers")


def test_titles_lose_the_name_of_their_outlet_and_authors_are_not_doubled() -> None:
    article = Article(
        "a", "Rain.", title="Rain falls - again | CNN", source="cnn.com", authors=("By Ann", "ann")
    )
    assert Parsed(article_html(article)).text.startswith("Rain falls - againcnn.com · by annRain.")
    section = replace(article, title="Rain falls | CNN Business")
    assert title_of(section) == title_of(replace(section, source="www.cnn.com")) == "Rain falls"
    several = ("Ann Dahl Bo Lie", "ann dahl", "Bo Lie", "Mary Ann Dahl", "Ann Dahl-Hansen Moe")
    assert authors_of(replace(article, authors=several)) == [
        "ann dahl",
        "Bo Lie",
        "Mary Ann Dahl",
        "Ann Dahl-Hansen Moe",
    ]
    for title, source in (("A | B", None), ("War - and peace", "CNN"), ("CNN", "CNN")):
        assert title_of(replace(article, title=title, source=source)) == title


def test_the_time_and_the_limits_of_a_question_are_chips_that_ask_without_them() -> None:
    asked = replace(reply("Who won in May?", reason="x: y"), time=TimeWindow("in May"))
    limits = Limits.of(["Globe", "Post"], "2022-10-01", "2022-10-31", "2022-11-02")
    html = chips_html(asked, limits)
    page = Parsed(html)
    assert page.text.split(" ×") == [
        "in May",
        "Globe",
        "Post",
        "from 1 October 2022",
        "to 31 October 2022",
        "as if asked on 2 November 2022",
        "",
    ]
    rest = "from=2022-10-01&to=2022-10-31&as_of=2022-11-02"
    assert page.attributes("href")[:3] == [
        f"?q=Who+won%3F&source=Globe&source=Post&{rest}",
        f"?q=Who+won+in+May%3F&source=Post&{rest}",
        f"?q=Who+won+in+May%3F&source=Globe&{rest}",
    ]
    without_end = "?q=Who+won+in+May%3F&source=Globe&source=Post&from=2022-10-01&as_of=2022-11-02"
    assert page.attributes("href")[4] == without_end
    assert chips_html(reply("Who won?"), NO_LIMITS) == ""
    counted = "in May, counted from the newest article, 3 June 2022"
    page = Parsed(chips_html(replace(asked, time=TimeWindow(counted)), NO_LIMITS))
    assert page.text.startswith("in May ×")
    assert page.attributes("title") == [counted]
    for question, words, rest in (
        ("Who recently won?", "recently", "Who+won"),
        ("Recently, who won?", "Recently", "who+won"),
        ("Who won in the last two weeks?", "in the last two weeks", "Who+won"),
    ):
        timed = replace(reply(question), time=TimeWindow(f"{words}, counted from the newest"))
        assert Parsed(chips_html(timed, NO_LIMITS)).attributes("href")[0] == f"?q={rest}%3F"


def test_a_time_that_counts_from_the_newest_article_says_so_and_today_is_one_click() -> None:
    when = TimeWindow("last month, counted from the newest article, 14 October 2022")
    asked = replace(reply("Who won last month?", flood("286", "Globe")), time=when)
    limits = Limits(Filters(("Globe",)))
    page = Parsed(reply_html(asked, None, limits))
    assert "last month ×" in page.text
    assert "counts from the newest article, 14 October 2022: count from today" in page.text
    today = Limits(Filters(("Globe",)), dt.date.today().isoformat())
    assert question_address("Who won last month?", today) in page.attributes("href")
    plain = Parsed(reply_html(replace(asked, time=TimeWindow("last month")), None, limits))
    assert "count from today" not in plain.text


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
    assert "do you mean" not in reply_html(asked, same)


def test_what_else_may_be_meant_is_a_link_that_asks_it_within_the_same_limits() -> None:
    asked = reply("What did he say?", reason="not-said: no")
    limits = Limits(Filters(("Globe",)))
    others = ("What did Putin say?", "What did <b> say?", "What did he say?")
    unsure = Understood("What did he say?", "What did he say?", others=others)
    page = Parsed(reply_html(asked, unsure, limits))
    assert "Or do you mean What did Putin say?What did <b> say?" in page.text
    assert "Understood as" not in page.text
    links = page.attributes("href")
    assert question_address(others[0], limits) in links
    assert question_address(others[1], limits) in links
    assert question_address(others[2], limits) not in links  # it was asked so
    sure = Understood("What did he say?", others[0], others=others[1:])
    page = Parsed(reply_html(replace(asked, question=others[0]), sure, limits))
    assert "Understood as What did Putin say?" in page.text
    assert question_address(others[1], limits) in page.attributes("href")


def test_the_limits_of_a_silent_answer_have_a_way_out() -> None:
    asked = reply("Who & why?", reason="filtered-out: no article passes the filters; see there")
    limits = Limits.of(["Globe"], "2022-10-01", None, "2022-10-20")
    page = Parsed(reply_html(asked, None, limits, "?q=x&source=Globe"))
    assert "Ask all articles, without limits" in page.text
    assert "?q=Who+%26+why%3F" in page.attributes("href")
    assert page.attributes("data-address")[0] == "?q=x&source=Globe"
    assert page.attributes("data-title")[0] == "Who & why?"
    assert "no article passes the filters; see there" in page.text.casefold()
    assert "without limits" not in reply_html(asked)


def test_the_passages_read_have_the_button_that_shows_them_and_their_score_in_a_title() -> None:
    article = Article("a", "Rain fell on Oslo. Snow fell.", source="Globe", path="a.txt")
    hits = [Hit(Passage(article, 0, 18), 0.83), Hit(Passage(article, 19, 29), 0.5)]
    asked = reply("Where?", answer(citation(article, "Oslo")), passages=hits)
    page = Parsed(reply_html(asked))
    assert "Passages read (2)Rain fell on Oslo.Globe · Rain fell" in page.text
    assert "score 0.83" in page.attributes("title")
    assert "score" not in page.text
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


def test_a_reply_without_passages_or_articles_has_an_empty_evidence() -> None:
    html = reply_html(Reply("Why?", (), (), "000001", 1.0, reason="nothing-near: nothing is near"))
    assert html.endswith('<aside class="evidence" aria-label="The article"></aside></section>')
