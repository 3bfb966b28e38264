"""A small file of every kind that the loaders read, made here.

All tell the same story, as each kind would have it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import mailbox
import re
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

TITLE = "Harbour bridge closed after storm"
PARAGRAPHS = (
    (
        "The harbour bridge of Norvik was closed on Thursday after a storm tore away part of "
        "its railing, the town council said in a statement."
    ),
    (
        "Engineers from the county will examine the structure on Friday, and the mayor, "
        "Ingrid Dahl, told residents that repairs could take three weeks."
    ),
    (
        "Ferries will carry commuters across the harbour every twenty minutes until the "
        "bridge opens again, at a cost of 40,000 crowns a day."
    ),
    (
        "The bridge, which was built in 1962, carries some 9,000 vehicles daily and has been "
        "closed by weather only twice in its history."
    ),
)
STORY = "\n\n".join(PARAGRAPHS)
MARKED = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>{TITLE} | The Norvik Courier</title>
<link rel="canonical" href="https://courier.example/2023/03/bridge">
<meta property="og:title" content="{TITLE}">
<meta property="og:site_name" content="The Norvik Courier">
<meta property="article:published_time" content="2023-03-09T18:20:00+01:00">
<meta name="author" content="Marit Aas">
</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/win">Win a cruise</a></li></ul></nav>
<script>document.write("<p>Tracking of 1 January 1999</p>")</script>
<article><h1>{TITLE}</h1><p class="byline">By Marit Aas</p>
{MARKED}</article>
<aside><h2>Most read</h2><a href="/x">Ten ways to cook cod</a></aside>
<footer>Accept all cookies. Subscribe to our newsletter today.</footer>
</body></html>"""

_DECLARED = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2023-03-09T18:20:00+01:00",
    "dateModified": "2023-03-20T08:00:00+01:00",
    "author": [{"@type": "Person", "name": "Marit Aas"}],
    "publisher": {"@type": "Organization", "name": "The Norvik Courier"},
}
# The same page by a publisher that declares its fields in JSON-LD alone, with the day of an edit
# beside that of publication.
PAGE_IN_JSON_LD = re.sub(r'<meta (?:property|name)="[^>]*>\n?', "", PAGE).replace(
    "</head>", f'<script type="application/ld+json">{json.dumps(_DECLARED)}</script></head>'
)


def pdf(*pages: str, title: str = "", password: str | None = None) -> bytes:
    """Return a PDF with a line of Helvetica for each line of a page."""
    from pypdf import PdfReader, PdfWriter

    data = pdf_of([f"60 760 Td {shown(page.split(chr(10)))}" for page in pages])
    if not title and password is None:
        return data
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata({"/Title": title, "/Author": "Marit Aas"})
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def shown(lines: list[str]) -> str:
    """Return the operators of PDF that show lines below each other."""
    bare = (re.sub(r"([()])", r"\\\1", line.replace(chr(92), "")) for line in lines)
    return " T* ".join(f"({line}) Tj" for line in bare)


def pdf_of(contents: list[str]) -> bytes:
    """Return a PDF of which each page has these operators, in Helvetica.

    The bytes 1, 2 and 3 are the ligatures fi, fl and ffi; 0xAD is a soft hyphen.
    """
    font = (
        "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type "
        "/Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl /ffi] >> >> >> >>"
    )
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for content in contents:
        stream = f"BT /F1 11 Tf 14 TL {content} ET"
        objects += [f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents "
                f"{len(objects)} 0 R /Resources {font} >>"
            )
        ]
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        data
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R "
            f">>\nstartxref\n{len(data)}\n%%EOF"
        ).encode()
    )


def docx() -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title, document.core_properties.author = TITLE, "Marit Aas"
    document.add_heading(TITLE, 0)
    for paragraph in PARAGRAPHS[:2]:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Vehicles a day", "9,000"
    document.add_paragraph(PARAGRAPHS[3])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rich_text(paragraphs: Iterable[str]) -> bytes:
    """Return a document in Rich Text Format."""
    lines = b"".join(escaped(paragraph) + b"\\par\r\n" for paragraph in paragraphs)
    return b"{\\rtf1\\ansi\\ansicpg1252 " + lines + b"}"


