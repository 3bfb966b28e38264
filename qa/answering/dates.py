"""Time in answering: which spans are about the moment asked about, and how new.

The question names the moment. Spans of another time become less likely; none is removed.
Trade-offs: docs/explanation.md.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.text.dates import description_mentions, moments_in, yearless_months
from index.text.days import first_day, last_day, shift
from index.text.tense import is_past
from index.text.undated import counts_from_its_day, own_words
from qa.types import Answer, Citation, Hit, Question, TimeWindow

_ADVERB = re.compile(r"(?:in|on|during)\b", re.IGNORECASE)  # "in 2031", not "the 2031 cup"
_HALF_LIFE = 14  # days
_AGE, _AGE_OF_NEWS = 0.3, 0.6  # of the log of an age in weeks, taken from the log-odds
_UNDATED_WEEKS = 52.0
_SUPPORTED = 0.4  # of the best answer's probability
_NEWER = dt.timedelta(days=2)
_NEWS_DAYS = 31  # before "this week" in which its news may be foretold
TOLD_AFTER = 7  # days after its time in which news is told without naming it
_UNDATED_DOUBT, _OTHER_TIME_DOUBT = math.log(2), math.log(4)  # taken from the log-odds


def recency(published: dt.date | None, asked_on: dt.date) -> float:
    """Return how recent an article is on the day asked on, from 0 to 1.

    It is 1 on that day and halves with every two weeks of age. Without a date it is 0.
    """
    if published is None:
        return 0.0
    age = max(0, (asked_on - published).days)
    return float(0.5 ** (age / _HALF_LIFE))


def mentions_date(hit: Hit, moments: Sequence[str]) -> bool:
    """Whether a passage speaks of one of the moments.

    In an article without a date a month counts whatever its year.
    """
    undated: Sequence[str] = ()
    if hit.article.published is None:
        undated = yearless_months(hit.text)
    return any(
        description_mentions(hit.passage.description, moment) or _month_of(moment) in undated
        for moment in moments
    )


def rerank_by_date(citations: Sequence[Citation], asked: Question) -> list[Citation]:
    """Order citations with those of another time made less likely; best first.

    If the question names a moment and a citation speaks of it, the odds of the others fall. They
    are halved if a citation names no moment, and quartered if it names another one. The age of an
    article is for the order alone: it lowers the score by its logarithm, beside the newest one
    cited.
    """
    matching = [is_of_its_time(citation, asked) for citation in citations]
    ages = _ages([citation.article.published for citation in citations], asked)
    reranked = []
    for citation, matches, age in zip(citations, matching, ages, strict=True):
        doubt = 0.0
        if any(matching) and not matches:
            doubt += _UNDATED_DOUBT if citation.moment is None else _OTHER_TIME_DOUBT
        doubted = lower_odds(citation, doubt)
        reranked.append(replace(doubted, score=doubted.score - age))
    return sorted(reranked, key=order)


def within_window(citations: Sequence[Citation], asked: Question) -> list[Citation]:
    """Return the citations of the time that the question names; all if it names none.

    A sentence is of the time that its own words name, or, if it has none, of its article's day. An
    article without a day has that of its story's other copies, else it must name the time. A
    question leaves nothing out if its time includes the day it is asked on, since news of this week
    is told from its first days on. What was ("who won in 2031?") is not told before.
    """
    window = asked.time
    if window is None:
        return list(citations)
    if asked.asks_for_recent:  # "recently": told then, of whatever day
        return [one for one in citations if _is_told_since(one, window.first)]
    if asked.moments and asked.asks_for_news:
        return [one for one in citations if _is_told_since(one, window.first, _NEWS_DAYS)]
    if window.first is None and window.last is None:  # "in September" of any year
        named = [one for one in citations if is_of_its_time(one, asked)]
        return named or list(citations)
    if window.first is None or window.last is None:  # "after 1991"
        return list(citations)
    asked_on = asked.asked_on or dt.date.max
    ahead = window.last > asked_on and not _asks_what_was(asked.text, window, asked_on)
    days = _days_of_stories(citations)
    return [one for one in citations if _is_within(one, window, ahead, days)]


def latest_holder_first(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers with the newest of those well supported first.

    An answer is as new as its newest citation: of the day that its sentence names, or of its
    article's. Of two of the same days the more probable one stays first.
    """
    best = answers[0]
    rivals = [one for one in answers if one.probability >= _SUPPORTED * best.probability]
    newest = max(rivals, key=lambda one: (_told_on(one), one.probability))
    if _told_on(newest) - _told_on(best) < _NEWER:
        return list(answers)
    return [newest, *(one for one in answers if one is not newest)]


def _told_on(answer: Answer) -> dt.timedelta:
    """Return the day of an answer's newest citation, as days since the first."""
    return max(_day_of(citation) for citation in answer.citations) - dt.date.min


def _day_of(citation: Citation) -> dt.date:
    published = citation.article.published or dt.date.min
    named = last_day(citation.as_of) if citation.as_of else None
    return published if named is None else min(named, published)


def _is_told_since(citation: Citation, first: dt.date | None, before: int = 0) -> bool:
    """Whether an article is of a day or later; or of no known day."""
    told = citation.article.published
    if told is None or first is None:
        return True
    return told >= (shift(first, days=-before) or dt.date.min)


