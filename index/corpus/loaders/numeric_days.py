"""Days written in numbers alone: "25/12/2022", "5.6.2022".

"5/6/2022" is 5 June or May 6. The other days of its column settle which: one of them has a number
above 12. If none has, or they speak for both orders, such days stay unknown. Points between the
numbers are written where the day comes first.
"""

from __future__ import annotations

import datetime as dt
import re

_DAY = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:$|[\sT,].*)")


class DayOrder:
    """The order of day and month in a column, from the days that were seen."""

    def __init__(self) -> None:
        self._day_first = self._month_first = False

    def see(self, value: str) -> bool:
        """Take note of a day; tell whether it is one that the column may settle."""
        found = _DAY.match(value)
        if found is None:
            return False
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12:
            self._day_first = True
        elif second > 12:
            self._month_first = True
        return first <= 31 and second <= 31

    def day(self, value: str) -> dt.date | None:
        """Return the day that a value names, by the order of all that were seen."""
        found = _DAY.match(value)
        if found is None:
            return None
        day, month = int(found[1]), int(found[3])
        if day == month:
            pass
        elif self._day_first == self._month_first:
            return None
        elif self._month_first:
            day, month = month, day
        try:
            return dt.date(int(found[4]), month, day)
        except ValueError:
            return None
