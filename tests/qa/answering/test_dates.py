"""The time of the question in answering: citations of another time are less likely."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from index.types import Article
from qa.answering.citing import cite
from qa.answering.dates import merge_undated_reading, recency, rerank_by_date, within_window
from qa.answering.understanding import understand
from qa.types import Citation, Question, Span
from tests.qa.answering.test_agreement import span


def test_recency_halves_with_every_two_weeks() -> None:
    day = dt.date(2022, 6, 29)
    ages = (0, 14, 28, 140, -3)
    found = [recency(day - dt.timedelta(days=age), day) for age in ages]
    assert found == pytest.approx([1, 0.5, 0.25, 2**-10, 1])
    assert recency(None, day) == 0


def test_spans_of_the_time_asked_about_come_first() -> None:
    autumn = span("A truce brokered by the US held in September.", "US", 0.5, "a")
    war = span("In 2020 Russia brokered a truce.", "Russia", 0.6, "b")
    unsaid = span("Norway brokered a truce.", "Norway", 0.4, "c")
    for moments in (["-09"], ["2022-09"], ["2022"]):
        found = rerank_by_date([war, autumn, unsaid], Question("?", moments=tuple(moments)))
        assert {one.text: round(one.probability, 3) for one in found} == {
            "US": 0.5,
            "Russia": round(0.6 / 2.2, 3),
            "Norway": 0.25,
        }
        assert found[0].score > found[-1].score
    assert rerank_by_date([war, unsaid], Question("?", moments=("-09",))) == [
        war,
        unsaid,
    ]  # none speaks of it: nothing to prefer
    assert rerank_by_date([war, autumn], Question("?")) == [war, autumn]


def test_what_is_found_without_the_time_counts_where_it_is_of_the_time() -> None:
    text = (
        "In September a US-brokered truce held, after the war of 2020. "
        "In May 2021 Norway brokered another. Oslo had one, too."
    )
    article = Article("a", text)

    def at(quoted: str, score: float) -> Citation:
        start = text.index(quoted)
        end = start + len(quoted)
        return cite(Span(article, start, end, score, probability=1 / (1 + math.exp(-score))))

    asked = Question(
        "Who brokered the September truce?",
        moments=("-09",),
        without_time="Who brokered the truce?",
    )
    doubtful, found, other, unsaid = (
        at("US-brokered truce", -2.0),
        at("US", 1.0),
        at("Norway", 3.0),
        at("Oslo", 4.0),
    )
    assert merge_undated_reading([doubtful], [found, other, unsaid], asked) == [
        found
    ]  # one span a sentence, and none of another time or of no time
    assert merge_undated_reading([], [found], asked) == [found]
    assert merge_undated_reading([other, at("US", 2.0)], [found], asked) == [
        at("US", 2.0),
        other,
    ]  # the surer reading of a sentence
    assert merge_undated_reading([doubtful], [other], Question("?", moments=("2021-05",))) == [
        doubtful,
        other,
    ]
    assert merge_undated_reading([], [found], Question("?", moments=("2022-09",))) == [
        found
    ]  # a September of no year may be that one
    assert merge_undated_reading([], [found], Question("?", moments=("2020",))) == []
    assert merge_undated_reading([doubtful], [found, other], Question("?")) == [doubtful]


def test_of_news_the_newest_is_the_most_likely() -> None:
    def dated(day: dt.date, id: str) -> Citation:
        article = Article(id, "Tom Brady retired.", published=day)
        return cite(Span(article, 0, 9, score=0.0, probability=0.5))

    asked_on = dt.date(2022, 6, 24)
    fresh, weeks_old, old = (
        dated(asked_on, "b"),
        dated(asked_on - dt.timedelta(days=14), "a"),
        dated(dt.date(2020, 2, 2), "c"),
    )
    found = rerank_by_date([old, weeks_old, fresh], Question("Who retired?", asked_on=asked_on))
    assert [(one.article.id, one.score) for one in found] == [
        ("b", 0.0),
        ("a", pytest.approx(-0.6 * math.log(3))),  # two weeks
        ("c", pytest.approx(-0.6 * math.log1p(873 / 7))),
    ]
    assert [one.probability for one in found] == pytest.approx(
        [0.5, 0.5, 0.5]  # age is for the order
    )
    of_2020 = rerank_by_date(
        [old, fresh], Question("Who retired in 2020?", asked_on=asked_on, moments=("2020",))
    )
    assert [one.probability for one in of_2020] == [0.5, 0.5]
    later = rerank_by_date([old, weeks_old], Question("Who retired?", asked_on=dt.date(2030, 1, 1)))
    assert [one.article.id for one in later] == ["a", "c"]  # an old archive has its own now
    assert later[0].probability == 0.5


@pytest.mark.parametrize(
    ("text", "published", "within"),
    [
        ("In 2019 Ann Berg won.", "2022-12-13", False),  # which month, it does not say
        ("In 2019 Ann Berg won.", "2019-12-20", True),
        ("In 2019 Ann Berg won.", "2019-06-20", False),
        ("In December 2019 Ann Berg won.", "2022-12-13", True),
        ("On 5 December 2019 Ann Berg won.", "2022-12-13", True),
        ("In November 2019 Ann Berg won.", "2019-12-20", False),
        ("Ann Berg won.", "2019-12-20", True),
    ],
)
def test_a_year_is_no_month_of_it(text: str, published: str, within: bool) -> None:
    start = text.index("Ann Berg")
    article = Article("a", text, published=dt.date.fromisoformat(published))
    found = [cite(Span(article, start, start + len("Ann Berg")))]
    asked = understand("Who won in December 2019?", as_of="2022-12-30")
    assert within_window(found, asked) == (found if within else [])
