"""Articles as rows of a workbook of Excel: .xlsx, .xlsm, read by openpyxl.

Each sheet is a table. The row that names its columns is the one among the first that names the
most columns that are known. A cell with a formula has the value that Excel kept. Limits: comments,
pictures and columns beyond the bound are left out; an .xls is not read.
"""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from index.corpus.loaders.column_names import count_known
from index.corpus.loaders.fields import Record
from index.corpus.loaders.pdf import what_failed
from index.corpus.loaders.zipped import check_zip
from index.types import Skipped

_MOST_ROWS = 1_048_576  # of a sheet: Excel's own bound; a file may name any number
_MOST_COLUMNS = 256
_TRIED = 20  # rows among which the names of the columns are looked for

Row = tuple[int, list[Any]]  # its number in the sheet, its cells


def load_xlsx(path: Path) -> Iterator[Record | Skipped]:
    """Yield a record for each row of the sheets of .xlsx or .xlsm."""
    check_zip(path)
    from openpyxl import load_workbook

    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # of styles and extensions that are not read
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            tables = [(sheet.title, _table(sheet)) for sheet in book.worksheets]
            filled = [(title, table) for title, table in tables if table is not None]
            for title, (header, rows) in filled:
                name = f":{title}" if len(filled) > 1 else ""
                for number, cells in rows:
                    columns = dict(zip(header, cells, strict=False))
                    columns.pop("", None)
                    yield Record(columns, f"{name}:{number}", table=len(filled) == 1)
        except (KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile) as error:
            raise ValueError(f"expected a whole workbook, found: {what_failed(error)}") from None


def _table(sheet: Any) -> tuple[list[str], Iterator[Row]] | None:
    """Return the names of a sheet's columns and its rows; None if it is empty."""
    rows = _rows(sheet)
    first = list(islice(rows, _TRIED))
    if not first:
        return None
    names = [[_name(cell) for cell in cells] for _, cells in first]
    at = max(range(len(first)), key=lambda row: count_known(tuple(names[row])))
    return names[at], chain(first[at + 1 :], rows)


def _rows(sheet: Any) -> Iterator[Row]:
    """Yield the rows of a sheet that hold something."""
    sheet.reset_dimensions()  # those that the file declares may be wrong
    found = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)
    for number, cells in enumerate(found, 1):
        if any(cells):  # a row of nothing but zeros has no text either
            yield number, [_value(cell) for cell in cells]


def _name(cell: Any) -> str:
    """Return the name of a column; "" for a cell without one."""
    return str(cell).strip() if cell is not None else ""


def _value(cell: Any) -> Any:
    """Return what a cell holds, as JSON can hold it."""
    from openpyxl.utils.escape import unescape

    if isinstance(cell, str):
        return unescape(cell)  # a line of a cell ends in "_x000D_\n"
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return cell
