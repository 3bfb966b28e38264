"""Documents: PDF by pypdf, Word by python-docx, EPUB from its own parts (zip, package file, XHTML).

A PDF keeps where its pages start, so that a citation opens at its page. Its lines are joined to paragraphs again, and
what stands at the head or foot of most pages is left out. Limits: a scan without text is skipped; columns come in the
order in which the file draws them; the day a file was made is not taken for the day of publication.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, day
from index.corpus.loaders.web import plain
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped

_LOCKED = "it is locked with a password; save it without one"
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word\b.*|document\d*|.*\.(?:docx?|pdf|indd|qxd))$", re.IGNORECASE
)


def load_pdf(path: Path) -> Iterator[Fields | Skipped]:
    """.pdf: the text of its pages, and where each begins."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError(_LOCKED)
        pages = [page.extract_text() for page in reader.pages]
        meta = reader.metadata
        title, author = (
            str(value or "").strip()
            for value in ((meta.title, meta.author) if meta is not None else ("", ""))
        )
    except (
        PyPdfError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        AssertionError,
        RecursionError,
    ) as error:
        raise ValueError(
            f"expected a whole PDF, found: {str(error) or type(error).__name__}"
        ) from None
    if not any(page.strip() for page in pages):
        raise ValueError("there is no text in it; a scan must be read by OCR first")
    text, starts = joined(pages)
    yield Fields(
        text,
        title=title if title and not _NO_TITLE.match(title) else title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=tuple(filter(None, map(str.strip, re.split(r"[;,]", author)))),
        pages=starts,
    )


def load_docx(path: Path) -> Iterator[Fields | Skipped]:
    """.docx: its paragraphs and tables in their order; title and author of its properties."""
    from docx import Document
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    check_zip(path)
    try:
        document = Document(str(path))
        lines, headings = [], []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += [
                    " | ".join(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))
                    for row in block.rows
                ]
            else:
                lines.append(block.text)
                if (
                    block.style is not None
                    and (block.style.name or "").startswith(("Title", "Heading"))
                    and block.text.strip()
                ):
                    headings.append(block.text)
        properties = document.core_properties
        title, author, language = properties.title, properties.author, properties.language
    except (
        OpcError,
        KeyError,
        ValueError,
        AttributeError,
        SyntaxError,
    ) as error:  # lxml's errors are SyntaxErrors
        raise ValueError(
            f"expected a Word document, found: {str(error) or type(error).__name__}"
        ) from None
    text = "\n\n".join(line for line in lines if line.strip())
    yield Fields(
        text,
        title=(title if title and not _NO_TITLE.match(title) else None)
        or next(iter(headings), None)
        or title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=tuple(filter(None, map(str.strip, re.split(r"[;,]", author or ""))))
        if author != "python-docx"
        else (),
        language=language or None,
    )


