"""Articles as rows: .jsonl, .json, .csv, .parquet.

Columns are guessed by their names. A mapping of fields to columns says otherwise. Document lists of
LangChain and Haystack and a BEIR corpus are such rows too: what stands under `metadata`, `meta` or
`kwargs` counts as columns of the row.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, Record, day, names, string
from index.corpus.loaders.text import decode
from index.types import DatelineError, Note, Skipped

# The names under which other people's tables keep what Dateline needs, the likelier first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "content", "body", "page_content", "article", "article_text", "full_text",
        "maintext", "content_text", "story", "description",
    ),
    "title": ("title", "headline", "heading", "subject", "name"),
    "source": (
        "source", "outlet", "publisher", "publication", "newspaper", "source_name", "sitename",
        "site", "domain",
    ),
    "published": (
        "published", "date", "published_at", "publishedat", "publish_date", "date_publish",
        "date_published", "pubdate", "publication_date", "published_date", "datetime",
        "timestamp", "created_at",
    ),
    "url": ("url", "link", "canonical_url", "source_url", "permalink", "href"),
    "authors": ("authors", "author", "byline", "creator", "writer"),
    "id": ("id", "_id", "doc_id", "docid", "guid", "uuid"),
    "language": ("language", "lang"),
}  # fmt: skip
_NESTED = ("kwargs", "metadata", "meta")
_LISTS = ("articles", "documents", "items", "results", "data", "docs", "rows")


def load_jsonl(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each line of .jsonl or .jsonl.gz, which is a JSON object."""
    limits = bounds()
    longest = limits.line_mb << 20
    read = number = 0
    with _open_lines(path) as lines:
        while line := lines.readline(longest):
            number += 1
            read += len(line)
            if read > limits.table_mb << 20 or len(line) == longest:
                raise ValueError(
                    f"expected lines of at most {limits.line_mb} MB and {limits.table_mb} MB "
                    "in all, found more; "
                    "split it, or set DATELINE_LINE_MB or DATELINE_TABLE_MB"
                )
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Skipped(f":{number}", f"expected a JSON object on the line, found: {error}")
                continue
            yield _record(record, number)


def load_json(path: Path) -> Iterator[Record | Skipped]:
    """Yield the records of .json.

    It is a list of objects, an object with such a list ({"articles": [...]}), or one article.
    """
    data = json.loads(decode(path.read_bytes()))
    if isinstance(data, dict):
        data = _list_within(data)
    if not isinstance(data, list):
        raise ValueError("expected a list of JSON objects, found something else")
    for number, record in enumerate(data, 1):
        yield _record(record, number)


