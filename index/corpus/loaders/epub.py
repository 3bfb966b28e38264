"""EPUB: an article for each part of its reading order.

Its package file names the parts, which are XHTML. A part that is named and not there is skipped,
and the others are read. Limits: pages that are in no reading order, and parts of it that are no
pages, are left out. Notes count both.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import Decoded, decode
from index.corpus.loaders.fields import Fields, day
from index.corpus.loaders.markup import declared_charset, without_declaration, words_of
from index.corpus.loaders.pdf import what_failed
from index.corpus.loaders.zipped import check_zip
from index.corpus.metadata import published_in
from index.types import Skipped

_PACKAGE_FILE = "//*[local-name()='rootfile']/@full-path"
_MANIFEST_ITEMS = "//*[local-name()='manifest']/*[local-name()='item']"
_READING_ORDER = "//*[local-name()='itemref']/@idref"
_LOCKED = "//*[local-name()='EncryptedData']"
_ALGORITHM = "*[local-name()='EncryptionMethod']/@Algorithm"
_PAGE_TYPES = ("html", "oeb1-document", "dtbook+xml")  # parts of media types of pages
_XML = ("application/xml", "text/xml")  # pages, if they stand in the reading order
_PAGE_NAMES = (".xhtml", ".html", ".htm")
_MOST_FALLBACKS = 10  # of one part of the reading order
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def load_epub(path: Path) -> Iterator[Fields | Skipped]:
    """Yield an article for each part of .epub that has text, in its reading order.

    Outlet, day and authors are those of the publication.
    """
    from lxml import etree

    check_zip(path)
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with zipfile.ZipFile(path) as book:
            _check_unlocked(book, strict)
            container = etree.fromstring(book.read("META-INF/container.xml"), strict)
            (package_file,) = container.xpath(_PACKAGE_FILE)[:1]
            package = etree.fromstring(book.read(package_file), strict)
            folder = posixpath.dirname(package_file)
            names, notes = _chapters(package)
            about = _about(package)
            for name in _members(book, folder, names):
                for item in _load_chapter(book, name, about):
                    if isinstance(item, Fields):
                        item, notes = replace(item, notes=(*item.notes, *notes)), ()
                    yield item
    except (KeyError, etree.LxmlError, zipfile.BadZipFile, RuntimeError, TypeError) as error:
        raise ValueError(f"expected a whole EPUB, found: {what_failed(error)}") from None


def _check_unlocked(book: zipfile.ZipFile, strict: Any) -> None:
    """Raise ValueError for a book under DRM; fonts that are made unreadable are none."""
    from lxml import etree

    name = "META-INF/encryption.xml"
    if name not in book.namelist():
        return
    for locked in etree.fromstring(book.read(name), strict).xpath(_LOCKED):
        if not set(locked.xpath(_ALGORITHM)) & set(_FONTS):
            raise ValueError("it is locked (DRM)")


def _chapters(package: Any) -> tuple[list[str], tuple[str, ...]]:
    """Return the pages in reading order, and notes on what is left out.

    Its table of contents is none of them. A page that is named twice is there once. Without a
    reading order, it is that of the manifest.
    """
    items = {item.get("id"): item for item in package.xpath(_MANIFEST_ITEMS)}
    order = [items[id] for id in package.xpath(_READING_ORDER) if id in items]
    names: dict[str, None] = {}
    no_pages = 0
    for item in order or items.values():
        page = _page_of(item, items)
        if page is not None:
            names[page.get("href")] = None
        elif order and not _is_contents(item):
            no_pages += 1
    pages = {_file_of(item.get("href")) for item in items.values() if _is_page(item)}
    counts = {
        "pages outside its reading order that are left out": len(pages - set(map(_file_of, names))),
        "parts of its reading order that are no pages and left out": no_pages,
    }
    return list(names), tuple(f"{what}: {count}" for what, count in counts.items() if count)


def _page_of(item: Any, items: Mapping[str, Any]) -> Any:
    """Return the page that an item is or that stands in for it, if any."""
    for _ in range(_MOST_FALLBACKS):
        if item is None or _is_page(item):
            return item
        if item.get("media-type") in _XML and item.get("href") is not None:
            return item
        item = items.get(item.get("fallback"))
    return None


def _members(book: zipfile.ZipFile, folder: str, addresses: Iterable[str]) -> list[str]:
    """Return the members at these addresses, each once.

    An address may be encoded ("the%20last.xhtml"), and lead to a place in a member ("#two").
    Members are compared without case, in one form of Unicode.
    """
    exact = set(book.namelist())
    there = {_bare(one): one for one in reversed(book.namelist())}
    found: dict[str, None] = {}
    for address in addresses:
        path = _file_of(address)
        tried = [path, unquote(path), unquote(path.partition("?")[0])]
        wholes = [posixpath.normpath(posixpath.join(folder, one)).lstrip("/") for one in tried]
        same = [one for one in wholes if one in exact]
        alike = [there[_bare(one)] for one in wholes if _bare(one) in there]
        found[[*same, *alike, wholes[-1]][0]] = None
    return list(found)


def _file_of(address: str) -> str:
    """Return an address without the place in its file."""
    return address.partition("#")[0]


def _bare(name: str) -> str:
    """Return the name of a member as names are compared."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _about(package: Any) -> Fields:
    """Return what a package says of the whole publication, without a text."""
    return Fields(
        "",
        source=_said(package, "publisher") or _said(package, "title"),
        published=day(_said(package, "date")),
        authors=tuple(_all_said(package, "creator")),
        language=_said(package, "language"),
    )


def _is_page(item: Any) -> bool:
    """Tell whether an item is a page with text, by its media type or its name."""
    if item.get("href") is None or _is_contents(item):
        return False
    kind = item.get("media-type", "").lower()
    name = unquote(_file_of(item.get("href"))).lower()
    return any(part in kind for part in _PAGE_TYPES) or name.endswith(_PAGE_NAMES)


def _is_contents(item: Any) -> bool:
    """Tell whether an item is the table of contents."""
    return "nav" in item.get("properties", "").split()


def _load_chapter(book: zipfile.ZipFile, name: str, about: Fields) -> Iterator[Fields | Skipped]:
    """Yield the article of one part of a book; nothing for a part without text."""
    import lxml.html
    from lxml import etree

    try:
        found = _decoded(book, name)
    except ValueError as error:
        yield Skipped(f":{name}", str(error))
        return
    try:
        marked = _CDATA.sub(lambda part: escape(part[1]), found.text)
        chapter = lxml.html.document_fromstring(without_declaration(marked))
    except etree.LxmlError:  # there is no element in it
        return
    text = words_of(chapter)
    if text:
        yield replace(
            about,
            text=text,
            title=_heading_of(chapter),
            published=about.published or published_in(text),
            part=f":{name}",
            notes=found.notes,
        )


def _decoded(book: zipfile.ZipFile, name: str) -> Decoded:
    """Return the text of a part of a book. Raises ValueError if it cannot be read."""
    try:
        data = book.read(name)
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            f"expected this part of the book in it, found: {what_failed(error)}"
        ) from None
    most = bounds().page_mb
    if len(data) > most << 20:
        raise ValueError(f"expected at most {most} MB, found more; or set DATELINE_PAGE_MB")
    return decode(data, declared_charset(data))


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
