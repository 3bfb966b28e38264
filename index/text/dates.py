"""The expressions of time in a text.

This module finds which moments a text speaks of, and describes a passage by them. A news story says
"last month" and its readers ask about "September". One pattern finds expressions of time, and
dateparser resolves them against the day the article was published. A moment is "2022", "2022-10" or
"2022-10-14", as precise as the words; "-09" is September of any year.

Limits: English only. Without a day of publication, expressions that need one stay unresolved.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from index.text.moments import NAMED, move_ahead, resolve
from index.types import Article

# Pieces of regular expressions, for other grammars that need them.
LONG_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
SHORT_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
MONTH_NAMES = tuple(LONG_MONTHS.split("|"))

_YEAR = r"(?:19|20)\d{2}"
_MONTH = rf"(?:{LONG_MONTHS}|(?:{SHORT_MONTHS})\.?)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)"
_COUNT = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_DATE = rf"(?:{_MONTH}\s\d|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}\b)"  # how a day of a month begins
_TIME = re.compile(
    rf"""
    (?<![\w,.])
    (?: (?P<iso>
            {_YEAR} - (?:0[1-9]|1[0-2]) - (?:0[1-9]|[12]\d|3[01])   # 2022-10-14
        )
      | (?P<day>
            (?: {_MONTH}\s{_DAY}                            # October 14; Oct. 14th
              | {_DAY}\s{_MONTH}                            # 14 October
            )
            (?P<day_year> ,?\s{_YEAR} )?                    # October 14, 2022
        )
      | (?P<month>
            (?: {LONG_MONTHS}                               # September
              | (?:{SHORT_MONTHS})\.?                       # Sept. 2022: a short name has a year
                (?= ,?\s(?:of\s)?{_YEAR} )
            )
            (?P<month_year> ,?\s(?:of\s)?{_YEAR} )?         # September of 2022
        )
      | (?P<relative_day> (?i:
            yesterday | today | tomorrow | tonight
          | last\snight
          | this\s(?:morning|afternoon|evening)             # this morning
          | (?:on|last)\s(?:{WEEKDAYS}) (?! ,?\s{_DATE} )   # on Friday; last Friday
          | {_COUNT}\sdays?\sago                            # three days ago
        ))
      | (?P<weekday>
            (?<! \b[Nn]ext\s ) (?<! \b[Ee]very\s ) (?<! \b[Ee]ach\s )
            (?<! \bBlack\s ) (?<! \bGood\s ) (?<! \bSuper\s ) (?<! \bThe\s )
            (?:{WEEKDAYS})                                  # Friday
            (?! ,?\s{_DATE} )                               # not in Friday, October 14
            (?! \s(?!Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z] )  # not in Sunday Times
            (?! ['’]s?\s[A-Z] )                             # not in Sunday's Child
        )
      | (?P<relative_week> (?i:
            (?:last|this|next)\sweek(?:end)?                # last week
          | {_COUNT}\sweeks?\sago                           # two weeks ago
        ))
      | (?P<relative_month> (?i:
            (?:last|this|next)\smonth                       # next month
          | {_COUNT}\smonths?\sago                          # a month ago
        ))
      | (?P<relative_year> (?i:
            (?:last|this|next)\syear                        # this year
          | {_COUNT}\syears?\sago                           # 12 years ago
        ))
      | (?P<year> {_YEAR} )                                 # 2022
    )
    (?!\w)
    """,
    re.VERBOSE,
)

# What stands before "May" where it is the month and not the verb.
_BEFORE_MONTH = re.compile(r"\b(?:in|last|since|of|until|early|late|mid)[\s-]$", re.IGNORECASE)
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
_POSSESSIVE = re.compile(r"['’]s\b")
_UNMISTAKABLE = "|".join(name for name in MONTH_NAMES if name not in ("March", "May"))
_WRITTEN_SMALL = re.compile(
    rf"""
    \b(?:{_UNMISTAKABLE}|{WEEKDAYS})\b                           # september, friday
  | \b(?:march|may) (?= \s(?:{_YEAR}|\d{{1,2}})\b )              # may 2020, march 3
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


def moments_in(text: str, published: dt.date | None, named: bool = True) -> list[tuple[int, str]]:
    """Return (offset, moment) of each expression of time, in order.

    Those without a year are resolved against `published`. If not `named`, months, days and
    weekdays without a year are left out.
    """
    found = []
    for match in _expressions(text):
        moment = _moment(match, published, named)
        if moment is not None:
            found.append((match.start(), moment))
    return found


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
    for match in reversed(list(_expressions(text))):
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


def moment_of(text: str, published: dt.date | None) -> str | None:
    """Return the moment that a text is; None if it is more than an expression of time.

    "On October 3" and "late 2020" are moments.
    """
    match = _TIME.search(text)
    found = moments_in(text, published)
    if match is None or len(found) != 1:
        return None
    rest = re.findall(r"\w+", f"{text[: match.start()]} {text[match.end() :]}".casefold())
    if not _AROUND_TIME.issuperset(rest):
        return None
    return found[0][1]


def moment_at(
    sentence: str, position: int, published: dt.date | None, earlier: str = ""
) -> str | None:
    """Return the moment that a span at `position` of its sentence is about.

    It is the last one named before the span, else the first after. A sentence that names none and
    tells what followed ("the ensuing war") has the last one named in the sentence `earlier`. It is
    "-09" for a September if nothing tells its year, as in an article without a date.
    """
    moments = moments_in(sentence, published)
    if published is None:
        moments = sorted([*moments, *_yearless_months(sentence)])
    if not moments:
        if earlier and _FOLLOWING.search(sentence):
            return moment_at(earlier, len(earlier), published)
        return None
    before = [moment for offset, moment in moments if offset <= position]
    if before:
        return before[-1]
    return moments[0][1]


def in_words(moment: str) -> str:
    """Write a moment in words: "14 October 2022" for "2022-10-14"."""
    if len(moment) == len("2022"):
        return moment
    if len(moment) == len("2022-10"):
        return f"{dt.date.fromisoformat(f'{moment}-01'):%B %Y}"
    day = dt.date.fromisoformat(moment)
    return f"{day.day} {day:%B %Y}"


def time_spans(text: str) -> list[tuple[int, int]]:
    """Return the places (start, end) of the expressions of time in a text, in order."""
    return [match.span() for match in _expressions(text)]


def _expressions(text: str) -> Iterator[re.Match[str]]:
    """Yield the expressions of time of a text.

    A "May" that is more likely the verb is left out.
    """
    for match in _TIME.finditer(text):
        if match[0] != "May" or _BEFORE_MONTH.search(text[: match.start()]):
            yield match


def _has_year(match: re.Match[str]) -> bool:
    if match.lastgroup in ("year", "iso"):
        return True
    return match["day_year"] is not None or match["month_year"] is not None


def _yearless_months(text: str) -> list[tuple[int, str]]:
    """Return (offset, month) of each month or day named without a year."""
    return [
        (match.start(), f"-{_month_number(match[0]):02}")
        for match in _expressions(text)
        if match.lastgroup in ("month", "day") and not _has_year(match)
    ]


def _month_number(expression: str) -> int:
    """Return the number of the month that an expression names, from 1."""
    return next(number for number, name in enumerate(MONTH_NAMES, 1) if name[:3] in expression)


def _moment(match: re.Match[str], published: dt.date | None, named: bool) -> str | None:
    """Return the moment of an expression of time; None if it cannot be resolved."""
    kind = match.lastgroup or ""
    if _has_year(match):
        return resolve(match[0], kind, None)
    if published is None or (kind in NAMED and not named):
        return None
    moment = resolve(match[0], kind, published)
    if moment is None or kind not in ("day", "month"):
        return moment
    return move_ahead(moment, match.string[: match.start()], published)
