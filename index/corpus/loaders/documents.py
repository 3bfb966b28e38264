"""Documents: PDF by pypdf, Word by python-docx, EPUB from its own parts (zip, package file, XHTML).

A PDF keeps where its pages start, so that a citation opens at its page. Its lines are joined to
paragraphs again. What stands at the head or foot of most pages is left out. Limits: a scan without
text is skipped; columns come in the order in which the file draws them; the day a file was made
is not taken for the day of publication.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, day, names_in_line
from index.corpus.loaders.web import plain
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped

_LOCKED = "it is locked with a password; save it without one"
_NO_TITLE = re.compile(
    r"""^(?:
        untitled
      | microsoft\ word\b.*                   # "Microsoft Word - report.doc"
      | document\d*                           # "Document1"
      | .*\.(?:docx?|pdf|indd|qxd)            # "report.pdf"
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an OLE file begins
_PACKAGE_FILE = "//*[local-name()='rootfile']/@full-path"
_MANIFEST_ITEMS = "//*[local-name()='manifest']/*[local-name()='item']"
_READING_ORDER = "//*[local-name()='itemref'][not(@linear='no')]"


def load_pdf(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the text of the pages of .pdf, and where each page begins in it."""
    from pypdf.errors import PyPdfError

    try:
        pages, title, author = _read_pdf(path)
    except (
        PyPdfError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        AssertionError,
        RecursionError,
    ) as error:
        raise ValueError(f"expected a whole PDF, found: {_what_failed(error)}") from None
    if not any(page.strip() for page in pages):
        raise ValueError("there is no text in it; a scan must be read by OCR first")
    text, starts = joined(pages)
    yield Fields(
        text,
        title=_real_title(title) or title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=names_in_line(author),
        pages=starts,
    )


def load_docx(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the paragraphs and tables of .docx in order, with title and author of its properties.

    Without a title in its properties, its first heading is the title.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError

    check_zip(path)
    try:
        document = Document(str(path))
        lines, heading = _lines_of_docx(document)
        properties = document.core_properties
        title, author, language = properties.title, properties.author, properties.language
    # lxml's errors are SyntaxErrors.
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise ValueError(f"expected a Word document, found: {_what_failed(error)}") from None
    text = "\n\n".join(line for line in lines if line.strip())
    if author is None or author == "python-docx":  # the library names itself
        author = ""
    yield Fields(
        text,
        title=_real_title(title) or heading or title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=names_in_line(author),
        language=language or None,
    )


def load_epub(path: Path) -> Iterator[Fields | Skipped]:
    """Yield an article for each part of .epub that has text, in its reading order.

    Outlet, day and authors are those of the publication.
    """
    from lxml import etree

    check_zip(path)
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with zipfile.ZipFile(path) as book:
            _check_unlocked(book)
            container = etree.fromstring(book.read("META-INF/container.xml"), strict)
            (package_file,) = container.xpath(_PACKAGE_FILE)[:1]
            package = etree.fromstring(book.read(package_file), strict)
            for item in _chapters(package):
                name = posixpath.join(posixpath.dirname(package_file), unquote(item.get("href")))
                yield from _load_chapter(book, posixpath.normpath(name), package)
    except (KeyError, etree.LxmlError, zipfile.BadZipFile, RuntimeError, TypeError) as error:
        raise ValueError(f"expected a whole EPUB, found: {_what_failed(error)}") from None


def check_zip(path: Path) -> None:
    """Raise ValueError for what is no zip file or is locked.

    So is one that would unpack to more than `Bounds` allow.
    """
    with path.open("rb") as file:
        if file.read(8) == _OLD_DOC:
            raise ValueError(f"{_LOCKED}, or an old .doc: save it as .docx")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"expected a file of zipped parts, found: {error}") from None
    if any(part.flag_bits & 1 for part in parts):
        raise ValueError(_LOCKED)
    size = sum(part.file_size for part in parts)  # zipfile reads no more than a part declares
    most = bounds().document_mb
    if size > most << 20:
        raise ValueError(
            f"expected at most {most} MB unpacked, found {size >> 20} MB; "
            "or set DATELINE_DOCUMENT_MB"
        )


def joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Return the text of all pages, lines joined to paragraphs, and where each page starts in it.

    A sentence that goes on over the page stays one sentence. A page without text starts where the
    next one does.
    """
    lines = _without_heads([_lines_of_page(page) for page in pages])
    full = _full_length(lines)
    text, last = "", ""
    starts: list[int | None] = []
    for page in lines:
        if not page:
            starts.append(None)
        for number, line in enumerate(page):
            if _is_hyphenated(last, line):
                text = text[:-1]
            elif last:
                text += _separator(last, full, at_page_start=number == 0)
            if number == 0:
                starts.append(len(text))
            text += line
            last = line
    return text, _filled(starts, len(text))


def _read_pdf(path: Path) -> tuple[list[str], str, str]:
    """Return the text of each page, the title and the author that a PDF gives."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError(_LOCKED)
    pages = [page.extract_text() for page in reader.pages]
    meta = reader.metadata
    if meta is None:
        return pages, "", ""
    return pages, str(meta.title or "").strip(), str(meta.author or "").strip()


def _lines_of_docx(document: Any) -> tuple[list[str], str | None]:
    """Return a line for each paragraph and row of a table, and the first heading."""
    from docx.table import Table

    lines: list[str] = []
    heading: str | None = None
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += [_line_of_row(row) for row in block.rows]
            continue
        lines.append(block.text)
        if _is_heading(block) and block.text.strip() and heading is None:
            heading = block.text
    return lines, heading


def _line_of_row(row: Any) -> str:
    """Return the cells of a row of a table, a merged cell once."""
    cells = [" ".join(cell.text.split()) for cell in row.cells]
    return " | ".join(dict.fromkeys(cells))


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.style
    return style is not None and (style.name or "").startswith(("Title", "Heading"))


def _check_unlocked(book: zipfile.ZipFile) -> None:
    """Raise ValueError for a book under DRM; obfuscated fonts are none."""
    name = "META-INF/encryption.xml"
    if name in book.namelist() and b"obfuscation" not in book.read(name).lower():
        raise ValueError("it is locked (DRM)")


def _chapters(package: Any) -> Iterator[Any]:
    """Yield the items of a package's reading order that are pages, without its contents."""
    items = {item.get("id"): item for item in package.xpath(_MANIFEST_ITEMS)}
    for reference in package.xpath(_READING_ORDER):
        item = items.get(reference.get("idref"))
        if item is None or "html" not in item.get("media-type", ""):
            continue
        if "nav" not in item.get("properties", "").split():
            yield item


def _load_chapter(book: zipfile.ZipFile, name: str, package: Any) -> Iterator[Fields | Skipped]:
    """Yield the article of one part of a book; nothing for a part without text."""
    import lxml.html
    from lxml import etree

    data = book.read(name)
    most = bounds().page_mb
    if len(data) > most << 20:
        reason = f"expected at most {most} MB, found more; or set DATELINE_PAGE_MB"
        yield Skipped(f":{name}", reason)
        return
    parser = lxml.html.HTMLParser(encoding="utf-8")
    chapter = lxml.html.document_fromstring(data, parser=parser)
    text = plain(etree.tostring(chapter, encoding="unicode"))
    if text:
        yield Fields(
            text,
            title=_heading_of(chapter),
            source=_said(package, "publisher") or _said(package, "title"),
            published=day(_said(package, "date")) or published_in(text),
            authors=tuple(_all_said(package, "creator")),
            part=f":{name}",
            language=_said(package, "language"),
        )


def _heading_of(chapter: Any) -> str | None:
    """Return the first heading with words, of the highest level that has one."""
    for tag in ("h1", "h2", "h3", "title"):
        for heading in chapter.iter(tag):
            words = " ".join(heading.text_content().split())
            if words:
                return words
    return None


def _said(package: Any, name: str) -> str | None:
    """Return the first value of a field of a package's metadata."""
    values = _all_said(package, name)
    if not values:
        return None
    return values[0]


def _all_said(package: Any, name: str) -> list[str]:
    values = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
    return [value.strip() for value in values if value.strip()]


def _real_title(title: str | None) -> str | None:
    """Return a title unless a program made it up ("Document1")."""
    if not title or _NO_TITLE.match(title):
        return None
    return title


def _what_failed(error: Exception) -> str:
    return str(error) or type(error).__name__


def _lines_of_page(page: str) -> list[str]:
    """Return the lines that hold something, single-spaced."""
    lines = [" ".join(line.split()) for line in page.splitlines()]
    return [line for line in lines if line]


def _full_length(pages: list[list[str]]) -> float:
    """Return the length from which a line counts as full, in characters."""
    lengths: list[int] = []
    for page in pages:
        lengths += map(len, page)
    if not lengths:
        return 0.0
    lengths.sort()
    return 0.75 * lengths[int(0.8 * (len(lengths) - 1))]


def _is_hyphenated(last: str, line: str) -> bool:
    """Tell whether a word goes on from one line to the next ("nego-", "tiations")."""
    return len(last) > 1 and last.endswith("-") and last[-2].isalpha() and line[0].islower()


def _separator(last: str, full: float, at_page_start: bool) -> str:
    """Return what stands between a line and the next: a space, or a new paragraph.

    A full line goes on, except after the end of a sentence at the foot of a page.
    """
    if len(last) < full:
        return "\n\n"
    if at_page_start and re.search(r"[.!?:][\"”’']?$", last):
        return "\n\n"
    return " "


def _filled(starts: list[int | None], end: int) -> tuple[int, ...]:
    """Return the starts of pages; one without text (None) starts where the next one does."""
    filled: list[int] = []
    following = end
    for start in reversed(starts):
        if start is not None:
            following = start
        filled.append(following)
    filled.reverse()
    return (0, *filled[1:])


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """Return the pages without the first and the last lines that are printed on most of them.

    Numbers in them may differ. Fewer than three pages keep theirs.
    """
    repeated = _repeated(pages, 0)
    pages = [page[1:] if page and _shape(page[0]) in repeated else page for page in pages]
    repeated = _repeated(pages, -1)
    return [page[:-1] if page and _shape(page[-1]) in repeated else page for page in pages]


def _repeated(pages: list[list[str]], place: int) -> set[str]:
    """Return the shapes of the lines that stand at a place of most pages."""
    printed = Counter(_shape(page[place]) for page in pages if page)
    return {shape for shape, count in printed.items() if count >= max(3, 0.6 * len(pages))}


def _shape(line: str) -> str:
    """Return a line with its numbers made alike."""
    return re.sub(r"\d+", "0", line)
