"""Rich text becomes the letters and words that a word processor shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.loaders.rtf import lines_of
from tests.index.corpus.samples import rich_text
from tests.index.corpus.test_loaders import loaded

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 A;}{\f2\fcharset128 B;}"
    rb"{\f3\fcharset238 C;}{\f4\fcharset2 Symbol;}{\f5\cpg1253 D;}}"
)


def read(inside: bytes) -> list[str]:
    return lines_of(HEAD + inside + b"}")


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (rb"\f1 \'cc\'fd\'f0 \f0 caf\'e9", "Мэр café"),
        (rb"{\f1 \'cc\'fd\'f0} caf\'e9", "Мэр café"),
        (rb"\f1 \'cc\'fd\'f0 \plain caf\'e9", "Мэр café"),
        (rb"\f2 \'8e\'73\'92\'b7\f0 : \'80", "市長: €"),
        (rb"\f3 \'a3\'f3d\'9f", "Łódź"),
        (rb"\f5 \'e1\'e2", "αβ"),
        (rb"{\f4\'b7\tab}Ten {\f4\'a7} boats \u-3913?", "• Ten • boats •"),
        (rb"\uc2\u1052\'cc\'cc\u8364??5 \uc0\u8364 6", "М€5 €6"),
        (rb"govern\-ment co\_op\~x a\emspace b\endash c", "government co-op x a b–c"),
    ],
)
def test_letters_are_those_of_the_font(inside: bytes, text: str) -> None:
    assert read(inside) == [text]


@pytest.mark.parametrize(
    ("head", "text"),
    [(rb"\mac caf\'8e", "café"), (rb"\pc caf\'82", "café"), (rb"\ansi\ansicpg1251 \'cc", "М")],
)
def test_a_document_without_fonts_names_its_charset(head: bytes, text: str) -> None:
    assert lines_of(b"{\\rtf1" + head + b"}") == [text]


@pytest.mark.parametrize(
    ("inside", "lines"),
    [
        (rb"Ten \v gone\v0 boats", ["Ten boats"]),
        (rb"Ten \v gone\plain boats", ["Ten boats"]),
        (rb"Ten {\deleted gone\plain\deleted }boats", ["Ten boats"]),
        (rb"{\info{\upr{\title a}{\*\ud{\title b}}}}Ten", ["Ten"]),
        (rb"{\shp{\*\shpinst}{\shprslt Only here\par}}Ten", ["Only here", "Ten"]),
        (rb"{\shp{\*\shpinst{\shptxt In it\par}}{\shprslt Only here\par}}Ten", ["In it", "Ten"]),
        (rb"{\pict\bin7 }}{\'\\z}Ten", ["Ten"]),
        (rb"one\column two\softline three", ["one", "two", "three"]),
        (rb"\trowd a\nestcell b\nestcell{\*\nesttableprops\nestrow}c\cell\row ", ["a | b", "c"]),
        (rb"Ten {\unknown boats} {\*\unknown gone}{\fldinst gone}", ["Ten boats"]),
    ],
)
def test_what_is_hidden_stays_out_and_nothing_else_does(inside: bytes, lines: list[str]) -> None:
    assert read(inside) == lines


def test_rich_text_keeps_what_its_reader_sees(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times New Roman;}}{\colortbl;\red0;}"
        rb"{\info{\title Hidden title}}{\*\generator Word;}{\header Head of page}"
        rb"\pard The caf\'e9 costs \'804 \emdash  \ldblquote too much\rdblquote .\par "
        rb"{\b Bold} and {\deleted gone }{\v hidden }\uc1\u1052?\u1101?\u1088? \{x\}\par"
        b"\r\n"
        rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt The town hall}} opens{\footnote In May.}.\par "
        rb"\trowd Norddal\cell 1,204\cell\row {\pict 00ff00}"
        rb"\uc2\u8364??5 and \u-10179?\u-8694?}"
    )
    (article,) = loaded(tmp_path)[0].values()
    assert article.text.split("\n\n") == [
        "The café costs €4 — “too much”.",
        "Bold and Мэр {x}",
        "The town hall opens.",
        "Norddal | 1,204",
        "€5 and 😊",
        "In May.",
    ]


def test_rich_text_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(b"plain")
    assert "begins with {\\rtf" in loaded(tmp_path)[1]["a.rtf"]


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)))
def test_any_paragraphs_come_through_rich_text(paragraphs: list[str]) -> None:
    kept = [line for line in (paragraph.replace("|", "") for paragraph in paragraphs) if line]
    assert lines_of(rich_text(kept)) == kept


@given(st.binary(max_size=400))
def test_damaged_rich_text_never_fails(data: bytes) -> None:
    assert all(line.strip() for line in lines_of(b"{\\rtf1 " + data))
