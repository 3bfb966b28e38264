"""Bad files, made by the thousand, which a build must survive.

Everything is generated from a seed, and nothing is anybody's article.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

_ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "iso-8859-2", "cp1251"),
    *("koi8-r", "shift_jis", "euc-kr", "gb18030", "big5", "utf-7", "cp037"),
)
_WORDS = (
    "the truce was brokered by Geneva on Friday Überraschung naïve Żółć Привет мир 和平 平和 "
    "سلام שלום สันติภาพ \U0001f54a"
).split()


def text_of_words(rng: random.Random, words: int = 60) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(words)) + "."


def zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def _pdf(objects: list[bytes]) -> bytes:
    body = b"%PDF-1.4\n" + b"".join(
        b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1)
    )
    return body + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)


def _damaged(rng: random.Random, data: bytes) -> bytes:
    """Return the data with parts of it cut, doubled, zeroed or overwritten."""
    for _ in range(rng.randrange(1, 4)):
        first = rng.randrange(len(data) + 1)
        last = min(len(data), first + rng.randrange(1, 400))
        length = last - first
        noise = rng.randbytes(length)
        middle = rng.choice(
            [b"", data[first:last] * 2, bytes(length), noise, b"<" * length],
        )
        data = data[:first] + middle + data[last:]
    return data


_OOXML = b"http://schemas.openxmlformats.org/"
_DOCX_TYPE = b"application/vnd.openxmlformats-"
DOCX = {
    "[Content_Types].xml": (
        b'<?xml version="1.0"?><Types xmlns="' + _OOXML + b'package/2006/content-types">'
        b'<Default Extension="rels" ContentType="'
        + _DOCX_TYPE
        + b'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="'
        + _DOCX_TYPE
        + b'officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        b'<?xml version="1.0"?><Relationships xmlns="' + _OOXML + b'package/2006/relationships">'
        b'<Relationship Id="r1" Type="'
        + _OOXML
        + b'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        b"</Relationships>"
    ),
    "word/document.xml": (
        b'<?xml version="1.0"?><w:document xmlns:w="' + _OOXML + b'wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>The truce was brokered by Geneva.</w:t></w:r></w:p></w:body>"
        b"</w:document>"
    ),
}


def _entities() -> str:
    """Return the head of an XML file whose entity `j` is ten billion characters long."""
    head = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    for before, name in pairwise("abcdefghij"):
        ten = f"&{before};" * 10
        head += f'<!ENTITY {name} "{ten}">'
    return head + "]>"


_ENTITIES = _entities()
_PARAGRAPH = "<p>The truce was brokered by Geneva, the envoy said on Friday. It held.</p>"
PAGE = (
    "<html><head><title>Talks</title></head><body><article>"
    + _PARAGRAPH * 6
    + "</article></body></html>"
)
_LOOP = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>",
    b"<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 1>>",
]
SAMPLES: dict[str, bytes] = {
    ".docx": zipped(DOCX),
    ".html": PAGE.encode(),
    ".rss": b"<rss version='2.0'><channel><title>f</title><item><title>t</title>"
    b"<description>The truce was brokered by Geneva.</description></item></channel></rss>",
    ".jsonl": b'{"text": "The truce was brokered by Geneva.", "title": "Talks"}\n' * 5,
    ".json": b'[{"text": "The truce was brokered by Geneva.", "title": "Talks"}]',
    ".csv": b"title,text\nTalks,The truce was brokered by Geneva.\n",
    ".md": b"---\ntitle: Talks\npublished: 2022-10-14\nauthors: [A, B]\n---\n"
    b"The truce was brokered by Geneva.\n",
    ".eml": b"From: a@b.example\nSubject: Talks\nDate: Fri, 14 Oct 2022 10:00:00 +0000\n"
    b"Content-Type: text/plain\n\nThe truce was brokered by Geneva.\n",
    ".zip": zipped({"a.txt": b"The truce was brokered by Geneva."}),
    ".txt": b"The truce was brokered by Geneva.",
    ".pdf": _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>>>",
            b"<</Length 44>>stream\nBT /F1 12 Tf (The truce held.) Tj ET\nendstream",
        ]
    ),
}


def _anchors() -> bytes:
    """Return a Markdown file whose YAML front matter grows ninefold with each line."""
    lines = ["---", "a0: &a0 [x]"]
    for number in range(1, 12):
        nine = ", ".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} [{nine}]")
    return "\n".join([*lines, "authors: *a11", "---", "The truce held."]).encode()


def nasties() -> dict[str, bytes]:
    """Return one file of each bad kind that we know of, by its name."""
    deep = 20_000
    return {
        "empty.txt": b"",
        "blank.md": b" \n\t\n",
        "50mb.txt": b"The truce held on Friday. " * (50 * 2**20 // 26),
        "oneline.txt": b"a" * (5 * 2**20),
        "onelongline.txt": b"The truce was brokered by Geneva. " * 50_000,
        "oneword.txt": b"x" * 1_500_000,
        "nuls.txt": b"The truce\x00 was brokered\x00" * 50,
        "late-nuls.txt": b"The truce held. " * 1000 + b"\x00" * 100,
        "broken-utf8.txt": (
            b"The truce \xff\xfe\xc3\x28\xe2\x82 was \xf0\x90\x80 brokered by Geneva. "
        )
        * 20,
        "surrogates.jsonl": b'{"text": "The truce \\ud800 held \\udfff.", "title": "\\ud83d"}\n',
        "cesu.txt": b"The truce \xed\xa0\x80\xed\xb0\x80 held.",
        "bom-only.txt": b"\xff\xfe",
        "odd-utf16.txt": b"\xff\xfeT\x00h\x00e",
        "controls.txt": bytes(range(1, 32)) * 20 + b" The truce held.",
        "bomb.docx": zipped({**DOCX, "word/media/zeros": bytes(600 * 2**20)}),
        "bomb-inside.docx": zipped(
            {
                **DOCX,
                "word/document.xml": DOCX["word/document.xml"].replace(
                    b"Geneva", b"Geneva " * 10_000_000
                ),
            }
        ),
        "entities.docx": zipped({**DOCX, "word/document.xml": _ENTITIES.encode() + b"<r>&j;</r>"}),
        "bomb.zip": zipped({f"{number}.txt": bytes(60 * 2**20) for number in range(3)}),
        "nested.zip": zipped(
            {
                "a.zip": SAMPLES[".zip"],
                "../../out.txt": b"The truce held.",
                "ok.txt": b"The truce held in Oslo.",
            }
        ),
        "bomb.jsonl.gz": gzip.compress(b'{"text": "' + b"a" * (64 * 2**20) + b'"}\n'),
        "deep.html": b"<div>" * deep + b"The truce held." + b"</div>" * deep,
        "deep.json": b"[" * 100_000,
        "deep.xml": b"<a>" * deep + b"</a>" * deep,
        "entities.xml": _ENTITIES.encode()
        + b"<rss version='2.0'><channel><title>&j;</title></channel></rss>",
        "external.xml": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0">'
        b"<channel><item><description>&x;</description></item></channel></rss>",
        "loop.pdf": _pdf(_LOOP),
        "self.pdf": _pdf([b"<</Type/Catalog/Pages 1 0 R>>"]),
        "locked.pdf": SAMPLES[".pdf"].replace(
            b"trailer<<", b"trailer<</Encrypt<</Filter/Standard/V 4/R 4/O(x)/U(y)/P -4>>"
        ),
        "wide.csv": b",".join([b"text"] * 20_000) + b"\n" + b",".join([b"a"] * 20_000),
        "quote.csv": b'title,text\na,"' + b"b" * 100_000,
        "anchors.md": _anchors(),
        "python.md": b"---\ntitle: !!python/object/apply:os.system ['touch /tmp/owned']\n---\n"
        b"The truce held.",
        "huge-front.md": b"---\ntitle: " + b"t" * 900_000 + b"\n---\nThe truce held.",
        "numbers.json": b'{"text": "The truce held.", "published": 1e999, "title": '
        + b"9" * 5000
        + b"}",
        "elf.txt": b"\x7fELF\x02\x01\x01" + bytes(500),
        "picture.jpg": b"\xff\xd8\xff",
        "noname": b"The truce held.",
        "many.mbox": b"From a@b.example Fri Oct 14 10:00:00 2022\nSubject: s\n\nThe truce held.\n\n"
        * 300,
        "parts.eml": b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 300,
        "broken.parquet": b"PAR1" + bytes(100) + b"PAR1",
        "broken.epub": zipped({"META-INF/container.xml": b"<container/>"}),
        "broken.warc.gz": gzip.compress(b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\nx"),
        "name\nof\ttwo lines.txt": b"The truce held in Bergen.",
        "\u202egnp.txt": b"The truce held in Voss.",
        "-rf *.txt": b"The truce held in Hamar.",
        "con.txt": b"The truce held in Moss.",
        ("n" * 240) + ".txt": b"The truce held in Lom.",
    }


def file_makers(rng: random.Random) -> list[Callable[[], tuple[str, bytes]]]:
    """Return functions that each make a bad file: its suffix and its bytes."""

    def wrong_encoding() -> tuple[str, bytes]:
        head = f'<meta charset="{rng.choice(_ENCODINGS)}">'
        return ".html", (head + PAGE).encode(rng.choice(_ENCODINGS), "replace")

    def wrong_types() -> tuple[str, bytes]:
        article = {"text": text_of_words(rng)}
        field = rng.choice(["title", "published", "authors", "url", "id"])
        return ".json", json.dumps({**article, field: rng.choice(_WRONG_VALUES)}).encode()

    return [
        lambda: (".txt", text_of_words(rng).encode(rng.choice(_ENCODINGS), "replace")),
        wrong_encoding,
        lambda: (".txt", rng.randbytes(rng.randrange(1, 4000))),
        lambda: (rng.choice(list(SAMPLES)), rng.randbytes(rng.randrange(1, 2000))),
        *(lambda suffix=suffix: (suffix, _damaged(rng, SAMPLES[suffix])) for suffix in SAMPLES),
        wrong_types,
    ]


_WRONG_VALUES: list[Any] = [None, [], {}, [[]], {"a": 1}, -1, 1e300, True, "\x00", "x" * 5000]


def write_articles(folder: Path, count: int, seed: int = 1) -> set[str]:
    """Write `count` bad files, things that are no files, and one good article.

    Returns the paths that must be either indexed or named as skipped.
    """
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    files = dict(list(nasties().items())[:count])
    makers = file_makers(rng)
    while len(files) < count:
        suffix, data = rng.choice(makers)()
        files[f"{len(files):04d}{suffix}"] = data
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "good.txt").write_text("The good article was written by Alma Lind.")
    (folder / "link.txt").symlink_to("/etc/passwd")
    (folder / "itself.txt").symlink_to(folder / "itself.txt")
    (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    (folder / "etc").symlink_to("/etc")
    os.mkfifo(folder / "pipe.txt")
    undecodable = os.fsdecode(b"caf\xe9.txt")
    (folder / undecodable).write_text("The truce held in Paris.")
    return {
        *files,
        "good.txt",
        "link.txt",
        "itself.txt",
        "nowhere.txt",
        "etc",
        "pipe.txt",
        undecodable,
    }