def escaped(text: str) -> bytes:
    """Return a text as Rich Text Format writes it."""
    out = b""
    for character in text:
        if character in "\\{}":
            out += b"\\" + character.encode()
        elif character < "\x80":
            out += character.encode()
        else:
            units = character.encode("utf-16-le")
            for at in range(0, len(units), 2):
                out += b"\\u%d?" % int.from_bytes(units[at : at + 2], "little", signed=True)
    return out


def epub(**more: bytes) -> bytes:
    """Return a weekly with two articles, a cover without words and a table of contents."""
    package = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
        <dc:title>The Norvik Weekly</dc:title><dc:publisher>Norvik Press</dc:publisher>
        <dc:date>2023-03-11</dc:date><dc:creator>Marit Aas</dc:creator>
        <dc:language>en-GB</dc:language></metadata><manifest>
        <item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
        <item id="c" href="cover.xhtml" media-type="application/xhtml+xml"/>
        <item id="i" href="cover.jpg" media-type="image/jpeg"/>
        <item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/>
        <item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/></manifest><spine>
        <itemref idref="c"/><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/>
        </spine></package>"""
    chapter = (
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>{0}</title></head><body>"
        "<h1>{0}</h1><p>{1}</p><p>{2}</p></body></html>"
    )
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
        ),
        "OPS/book.opf": package,
        "OPS/nav.xhtml": "<html><body><ol><li>Contents of the week</li></ol></body></html>",
        "OPS/cover.xhtml": (
            '<html><head><title>Cover</title></head><body><img src="cover.jpg"/></body></html>'
        ),
        "OPS/text/one.xhtml": chapter.format(TITLE, *PARAGRAPHS[:2]),
        "OPS/text/two.xhtml": chapter.format("Ferries take over", *PARAGRAPHS[2:]),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**files, **more}.items():
            archive.writestr(name, data)
    return out.getvalue()


def mail(
    subject: str = TITLE, id: str = "<1@courier.example>", html_only: bool = False
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "The Norvik Courier <news@courier.example>"
    message["Subject"], message["Message-ID"] = subject, id
    message["Date"] = "Thu, 09 Mar 2023 23:30:00 -0500"
    message.set_content("Your mail program shows no HTML." if html_only else STORY)
    message.add_alternative(
        f"<html><head><style>p {{color: red}}</style></head><body>{MARKED}</body></html>",
        subtype="html",
    )
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="bridge.png")
    return message


def mbox() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        box = mailbox.mbox(f"{folder}/mbox")
        for message in (mail(), mail("Ferries take over", "<2@courier.example>", html_only=True)):
            box.add(message)
        box.close()
        return Path(folder, "mbox").read_bytes()


def mhtml() -> bytes:
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: "
        "https://courier.example/2023/03/bridge?from=home\r\nSubject: page\r\nMIME-Version: "
        "1.0\r\n"
    )
    import quopri

    body = quopri.encodestring(PAGE.encode()).decode()
    part = (
        f"Content-Type: text/html\r\nContent-Transfer-Encoding: "
        f"quoted-printable\r\nContent-Location: "
        f"https://courier.example/2023/03/bridge\r\n\r\n{body}"
    )
    return (
        f'{head}Content-Type: multipart/related; type="text/html"; '
        f'boundary="B"\r\n\r\n--B\r\n{part}\r\n--B--\r\n'
    ).encode()


RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>The Norvik Courier</title><link>https://courier.example/</link>
<item><title>{TITLE}</title><link>https://courier.example/2023/03/bridge</link><guid>urn:courier:1</guid>
<pubDate>Thu, 09 Mar 2023 18:20:00 +0100</pubDate><dc:creator>Marit Aas</dc:creator>
<description>In short.</description><content:encoded><![CDATA[{MARKED}]]></content:encoded></item>
<item><title>Ferries &amp; buses</title><link>https://courier.example/2023/03/ferries</link>
<description>Ferries run &lt;b&gt;every&lt;/b&gt; twenty minutes.</description></item>
<item><title>No words</title><link>https://courier.example/2023/03/empty</link></item>
</channel></rss>"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Norvik wire</title><id>urn:w</id>
<updated>2023-03-09T18:20:00Z</updated>
<entry><title>{TITLE}</title><id>urn:w:1</id><link href="https://wire.example/1"/>
<published>2023-03-09T18:20:00Z</published><author><name>Marit Aas</name></author>
<content type="html">&lt;p&gt;{PARAGRAPHS[0]}&lt;/p&gt;</content></entry></feed>"""


