"""A book with a marked sentence in every construct, and in chapters of every kind."""

from __future__ import annotations

from collections.abc import Mapping

from tests.index.corpus import samples

CONSTRUCTS = (
    (
        *("paragraphs", "headings", "lists", "cells of tables", "chapters in UTF-16"),
        *("chapters in Windows-1252", "chapters beside the reading order", "places in an address"),
        *("chapters as text/html", "chapters as XML", "chapters after one that is missing"),
        *("chapters whose address is spelt otherwise", "pages that stand in for others"),
        *("definitions", "captions of pictures", "asides", "code", "character data", "notes"),
    ),
    (
        *("the table of contents", "pages in no reading order", "parts that are no pages"),
        "readings of characters",
    ),
)
_FILES = {  # the name in the manifest, and the media type, of each file
    "plain": ("plain.xhtml", "application/xhtml+xml"),
    "wide": ("wide.xhtml", "application/xhtml+xml"),
    "western": ("western.xhtml", "application/xhtml+xml"),
    "missing": ("missing.xhtml", "application/xhtml+xml"),
    "place": ("place.xhtml#two", "application/xhtml+xml"),
    "old": ("old.html", "text/html"),
    "bare": ("bare.xml", "application/xml"),
    "drawn": ("drawn.svg", "image/svg+xml"),
    "picture": ("picture.png", "image/png"),
    "instead": ("instead.xhtml", "application/xhtml+xml"),
    "spelt": ("/OPS/cafe%CC%81.xhtml?a", "application/xhtml+xml"),
    "beside": ("beside.xhtml", "application/xhtml+xml"),
    "last": ("the%20last.xhtml", "application/xhtml+xml"),
    "unread": ("unread.xhtml", "application/xhtml+xml"),
}


def build(said: Mapping[str, str]) -> bytes:
    """Return the book."""
    items = "".join(
        f'<item id="{id}" href="{name}" media-type="{kind}"/>'
        for id, (name, kind) in _FILES.items()
    ).replace('id="picture"', 'id="picture" fallback="instead"')
    apart = ("beside", "unread", "instead")
    order = "".join(f'<itemref idref="{id}"/>' for id in _FILES if id not in apart)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'{items}</manifest><spine><itemref idref="nav"/>{order}'
        '<itemref idref="beside" linear="no"/></spine></package>'
    )
    main = (
        f"<h1>{said['headings']}</h1><p>{said['paragraphs']}</p><ul><li>{said['lists']}</li></ul>"
        f"<table><tr><td>A</td><td>{said['cells of tables']}</td></tr></table>"
        f"<dl><dt>B</dt><dd>{said['definitions']}</dd></dl><pre>{said['code']}</pre>"
        f"<figure><figcaption>{said['captions of pictures']}</figcaption></figure>"
        f"<aside>{said['asides']}</aside><p><![CDATA[{said['character data']}]]></p>"
        f"<section epub:type='footnotes'><p>{said['notes']}</p></section>"
        f"<p><ruby>A<rt>{said['readings of characters']}</rt></ruby></p>"
    )
    western = f"<p>£5 – {said['chapters in Windows-1252']}</p>"
    files: dict[str, bytes] = {
        "OPS/book.opf": package.encode(),
        "OPS/nav.xhtml": _page(said["the table of contents"]).encode(),
        "OPS/plain.xhtml": _page(main).encode(),
        "OPS/wide.xhtml": _page(f"<p>{said['chapters in UTF-16']}</p>", "utf-16").encode("utf-16"),
        "OPS/western.xhtml": _page(western, "windows-1252").encode("cp1252"),
        "OPS/place.xhtml": _page(f"<p id='two'>{said['places in an address']}</p>").encode(),
        "OPS/old.html": _page(f"<p>{said['chapters as text/html']}</p>").encode(),
        "OPS/bare.xml": _page(f"<p>{said['chapters as XML']}</p>").encode(),
        "OPS/beside.xhtml": _page(f"<p>{said['chapters beside the reading order']}</p>").encode(),
        "OPS/drawn.svg": f"<svg><text>{said['parts that are no pages']}</text></svg>".encode(),
        "OPS/instead.xhtml": _page(f"<p>{said['pages that stand in for others']}</p>").encode(),
        "OPS/café.xhtml": _page(
            f"<p>{said['chapters whose address is spelt otherwise']}</p>"
        ).encode(),
        "OPS/the last.xhtml": _page(
            f"<p>{said['chapters after one that is missing']}</p>"
        ).encode(),
        "OPS/unread.xhtml": _page(f"<p>{said['pages in no reading order']}</p>").encode(),
    }
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    return samples.zipped({"META-INF/container.xml": container.encode(), **files})


def _page(inside: str, charset: str = "utf-8") -> str:
    return (
        f'<?xml version="1.0" encoding="{charset}"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>T</title></head><body>{inside}</body></html>"
    )
