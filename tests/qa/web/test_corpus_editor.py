"""The editor: what it adds, removes and refuses; what a failed rebuild leaves."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import index
from index.stores.local.generations import current, open_index
from index.types import Skipped
from qa.web.article_table import status_html
from qa.web.corpus_editor import CorpusEditor
from tests.conftest import Write
from tests.fakes import WordEmbedder

Build = Callable[..., index.Summary]


def build(corpora: Any, folder: Any, **options: Any) -> index.Summary:
    return index.build(corpora, folder, embedder=WordEmbedder(), **options)


@pytest.fixture
def place(write: Write, tmp_path: Path) -> tuple[Path, Path]:
    """Write a corpus of two articles and a file of two records; return it and its index."""
    corpus = write(
        {
            "a.txt": "Rain fell on Oslo.",
            "sub/b.txt": "Snow fell on Bergen.",
            "c.jsonl": '{"text": "One."}\n{"text": "Two."}\n',
        }
    )
    build(corpus, tmp_path / "index")
    return corpus, tmp_path / "index"


def test_text_is_added_beside_the_corpus_with_what_is_known_of_it(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    editor.add_text(
        "Fog fell.\nIt was thick.",
        'The "fog": a title',
        "Globe",
        "2022-10-14",
        "https://example.org/fog",
    )
    status = editor.wait()
    assert (status.busy, status.failed) == (False, False)
    assert status.notes == (
        "the-fog-a-title.md: added",
        "5 articles in the archive (1 added, 0 changed, 0 removed)",
    )
    article = open_index(folder).article("added/the-fog-a-title.md")
    assert article is not None
    assert (
        article.text.strip(),
        article.title,
        article.source,
        str(article.published),
        article.url,
    ) == (
        "Fog fell.\nIt was thick.",
        'The "fog": a title',
        "Globe",
        "2022-10-14",
        "https://example.org/fog",
    )
    assert build(corpus, folder).unchanged == 5  # dateline build finds it too


def test_text_that_looks_like_front_matter_is_text(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    editor.add_text("---\ntitle: stolen\n---\nThe mayor of Voss resigned.", title="Mine")
    assert not editor.wait().failed
    article = open_index(folder).article("added/mine.md")
    assert article is not None
    assert (article.title, "title: stolen" in article.text) == ("Mine", True)


def test_files_that_can_be_read_are_added_and_the_others_named(
    place: tuple[Path, Path], tmp_path: Path
) -> None:
    corpus, folder = place
    (tmp_path / "fog.txt").write_text("Fog fell on Voss.")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\x00")
    (tmp_path / "empty.txt").write_text("")
    editor = CorpusEditor([corpus], folder, build=build)
    editor.add_files([tmp_path / "fog.txt", tmp_path / "a.png", tmp_path / "empty.txt"])
    notes = editor.wait().notes
    assert any(note.startswith("a.png: expected one of") for note in notes)
    assert "empty.txt: there is no text in it" in notes
    assert [file.name for file in (corpus / "added").iterdir()] == ["fog.txt"]
    editor.add_files([tmp_path / "fog.txt"])
    status = editor.wait()
    assert status.failed
    assert status.notes == ("fog.txt: it is in the archive already",)
    (tmp_path / "fog.txt").write_text("Other fog fell on Voss.")
    editor.add_files([tmp_path / "fog.txt"])
    assert not editor.wait().failed
    assert sorted(file.name for file in (corpus / "added").iterdir()) == ["fog-2.txt", "fog.txt"]


def test_a_page_of_the_web_is_added_below_its_host_and_replaced_when_it_is_fetched_again(
    place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, folder = place
    texts = iter(
        ["Fog fell on Voss.", "Fog fell on Voss.", "Fog fell on Moss.", "Fog fell on Hamar."]
    )

    def fetched(urls: list[str], kept: Path, **bounds: Any) -> list[Any]:
        assert (urls, bounds["private"], bounds["most"]) == (["http://a.example/fog"], False, 10)
        (kept / "added" / "a.example").mkdir(parents=True)
        (kept / "added" / "a.example" / "fog-1.md").write_text(
            f"---\nurl: http://a.example/fog\n---\n\n{next(texts)}\n"
        )
        return [Skipped("http://a.example/gone", "expected the page, found status 404")]

    monkeypatch.setattr("qa.web.corpus_editor.fetch", fetched)
    editor = CorpusEditor([corpus], folder, build=build)
    said = []
    for _ in range(3):
        editor.add_url("http://a.example/fog")
        said.append(editor.wait().notes)
    gone = "http://a.example/gone: expected the page, found status 404"
    assert said[0] == (
        gone,
        "fog-1.md: added",
        "5 articles in the archive (1 added, 0 changed, 0 removed)",
    )
    assert said[1] == (f"{gone}; fog-1.md: it is in the archive already",)
    assert said[2] == (
        gone,
        "fog-1.md: added",
        "5 articles in the archive (0 added, 1 changed, 0 removed)",
    )
    article = open_index(folder).article("added/a.example/fog-1.md")
    assert article is not None
    assert (article.text.strip(), article.url) == ("Fog fell on Moss.", "http://a.example/fog")

    def failing(*arguments: Any, **options: Any) -> index.Summary:
        raise index.DatelineError("expected to write the index, found: no space left")

    editor = CorpusEditor([corpus], folder, build=failing)
    editor.add_url("http://a.example/fog")
    assert editor.wait().failed
    assert (
        "Moss" in (corpus / "added" / "a.example" / "fog-1.md").read_text()
    )  # what was there is there again


def test_the_page_fetches_no_address_of_the_own_network_unless_it_is_allowed(
    place: tuple[Path, Path],
) -> None:
    corpus, folder = place
    for private, said in (
        (False, "expected a site of the public internet"),
        (True, "is this machine on the network?"),
    ):
        editor = CorpusEditor(
            [corpus], folder, build=build, private=private, resolve=lambda *_: ["127.0.0.1"]
        )
        editor.add_url("http://a.example:9/fog")
        status = editor.wait()
        assert status.failed
        assert said in status.notes[-1]


def test_removing_moves_the_file_aside(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    editor.remove("sub/b.txt", open_index(folder))
    status = editor.wait()
    assert status.notes[-1] == "3 articles in the archive (0 added, 0 changed, 1 removed)"
    assert (corpus / ".removed" / "b.txt").read_text() == "Snow fell on Bergen."
    assert open_index(folder).article("sub/b.txt") is None


def test_a_removal_is_undone_and_only_the_last_change(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    with pytest.raises(index.DatelineError, match="expected an article that was just removed"):
        editor.undo()
    editor.remove("sub/b.txt", open_index(folder))
    assert editor.wait().undoable
    editor.undo()
    status = editor.wait()
    assert (status.failed, status.undoable) == (False, False)
    assert status.notes[0] == "the article was put back"
    assert (corpus / "sub" / "b.txt").read_text() == "Snow fell on Bergen."
    assert open_index(folder).article("sub/b.txt") is not None
    editor.remove("sub/b.txt", open_index(folder))
    editor.wait()
    editor.add_text("Fog fell on Voss.")
    assert not editor.wait().undoable  # something else was changed since


def test_an_empty_folder_begins_an_archive_and_no_other_does(tmp_path: Path, write: Write) -> None:
    corpus, folder = tmp_path / "new" / "corpus", tmp_path / "index"
    editor = CorpusEditor([corpus], folder, build=build)
    assert editor.begin_empty()
    assert corpus.is_dir()
    editor.add_text("Fog fell on Voss.", "Fog")
    assert not editor.wait().failed
    assert [article.title for article in open_index(folder).articles()] == ["Fog"]
    assert not editor.begin_empty()  # it is built
    full = CorpusEditor([write({"a.txt": "Rain."})], tmp_path / "no index", build=build)
    assert not full.begin_empty()  # it is to be built, not begun
    assert not CorpusEditor([], tmp_path / "no index").begin_empty()


def test_an_archive_is_added_and_an_article_in_it_is_not_removed_alone(
    place: tuple[Path, Path], tmp_path: Path
) -> None:
    corpus, folder = place
    with zipfile.ZipFile(tmp_path / "news.zip", "w") as packed:
        packed.writestr("hail.txt", "Hail fell on Moss.")
        packed.writestr("sleet.txt", "Sleet fell on Moss.")
    editor = CorpusEditor([corpus], folder, build=build)
    editor.add_files([tmp_path / "news.zip"])
    assert editor.wait().notes[-1].endswith("(2 added, 0 changed, 0 removed)")
    store = open_index(folder)
    assert editor.why_not(store) is None  # more can be added
    with pytest.raises(index.DatelineError, match=r"found news\.zip with 2"):
        editor.remove("added/news.zip/hail.txt", store)


def test_what_cannot_be_removed_is_refused(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    with pytest.raises(
        index.DatelineError, match=r"expected a file of one article, found c\.jsonl with 2"
    ):
        editor.remove("c.jsonl:1", open_index(folder))
    for id in ("nothing", "../secret", "/etc/passwd"):
        with pytest.raises(index.DatelineError, match="found none"):
            editor.remove(id, open_index(folder))


def test_the_last_article_stays(write: Write, tmp_path: Path) -> None:
    corpus, folder = write({"a.txt": "Rain fell on Oslo."}), tmp_path / "index"
    build(corpus, folder)
    editor = CorpusEditor([corpus], folder, build=build)
    editor.remove("a.txt", open_index(folder))
    status = editor.wait()
    assert status.failed
    assert "expected articles in" in status.notes[-1]
    assert (corpus / "a.txt").is_file()
    assert open_index(folder).article("a.txt") is not None


@pytest.mark.parametrize(
    "error",
    [index.DatelineError("expected to write the index, found: no space left"), ValueError("a bug")],
)
def test_a_failed_rebuild_leaves_corpus_and_index_as_they_were(
    place: tuple[Path, Path], error: Exception
) -> None:
    corpus, folder = place

    def failing(*arguments: Any, **options: Any) -> index.Summary:
        raise error

    before = sorted(file.relative_to(corpus) for file in corpus.rglob("*") if file.is_file())
    editor = CorpusEditor([corpus], folder, build=failing)
    editor.add_text("Fog fell.")
    status = editor.wait()
    editor.remove("a.txt", open_index(folder))
    assert status.failed
    assert editor.wait().failed
    assert str(error) in status.notes[-1]
    assert (
        sorted(file.relative_to(corpus) for file in corpus.rglob("*") if file.is_file()) == before
    )
    assert current(folder) == "000001"


def test_an_index_that_holds_other_articles_is_not_rebuilt(
    place: tuple[Path, Path], tmp_path: Path
) -> None:
    corpus, folder = place
    (tmp_path / "other").mkdir()
    editor = CorpusEditor([tmp_path / "other"], folder, build=build)
    assert "found 4 articles elsewhere" in str(editor.why_not(open_index(folder)))
    editor.add_text("Fog fell.")
    assert editor.wait().failed
    assert (current(folder), list((tmp_path / "other").rglob("*.txt"))) == ("000001", [])
    nowhere = str(CorpusEditor([tmp_path / "nowhere"], folder).why_not(open_index(folder)))
    assert "found none; serve the page with the folder" in nowhere
    assert CorpusEditor([corpus], folder).why_not(open_index(folder)) is None


def test_changes_made_at_once_are_made_one_after_another(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    editor = CorpusEditor([corpus], folder, build=build)
    threads = [
        threading.Thread(target=editor.add_text, args=(f"Story number {number} of the fog.",))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not editor.wait().failed
    assert len(list(open_index(folder).articles())) == 10


def test_the_bar_follows_the_rebuild(place: tuple[Path, Path]) -> None:
    corpus, folder = place
    shown = []

    def telling(*arguments: Any, progress: Any, **options: Any) -> index.Summary:
        for done in (3, 10):
            progress("encoding passages", done, 10)
            shown.append(status_html(editor.status))
        return build(*arguments, **options)

    editor = CorpusEditor([corpus], folder, build=telling)
    editor.add_text("Fog fell.", title="Fog")
    assert not editor.wait().failed
    assert [
        "Encoding passages (3 of 10) …" in shown[0],
        "Encoding passages (10 of 10) …" in shown[1],
    ] == [True, True]
    assert ['value="3" max="10"' in shown[0], 'value="10" max="10"' in shown[1]] == [True, True]
    assert "<progress" not in status_html(editor.status)
    assert "fog.md: added" in status_html(editor.status)


def test_bad_text_is_refused_at_once(tmp_path: Path) -> None:
    editor = CorpusEditor([tmp_path], tmp_path / "index", build=build)
    for fields, said in (
        (("  ",), "found none"),
        (("x" * 2_000_001,), "at most 2,000,000 characters"),
        (("x", "", "", "14 October"), "YYYY-MM-DD"),
        (("x", "", "", "", "javascript:alert(1)"), "http:// or https://"),
    ):
        with pytest.raises(index.DatelineError, match=said):
            editor.add_text(*fields)
    with pytest.raises(index.DatelineError, match="at most 100 files at once, found 101"):
        editor.add_files([tmp_path / "a.txt"] * 101)
    assert not editor.status.busy