def warc(packed: bool = False) -> bytes:
    answers = [
        (
            "https://courier.example/2023/03/bridge?utm=1",
            "200 OK",
            "text/html; charset=utf-8",
            PAGE.encode(),
        ),
        ("https://courier.example/gone", "404 Not Found", "text/html", PAGE.encode()),
        ("https://courier.example/style.css", "200 OK", "text/css", b"p {}"),
        (
            "https://courier.example/plan.pdf",
            "200 OK",
            "application/pdf",
            pdf("The plan of the bridge repairs.", PARAGRAPHS[1]),
        ),
        ("https://courier.example/broken.pdf", "200 OK", "application/pdf", b"%PDF-1.4 no more"),
    ]
    data = b""
    for number, (url, status, kind, body) in enumerate(answers):
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Record-ID: "
            f"<urn:uuid:0-{number}>\r\nWARC-Date: 2023-03-10T00:00:00Z\r\n"
        )
        kept = (
            (
                f"{head}Content-Type: application/http; msgtype=response\r\nContent-Length: "
                f"{len(answer)}\r\n\r\n"
            ).encode()
            + answer
            + b"\r\n\r\n"
        )
        data += gzip.compress(kept) if packed else kept
    return data


ROWS = [
    {
        "headline": TITLE,
        "content": STORY,
        "publisher": "The Norvik Courier",
        "date": "9 March 2023",
        "link": "https://courier.example/1",
        "byline": "Marit Aas",
    },
    {
        "headline": "Ferries take over",
        "content": PARAGRAPHS[2],
        "publisher": "Wire",
        "date": "2023-03-10",
        "link": "",
        "byline": "",
    },
]


def table_csv(separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], compression: str = "gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("secret.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


LANGCHAIN = json.dumps(
    [
        {
            "page_content": STORY,
            "metadata": {"source": "https://courier.example/1", "title": TITLE},
            "id": "lc1",
            "type": "Document",
        }
    ]
)
LANGCHAIN_DUMPED = json.dumps(
    [
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "document", "Document"],
            "kwargs": {
                "id": "lc2",
                "page_content": STORY,
                "metadata": {"title": TITLE},
                "type": "Document",
            },
        }
    ]
)
_META: dict[str, Any] = {"title": TITLE, "source": "Courier", "date": "2023-03-09"}
_NONE: dict[str, Any] = {"blob": None, "score": None, "embedding": None, "sparse_embedding": None}
HAYSTACK = (
    json.dumps(  # of haystack-ai 3.4.1: Document.to_dict(flatten=False), and as it is by default
        [
            {"id": "h1", "content": STORY, "meta": _META, **_NONE},
            {**_META, "id": "h2", "content": STORY, **_NONE},
        ]
    )
)


def parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), out)
    return out.getvalue()


def xlsx(*sheets: list[list[Any]], titles: tuple[str, ...] = ()) -> bytes:
    """Return a workbook with these rows in its sheets; with ROWS if there are none."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    rows = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    for number, sheet in enumerate(sheets or (rows,)):
        page = book.create_sheet(titles[number] if titles else f"S{number}")
        for row in sheet:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def files() -> dict[str, bytes]:
    """Return a whole file of each kind but plain text, by its name."""
    members = {"a.txt": b"Rain fell. " * 99, "b.html": PAGE.encode()}
    return {
        "a.mbox": mbox(),
        "a.warc": warc(),
        "a.warc.gz": warc(packed=True),
        "a.parquet": parquet(),
        "a.xlsx": xlsx(),
        "a.html": PAGE.encode(),
        "a.mhtml": mhtml(),
        "a.pdf": pdf(STORY, TITLE),
        "b.pdf": pdf(STORY, TITLE, title=TITLE),
        "a.docx": docx(),
        "a.rtf": rich_text((TITLE, *PARAGRAPHS)),
        "a.epub": epub(),
        "a.eml": mail().as_bytes(),
        "a.rss": RSS.encode(),
        "a.atom": ATOM.encode(),
        "a.csv": table_csv().encode(),
        "a.json": LANGCHAIN.encode(),
        "a.zip": zipped(members),
        "a.tar.gz": tarred(members),
        "a.tar": tarred(members, ""),
    }
