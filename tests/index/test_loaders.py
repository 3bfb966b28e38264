"""Every kind of file: its text, title, outlet, day, address and authors are right; a broken, locked or swollen one is named."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

import index
import qa
from index.folder import open_index
from index.languages import language_of
from index.loaders import packed, tables
from index.loaders.apart import Apart
from index.loaders.bounds import Bounds
from index.loaders.documents import joined
from index.loading import LOADERS, TRUSTED, load_articles
from index.types import Article, DatelineError, Note, Skipped
from qa.showing import hits_as_text
from qa.types import Span
from tests.conftest import ROOT, Write
from tests.fakes import CapitalReader, WordEmbedder
from tests.index import samples
from tests.index.samples import PARAGRAPHS, STORY, TITLE

MARCH_9 = dt.date(2023, 3, 9)
COURIER = "The Norvik Courier"


def loaded(*corpora: Path, **mapping: str) -> tuple[dict[str, Article], dict[str, str], list[Note]]:
    items = list(load_articles(corpora, mapping))
    return (
        {item.id: item for item in items if isinstance(item, Article)},
        {item.path: item.reason for item in items if isinstance(item, Skipped)},
        [item for item in items if isinstance(item, Note)],
    )


def test_a_saved_page_gives_its_story_without_the_page_around_it(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(samples.PAGE)
    (tmp_path / "a.mhtml").write_bytes(samples.mhtml())
    (tmp_path / "b.htm").write_text(samples.PAGE_IN_JSON_LD)
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    for article in articles.values():
        assert (article.title, article.source, article.published, article.authors) == (TITLE, COURIER, MARCH_9, ("Marit Aas",))
        assert article.url == "https://courier.example/2023/03/bridge"
        assert [line for line in article.text.split("\n") if line and line != TITLE] == list(PARAGRAPHS)
    assert set(articles) == {"a.html", "a.mhtml", "b.htm"}


def test_a_page_without_a_date_of_its_own_gets_none_from_its_words(tmp_path: Path) -> None:
    page = samples.PAGE.replace('<meta property="article:published_time" content="2023-03-09T18:20:00+01:00">', "")
    (tmp_path / "a.html").write_text(page.replace("built in 1962", "opened on 5 June 1962"))
    assert loaded(tmp_path)[0]["a.html"].published is None


def test_a_pdf_keeps_where_its_pages_start(tmp_path: Path) -> None:
    heads = [f"The Norvik Courier, page {number}" for number in (1, 2, 3)]
    first, second = PARAGRAPHS[0][:70].rsplit(" ", 1)[0], PARAGRAPHS[1][:70].rsplit(" ", 1)[0]
    pages = [
        f"{heads[0]}\n{TITLE}\n{first}\n{PARAGRAPHS[0][len(first) + 1 :]}\n{second}",
        f"{heads[1]}\n{PARAGRAPHS[1][len(second) + 1 :]}",
        f"{heads[2]}\nThe end-of-year report is due.",
    ]
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.pdf").write_bytes(samples.pdf(*pages, title=TITLE))
    article = loaded(tmp_path)[0]["reports/a.pdf"]
    assert (article.title, article.authors, article.published) == (TITLE, ("Marit Aas",), None)
    assert PARAGRAPHS[0] in article.text
    assert PARAGRAPHS[1] in article.text  # it goes on over the page, without the page's head between
    assert "page 2" not in article.text
    for words, page in (("council", 1), ("Ingrid", 2), ("report", 3)):
        start = article.text.index(words)
        span = Span(article, start, start + len(words))
        assert (span.text, span.page, span.file) == (words, page, f"reports/a.pdf#page={page}")
        assert words in pages[page - 1]
    assert Span(article, 0, 3).page == 1
    assert Span(article, article.pages[1], article.pages[1] + 1).page == 2
    assert Span(article, article.pages[1] - 1, article.pages[1] + 1).page == 1


def test_a_citation_of_a_pdf_on_the_web_opens_at_its_page() -> None:
    article = Article("a", "One. Two.", url="https://example.org/a.pdf#top", pages=(0, 5))
    assert Span(article, 5, 8).link == "https://example.org/a.pdf#page=2"
    assert Span(article, 5, 8).to_dict()["page"] == 2
    plain = Article("a", "One. Two.", url="https://example.org/a", path="a.txt")
    assert (Span(plain, 5, 8).page, Span(plain, 5, 8).link, Span(plain, 5, 8).file) == (None, "https://example.org/a#:~:text=Two.", "a.txt")


def test_lines_of_a_page_are_joined_to_paragraphs() -> None:
    wide = "The council met on Monday to discuss the nego-"
    text, starts = joined(
        [f"Short title\n{wide}\ntiations about the bridge over the harbour and\nthe road.\nSecond paragraph.", "", "Last page."]
    )
    assert text == (
        "Short title\n\nThe council met on Monday to discuss the negotiations about the bridge over the harbour and the road."
        "\n\nSecond paragraph.\n\nLast page."
    )
    assert starts == (0, text.index("Last"), text.index("Last"))
    assert joined(["", "A."]) == ("A.", (0, 0))


def test_word_and_epub(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(samples.docx())
    (tmp_path / "a.epub").write_bytes(samples.epub())
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    word, one, two = articles["a.docx"], articles["a.epub:OPS/text/one.xhtml"], articles["a.epub:OPS/text/two.xhtml"]
    assert len(articles) == 3  # neither the cover nor the table of contents
    assert (word.title, word.authors, word.published) == (TITLE, ("Marit Aas",), None)
    assert word.text.split("\n\n") == [TITLE, *PARAGRAPHS[:2], "Vehicles a day | 9,000", PARAGRAPHS[3]]
    assert (one.title, one.source, one.published, one.authors) == (TITLE, "Norvik Press", dt.date(2023, 3, 11), ("Marit Aas",))
    assert one.text.split("\n\n") == [TITLE, *PARAGRAPHS[:2]]
    assert two.title == "Ferries take over"
    assert {one.path, two.path} == {"a.epub"}


def test_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(samples.mail().as_bytes())
    (tmp_path / "letters.mbox").write_bytes(samples.mbox())
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert set(articles) == {"a.eml", "letters.mbox:1@courier.example", "letters.mbox:2@courier.example"}
    for article in articles.values():
        assert article.text.strip() == STORY  # of the HTML where the plain text is a stub
        assert (article.source, article.published) == (COURIER, MARCH_9)  # the sender's day: in London it was the 10th
    assert articles["letters.mbox:2@courier.example"].title == "Ferries take over"


def test_feeds(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(samples.RSS)
    (tmp_path / "b.xml").write_text(samples.ATOM)
    articles, skipped, _ = loaded(tmp_path)
    full, short = articles["a.rss:urn:courier:1"], articles["a.rss:https://courier.example/2023/03/ferries"]
    assert (full.text, full.title, full.source, full.published, full.authors) == (STORY, TITLE, COURIER, MARCH_9, ("Marit Aas",))
    assert full.url == "https://courier.example/2023/03/bridge"
    assert (short.title, short.text, short.published) == ("Ferries & buses", "Ferries run every twenty minutes.", None)
    atom = articles["b.xml:urn:w:1"]
    assert (atom.text, atom.source, atom.published, atom.url) == (PARAGRAPHS[0], "Norvik wire", MARCH_9, "https://wire.example/1")
    assert list(skipped) == ["a.rss:https://courier.example/2023/03/empty"]


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_web_archives(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(samples.warc(packed=name.endswith("gz")))
    articles, skipped, _ = loaded(tmp_path)
    page, plan = articles[f"{name}:https://courier.example/2023/03/bridge?utm=1"], articles[f"{name}:https://courier.example/plan.pdf"]
    assert len(articles) == 2  # not the 404, not the style sheet
    assert (page.title, page.url, page.published) == (TITLE, "https://courier.example/2023/03/bridge", MARCH_9)
    assert Span(plan, plan.text.index("Ingrid"), plan.text.index("Ingrid") + 6).link == "https://courier.example/plan.pdf#page=2"
    assert list(skipped) == [f"{name}:https://courier.example/broken.pdf"]


TABLES: dict[str, Callable[[Path], object]] = {
    "a.csv": lambda path: path.write_text(samples.table_csv()),
    "b.csv": lambda path: path.write_bytes(b"\xef\xbb\xbf" + samples.table_csv(";").replace("\n", "\r\n").encode()),
    "a.json": lambda path: path.write_text(json.dumps({"status": "ok", "articles": samples.ROWS})),
    "a.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, samples.ROWS))),
    "a.jsonl.gz": lambda path: path.write_bytes(gzip.compress("\n".join(map(json.dumps, samples.ROWS)).encode())),
    "a.parquet": lambda path: path.write_bytes(samples.parquet()),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_of_tables_are_guessed_and_shown(tmp_path: Path, name: str) -> None:
    TABLES[name](tmp_path / name)
    articles, skipped, (note,) = loaded(tmp_path)
    assert not skipped
    first, second = articles.values()
    assert (first.text.replace("\r\n", "\n"), first.title, first.source, first.published) == (STORY, TITLE, COURIER, MARCH_9)
    assert (first.url, first.authors, first.path) == ("https://courier.example/1", ("Marit Aas",), name)
    assert (second.text, second.published, second.url, second.authors) == (PARAGRAPHS[2], dt.date(2023, 3, 10), None, ())
    assert note == Note(
        name,
        "columns: text from content, title from headline, source from publisher, published from date, url from link, authors from byline",
    )


def test_the_folder_one_stands_in_is_a_corpus(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = write({"a.txt": "Rain fell.", "sub/b.html": samples.PAGE})
    monkeypatch.chdir(corpus)
    assert set(loaded(Path())[0]) == {"a.txt", "sub/b.html"}
    assert set(loaded(Path("a.txt"))[0]) == {"a.txt"}


def test_parquet_without_its_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (skipped,) = tables.load_parquet(tmp_path / "a.parquet")
    assert isinstance(skipped, Skipped)
    assert skipped.reason == "expected pyarrow to read it, found none; do: pip install 'dateline[parquet]'"


def test_a_mapping_says_otherwise(write: Write) -> None:
    corpus = write({"a.csv": "headline,summary,content,when\nA title of it,Short.,The long text.,2022-10-14\n"})
    article = next(iter(loaded(corpus, text="summary", published="when")[0].values()))
    assert (article.text, article.published, article.title) == ("Short.", dt.date(2022, 10, 14), "A title of it")
    _, skipped, _ = loaded(corpus, text="story")
    assert skipped == {
        "a.csv": "expected a string 'story', found the columns 'headline', 'summary', 'content', 'when'; say which with --map text=COLUMN"
    }
    for wrong in ("text", "words=story", "text="):
        with pytest.raises(DatelineError, match="expected --map FIELD=COLUMN with one of the fields text, title"):
            tables.read_mapping([wrong])


def test_an_ambiguous_day_stays_unknown(write: Write) -> None:
    corpus = write({"a.csv": "text,date\nOne,5/6/2022\nTwo,2022-06-05T01:00\nThree,1665705600\nFour,soon\n"})
    assert [article.published for article in loaded(corpus)[0].values()] == [None, dt.date(2022, 6, 5), None, None]
    corpus = write({"a.jsonl": '{"text": "One", "date": 1665705600}\n{"text": "Two", "date": "Fri, 14 Oct 2022 23:00:00 -0800"}'})
    assert {article.published for article in loaded(corpus)[0].values()} == {dt.date(2022, 10, 14)}


def test_document_lists_of_langchain_and_haystack(write: Write) -> None:
    articles, skipped, _ = loaded(write({"a.json": samples.LANGCHAIN, "b.json": samples.LANGCHAIN_DUMPED, "c.json": samples.HAYSTACK}))
    assert not skipped
    assert {id: (article.text, article.title) for id, article in articles.items()} == dict.fromkeys(
        ("lc1", "lc2", "h1", "h2"), (STORY, TITLE)
    )
    assert (articles["lc1"].url, articles["lc1"].source) == ("https://courier.example/1", "courier.example")
    assert {(articles[id].source, articles[id].published) for id in ("h1", "h2")} == {("Courier", MARCH_9)}


def test_documents_as_langchain_itself_writes_them(tmp_path: Path) -> None:
    from langchain_core.documents import Document
    from langchain_core.load import dumps

    documents = [Document(STORY, metadata={"title": TITLE, "source": "Courier"}, id="x")]
    (tmp_path / "dumped.json").write_text(dumps(documents))
    (tmp_path / "model.jsonl").write_text(documents[0].model_copy(update={"id": "y"}).model_dump_json())
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert {id: (one.text, one.title, one.source) for id, one in articles.items()} == dict.fromkeys(("x", "y"), (STORY, TITLE, "Courier"))


def test_a_beir_folder_gives_its_corpus_and_not_its_questions(write: Write) -> None:
    corpus = write(
        {
            "corpus.jsonl": json.dumps({"_id": "d1", "title": TITLE, "text": STORY, "metadata": {"url": "https://a.example"}}),
            "queries.jsonl": json.dumps({"_id": "q1", "text": "What was closed?"}),
            "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
        }
    )
    articles, skipped, _ = loaded(corpus)
    assert {id: (article.title, article.url) for id, article in articles.items()} == {"d1": (TITLE, "https://a.example")}
    assert set(skipped) == {"queries.jsonl", "qrels/test.tsv"}
    assert all("dateline evaluate" in reason for reason in skipped.values())


MEMBERS = {"in/a.txt": b"Rain fell.", "b.html": samples.PAGE.encode(), "inner.zip": b"PK", "photo.jpg": b"\xff", "../../up.txt": b"Up.", "c.csv": b"nothing\nx\n"}  # fmt: skip


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_archives_of_articles(tmp_path: Path, name: str) -> None:
    data = samples.zipped(MEMBERS) if name == "a.zip" else samples.tarred(MEMBERS, "gz" if name.endswith("gz") else "")
    (tmp_path / name).write_bytes(data)
    articles, skipped, _ = loaded(tmp_path)
    assert set(articles) == {f"{name}/in/a.txt", f"{name}/b.html"}
    assert articles[f"{name}/b.html"].published == MARCH_9
    assert {article.path for article in articles.values()} == set(articles)
    assert skipped[f"{name}/inner.zip"] == "an archive within an archive is not opened"
    assert skipped[f"{name}/up.txt"] == "its name leads out of the archive"
    assert "found .jpg" in skipped[f"{name}/photo.jpg"]


def test_ids_stay_when_a_file_grows(tmp_path: Path) -> None:
    """What stands later in a feed, a mailbox or an archive keeps its id when something is put before it."""
    (tmp_path / "a.rss").write_text(samples.RSS)
    (tmp_path / "a.zip").write_bytes(samples.zipped({"b.txt": b"B."}))
    before = set(loaded(tmp_path)[0])
    (tmp_path / "a.rss").write_text(
        samples.RSS.replace("<item>", "<item><guid>urn:new</guid><description>New.</description></item><item>", 1)
    )
    (tmp_path / "a.zip").write_bytes(samples.zipped({"a.txt": b"A.", "b.txt": b"B."}))
    assert set(loaded(tmp_path)[0]) == before | {"a.rss:urn:new", "a.zip/a.txt"}


ENTITIES = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _bad_files(folder: Path) -> dict[str, str]:
    """{name: what its reason says} of files written into `folder`."""
    word = zipfile.ZipFile(io.BytesIO(samples.docx()))
    evil = {member: word.read(member) for member in word.namelist()}
    bomb = bytearray(samples.zipped({"word/media/zeros": b"", **evil}))
    at = bomb.index(b"PK\x01\x02") + 24
    bomb[at : at + 4] = (600 * 2**20).to_bytes(4, "little")  # what a member says it unpacks to
    locked = bytearray(samples.zipped({"a.txt": b"Hidden."}))
    for at in (6, locked.index(b"PK\x01\x02") + 8):
        locked[at] |= 1  # the flag of a member that is encrypted
    feed = (
        ENTITIES
        + '<rss version="2.0"><channel><title>t</title><item><guid>1</guid><description>&b;&x;</description></item></channel></rss>'
    )
    files: dict[str, tuple[bytes, str]] = {
        "broken.pdf": (samples.pdf("Text.")[:60], "expected a whole PDF"),
        "empty.pdf": (b"", "expected a whole PDF"),
        "scan.pdf": (samples.pdf(""), "read by OCR first"),
        "locked.pdf": (samples.pdf("Secret.", password="geheim"), "locked with a password"),
        "broken.docx": (samples.docx()[:500], "zipped parts"),
        "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "or an old .doc"),
        "text.docx": (samples.zipped({"a.txt": b"x"}), "expected a Word document"),
        "bomb.docx": (bytes(bomb), "at most 512 MB unpacked"),
        "broken.epub": (samples.epub()[:-40], "zipped parts"),
        "drm.epub": (samples.epub(**{"META-INF/encryption.xml": b"<e/>"}), "locked (DRM)"),
        "empty.html": (b"<html><body></body></html>", "expected a page with a story"),
        "big.html": (b"<p>" + b"a" * (Bounds().page_mb << 20), "at most 20 MB"),
        "nothing.mhtml": (b"From: x\r\n\r\nplain", "no HTML in it"),
        "text.eml": (b"\n\nno headers", "expected a mail"),
        "text.mbox": (b"no mbox", "expected an mbox"),
        "other.xml": (b"<a><b/></a>", "expected an RSS or Atom feed"),
        "entities.rss": (feed.encode(), "entity declarations"),
        "text.warc": (b"no warc at all\r\n", "web archive"),
        "number.json": (b"5", "expected a list of JSON objects"),
        "deep.json": (b"[" * 200_000, "cannot be read"),
        "broken.json": (b'[{"text": "a"}', "cannot be read"),
        "no-text.csv": (b"a,b\n1,2\n", "expected a string 'text', found the columns 'a', 'b'"),
        "broken.parquet": (b"PAR1 no", "cannot be read"),
        "broken.zip": (b"PK\x03\x04", "cannot be read"),
        "locked.zip/a.txt": (bytes(locked), "locked with a password"),
        "cut.tar.gz": (samples.tarred({"a.txt": b"x" * 10_000})[:60], "cannot be read"),
    }
    for name, (data, _) in files.items():
        (folder / name.split("/")[0]).write_bytes(data)
    return {name: reason for name, (_, reason) in files.items()}


def test_broken_locked_and_swollen_files_are_named_with_their_reason(tmp_path: Path) -> None:
    expected = _bad_files(tmp_path)
    (tmp_path / "good.txt").write_text("Rain fell.")
    began = time.monotonic()
    articles, skipped, _ = loaded(tmp_path)
    assert list(articles) == ["good.txt"]
    assert set(skipped) == set(expected)
    for name, reason in expected.items():
        assert reason in skipped[name], name
        assert "\n" not in skipped[name]
    assert time.monotonic() - began < 60


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    word = zipfile.ZipFile(io.BytesIO(samples.docx()))
    parts = {name: word.read(name) for name in word.namelist()}
    body = parts["word/document.xml"].decode().replace("council", "council &b; &x;")
    parts["word/document.xml"] = (ENTITIES + body[body.index("?>") + 2 :]).encode()
    (tmp_path / "a.docx").write_bytes(samples.zipped(parts))
    package = samples.epub(**{"OPS/book.opf": (ENTITIES + "<package><metadata><title>&b;&x;</title></metadata></package>").encode()})
    (tmp_path / "a.epub").write_bytes(package)
    articles, _, _ = loaded(tmp_path)
    for article in articles.values():
        assert "aaaaaaaaaa" not in article.text + str(article.title)
        assert "root:" not in article.text + str(article.title)


def test_archives_that_swell_stop_at_their_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MEMBERS", "3"), ("MEMBER_MB", "1"), ("ARCHIVE_MB", "2")):
        monkeypatch.setenv(f"DATELINE_{name}", value)
    megabyte = 2**20

    def read(data: bytes, name: str) -> list[str]:
        (tmp_path / name).write_bytes(data)
        load = packed.load_zip if name.endswith("zip") else packed.load_tar
        found: list[str] = []
        try:
            found.extend(
                item.reason if isinstance(item, Skipped) else item.within for item in load(tmp_path / name, lambda _: LOADERS[".txt"])
            )
        except ValueError as error:
            found.append(str(error))
        return found

    for pack, name in ((samples.zipped, "a.zip"), (samples.tarred, "a.tar.gz")):
        many = read(pack({f"{number}.txt": b"x" for number in range(9)}), name)
        assert many[:3] == ["/0.txt", "/1.txt", "/2.txt"]
        assert "expected at most 3 members" in many[3]
        assert len(many) == 4
        assert read(pack({"a.txt": b"x" * (megabyte + 1), "b.txt": b"y"}), name) == [
            "expected at most 1 MB, found 1 MB; or set DATELINE_MEMBER_MB",
            "/b.txt",
        ]
        assert "the rest is left out" in read(pack({"a.txt": bytes(2 * megabyte + 1)}), name)[0]


def test_bounds_of_what_is_read_apart_are_set_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own reads these files, and holds to what this one was told."""
    swollen = b"<p>" + b"word " * 300_000 + b"</p>"
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as rows:
        rows.writelines(json.dumps({"id": str(number), "text": "Rain fell. " * 40_000}) + "\n" for number in range(4))
    (tmp_path / "b.html").write_bytes(samples.PAGE.encode() + swollen)
    (tmp_path / "c.docx").write_bytes(samples.docx() + b"")
    with zipfile.ZipFile(tmp_path / "c.docx", "a") as parts:
        parts.writestr("word/media/large", bytes(2**21))
    (tmp_path / "d.epub").write_bytes(samples.epub())
    with zipfile.ZipFile(tmp_path / "d.epub", "a") as parts:
        parts.writestr("OPS/large", bytes(2**21))
    wide = loaded(tmp_path)
    assert not wide[1]
    said = {
        "PAGE_MB": ("b.html", "a page of at most 1 MB, found 1 MB; or set DATELINE_PAGE_MB"),
        "DOCUMENT_MB": ("c.docx", "at most 1 MB unpacked, found 2 MB; or set DATELINE_DOCUMENT_MB"),
        "TABLE_MB": ("a.jsonl.gz", "lines of at most 16 MB and 1 MB in all"),
    }
    for name, (file, reason) in said.items():
        with monkeypatch.context() as changed:
            changed.setenv(f"DATELINE_{name}", "1")
            skipped = loaded(tmp_path)[1]
            assert reason in skipped[file]
            assert set(skipped) == ({"c.docx", "d.epub"} if name == "DOCUMENT_MB" else {file})
    monkeypatch.setenv("DATELINE_LINE_MB", "1")
    (tmp_path / "a.jsonl.gz").unlink()
    (tmp_path / "e.jsonl").write_text(json.dumps({"text": "Rain fell. " * 100_000}))
    assert "lines of at most 1 MB" in loaded(tmp_path)[1]["e.jsonl"]


