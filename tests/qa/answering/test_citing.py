"""A citation says what its article says of the span, each as a place in the article."""

from __future__ import annotations

import datetime as dt

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article
from qa.answering.citing import cite, with_claim
from qa.types import Citation, Span

DAY = dt.date(2022, 10, 14)


def cited(text: str, quoted: str, published: dt.date | None = DAY) -> Citation:
    start = text.index(quoted)
    article = Article("a", text, published=published)
    return cite(Span(article, start, start + len(quoted), score=1.5, probability=0.25))


def test_a_citation_has_sentence_speaker_moment_and_qualifier() -> None:
    text = "Rain fell. The mayor said at least 286 trees fell last month. Snow fell."
    found = with_claim(cited(text, "286"))
    assert found.sentence == "The mayor said at least 286 trees fell last month."
    assert found.attribution == "The mayor"
    assert (found.moment, found.as_of) == ("2022-09", "2022-09")
    assert (found.text, found.qualified) == ("286", "at least 286")
    assert (found.score, found.probability, found.stance) == (1.5, 0.25, "said")


def test_what_an_article_does_not_say_is_none() -> None:
    found = cited("The lighthouse stood dark.", "lighthouse", published=None)
    assert (found.attribution, found.speaker_span, found.moment) == (None, None, None)
    assert found.qualified == "lighthouse"


def test_a_month_of_an_unknown_year_is_a_moment_and_no_date() -> None:
    found = cited("In September 286 trees fell.", "286", published=None)
    assert (found.moment, found.as_of) == ("-09", None)


@pytest.mark.parametrize(
    ("sentence", "moment"),
    [("The ensuing war cost 40 lives.", "2020-05"), ("The war cost 40 lives.", None)],
)
def test_what_followed_is_dated_by_the_sentence_before(sentence: str, moment: str | None) -> None:
    assert cited(f"Talks failed in May 2020. {sentence}", "40").moment == moment


@given(st.text(alphabet="ab. “”\nA1", max_size=60), st.data())
def test_every_place_of_a_citation_lies_in_its_article(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    hypothesis.assume(text[start:end].strip() == text[start:end] != "")  # as a reader cuts it
    found = cite(Span(Article("a", text, published=DAY), start, end))
    first, last = found.sentence_span
    assert 0 <= first <= start
    assert end <= last <= len(text)
    assert 0 <= found.qualified_start <= start
    if found.speaker_span is not None:
        assert first <= found.speaker_span[0] < found.speaker_span[1] <= last
