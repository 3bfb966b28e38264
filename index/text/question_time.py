"""The time that a question asks about: a window of days, or "what is newest".

"How many died in 2019?" asks about the days of 2019. "Who is the chief of staff?" asks about now,
as do "latest" and "currently". The expressions are those of index/text/expressions.py; what joins
and bounds them ("between May and July", "since March") is here.

Limits: English. Of "early 2020" and "summer 2020" the window is the whole year. "Between May 3 and
5" is May 3. A bound on an event ("since the war in 2014") is read as the time of the event.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text.dates import capitalise_dates, resolved
from index.text.days import first_day, last_day, shift
from index.text.moments import NAMED, count_from_now, number_of, resolve, week_of

Day = dt.date | None


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """The time that a question asks about.

    `kind` is "explicit" if the question names a window, "recent" if it asks for what is newest,
    else None. `words` are the question's own. The window is from `first` to `last`, both included;
    None is an open end. "Explicit" has a window, and so has "recently": the months before.
    """

    kind: str | None = None
    words: str = ""
    first: Day = None
    last: Day = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A window that text[start:end] names.

    `yearless` has the words and the kind of an expression without a year.
    """

    start: int
    end: int
    first: Day
    last: Day
    yearless: tuple[str, str] | None = None


_DECADE = re.compile(
    r"""
    \b (?P<decade> (?:19|20)\d ) 0s \b                            # 1990s
  | (?<!\w) ['’] (?P<short> [2-9] ) 0s \b                         # '90s
    """,
    re.VERBOSE,
)
_UNITS = {"day": (1, 0), "week": (7, 0), "month": (0, 1), "year": (0, 12), "decade": (0, 120)}
_VAGUE = {"few": 5, "several": 9, "couple of": 2}
_STRETCH = re.compile(
    r"""
    \b(?: (?:last|past|previous|next) \s
          (?P<count> \d{1,3} | two | three | four | five | six | seven | eight | nine | ten
                   | eleven | twelve | few | several | couple\ of ) \s
          (?P<units> day | week | month | year | decade ) s?       # the last two weeks
        | (?:last|past|next) \s (?P<hours> 24 | 48 | 72 ) \s hours    # the past 24 hours
        | past \s (?P<unit> day | week | month | year | decade )       # the past year
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_JOIN = re.compile(r"\s*(?:\b(?:and|to|until|till|through|or)\b|[–—-])\s*", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_BEFORE = re.compile(
    r"""
    \b(?: (?P<after> since | starting\ in )                        # since March
        | (?P<beyond> after | following )                          # after 2019
        | (?P<until> by | until | till | up\ to | through | as\ of )  # by 2021
        | (?P<short_of> before | prior\ to | ahead\ of )           # before May
        | (?P<so_far> so\ far | earlier )                          # earlier this year
        | (?P<rest> later )                                        # later this year
        | (?: in | on | during | over | within | throughout | at | for | of | from )
    ) \s+
    (?: (?: the | last | this | next | early | mid | late
          | (?: start | beginning | middle | end | spring | summer | autumn | fall
              | winter | (?:first|second)\ half )(?:\ of)?     # at the end of
        ) [\s-]+ ){0,3} $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ONWARDS = re.compile(r"\s+(?:onwards?\b|on(?=\s*(?:[?,.]|$)))", re.IGNORECASE)
_RECENT = re.compile(
    r"""
    \b(?: latest | newest | most\ recent(?:ly)? | recent(?:ly)? | lately     # the latest toll
        | current(?:ly)? | incumbent | sitting | now | nowadays | these\ days
        | at\ (?:present|the\ moment) | right\ now | to\ date | so\ far | still | today['’]s
        | just (?! \s(?:how|in|as|before|after|like|over|under|the|an?)\b )  # has just won
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LATELY = re.compile(
    r"""
    (?<! \bmost\s ) (?<! \bmore\s ) (?<! \bin\s ) (?<! \bthan\s )     # not "in recent years"
    \b(?: recent(?:ly)? | lately )\b (?! \s(?:years|decades|history|times|memory)\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LATELY_DAYS = 120
_RANKS = (
    r"(?:record|most|fewest|largest|biggest|highest|lowest|tallest|longest|fastest|richest|oldest"
    r"|youngest|strongest|deadliest|top|population|price|cost|rate|toll|ranking|number|leader|head"
    r"|president|minister|chancellor|mayor|governor|secretary|king|queen|pope|chief|chair\w*"
    r"|director|captain|coach|manager|champion|holder|owner|ceo|speaker|ambassador)"
)
_NOT_PAST = r"(?: (?! \b(?:did|was|were|had|will|would|that|who|whose)\b ) [^?] ){0,80}?"
_PRESENT = re.compile(
    rf"""
    (?: ^\W* | (?<=[.?!]\s) ) (?: (?:and|so|but) \s+ )?
    (?: who (?:['’]s|\s+(?:is|are)) \s+ (?: the | \S+['’]s? ) \b      # who is the; who's France's
      | who \s+ (?:leads|heads|runs|owns|holds|chairs|rules|governs|manages|coaches)\b
      | how \s+ (?:many|much|old|big|large|high|tall|long|far|rich|fast) \b
        {_NOT_PAST} \b(?:is|are|does|do|has|have)\b                   # how many moons does
      | (?:what|which) (?: ['’]s | \b {_NOT_PAST} \b(?:is|are|has|have|holds)\b )
        (?:\s+the\s+name\s+of)? (?:\s+[\w’'-]+){{0,3}}? \s+ {_RANKS}\b  # has the most
      | (?:what|which) \s+ {_RANKS} \b {_NOT_PAST} \b(?:is|are|holds|has)\b   # which president is
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_THAN = re.compile(r"\b(?:than|compared\s(?:to|with)|versus)\b[^,.;?]*$", re.IGNORECASE)


def question_time(question: str, asked_on: dt.date) -> QuestionTime:
    """Return the time that a question asks about on a day.

    A time that it names outranks a word such as "latest". Of several the window is from the first
    to the last. What it compares with ("higher than a year ago") is not asked about.
    """
    text = capitalise_dates(question)
    windows = [_bounded(text, window, asked_on) for window in _joined(text, asked_on)]
    if windows:
        words = ", ".join(question[window.start : window.end] for window in windows)
        firsts = [window.first for window in windows]
        lasts = [window.last for window in windows]
        return QuestionTime("explicit", words, _earliest(firsts), _latest(lasts))
    lately = _LATELY.search(question)
    if lately is not None:
        return QuestionTime("recent", lately[0], shift(asked_on, days=-_LATELY_DAYS), asked_on)
    for pattern in (_RECENT, _PRESENT):
        found = pattern.search(question)
        if found is not None:
            return QuestionTime("recent", found[0].strip())
    return QuestionTime()


def _earliest(days: list[Day]) -> Day:
    return None if None in days else min(day for day in days if day is not None)


def _latest(days: list[Day]) -> Day:
    return None if None in days else max(day for day in days if day is not None)


def _windows(text: str, asked_on: dt.date) -> Iterator[_Window]:
    """Yield what a question names, in order and each place once."""
    found = [*_stretches(text, asked_on), *_decades(text), *_expressions(text, asked_on)]
    end = 0
    for window in sorted(found, key=lambda window: (window.start, -window.end)):
        if window.start >= end and not _THAN.search(text, 0, window.start):
            yield window
            end = window.end


def _stretches(text: str, asked_on: dt.date) -> Iterator[_Window]:
    """Yield stretches that end or begin on the day asked on: "the last two weeks"."""
    for match in _STRETCH.finditer(text):
        count = 1
        days, months = _UNITS[(match["units"] or match["unit"] or "day").lower()]
        if match["hours"] is not None:
            count = int(match["hours"]) // 24
        elif match["count"] is not None:
            words = match["count"].lower()
            count = _VAGUE.get(words, number_of(words))
        if match[0].lower().startswith("next"):
            last = shift(asked_on, days=days * count, months=months * count)
            yield _Window(*match.span(), asked_on, last)
        else:
            first = shift(asked_on, days=-days * count, months=-months * count)
            yield _Window(*match.span(), first, asked_on)


def _decades(text: str) -> Iterator[_Window]:
    for match in _DECADE.finditer(text):
        decade = match["decade"]
        if decade is None:
            decade = ("20" if match["short"] < "3" else "19") + match["short"]
        yield _Window(*match.span(), first_day(f"{decade}0"), last_day(f"{decade}9"))


def _expressions(text: str, asked_on: dt.date) -> Iterator[_Window]:
    """Yield the windows of the expressions of time; weeks are from Monday to Sunday."""
    for match, moment in resolved(text, asked_on):
        words = match[0].lower()
        if match.lastgroup == "relative" and "week" in words:
            week = week_of(shift(asked_on, days=7 * count_from_now(words)))
            if week is not None:
                first, last = week
                if "weekend" in words:
                    first = shift(last, days=-1) or first
                yield _Window(*match.span(), first, last)
        elif moment is not None:
            yearless = None
            if match.lastgroup in NAMED and moment[:4] not in words:
                yearless = (match[0], match.lastgroup)
            yield _Window(*match.span(), first_day(moment), last_day(moment), yearless)


def _joined(text: str, asked_on: dt.date) -> list[_Window]:
    """Return the windows of a question, with "X to Y" as one."""
    joined: list[_Window] = []
    for window in _windows(text, asked_on):
        previous = joined[-1] if joined else None
        if previous is None or not _JOIN.fullmatch(text, previous.end, window.start):
            joined.append(window)
            continue
        previous = _before(previous, window)
        begin = _RANGE.search(text, 0, previous.start)
        start = previous.start if begin is None else begin.start()
        joined[-1] = _Window(
            start,
            window.end,
            _earliest([previous.first, window.first]),
            _latest([previous.last, window.last]),
        )
    return joined


def _before(window: _Window, end: _Window) -> _Window:
    """Return a window; if it has no year, as the last such one before `end`."""
    if window.yearless is None or end.first is None:
        return window
    moment = resolve(*window.yearless, end.first, "past")
    if moment is None:
        return window
    return replace(window, first=first_day(moment), last=last_day(moment))


def _bounded(text: str, window: _Window, asked_on: dt.date) -> _Window:
    """Return a window bounded by the words beside it: "since", "before", "so far"."""
    found = _BEFORE.search(text, 0, window.start)
    if found is None:
        return window
    first, last, end = window.first, window.last, window.end
    onwards = _ONWARDS.match(text, end)
    relation = found.lastgroup
    if onwards is not None:
        relation, end = "after", onwards.end()
    if relation == "after":
        last = asked_on
        if first is not None and first > asked_on:  # "starting in 2026"
            last = None
    elif relation == "beyond":
        first, last = _next(last, 1), None
    elif relation == "until":
        first = None
    elif relation == "short_of":
        first, last = None, _next(first, -1)
    elif relation == "so_far":
        last = _clipped(asked_on, first, last)
    elif relation == "rest":
        first = _clipped(asked_on, first, last)
    return _Window(found.start(), end, first, last)


def _clipped(day: dt.date, first: Day, last: Day) -> Day:
    """Return the day of a window that is nearest to a day."""
    if first is not None and day < first:
        return first
    if last is not None and day > last:
        return last
    return day


def _next(day: Day, days: int) -> Day:
    return None if day is None else shift(day, days=days)
