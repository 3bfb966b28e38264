"""Every construct of every format: what is kept is kept to the letter, and once."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.index.corpus import samples
from tests.index.corpus.marked import FORMATS, table
from tests.index.corpus.test_loaders import loaded


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", list(FORMATS))
def test_marked_sentences_are_kept_or_left_out_as_the_table_says(
    tmp_path: Path, name: str, seed: int
) -> None:
    form = FORMATS[name]
    suffix = name.split()[0]
    said = form.sentences(seed)
    (tmp_path / f"a{suffix}").write_bytes(form.build(said))
    articles, _, _ = loaded(tmp_path)
    texts = [" ".join(article.text.split()) for article in articles.values()]
    found = {construct: sum(said[construct] in text for text in texts) for construct in said}
    assert found == {**dict.fromkeys(form.kept, 1), **dict.fromkeys(form.left_out, 0)}
    for construct in form.kept:
        if name != ".html":  # there the paragraph stands twice
            assert sum(text.count(said[construct]) for text in texts) == 1, construct


def test_the_table_in_the_documentation_is_this_one() -> None:
    assert table() in (ROOT / "docs" / "articles.md").read_text(encoding="utf-8")


def test_what_a_book_leaves_out_is_told(tmp_path: Path) -> None:
    form = FORMATS[".epub"]
    (tmp_path / "a.epub").write_bytes(form.build(form.sentences()))
    _, skipped, notes = loaded(tmp_path)
    assert list(skipped) == ["a.epub:OPS/missing.xhtml"]
    assert [note.text for note in notes] == [
        "pages outside its reading order that are left out: 1",
        "parts of its reading order that are no pages and left out: 1",
    ]


@pytest.mark.parametrize(
    ("algorithm", "locked"),
    [
        ("http://www.idpf.org/2008/embedding", False),
        ("http://ns.adobe.com/pdf/enc#RC", False),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
    ],
)
def test_a_book_with_unreadable_fonts_is_read_and_one_under_drm_is_not(
    tmp_path: Path, algorithm: str, locked: bool
) -> None:
    form = FORMATS[".epub"]
    with zipfile.ZipFile(io.BytesIO(form.build(form.sentences()))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    method = f'<EncryptedData><EncryptionMethod Algorithm="{algorithm}"/></EncryptedData>'
    parts["META-INF/encryption.xml"] = f"<encryption>{method}</encryption>".encode()
    (tmp_path / "a.epub").write_bytes(samples.zipped(parts))
    articles, skipped, _ = loaded(tmp_path)
    assert bool(articles) is not locked
    assert ("it is locked (DRM)" in skipped.get("a.epub", "")) is locked


def test_a_book_without_a_reading_order_is_read_as_its_manifest_has_it(tmp_path: Path) -> None:
    form = FORMATS[".epub"]
    with zipfile.ZipFile(io.BytesIO(form.build(form.sentences()))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    package = parts["OPS/book.opf"].decode()
    parts["OPS/book.opf"] = re.sub("<spine>.*</spine>", "<spine/>", package).encode()
    (tmp_path / "a.epub").write_bytes(samples.zipped(parts))
    texts = " ".join(article.text for article in loaded(tmp_path)[0].values())
    assert form.sentences()["pages in no reading order"] in texts


def test_what_a_word_document_leaves_out_is_told(tmp_path: Path) -> None:
    form = FORMATS[".docx"]
    whole = form.build(form.sentences())
    with zipfile.ZipFile(io.BytesIO(whole)) as document:
        parts = {name: document.read(name) for name in document.namelist()}
    place = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        f'<Relationship Id="x9" Type="{place}/chart" Target="footnotes.xml"/></Relationships>'
    )
    name = "word/_rels/document.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", relations.encode())
    (tmp_path / "a.docx").write_bytes(whole)
    (tmp_path / "b.docx").write_bytes(samples.zipped(parts))
    _, _, notes = loaded(tmp_path)
    assert [(note.path, note.text) for note in notes] == [
        ("b.docx", "charts, diagrams and embedded files whose words are left out: 1")
    ]


def test_a_chapter_that_is_empty_or_damaged_costs_itself_alone(tmp_path: Path) -> None:
    form = FORMATS[".epub"]
    whole = form.build(form.sentences())
    with zipfile.ZipFile(io.BytesIO(whole)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    (tmp_path / "a.epub").write_bytes(whole)
    parts |= {"OPS/plain.xhtml": b" ", "OPS/wide.xhtml": b"<!-- -->", "OPS/old.html": bytes(9)}
    (tmp_path / "b.epub").write_bytes(samples.zipped(parts))
    articles, skipped, _ = loaded(tmp_path)
    ids = [id.partition(":")[2] for id in articles]
    gone = ["OPS/plain.xhtml", "OPS/wide.xhtml", "OPS/old.html"]
    assert [id for id in ids if ids.count(id) == 1] == gone
    assert "b.epub:OPS/old.html" in skipped


def test_a_page_of_which_much_is_left_out_says_so(tmp_path: Path) -> None:
    form = FORMATS[".html"]
    page = form.build(form.sentences()).decode()
    aside = "<aside>" + "<p>Ten ways to cook cod, and none of them takes an hour.</p>" * 20
    (tmp_path / "a.html").write_text(page.replace("<aside>", aside))
    (tmp_path / "b.html").write_text(page)
    _, skipped, notes = loaded(tmp_path)
    assert not skipped
    told = {note.path: note.text for note in notes}
    assert "words of the page's paragraphs that are left out: " in told["a.html"]
    assert "b.html" not in told
