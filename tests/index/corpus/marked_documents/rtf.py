"""Rich text with a marked sentence in every construct."""

from __future__ import annotations

from collections.abc import Mapping

CONSTRUCTS = (
    ("paragraphs", "bold text", "links", "cells of tables", "footnotes"),
    ("deleted text", "hidden text", "heads of pages", "properties of the file"),
)


def build(said: Mapping[str, str]) -> bytes:
    """Return the document."""
    return (
        rf"{{\rtf1\ansi{{\info{{\title {said['properties of the file']}}}}}"
        rf"{{\header {said['heads of pages']}}}{said['paragraphs']}"
        rf"{{\footnote {said['footnotes']}}}\par {{\b {said['bold text']}}}\par "
        rf"{{\field{{\*\fldinst HYPERLINK}}{{\fldrslt {said['links']}}}}}\par "
        rf"\trowd A\cell {said['cells of tables']}\cell\row "
        rf"{{\deleted {said['deleted text']}}}{{\v {said['hidden text']}}}\par}}"
    ).encode()
