"""Workbooks of Excel: sheets, names of columns, values of cells, and files that lie."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from index.types import Article
from tests.index.corpus import samples
from tests.index.corpus.test_bad_files import ENTITIES
from tests.index.corpus.test_loaders import loaded

STORM = "A storm tore away part of the railing of the harbour bridge."


def written(folder: Path, *sheets: list[list[Any]], titles: tuple[str, ...] = ()) -> Path:
    (folder / "a.xlsx").write_bytes(samples.xlsx(*sheets, titles=titles))
    return folder


def with_part(data: bytes, name: str, change: Any) -> bytes:
    """Return a workbook of which one part is changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {part: book.read(part) for part in book.namelist()}
    parts[name] = change(parts[name].decode()).encode()
    return samples.zipped(parts)


def the_one(folder: Path) -> Article:
    articles, skipped, _ = loaded(folder)
    assert not skipped
    (article,) = articles.values()
    return article


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (dt.datetime(2023, 3, 9, 18, 20), dt.date(2023, 3, 9)),
        (dt.date(2023, 3, 9), dt.date(2023, 3, 9)),
        ("9 March 2023", dt.date(2023, 3, 9)),
        ("3/4/2023", None),
        (dt.time(8, 30), None),
        (dt.timedelta(hours=30), None),
        (17, None),
        (None, None),
    ],
)
def test_days_of_cells_are_days(tmp_path: Path, cell: Any, day: dt.date | None) -> None:
    rows = [["text", "date", "id"], [STORM, cell, 7]]
    article = the_one(written(tmp_path, rows))
    assert article.published == day
    assert article.id.endswith("7")


def test_the_names_of_columns_may_stand_below_a_heading(tmp_path: Path) -> None:
    rows = [["Export of the archive"], [], ["Headline", "Body", None], ["Storm", STORM, "x"]]
    article = the_one(written(tmp_path, rows))
    assert (article.title, article.text, article.id) == ("Storm", STORM, "a.xlsx:4")


def test_each_sheet_is_a_table_and_is_named(tmp_path: Path) -> None:
    """A sheet without articles costs itself alone; an empty one is none."""
    sheets: list[list[list[Any]]] = [[["text"], [STORM]], [["headline", "story"], ["A", "Rain."]]]
    notes: list[list[Any]] = [["Who", "When"], ["Me", "Now"]]
    folder = written(tmp_path, *sheets, notes, [], titles=("March", "May", "Notes", "Empty"))
    articles, skipped, _ = loaded(folder)
    assert {id: one.text for id, one in articles.items()} == {
        "a.xlsx:March:2": STORM,
        "a.xlsx:May:2": "Rain.",
    }
    assert list(skipped) == ["a.xlsx:Notes:2"]
    assert "found the columns 'Who', 'When'" in skipped["a.xlsx:Notes:2"]


def test_lines_of_a_cell_come_as_they_were_typed(tmp_path: Path) -> None:
    """Excel writes the carriage return of a line as _x000D_."""
    folder = written(tmp_path, [["text"], [f"{STORM}\r\n\r\nFerries sail."]])
    assert the_one(folder).text == f"{STORM}\n\nFerries sail."


def test_a_formula_has_the_value_that_was_kept(tmp_path: Path) -> None:
    def kept(sheet: str) -> str:
        return re.sub(r'<c r="B2".*?</c>', f'<c r="B2" t="str"><f>A1</f><v>{STORM}</v></c>', sheet)

    data = samples.xlsx([["title", "text"], ["Storm", "cell"]])
    (tmp_path / "a.xlsx").write_bytes(with_part(data, "xl/worksheets/sheet1.xml", kept))
    assert the_one(tmp_path).text == STORM


def test_a_wrong_size_and_a_row_far_below_do_not_mislead(tmp_path: Path) -> None:
    """The file says that it has one cell, and that its last row is the five billionth."""

    def lie(sheet: str) -> str:
        sheet = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"', sheet)
        return re.sub(r'<row r="4"(.*?)"A4"', r'<row r="5000000000"\1"A5000000000"', sheet)

    data = samples.xlsx([["text"], [STORM], ["Rain."], ["Snow."]])
    (tmp_path / "a.xlsx").write_bytes(with_part(data, "xl/worksheets/sheet1.xml", lie))
    articles, skipped, _ = loaded(tmp_path)
    assert [one.text for one in articles.values()] == [STORM, "Rain."]
    assert not skipped


def with_shared_strings(strings: str) -> bytes:
    """Return a workbook of one column, whose texts stand in a part of their own."""
    data = samples.xlsx([["text"], ["cell"]])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    data = with_part(data, "[Content_Types].xml", lambda xml: xml.replace("</Types>", override))
    shared = '<c r="A2" t="s"><v>0</v></c>'
    data = with_part(
        data, "xl/worksheets/sheet1.xml", lambda xml: re.sub('<c r="A2".*?</c>', shared, xml)
    )
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {part: book.read(part) for part in book.namelist()}
    return samples.zipped({**parts, "xl/sharedStrings.xml": strings.encode()})


SHARED = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si>{}</si></sst>"


def test_texts_may_stand_in_a_part_of_their_own_in_pieces(tmp_path: Path) -> None:
    pieces = (
        "<r><t>A storm tore away part of </t></r><r><t>the railing of the harbour bridge.</t></r>"
    )
    (tmp_path / "a.xlsx").write_bytes(with_shared_strings(SHARED.format(pieces)))
    assert the_one(tmp_path).text == STORM


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    hostile = ENTITIES + SHARED.format(f"<t>{STORM}&b;&x;</t>")
    (tmp_path / "a.xlsx").write_bytes(with_shared_strings(hostile))
    articles, skipped, _ = loaded(tmp_path)
    assert not any("aaaa" in one.text or "root:" in one.text for one in articles.values())
    assert articles or skipped


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.zipped({"a.txt": b"x"}), "expected a whole workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "or an old .doc or .xls"),
        (b"text\nRain.\n", "zipped parts"),
        (samples.xlsx([["Who"], ["Me"]]), "found the columns 'Who'"),
        (samples.xlsx([]), "there is no article in it"),
    ],
)
def test_what_is_no_table_of_articles_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    articles, skipped, _ = loaded(tmp_path)
    assert not articles
    assert reason in skipped["a.xlsx"]
