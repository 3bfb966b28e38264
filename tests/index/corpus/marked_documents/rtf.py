"""Rich text with a marked sentence in every construct."""

from __future__ import annotations

from collections.abc import Mapping

CONSTRUCTS = (
    (
        *("paragraphs", "bold text", "links", "results of fields", "lists", "inserted text"),
        *("text after hidden text", "cells of tables", "tables in cells", "text boxes"),
        *("text boxes of older programs", "embedded objects", "Unicode with its stand-in"),
        *("footnotes", "endnotes"),
    ),
    (
        *("deleted text", "hidden text", "comments", "codes of fields", "entries of an index"),
        *(
            "heads of pages",
            "feet of pages",
            "pictures",
            "names of fonts",
            "properties of the file",
        ),
    ),
)


def build(said: Mapping[str, str]) -> bytes:
    """Return the document."""
    return (
        rf"{{\rtf1\ansi\ansicpg1252{{\fonttbl{{\f0 {said['names of fonts']};}}"
        r"{\f1\fcharset2 Symbol;}}"
        rf"{{\info{{\title {said['properties of the file']}}}}}"
        rf"{{\header {said['heads of pages']}\par}}{{\footerl {said['feet of pages']}}}"
        rf"\pard {said['paragraphs']}{{\footnote\pard{{\super\chftn}} {said['footnotes']}}}"
        rf"{{\footnote\ftnalt {said['endnotes']}}}\par {{\b {said['bold text']}}}\par "
        rf"{{\field{{\*\fldinst HYPERLINK {said['codes of fields']}}}"
        rf"{{\fldrslt{{\ul {said['links']}}}}}}}\par "
        rf"{{\field{{\fldinst DATE}}{{\fldrslt {said['results of fields']}}}}}\par "
        rf"{{\listtext\f1\'b7\tab}}{said['lists']}\par {{\revised {said['inserted text']}}}\par "
        rf"{{\deleted {said['deleted text']}}}{{\v {said['hidden text']}}}"
        rf"\v 1\plain {said['text after hidden text']}\par "
        rf"{{\*\annotation {said['comments']}}}{{\xe {said['entries of an index']}}}"
        rf"\trowd A\cell {said['cells of tables']}\cell\row "
        rf"\intbl\itap2 {said['tables in cells']}\nestcell{{\*\nesttableprops\trowd\nestrow}}"
        r"{\nonesttables\par}B\cell\row "
        rf"{{\shp{{\*\shpinst{{\sp{{\sn a}}{{\sv 1}}}}{{\shptxt {said['text boxes']}\par}}}}"
        rf"{{\shprslt {said['text boxes']}\par}}}}"
        rf"{{\*\do\dptxbx{{\dptxbxtext {said['text boxes of older programs']}\par}}}}"
        rf"{{\object{{\*\objdata 00}}{{\result {said['embedded objects']}\par}}}}"
        rf"{{\upr{{?}}{{\*\ud{{{said['Unicode with its stand-in']}}}}}}}\par "
        rf"{{\*\shppict{{\pict {said['pictures']}}}}}\par}}"
    ).encode()
