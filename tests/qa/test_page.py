"""Nothing of an article or a question reaches the page as markup; the marked text is the span."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article, Passage
from qa.page import likelihood, notice_html, reply_html
from qa.showing import quotation
from qa.types import Answer, Hit, Reply, Span

OURS = {"section", "h2", "p", "b", "div", "details", "summary", "meter", "blockquote", "mark", "cite", "ol", "li", "a", "button"}
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
    """Collects the tags, their attributes, all text, and the text in each mark."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.marks, self._in_mark = "", [""], False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_mark = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self.marks.append("")
        self._in_mark = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.marks[-1] += data


@given(nasty, nasty, nasty, nasty, nasty)
def test_everything_is_escaped_and_the_marks_are_the_span(before: str, span: str, after: str, question: str, title: str) -> None:
    text = before + span + after
    article = Article("a", text, title=title, source=title, published=dt.date(2022, 10, 14), url=f"https://example.org/{title}", path=title)
    citation = Span(article, len(before), len(before) + len(span), probability=0.9)
    reply = Reply(
        question, (Answer((citation,), probability=citation.probability),), (Hit(Passage(article, 0, len(text)), 0.5),), "000001", 1.0
    )
    page = Page(reply_html(reply))
    assert {tag for tag, _ in page.tags} <= OURS
    assert all(not name.startswith("on") and name != "src" for _, attributes in page.tags for name in attributes)
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == [citation.link]
    assert [attributes["data-quotation"] for tag, attributes in page.tags if tag == "button"] == [quotation(citation)]
    normal = span.replace("\r\n", "\n").replace("\r", "\n")
    assert {mark.replace("\r\n", "\n").replace("\r", "\n") for mark in page.marks[:2]} == {normal}  # in the sentence and in the story
    assert question in page.text
    assert Page(notice_html(question, after)).text


def test_an_abstention_and_a_notice_say_why() -> None:
    article = Article("a", "Rain fell.")
    silent = Page(
        reply_html(Reply("Why?", (), (Hit(Passage(article, 0, 10), 0.25),), "000001", 1.0, reason="not-said: the articles do not say"))
    ).text
    assert "The articles do not say." in silent
    assert "Passages read (1)" in silent
    assert "score 0.25" in silent
    assert "Expected a question." in Page(notice_html("", "expected a question")).text


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.95, "almost certainly"), (0.9, "almost certainly"), (0.8, "very likely"), (0.6, "likely"), (0.4, "possibly")],
)
def test_probability_in_words(probability: float, words: str) -> None:
    assert likelihood(probability) == words
