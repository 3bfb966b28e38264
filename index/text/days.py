"""Calendar arithmetic that never fails.

A day before 1 January of year 1 or after 31 December of year 9999 does not exist: what would be
there is None. A moment is "2022", "2022-10" or "2022-10-14"; it covers one year, month or day.
"""

from __future__ import annotations

import calendar
import datetime as dt

YEAR, MONTH, DAY = len("2022"), len("2022-10"), len("2022-10-14")  # lengths of moments


def day_of(year: int, month: int = 1, day: int = 1) -> dt.date | None:
    """Return a day of the calendar; None if there is no such day."""
    if not dt.MINYEAR <= year <= dt.MAXYEAR or not 1 <= month <= 12:
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return dt.date(year, month, day)


def shift(day: dt.date, days: int = 0, months: int = 0, years: int = 0) -> dt.date | None:
    """Return the day so many years, months and days later; None if there is none.

    A month after 31 January is the last day of February.
    """
    year, month = divmod(12 * (day.year + years) + day.month - 1 + months, 12)
    first = day_of(year, month + 1)
    if first is None:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    ordinal = first.toordinal() + min(day.day, last) - 1 + days
    if not 1 <= ordinal <= dt.date.max.toordinal():
        return None
    return dt.date.fromordinal(ordinal)


def first_day(moment: str) -> dt.date | None:
    """Return the first day of a moment; None if it is not in the calendar."""
    return day_of(*(int(part) for part in moment.split("-")))


def last_day(moment: str) -> dt.date | None:
    """Return the last day of a moment; None if it is not in the calendar."""
    first = first_day(moment)
    if first is None or len(moment) == DAY:
        return first
    if len(moment) == YEAR:
        return first.replace(month=12, day=31)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
