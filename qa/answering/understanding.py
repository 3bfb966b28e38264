"""A question as typed to a `Question`.

The question is checked and limited, and the times that it names are found.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from index.text.dates import (
    capitalise_dates,
    in_words,
    moments_in,
    remove_time,
    time_spans,
    yearless_months,
)
from index.text.days import first_day, last_day, shift
from index.text.expressions import WEEKDAYS
from index.text.question_time import question_time
from index.text.sentences import sentences
from index.types import DatelineError, Filters
from qa.answering.arguments import check_outlets, check_question, shown
from qa.answering.dates import TOLD_AFTER
from qa.types import Question, TimeWindow

Day = dt.date | str | None

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LATEST = re.compile(
    r"""\b(?:
      latest | newest | most\ recent(?:ly)?    # "the latest toll"
    | currently | right\ now | at\ present | at\ the\ moment
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_COURTESY = re.compile(
    r"""\W*(?:ok(?:ay)?\W+)?(?:
      thanks?(?:\ (?:you|a\ lot|so\ much|very\ much))*   # thank you very much
    | hello | hi | hey | good\ (?:morning|afternoon|evening) | (?:good\ )?bye | cheers | great | ok
    )(?:\ (?:there|dateline|all))?\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_WEEKDAY = re.compile(rf"(?:on\s|last\s)?(?:{WEEKDAYS})", re.IGNORECASE)
_STALE = dt.timedelta(days=31)  # an archive whose newest article is older has a now of its own
_PREPOSITION = re.compile(r"\b(?:in|on|during|since|before|after|by|until|from)\s+$", re.IGNORECASE)


def understand(
    question: str,
    source: str | Sequence[str] | None = None,
    since: Day = None,
    until: Day = None,
    as_of: Day = None,
    newest: dt.date | None = None,
) -> Question:
    """Check a question and find the times that it names.

    `as_of` asks as if on that day: nothing later is used, and "last month" is the month before
    it. Without it "last month" is the one before today, and "September" is that of any year. If
    the `newest` article is over a month old, "last month" is the one before its day instead.
    Raises DatelineError for an empty or too long question, and for a day that is none.
    """
    text = check_question(question)
    asked_on = parse_day(as_of, "the day asked on")
    until = _earlier(asked_on, parse_day(until, "the last day"))
    filters = Filters(check_outlets(source), parse_day(since, "the first day"), until)
    timed = capitalise_dates(text)
    today, counted_from = asked_on or dt.date.today(), None
    if asked_on is None and newest is not None and _is_stale(timed, today, newest):
        today = counted_from = newest
    dated, moments = _moments(timed, today, asked_on is not None)
    asking = timed[sentences(timed)[-1][0] :]  # what stands before tells the story
    window = _window(asking, _moments(asking, today, asked_on is not None)[1], today, counted_from)
    rest = remove_time(timed)
    if not moments or rest == timed:
        rest = ""
    return Question(
        text,
        filters,
        today,
        extra_terms=" ".join(map(in_words, dated)),
        moments=tuple(moments),
        asks_for_latest=_LATEST.search(text) is not None,
        without_time=rest,
        time=window,
        asks_for_recent=question_time(timed, today).kind == "recent",
        looks_in=_looked_in(window),
    )


def is_courtesy(text: str) -> bool:
    """Whether a text is thanks or a greeting, and no question."""
    return _COURTESY.fullmatch(text) is not None


def parse_day(value: Day, name: str) -> dt.date | None:
    """Return the date of "2022-10-14", of a date, or None for None.

    Raises DatelineError for anything else, calling it `name`.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        if not _ISO_DAY.fullmatch(value):  # fromisoformat takes 20221014 too, and weeks
            raise ValueError
        return dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise DatelineError(f"expected {name} as YYYY-MM-DD, found {shown(value)}") from None


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days, default=None)


def _moments(text: str, today: dt.date, known: bool) -> tuple[list[str], list[str]]:
    """Return the moments that a text dates, and those with the months of any year.

    `known`: the day asked on is, so that a month without a year has one.
    """
    dated = [moment for _, moment in moments_in(text, today, named=known)]
    if known:
        return dated, dated
    return dated, [*dated, *yearless_months(text)]


def _is_stale(text: str, today: dt.date, newest: dt.date) -> bool:
    """Whether the newest article is long past, and a question counts from now."""
    if today - newest <= _STALE:
        asked = question_time(text, today)
        if asked.first is None or _WEEKDAY.fullmatch(asked.words) is None:
            return False
        return asked.first > newest  # "on Monday", after the last article
    now, then = question_time(text, today), question_time(text, newest)
    return (now.first, now.last) != (then.first, then.last)


def _window(
    text: str, moments: Sequence[str], today: dt.date, counted_from: dt.date | None
) -> TimeWindow | None:
    """Return the time that a question names.

    It has no days if a year is unknown. It is None if the question names no time. Its words say
    from which day it is counted, if that is not today.
    """
    asked = question_time(text, today)  # "the last two weeks" is no moment, but a window
    lately = asked.kind == "recent" and asked.first is not None
    if not (moments or lately) and (asked.kind != "explicit" or time_spans(text)):
        return None  # none, or a "Friday" of any week
    yearless = any(moment.startswith("-") for moment in moments)
    if counted_from is not None and not yearless:
        day = in_words(counted_from.isoformat())
        words = f"{asked.words}, counted from the newest article, {day}"
        return TimeWindow(words, asked.first, asked.last)
    words = ", ".join(_with_preposition(text, start, end) for start, end in time_spans(text))
    if yearless:
        return TimeWindow(words)
    if asked.kind == "explicit" or lately:
        return TimeWindow(asked.words, asked.first, asked.last)
    firsts = [day for day in map(first_day, moments) if day is not None]
    lasts = [day for day in map(last_day, moments) if day is not None]
    return TimeWindow(words, min(firsts, default=None), max(lasts, default=None))


def _looked_in(window: TimeWindow | None) -> tuple[dt.date, dt.date] | None:
    """Return the days whose articles may tell of a time, None if it is open."""
    if window is None or window.first is None or window.last is None:
        return None
    return window.first, shift(window.last, days=TOLD_AFTER) or window.last


def _with_preposition(text: str, start: int, end: int) -> str:
    before = _PREPOSITION.search(text, 0, start)
    return text[start if before is None else before.start() : end]
