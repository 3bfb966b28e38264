"""Nothing of an article or a question reaches the page as markup; the marked text is the span."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article, DatelineError, Filters, Passage
from qa.answering.turns import Turn, Understood
from qa.answering.values import Value
from qa.rendering.text import headline, quotation
from qa.types import Answer, Hit, Reply, Span
from qa.web.article_table import Row
from qa.web.cards import address_of, earlier_html, likelihood, notice_html, reading_html, reply_html
from qa.web.evidence import WHOLE, article_html, place_of_article, windows
from qa.web.session import Limits, article_of_address

OURS = set(
    "section h2 h3 p b i em bdi div details summary span blockquote mark cite ol li a button article aside time nav "
    "table caption tbody tr th td".split()
)
nasty = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</div><img src=x onerror=alert(1)>",
            "&lt;b&gt; &amp;",
            "\" onmouseover='x'",
            "${alert(1)}",
            "{{7*7}}",
            "<!--",
            "]]>",
        ]
    ),
)


class Page(HTMLParser):
    """Collects the tags, their attributes, all text, and the text of each finding in the articles and in the quotations."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.quoted = "", [""]
        self.findings: dict[str, str] = {}
        self._marks: list[dict[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self._marks.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark" and "data-findings" not in self._marks.pop():
            self.quoted.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        for mark in self._marks[-1:]:
            if "data-findings" not in mark:
                self.quoted[-1] += data
            for number in (mark.get("data-findings") or "").split():
                self.findings[number] = self.findings.get(number, "") + data

    def attributes(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def as_parsed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
    citation = Span(article, len(before), len(before) + len(span), probability=0.9)
    wider = Span(
        article, 0, len(before) + len(span), probability=0.5
    )  # overlaps the first: both are marked whole
    reply = Reply(
        question,
        (Answer((citation,), probability=citation.probability), Answer((wider,), probability=0.5)),
        (Hit(Passage(article, 0, len(text)), 0.5),),
        "000001",
        1.0,
    )
    page = Page(
        reply_html(
            reply,
            Understood(title, question),
            Filters((title,)),
            address_of(question, Filters((title,))),
        )
    )
    assert {tag for tag, _ in page.tags} <= OURS
    assert all(
        not name.startswith("on") and name != "src"
        for _, attributes in page.tags
        for name in attributes
    )
    links = [str(link) for link in page.attributes("href")]
    ours = (
        "https://example.org/",
        "data:application/json;",
        "data:text/markdown;",
        "?article=a",
        "?q=",
    )
    assert all(link.startswith(ours) for link in links)
    assert citation.link in links
    assert quotation(citation) in page.attributes("data-quotation")
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
        assert {tag for tag, _ in Page(html).tags} <= OURS
        assert Page(html).text
    assert as_parsed(text) in as_parsed(Page(article_html(article)).text)


def test_a_link_that_is_none_of_the_web_is_no_link() -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[",
        "//example.org",
        " javascript:alert(1)",
    ):
        article = Article("a", "Rain fell on Oslo.", url=url, path="a.txt")
        reply = Reply(
            "Where?", (Answer((Span(article, 13, 17, probability=0.9),)),), (), "000001", 1.0
        )
        links = Page(reply_html(reply) + article_html(article)).attributes("href")
        assert all(
            str(link).startswith(("data:application/json;", "data:text/markdown;", "?article=a"))
            for link in links
        )


def test_an_abstention_and_a_notice_say_why() -> None:
    article = Article("a", "Rain fell.")
    silent = Page(
        reply_html(
            Reply(
                "Why?",
                (),
                (Hit(Passage(article, 0, 10), 0.25),),
                "000001",
                1.0,
                reason="not-said: the articles do not say",
            )
        )
    ).text
    assert "The articles do not say." in silent
    assert "The nearest passages" in silent
    assert "score 0.25" in silent
    assert "Expected a question." in Page(notice_html("", "expected a question")).text


def test_outlets_that_differ_stand_in_a_table_with_their_days() -> None:
    one = Article("a", "At least 286 died.", source="Globe", published=dt.date(2022, 10, 14))
    other = Article("b", "The clashes killed 200.", source="Times", published=dt.date(2022, 10, 15))
    answers = (
        Answer(
            (Span(one, 9, 12, probability=0.9),),
            probability=0.9,
            value=Value("number", numbers=(286.0,)),
        ),
        Answer(
            (Span(other, 19, 22, probability=0.6),),
            probability=0.6,
            value=Value("number", numbers=(200.0,)),
        ),
    )
    html = reply_html(Reply("How many died?", answers, (), "000001", 1.0, disagreement=True))
    table = Page(html[html.index("<table") : html.index("</table>")]).text
    assert table.startswith("The articles differAt least 286Globe (14 October 2022)")
    assert "200Times (15 October 2022)" in table


def test_how_a_question_was_understood_is_shown_only_where_it_was_changed() -> None:
    reply = Reply("Who brokered the truce?", (), (), "000001", 1.0, reason="not-said: no")
    changed = reply_html(reply, Understood("who brokered it?", "Who brokered the truce?"))
    assert "Understood as Who brokered the truce?" in Page(changed).text
    assert Page(changed).attributes("data-literally") == ["who brokered it?"]
    assert "Understood as" not in reply_html(
        reply, Understood("Who brokered the truce?", "Who brokered the truce?")
    )


def test_what_limits_an_answer_is_told_with_a_way_out_of_it() -> None:
    reply = Reply(
        "Who & why?",
        (),
        (),
        "000001",
        1.0,
        reason="filtered-out: no article passes the filters; see there",
    )
    limits = Limits.of(["Globe"], "2022-10-01", None, "2022-10-20")
    page = Page(reply_html(reply, None, limits.filters, "?q=x&source=Globe", limits.as_of))
    assert (
        "Only articles from Globe, since 2022-10-01. As if asked on 20 October 2022. ask without limits"
        in page.text
    )
    assert "?q=Who+%26+why%3F" in page.attributes("href")
    assert "no article passes the filters; see there" in page.text.casefold()
    assert "without limits" not in reply_html(reply)


def test_an_article_without_a_title_is_called_by_its_opening_words() -> None:
    text = "Relations between the former republics have been tense since 1991, when the army came.\nMore of it followed."
    page = Page(
        article_html(
            Article("a", text, path="003_7fa1.txt", published=dt.date(2022, 10, 14), language="de")
        )
    )
    assert page.text.startswith(
        "Relations between the former republics have been tense since 1991, when the …14 October 2022"
    )
    assert (
        Row.of(Article("a", text, path="003_7fa1.txt")).title
        == "Relations between the former republics have been tense since 1991, when the …"
    )
    assert headline(Article("a", "Rain fell.", path="a.txt")) == "Rain fell."
    assert headline(Article("a", "x" * 500, path="a.txt")) == f"{'x' * 80} …"
    assert headline(Article("a", " \n", path="a.txt")) == "a.txt"


def test_of_an_endless_article_the_beginning_is_shown() -> None:
    page = Page(article_html(Article("a", "a" * (WHOLE + 1), path="a.txt")))
    assert "a" * WHOLE in page.text
    assert "a" * (WHOLE + 1) not in page.text


def test_an_address_holds_the_question_and_its_limits() -> None:
    limits = Limits.of(["The Globe & Mail", "Ünï=code"], "2022-10-01", "2022-10-31", "2022-10-20")
    question = "who said “100% & more” + why?"
    assert Limits.of_address(address_of(question, limits.filters, limits.as_of)) == (
        question,
        limits,
    )
    assert Limits.of_address("?q=x&utm=1&from=") == ("x", Limits())
    with pytest.raises(DatelineError, match="expected a day as YYYY-MM-DD for --from"):
        Limits.of_address("?q=x&from=yesterday")
    with pytest.raises(DatelineError, match="expected an address"):
        Limits.of_address("?" + "&".join(["source=x"] * 1_000))
    for id in ("corpus/a b.txt", "x&y=z?", "ünï"):
        assert article_of_address(place_of_article(id)) == id
    assert article_of_address("?q=x") is None


@pytest.mark.parametrize(
    ("spans", "length", "shown"),
    [
        ([], 100, []),
        ([(50, 52)], 100, [(40, 62)]),
        ([(5, 6), (95, 99)], 100, [(0, 16), (85, 100)]),
        ([(30, 32), (50, 52)], 100, [(20, 62)]),  # 42 and 40 meet
    ],
)
def test_of_a_long_article_what_lies_around_is_shown(
    spans: list[tuple[int, int]], length: int, shown: list[tuple[int, int]]
) -> None:
    assert windows(spans, length, around=10) == shown


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
def test_probability_in_words(probability: float, words: str) -> None:
    assert likelihood(probability) == words
