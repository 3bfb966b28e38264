"""Files in which a marked sentence stands in every construct that their format has.

`FORMATS` says of each construct whether its sentence is kept. test_marked.py finds the sentences in
the articles, and the table in docs/articles.md is made of it:

    python -m tests.index.corpus.marked
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape

from tests.index.corpus import samples
from tests.index.corpus.marked_documents import docx, epub, rtf

Sentences = Mapping[str, str]  # the marked sentence of each construct


@dataclass(frozen=True, slots=True)
class Format:
    """What the loader of a format keeps and leaves out, and a file with all of it."""

    kept: tuple[str, ...]
    left_out: tuple[str, ...]
    build: Callable[[Sentences], bytes]

    def sentences(self, seed: int = 0) -> dict[str, str]:
        """Return a sentence for each construct, another one for each seed."""
        return {
            name: f"Keeper {seed}{number:02} of the Norvik canal counted {7 * number + 100} boats "
            f"on day {seed + number + 1} of the strike, the harbour office said."
            for number, name in enumerate((*self.kept, *self.left_out))
        }


def table() -> str:
    """Return the table of what each format keeps and leaves out, in Markdown."""
    rows = [
        f"| `{name.split()[0]}`{name[len(name.split()[0]) :]} "
        f"| {', '.join(one.kept)} | {', '.join(one.left_out)} |"
        for name, one in FORMATS.items()
    ]
    return "\n".join(["| kind | kept | left out |", "|---|---|---|", *rows])


def _text(said: Sentences) -> bytes:
    return (
        f"{said['paragraphs']}\n\n  {said['indented lines']}\n\n- {said['lists']}\n\n"
        f"{said['the last line, without a line feed']}"
    ).encode()


def _markdown(said: Sentences) -> bytes:
    return (
        f"---\ntitle: T\nnote: {said['other fields of the front matter']}\n---\n"
        f"# {said['headings']}\n\n{said['paragraphs']}\n\n- {said['lists']}\n\n"
        f"> {said['quotes']}\n\n| a |\n|---|\n| {said['tables']} |\n\n"
        f"```\n{said['code']}\n```\n\n[{said['words of links']}](https://a.example)\n"
    ).encode()


def _html(said: Sentences) -> bytes:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in samples.PARAGRAPHS)
    banner = f"<p>Our partners use cookies with your consent. {said['banners of consent']}</p>"
    return f"""<html><head><title>T</title><script>"{said["scripts"]}"</script></head><body>
        <nav><ul><li>{said["menus"]}</li></ul></nav>
        <div class="cookie-consent">{banner * 3}</div>
        <article><h1>{samples.TITLE}</h1>{story}<p>{said["paragraphs"]}</p>
        <h2>{said["headings"]}</h2><p>{said["paragraphs"]} It went on.</p>
        <ul><li>{said["lists"]}</li></ul><blockquote><p>{said["quotes"]}</p></blockquote>
        <p>It cost <del>{said["deleted text"]}</del> <ins>{said["inserted text"]}</ins></p>
        <pre>{said["code"]}</pre><div>{said["text outside paragraphs"]}</div>
        <table><caption>{said["captions of tables"]}</caption>
        <tr><th>Who</th><th>What</th></tr><tr><td>{said["cells of tables"]}</td>
        <td><ul><li>{said["lists in cells"]}</li></ul></td></tr></table>
        <figure><img src="a.png"><figcaption>{said["captions of pictures"]}</figcaption></figure>
        <dl><dt>Boats</dt><dd>{said["definitions"]}</dd></dl>
        <details><summary>More</summary><p>{said["what unfolds"]}</p></details>
        <p>So <b>{said["bold words"]}</b></p><!-- {said["comments of its author"]} --></article>
        <aside><p>{said["asides beside the story"]}</p></aside>
        <footer><p>{said["feet of pages"]}</p></footer></body></html>""".encode()


def _html_aside(said: Sentences) -> bytes:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in samples.PARAGRAPHS)
    return f"""<html><head><title>T</title></head><body><aside><h1>{samples.TITLE}</h1>{story}
        <p>{said["the story in the aside"]}</p></aside></body></html>""".encode()


def _html_live(said: Sentences) -> bytes:
    updates = "".join(
        f"<article class='update'><h2>{said[f'headings of the {name} update']}</h2>"
        f"<p>{said[f'words of the {name} update']}</p></article>"
        for name in ("first", "second", "last")
    )
    teasers = "".join(
        f"<article class='t'><h3><a href='/{number}'>{said['teasers of other stories']}</a></h3>"
        "<p>They met on Monday evening in the old town hall of Norvik.</p></article>"
        for number in range(3)
    )
    return f"""<html><head><title>T</title></head><body><main><h1>{samples.TITLE}</h1>
        <p>{said["the lead"]}</p><div>{updates}</div><section>{teasers}</section></main></body>
        </html>""".encode()


def _feed(said: Sentences) -> bytes:
    marked = escape(f"<p>{said['paragraphs']}</p><ul><li>{said['lists']}</li></ul>")
    marked += escape(f"<table><tr><td>A</td><td>{said['cells of tables']}</td></tr></table>")
    return f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel><title>T</title><item><guid>1</guid><title>One</title>
        <description>{said["the summary of an entry with its text"]}</description>
        <content:encoded>{marked}</content:encoded>
        <category>{said["categories"]}</category></item>
        <item><guid>2</guid><title>Two</title><description>{said["the summary of any other"]}
        </description></item></channel></rss>""".encode()


