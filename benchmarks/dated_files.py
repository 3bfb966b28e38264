"""Files of many shapes that state an article's day or none, with other days beside it.

`SHAPES` has for each its suffix, whether it states the day, and what writes it. A table holds
several articles. `benchmarks.publication_days` reads them.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dated_heads import Story
from benchmarks.pdfs import print_to

Write = Callable[[Sequence[Story]], bytes]


def _words(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _page(story: Story, head: str = "", above: str = "", below: str = "", inside: str = "") -> str:
    body = _marked(story.paragraphs)
    title = html.escape(story.title)
    return (
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"{above}<article><h1>{title}</h1>{inside}{body}</article>{below}</body></html>"
    )


def _marked(lines: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines)


def _traps(story: Story) -> str:
    """Return a text between lines with days that are not the article's."""
    return (
        f"Deadline for comments: {_words(story.other)}\nBorn: 4 May 1951\n\n{story.text}\n\n"
        f"Related: Another story, {_words(story.other)}\nNext meeting: 03/04/2026\n"
    )


def _related(story: Story) -> str:
    return (
        '<aside class="related"><h3><a href="/other">Another story</a></h3>'
        f'<time datetime="{story.other}">{_words(story.other)}</time></aside>'
        f"<footer>Copyright {story.other.year}. Page printed {_words(story.other)}</footer>"
    )


def _in_graph(story: Story) -> str:
    graph = [
        {"@type": "WebPage", "dateModified": str(story.other)},
        {
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": f"{story.day}T09:00:00Z",
            "dateModified": f"{story.other}T09:00:00Z",
        },
    ]
    content = json.dumps({"@context": "https://schema.org", "@graph": graph}).replace(
        "<", "\\u003c"
    )
    return f'<script type="application/ld+json">{content}</script>'


def _meta(name: str, day: object) -> str:
    return f'<meta property="{name}" content="{day}">'


def _warc(story: Story) -> bytes:
    page = _page(story, _meta("date", story.day), below=_related(story)).encode()
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nLast-Modified: "
        + story.other.strftime("%a, %d %b %Y 10:00:00 GMT").encode()
        + b"\r\n\r\n"
        + page
    )
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://courier.example/story\r\n"
        f"WARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: {story.other}T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def _mail(text: str, subject: str, day: dt.date) -> bytes:
    message = EmailMessage()
    message["From"] = "Newsroom <news@courier.example>"
    message["Subject"] = subject
    message["Date"] = f"{day:%a, %d %b %Y} 23:50:00 -0800"
    message.set_content(text, cte="8bit")
    return message.as_bytes()


def _mbox(story: Story) -> bytes:
    first = f"From news@courier.example {story.other:%a %b %d} 18:20:00 {story.other.year}\n"
    return first.encode() + _mail(story.text, story.title, story.day)


def _forwarded(story: Story) -> bytes:
    head = f"From: Desk <desk@courier.example>\nDate: {story.day:%a, %d %b %Y}\n"
    text = f"---------- Forwarded message ---------\n{head}Subject: {story.title}\n\n{story.text}"
    return _mail(text, f"Fwd: {story.title}", story.other)


def _word(paragraphs: Iterable[str]) -> bytes:
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _nexis(story: Story) -> bytes:
    head = [story.title, "The Example Courier", f"{_words(story.day)} {story.day:%A}"]
    notes = [f"Copyright {story.other.year} Example", "Length: 100 words", "Body"]
    end = [f"Load-Date: {_words(story.other)}", "End of Document"]
    return _word([*head, *notes, *story.paragraphs, *end])


def _rich(paragraphs: Iterable[str]) -> bytes:
    lines = (
        one.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}") for one in paragraphs
    )
    units = "\\par ".join(lines).encode("utf-16-le")
    codes = struct.unpack(f"<{len(units) // 2}h", units)  # signed, as \\u has them
    letters = "".join(chr(one) if 0 <= one < 128 else f"\\u{one}?" for one in codes)
    return f"{{\\rtf1\\ansi\\ansicpg1252 {letters}}}".encode()


def _factiva(story: Story) -> bytes:
    head = [story.title, "100 words", f"{story.day.day} {story.day:%B} {story.day.year}"]
    notes = ["The Example Courier", "EXAM", "English", f"Copyright {story.other.year}. Example."]
    return _rich(
        [*head, *notes, *story.paragraphs, f"Document EXAM0000{story.other:%Y%m%d}ek1a0001"]
    )


def _pdf(story: Story, inside: str = "") -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.pdf"
        print_to(path, _page(story, inside=inside), "one column")
        return path.read_bytes()


def _epub(story: Story, day: str = "", inside: str = "") -> bytes:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{day}<meta property="dcterms:modified">'
        f'{story.other}T00:00:00Z</meta></metadata><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    rootfile = "<container><rootfiles><rootfile full-path='o.opf'/></rootfiles></container>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("META-INF/container.xml", rootfile)
        packed.writestr("o.opf", package)
        packed.writestr("a.xhtml", _page(story, inside=inside))
    return out.getvalue()


