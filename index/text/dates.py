"""The expressions of time in a text.

This module finds which moments a text speaks of, and describes a passage by them. A news story says
"last month" and its readers ask about "September". One grammar finds expressions of time
(index/text/expressions.py), and index/text/moments.py resolves them against the day the article was
published. A moment is "2022", "2022-10" or "2022-10-14", as precise as the words; "-09" is
September of any year.

Limits: English only. Without a day of publication, expressions that need one stay unresolved.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from index.text.expressions import MONTH_NAMES, WEEKDAYS, YEAR, expressions
from index.text.moments import FROM_PUBLICATION, NAMED, resolve
from index.text.tense import CLAUSE, SENTENCE_END, tense
from index.text.undated import months_counted
from index.types import Article

_AROUND_TIME = frozenset(
    "a the in on of at by since until from early late mid around about "
    "autumn fall spring summer winter year month end "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_FOLLOWING = re.compile(
    r"""
    \b(?: (?:that|which)\ (?:then\ |soon\ )?followed             # the strike that followed
        | ensu(?:ing|ed)                                         # the ensuing strike
        | subsequent(?:ly)?                                      # subsequently
        | in\ (?:the|its|their)\ aftermath                       # in its aftermath
        | back\ then                                             # back then
        | at\ (?:the|that)\ time                                 # at the time
    )\b
    (?! \ (?:of|when)\b )                                        # not in "at the time of the vote"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WITHIN_TIME = re.compile(r"(?:\b(?:in|on|of|during|early|late|mid)[\s-])+$", re.IGNORECASE)
