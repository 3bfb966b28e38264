"""The evidence: what is shown of each article, and that joined marks are the spans."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article, Passage
from qa.types import Hit, Span
from qa.web.evidence import AROUND, WHOLE, article_html, evidence_html, windows
from tests.qa.web.parsed import Parsed

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=5)


@pytest.mark.parametrize(
    ("spans", "length", "shown"),
    [
        ([], 100, []),
        ([(50, 52)], 100, [(40, 62)]),
        ([(5, 6), (95, 99)], 100, [(0, 16), (85, 100)]),
        ([(30, 32), (50, 52)], 100, [(20, 62)]),  # 42 and 40 meet
        ([(50, 90), (55, 56)], 100, [(40, 100)]),  # one within the other
    ],
)
def test_the_surroundings_of_spans_are_shown(
    spans: list[tuple[int, int]], length: int, shown: list[tuple[int, int]]
) -> None:
    assert windows(spans, length, around=10) == shown


@given(spans, spans)
def test_the_stretches_of_a_finding_are_its_span_and_the_text_is_whole(
    found: list[tuple[int, int]], read: list[tuple[int, int]]
) -> None:
    text = "".join(chr(ord("a") + place % 26) for place in range(60))
    article = Article("a", text)
    findings = [Span(article, start, start + length) for start, length in found]
    hits = [Hit(Passage(article, start, start + length), 0.5) for start, length in read]
    html = evidence_html(findings, hits)
    if not findings and not hits:
        assert Parsed(html).text == ""
        return
    page = Parsed(html)
    assert page.findings == {str(n): span.text for n, span in enumerate(findings)}
    assert text in page.text


def test_each_article_is_there_once_and_the_first_is_in_view() -> None:
    articles = [Article(name, f"{name} fell. {name} rose.") for name in ("Rain", "Snow", "Fog")]
    rain, snow, fog = articles
    findings = [Span(snow, 0, 4), Span(rain, 0, 4), Span(snow, 11, 15)]
    hits = [Hit(Passage(rain, 0, 10), 0.9), Hit(Passage(fog, 0, 9), 0.5)]
    html = evidence_html(findings, hits)
    page = Parsed(html)
    assert page.attributes("data-article") == ["0", "1", "2"]
    assert page.text.index("Snow fell") < page.text.index("Rain fell") < page.text.index("Fog fell")
    assert html.count(" hidden>") == 2
    assert "finding 1 of 3" in page.text
    assert page.attributes("data-passages") == ["0", "0", "1"]
    assert page.attributes("data-first") == ["1", "3", "2"]
    assert "finding 1 of" not in evidence_html(findings[:1], [])


def test_no_article_is_in_view_if_nothing_was_found_in_any() -> None:
    article = Article("Rain", "Rain fell.")
    html = evidence_html([], [Hit(Passage(article, 0, 10), 0.1)])
    assert html.count(" hidden>") == html.count("<article") == 1


def test_of_a_long_article_the_surroundings_are_shown_with_a_way_to_the_whole() -> None:
    text = f"{'a' * 2 * AROUND}Rain fell.{'b' * 2 * AROUND}"
    page = Parsed(evidence_html([Span(Article("x y", text), 2 * AROUND, 2 * AROUND + 4)], []))
    _, shown, _ = page.text.rsplit("…", 2)
    assert shown == f"{'a' * AROUND}Rain fell.{'b' * (AROUND - 6)}"
    assert page.attributes("href") == ["?article=x+y"]


def test_an_article_by_itself_names_its_outlet_day_and_authors() -> None:
    article = Article(
        "a",
        "Rain fell.",
        "Rain",
        "Globe",
        dt.date(2022, 10, 14),
        "https://example.org/a",
        "a.txt",
        ("Ann Lee", "Bo Li"),
    )
    page = Parsed(article_html(article))
    assert page.text == "RainGlobe · 14 October 2022 · by Ann Lee, Bo Li · open originalRain fell."
    assert page.attributes("datetime") == ["2022-10-14"]
    assert page.attributes("href") == ["https://example.org/a"]


def test_of_an_endless_article_the_beginning_is_shown() -> None:
    page = Parsed(article_html(Article("a", "a" * (WHOLE + 1), path="a.txt")))
    assert "a" * WHOLE in page.text
    assert "a" * (WHOLE + 1) not in page.text