def _feed(story: Story) -> bytes:
    content = html.escape(_marked(story.paragraphs))
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>C</title><id>c</id>'
        f"<updated>{story.other}"
        f"T00:00:00Z</updated><entry><id>1</id><title>{html.escape(story.title)}</title><published>"
        f"{story.day}T10:00:00Z</published><updated>{story.other}T10:00:00Z</updated>"
        f'<content type="html">{content}</content></entry></feed>'
    ).encode()


def _rows(stories: Sequence[Story], form: str, separator: str) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, delimiter=separator)
    table.writerow(["title", "Publication Date", "crawled", "text"])
    table.writerows([one.title, f"{one.day:{form}}", one.other, one.text] for one in stories)
    return out.getvalue().encode()


def _lines(stories: Sequence[Story]) -> bytes:
    rows = (
        {"title": one.title, "text": one.text, "seendate": f"{one.day:%Y%m%dT101500Z}"}
        for one in stories
    )
    return "\n".join(map(json.dumps, rows)).encode()


def _workbook(stories: Sequence[Story]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["headline", "pub_date", "article_body"])
    for one in stories:
        sheet.append([one.title, dt.datetime.combine(one.day, dt.time(10)), one.text])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _each(write: Callable[[Story], str | bytes]) -> Write:
    """Return what writes a file of one story."""

    def written(stories: Sequence[Story]) -> bytes:
        content = write(stories[0])
        return content if isinstance(content, bytes) else content.encode()

    return written


def _headed(story: Story) -> str:
    """Return a text with lines above it that state its day, and other days."""
    head = "\n".join(story.head)
    return f"{story.title}\n\n{head}\n\n{_traps(story)}"


def _lines_headed(story: Story) -> list[str]:
    return [line for line in _headed(story).split("\n") if line.strip()]


def _front_matter(one: Story) -> str:
    fields = {"title": one.title, "published": str(one.day), "updated": str(one.other)}
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
    return f"---\n{lines}---\n{_traps(one)}"


SHAPES: dict[str, tuple[str, bool, Write]] = {
    "text": (".txt", False, _each(lambda one: f"{one.title}\n\n{one.text}")),
    "text with other days": (".txt", False, _each(lambda one: f"{one.title}\n\n{_traps(one)}")),
    "text, lines above": (".txt", True, _each(_headed)),
    "Markdown, lines above": (".md", True, _each(lambda one: f"# {_headed(one)}")),
    "Markdown": (".md", True, _each(_front_matter)),
    "page, metadata": (
        *(".html", True),
        _each(lambda one: _page(one, _meta("article:published_time", one.day), "", _related(one))),
    ),
    "page, JSON-LD": (".html", True, _each(lambda one: _page(one, _in_graph(one)))),
    "page, <time>": (
        *(".html", True),
        _each(
            lambda one: _page(
                one,
                below=_related(one),
                inside=f'<time datetime="{one.day}T08:00+01:00">{_words(one.day)}</time>',
            )
        ),
    ),
    "page, lines above": (
        *(".html", True),
        _each(lambda one: _page(one, below=_related(one), inside=_marked(one.head))),
    ),
    "page, other days": (
        *(".html", False),
        _each(
            lambda one: _page(
                one, above=f"<header>{_words(one.other)}: rain</header>", below=_related(one)
            )
        ),
    ),
    "web archive": (".warc", True, _each(_warc)),
    "mail": (".eml", True, _each(lambda one: _mail(one.text, one.title, one.day))),
    "mail, forwarded": (".eml", True, _each(_forwarded)),
    "mailbox": (".mbox", True, _each(_mbox)),
    "Word": (".docx", False, _each(lambda one: _word([one.title, *one.paragraphs]))),
    "Word, lines above": (".docx", True, _each(lambda one: _word(_lines_headed(one)))),
    "Word, Nexis": (".docx", True, _each(_nexis)),
    "rich text": (".rtf", False, _each(lambda one: _rich([one.title, *one.paragraphs]))),
    "rich text, lines above": (".rtf", True, _each(lambda one: _rich(_lines_headed(one)))),
    "rich text, Factiva": (".rtf", True, _each(_factiva)),
    "PDF": (".pdf", False, _each(_pdf)),
    "PDF, lines above": (".pdf", True, _each(lambda one: _pdf(one, _marked(one.head)))),
    "book": (
        *(".epub", True),
        _each(lambda one: _epub(one, f"<dc:date>{one.day}</dc:date>")),
    ),
    "book without a day": (".epub", False, _each(_epub)),
    "book, lines above": (".epub", True, _each(lambda one: _epub(one, "", _marked(one.head)))),
    "feed": (".atom", True, _each(_feed)),
    "table, day first": (".tsv", True, lambda stories: _rows(stories, "%d/%m/%Y", "\t")),
    "table, words": (".csv", True, lambda stories: _rows(stories, "%B %d, %Y", ",")),
    "lines of JSON": (".jsonl", True, _lines),
    "workbook": (".xlsx", True, _workbook),
}
