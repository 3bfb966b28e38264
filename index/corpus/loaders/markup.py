"""Words of a piece of HTML or XHTML, and the charset that it declares."""

from __future__ import annotations

import re
from typing import Any

_HEAD = 2**16  # bytes in which a page names its charset
_CHARSET = re.compile(
    rb"""(?: <\?xml [^>]*? \s encoding | <meta [^>]*? [\s;"'] charset )   # <meta charset="utf-8">
         \s* = \s* ["']? \s* (?P<name> [\w.:-]+ )""",
    re.IGNORECASE | re.VERBOSE,
)
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BLOCKS = frozenset(
    "p div section article aside main h1 h2 h3 h4 h5 h6 li ul ol dl tr table blockquote pre header "
    "footer figure figcaption br hr dd dt details summary caption".split()
)
# rt says how a word of Japanese is read, del is what its author took back.
_UNSEEN = frozenset("script style head title noscript template rt rp del".split())
_CELLS = ("td", "th")


def declared_charset(data: bytes) -> str | None:
    """Return the charset that a page names in its XML declaration or a meta element."""
    found = _CHARSET.search(data[:_HEAD])
    if found is None:
        return None
    return found["name"].decode("ascii", "replace")


def without_declaration(html: str) -> str:
    """Return a page fit for lxml: without an XML declaration and control characters."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", _UNFIT.sub("\ufffd", html))


def plain(html: str) -> str:
    """Return the words of a piece of HTML, a line for each of its blocks.

    A row of a table is a line too. Plain text comes through as it is.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    import lxml.html

    return words_of(lxml.html.fromstring(f"<div>{without_declaration(html)}</div>"))


def words_of(element: Any) -> str:
    """Return the words of an element, a line for each block and row in it."""
    pieces: list[str] = []
    _collect_words(element, pieces)
    text = "".join(pieces).replace("\u00ad", "")  # soft hyphens
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n\n".join(line for line in lines if line)


def line_of_cells(row: Any) -> str:
    """Return the cells of a row of a table on one line; "" if all are empty."""
    cells = [" ".join(words_of(cell).split()) for cell in row if cell.tag in _CELLS]
    if not any(cells):
        return ""
    return " | ".join(cells)


def _collect_words(element: Any, pieces: list[str]) -> None:
    """Add the words of an element, and a line break before and after each block."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return
    if element.tag == "tr" and sum(cell.tag in _CELLS for cell in element) > 1:
        pieces += ["\n", line_of_cells(element), "\n"]
        return
    if element.tag in _BLOCKS:
        pieces.append("\n")
    pieces.append(_single_spaced(element.text))
    for child in element:
        _collect_words(child, pieces)
        pieces.append(_single_spaced(child.tail))
    if element.tag in _BLOCKS:
        pieces.append("\n")


def _single_spaced(text: str | None) -> str:
    """Return a text with single spaces, one at either end if there was any."""
    return " ".join(f"·{text or ''}·".split())[1:-1]
