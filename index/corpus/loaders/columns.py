"""From the rows of a table, or objects of JSON, to fields of articles.

Columns are guessed by their names (column_names.py). A mapping of fields to columns says
otherwise. A day in numbers waits for the end of its file: the whole column tells whether the day
or the month comes first.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from index.corpus.loaders.column_names import COLUMNS, column_of
from index.corpus.loaders.fields import Fields, Record, day, names, string
from index.corpus.loaders.numeric_days import DayOrder
from index.types import DatelineError, Note, Skipped

_INNER = (
    "name",
    "main",
    "rendered",
    "title",
    "original",
    "domain",
    "#text",
)  # of {"name": "Example Times"}
_PARAGRAPHS = (
    "text",
    "content",
    "rendered",
    "paragraphs",
    "value",
    "body",
    "blocks",
)  # of {"text": ...}
_ABSENT = ("nan", "NaN", "NaT", "None", "null", "NULL", "N/A", "<NA>")  # as programs write it
_DEEPEST = 6  # lists and objects in one another
_MARKED = re.compile(r"</(?:p|div|span|h\d|li|br)>|<(?:br|p)\b[^>]*/?>", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.\.\.)\s*\[\+(?P<more>\d+) chars\]\s*$")  # as NewsAPI ends a text

# Of a file whose days are in numbers, until its column settles them.
_MOST_WAITING, _MOST_CHARACTERS = 20_000, 16_000_000

Item = Fields | Skipped


class Columns:
    """The columns that hold the fields of one file's records, named or guessed."""

    def __init__(self, named: Mapping[str, str]) -> None:
        """Take the columns that the user named ({field: column})."""
        self._named = named
        # The columns that were used for each field, in the order in which they were met.
        self._used: dict[str, list[str]] = {}
        self._order = DayOrder()
        self._unread = 0  # days that are not understood
        self._first_unread: tuple[str, str] | tuple[()] = ()  # its part, its value

    def fields(self, items: Iterable[Fields | Record | Skipped]) -> Generator[Item, None, None]:
        """Yield the items of a file with each record as fields.

        From the first day in numbers on, items wait until the file is read, or until too many
        wait. Raises ValueError if no record of a table can have a text.
        """
        waiting: list[tuple[Item, str]] = []
        characters = 0
        waits = True
        for item in items:
            numbers = ""
            if isinstance(item, Record):
                item, numbers = self._fields_of(item)
            if waits and (numbers or waiting):
                waiting.append((item, numbers))
                characters += len(item.text) if isinstance(item, Fields) else 0
                waits = len(waiting) < _MOST_WAITING and characters < _MOST_CHARACTERS
                if not waits:
                    yield from self._dated(waiting)
                    waiting.clear()
            else:
                yield from self._dated([(item, numbers)])
        yield from self._dated(waiting)

    def _dated(self, items: Iterable[tuple[Item, str]]) -> Iterator[Item]:
        """Yield the items with the days that stand in numbers, as the column settles them."""
        for item, numbers in items:
            if numbers and isinstance(item, Fields):
                item = replace(item, published=self._order.day(numbers))
                if item.published is None:
                    self._note_unread(item.part, numbers)
            yield item

    def _note_unread(self, part: str, value: str) -> None:
        self._unread += 1
        if not self._first_unread:
            self._first_unread = (part, value)

    def notes(self, path: str) -> Iterator[Note]:
        """Yield which columns were used, unless all are named as the fields are.

        Then how many days are not understood.
        """
        if any(columns != [field] for field, columns in self._used.items()):
            used = [f"{field} from {' or '.join(columns)}" for field, columns in self._used.items()]
            yield Note(path, "columns: " + ", ".join(used))
        if self._first_unread:
            part, value = self._first_unread
            count = f"dates not understood: {self._unread:,}"
            yield Note(path, f"{count}, the first {value[:40]!r} in {path}{part}")

    def _fields_of(self, record: Record) -> tuple[Item, str]:
        """Return the fields of a record, and its day if that is in numbers alone.

        A `Skipped` stands for a record without a column of text. Raises ValueError if no record
        of its table can have one.
        """
        found = {}
        for field in COLUMNS:
            column = column_of(record.columns, field, self._named)
            if column is not None:
                value = record.columns.get(column)
                found[field] = None if field != "text" and _is_absent(value) else value
                self._note_used(field, column)
        text = _text(found.get("text"))
        if text is None:
            reason = self._reason_without_text(record)
            if record.table:
                raise ValueError(reason)
            return Skipped(record.part, reason), ""
        if record.table:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        source, url = _source_and_url(_inner(found.get("source")), found.get("url"))
        published: Any = found.get("published")
        numbers = ""
        if isinstance(published, str) and self._order.see(published):
            numbers, published = published, None
        fields = Fields(
            text,
            title=string(_inner(found.get("title"))),
            source=source,
            published=day(published),
            url=url,
            authors=names(found.get("authors")),
            id=string(found.get("id")),
            language=string(found.get("language")),
            part=record.part,
            within=record.within,
            notes=(*record.notes, *_cut(text)),
        )
        if published not in (None, "") and fields.published is None:
            self._note_unread(record.part, str(published))
        return fields, numbers

    def _note_used(self, field: str, column: str) -> None:
        columns = self._used.setdefault(field, [])
        if column not in columns:
            columns.append(column)

    def _reason_without_text(self, record: Record) -> str:
        wanted = self._named.get("text", "text")
        there = ", ".join(map(repr, record.columns)) or "none"
        return (
            f"expected a string {wanted!r}, found the columns {there}; "
            "say which column holds the text"
        )


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return {field: column} from "text=story" and the like.

    Raises DatelineError for another form and for an unknown field.
    """
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or field not in COLUMNS or not column:
            raise DatelineError(
                f"expected FIELD=COLUMN with one of the fields {', '.join(COLUMNS)}, found {pair!r}"
            )
        mapping[field] = column
    return mapping


def _text(value: Any) -> str | None:
    """Return a text, of a string or of its paragraphs; None for anything else.

    The words alone if it is HTML.
    """
    if not isinstance(value, str):
        value = "\n\n".join(_paragraphs(value, _DEEPEST)) or None
    elif value.startswith(("['", '["')) and value.endswith("]"):  # a list that became a string
        value = "\n\n".join(_paragraphs(_list_in(value), 1)) or value
    if value is None:
        return None
    if _MARKED.search(value):
        from index.corpus.loaders.markup import plain

        return plain(str(value))
    return str(value)


def _paragraphs(value: Any, deepest: int) -> list[str]:
    """Return the paragraphs in a list, or in an object such as {"text": ...}.

    None of what is no text: an object of a picture has none.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = next((value[name] for name in _PARAGRAPHS if value.get(name)), None)
        return _paragraphs(value, deepest - 1) if deepest else []
    if not isinstance(value, list) or not deepest:
        return []
    return list(chain.from_iterable(_paragraphs(part, deepest - 1) for part in value))


def _list_in(value: str) -> Any:
    """Return the list that a string spells, as Python or JSON writes it; else None."""
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _is_absent(value: Any) -> bool:
    """Tell whether a value is how a program writes that there is none."""
    return value in _ABSENT or (isinstance(value, float) and math.isnan(value))


def _inner(value: Any) -> Any:
    """Return the name in an object such as {"name": ...}; all else as it is."""
    if not isinstance(value, dict):
        return value
    for name in _INNER:
        if string(value.get(name)) is not None:
            return value[name]
    return None


def _cut(text: str) -> tuple[str, ...]:
    """Return a note if a service cut the text and says by how much."""
    found = _CUT.search(text)
    if found is None:
        return ()
    return (f"its source left out {int(found['more']):,} characters of the text",)


def _source_and_url(source: Any, url: Any) -> tuple[str | None, str | None]:
    """Return the outlet and the address, from the values of their columns.

    LangChain's web loader names the page its source: then the outlet is its host.
    """
    outlet, address = string(source), string(url)
    if outlet is None or urlsplit(outlet).scheme not in ("http", "https"):
        return outlet, address
    if address is None:
        address = outlet
    return urlsplit(outlet).hostname, address
