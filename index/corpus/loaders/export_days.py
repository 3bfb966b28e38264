"""The line of an exported article that gives its day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from index.corpus.loaders.fields import day

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_DATE = re.compile(
    rf"""{_WEEKDAY} (?: (?P<day> {_MONTH}\ \d{{1,2}},\ \d{{4}} | \d{{1,2}}\ {_MONTH}\ \d{{4}} )
                      | (?: \d{{1,2}}\ *-\ * )? {_MONTH}\ (?:\d{{1,2}}\ *-\ *\d{{1,2}},\ )?\d{{4}}
                    )\b""",  # a magazine is of "March 2023" or "March 6 - 12, 2023"
    re.VERBOSE,
)


def dated(lines: Sequence[str]) -> int | None:
    """Return the place of the first line that begins with a day or a month."""
    return next((at for at, line in enumerate(lines) if _DATE.match(line)), None)


def day_in(line: str) -> dt.date | None:
    """Return the day with which a line begins; None if it is a month alone."""
    found = _DATE.match(line)
    if found is None or found["day"] is None:
        return None
    return day(found["day"])
