"""The moment that an expression of time means.

An expression has a kind, as the grammar of index/text/expressions.py names it. It is counted from
the day its article was published. A day or month without a year is the nearest one that fits the
tense beside it. A moment is "2022", "2022-10" or "2022-10-14".
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from functools import lru_cache

from index.text.days import DAY, MONTH, YEAR, day_of, first_day, shift
from index.text.holidays import holiday

NAMED = ("day", "month", "weekday", "holiday")  # kinds of expression that name a time of a year
_SOON = 93  # days within which a day or month without a tense is one to come

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split()
)
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})(?=\w*day)")
_YEAR = re.compile(r"\d{4}")
_DAY = re.compile(r"\b\d{1,2}(?!\d)")
FROM_PUBLICATION = re.compile(  # if its sentence names no moment before it
    r"(?:\byears?[ -]earlier|\b(?:a|one) day earlier|\bof the (?:month|year)|\byear['’]s end)$"
)
_AROUND = range(-8, 9)  # years in which the nearest such day is looked for
_FITS = {"last": operator.lt, "past": operator.le, "future": operator.ge, "next": operator.gt}


@lru_cache(maxsize=65_536)
def resolve(
    expression: str,
    kind: str,
    published: dt.date | None,
    said: str | None = None,
    anchor: str | None = None,
) -> str | None:
    """Return the moment of an expression of a kind, as precise as its words.

    `said` is its tense, "past" or "future", or the "last", "this" or "next" before it. `anchor` is
    the moment from which "a year earlier" counts. Returns None if there is no such day, or a week
    lies in two months. It is None too if the expression counts from a day that is not known.
    """
    words = expression.lower()
    if kind == "year":
        return expression
    if kind == "spoken_year":
        return _spoken_year(words)
    if kind == "iso":
        return _moment(day_of(*map(int, re.split("[-/]", words))), DAY)
    if kind in ("day", "month"):
        return _named(words, kind, published, said)
    if kind == "holiday":
        return _holiday(words, published, said)
    if kind == "anchored":
        return _anchored(words, published, anchor)
    if published is None:
        return None
    weekday = _WEEKDAY.search(words)
    if weekday is not None:
        return _moment(_nearest_weekday(weekday.group(), published, said), DAY)
    return _relative(words, published)


def _moment(day: dt.date | None, precision: int) -> str | None:
    if day is None:
        return None
    return day.isoformat()[:precision]


def _precision(words: str) -> int:
    """Return how precise the unit of an expression is: a year, a month or a day."""
    if "year" in words:
        return YEAR
    if "month" in words:
        return MONTH
    return DAY


def _shifted(day: dt.date, precision: int, count: int) -> dt.date | None:
    """Return the day so many years, months or days later."""
    if precision == YEAR:
        return shift(day, years=count)
    if precision == MONTH:
        return shift(day, months=count)
    return shift(day, days=count)


def _relative(words: str, published: dt.date) -> str | None:
    """Return the moment of an expression that counts from the day of publication."""
    count = count_from_now(words)
    unit, _, today = words.partition(" ago ")
    precision = _precision(unit)
    if today:  # "a year ago today", "a year ago this month"
        precision = max(precision, _precision(today))
    if "week" not in words:
        return _moment(_shifted(published, _precision(unit), count), precision)
    return _month_of_week(shift(published, days=7 * count))


def _month_of_week(day: dt.date | None) -> str | None:
    """Return the month of a day's week; None if it lies in two."""
    week = week_of(day)
    if week is None or week[0].month != week[1].month:
        return None
    return _moment(week[0], MONTH)


def number_of(words: str) -> int:
    """Return the number that an expression begins with; 1 for "a year"."""
    first, *rest = re.split(r"[\s-]", words)
    if first.isdecimal():
        return int(first)
    if first in _TENS[2:]:
        ones = rest[0] if rest and rest[0] in _NUMBERS[:10] else "zero"
        return 10 * _TENS.index(first) + _NUMBERS.index(ones)
    return _NUMBERS.index(first) if first in _NUMBERS else 1


def _named(words: str, kind: str, published: dt.date | None, said: str | None) -> str | None:
    """Return the moment of a month, or of a day of a month."""
    month = _MONTHS.index(_MONTH.findall(words)[0]) + 1
    day, precision = 1, MONTH
    if kind == "day":
        day, precision = int(_DAY.findall(words)[0]), DAY
    year = _year_in(words, published)
    if year is not None:
        return _moment(day_of(year, month, day), precision)
    if published is None:
        return None
    now = published if kind == "day" else published.replace(day=1)
    around = (day_of(now.year + years, month, day) for years in _AROUND)
    days = [one for one in around if one is not None]
    weekday = _WEEKDAY.match(words)
    if weekday is None:
        days = [one for one in days if _fits(one, now, said)]
    else:  # of "Friday, October 14" the weekday tells the year
        number = _WEEKDAYS.index(weekday.group())
        days = [one for one in days if one.weekday() == number] or days
    return _moment(min(days, key=lambda one: abs(one - now), default=None), precision)


