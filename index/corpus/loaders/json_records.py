"""Articles as objects of JSON: .json, .jsonl, .ndjson.

Document lists of LangChain and Haystack, a BEIR corpus, and what news services send are such
objects too. What stands under `metadata`, `fields` or `thread` counts as columns of the object.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import decode, zeros_of
from index.corpus.loaders.column_names import column_of
from index.corpus.loaders.fields import Record
from index.types import Skipped

_NESTED = ("kwargs", "metadata", "meta", "_source", "fields", "thread")
_AT_ONCE = 2**20  # bytes
_SMALL = 4 * 2**20  # bytes: a table that unpacks to less is no bomb
_HEAD = 4096  # bytes that show whether a file is UTF-16
_LISTS = (
    "articles", "documents", "posts", "items", "results", "data", "docs", "rows", "value", "news",
    "hits", "response", "stories",
)  # fmt: skip


def load_jsonl(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each line of .jsonl or .ndjson, packed or not: a JSON object."""
    limits = bounds()
    longest = limits.line_mb << 20
    read = number = 0
    file, notes = _open_lines(path)
    with file as lines:
        while line := lines.readline(longest):
            number += 1
            read += len(line)
            check_packed(path, read)
            if read > limits.table_mb << 20 or len(line) == longest:
                raise ValueError(
                    f"expected lines of at most {limits.line_mb} MB and {limits.table_mb} MB "
                    "in all, found more; "
                    "split it, or set DATELINE_LINE_MB or DATELINE_TABLE_MB"
                )
            if line.strip():
                yield _record_of_line(line, number, notes)
                notes = ()  # they are of the file: told once


def load_json(path: Path) -> Iterator[Record | Skipped]:
    """Yield the records of .json.

    It is a list of objects, an object with such a list ({"articles": [...]}), or one article. An
    object on each line is read too.
    """
    whole = decode(read_unpacked(path))
    try:
        data = json.loads(whole.text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" or "\n" not in whole.text[: error.pos]:
            raise
        yield from load_jsonl(path)
        return
    if isinstance(data, dict):
        data = _list_within(data)
    if not isinstance(data, list):
        raise ValueError("expected a list of JSON objects, found something else")
    notes = whole.notes
    for number, found in enumerate(data, 1):
        yield _record(found, number, notes)
        notes = ()  # they are of the file: told once


def read_unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is .gz.

    Raises ValueError if they are more than `Bounds` allow.
    """
    most = bounds().table_mb
    data = bytearray()
    with _open_unpacked(path) as file:
        while part := file.read(_AT_ONCE):
            data += part
            check_packed(path, len(data))
            if len(data) > most << 20:
                raise ValueError(
                    f"expected at most {most} MB unpacked, found more; "
                    "split it, or set DATELINE_TABLE_MB"
                )
    return bytes(data)


def check_packed(path: Path, unpacked: int) -> None:
    """Raise ValueError for a .gz that unpacks to many times its size: it is a bomb."""
    most = bounds().packed
    if path.suffix == ".gz" and unpacked > max(_SMALL, most * path.stat().st_size):
        raise ValueError(
            f"expected at most {most} times its size unpacked, found more; "
            "unpack it, or set DATELINE_PACKED"
        )


def _open_unpacked(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _open_lines(path: Path) -> tuple[BinaryIO, tuple[str, ...]]:
    """Open a file, unpacked if it is .gz, in UTF-8 if it is UTF-16.

    Returns a note too, if that is a guess.
    """
    file = _open_unpacked(path)
    head = file.read(_HEAD)
    file.seek(0)
    charset = zeros_of(head)
    if charset is None:
        return file, ()
    lines = _Recoded(io.TextIOWrapper(file, charset, "replace"))
    return cast(BinaryIO, lines), decode(head).notes


class _Recoded:
    """Lines of text as UTF-8."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def __enter__(self) -> _Recoded:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def readline(self, size: int) -> bytes:
        return self._text.readline(size).encode("utf-8", "replace")


def _record_of_line(line: bytes, number: int, notes: tuple[str, ...]) -> Record | Skipped:
    try:
        found = decode(line)
        return _record(json.loads(found.text), number, (*notes, *found.notes))
    except (ValueError, RecursionError) as error:
        return Skipped(f":{number}", f"expected a JSON object on the line, found: {error}")


def _record(found: Any, number: int, notes: tuple[str, ...]) -> Record | Skipped:
    if not isinstance(found, dict):
        return Skipped(f":{number}", "expected a JSON object")
    return Record(flatten(found), f":{number}", notes=notes)


def _list_within(data: dict[str, Any]) -> list[Any]:
    """Return the list of articles in an object, or the object if it is one."""
    text_column = column_of(data, "text", {})
    if text_column in (None, "description"):  # a container may have a description
        for name in _LISTS:
            inner = data.get(name)
            if isinstance(inner, list):
                return inner
            if isinstance(inner, dict):  # {"response": {"docs": [...]}}
                return _list_within(inner)
    articles = _articles_by_id(data)
    return articles or [data]


def _articles_by_id(data: dict[str, Any]) -> list[Any]:
    """Return the articles of an object that has each under its id, else none."""
    inner = [(id, one) for id, one in data.items() if isinstance(one, dict) and id not in _NESTED]
    if len(inner) < len(data) or not all(column_of(one, "text", {}) for _, one in inner):
        return []
    return [{"id": id, **one} for id, one in inner]


def flatten(record: Mapping[str, Any]) -> dict[str, Any]:
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
            flat = flatten({**cast(dict[str, Any], inner), **flat})
    return flat
