"""What is corrected by hand stays corrected, in every build, and goes with its article."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import index
from index.corpus.corrections import FILE, save_correction
from index.corpus.loading import load_articles
from index.stores.local.generations import open_index
from index.types import Article, DatelineError
from qa.web.corpus_editor import CorpusEditor
from qa.web.corpus_files import purge_files
from qa.web.corrections import changed_fields
from tests.conftest import Write
from tests.fakes import WordEmbedder

ROW = '{"id": "x7", "text": "One.", "title": "First", "source": "Globe", "published": "2022-10-14"}'


def build(corpora: Any, folder: Any, **options: Any) -> index.Summary:
    return index.build(corpora, folder, embedder=WordEmbedder(), **options)


@pytest.fixture
def place(write: Write, tmp_path: Path) -> tuple[Path, Path]:
    corpus = write({"a.txt": "Rain fell on Oslo.", "c.jsonl": f'{ROW}\n{{"text": "Two."}}\n'})
    build(corpus, tmp_path / "index")
    return corpus, tmp_path / "index"


def known(folder: Path, id: str) -> tuple[str | None, str | None, dt.date | None]:
    article = open_index(folder).article(id)
    assert article is not None
    return article.title, article.source, article.published


def test_a_correction_is_kept_by_every_build_and_the_file_is_left(
    place: tuple[Path, Path],
) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    editor.correct("c.jsonl:x7", open_index(folder), " A new\nhead ", "", "2022-10-14")
    assert editor.wait().notes == (
        "c.jsonl: corrected",
        "3 articles in the archive (0 added, 1 changed, 0 removed)",
    )
    assert known(folder, "c.jsonl:x7") == ("A new head", None, dt.date(2022, 10, 14))
    assert ROW in (corpus / "c.jsonl").read_text()
    editor.correct("c.jsonl:x7", open_index(folder), "A new head", "Post", "")
    assert not editor.wait().failed
    assert known(folder, "c.jsonl:x7") == ("A new head", "Post", None)
    (corpus / "c.jsonl").write_text(ROW.replace("One.", "One and a half."))
    build(corpus, folder, full=True)
    article = open_index(folder).article("c.jsonl:x7")
    assert article is not None
    assert (article.text, article.title, article.source) == (
        "One and a half.",
        "A new head",
        "Post",
    )


def test_a_correction_goes_with_its_article_and_comes_back_with_it(
    place: tuple[Path, Path],
) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    editor.correct("a.txt", open_index(folder), "Rain fell on Oslo", "Globe", "2022-10-14")
    editor.wait()
    corrected = known(folder, "a.txt")
    assert corrected[1:] == ("Globe", dt.date(2022, 10, 14))
    editor.remove("a.txt", open_index(folder))
    editor.wait()
    (corpus / "a.txt").write_text("Another story of that name.")
    assert "Globe" not in (corpus / FILE).read_text()
    (corpus / "a.txt").unlink()
    editor.undo()
    assert not editor.wait().failed
    assert known(folder, "a.txt") == corrected
    article = open_index(folder).article("a.txt")
    assert article is not None
    purge_files(article, False, [corpus])
    assert "Globe" not in (corpus / FILE).read_text()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("First", "Globe", "14 October"), "expected a day as YYYY-MM-DD, found '14 October'"),
        (("First", " Globe ", "2022-10-14"), "expected another title, outlet or date"),
        (("a" * 301, "Globe", ""), "expected at most 300 characters, found 301"),
    ],
)
def test_what_is_no_correction_is_refused(fields: tuple[str, str, str], said: str) -> None:
    article = Article("a", "One.", "First", "Globe", dt.date(2022, 10, 14))
    with pytest.raises(DatelineError, match=said):
        changed_fields(article, *fields)


def test_an_article_that_is_not_there_is_not_corrected(place: tuple[Path, Path]) -> None:
    editor = CorpusEditor([place[0]], place[1], build=build)
    with pytest.raises(DatelineError, match="expected an article 'none' in the corpus"):
        editor.correct("none", open_index(place[1]), "Title", "", "")


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"a.txt": 1}', '{"a.txt": {"text": "x"}}', '{"a.txt": {"published": "May"}}'],
)
def test_damaged_corrections_are_told_and_nothing_is_built_without_them(
    place: tuple[Path, Path], content: str
) -> None:
    (place[0] / FILE).write_text(content)
    with pytest.raises(
        DatelineError, match=r"expected corrections of articles in .*mend or remove"
    ):
        list(load_articles([place[0]]))


def test_two_folders_have_corrections_of_their_own(tmp_path: Path, write: Write) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a.txt").write_text(f"{folder.name}: rain fell.")
    save_correction(second, "second/a.txt", {"source": "Post"})
    items = [item for item in load_articles([first, second]) if isinstance(item, Article)]
    assert [(item.id, item.source) for item in items] == [("a.txt", None), ("second/a.txt", "Post")]
