"""A question's time as a condition: what is of it, and what is not."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import Article
from qa.answering.citing import cite
from qa.answering.dates import within_window
from qa.answering.understanding import understand
from qa.archive import _of_other_times, _reason
from qa.types import Citation, Span


def kept(question: str, text: str, published: dt.date | None, as_of: str = "2026-11-26") -> bool:
    """Whether a citation of a text is of the question's time."""
    span = Span(Article("a", text, published=published), 0, text.index(".") + 1, probability=0.5)
    return bool(within_window([cite(span)], understand(question, as_of=as_of)))


MAY = dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    ("question", "text", "published", "of_it"),
    [
        ("How many died in Tarn in 2019?", "The floods killed 14 people.", MAY, False),
        ("How many died in Tarn in 2019?", "The floods of 2019 killed 14 people.", MAY, True),
        ("How many died in Tarn in 2019?", "The floods killed 14.", dt.date(2019, 3, 1), True),
        ("How many died in Tarn last year?", "The floods killed 14 people.", MAY, False),
        ("How many died in Tarn in May 2026?", "The floods killed 14 people.", MAY, True),
        # told a few days after its time
        ("How many died in Tarn in April 2026?", "The floods killed 14 people.", MAY, True),
        ("How many died in Tarn in March 2026?", "The floods killed 14 people.", MAY, False),
        ("How many died in Tarn?", "The floods killed 14 people.", MAY, True),
        ("How many died in Tarn in the 2010s?", "The floods killed 14 people.", MAY, False),
        ("How many died in Tarn in the 2010s?", "The floods of 2019 killed 14.", MAY, True),
        ("How many died in the last two weeks?", "The floods killed 14 people.", MAY, False),
        # an article without a day must name the time
        ("How many died in Tarn in 2019?", "The floods killed 14 people.", None, False),
        ("How many died in Tarn in 2019?", "The floods of 2019 killed 14 people.", None, True),
        ("How many died in Tarn in 2019?", "14 died. It began in March 2019.", None, True),
        ("How many died in Tarn in 2019?", "14 died last month. A dam of 2019 fell.", None, False),
        ("How many died in Tarn in May 2019?", "14 died in May.", None, True),
        ("How many died in Tarn in May 2019?", "14 died in June.", None, False),
        ("How many died in September?", "14 died last month. It rained on October 2.", None, True),
        # what it names of others, or beside a label, is not its time
        ("How many died in 2019?", "14 died.\nBorn: May 4, 2019", None, False),
        ("How many died in 2019?", "14 died.\n\nRelated\nA dam of 2019 fell.", None, False),
        ("How many died in 2019?", "14 died.\nThe mayor: it began in 2019.", None, True),
        # news of this week is of this week, and is foretold for a month
        ("How many died this week?", "The floods killed 14.", dt.date(2022, 12, 1), False),
        ("How many died this week?", "The floods killed 14.", dt.date(2026, 10, 22), False),
        ("How many will meet this week?", "The 14 meet.", dt.date(2026, 10, 23), True),
        ("How many died this week?", "The floods killed 14.", dt.date(2026, 11, 25), True),
        ("How many must go this week?", "By 2035 all 14 must go.", dt.date(2026, 11, 25), True),
        ("How many died this week?", "The floods killed 14.", None, True),
        # what was is not told before it was
        ("How many died in Tarn in 2031?", "The floods killed 14 people.", MAY, False),
        ("Who won in Tarn in 2031?", "Ann Berg won. A dam fell.", MAY, False),
        ("Who was named host of the 2034 cup?", "Ann Berg is. A dam fell.", MAY, True),
        ("Who said she will sing in 2031?", "Ann Berg did. A dam fell.", MAY, True),
        ("Who will win in Tarn in 2027?", "Ann Berg leads. A dam fell.", MAY, True),
        # what is to come is told before, but a year is no month of it
        ("When will it open in 2027?", "The mayor will open the lift.", MAY, True),
        ("When will it open in December 2027?", "The lift will open in 2027.", MAY, False),
        # a year that ends within the time is of it
        ("How many died from June 2019 to February 2020?", "14 died in 2019.", None, True),
        # "recently" is of the last months, of whatever day the sentence speaks
        ("How many died recently?", "The floods killed 14.", MAY, False),
        ("How many died recently?", "The floods killed 14.", dt.date(2026, 9, 1), True),
        ("Which club recently won?", "Its first since 2001.", dt.date(2026, 9, 1), True),
        ("How many died recently?", "The floods killed 14.", None, True),
        ("How many died in recent years?", "The floods killed 14.", MAY, True),
    ],
)
def test_what_is_of_the_time(
    question: str, text: str, published: dt.date | None, of_it: bool
) -> None:
    assert kept(question, text, published) is of_it


def test_silence_about_a_time_to_come_says_what_there_is() -> None:
    asked = understand("How many died in Tarn in 2031?")
    text = "The floods killed 14 people."
    start = text.index("14")
    other = cite(Span(Article("a", text, published=MAY), start, start + 2))
    end = "too-new: the articles end on 4 May 2026, before 2031"
    assert _reason([], asked, MAY, other) == f"{end}; from 4 May 2026: 14"
    assert _reason([], asked, MAY) == end


def test_an_article_without_a_day_is_of_the_days_of_its_storys_copies() -> None:
    def one(id: str, story: str, published: dt.date | None) -> Citation:
        article = Article(id, "The floods killed 14 people.", published=published, story=story)
        return cite(Span(article, 0, 10, probability=0.5))

    asked = understand("How many died in Tarn in 2019?", as_of="2026-11-26")
    dated, undated = one("a", "a", dt.date(2019, 3, 1)), one("b", "a", None)
    assert within_window([undated, dated], asked) == [undated, dated]
    assert within_window([undated, one("c", "c", dt.date(2019, 3, 1))], asked) != [undated]
    later = one("d", "a", dt.date(2022, 1, 1))  # printed again
    assert within_window([later, undated, dated], asked) == [undated, dated]
    assert within_window([later, undated], asked) == []


@pytest.mark.parametrize(
    ("question", "newest", "counts"),
    [
        ("How many died in 2025?", dt.date(2026, 5, 4), True),
        ("How many will come in 2027?", dt.date(2026, 5, 4), False),
        ("How many will come in 2027?", None, True),
        ("How many died?", dt.date(2026, 5, 4), True),
    ],
)
def test_what_is_told_of_other_times_says_nothing_against_what_is_to_come(
    question: str, newest: dt.date | None, counts: bool
) -> None:
    one, other = (cite(Span(Article(id, "14 died."), 0, 2)) for id in "ab")
    asked = understand(question, as_of="2026-05-04")
    assert _of_other_times(asked, [one, other], [one], newest) == ([other] if counts else [])