def _asks_what_was(question: str, window: TimeWindow, asked_on: dt.date) -> bool:
    """Whether a question asks what was "in 2031", which is to come.

    "Who was named host of the 2034 cup?" does not: the time is the cup's.
    """
    ahead = window.first is not None and window.first > asked_on
    return ahead and _ADVERB.match(window.text) is not None and is_past(question)


def _days_of_stories(citations: Sequence[Citation]) -> dict[str, dt.date]:
    """Return the first day on which a copy of each story was published."""
    articles = [citation.article for citation in citations]
    days = sorted((one.published, one.story) for one in articles if one.published and one.story)
    return {story: day for day, story in reversed(days)}


def _is_within(
    citation: Citation, window: TimeWindow, ahead: bool, days: Mapping[str, dt.date]
) -> bool:
    first, last = window.first or dt.date.min, window.last or dt.date.max
    said, told = citation.moment, citation.article.published
    if told is None:
        told = days.get(citation.article.story or "")
    if said is not None and not _contains(said, first, last):
        return _meets(said, first, last)
    if said is not None and (told is None or told < first):
        return False  # "in 2019" is not December 2019, unless told then
    if told is None:
        return _is_told_within(citation, first, last)
    if told < first:  # it may foretell, without naming the day again
        return ahead
    return first <= told <= (shift(last, days=TOLD_AFTER) or dt.date.max)


def _is_told_within(citation: Citation, first: dt.date, last: dt.date) -> bool:
    """Whether an undated article names the time, and its sentence no day of its own."""
    if counts_from_its_day(citation.sentence):  # "last month" of an unknown day
        return False
    moments = moments_in(own_words(citation.article.text), None)
    return any(_meets(moment, first, last) for _, moment in moments)


def _meets(moment: str, first: dt.date, last: dt.date) -> bool:
    """Whether a moment and a window share a day; "-09" is September of any year."""
    if moment.startswith("-"):
        years = range(first.year, last.year + 1)
        return any(_meets(f"{year:04}{moment}", first, last) for year in years)
    begins, ends = first_day(moment), last_day(moment)
    return begins is None or ends is None or (begins <= last and first <= ends)


def _contains(moment: str, first: dt.date, last: dt.date) -> bool:
    """Whether a moment is longer than a window, and holds all of it."""
    if moment.startswith("-"):  # "-09" is September of any year
        return False
    begins, ends = first_day(moment), last_day(moment)
    if begins is None or ends is None or ends - begins <= last - first:
        return False
    return begins <= first and last <= ends


def merge_undated_reading(
    citations: Sequence[Citation], undated: Sequence[Citation], asked: Question
) -> list[Citation]:
    """Merge citations read without the question's date, keeping those dated to it.

    Of two in one sentence the more probable stays.
    """
    best = {_sentence_key(citation): citation for citation in reversed(citations)}
    for citation in undated:
        kept = best.get(_sentence_key(citation))
        better = kept is None or citation.score > kept.score
        if better and is_of_its_time(citation, asked):
            best[_sentence_key(citation)] = citation
    return list(best.values())


def is_of_its_time(citation: Citation, asked: Question) -> bool:
    """Whether a citation speaks of a moment that the question names.

    A month without a year is that of any year.
    """
    said = citation.moment
    return said is not None and any(_same_time(said, moment) for moment in asked.moments)


def lower_odds(citation: Citation, by: float) -> Citation:
    """Return the citation with its log-odds lowered."""
    if not by:
        return citation
    odds = citation.probability + (1 - citation.probability) * math.exp(by)
    probability = citation.probability / odds
    return replace(citation, score=citation.score - by, probability=probability)


def order(citation: Citation) -> tuple[float, str, int]:
    """Sort key of citations: highest score first, then by place."""
    return (-citation.score, citation.article.id, citation.start)


def _ages(days: Sequence[dt.date | None], asked: Question) -> list[float]:
    """Return the log-odds that each article loses by its age.

    Age is counted from the newest of them, so that an archive that ended years ago has a now of
    its own. An article without a date counts as a year old.
    """
    known = [day for day in days if day is not None]
    if not known or (asked.moments and not asked.asks_for_news):
        return [0.0] * len(days)  # of a named time the old article is as good
    weight = _AGE
    if asked.asks_for_latest or asked.asks_for_recent or asked.asks_for_news:
        weight = _AGE_OF_NEWS
    weeks = [_UNDATED_WEEKS if day is None else (max(known) - day).days / 7 for day in days]
    return [weight * math.log1p(age) for age in weeks]


def _same_time(said: str, moment: str) -> bool:
    if moment.startswith("-"):  # "-09" is September of any year
        return moment in (said, _month_of(said))
    return said.startswith(moment) or _month_of(moment) == said


def _month_of(moment: str) -> str:
    """Return the month as "-09" of "2022-09-14" or "-09"; "" for a year."""
    return moment if moment.startswith("-") else moment[4:7]


def _sentence_key(citation: Citation) -> tuple[str, int, int]:
    return (citation.article.id, *citation.sentence_span)
