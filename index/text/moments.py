"""The moment that an expression of time means.

It is counted from the day its article was published. An expression comes with its kind, as the
pattern of index/text/dates.py names it: "year", "iso", "month", "day", "weekday", "relative_year",
"relative_month", "relative_week" or "relative_day". dateparser does the counting. A moment is
"2022", "2022-10" or "2022-10-14".
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from functools import lru_cache

import dateparser

NAMED = ("day", "month", "weekday")  # kinds of expression that name a month or a weekday
# How many characters of a date a moment keeps; all ten for other kinds.
_PRECISION = {"relative_month": 7, "month": 7, "relative_year": 4}
_AHEAD = re.compile(
    r"""
    (?P<next> \bnext\s )$                                        # next September
  | \b(?:will|to\ be|scheduled|due|upcoming)\b [^.!?]* $         # will be held on November 8
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SOON = 120  # days within which "will be held on March 3" means the March to come


@lru_cache(maxsize=65_536)
def resolve(expression: str, kind: str, published: dt.date | None) -> str | None:
    """Return the moment of an expression of a kind, as precise as its words.

    Returns None if there is no such day, or if a week lies in two months.
    """
    if kind == "year":
        return expression
    if kind == "iso":
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(expression).isoformat()
        return None
    if kind.startswith("relative"):
        expression = expression.lower()
    if kind == "relative_week":
        return None if published is None else _month_of_week(expression, published)
    settings: dict[str, object] = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first"}
    if published is not None:
        settings["RELATIVE_BASE"] = _base(expression, kind, published)
    words = _for_dateparser(expression, kind)
    found = dateparser.parse(words, languages=["en"], settings=settings)
    if found is None:
        return None
    return found.date().isoformat()[: _PRECISION.get(kind, 10)]


def move_ahead(moment: str, before: str, published: dt.date) -> str:
    """Move a day or month to the next year if it is still to come.

    The words before it say whether it is. In October, "next September" and "will be held on
    November 8" are to come.
    """
    cue = _AHEAD.search(before)
    if cue is None:
        return moment
    later = f"{int(moment[:4]) + 1}{moment[4:]}"
    try:
        day = dt.date.fromisoformat(later if len(later) == 10 else f"{later}-01")
    except ValueError:  # 29 February
        return moment
    if cue["next"] or (day - published).days <= _SOON:
        return later
    return moment


def _base(expression: str, kind: str, published: dt.date) -> dt.datetime:
    """Return the day from which dateparser is to look back.

    Its past leaves out the day itself, yet "on Friday" in Friday's paper is that Friday.
    """
    midnight = dt.datetime.combine(published, dt.time())
    if kind in NAMED or (kind == "relative_day" and expression.startswith("on ")):
        return midnight + dt.timedelta(days=1)
    return midnight


def _for_dateparser(expression: str, kind: str) -> str:
    """Rewrite an expression that dateparser does not read, or reads as another day."""
    if kind in ("relative_month", "relative_year"):
        if expression.startswith("this"):
            return "today"
        if expression.startswith("next"):
            return expression.replace("next", "in 1")
    if expression == "last night":
        return "yesterday"
    if expression in ("tonight", "this morning", "this afternoon", "this evening"):
        return "today"
    return re.sub(r"^(?:on|last)\s(?=\w+day$)|\bof\s", "", expression)


def _month_of_week(expression: str, published: dt.date) -> str | None:
    """Return the month of a week, Monday to Sunday; None if it lies in two months."""
    day = published
    if expression.startswith("last"):
        day -= dt.timedelta(weeks=1)
    elif expression.startswith("next"):
        day += dt.timedelta(weeks=1)
    elif expression.endswith("ago"):
        base = dt.datetime.combine(published, dt.time())
        found = dateparser.parse(expression, languages=["en"], settings={"RELATIVE_BASE": base})
        if found is None:
            return None
        day = found.date()
    monday = day - dt.timedelta(days=day.weekday())
    sunday = monday + dt.timedelta(days=6)
    if monday.month != sunday.month:
        return None
    return f"{monday:%Y-%m}"
