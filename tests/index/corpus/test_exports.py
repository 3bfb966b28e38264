"""Corpora as they are sold: each article of an export or of a service's answer, with its fields.

The samples are ours, in the shape that the databases and services document.
"""

from __future__ import annotations

import datetime as dt
import gzip
import html
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from index.types import Article
from tests.conftest import Write
from tests.index.corpus.samples import PAGE, PARAGRAPHS, TITLE, escaped, rich_text
from tests.index.corpus.test_loaders import loaded

MARCH_9, MARCH_10 = dt.date(2023, 3, 9), dt.date(2023, 3, 10)
FERRIES = "Ferries take over"
NOTES_LINE = "Language: it was Norwegian, the mayor said, that the crew did not understand."

NEXIS = [
    *("Date and Time: Friday, March 10, 2023 9:00:00AM EST", "Job Number: 1", "Documents (2)"),
    *(f"1. {TITLE}", "Client/Matter: -None-", f"2. {FERRIES}"),
    *(TITLE, "The Norvik Courier", "March 9, 2023 Thursday"),
    *("Copyright 2023 Norvik Press All Rights Reserved", "Section: NEWS; Pg. 3"),
    *("Length:\u00a0413 words", "Byline: By Marit Aas, Nils Dahl"),
    *("Body", *PARAGRAPHS[:2], NOTES_LINE),
    *("Graphic", "The bridge.", "Classification", "Language: ENGLISH", "Load-Date: March 9, 2023"),
    "End of Document",
    *(FERRIES, "Wire", "10 March 2023", "Length: 40 words", "Body", PARAGRAPHS[2]),
    *("Load-Date: March 11, 2023", "End of Document"),
]  # fmt: skip
OLD_NEXIS = [
    *("1 of 2 DOCUMENTS", "The Norvik Courier", "March 9, 2023 Thursday", TITLE),
    *("BYLINE: Marit Aas, Nils Dahl", "SECTION: NEWS; Pg. 3", "LENGTH: 413 words"),
    *(*PARAGRAPHS[:2], NOTES_LINE, "LOAD-DATE: March 9, 2023", "LANGUAGE: ENGLISH"),
    *("Copyright 2023 Norvik Press", "2 of 2 DOCUMENTS", "Wire", "March 10, 2023 Friday", FERRIES),
    *("LENGTH: 40 words", PARAGRAPHS[2], "LOAD-DATE: March 11, 2023"),
]
# Academic exports of 2015: the copyright above the outlet, the title among the fields.
ACADEMIC = [
    *("Download Request: All Documents: 1-2", "Terms: bridge and Date(geq(05/01/2015))"),
    *("1 of 2 DOCUMENTS", "Copyright 2023 Norvik Press, LLC d/b/a Norvik Digital"),
    *("All Rights Reserved", "The Norvik Courier", "March 9, 2023 Thursday", "Met 2 Edition"),
    *("SECTION: A-SECTION; Pg. A01", "LENGTH: 1,413 words", f"HEADLINE: {TITLE}"),
    *("BYLINE: Marit Aas;Nils Dahl", "BODY:", *PARAGRAPHS[:2], NOTES_LINE),
    *("LOAD-DATE: March 9, 2023", "LANGUAGE: ENGLISH", "GRAPHIC: PHOTO: The bridge."),
    *("DOCUMENT-TYPE: Series", "PUBLICATION-TYPE: Newspaper", "2 of 2 DOCUMENTS"),
    *("Copyright 2023 Wire", "All Rights Reserved", "Wire", "March 10, 2023 Friday"),
    *("LENGTH: 40 words", f"HEADLINE: {FERRIES}", "BODY:", PARAGRAPHS[2]),
    *("LANGUAGE: ENGLISH", "PUBLICATION-TYPE: Newswire"),
]  # fmt: skip
EDITIONS = [
    *("2001 of 2146 DOCUMENTS", "The Norvik Courier", "March 9, 2023, Thursday, Late Edition"),
    *("Edition 1;", "Scotland", TITLE, "BYLINE: By Marit Aas, Nils Dahl"),
    *("SECTION: Section 5; Part 2; Page 16; Column 2; National Desk", "LENGTH: 584 words"),
    *("DATELINE: NORVIK, March 9", *PARAGRAPHS[:2], NOTES_LINE, "GRAPHIC: Diagram: \"It\""),
    *("LANGUAGE: ENGLISH", "Copyright 2023 Norvik Press", "2002 of 2146 DOCUMENTS", "Wire"),
    *("March 10, 2023, Friday, Late Edition - Final", "Correction Appended"),
    *(*FERRIES.split(" ", 1), "LENGTH: 121 words", PARAGRAPHS[2], "Copyright 2023 Wire"),
]  # fmt: skip
FACTIVA = [
    *("News", TITLE, "By Marit Aas, Nils Dahl", "413 words", "9 March 2023", "18:20"),
    *("The Norvik Courier", "NORC", "3", "English", "Copyright 2023. Norvik Press."),
    *(*PARAGRAPHS[:2], NOTES_LINE, "Document NORC000020230309ej390001x"),
    *(FERRIES, "40 words", "10 March 2023", "Wire", "WIRE", "English", "(c) 2023 Wire"),
    *(PARAGRAPHS[2], "Document WIRE000020230310ej3a0001x"),
]  # fmt: skip
CODED = [
    *(("SE", "News"), ("HD", TITLE), ("BY", "By Marit Aas, Nils Dahl"), ("WC", "413 words")),
    *(("PD", "9 March 2023"), ("SN", "The Norvik Courier"), ("SC", "NORC"), ("LA", "English")),
    *(
        ("NGC", "Norvik group"),
        ("GC", "GNOR"),
        ("CY", "Copyright 2023"),
        ("LP", PARAGRAPHS[0]),
        ("TD", PARAGRAPHS[1]),
        ("", NOTES_LINE),
    ),
    *(
        ("RF", "NORVIK-BRIDGE"),
        ("CT", "Desk"),
        ("CO", "norv : Norvik"),
        ("AN", "Document NORC000020230309ej390001x"),
    ),
    *(("HD", FERRIES), ("WC", "40 words"), ("PD", "10 March 2023"), ("SN", "Wire")),
    *(("LP", PARAGRAPHS[2]), ("AN", "Document WIRE000020230310ej3a0001x")),
]


