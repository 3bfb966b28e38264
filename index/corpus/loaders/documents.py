"""Documents of zipped parts: Word and EPUB.

python-docx reads Word. An EPUB is read from its package file and its XHTML.
Limits: the day a file was made is not taken for the day of publication.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, day
from index.corpus.loaders.pdf import LOCKED, what_failed
from index.corpus.loaders.web import plain
from index.corpus.metadata import published_in
from index.types import Skipped

_OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an OLE file begins
_PACKAGE_FILE = "//*[local-name()='rootfile']/@full-path"
_MANIFEST_ITEMS = "//*[local-name()='manifest']/*[local-name()='item']"
_READING_ORDER = "//*[local-name()='itemref'][not(@linear='no')]"


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
        raise ValueError(f"expected a whole EPUB, found: {what_failed(error)}") from None


def check_zip(path: Path) -> None:
    """Raise ValueError for what is no zip file or is locked.

    So is one that would unpack to more than `Bounds` allow.
    """
    with path.open("rb") as file:
        if file.read(8) == _OLD_DOC:
            raise ValueError(f"{LOCKED}, or an old .doc: save it as .docx")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"expected a file of zipped parts, found: {error}") from None
    if any(part.flag_bits & 1 for part in parts):
        raise ValueError(LOCKED)
    size = sum(part.file_size for part in parts)  # zipfile reads no more than a part declares
    most = bounds().document_mb
    if size > most << 20:
        raise ValueError(
            f"expected at most {most} MB unpacked, found {size >> 20} MB; "
            "or set DATELINE_DOCUMENT_MB"
        )


def _check_unlocked(book: zipfile.ZipFile) -> None:
    """Raise ValueError for a book under DRM; obfuscated fonts are none."""
    name = "META-INF/encryption.xml"
    if name in book.namelist() and b"obfuscation" not in book.read(name).lower():
        raise ValueError("it is locked (DRM)")


def _chapters(package: Any) -> Iterator[Any]:
    """Yield the pages of a package in reading order, without its contents."""
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
