"""Word: the paragraphs of .docx in order, with all that a reader of it sees.

The text is taken from the document's XML: inserted text, content controls, hyperlinks, fields, text
boxes, tables within tables, footnotes and endnotes. Deleted and hidden text, prompts of empty
controls, comments, and heads and feet of pages stay out. python-docx opens the file and knows its
styles and properties. Limits: numbers that Word counts itself ("1.", "2.") are no text of the
file. Words of charts, diagrams and embedded files are left out, and a note counts these.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.corpus.loaders.exports import articles_of_export, with_notes
from index.corpus.loaders.fields import Fields, names_in_line
from index.corpus.loaders.pdf import real_title, what_failed
from index.corpus.loaders.zipped import check_zip
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMathPara"
_UNSEEN = frozenset(
    f"{_W}{name}"
    for name in (
        *("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "tblPr", "tcPr"),
        *("rt", "rubyPr"),  # how a word of Japanese is said
    )
)
_SIGNS = {
    f"{_W}tab": "\t",
    f"{_W}ptab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
}
_NOTES = ("footnotes", "endnotes")  # the parts of a document that hold them
_OBJECTS = ("chart", "chartEx", "diagramData", "aFChunk", "subDocument")


def load_docx(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the paragraphs and tables of .docx in order, then its notes.

    Title and author are those of its properties. Without a title in its properties, its first
    heading is the title.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError

    check_zip(path)
    try:
        document = Document(str(path))
        lines = list(_lines(document.element.body))
        for root in _notes(document):
            lines += _lines(root)
        heading = _first_heading(document)
        notes = tuple(_objects_left_out(document))
        properties = document.core_properties
        title, author, language = properties.title, properties.author, properties.language
    # lxml's errors are SyntaxErrors.
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise ValueError(f"expected a Word document, found: {what_failed(error)}") from None
    exported = articles_of_export(lines)
    if exported:
        yield from with_notes(exported, notes)
        return
    text = "\n\n".join(line for line in lines if line.strip())
    if author is None or author == "python-docx":  # the library names itself
        author = ""
    yield Fields(
        text,
        title=real_title(title) or heading or title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=names_in_line(author),
        language=language or None,
        notes=notes,
    )


def _lines(root: Any) -> Iterator[str]:
    """Yield the text of each paragraph and of each row of a table below an element.

    A text box follows the paragraph in which it is anchored. A paragraph whose end is deleted goes
    on in the next.
    """
    begun = ""
    for element in root:
        if element.tag in (f"{_W}p", _MATH):
            text = begun + _text(element)
            begun = ""
            if element.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
                begun = text
                continue
            yield text
            for box in _boxes(element):
                yield from _lines(box)
        elif element.tag == f"{_W}tbl":
            yield from map(_line_of_row, _rows(element))
        elif _is_seen(element):
            yield from _lines(element)
    yield begun


def _is_seen(element: Any) -> bool:
    """Tell whether an element may hold text that a reader sees."""
    if element.tag in _UNSEEN or not isinstance(element.tag, str):
        return False
    # A control that still asks for its text ("Click to enter a date").
    return element.find(f"{_W}sdtPr/{_W}showingPlcHdr") is None


def _text(element: Any) -> str:
    """Return the words of a paragraph, without those of its text boxes."""
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if not _is_seen(child) or child.tag == f"{_W}txbxContent" or _is_repeated(child):
            continue
        if child.tag in (f"{_W}t", _MATH_TEXT):
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == f"{_W}sym":
            yield _symbol(child)
        elif not (child.tag == f"{_W}r" and _is_hidden(child)):
            yield from _pieces(child)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Yield the text boxes of a paragraph; of one in two forms, the first."""
    for child in paragraph:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif _is_seen(child) and not _is_repeated(child):
            yield from _boxes(child)


def _is_repeated(element: Any) -> bool:
    """Tell whether an element repeats for older programs what stands before it."""
    before = element.itersiblings(preceding=True)
    words = (next(one.iter(f"{_W}t"), None) for one in before)
    return element.tag == _FALLBACK and any(word is not None for word in words)


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, those in content controls too."""
    for child in table:
        if child.tag == f"{_W}tr":
            if child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif _is_seen(child):
            yield from _rows(child)


def _line_of_row(row: Any) -> str:
    """Return the cells of a row of a table; "" if all are empty."""
    cells = [" ".join(" ".join(_lines(cell)).split()) for cell in _cells(row)]
    if not any(cells):
        return ""
    return " | ".join(cells)


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif _is_seen(child):
            yield from _cells(child)


def _is_hidden(run: Any) -> bool:
    """Tell whether a run is hidden text."""
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off")


def _symbol(element: Any) -> str:
    """Return a character that is named by its number, unless its font alone knows it."""
    number = int(element.get(f"{_W}char", "0"), 16)
    if not number or 0xE000 <= number <= 0xF8FF:
        return ""
    return chr(number)


def _notes(document: Any) -> Iterator[Any]:
    """Yield the roots of the footnotes and endnotes of a document."""
    from lxml import etree

    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in _NOTES and not relation.is_external:
            yield etree.fromstring(relation.target_part.blob, strict)


def _objects_left_out(document: Any) -> Iterator[str]:
    """Yield a note if there are objects whose words are left out."""
    kinds = [relation.reltype.rpartition("/")[2] for relation in document.part.rels.values()]
    count = sum(kind in _OBJECTS for kind in kinds)
    if count:
        yield f"charts, diagrams and embedded files whose words are left out: {count}"


def _first_heading(document: Any) -> str | None:
    """Return the text of the first heading."""
    for paragraph in document.element.body.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is None:
            continue
        known = document.styles.element.get_by_id(style.get(f"{_W}val"))
        name = style.get(f"{_W}val")
        if known is not None and known.name_val:
            name = known.name_val
        text = _text(paragraph)
        if name.lower().startswith(("title", "heading")) and text.strip():
            return text
    return None
