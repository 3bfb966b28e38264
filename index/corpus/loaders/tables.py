"""Articles as rows: .jsonl, .json, .csv, .parquet. Columns are guessed by their names; a mapping says otherwise.

Document lists of LangChain and Haystack and a BEIR corpus are such rows too: what stands under `metadata`, `meta`
or `kwargs` counts as columns of the row.
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
    "text": ("text", "content", "body", "page_content", "article", "article_text", "full_text", "maintext", "content_text", "story", "description"),
    "title": ("title", "headline", "heading", "subject", "name"),
    "source": ("source", "outlet", "publisher", "publication", "newspaper", "source_name", "sitename", "site", "domain"),
    "published": (
        "published", "date", "published_at", "publishedat", "publish_date", "date_publish", "date_published", "pubdate", "publication_date",
        "published_date", "datetime", "timestamp", "created_at",
    ),
    "url": ("url", "link", "canonical_url", "source_url", "permalink", "href"),
    "authors": ("authors", "author", "byline", "creator", "writer"),
    "id": ("id", "_id", "doc_id", "docid", "guid", "uuid"),
    "language": ("language", "lang"),
}  # fmt: skip
_NESTED = ("kwargs", "metadata", "meta")
_LISTS = ("articles", "documents", "items", "results", "data", "docs", "rows")


def load_jsonl(path: Path) -> Iterator[Record | Skipped]:
    """.jsonl, .jsonl.gz: a JSON object a line."""
    read, limits = 0, bounds()
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        number = 0
        while line := lines.readline(limits.line_mb << 20):
            number, read = number + 1, read + len(line)
            if read > limits.table_mb << 20 or len(line) == limits.line_mb << 20:
                raise ValueError(
                    f"expected lines of at most {limits.line_mb} MB and {limits.table_mb} MB in all, found more; "
                    "split it, or set DATELINE_LINE_MB or DATELINE_TABLE_MB"
                )
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Skipped(f":{number}", f"expected a JSON object on the line, found: {error}")
                continue
            yield (
                Record(_flat(record), f":{number}")
                if isinstance(record, dict)
                else Skipped(f":{number}", "expected a JSON object")
            )


def load_json(path: Path) -> Iterator[Record | Skipped]:
    """.json: a list of objects, an object with such a list ({"articles": [...]}), or one article."""
    data = json.loads(decode(path.read_bytes()))
    if isinstance(data, dict):
        article = (
            _column(data, "text", {}) or "description"
        ) != "description"  # a container may have that
        lists = (
            [] if article else [data[name] for name in _LISTS if isinstance(data.get(name), list)]
        )
        data = lists[0] if lists else [data]
    if not isinstance(data, list):
        raise ValueError("expected a list of JSON objects, found something else")
    for number, record in enumerate(data, 1):
        yield (
            Record(_flat(record), f":{number}")
            if isinstance(record, dict)
            else Skipped(f":{number}", "expected a JSON object")
        )


def load_csv(path: Path) -> Iterator[Record | Skipped]:
    """.csv: a line of column names, then a row each; separated by commas, semicolons, tabs or bars."""
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
    """.parquet: a row an article, some rows at a time."""
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
                yield Record(
                    {name: value for name, value in _flat(row).items() if value is not None},
                    f":{number}",
                    table=True,
                )


def articles_of(
    items: Iterable[Fields | Record | Skipped], mapping: Mapping[str, str], file: str
) -> Iterator[Fields | Skipped | Note]:
    """The `Fields` of records, by `mapping` (field: column) and else by the names in COLUMNS; others go through as they are.

    At the end a `Note` that shows the columns used, where they are not simply named as the fields are.
    Raises ValueError for a table without a column of text.
    """
    used: dict[str, dict[str, None]] = {}
    for item in items:
        if not isinstance(item, Record):
            yield item
            continue
        found = {
            field: column
            for field in COLUMNS
            if (column := _column(item.columns, field, mapping)) is not None
        }
        for field, column in found.items():
            used.setdefault(field, {})[column] = None
        columns = item.columns
        said = {field: columns.get(column) for field, column in found.items()}
        text = said.get("text")
        if not isinstance(text, str):
            wanted = mapping.get("text", "text")
            why = f"expected a string {wanted!r}, found the columns {', '.join(map(repr, columns)) or 'none'}; say which with --map text=COLUMN"
            if item.table:
                raise ValueError(why)
            yield Skipped(item.part, why)
            continue
        source, url = _source(said.get("source")), string(said.get("url"))
        if source is not None and urlsplit(source).scheme in (
            "http",
            "https",
        ):  # LangChain's web loader names the page its source
            source, url = urlsplit(source).hostname, url or source
        yield Fields(
            text.replace("\r\n", "\n").replace("\r", "\n") if item.table else text,
            title=string(said.get("title")),
            source=source,
            published=day(said.get("published")),
            url=url,
            authors=names(said.get("authors")),
            id=string(said.get("id")),
            language=string(said.get("language")),
            part=item.part,
            within=item.within,
        )
    if any(list(columns) != [field] for field, columns in used.items()):
        yield Note(
            file,
            "columns: "
            + ", ".join(f"{field} from {' or '.join(columns)}" for field, columns in used.items()),
        )


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """{field: column} from "text=story". Raises DatelineError for another form and for an unknown field."""
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or field not in COLUMNS or not column:
            raise DatelineError(
                f"expected --map FIELD=COLUMN with one of the fields {', '.join(COLUMNS)}, found {pair!r}"
            )
        mapping[field] = column
    return mapping


def _column(columns: Mapping[str, Any], field: str, mapping: Mapping[str, str]) -> str | None:
    """The column that holds the field: the one that is named, else the first by a known name that holds something."""
    if field in mapping:
        return mapping[field] if mapping[field] in columns else None
    present = _known(tuple(columns), field, frozenset(mapping.values()))
    return next(
        (name for name in present if columns[name] not in (None, "")),
        present[0] if present else None,
    )


@lru_cache(maxsize=256)
def _known(columns: tuple[str, ...], field: str, taken: frozenset[str]) -> list[str]:
    """Those of the columns that are known by name as the field's, the likeliest first, but for those `taken`. Most records have the columns of the one before."""
    named = {
        name.strip().casefold().replace(" ", "_").replace("-", "_"): name
        for name in columns
        if name not in taken
    }
    return [named[name] for name in COLUMNS[field] if name in named]


def _source(value: Any) -> str | None:
    return string(value.get("name") if isinstance(value, dict) else value)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what it keeps under `metadata` and the like beside its own columns, its own first."""
    if "lc" in record and isinstance(
        record.get("kwargs"), dict
    ):  # an object that LangChain dumped: `id` there is its class
        record = record["kwargs"]
    flat = dict(record)
    for name in _NESTED:
        if isinstance(inner := flat.get(name), dict):
            del flat[name]
            flat = _flat({**cast(dict[str, Any], inner), **flat})
    return flat
