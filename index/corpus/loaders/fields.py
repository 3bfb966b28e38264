"""What a loader yields, and how values of many kinds become fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SECONDS = re.compile(r"\s*1\d{9}(?:\d{3})?\s*")  # as text; years begin with "19" or "20"
_LATEST_SECONDS = 1.9e9  # before 1900 and later dates in digits could be meant
_YEAR_FIRST = re.compile(  # "2022-10-14T08:00", "2022/10/14", "20221014080000"
    r"\s*(?P<year>\d{4})(?P<sign>[-/.]?)(?P<month>\d\d)(?P=sign)(?P<day>\d\d)(?=\d{6}\b|\D|$)"
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a loader reads from a file: an article before it has an identity.

    `id` is one that the record itself gives. Without it, the id is the file's path with `within`
    and `part` after it. `within` is the place of a member inside an archive ("/inner/a.txt"), and
    belongs to the article's path too. `part` tells which of a file's articles it is (":6").
    `pages` are the offsets in `text` at which its pages start; empty for a file without pages.
    `notes` say what was guessed, is damaged or was left out.
    """

    text: str
    title: str | None = None
    source: str | None = None
    published: dt.date | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    id: str | None = None
    part: str = ""
    within: str = ""
    pages: tuple[int, ...] = ()
    language: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table or an object of JSON: its columns by the file's own names.

    `index.corpus.loaders.columns` makes `Fields` of it. `part`, `within` and `notes` are as in
    `Fields`. `table`: every row has these columns, so a missing one is the file's fault.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    within: str = ""
    table: bool = False
    notes: tuple[str, ...] = ()


def string(value: Any) -> str | None:
    """Return a string or a whole number as text; None for what is blank or neither."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    if not text.strip():
        return None
    return text


def names(value: Any) -> tuple[str, ...]:
    """Return authors, from a string or a list of strings or of {"name": ...}."""
    if isinstance(value, dict):  # {"original": "By Jane Doe"}
        value = value.get("name", value.get("original"))
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        return ()
    found = []
    for one in value:  # a list in it is left out: it may be a bomb of YAML's references
        name = string(one.get("name")) if isinstance(one, dict) else string(one)
        if name is not None:
            found.append(name)
    return tuple(found)


def names_in_line(value: str) -> tuple[str, ...]:
    """Return authors, from one line in which semicolons or commas part them."""
    parts = value.replace(";", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def day(value: Any) -> dt.date | None:
    """Return the day of a date, of seconds since 1970, or of a string.

    A string begins with YYYY-MM-DD, YYYY/MM/DD or YYYYMMDD, is the date of a mail, or names the
    month ("14 October 2022"). All else gives None: "5/6/2022" is May or June, and a wrong day is
    worse than none.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _day_of_seconds(value)
    if not isinstance(value, str):
        return None
    if _SECONDS.fullmatch(value) and int(value.strip()[:10]) < _LATEST_SECONDS:
        return _day_of_seconds(int(value))
    year_first = _YEAR_FIRST.match(value)
    if year_first is None:
        return mail_day(value) or _day_in_words(value)
    try:
        return dt.date(*map(int, year_first.group("year", "month", "day")))
    except ValueError:
        return None


def mail_day(value: str) -> dt.date | None:
    """Return the day of a Date header (RFC 5322), as its sender's clock had it."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def reason_of(error: BaseException) -> str:
    """Return what an error says, on one line."""
    reason = str(error)
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    return " ".join(reason.split()) or type(error).__name__


def _day_of_seconds(value: float) -> dt.date | None:
    """Return the day of a Unix time in seconds or milliseconds.

    None for all other numbers.
    """
    if not 1e8 < value < 1e13:
        return None
    if value > 1e11:
        value = value / 1000
    return dt.datetime.fromtimestamp(value, dt.UTC).date()


def _day_in_words(value: str) -> dt.date | None:
    if not 6 <= len(value) <= 60 or not any(character.isalpha() for character in value):
        return None
    import dateparser

    # "2 days ago" is no day: nobody knows when it was written.
    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    found = dateparser.parse(value, languages=["en"], settings=settings)
    if found is None:
        return None
    return found.date()