def _docx(paragraphs: Iterable[str]) -> bytes:
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(paragraphs: Iterable[str]) -> bytes:
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def _coded_page() -> bytes:
    rows = "".join(
        f"<tr><td><b>{code}</b></td><td>{html.escape(value)}</td></tr>"
        for code, value in CODED
        if code
    ).replace(
        html.escape(PARAGRAPHS[1]),
        f"<p>{html.escape(PARAGRAPHS[1])}</p><p>{html.escape(NOTES_LINE)}</p>",
    )
    table = f"<div class='article enArticle'><table>{rows}</table></div>"
    return f"<html><body>{table}</body></html>".encode()


def _coded_rtf() -> bytes:
    rows = b"".join(
        (b"\\trowd " + code.encode() + b"\\cell " if code else b"") + escaped(value) + (
            b"\\cell\\row " if code else b"\\par "
        )
        for code, value in CODED
    )  # fmt: skip
    return b"{\\rtf1\\ansi " + rows + b"}"


EXPORTS = {
    "nexis.docx": _docx(NEXIS),
    "nexis.rtf": rich_text(NEXIS),
    "nexis.html": _page(NEXIS),
    "old.txt": "\n\n\n".join(f"   {line}" for line in OLD_NEXIS).encode(),
    "factiva.txt": "\n".join(FACTIVA).encode(),
    "academic.txt": "\n\n".join(ACADEMIC).encode(),
    "academic.html": _page(ACADEMIC),
    "academic.rtf": rich_text(ACADEMIC),
    "editions.html": _page(EDITIONS),
    "editions.docx": _docx(EDITIONS),
    "coded.txt": "\n".join(f"{code}\t{value}" for code, value in CODED).encode(),
    "old.docx": _docx(OLD_NEXIS),
    "factiva.rtf": rich_text(FACTIVA),
    "factiva.html": _page(FACTIVA),
    "factiva.docx": _docx(FACTIVA),
    "coded.rtf": _coded_rtf(),
    "coded.html": _coded_page(),
}


