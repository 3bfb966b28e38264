"""Articles as rows of tables: .csv, .tsv, .parquet.

Which character separates the columns is told by the first line: the one that names the most
columns that are known. A first line "sep=;", which Excel writes, says it outright.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import decode
from index.corpus.loaders.column_names import count_known
from index.corpus.loaders.fields import Record
from index.corpus.loaders.json_records import flatten, read_unpacked
from index.types import Skipped

_SEPARATORS = ",;\t|"
_DECLARED = re.compile(r'(?P<quote>"?)sep=(?P<separator>.)(?P=quote)\n', re.IGNORECASE)
_TRIED = 20  # rows that show whether a separator is the right one


def load_csv(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each row of .csv or .tsv, packed or not.

    The first line names the columns.
    """
    limits = bounds()
    csv.field_size_limit(limits.line_mb << 20)
    found = decode(read_unpacked(path))
    text, separator, first_line = found.text, "", 1
    declared = _DECLARED.match(text)
    if declared is not None:
        text, separator, first_line = text[declared.end() :], declared["separator"], 2
    text = text.replace("\x00", "\ufffd")  # which csv would take for the end
    dialect = _dialect(text, separator)
    yield from _rows(csv.reader(io.StringIO(text, newline=""), **dialect), first_line, found.notes)


def load_parquet(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each row of .parquet, reading some rows at a time."""
    try:
        import pyarrow.parquet
    except ImportError:
        yield Skipped(
            "",
            "expected pyarrow to read it, found none; "
            "do, in a clone of Dateline: pip install '.[parquet]'",
        )
        return
    number = 0
    with pyarrow.parquet.ParquetFile(path, memory_map=True) as table:
        for batch in table.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                number += 1
                columns = {name: value for name, value in flatten(row).items() if value is not None}
                yield Record(columns, f":{number}", table=True)


def _rows(rows: Any, first_line: int, notes: tuple[str, ...]) -> Iterator[Record | Skipped]:
    """Yield the rows of a table below the names of its columns."""
    columns: list[str] | None = None
    for row in _each(rows):
        part = f":{rows.line_num + first_line - 1}"
        if isinstance(row, csv.Error):
            yield Skipped(part, f"expected a row of a table, found: {row}")
        elif columns is None:
            columns = [name.strip() for name in row]
        elif len(row) == len(columns):
            yield Record(dict(zip(columns, row, strict=True)), part, table=True, notes=notes)
            notes = ()  # they are of the file: told once
        elif any(row):
            yield Skipped(part, f"expected {len(columns)} columns, found {len(row)}")


def _dialect(text: str, separator: str) -> dict[str, Any]:
    """Return the separator of a table, and whether its cells are quoted.

    Quotation marks in a table that is separated by tabs may be letters of its cells. Single ones
    count if there are no others.
    """
    candidates = separator or _SEPARATORS
    dialects: list[dict[str, Any]] = [
        {"delimiter": candidate, "strict": True} for candidate in candidates
    ]
    if '"' not in text:
        dialects += [{**dialect, "quotechar": "'"} for dialect in dialects]
    if "\t" in candidates:
        dialects.append({"delimiter": "\t", "quoting": csv.QUOTE_NONE, "strict": True})
    return max(dialects, key=lambda dialect: _merit(text, dialect))  # of equals the first


def _merit(text: str, dialect: dict[str, Any]) -> tuple[int, float, int]:
    """Return how well a dialect fits: known columns, rows of their number, columns."""
    lines = io.StringIO(text, newline="")
    rows = csv.reader(lines, **dialect)
    try:
        header = next(rows)
    except (csv.Error, StopIteration):
        return -1, 0.0, 0
    whole = read = 0
    for row in islice(_each(rows), _TRIED):
        read += 1
        whole += not isinstance(row, csv.Error) and len(row) == len(header)
    return count_known(tuple(header)), whole / max(1, read), len(header)


def _each(rows: Any) -> Iterator[list[str] | csv.Error]:
    """Yield the rows, and an error for each that cannot be read."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield error