def load_csv(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each row of .csv, whose first line names the columns.

    They are separated by commas, semicolons, tabs or bars.
    """
    csv.field_size_limit(bounds().line_mb << 20)
    text = decode(path.read_bytes())
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] | None = None
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:  # of this row alone: the next begins on the next line
            yield Skipped(f":{rows.line_num}", f"expected a row of a table, found: {error}")
            continue
        if columns is None:
            columns = [name.strip() for name in row]
        elif len(row) == len(columns):
            yield Record(dict(zip(columns, row, strict=True)), f":{rows.line_num}", table=True)
        elif any(row):
            yield Skipped(f":{rows.line_num}", f"expected {len(columns)} columns, found {len(row)}")


def load_parquet(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each row of .parquet, reading some rows at a time."""
    try:
        import pyarrow.parquet
    except ImportError:
        yield Skipped(
            "", "expected pyarrow to read it, found none; do: pip install 'dateline[parquet]'"
        )
        return
    number = 0
    with pyarrow.parquet.ParquetFile(path, memory_map=True) as table:
        for batch in table.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                number += 1
                columns = {
                    name: value for name, value in _flatten(row).items() if value is not None
                }
                yield Record(columns, f":{number}", table=True)


class Columns:
    """The columns that hold the fields of one file's records, named or guessed."""

    def __init__(self, named: Mapping[str, str]) -> None:
        """Take the columns that the user named ({field: column})."""
        self._named = named
        # The columns that were used for each field, in the order in which they were met.
        self._used: dict[str, list[str]] = {}

    def fields_of(self, record: Record) -> Fields | Skipped:
        """Return the fields of a record; a `Skipped` if it has no column of text.

        Raises ValueError if no record of its table can have one.
        """
        found = {}
        for field in COLUMNS:
            column = _column(record.columns, field, self._named)
            if column is not None:
                found[field] = record.columns.get(column)
                self._note_used(field, column)
        text = found.get("text")
        if not isinstance(text, str):
            reason = self._reason_without_text(record)
            if record.table:
                raise ValueError(reason)
            return Skipped(record.part, reason)
        if record.table:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        source, url = _source_and_url(found.get("source"), found.get("url"))
        return Fields(
            text,
            title=string(found.get("title")),
            source=source,
            published=day(found.get("published")),
            url=url,
            authors=names(found.get("authors")),
            id=string(found.get("id")),
            language=string(found.get("language")),
            part=record.part,
            within=record.within,
        )

    def note(self, path: str) -> Note | None:
        """Return a note that shows the columns used.

        None if all are named as the fields are.
        """
        if all(columns == [field] for field, columns in self._used.items()):
            return None
        used = [f"{field} from {' or '.join(columns)}" for field, columns in self._used.items()]
        return Note(path, "columns: " + ", ".join(used))

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


def _open_lines(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def _record(found: Any, number: int) -> Record | Skipped:
    if not isinstance(found, dict):
        return Skipped(f":{number}", "expected a JSON object")
    return Record(_flatten(found), f":{number}")


def _list_within(data: dict[str, Any]) -> list[Any]:
    """Return the list of articles in an object, or the object if it is one."""
    text_column = _column(data, "text", {})
    if text_column in (None, "description"):  # a container may have a description
        for name in _LISTS:
            if isinstance(data.get(name), list):
                return cast(list[Any], data[name])
    return [data]


def _column(columns: Mapping[str, Any], field: str, named: Mapping[str, str]) -> str | None:
    """Return the column that holds a field.

    It is the one that the user named, else one that is known by its name. The likeliest of those
    that hold something is chosen.
    """
    if field in named:
        if named[field] in columns:
            return named[field]
        return None
    present = _known_columns(tuple(columns), field, frozenset(named.values()))
    for name in present:
        if columns[name] not in (None, ""):
            return name
    if present:
        return present[0]
    return None


@lru_cache(maxsize=256)  # most records have the columns of the one before
def _known_columns(columns: tuple[str, ...], field: str, taken: frozenset[str]) -> list[str]:
    """Return the columns known as the field's, the likeliest first."""
    present = {
        name.strip().casefold().replace(" ", "_").replace("-", "_"): name
        for name in columns
        if name not in taken
    }
    return [present[name] for name in COLUMNS[field] if name in present]


def _source_and_url(source: Any, url: Any) -> tuple[str | None, str | None]:
    """Return the outlet and the address, from the values of their columns.

    LangChain's web loader names the page its source: then the outlet is its host.
    """
    if isinstance(source, dict):
        source = source.get("name")
    outlet, address = string(source), string(url)
    if outlet is None or urlsplit(outlet).scheme not in ("http", "https"):
        return outlet, address
    if address is None:
        address = outlet
    return urlsplit(outlet).hostname, address


def _flatten(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with what it keeps under `metadata` and the like.

    That becomes columns. Its own columns win.
    """
    # An object that LangChain dumped: `id` there is its class.
    if "lc" in record and isinstance(record.get("kwargs"), dict):
        record = record["kwargs"]
    flat = dict(record)
    for name in _NESTED:
        inner = flat.get(name)
        if isinstance(inner, dict):
            del flat[name]
            flat = _flatten({**cast(dict[str, Any], inner), **flat})
    return flat