@pytest.mark.parametrize("name", list(EXPORTS))
def test_each_article_of_an_export_is_read_with_its_fields(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(EXPORTS[name])
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    first, second = articles.values()
    assert [first.title, first.source, first.published] == [TITLE, "The Norvik Courier", MARCH_9]
    assert first.authors == ("Marit Aas", "Nils Dahl")
    assert " ".join(first.text.split()) == " ".join([*PARAGRAPHS[:2], NOTES_LINE])
    assert [second.title, second.source, second.published] == [FERRIES, "Wire", MARCH_10]
    assert second.text == PARAGRAPHS[2]
    assert all(id.startswith(f"{name}:") for id in articles)


def test_summary_and_correction_belong_to_an_article_and_indexing_does_not(write: Write) -> None:
    above = ["1 of 1 DOCUMENTS", "Wire", "March 10, 2023 Friday", FERRIES, "HIGHLIGHT: In short."]
    below = ["LANGUAGE: ENGLISH", "CORRECTION:", "It was 5, not 4.", "GRAPHIC: MAP: The fjord."]
    uni = [FERRIES, "Wire", "March 2023", "Copyright 2023 Wire", "Length: 4 words", "Body"]
    files = {
        "old.txt": [*above, "LENGTH: 4 words", PARAGRAPHS[2], *below, "Copyright 2023 Wire"],
        "uni.txt": [*uni, PARAGRAPHS[2], "Link to PDF", "Graphic", "PHOTO", "End of Document"],
    }
    folder = write({name: "\n\n".join(lines) for name, lines in files.items()})
    articles, skipped, _ = loaded(folder)
    assert not skipped
    old, magazine = articles.values()
    assert old.text.split("\n\n") == ["In short.", PARAGRAPHS[2], "Correction: It was 5, not 4."]
    assert (magazine.text, magazine.source, magazine.published) == (PARAGRAPHS[2], "Wire", None)


def test_a_story_without_copyright_and_language_is_read_from_its_first_words(write: Write) -> None:
    lines = [FERRIES, "40 words", "10 March 2023", "Wire", "WIRE", PARAGRAPHS[2], "It went on."]
    text = "\n".join([*lines, "Document WIRE000020230310ej3a0001x", "Search Summary", "x " * 200])
    articles, skipped, _ = loaded(write({"a.txt": text}))
    assert not skipped
    (article,) = articles.values()
    assert article.text == f"{PARAGRAPHS[2]}\n\nIt went on."


def test_a_part_of_an_export_that_is_no_article_is_named(write: Write) -> None:
    text = "\n\n".join([*NEXIS, "Nothing of use", "End of Document", "Rest. " * 40])
    articles, skipped, _ = loaded(write({"a.txt": text}))
    assert [article.title for article in articles.values()] == [TITLE, FERRIES]
    assert set(skipped) == {"a.txt:3", "a.txt:4"}
    assert "found 'Nothing of use End of Document'" in skipped["a.txt:3"]


@pytest.mark.parametrize(
    "text",
    [
        "The end\n\nThe End of Document Day was on 9 March 2023.\n\nDocument 7 is lost; 300 words.",
        "Rain fell all day.\n\nEnd of Document\n\nSnow lay.",
        "The archive keeps a letter.\n\nDocument NORC000020230309ej390001x",
    ],
)
def test_a_story_that_speaks_of_documents_is_no_export(write: Write, text: str) -> None:
    (article,) = loaded(write({"a.txt": text}))[0].values()
    assert article.text == text


STORY = "The bridge at Norvik was closed on Thursday after a storm, the council said."
SERVICES: dict[str, object] = {
    "newsapi.json": {
        "status": "ok",
        "totalResults": 1,
        "articles": [
            {
                "source": {"id": None, "name": "The Norvik Courier"},
                "author": "Marit Aas",
                "title": TITLE,
                "description": "In short.",
                "url": "https://courier.example/1",
                "publishedAt": "2023-03-09T18:20:00Z",
                "content": STORY,
            }
        ],
    },
    "webhose.json": {
        "posts": [
            {
                "thread": {
                    "uuid": "t",
                    "site_full": "The Norvik Courier",
                    "title": "Thread",
                    "published": "2020-01-01T00:00:00.000+02:00",
                },
                "uuid": "p1",
                "url": "https://courier.example/1",
                "author": "Marit Aas",
                "published": "2023-03-09T18:20:00.000+02:00",
                "title": TITLE,
                "text": STORY,
                "language": "english",
            }
        ],
        "totalResults": 1,
    },
    "guardian.json": {
        "response": {
            "status": "ok",
            "results": [
                {
                    "id": "norvik/2023/mar/09/bridge",
                    "webPublicationDate": "2023-03-09T18:20:00Z",
                    "webTitle": TITLE,
                    "webUrl": "https://courier.example/1",
                    "fields": {
                        "body": f"<p>{STORY}</p>",
                        "byline": "Marit Aas",
                        "publication": "The Norvik Courier",
                    },
                }
            ],
        }
    },
    "elastic.json": {
        "hits": {
            "hits": [
                {
                    "_id": "e1",
                    "_source": {
                        "headline": {"main": TITLE},
                        "article_body": STORY,
                        "pub_date": "2023-03-09T18:20:00+0000",
                        "byline": {"original": "Marit Aas"},
                        "source": "The Norvik Courier",
                        "web_url": "https://courier.example/1",
                    },
                }
            ]
        }
    },
    "new-york-times.json": {
        "response": {
            "docs": [
                {
                    "_id": "nyt://article/1",
                    "abstract": "In short.",
                    "snippet": "In short.",
                    "lead_paragraph": STORY,
                    "headline": {"main": TITLE, "kicker": None},
                    "pub_date": "2023-03-09T18:20:00+0000",
                    "byline": {"original": "Marit Aas", "person": []},
                    "source": "The Norvik Courier",
                    "web_url": "https://courier.example/1",
                }
            ]
        }
    },
    "event-registry.json": {
        "articles": {
            "page": 1,
            "results": [
                {
                    "uri": "7",
                    "lang": "eng",
                    "dateTime": "2023-03-09T18:20:00Z",
                    "date": "2023-03-09",
                    "url": "https://courier.example/1",
                    "title": TITLE,
                    "body": STORY,
                    "source": {"uri": "courier.example", "title": "The Norvik Courier"},
                    "authors": [{"uri": "m", "name": "Marit Aas", "type": "author"}],
                }
            ],
        }
    },
    "aylien.json": {
        "stories": [
            {
                "author": {"name": "Marit Aas"},
                "body": STORY,
                "published_at": "2023-03-09T18:20:00Z",
                "source": {"name": "The Norvik Courier", "domain": "courier.example"},
                "title": TITLE,
                "url": "https://courier.example/1",
            }
        ]
    },
    "cc-news.json": [
        {
            "requested_url": "https://courier.example/1",
            "plain_text": STORY,
            "published_date": "2023-03-09",
            "title": TITLE,
            "author": "Marit Aas",
            "sitename": "The Norvik Courier",
            "language": "en",
            "warc_path": "CC-NEWS-20230310.warc.gz",
        }
    ],
    "news-please.json": [
        {
            "authors": ["Marit Aas"],
            "date_download": "2024-01-01 00:00:00",
            "date_modify": "2024-01-01 00:00:00",
            "date_publish": "2023-03-09 18:20:00",
            "maintext": STORY,
            "description": "In short.",
            "source_domain": "courier.example",
            "source_name": "The Norvik Courier",
            "title": TITLE,
            "url": "https://courier.example/1",
        }
    ],
}


def _is_the_story(article: Article) -> None:
    assert (article.title, article.text, article.source) == (TITLE, STORY, "The Norvik Courier")
    assert (article.published, article.authors) == (MARCH_9, ("Marit Aas",))
    assert article.url == "https://courier.example/1"


@pytest.mark.parametrize("name", list(SERVICES))
def test_answers_of_news_services_are_read(write: Write, name: str) -> None:
    articles, skipped, _ = loaded(write({name: json.dumps(SERVICES[name])}))
    assert not skipped
    (article,) = articles.values()
    _is_the_story(article)


@pytest.mark.parametrize(
    "item",
    [
        {  # as WordPress answers
            "id": 7,
            "date": "2023-03-09T18:20:00",
            "link": "https://courier.example/1",
            "title": {"rendered": TITLE},
            "content": {"rendered": f"<p>{STORY}</p>\n", "protected": False},
            "excerpt": {"rendered": "<p>In short.</p>", "protected": False},
            "author": 5,
        },
        {  # of a JSON Feed
            "id": "7",
            "url": "https://courier.example/1",
            "title": TITLE,
            "content_html": f"<p>{STORY}</p>",
            "summary": "In short.",
            "date_published": "2023-03-09T18:20:00+01:00",
        },
    ],
    ids=["wordpress", "json feed"],
)
def test_what_sites_give_to_programs_is_read(write: Write, item: dict[str, object]) -> None:
    articles, skipped, _ = loaded(write({"a.json": json.dumps({"items": [item]})}))
    assert not skipped
    (article,) = articles.values()
    assert (article.title, article.text, article.published) == (TITLE, STORY, MARCH_9)
    assert (article.id, article.url) == ("a.json:7", "https://courier.example/1")


@pytest.mark.parametrize(
    "table",
    [
        ",id,title,publication,author,date,year,month,url,content\n"
        f'0,17,{TITLE},The Norvik Courier,Marit Aas,2023-03-09,2023.0,3.0,URL,"{STORY}"\n',
        "date,year,month,day,author,title,article,url,section,publication\n"
        f'2023-03-09 18:20:00,2023,3.0,9,Marit Aas,{TITLE},"{STORY}",URL,News,The Norvik Courier\n',
        "title,text,domain,date,description,url,image_url,author\n"  # CC-News of Hugging Face
        f'{TITLE},"{STORY}",The Norvik Courier,2023-03-09 18:20:00,Short.,URL,,Marit Aas\n',
    ],
)
def test_all_the_news_and_cc_news_are_read(write: Write, table: str) -> None:
    url = "https://courier.example/1"
    articles, skipped, _ = loaded(write({"articles1.csv": table.replace("URL", url)}))
    assert not skipped
    (article,) = articles.values()
    _is_the_story(article)


def _record(kind: str, url: str, block: bytes) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{kind}-{url}>\r\n"
    types = {"warcinfo": "application/warc-fields", "metadata": "application/warc-fields"}
    media = types.get(kind, f"application/http; msgtype={kind}")
    head += f"WARC-Date: 2023-03-10T00:00:00Z\r\nWARC-Target-URI: {url}\r\n"
    head += f"Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def test_a_file_of_cc_news_is_read(tmp_path: Path) -> None:
    """Its answers are unpacked, those of other crawlers are as they were sent."""
    body, packed = PAGE.encode(), gzip.compress(PAGE.encode())
    unpacked = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Crawl-Content-Encoding: gzip\r\n"
    unpacked += f"X-Crawl-Content-Length: 9\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    sent = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
    )
    sent += f"Transfer-Encoding: chunked\r\n\r\n{len(packed):x}\r\n".encode()
    asked = b"GET / HTTP/1.1\r\nHost: courier.example\r\n\r\n"
    url = "https://courier.example/2023/03/bridge"
    records = [
        _record("warcinfo", "", b"software: StormCrawler\r\nformat: WARC File Format 1.0\r\n"),
        *(_record("request", url, asked), _record("response", url, unpacked + body)),
        _record("metadata", url, b"fetchTimeMs: 12\r\n"),
        _record("response", f"{url}?2", sent + packed + b"\r\n0\r\n\r\n"),
    ]
    (tmp_path / "CC-NEWS-20230310-00001.warc.gz").write_bytes(b"".join(records))
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    first, second = articles.values()
    assert (first.title, first.source, first.published) == (TITLE, "The Norvik Courier", MARCH_9)
    assert first.url == url
    assert all(paragraph in first.text for paragraph in PARAGRAPHS)
    assert second.text == first.text


def test_a_text_that_its_service_cut_is_named(write: Write) -> None:
    rows = [{"title": TITLE, "content": f"{STORY[:40]}… [+2431 chars]"}]
    _, _, notes = loaded(write({"a.json": json.dumps(rows)}))
    assert "its source left out 2,431 characters of the text" in [note.text for note in notes]


def test_a_list_of_addresses_without_texts_says_so(write: Write) -> None:
    """What GDELT's DOC service gives."""
    rows = [{"url": "https://a.example", "title": TITLE, "seendate": "20230309T182000Z"}]
    _, skipped, _ = loaded(write({"a.json": json.dumps({"articles": rows}), "b.txt": "Rain."}))
    assert "expected a string 'text', found the columns 'url'" in skipped["a.json:1"]
