"""What the words of an article without a date tell of its day.

Such an article still says "last month", and "on October 14". It was written soon after the last
day it names, if most days it names are near that one. So "last month" is September, of a year that
nothing tells. What it names in a line with a label ("Born: May 4, 1951") or below a heading of
other stories says nothing of its day. Limits: only months are told.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from index.text.days import day_of
from index.text.expressions import MONTH_NAMES, expressions
from index.text.moments import resolve

OTHER_STORIES = re.compile(  # what stands below is of other stories
    r"^(?:related|see also|also read|read (?:more|also|next)|recommended|most (?:read|popular)"
    r"|more (?:on|from|stories|news)|you may also)\b",
    re.IGNORECASE,
)
_HEADING = 40  # characters
_LABELLED = re.compile(r"[A-Z][\w ]{1,30}:\s[^.!?]{1,60}")  # "Deadline for comments: June 30, 2027"
_ANY_YEAR = 2000  # a leap year; no year is read off what is counted in it
_CLOSE, _WEEK = 31, 7  # days


@lru_cache(maxsize=256)
def day_told(text: str) -> dt.date | None:
    """Return the latest day of a month that a text names, in the year 2000.

    None if it names none without a year, or if most of those lie more than a month before.
    """
    days = sorted(
        day
        for match in expressions(text)
        if match.lastgroup == "day" and match["day_year"] is None and not _of_year(match[0])
        for day in [_day(match[0])]
        if day is not None
    )
    near = [day for day in days if (days[-1] - day).days <= _CLOSE]
    return days[-1] if 2 * len(near) > len(days) else None


@lru_cache(maxsize=256)
def own_words(text: str) -> str:
    """Return a text without its lines with a label, up to a heading of other stories."""
    kept: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if kept and len(stripped) < _HEADING and OTHER_STORIES.match(stripped):
            break
        if not _LABELLED.fullmatch(stripped):
            kept.append(line)
    return "\n".join(kept)


def months_counted(sentence: str, told: dt.date) -> list[tuple[int, str]]:
    """Return (offset, month) of what counts from the day told; a month is "-09"."""
    months = []
    for match in expressions(sentence):
        if match.lastgroup != "relative" or "year" in match[0].lower():
            continue
        if match[0][-3:].lower() == "day" and told.day <= _WEEK:
            continue  # a Friday near the first may be of the month before
        moment = resolve(match[0], "relative", told)
        if moment is not None and len(moment) > len("2000"):
            months.append((match.start(), f"-{moment[5:7]}"))
    return months


def counts_from_its_day(sentence: str) -> bool:
    """Whether a sentence counts from the article's day, as in "last month"."""
    return any(match.lastgroup in ("relative", "weekday") for match in expressions(sentence))


def _of_year(expression: str) -> bool:
    return expression.lower().endswith("year")


def _day(expression: str) -> dt.date | None:
    month = next(n for n, name in enumerate(MONTH_NAMES, 1) if name[:3] in expression)
    digits = "".join(char if char.isdecimal() else " " for char in expression).split()
    return day_of(_ANY_YEAR, month, int(digits[0])) if digits else None
