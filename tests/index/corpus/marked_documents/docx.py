"""A Word document with a marked sentence in every construct."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

CONSTRUCTS = (
    (
        *("paragraphs", "headings", "lists", "inserted text", "text moved here", "links", "fields"),
        *("content controls", "content controls within a line", "text boxes", "drawn text boxes"),
        *("grouped text boxes", "text boxes for older programs", "cells of tables"),
        *("tables in cells", "rows in content controls", "text boxes in cells", "equations"),
        *("smart tags", "custom elements", "inserted rows", "results of fields"),
        *("text behind a deleted mark", "footnotes", "endnotes"),
    ),
    (
        *("deleted text", "text moved away", "hidden text", "codes of fields", "comments"),
        *("prompts of empty controls", "deleted rows", "heads of pages", "feet of pages"),
    ),
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def build(said: Mapping[str, str]) -> bytes:
    """Return the document, made of python-docx's empty one."""
    from docx import Document

    out = io.BytesIO()
    Document().save(out)
    with zipfile.ZipFile(out) as empty:
        parts = {name: empty.read(name) for name in empty.namelist()}
    body = _body(said)
    parts["word/document.xml"] = (
        f'<w:document xmlns:w="{_W}" xmlns:m="{_M}" xmlns:mc="{_MC}" xmlns:wps="{_WPS}" '
        f'xmlns:v="urn:schemas-microsoft-com:vml"><w:body>{body}</w:body></w:document>'
    ).encode()
    relations, types = "", ""
    for name, root, sentence in (
        ("footnotes", "footnotes", said["footnotes"]),
        ("endnotes", "endnotes", said["endnotes"]),
        ("comments", "comments", said["comments"]),
        ("header", "hdr", said["heads of pages"]),
        ("footer", "ftr", said["feet of pages"]),
    ):
        inside = _paragraph(_run(sentence))
        if root.endswith("s"):
            inside = f'<w:{root[:-1]} w:id="1">{inside}</w:{root[:-1]}>'
        parts[f"word/{name}.xml"] = f'<w:{root} xmlns:w="{_W}">{inside}</w:{root}>'.encode()
        relations += f'<Relationship Id="x{name}" Type="{_KINDS}/{name}" Target="{name}.xml"/>'
        types += f'<Override PartName="/word/{name}.xml" ContentType="{_TYPES}.{name}+xml"/>'
    for part, added, end in (
        ("word/_rels/document.xml.rels", relations, "</Relationships>"),
        ("[Content_Types].xml", types, "</Types>"),
    ):
        parts[part] = re.sub(end, added + end, parts[part].decode()).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as document:
        for name, data in parts.items():
            document.writestr(name, data)
    return packed.getvalue()


def _body(said: Mapping[str, str]) -> str:
    run = {name: _run(sentence) for name, sentence in said.items()}
    box = f"<w:txbxContent>{_paragraph(run['drawn text boxes'])}</w:txbxContent>"
    nested = f"<w:tbl><w:tr><w:tc>{_paragraph(run['tables in cells'])}</w:tc></w:tr></w:tbl>"
    row = f"<w:tr><w:tc>{_paragraph(run['rows in content controls'])}</w:tc></w:tr>"
    return "".join(
        (
            _paragraph('<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' + run["headings"]),
            _paragraph(run["paragraphs"]),
            _paragraph('<w:pPr><w:pStyle w:val="ListBullet"/></w:pPr>' + run["lists"]),
            _paragraph(f'<w:ins w:id="1">{run["inserted text"]}</w:ins>'),
            _paragraph(f'<w:moveTo w:id="2">{run["text moved here"]}</w:moveTo>'),
            _paragraph(f'<w:hyperlink w:anchor="a">{run["links"]}</w:hyperlink>'),
            _paragraph(
                f"<w:r><w:instrText>{said['codes of fields']}</w:instrText></w:r>"
                f'<w:fldSimple w:instr="x">{run["fields"]}</w:fldSimple>'
            ),
            f"<w:sdt><w:sdtContent>{_paragraph(run['content controls'])}</w:sdtContent></w:sdt>",
            _paragraph(
                f"<w:sdt><w:sdtContent>{run['content controls within a line']}"
                "</w:sdtContent></w:sdt>"
            ),
            _paragraph(
                "<w:r><w:pict><v:shape><v:textbox><w:txbxContent>"
                f"{_paragraph(run['text boxes'])}</w:txbxContent></v:textbox></v:shape></w:pict>"
                "</w:r>"
            ),
            _paragraph(
                f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{box}</wps:txbx>'
                f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict>"
                "</mc:Fallback></mc:AlternateContent></w:r>"
            ),
            f"<w:tbl><w:tr><w:tc>{_paragraph(run['cells of tables'])}</w:tc><w:tc>{nested}"
            f"<w:p/></w:tc></w:tr><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>",
            *_more(said, run),
            _paragraph(f"<m:oMath><m:r><m:t>{said['equations']}</m:t></m:r></m:oMath>"),
            _paragraph(
                f'<w:del w:id="3"><w:r><w:delText>{said["deleted text"]}</w:delText></w:r></w:del>'
            ),
            _paragraph(f'<w:moveFrom w:id="4">{run["text moved away"]}</w:moveFrom>'),
            _paragraph(f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{said['hidden text']}</w:t></w:r>"),
        )
    )


def _more(said: Mapping[str, str], run: Mapping[str, str]) -> tuple[str, ...]:
    grouped = f"<w:txbxContent>{_paragraph(run['grouped text boxes'])}</w:txbxContent>"
    older = f"<w:txbxContent>{_paragraph(run['text boxes for older programs'])}</w:txbxContent>"
    in_cell = f"<w:txbxContent>{_paragraph(run['text boxes in cells'])}</w:txbxContent>"
    box = f"<w:r><w:pict><v:textbox>{in_cell}</v:textbox></w:pict></w:r>"
    first, second = said["text behind a deleted mark"].split(" of ", 1)
    return (
        _paragraph(
            f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:wgp><wps:txbx>{grouped}'
            "</wps:txbx></wps:wgp></mc:Choice><mc:Fallback/></mc:AlternateContent></w:r>"
        ),
        _paragraph(
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing/></mc:Choice>'
            f"<mc:Fallback><v:textbox>{older}</v:textbox></mc:Fallback></mc:AlternateContent></w:r>"
        ),
        f"<w:tbl><w:tr><w:tc>{_paragraph(box)}</w:tc></w:tr></w:tbl>",
        _paragraph(f'<w:smartTag w:element="City">{run["smart tags"]}</w:smartTag>'),
        f'<w:customXml w:element="a">{_paragraph(run["custom elements"])}</w:customXml>',
        "<w:tbl><w:tr><w:trPr><w:ins w:id='7'/></w:trPr>"
        f"<w:tc>{_paragraph(run['inserted rows'])}</w:tc></w:tr><w:tr><w:trPr><w:del w:id='8'/>"
        f"</w:trPr><w:tc>{_paragraph(run['deleted rows'])}</w:tc></w:tr></w:tbl>",
        _paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>D</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run["results of fields"]}'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        ),
        _paragraph(f"<w:pPr><w:rPr><w:del w:id='9'/></w:rPr></w:pPr>{_run(first)}"),
        _paragraph(_run(f" of {second}")),
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        f"{_paragraph(run['prompts of empty controls'])}</w:sdtContent></w:sdt>",
    )


def _paragraph(inside: str) -> str:
    return f"<w:p>{inside}</w:p>"


def _run(sentence: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{sentence}</w:t></w:r>'