_BESIDE_TIME = re.compile(
    r"\b(?:since|until|before|after|by|from|through|to)\s(?:(?:early|late|mid)[\s-])?$",
    re.IGNORECASE,
)
_YEARS = ("day_year", "month_year", "month_spoken", "holiday_year")
_ON_WEEKDAY = re.compile(r"(?:on|last|next)\s", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s$", re.IGNORECASE)
_SAID = re.compile(r"\b(last|this|next)\s$", re.IGNORECASE)
_NO_VERB = re.compile(
    r"""
    \b(?: (?: of | to | for | (?P<bound> by | until | till | through | before ) )    # by January 14
          (?: \s\d[\d:.]* (?:\s[ap]\.?m\.?)? (?:\s[A-Z]{2,4})? ,? )?    # by 5 p.m. EST, January 14
        | the | an? | its | mid                                     # the January 14 deadline
    )[\s-]$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_POSSESSIVE = re.compile(r"['’]s\b")
_UNMISTAKABLE = "|".join(name for name in MONTH_NAMES if name not in ("March", "May"))
_WRITTEN_SMALL = re.compile(
    rf"""
    \b(?:{_UNMISTAKABLE}|{WEEKDAYS})\b                           # september, friday
  | \b(?:march|may) (?= \s(?:{YEAR}|\d{{1,2}})\b )              # may 2020, march 3
  | (?<=\bin\s) (?:march|may) \b                                 # in may
    """,
    re.IGNORECASE | re.VERBOSE,
)


def describe(article: Article, start: int, end: int) -> str:
    """Describe text[start:end] in one line.

    The line has its outlet, its day, and the moments it speaks of. It is indexed beside the
    passage. The title is not in it, since it is indexed by itself.
    """
    parts = []
    if article.source:
        parts.append(article.source)
    moments = [moment for _, moment in moments_in(article.text[start:end], article.published)]
    if article.published is not None:
        moments.insert(0, article.published.isoformat())
    parts += [in_words(moment) for moment in dict.fromkeys(moments)]
    return " · ".join(parts)


def description_mentions(description: str, moment: str) -> bool:
    """Whether a description names a moment, at its precision or a finer one."""
    words = MONTH_NAMES[int(moment[1:]) - 1] if moment.startswith("-") else in_words(moment)
    dates = [f" {part} " for part in description.split(" · ") if part[-4:].isdecimal()]
    return any(f" {words} " in date for date in dates)


_SAID_ON = re.compile(  # "said on Tuesday", "told reporters late on Tuesday"
    r"\b(?:said|says|told|announced|reported|confirmed|added|wrote)"
    r"(?:\s(?!that\b)[a-z]+){0,4}?(?:\son)?\s$"
)


def moments_in(text: str, published: dt.date | None, named: bool = True) -> list[tuple[int, str]]:
    """Return (offset, moment) of each expression of time, in order.

    Those without a year are resolved against `published`. If not `named`, months, days and
    weekdays without a year are left out.
    """
    return [
        (match.start(), moment)
        for match, moment in resolved(text, published, named)
        if moment is not None
    ]


def yearless_months(text: str) -> tuple[str, ...]:
    """Return the months that a text names without a year, as "-09"."""
    return tuple(dict.fromkeys(month for _, month in _yearless_months(text)))


def capitalise_dates(text: str) -> str:
    """Write the months and weekdays of a question in capitals.

    A question that says "in september" means September.
    """
    return _WRITTEN_SMALL.sub(lambda match: match[0].capitalize(), text)


def remove_time(text: str) -> str:
    """Remove months, days and years from a question, and the "in" or "on" before them.

    "Who brokered the September truce?" becomes "Who brokered the truce?". In "after 1991" the year
    stays, since what is asked for is not of 1991.
    """
    for match in reversed(list(expressions(text))):
        before, after = text[: match.start()], text[match.end() :]
        if _BESIDE_TIME.search(before):
            continue
        owner = _POSSESSIVE.match(after)
        if owner is None:
            before = _WITHIN_TIME.sub("", before)
        else:  # "in September's talks" are talks of that time
            after = after[owner.end() :]
        text = f"{before} {after}"
    return re.sub(r"\s+(?=[?,.!]|$)", "", " ".join(text.split())).lstrip(" ,")


def moment_of(
    text: str, published: dt.date | None, before: str = "", after: str = ""
) -> str | None:
    """Return the moment that a text is; None if it is more than an expression of time.

    "On October 3" and "late 2020" are moments. `before` and `after` are the rest of its sentence,
    whose verb tells whether the day is past or to come.
    """
    inside = [match.span() for match in expressions(before + text)]
    found = [(start - len(before), end - len(before)) for start, end in inside]
    found = [(max(0, start), end) for start, end in found if end > 0]
    if len(found) != 1:
        return None
    start, end = found[0]
    rest = re.findall(r"\w+", f"{text[:start]} {text[end:]}".casefold())
    if not _AROUND_TIME.issuperset(rest):
        return None
    place = len(before) + start
    for match, moment in resolved(before + text + after, published):
        if match.start() <= place < match.end():
            return moment
    return None


def moment_at(
    sentence: str,
    position: int,
    published: dt.date | None,
    earlier: str = "",
    told: dt.date | None = None,
) -> str | None:
    """Return the moment that a span at `position` of its sentence is about.

    It is the last one named before the span, else the first after. A sentence that names none and
    tells what followed ("the ensuing war") has the last one named in the sentence `earlier`. It is
    "-09" for a September if nothing tells its year, as in an article without a date. `told` is the
    day that such an article tells of itself (index/text/undated.py).
    """
    moments = moments_in(sentence, published)
    if published is None:
        counted = [] if told is None else months_counted(sentence, told)
        moments = sorted([*moments, *_yearless_months(sentence), *counted])
    if not moments:
        if earlier and _FOLLOWING.search(sentence):
            return moment_at(earlier, len(earlier), published, told=told)
        return None
    told_on = [
        (offset, moment) for offset, moment in moments if _SAID_ON.search(sentence, 0, offset)
    ]
    if len(told_on) < len(moments):  # the day on which somebody said it is another's
        moments = [one for one in moments if one not in told_on]
    before = [moment for offset, moment in moments if offset <= position]
    if before:
        return before[-1]
    return moments[0][1]


def in_words(moment: str) -> str:
    """Write a moment in words: "14 October 2022" for "2022-10-14"."""
    if len(moment) == len("2022"):
        return moment
    if len(moment) == len("2022-10"):
        return f"{MONTH_NAMES[int(moment[5:]) - 1]} {moment[:4]}"
    return f"{int(moment[8:])} {in_words(moment[:7])}"


def time_spans(text: str) -> list[tuple[int, int]]:
    """Return the places (start, end) of the expressions of time in a text, in order."""
    return [match.span() for match in expressions(text)]


def resolved(
    text: str, published: dt.date | None, named: bool = True
) -> Iterator[tuple[re.Match[str], str | None]]:
    """Yield each expression of time with its moment, None if it cannot be resolved.

    Those without a year are resolved as in `moments_in`.
    """
    last: tuple[int, str] | None = None
    for match in expressions(text):
        moment = _moment(match, published, named, _anchor(match, last))
        if moment is not None:
            last = (match.start(), moment)
        yield match, moment


def _has_year(match: re.Match[str]) -> bool:
    if match.lastgroup in ("year", "spoken_year", "iso"):
        return True
    return any(match[year] is not None for year in _YEARS)


def _of_year(match: re.Match[str]) -> bool:
    """Whether an expression is of a year told from today, as "September last year"."""
    return match.lastgroup in ("month", "day") and match[0].lower().endswith("year")


def _yearless_months(text: str) -> list[tuple[int, str]]:
    """Return (offset, month) of each month or day named without a year."""
    return [
        (match.start(), f"-{_month_number(match[0]):02}")
        for match in expressions(text)
        if match.lastgroup in ("month", "day") and not _has_year(match) and not _of_year(match)
    ]


def _month_number(expression: str) -> int:
    """Return the number of the month that an expression names, from 1."""
    return next(number for number, name in enumerate(MONTH_NAMES, 1) if name[:3] in expression)


def _moment(
    match: re.Match[str], published: dt.date | None, named: bool, anchor: str | None
) -> str | None:
    """Return the moment of an expression of time; None if it cannot be resolved."""
    kind = match.lastgroup or ""
    if _has_year(match):
        return resolve(match[0], kind, None)
    if kind == "anchored":
        return resolve(match[0], kind, published if named else None, None, anchor)
    if published is None or (kind in NAMED and not named and not _of_year(match)):
        return None
    return resolve(match[0], kind, published, _said(match))


def _anchor(match: re.Match[str], last: tuple[int, str] | None) -> str | None:
    """Return the moment from which an expression counts: the last one named before.

    "A year earlier" counts from one of its own sentence only.
    """
    if match.lastgroup != "anchored" or last is None:
        return None
    position, moment = last
    if FROM_PUBLICATION.search(match[0]) and SENTENCE_END.search(
        match.string, position, match.start()
    ):
        return None
    return moment


def _said(match: re.Match[str]) -> str | None:
    """Return the tense beside a day or month, or the "last" or "next" before it."""
    if match.lastgroup not in NAMED and not _ON_WEEKDAY.match(match[0]):
        return None
    text, start = match.string, match.start()
    if match[0][:5].lower() in ("last ", "next "):
        return match[0][:4].lower()
    said = _SAID.search(text, max(0, start - 5), start)
    if said is not None:
        return said[1].lower()
    if _SINCE.search(text, max(0, start - 8), start):
        return "past"
    told = tense(text[max(0, start - CLAUSE) : start], text[match.end() : match.end() + CLAUSE])
    beside = _NO_VERB.search(text, max(0, start - 24), start)
    if beside is None:
        return told
    if match.lastgroup not in ("day", "month") and beside["bound"] is not None:
        return told or "future"
    return None
