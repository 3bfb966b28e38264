"""Days that have a name: holidays of one day, and the end of the year.

Limits: those of the United States and Britain that fall on a fixed day, or on a fixed weekday of a
month. "Thanksgiving" and "Christmas" alone are seasons too, and are no days.
"""

from __future__ import annotations

import datetime as dt

from index.text.days import day_of

_MON, _THU = 0, 3
_LAST = -1
_FIXED = {
    "new year's day": (1, 1),
    "new year's eve": (12, 31),
    "valentine's day": (2, 14),
    "veterans day": (11, 11),
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "year-end": (12, 31),
    "year end": (12, 31),
}
_WEEKDAYS = {  # the weekday of a month, which of them, and the days after it
    "presidents' day": (2, _MON, 3, 0),
    "memorial day": (5, _MON, _LAST, 0),
    "labor day": (9, _MON, 1, 0),
    "columbus day": (10, _MON, 2, 0),
    "election day": (11, _MON, 1, 1),  # the Tuesday after the first Monday
    "thanksgiving day": (11, _THU, 4, 0),
}
NAMES = (  # a piece of a regular expression
    r"(?:New\sYear['’]s|Christmas)\s(?:Day|Eve)"
    r"|(?:Valentine['’]s|Veterans|Boxing|Presidents['’]?|Memorial|Labor|Columbus"
    r"|(?<!primary\s)Election|Thanksgiving)\sDay"
)


def holiday(name: str, year: int) -> dt.date | None:
    """Return the day of a named day in a year; None if the calendar has no such year."""
    name = name.lower().replace("’", "'").replace("presidents day", "presidents' day")
    if name in _FIXED:
        return day_of(year, *_FIXED[name])
    month, weekday, count, after = _WEEKDAYS[name]
    days = [
        day
        for number in range(1, 32)
        for day in [day_of(year, month, number)]
        if day is not None and day.weekday() == weekday
    ]
    if not days:
        return None
    chosen = days[_LAST] if count == _LAST else days[count - 1]
    return chosen + dt.timedelta(days=after)