def _holiday(words: str, published: dt.date | None, said: str | None) -> str | None:
    """Return the day of a holiday.

    It is of the year beside it, else the nearest that fits its tense.
    """
    year = _YEAR.search(words)
    if year is not None:
        return _moment(holiday(words[: year.start()].rstrip(" ,"), int(year.group())), DAY)
    if published is None:
        return None
    around = (holiday(words, published.year + years) for years in _AROUND)
    days = [one for one in around if one is not None and _fits(one, published, said)]
    return _moment(min(days, key=lambda one: abs(one - published), default=None), DAY)


def _year_in(words: str, published: dt.date | None) -> int | None:
    """Return the year that a month or day is given with."""
    digits = _YEAR.search(words)
    if digits is not None:
        return int(digits.group())
    if "nineteen" in words or "thousand" in words:
        return int(_spoken_year(words))
    if published is None or not words.endswith("year"):
        return None
    if words.endswith("this year"):
        return published.year
    return published.year + (1 if words.endswith("next year") else -1)


def _fits(day: dt.date, now: dt.date, said: str | None) -> bool:
    """Whether a day fits its tense; if it has none, whether it is not far ahead."""
    if said == "this":
        return day.year == now.year
    if said in _FITS:
        return bool(_FITS[said](day, now))
    return (day - now).days <= _SOON


def _nearest_weekday(weekday: str, published: dt.date, said: str | None) -> dt.date | None:
    """Return the last such weekday, or the next one; today is both.

    "Next Friday" is that of the week after the one of `published`, which begins on a Monday.
    """
    ahead = (_WEEKDAYS.index(weekday) - published.weekday()) % 7
    if said == "next":
        return shift(published, days=7 - published.weekday() + _WEEKDAYS.index(weekday))
    if said in ("future", "this"):
        return shift(published, days=ahead)
    if said == "last" or ahead > 0:
        ahead -= 7
    return shift(published, days=ahead)


def week_of(day: dt.date | None) -> tuple[dt.date, dt.date] | None:
    """Return the Monday and the Sunday of a day's week; None outside of the calendar."""
    if day is None:
        return None
    monday, sunday = shift(day, days=-day.weekday()), shift(day, days=6 - day.weekday())
    if monday is None or sunday is None:
        return None
    return monday, sunday


def count_from_now(words: str) -> int:
    """Return how many units from now an expression is: -3 for "three weeks ago"."""
    if words.startswith(("last", "yesterday")):
        return -1
    if words.startswith(("next", "tomorrow")):
        return 1
    if words.startswith("the day"):
        return -2 if words.endswith("yesterday") else 2
    if re.search(r"\bago\b", words):
        return -number_of(words)
    if words.endswith("from now"):
        return number_of(words)
    return 0


def _spoken_year(words: str) -> str:
    """Return the year of "nineteen ninety-six" or "the year two thousand"."""
    if "thousand" in words:
        return "2000"
    tens, *ones = re.split(r"[\s-]", words[words.index("nineteen") + len("nineteen ") :])
    year = 1900 + 10 * _TENS.index(tens)
    return str(year + sum(map(_NUMBERS.index, ones)))


def _anchored(words: str, published: dt.date | None, anchor: str | None) -> str | None:
    """Return the moment of an expression that counts from the moment named before it.

    "A year earlier" and "the end of the year" count from the day of publication if none is named.
    What "followed" is no later than the article.
    """
    precision = _precision(words)
    if anchor is None and FROM_PUBLICATION.search(words) and published is not None:
        anchor = published.isoformat()
    if anchor is None or len(anchor) < precision:
        return None
    day = first_day(anchor)
    if day is None:
        return None
    count = _count_from_anchor(words)
    moment = _moment(_shifted(day, precision, count), precision)
    if count <= 0 or moment is None or published is None or moment <= published.isoformat():
        return moment
    return None


def _count_from_anchor(words: str) -> int:
    """Return how many units from a moment an expression is: -1 for "the year before"."""
    if words.endswith("earlier"):
        return -number_of(words)
    if "previous" in words or words.endswith("before"):
        return -1
    if "following" in words or "next" in words:
        return 1
    return 0