def _pdf(said: Sentences) -> bytes:
    broken = said["words broken at a line's end"].replace("harbour", "har-\nbour")
    pages = [said["paragraphs"], broken, said["the last page"]]
    return samples.pdf(
        *(
            f"{said['heads that pages repeat']}\n{page}\n{samples.PARAGRAPHS[0]}\n{number}"
            for number, page in enumerate(pages, 1)
        ),
        title=said["properties of the file"],
    )


def _mail(said: Sentences) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "News <news@a.example>", "T"
    message.set_content(said["plain text"])
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    message.add_attachment(f"<p>{said['later parts of the body']}</p>", subtype="html")
    del message.get_payload()[-1]["Content-Disposition"]  # type: ignore[union-attr,index]
    inmost, inner = EmailMessage(), EmailMessage()
    inmost["Subject"] = inner["Subject"] = "Fwd"
    inmost.set_content(said["mails attached to these"])
    inner.set_content(said["attached mails"])
    inner.add_attachment(inmost)
    message.add_attachment(inner)
    message.add_attachment(said["attached texts"], filename="a.txt")
    message.add_attachment(said["texts with a name"], filename="b.txt", disposition="inline")
    message.add_attachment(
        base64.encodebytes(f"Subject: F\n\n{said['encoded mails']}\n".encode()).decode()
    )
    encoded = message.get_payload()[-1]  # type: ignore[index]
    encoded.replace_header("Content-Type", "message/rfc822")  # type: ignore[union-attr]
    encoded.replace_header("Content-Transfer-Encoding", "base64")  # type: ignore[union-attr]
    flowed = said["flowed lines"].replace(" canal ", " canal \n")
    message.add_attachment(flowed, params={"format": "flowed"}, disposition="inline")
    message.add_attachment(
        samples.pdf(said["attached PDFs"]), maintype="application", subtype="pdf", filename="a.pdf"
    )
    message.add_attachment(said["calendars"], subtype="calendar", filename="a.ics")
    return message.as_bytes()


def _mail_in_html(said: Sentences) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "News <news@a.example>", "T"
    message.set_content(said["a stub beside HTML"][:20])
    message.add_alternative(f"<p>{said['HTML']}</p>", subtype="html")
    return message.as_bytes()


def _mbox(said: Sentences) -> bytes:
    return (
        f"From a@a.example Thu Mar  9 18:20:00 2023\nFrom: News <news@a.example>\nSubject: T\n"
        f"Message-ID: <1@a>\n\n{said['paragraphs']}\n\n"
        f"From here on: {said['lines that begin with From']}\n\n"
        f">From there: {said['such lines that were quoted']}\n\n"
        f"From a@a.example Thu Mar  9 18:30:00 2023\nSubject: U\n\n{said['the last mail']}\n"
    ).encode()


def _csv(said: Sentences) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["title", "text", "comment"])
    writer.writerow(["A", said["texts"], said["other columns"]])
    writer.writerow(["B", f"<p>{said['texts in HTML']}</p>", ""])
    writer.writerow(["C", f"One.\n\n{said['lines of a cell']}", ""])
    return out.getvalue().encode()


