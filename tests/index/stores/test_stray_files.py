"""What does not belong in an index folder: pipes, links, large files, stray names, odd paths.

Opening says one line, and a build mends it. Nothing outside the folder is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import index
from index.build_cache import CACHE
from index.corpora import CORPORA
from index.stores.local.generations import current, generations, open_index
from index.stores.local.place import FolderPlace
from index.types import DatelineError
from qa import Archive
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

EMBEDDER = WordEmbedder()
FILES = {"a.txt": "The truce was brokered by Geneva. It held."}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """End a test that waits for a pipe."""

    def end(*_: object) -> None:
        raise AssertionError("it waits for ever")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    """Give an index with one generation."""
    index.build(write(FILES), tmp_path / "index", embedder=EMBEDDER)
    return tmp_path / "index"


def as_large_file(path: Path) -> None:
    path.write_text("000001" + "\n" * 5_000_000)


def as_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def as_link_outside(path: Path) -> None:
    path.symlink_to(path.parent.parent / "precious.txt")


def as_folder(path: Path) -> None:
    (path / "inner").mkdir(parents=True)


Put = Callable[[Path], object]


def as_huge_file(path: Path) -> None:
    path.touch()
    os.truncate(path, 20 * 2**30)  # of nothing: it takes no place


PUTS: list[Put] = [
    os.mkfifo,
    as_large_file,
    as_huge_file,
    as_link_to_itself,
    as_link_outside,
    as_folder,
]


@pytest.mark.parametrize("put", PUTS)
@pytest.mark.parametrize(
    "name",
    ["CURRENT", "000001", ".lock", ".CURRENT", ".draft-000002", ".trash-000001", CORPORA, CACHE],
)
def test_what_is_in_the_way_is_one_line_and_a_build_mends_it(
    folder: Path, write: Write, name: str, put: Put
) -> None:
    precious = folder.parent / "precious.txt"
    precious.write_text("keep me")
    if name == "000001":
        shutil.rmtree(folder / name)
    (folder / name).unlink(missing_ok=True)
    put(folder / name)
    if name == "000001" or (name == "CURRENT" and put is not as_large_file):
        with pytest.raises(DatelineError, match="build") as refused:
            open_index(folder)
        assert "\n" not in str(refused.value)
    summary = index.build(write({"b.txt": "Rain fell."}), folder, embedder=EMBEDDER)
    assert [article.id for article in open_index(folder).articles()] == ["b.txt"]
    assert summary.generation == current(folder)
    assert FolderPlace(folder).verify() == []
    assert precious.read_text() == "keep me"


def test_a_current_of_megabytes_is_read_no_further_than_a_name(folder: Path) -> None:
    as_large_file(folder / "CURRENT")
    assert current(folder) == "000001"  # what follows is blank
    (folder / "CURRENT").write_text("1" * 5_000_000)
    with pytest.raises(DatelineError) as refused:
        current(folder)
    assert len(str(refused.value)) < 300


def test_stray_names_of_generations_are_passed_over(folder: Path, write: Write) -> None:
    """Files, links, empty folders, and digits of other scripts."""
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "manifest.json").write_text("{}")
    (folder / "000002").write_text("a file")
    (folder / "000003").symlink_to(outside)
    (folder / "000004").mkdir()
    (folder / "\u0660\u0660\u0660\u0660\u0660\u0669").mkdir()
    (folder / ("9" * 40)).mkdir()
    assert generations(folder) == ["000001"]
    for number, name in enumerate(("b.txt", "c.txt", "d.txt")):
        summary = index.build(write({name: f"Rain fell {number}."}), folder, embedder=EMBEDDER)
        assert summary.generation == f"{5 + number:06d}"
        assert FolderPlace(folder).verify() == []
    assert (outside / "manifest.json").read_text() == "{}"
    assert (folder / "000002").read_text() == "a file"
    assert FolderPlace(folder).rollback() == "000006"


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


MANIFESTS: list[Put] = [
    as_pipe,
    lambda path: path.write_text("[" * 200_000),
    lambda path: path.write_text("Infinity"),
    lambda path: path.write_text("null"),
    lambda path: path.write_text(json.dumps({"seal": "", "format": float("inf")})),
    lambda path: os.truncate(path, 70 * 2**20),
]


@pytest.mark.parametrize("damage", MANIFESTS)
def test_a_manifest_that_is_none_is_one_line_and_a_build_mends_it(
    folder: Path, write: Write, damage: Put
) -> None:
    damage(folder / "000001" / "manifest.json")
    with pytest.raises(DatelineError, match="run: dateline") as refused:
        open_index(folder)
    assert "\n" not in str(refused.value)
    index.build(write(FILES), folder, embedder=EMBEDDER, full=True)
    assert FolderPlace(folder).verify() == []


@pytest.mark.parametrize("name", ["a#b", "a?mode=rw", "100%25 sure", "%2e%2e", "é & ü; x"])
def test_an_index_may_lie_at_any_path(tmp_path: Path, write: Write, name: str) -> None:
    """A path is no address: what follows # or ? is part of it."""
    (tmp_path / "in").mkdir()
    index.build(write(FILES), tmp_path / "in" / name, embedder=EMBEDDER)
    archive = Archive.open(tmp_path / "in" / name, embedder=EMBEDDER, reader=CapitalReader())
    assert "Geneva" in archive.ask("Who brokered the truce?").answers[0].text
    assert [path.name for path in (tmp_path / "in").iterdir()] == [name]
