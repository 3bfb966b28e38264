"""Files of a corpus: found, taken in, set aside, and put back as they were."""

from __future__ import annotations

import filecmp
import zipfile
from pathlib import Path
from typing import Any

import pytest

from index.types import Article, DatelineError
from qa.web.corpus_files import find_file, lost_paths, missing_paths, set_aside, take_in
from tests.conftest import Write


@pytest.fixture
def corpus(write: Write) -> Path:
    return write({"a.txt": "Rain fell on Oslo.", "sub/b.txt": "Snow fell on Bergen."})


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """Make a folder with a text, and a file that no loader reads."""
    folder = tmp_path / "staged" / "added"
    folder.mkdir(parents=True)
    (folder / "fog.txt").write_text("Fog fell on Voss.")
    (folder / "a.png").write_bytes(b"\x89PNG\x00")
    return folder.parent


class StoreOf:
    """A store of some articles."""

    def __init__(self, *articles: Article) -> None:
        self._articles = articles

    def articles(self) -> tuple[Article, ...]:
        return self._articles


def files(corpus: Path) -> dict[str, str]:
    found = [path for path in corpus.rglob("*") if path.is_file()]
    return {path.relative_to(corpus).as_posix(): path.read_text() for path in found}


def test_a_file_is_found_within_its_corpus_and_nowhere_else(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert find_file(Article("x", "", path="sub/b.txt"), [corpus]) == corpus / "sub" / "b.txt"
    for path in ("../secret.txt", "link.txt", "nothing.txt", str(tmp_path / "secret.txt")):
        assert find_file(Article("x", "", path=path), [corpus]) is None
    single = tmp_path / "secret.txt"
    assert find_file(Article("x", "", path="secret.txt"), [corpus, single]) == single


def test_of_two_corpora_with_a_file_the_id_tells_which(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("Hail.")
    both = [corpus, other]
    assert find_file(Article("a.txt", "", path="a.txt"), both) == corpus / "a.txt"
    assert find_file(Article("other/a.txt", "", path="a.txt"), both) == other / "a.txt"


def test_what_can_be_read_is_taken_in_and_taken_back(corpus: Path, staged: Path) -> None:
    before = files(corpus)
    change = take_in(staged, corpus)
    assert change.notes[0].startswith("a.png: expected one of")
    assert change.notes[1:] == ("fog.txt: added",)
    assert files(corpus) == {**before, "added/fog.txt": "Fog fell on Voss."}
    assert not staged.exists()
    change.undo()
    assert files(corpus) == before


def test_adding_reads_no_file_of_another_size(
    corpus: Path, staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive may hold gigabytes: what is added is compared with files of its size alone."""
    (corpus / "added" / "in").mkdir(parents=True)
    (corpus / "added" / "large.txt").write_text("Fog fell on Voss for days.")
    (corpus / "added" / "other.txt").write_text("Fog fell on Hol!.")
    (corpus / "added" / "in" / "same.txt").write_text("Fog fell on Voss.")
    (staged / "added" / "new.txt").write_text("Mist.")
    compared: list[str] = []
    compare = filecmp.cmp

    def comparing(one: Path, other: Path, shallow: bool) -> bool:
        compared.append(Path(other).name)
        return compare(one, other, shallow)

    monkeypatch.setattr(filecmp, "cmp", comparing)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read"))
    notes = take_in(staged, corpus).notes
    assert notes[1:] == ("fog.txt: it is in the archive already", "new.txt: added")
    assert set(compared) <= {"other.txt", "same.txt"}


def test_an_archive_is_taken_in_whole_and_its_articles_are_found_in_it(
    corpus: Path, staged: Path
) -> None:
    with zipfile.ZipFile(staged / "added" / "news.zip", "w") as packed:
        packed.writestr("hail.txt", "Hail fell on Moss.")
        packed.writestr("old/sleet.txt", "Sleet fell on Moss.")
        packed.writestr("photo.png", b"\x89PNG\x00")
    change = take_in(staged, corpus)
    assert any(note.startswith("news.zip/photo.png: expected one of") for note in change.notes)
    assert "news.zip: added" in change.notes
    file = corpus / "added" / "news.zip"
    hail = Article("added/news.zip/hail.txt", "", path="added/news.zip/hail.txt")
    assert find_file(hail, [corpus]) == find_file(hail, [file, corpus]) == file
    store: Any = StoreOf(hail)
    assert missing_paths(store, [corpus]) == []
    set_aside(file, hail.path, [corpus])
    assert missing_paths(store, [corpus]) == [hail.path]
    assert lost_paths(store, [corpus]) == []  # it was removed, it is not lost


def test_a_file_is_replaced_only_if_that_is_wanted(corpus: Path, staged: Path) -> None:
    (corpus / "added").mkdir()
    (corpus / "added" / "fog.txt").write_text("Old fog.")
    before = files(corpus)
    change = take_in(staged, corpus, ["b: refused"], replacing=True)
    assert change.notes[0] == "b: refused"
    assert files(corpus)["added/fog.txt"] == "Fog fell on Voss."
    change.undo()
    assert files(corpus) == before
    (staged / "added").mkdir(parents=True)
    (staged / "added" / "fog.txt").write_text("New fog.")
    assert take_in(staged, corpus).notes == ("fog-2.txt: added",)
    assert files(corpus)["added/fog.txt"] == "Old fog."


def test_nothing_that_can_be_read_is_refused_with_every_reason(corpus: Path, staged: Path) -> None:
    (corpus / "added").mkdir()
    (corpus / "added" / "other.txt").write_text("Fog fell on Voss.")
    reasons = "b: refused; a.png: expected one of .*; fog.txt: it is in the archive already"
    with pytest.raises(DatelineError, match=reasons):
        take_in(staged, corpus, ["b: refused"])
    assert not staged.exists()


def test_a_removed_file_is_set_aside_and_is_not_lost(corpus: Path) -> None:
    names = ("a.txt", "sub/b.txt", "sub/c.txt")
    store: Any = StoreOf(*(Article(path, "", path=path) for path in names))
    change = set_aside(corpus / "sub" / "b.txt", "sub/b.txt", [corpus])
    assert change.notes == ("sub/b.txt: removed; it lies in .removed/b.txt of the corpus folder",)
    assert set(files(corpus)) == {"a.txt", ".removed/b.txt"}
    assert missing_paths(store, [corpus]) == ["sub/b.txt", "sub/c.txt"]
    assert lost_paths(store, [corpus]) == ["sub/c.txt"]
    (corpus / "sub").rmdir()
    change.undo()
    assert set(files(corpus)) == {"a.txt", "sub/b.txt"}
