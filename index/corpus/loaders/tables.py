"""Articles as rows of tables: .csv, .tsv, .parquet.

Which character separates the columns is told by the first line: the one that names the most
columns that are known. A first line "sep=;", which Excel writes, says it outright. The names of
the columns may stand below other lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import decode
from index.corpus.loaders.column_names import count_known
from index.corpus.loaders.fields import Record
from index.corpus.loaders.json_records import flatten, read_unpacked
from index.types import Skipped

_SEPARATORS = ",;\t|"
_DECLARED = re.compile(r'(?P<quote>"?)sep=(?P<separator>.)(?P=quote)[ ,;]*\n', re.IGNORECASE)
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
    numbered = ((rows.line_num + first_line - 1, row) for row in _each(rows))
    first = list(islice(numbered, _TRIED))
    at = _header_at([row for _, row in first])
    if at is None:
        raise ValueError("expected the names of columns on the first line, found none")
    columns = [name.strip() for name in first[at][1]]  # type: ignore[union-attr]
    for number, row in chain(first[at + 1 :], numbered):
        part = f":{number}"
        if isinstance(row, csv.Error):
            yield Skipped(part, f"expected a row of a table, found: {row}")
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
    plain = list(dialects)
    if '"' not in text:
        dialects += [{**dialect, "quotechar": "'"} for dialect in plain]
    dialects += [{**dialect, "skipinitialspace": True} for dialect in plain]
    if '\\"' in text:
        dialects += [{**dialect, "escapechar": "\\"} for dialect in plain]
    if "\t" in candidates:
        dialects.append({"delimiter": "\t", "quoting": csv.QUOTE_NONE, "strict": True})
    return max(dialects, key=lambda dialect: _merit(text, dialect))  # of equals the first


def _merit(text: str, dialect: dict[str, Any]) -> tuple[int, float, int]:
    """Return how well a dialect fits: known columns, rows of their number, columns."""
    rows = csv.reader(io.StringIO(text, newline=""), **dialect)
    first = list(islice(_each(rows), _TRIED))
    at = _header_at(first)
    if at is None:
        return -1, 0.0, 0
    header, below = first[at], first[at + 1 :]
    assert not isinstance(header, csv.Error)
    whole = sum(not isinstance(row, csv.Error) and len(row) == len(header) for row in below)
    return count_known(tuple(header)), whole / max(1, len(below)), len(header)


def _header_at(rows: Sequence[list[str] | csv.Error]) -> int | None:
    """Return which of the first rows names the columns.

    The first that holds something, unless it names none that is known, and another two.
    """
    filled = [at for at, row in enumerate(rows) if not isinstance(row, csv.Error) and any(row)]
    known = {at: count_known(tuple(cast(list[str], rows[at]))) for at in filled}
    if not filled:
        return None
    best = max(filled, key=known.__getitem__)  # of equals the first
    if known[filled[0]] == 0 and known[best] > 1:
        return best
    return filled[0]


def _each(rows: Any) -> Iterator[list[str] | csv.Error]:
    """Yield the rows, and an error for each that cannot be read."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield error