def test_every_bound_is_told_in_the_documentation() -> None:
    told = (ROOT / "docs" / "articles.md").read_text()
    table = {name: value for value, name in re.findall(r"^\|[^|]*\| ([\d,]+)[^|]*\| `DATELINE_(\w+)` \|$", told, re.MULTILINE)}
    assert {name.upper(): f"{value:,}" if value >= 10_000 else str(value) for name, value in asdict(Bounds()).items()} == table


def test_a_member_that_is_longer_than_it_says_is_cut_off(tmp_path: Path) -> None:
    data = bytearray(samples.zipped({"a.txt": b"word " * 100_000}))
    for at in (22, data.index(b"PK\x01\x02") + 24):
        data[at : at + 4] = (100).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    articles, skipped, _ = loaded(tmp_path)
    assert not articles
    assert list(skipped) == ["a.zip/a.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hang.pdf", "crash.pdf"])
def test_a_file_that_hangs_or_kills_its_reader_stops_nothing(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a stand-in for pypdf that loops for ever or dies: found before the real one on the path."""
    (tmp_path / "pypdf").mkdir()
    act = "while True: pass" if name == "hang.pdf" else "import os; os.kill(os.getpid(), 11)"
    (tmp_path / "pypdf" / "__init__.py").write_text(act)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / name).write_bytes(samples.pdf("Text."))
    (tmp_path / "a.html").write_text(samples.PAGE)
    with Apart(Bounds(read_seconds=6)) as apart:
        (hung,) = apart.read(tmp_path / name, name)
        assert isinstance(hung, Skipped)
        assert ("over 6 s" if name == "hang.pdf" else "crashed") in hung.reason
        (page,) = apart.read(tmp_path / "a.html", "a.html")
        assert not isinstance(page, Skipped)


def test_nothing_is_left_behind_by_a_build_that_is_dropped(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.html").write_text(samples.PAGE)
    items = load_articles([tmp_path])
    next(items)
    items.close()  # type: ignore[attr-defined]
    done = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False)
    assert "index.loaders.apart" not in done.stdout


def test_a_corpus_of_text_imports_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    program = (
        "import sys; from pathlib import Path; from index.loading import load_articles; list(load_articles([Path(sys.argv[1])])); "
        "print(sorted({'trafilatura', 'pypdf', 'docx', 'lxml', 'feedparser', 'warcio', 'pyarrow', 'py3langid', 'pandas', 'httpx', 'watchfiles'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_links_inside_an_archive_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(samples.tarred({"a.txt": b"Rain fell."}))
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        assert "secret.txt" in archive.getnames()
    data = io.BytesIO(samples.zipped({"a.txt": b"Rain fell."}))
    with zipfile.ZipFile(data, "a") as archive:
        link = zipfile.ZipInfo("secret.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (tmp_path / "a.zip").write_bytes(data.getvalue())
    assert set(loaded(tmp_path)[0]) == {"a.tar.gz/a.txt", "a.zip/a.txt"}


@pytest.mark.slow
def test_damaged_files_of_every_kind_are_read_or_named(tmp_path: Path) -> None:
    """Cut off, with bytes changed, lost and doubled: 6 of each kind, the same ones in every run. None crashes the reader or stops it."""
    chance = random.Random(9)
    whole = samples.files()
    for name, data in whole.items():
        stem, suffix = name.split(".", 1)
        for number in range(6):
            broken, place = bytearray(data), chance.randrange(len(data))
            if number % 3 == 0:
                broken = broken[:place]
            elif number % 3 == 1:
                for _ in range(10):
                    broken[chance.randrange(len(data))] = chance.randrange(256)
            else:
                broken[place : place + 100] = broken[:200]
            (tmp_path / f"{stem}{number}.{suffix}").write_bytes(broken)
    articles, skipped, _ = loaded(tmp_path)
    files = {path.name for path in tmp_path.iterdir()}
    for name in files:
        assert any(id.startswith(name) for id in [*skipped, *(article.path for article in articles.values())]), name
    assert not [reason for reason in skipped.values() if "crashed" in reason or "took over" in reason]
    assert all(
        list(article.pages) == sorted(article.pages) and max(article.pages, default=0) <= len(article.text) for article in articles.values()
    )


def test_every_suffix_is_tried_here() -> None:
    """A loader that nobody tests is named: the suffixes of this file and of test_loading.py."""
    tried = (Path(__file__).read_text() + Path(__file__).with_name("test_loading.py").read_text()).replace('"', "'")
    twins = {".htm", ".xhtml", ".mht", ".atom", ".tgz", ".tar.bz2", ".tar.xz"}  # the same loader under another name
    assert [suffix for suffix in LOADERS if f"{suffix}'" not in tried and suffix not in twins] == []
    assert set(LOADERS) > TRUSTED


GERMAN = "Der Bürgermeister der Stadt sagte am Freitag, die Brücke werde nach dem Sturm drei Wochen lang gesperrt bleiben, und die Fähren fahren weiter."


def test_the_language_of_an_article_is_marked(write: Write) -> None:
    assert language_of(STORY) == "en"
    assert language_of(GERMAN) == "de"
    assert (
        language_of("Le maire a déclaré vendredi que le pont resterait fermé pendant trois semaines après la tempête, selon la mairie.")
        == "fr"
    )
    assert language_of("市長は金曜日、嵐の後、橋は三週間閉鎖されると述べた。フェリーは運航を続ける。") == "ja"
    assert language_of("Rain fell.") is None
    assert language_of("12 34 56 " * 50) is None
    files = {
        "a.txt": GERMAN,
        "b.md": "---\nlanguage: nn-NO\n---\nDette er ei melding.",
        "c.txt": STORY,
        "d.md": f"---\nlanguage: German\n---\n{GERMAN}",
    }
    articles, _, _ = loaded(write(files))
    assert {id: article.language for id, article in articles.items()} == {"a.txt": "de", "b.md": "nn", "c.txt": "en", "d.md": "de"}


def test_pages_language_and_notes_come_through_a_build(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(samples.pdf(PARAGRAPHS[0], PARAGRAPHS[1]))
    (tmp_path / "in" / "b.csv").write_text(f"story\n{GERMAN.replace(',', ';')}\n")
    summary = index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder(), columns={"text": "story"})
    assert [note.path for note in summary.notes] == ["b.csv", ""]
    assert summary.notes[1].text.startswith("not in English: de 1. They are indexed and marked")
    archive = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    article = archive.article("a.pdf")
    assert article is not None
    assert (article.pages, article.language) == ((0, article.text.index("Engineers")), "en")
    (hit, *_) = archive.retrieve("What did the mayor Ingrid Dahl tell residents?")
    assert f"[a.pdf#page={Span(hit.article, hit.start, hit.end).page}:" in hits_as_text([hit])
    german = archive.article("b.csv:2")
    assert german is not None
    assert german.language == "de"
    assert f"b.csv:0-{len(GERMAN)}], in de " in hits_as_text(
        [hit for hit in archive.retrieve("Bürgermeister Brücke", k=9) if hit.article == german]
    )
    again = index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder(), columns={"text": "story"})
    assert (again.unchanged, again.generation) == (2, summary.generation)


def test_offsets_hold_in_every_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, data in samples.files().items():
        stem, suffix = name.split(".", 1)
        (tmp_path / "in" / f"{stem}-{suffix.replace('.', '-')}.{suffix}").write_bytes(data)
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    store = open_index(tmp_path / "index")
    assert not list(store.problems())
    texts = {article.id: article.text for article in loaded(tmp_path / "in")[0].values()}
    assert {article.id: article.text for article in store.articles()} == texts  # to the letter: an offset counts in either
    passages = store.passages(range(store.manifest["counts"]["passages"])).values()
    places = {id: text.index("Ingrid Dahl") for id, text in texts.items() if "Ingrid Dahl" in text}
    assert len(places) > 15
    for id, place in places.items():  # the words are found where they stand, in every kind of file
        assert [p for p in passages if p.article.id == id and p.text.startswith("Ingrid Dahl", place - p.start)], id
    kinds = {Path(article.path.split("/")[0]).name.split(".", 1)[1] for article in store.articles()}
    assert kinds == {name.split(".", 1)[1] for name in samples.files()}
    archive = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    reply = archive.ask("Who told residents that repairs of the harbour bridge could take three weeks?", k=100)
    assert reply.answered
    saved = json.loads(json.dumps(reply.to_dict()))  # as another program sees it
    stated = [citation for answer in saved["answers"] for citation in answer["citations"]]
    for place in (*stated, *saved["passages"]):
        assert texts[place["article"]["id"]][place["start"] : place["end"]] == place["text"]
    assert stated
