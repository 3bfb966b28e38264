"""A headline over several lines of a page is one line of the text, and the title."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.corpus.loaders.fields import Fields
from index.corpus.loaders.pdf import load_pdf
from tests.index.corpus.samples import pdf, pdf_of, shown

BODY = ["The harbour bridge of Norvik was closed on Thursday after a storm had torn away a part of"]
BODY += ["its railing, the town council said in a statement. Nobody was hurt."]


def read(tmp_path: Path, *parts: tuple[int, list[str]]) -> Fields:
    """Return what is read of a page with lines of these sizes."""
    content = "60 780 Td "
    for size, lines in parts:
        content += f"/F1 {size} Tf {size * 1.3} TL {shown(lines)} T* "
    (tmp_path / "a.pdf").write_bytes(pdf_of([content]))
    (found,) = load_pdf(tmp_path / "a.pdf")
    assert isinstance(found, Fields)
    return found


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["Harbour bridge closed", "after storm tears", "away railing"],
         "Harbour bridge closed after storm tears away railing"),
        (["Mayor meets engi-", "neers at Saint-", "Malo on Friday"],
         "Mayor meets engineers at Saint-Malo on Friday"),
        (["Harbour bridge closed"], "Harbour bridge closed"),
    ],
)  # fmt: skip
def test_larger_lines_are_the_headline(tmp_path: Path, lines: list[str], title: str) -> None:
    found = read(tmp_path, (24, lines), (11, BODY))
    assert found.title == title
    assert found.text == f"{title}\n\n{' '.join(BODY)}"


def test_the_name_of_a_newspaper_and_a_line_below_are_no_headline(tmp_path: Path) -> None:
    parts = [(40, ["Norvik Courier"]), (24, ["Harbour bridge", "closed after storm"])]
    found = read(tmp_path, *parts, (16, ["Three weeks of repairs are expected"]), (11, BODY))
    assert found.title == "Harbour bridge closed after storm"
    assert "Harbour bridge closed after storm\n\nThree weeks of repairs" in found.text


def test_a_page_in_one_size_has_no_headline(tmp_path: Path) -> None:
    found = read(tmp_path, (11, ["Harbour bridge closed", *BODY]))
    assert found.text.endswith(" ".join(BODY))
    assert found.title == "Harbour bridge closed"
    (tmp_path / "a.pdf").write_bytes(pdf_of(["", f"60 760 Td {shown([BODY[1]])}"]))
    (second,) = load_pdf(tmp_path / "a.pdf")
    assert isinstance(second, Fields)
    assert second.text == BODY[1]


def test_a_browser_gives_a_page_without_a_title_none(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("Rain fell on the town all day.", title="about:blank"))
    (found,) = load_pdf(tmp_path / "a.pdf")
    assert isinstance(found, Fields)
    assert found.title != "about:blank"
