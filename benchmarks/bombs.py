"""Files that want time, memory or rows without end: what the campaign `files` builds from."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.bad_files import DOCX, PAGE, SAMPLES, file_makers, nasties, zipped


def hostile(count: int, seed: int = 1, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of files that want time, memory or rows without end.

    They are numbered, and each depends on its number and the seed alone: `count` are given from
    the `first` on. The known ones come first, then the same kinds in other sizes and depths, and
    damaged samples.
    """
    known: dict[str, Callable[[], bytes]] = {
        name: partial(bytes, data) for name, data in nasties().items() if data
    }
    numbered = [*known.items(), *_bombs(random.Random(seed), 1.0).items()]
    for number in range(first, first + count):
        if number < len(numbered):
            name, make = numbered[number]
            yield name, make()
            continue
        rng = random.Random(f"{seed} {number}")
        bombs = list(_bombs(rng, rng.uniform(0.2, 1.5)).items())
        if number % 3:
            name, make = bombs[number % len(bombs)]
            yield f"{number:04d}-{name}", make()
        else:
            suffix, data = rng.choice(file_makers(rng))()
            yield f"{number:04d}{suffix}", data


def _bombs(rng: random.Random, size: float) -> dict[str, Callable[[], bytes]]:
    """Return what makes small files that grow when they are read; `size` is how far."""
    many = int(20_000 * size)

    def chapters() -> bytes:
        ways = ("a.xhtml", "./a.xhtml", "x/../a.xhtml", "A.xhtml", "b{}.xhtml")
        names = [f"{rng.choice(ways).format(n)}#{n}" for n in range(many)]
        items = "".join(
            f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
            for n, name in enumerate(names)
        )
        order = "".join(f'<itemref idref="i{n}"/>' for n in range(many))
        package = (
            f"<package><metadata/><manifest>{items}</manifest><spine>{order}</spine></package>"
        )
        return zipped(
            {
                "META-INF/container.xml": b'<container><rootfile full-path="b.opf"/></container>',
                "b.opf": package.encode(),
                "a.xhtml": PAGE.encode() * rng.randrange(1, 50),
            }
        )

    def merges() -> bytes:
        lines = [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)]
        return "\n".join(["---", "a0: &a0 {k: v}", *lines, "---", "Text."]).encode()

    def rows() -> bytes:
        kinds = [b"{}\n", b"1\n", b'{"text": "a"}\n', b'{"text": "a", "date": "1/2/2020"}\n']
        return rng.choice(kinds)

    def sheet() -> bytes:
        row = f'<row r="{10 ** rng.randrange(6, 12)}"><c r="ZZZ9" t="str"><v>a</v></c></row>'
        return zipped(_workbook(row * many))

    def nested() -> bytes:
        table = "<table><tr><td>" * many + "The truce held."
        return rng.choice([table, "<p>" * 10 * many]).encode()

    def spaces() -> bytes:
        kinds = [b" ", b"\n", b"\t", b"a\n", b"((", b"1-", b"On Friday, "]
        return rng.choice(kinds) * int(4e5 * size)

    def sentence() -> bytes:
        return rng.choice([b"The truce held ", b'"', b"U.S. ", b"3,000 "]) * int(1e5 * size)

    def members() -> bytes:
        return zipped({f"{n}.{rng.choice(['jpg', 'txt'])}": b"a" for n in range(many)})

    def cells() -> bytes:
        runs = b"</w:t></w:r><w:r><w:t>a" * 10 * many
        document = DOCX["word/document.xml"].replace(b"Geneva", runs)
        return zipped({**DOCX, "word/document.xml": document})

    kids = b"/Kids[%s]" % (b"3 0 R " * (10 * many))
    mail = b"From a@b.example Fri Oct 14 10:00:00 2022\n\n\n"
    return {
        "merges.md": merges,
        "rows.jsonl.gz": lambda: gzip.compress(rows() * int(5e6 * size), 1),
        "rows.csv.gz": lambda: gzip.compress(b"text,date\n" + b"a,1/2/2020\n" * int(3e6 * size), 1),
        "rows.ndjson": lambda: rows() * int(2e5 * size),
        "rows.json": lambda: b"[" + b",".join([b"{}"] * int(1e6 * size)) + b"]",
        "chapters.epub": chapters,
        "sheet.xlsx": sheet,
        "pages.pdf": lambda: SAMPLES[".pdf"].replace(b"/Kids[3 0 R]/Count 1", kids),
        "nested.html": nested,
        "spaces.txt": spaces,
        "sentence.txt": sentence,
        "large.txt": lambda: b"The truce held. " * int(8e6 * size),
        "tags.html": lambda: b"<a href=" * many + b"<!--" * many,
        "mails.mbox": lambda: mail * many,
        "nested.eml": lambda: b"Content-Type: message/rfc822\n\n" * many,
        "groups.rtf": lambda: b"{\\rtf1 " + b"{\\b " * (10 * many) + b"The truce held.",
        "entries.rss": lambda: (
            b"<rss version='2.0'><channel>"
            + b"<item><description>a</description></item>" * many
            + b"</channel></rss>"
        ),
        "members.zip": members,
        "cells.docx": cells,
        **_deep_bombs(rng, many),
    }


