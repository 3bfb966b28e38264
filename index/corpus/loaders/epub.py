"""EPUB: an article for each part of its reading order.

Its package file names the parts, which are XHTML. A part that is named and not there is skipped,
and the others are read. Limits: pages that are in no reading order are left out, and counted in a
note.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
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
_READING_ORDER = "//*[local-name()='itemref']"
_PAGE_TYPES = ("html", "oeb1-document", "dtbook+xml")  # parts of media types of pages
_XML = ("application/xml", "text/xml")  # pages, if they stand in the reading order
_PAGE_NAMES = (".xhtml", ".html", ".htm")


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
            folder = posixpath.dirname(package_file)
            names, others = _chapters(package)
            notes: tuple[str, ...] = ()
            if others:
                notes = (f"pages outside its reading order that are left out: {others}",)
            about = _about(package)
            for name in _members(book, folder, names):
                for item in _load_chapter(book, name, about):
                    if isinstance(item, Fields):
                        item, notes = replace(item, notes=(*item.notes, *notes)), ()
                    yield item
    except (KeyError, etree.LxmlError, zipfile.BadZipFile, RuntimeError, TypeError) as error:
        raise ValueError(f"expected a whole EPUB, found: {what_failed(error)}") from None


def _check_unlocked(book: zipfile.ZipFile) -> None:
    """Raise ValueError for a book under DRM; obfuscated fonts are none."""
    name = "META-INF/encryption.xml"
    if name in book.namelist() and b"obfuscation" not in book.read(name).lower():
        raise ValueError("it is locked (DRM)")


def _chapters(package: Any) -> tuple[list[str], int]:
    """Return the pages of a package in reading order, and how many others it has.

    Its table of contents is none of them. A page that is named twice is there once.
    """
    items = {item.get("id"): item for item in package.xpath(_MANIFEST_ITEMS)}
    names: dict[str, None] = {}
    for reference in package.xpath(_READING_ORDER):
        item = items.get(reference.get("idref"))
        if item is not None and (_is_page(item) or item.get("media-type") in _XML):
            names[_name_of(item)] = None
    pages = {_name_of(item) for item in items.values() if _is_page(item)}
    return list(names), len(pages - names.keys())


def _members(book: zipfile.ZipFile, folder: str, names: Iterable[str]) -> list[str]:
    """Return the members with these names, each once, whatever its case."""
    members = book.namelist()
    there = {**{one.casefold(): one for one in reversed(members)}, **{one: one for one in members}}
    found: dict[str, None] = {}
    for name in names:
        whole = posixpath.normpath(posixpath.join(folder, name))
        found[there.get(whole, there.get(whole.casefold(), whole))] = None
    return list(found)


def _about(package: Any) -> Fields:
    """Return what a package says of the whole publication, without a text."""
    return Fields(
        "",
        source=_said(package, "publisher") or _said(package, "title"),
        published=day(_said(package, "date")),
        authors=tuple(_all_said(package, "creator")),
        language=_said(package, "language"),
    )


def _name_of(item: Any) -> str:
    """Return the name of the file of an item; a place within it ("#two") is cut off."""
    return unquote(item.get("href").partition("#")[0])


def _is_page(item: Any) -> bool:
    """Tell whether an item is a page with text, by its media type or its name."""
    if item.get("href") is None or "nav" in item.get("properties", "").split():
        return False
    kind = item.get("media-type", "").lower()
    return any(part in kind for part in _PAGE_TYPES) or _name_of(item).lower().endswith(_PAGE_NAMES)


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
        chapter = lxml.html.document_fromstring(without_declaration(found.text))
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