def load_epub(path: Path) -> Iterator[Fields | Skipped]:
    """.epub: an article for each part of its reading order that has text; outlet, day and authors of the publication."""
    import lxml.html
    from lxml import etree

    check_zip(path)
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with zipfile.ZipFile(path) as book:
            if (
                "META-INF/encryption.xml" in book.namelist()
                and b"obfuscation" not in book.read("META-INF/encryption.xml").lower()
            ):
                raise ValueError("it is locked (DRM)")
            (root,) = etree.fromstring(book.read("META-INF/container.xml"), strict).xpath(
                "//*[local-name()='rootfile']/@full-path"
            )[:1]
            package = etree.fromstring(book.read(root), strict)

            def said(name: str) -> list[str]:
                return [
                    text.strip()
                    for text in package.xpath(
                        f"//*[local-name()='metadata']/*[local-name()='{name}']/text()"
                    )
                    if text.strip()
                ]

            items = {
                item.get("id"): item
                for item in package.xpath("//*[local-name()='manifest']/*[local-name()='item']")
            }
            order = [
                items.get(ref.get("idref"))
                for ref in package.xpath("//*[local-name()='itemref'][not(@linear='no')]")
            ]
            for item in order:
                if (
                    item is None
                    or "html" not in item.get("media-type", "")
                    or "nav" in item.get("properties", "").split()
                ):
                    continue
                name = posixpath.normpath(
                    posixpath.join(posixpath.dirname(root), unquote(item.get("href")))
                )
                data = book.read(name)
                if len(data) > (most := bounds().page_mb) << 20:
                    yield Skipped(
                        f":{name}",
                        f"expected at most {most} MB, found more; or set DATELINE_PAGE_MB",
                    )
                    continue
                chapter = lxml.html.document_fromstring(
                    data, parser=lxml.html.HTMLParser(encoding="utf-8")
                )
                headings = [
                    " ".join(heading.text_content().split())
                    for tag in ("h1", "h2", "h3", "title")
                    for heading in chapter.iter(tag)
                ]
                text = plain(etree.tostring(chapter, encoding="unicode"))
                if text:
                    yield Fields(
                        text,
                        title=next(filter(None, headings), None),
                        source=next(iter(said("publisher")), None)
                        or next(iter(said("title")), None),
                        published=day(next(iter(said("date")), None)) or published_in(text),
                        authors=tuple(said("creator")),
                        part=f":{name}",
                        language=next(iter(said("language")), None),
                    )
    except (KeyError, etree.LxmlError, zipfile.BadZipFile, RuntimeError, TypeError) as error:
        raise ValueError(
            f"expected a whole EPUB, found: {str(error) or type(error).__name__}"
        ) from None


def check_zip(path: Path) -> None:
    """Raises ValueError for what is no zip file, is locked, or would unpack to more than `Bounds` allow."""
    with path.open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise ValueError(f"{_LOCKED}, or an old .doc: save it as .docx")
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(
                part.file_size for part in parts.infolist()
            )  # zipfile reads no more of a part than it declares
            if any(part.flag_bits & 1 for part in parts.infolist()):
                raise ValueError(_LOCKED)
    except zipfile.BadZipFile as error:
        raise ValueError(f"expected a file of zipped parts, found: {error}") from None
    if size > (most := bounds().document_mb) << 20:
        raise ValueError(
            f"expected at most {most} MB unpacked, found {size >> 20} MB; or set DATELINE_DOCUMENT_MB"
        )


def joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The text of all pages, with lines joined to paragraphs, and where each page starts in it.

    A sentence that goes on over the page stays one sentence. A page without text starts where the next one does.
    """
    lines = [
        [line for line in (" ".join(line.split()) for line in page.splitlines()) if line]
        for page in pages
    ]
    lines = _without_heads(lines)
    lengths = sorted(len(line) for page in lines for line in page)
    full = 0.75 * lengths[int(0.8 * (len(lengths) - 1))] if lengths else 0.0
    text, starts, last = "", [], ""
    for page in lines:
        for number, line in enumerate(page):
            if last.endswith("-") and line[0].islower() and len(last) > 1 and last[-2].isalpha():
                text = text[:-1]
            elif last:
                goes_on = len(last) >= full and not (
                    number == 0 and re.search(r"[.!?:][\"”’']?$", last)
                )
                text += " " if goes_on else "\n\n"
            if number == 0:
                starts.append(len(text))
            text += line
            last = line
        if not page:
            starts.append(-1)
    following = len(text)
    for number in reversed(range(len(starts))):
        following = starts[number] = starts[number] if starts[number] >= 0 else following
    return text, (0, *starts[1:])


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """The pages without a first or last line that stands, but for its numbers, on most of at least three pages."""
    for place in (0, -1):
        printed = Counter(re.sub(r"\d+", "0", page[place]) for page in pages if page)
        repeated = {line for line, count in printed.items() if count >= max(3, 0.6 * len(pages))}
        pages = [
            page[1:] if place == 0 and page and re.sub(r"\d+", "0", page[0]) in repeated
            else page[:-1] if place == -1 and page and re.sub(r"\d+", "0", page[-1]) in repeated
            else page
            for page in pages
        ]  # fmt: skip
    return pages