def _json(said: Sentences) -> bytes:
    rows: list[dict[str, object]] = [
        {"text": said["texts"], "comment": said["other fields"]},
        {"text": ["One.", said["lists of paragraphs"]]},
        {"content": f"<p>{said['texts in HTML']}</p>"},
        {"meta": {"text": said["texts in inner objects"]}},
    ]
    return json.dumps({"articles": rows}).encode()


def _xlsx(said: Sentences) -> bytes:
    first: list[list[object]] = [
        [said["lines above the names of the columns"]],
        ["title", "text", "comment"],
        ["A", said["texts"], said["other columns"]],
        [],
        ["B", f"<p>{said['texts in HTML']}</p>"],
        ["C", f"One.\r\n\r\n{said['lines of a cell']}"],
    ]
    second: list[list[object]] = [["headline", "body"], ["D", said["other sheets"]]]
    return samples.xlsx(first, second)


def _zip(said: Sentences) -> bytes:
    return samples.zipped(
        {
            "a.txt": said["files"].encode(),
            "in/b.txt": said["files in folders"].encode(),
            "c.csv": f'text\n"{said["rows of tables"]}"\n'.encode(),
            ".d.txt": said["hidden files"].encode(),
            "e.zip": samples.zipped({"f.txt": said["archives within it"].encode()}),
        }
    )


FORMATS: dict[str, Format] = {
    ".txt": Format(
        ("paragraphs", "indented lines", "lists", "the last line, without a line feed"), (), _text
    ),
    ".md": Format(
        ("headings", "paragraphs", "lists", "quotes", "tables", "code", "words of links"),
        ("other fields of the front matter",),
        _markdown,
    ),
    ".html": Format(
        (
            *("paragraphs", "headings", "lists", "quotes", "cells of tables", "lists in cells"),
            *("bold words", "definitions", "what unfolds", "code", "text outside paragraphs"),
            *("captions of tables", "inserted text"),
        ),
        (
            *(
                "menus",
                "banners of consent",
                "captions of pictures",
                "asides beside the story",
                "feet of pages",
            ),
            *("scripts", "comments of its author", "deleted text"),
        ),
        _html,
    ),
    ".html with its story in an aside": Format(("the story in the aside",), (), _html_aside),
    ".html of a live report": Format(
        (
            *("the lead", "headings of the first update", "words of the first update"),
            *("headings of the second update", "words of the second update"),
            *("headings of the last update", "words of the last update"),
        ),
        ("teasers of other stories",),
        _html_live,
    ),
    ".rss": Format(
        ("paragraphs", "lists", "cells of tables", "the summary of any other"),
        ("the summary of an entry with its text", "categories"),
        _feed,
    ),
    ".pdf": Format(
        ("paragraphs", "words broken at a line's end", "the last page"),
        ("heads that pages repeat", "properties of the file"),
        _pdf,
    ),
    ".docx": Format(*docx.CONSTRUCTS, docx.build),
    ".rtf": Format(*rtf.CONSTRUCTS, rtf.build),
    ".epub": Format(*epub.CONSTRUCTS, epub.build),
    ".eml": Format(
        (
            *("plain text", "later parts of the body", "attached mails", "mails attached to these"),
            *("attached texts", "attached PDFs", "texts with a name", "encoded mails"),
            "flowed lines",
        ),
        ("calendars",),
        _mail,
    ),
    ".eml in HTML": Format(("HTML",), ("a stub beside HTML",), _mail_in_html),
    ".mbox": Format(
        (
            *("paragraphs", "lines that begin with From", "such lines that were quoted"),
            "the last mail",
        ),
        (),
        _mbox,
    ),
    ".csv": Format(("texts", "texts in HTML", "lines of a cell"), ("other columns",), _csv),
    ".xlsx": Format(
        ("texts", "texts in HTML", "lines of a cell", "other sheets"),
        ("lines above the names of the columns", "other columns"),
        _xlsx,
    ),
    ".json": Format(
        ("texts", "lists of paragraphs", "texts in HTML", "texts in inner objects"),
        ("other fields",),
        _json,
    ),
    ".zip": Format(
        ("files", "files in folders", "rows of tables"),
        ("hidden files", "archives within it"),
        _zip,
    ),
}


if __name__ == "__main__":
    print(table())