def _deep_bombs(rng: random.Random, many: int) -> dict[str, Callable[[], bytes]]:
    """Return what makes files that nest, repeat or promise too much, of further kinds."""

    def archives() -> bytes:
        data = b"The truce held."
        for level in range(rng.randrange(3, 60)):
            data = zipped({f"{level}.{rng.choice(['zip', 'txt'])}": data})
        return data

    def backwards() -> bytes:
        return rng.choice([b"((a+)+)+$", b"a-" * 5, b"aaaaaaaa!", b"2022-", b"1,", b"'\""]) * many

    def days() -> bytes:
        kinds = [b"On 14 October 2022 ", b"last Friday ", b"14/10/2022 ", b"in the 1990s ", b"May "]
        return b"".join(rng.choice(kinds) for _ in range(many))

    def figures() -> bytes:
        kinds = [b"at least 286 people ", b"$1.2 billion ", b"two thirds of ", b"9" * 500 + b" "]
        return b"".join(rng.choice(kinds) for _ in range(many))

    def marks() -> bytes:
        return "".join(rng.choice("\u202e\u200b\u0301\ufeff\u2028a ") for _ in range(many)).encode()

    depth = 5 * many
    table = b"<table>" + b"<tr>" + b"<td>a</td>" * 100 + b"</tr>" * 1
    return {
        "archives.zip": archives,
        "backwards.txt": backwards,
        "days.txt": days,
        "figures.txt": figures,
        "marks.txt": marks,
        "deep.yaml.md": lambda: b"---\na: " + b"[" * depth + b"\n---\nThe truce held.",
        "keys.md": lambda: b"---\n" + b"".join(b"k%d: v\n" % n for n in range(many)) + b"---\nT.",
        "deep.jsonl": lambda: b'{"text": ' + b'{"a": ' * depth + b"1" + b"}" * depth + b"}\n",
        "attributes.html": lambda: (
            b"<p " + b"".join(b"a%d='%d' " % (n, n) for n in range(many)) + b">The truce held."
        ),
        "table.html": lambda: (table * (many // 10)) + b"</table>",
        "wide.tsv": lambda: b"text\t" * many + b"\n" + b"a\t" * many,
        "headers.eml": lambda: b"X-A: b\n" * many + b"Subject: s\n\nThe truce held.",
        "parts.eml": lambda: (
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * many
        ),
        "records.warc": lambda: b"WARC/1.0\r\nContent-Length: 1\r\n\r\na\r\n\r\n" * many,
        "streams.pdf": lambda: SAMPLES[".pdf"].replace(
            b"BT /F1 12 Tf (The truce held.) Tj ET", b"q " * depth + b"BT (a) Tj ET " * many
        ),
        "headings.md": lambda: b"#" * many + b" a\n" + b"> " * many + b"a\n" + b"* " * many,
        "links.md": lambda: b"[" * many + b"a" + b"](b)" * many,
    }


def _workbook(rows: str) -> dict[str, bytes]:
    """Return the parts of a workbook whose one sheet has these rows."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/"
        f"content-types'><Override PartName='/xl/workbook.xml' ContentType='{kinds}.sheet.main+xml'"
        f"/><Override PartName='/xl/s.xml' ContentType='{kinds}.worksheet+xml'/></Types>",
        "xl/workbook.xml": f"<workbook xmlns='{main}'><sheets><sheet name='S' sheetId='1' r:id='r1'"
        f" xmlns:r='{office}'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{links}'><Relationship Id='r1' "
        f"Type='{office}/worksheet' Target='/xl/s.xml'/></Relationships>",
        "xl/s.xml": f"<worksheet xmlns='{main}'><sheetData><row r='1'><c r='A1' t='str'><v>text</v>"
        f"</c></row>{rows}</sheetData></worksheet>",
    }
    return {name: part.encode() for name, part in parts.items()}
