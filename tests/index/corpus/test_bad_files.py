"""Files that are broken, locked, swollen or hostile: each is named with its reason.

Each is bounded in time and memory, and stops nothing.
"""

from __future__ import annotations

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
from dataclasses import asdict
from pathlib import Path

import pytest

from index.corpus.loaders import archives as packed
from index.corpus.loaders.bounds import Bounds
from index.corpus.loaders.registry import LOADERS
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.loading import load_articles
from index.types import Skipped
from tests.conftest import ROOT
from tests.index.corpus import samples
from tests.index.corpus.samples import STORY
from tests.index.corpus.test_loaders import loaded

ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
    '"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
)


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
    feed = ENTITIES + (
        '<rss version="2.0"><channel><title>t</title><item><guid>1</guid>'
        "<description>&b;&x;</description></item></channel></rss>"
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
        "drm.epub": (
            samples.epub(**{"META-INF/encryption.xml": b"<e><EncryptedData/></e>"}),
            "locked (DRM)",
        ),
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


def test_a_row_that_is_badly_quoted_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'title,text\nA,one\nB,"bad" quote here\nC,another\nD,"never closed\n'
    )
    articles, skipped, _ = loaded(tmp_path)
    assert [article.text for article in articles.values()] == ["one", "another"]
    assert list(skipped) == ["a.csv:3", "a.csv:5"]
    assert all(reason.startswith("expected a row of a table, found") for reason in skipped.values())


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    word = zipfile.ZipFile(io.BytesIO(samples.docx()))
    parts = {name: word.read(name) for name in word.namelist()}
    body = parts["word/document.xml"].decode().replace("council", "council &b; &x;")
    parts["word/document.xml"] = (ENTITIES + body[body.index("?>") + 2 :]).encode()
    (tmp_path / "a.docx").write_bytes(samples.zipped(parts))
    package = samples.epub(
        **{
            "OPS/book.opf": (
                ENTITIES + "<package><metadata><title>&b;&x;</title></metadata></package>"
            ).encode()
        }
    )
    (tmp_path / "a.epub").write_bytes(package)
    articles, _, _ = loaded(tmp_path)
    for article in articles.values():
        assert "aaaaaaaaaa" not in article.text + str(article.title)
        assert "root:" not in article.text + str(article.title)


def test_archives_that_swell_stop_at_their_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MEMBERS", "3"), ("MEMBER_MB", "1"), ("ARCHIVE_MB", "2")):
        monkeypatch.setenv(f"DATELINE_{name}", value)
    megabyte = 2**20

    def read(data: bytes, name: str) -> list[str]:
        (tmp_path / name).write_bytes(data)
        load = packed.load_zip if name.endswith("zip") else packed.load_tar
        found: list[str] = []
        try:
            found.extend(
                item.reason if isinstance(item, Skipped) else item.within
                for item in load(tmp_path / name, lambda _: LOADERS[".txt"])
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


def test_bounds_of_what_is_read_apart_are_set_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of its own reads these files, and holds to what this one was told."""
    swollen = b"<p>" + b"word " * 300_000 + b"</p>"
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as rows:
        rows.writelines(
            json.dumps({"id": str(number), "text": "Rain fell. " * 40_000}) + "\n"
            for number in range(4)
        )
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
    table = {
        name: value
        for value, name in re.findall(
            r"^\|[^|]*\| ([\d,]+)[^|]*\| `DATELINE_(\w+)` \|$", told, re.MULTILINE
        )
    }
    assert {
        name.upper(): f"{value:,}" if value >= 10_000 else str(value)
        for name, value in asdict(Bounds()).items()
    } == table


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
def test_a_file_that_hangs_or_kills_its_reader_stops_nothing(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for pypdfium2, found before the real one, loops for ever or dies."""
    (tmp_path / "pypdfium2").mkdir()
    act = "while True: pass" if name == "hang.pdf" else "import os; os.kill(os.getpid(), 11)"
    (tmp_path / "pypdfium2" / "__init__.py").write_text(act)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / name).write_bytes(samples.pdf("Text."))
    (tmp_path / "a.html").write_text(samples.PAGE)
    with Sandbox(Bounds(read_seconds=6)) as apart:
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
    done = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "index.corpus.loaders.sandbox" not in done.stdout


def test_a_corpus_of_text_imports_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    program = (
        "import sys; from pathlib import Path; from index.corpus.loading import "
        "load_articles; list(load_articles([Path(sys.argv[1])])); "
        "print(sorted({'trafilatura', 'pypdfium2', 'openpyxl', 'docx', 'lxml', 'feedparser', "
        "'warcio', 'pyarrow', 'py3langid', 'pandas', 'httpx', 'watchfiles'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
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
    """None that is cut off, or has bytes changed, lost or doubled, crashes the reader.

    There are 6 of each kind, the same ones in every run.
    """
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
        assert any(
            id.startswith(name)
            for id in [*skipped, *(article.path for article in articles.values())]
        ), name
    assert not [
        reason for reason in skipped.values() if "crashed" in reason or "took over" in reason
    ]
    assert all(
        list(article.pages) == sorted(article.pages)
        and max(article.pages, default=0) <= len(article.text)
        for article in articles.values()
    )
