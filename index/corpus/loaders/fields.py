"""What a loader yields, and how values of many kinds become the fields of an article."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fields:
    """What a loader reads from a file: an article before it has an identity.

    `id` is one that the record itself gives; without it the file's path serves, with `within` (the place of a
    member inside an archive, "/inner/a.txt", part of the article's path too) and `part` (which of a file's
    articles, ":6") after it. `pages`: the offsets in `text` at which its pages start, for a file that has pages.
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


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table, or an object of JSON: its columns by the file's own names. `index.corpus.loaders.tables` makes `Fields` of it.

    `part` as in `Fields`, for a record without an id. `table`: every row has these columns, so a missing one is the file's fault.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    within: str = ""
    table: bool = False


def string(value: Any) -> str | None:
    """A string or a number as text; None for what is blank or neither."""
    return (
        str(value)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip()
        else None
    )


def names(value: Any) -> tuple[str, ...]:
    """Authors: a string, or a list of strings or of {"name": ...}."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        return ()
    found = (
        string(one.get("name") if isinstance(one, dict) else one) for one in value
    )  # a list in it may be a bomb of YAML's references
    return tuple(name for name in found if name)


def day(value: Any) -> dt.date | None:
    """A date; a string that starts with YYYY-MM-DD, is a mail's date or names the month ("14 October 2022"); seconds since 1970.

    None for all else: "5/6/2022" is May or June, and a wrong day is worse than none.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 1e8 < value < 1e13:
        return dt.datetime.fromtimestamp(value / (1000 if value > 1e11 else 1), dt.UTC).date()
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value.strip()[:10])
    except ValueError:
        return mail_day(value) or _day_in_words(value)


def mail_day(value: str) -> dt.date | None:
    """The day of a Date header (RFC 5322), as its sender's clock had it."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _day_in_words(value: str) -> dt.date | None:
    if not 6 <= len(value) <= 60 or not any(character.isalpha() for character in value):
        return None
    import dateparser

    found = dateparser.parse(value, languages=["en"], settings={"STRICT_PARSING": True})
    return found.date() if found is not None else None
