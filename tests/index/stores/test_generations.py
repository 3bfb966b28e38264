"""Generations on disk: written aside, published at one instant, checked when they are opened.

Two are kept, and one builder writes at a time.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import filelock
import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

import index
from index.stores.local.generations import current, open_index
from index.stores.local.manifests import FORMAT, seal_of, sha256_of
from index.stores.local.place import FolderPlace
from index.types import DatelineError, Filters
from qa import Archive
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

EMBEDDER = WordEmbedder()
FILES = {
    "a.txt": "The truce was brokered by Geneva. It held.",
    "b.txt": "The museum opens at nine. Entry is free.",
}


def published(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name[0] != "."}


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    """Give an index with two generations; the live one lacks b.txt."""
    index.build(write(FILES), tmp_path / "index", embedder=EMBEDDER)
    index.build(write({"a.txt": FILES["a.txt"]}), tmp_path / "index", embedder=EMBEDDER)
    return tmp_path / "index"


def test_the_folder_is_as_designed(folder: Path) -> None:
    assert published(folder) == {"CURRENT", "000001", "000002"}
    assert current(folder) == "000002"
    assert {path.name for path in (folder / "000002").iterdir()} == {
        "manifest.json",
        "articles.sqlite",
        "positions.sqlite",
        "vectors.faiss",
        "keywords",
    }
    manifest = json.loads((folder / "000002" / "manifest.json").read_text())
    assert manifest["format"] == FORMAT == 5
    assert manifest["counts"] == {"articles": 1, "passages": 1}
    assert manifest["encoder"]["fingerprint"] == EMBEDDER.fingerprint
    assert {"articles.sqlite", "vectors.faiss", "keywords/meta.json"} <= manifest["files"].keys()
    assert FolderPlace(folder).verify() == []


def test_two_generations_are_kept_and_rollback_goes_back(folder: Path, write: Write) -> None:
    index.build(write({"c.txt": "Third."}), folder, embedder=EMBEDDER)
    assert published(folder) == {"CURRENT", "000002", "000003"}
    assert FolderPlace(folder).rollback() == "000002"
    assert [article.id for article in open_index(folder).articles()] == ["a.txt"]
    with pytest.raises(DatelineError, match="found none"):
        FolderPlace(folder).rollback()  # the one before is gone
    summary = index.build(write({"d.txt": "Fourth."}), folder, embedder=EMBEDDER)
    assert summary.generation == "000004"
    assert {"000002", "000004"} <= published(folder)


def test_a_generation_in_use_outlives_its_turn(folder: Path, write: Write) -> None:
    archive = Archive.open(folder, embedder=EMBEDDER, reader=CapitalReader())
    for number in range(3):
        index.build(write({"c.txt": f"Rain number {number}."}), folder, embedder=EMBEDDER)
    assert "000002" in published(folder)
    assert archive.ask("Who brokered the truce?").index_generation == "000002"
    assert archive.refresh()
    assert archive.ask("Rain number?").index_generation == "000005"
    assert not archive.refresh()
    index.build(write({"c.txt": "Sun."}), folder, embedder=EMBEDDER)
    assert "000002" not in published(folder)


def test_leftovers_of_a_killed_build_are_removed_by_the_next(folder: Path, write: Write) -> None:
    (folder / ".draft-000003" / "keywords").mkdir(parents=True)
    (folder / ".trash-000000").mkdir()
    index.build(write(FILES), folder, embedder=EMBEDDER)
    assert not list(folder.glob(".draft-*"))
    assert not list(folder.glob(".trash-*"))


def test_a_second_builder_is_told_so_and_the_first_goes_on(folder: Path, write: Write) -> None:
    with (
        filelock.FileLock(folder / ".lock"),
        pytest.raises(DatelineError, match="found another at work"),
    ):
        index.build(write(FILES), folder, embedder=EMBEDDER)
    assert current(folder) == "000002"


def test_a_builder_whose_lock_file_was_removed_publishes_nothing(
    folder: Path, write: Write
) -> None:
    """Another may hold the new lock: of two that build at once one would publish over the other."""
    with FolderPlace(folder).writing() as writer:
        (folder / ".lock").unlink()
        meanwhile = index.build(write(FILES), folder, embedder=EMBEDDER)  # another builder
        assert meanwhile.generation == "000003"
        with pytest.raises(OSError, match="is not the file that this builder locked"):
            writer.check_lock()

    class Removing(WordEmbedder):
        def encode(self, texts: Sequence[str]) -> Any:
            (folder / ".lock").unlink()
            (folder / ".lock").touch()
            return super().encode(texts)

    with pytest.raises(
        DatelineError, match="locked; leave it in its place; the index is as it was"
    ):
        index.build(write({"c.txt": "Third."}), folder, embedder=Removing())
    assert current(folder) == "000003"
    assert FolderPlace(folder).verify() == []


def test_an_index_of_a_newer_dateline_is_neither_read_nor_written_over(
    folder: Path, write: Write
) -> None:
    path = folder / "000002" / "manifest.json"
    path.write_text(path.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'))
    for attempt in (
        lambda: open_index(folder),
        lambda: index.build(write(FILES), folder, embedder=EMBEDDER),
    ):
        with pytest.raises(
            DatelineError,
            match=f"found format {FORMAT + 1} in .* written by a newer Dateline; "
            "use that one, or run: dateline rollback",
        ):
            attempt()
    assert current(folder) == "000002"
    assert FolderPlace(folder).rollback() == "000001"
    assert index.build(write(FILES), folder, embedder=EMBEDDER).unchanged == 2


# One short article, by the stand-in of an encoder, written by Dateline when the format was 2.
OLD = Path(__file__).parent / "format2.tar.gz"


def test_an_index_of_an_older_format_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, write: Write
) -> None:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "index"
    for attempt in (
        lambda: open_index(folder),
        lambda: FolderPlace(folder).verify(),
        lambda: Archive.open(folder, embedder=EMBEDDER),
    ):
        with pytest.raises(
            DatelineError,
            match=rf"expected an index of format {FORMAT}, found format 2 in .*; "
            "run: dateline build --full",
        ):
            attempt()
    summary = index.build(write(FILES), folder, embedder=EMBEDDER)
    assert (summary.generation, summary.added) == ("000002", 2)
    assert FolderPlace(folder).verify() == []
    reply = Archive.open(folder, embedder=EMBEDDER, reader=CapitalReader()).ask(
        "Who brokered the truce?"
    )
    assert "Geneva" in [answer.text for answer in reply.answers]


def test_no_index_says_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match=r"found none; make one with: dateline build"):
        open_index(tmp_path / "nothing")


def files_of(generation: Path) -> list[Path]:
    return sorted(path for path in generation.rglob("*") if path.is_file())


def replace(path: Path, content: bytes) -> None:
    """Put a new file in the place of the old.

    One that is open stays as it was, as on a real disk that lost a block.
    """
    path.unlink()
    path.write_bytes(content)


@hypothesis.settings(
    max_examples=150, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_changed_byte_or_a_cut_file_is_refused_by_name(folder: Path, data: st.DataObject) -> None:
    generation = folder / current(folder)
    path = data.draw(st.sampled_from(files_of(generation)))
    original = path.read_bytes()
    where = data.draw(st.integers(0, len(original) - 1))
    flipped = bytes([original[where] ^ (1 << data.draw(st.integers(0, 7)))])
    replace(
        path,
        original[:where] + (b"" if data.draw(st.booleans()) else flipped + original[where + 1 :]),
    )
    try:
        with pytest.raises(DatelineError) as refused:
            open_index(folder)
        assert path.name in str(refused.value)
        assert "dateline" in str(refused.value)
    finally:
        replace(path, original)
    open_index(folder)


def test_every_file_missing_is_one_clear_line_and_rollback_mends(folder: Path) -> None:
    for path in files_of(folder / "000002"):
        path.rename(path.with_name("away"))
        with pytest.raises(DatelineError, match=r"dateline"):
            open_index(folder)
        path.with_name("away").rename(path)
    shutil.rmtree(folder / "000002")
    with pytest.raises(DatelineError, match="dateline rollback"):
        open_index(folder)
    assert FolderPlace(folder).rollback() == "000001"
    assert len(list(open_index(folder).articles())) == 2


def test_rollback_to_a_damaged_generation_is_refused_and_changes_nothing(folder: Path) -> None:
    path = folder / "000001" / "vectors.faiss"
    replace(path, path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(DatelineError, match=r"000001/vectors\.faiss"):
        FolderPlace(folder).rollback()
    assert current(folder) == "000002"


def test_an_index_too_large_to_be_read_whole_is_checked_by_the_lengths_of_its_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.stores.local.generations._CHECKED_ON_OPEN", 0)
    for path in files_of(folder / "000002"):
        if path.name != "manifest.json":
            original = path.read_bytes()
            for content in (original[:-1], original + b"\x00"):
                replace(path, content)
                with pytest.raises(
                    DatelineError, match=f"expected {len(original)} bytes in .*{path.name}"
                ):
                    open_index(folder)
            replace(path, original)
    open_index(folder)


def test_a_damaged_article_of_an_index_too_large_to_be_read_whole_is_given_to_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter of its text is another: the database is whole, and as long as it was."""
    path = folder / "000002" / "articles.sqlite"
    damaged = path.read_bytes().replace(b"by Geneva", b"by Geneve")
    assert damaged != path.read_bytes()
    replace(path, damaged)
    with pytest.raises(DatelineError, match=r"articles\.sqlite, found it damaged"):
        open_index(folder)
    monkeypatch.setattr("index.stores.local.generations._CHECKED_ON_OPEN", 0)
    store = open_index(folder)
    with pytest.raises(DatelineError, match=r"'a\.txt' damaged"):
        list(store.articles())
    with pytest.raises(DatelineError, match=r"'a\.txt' damaged"):
        store.passages([0])


def test_a_passage_that_is_gone_from_a_large_index_shifts_no_other(
    folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is as long as it was, and its last row is in its place.

    What filters know of the rows does not line up, and checking the content says so too.
    """
    index.build(write(FILES), folder, embedder=EMBEDDER)
    with sqlite3.connect(folder / "000003" / "articles.sqlite") as database:
        database.execute("DELETE FROM passages WHERE row = 0")
    database.close()
    monkeypatch.setattr("index.stores.local.generations._CHECKED_ON_OPEN", 0)
    store = open_index(folder)
    with pytest.raises(DatelineError, match="1 passages for 2 vectors"):
        store.search(EMBEDDER.encode_question("truce"), "truce", 2, Filters(sources=("Example",)))
    assert list(store.problems()) == ["expected passage row 0, found 1"]


@pytest.mark.parametrize("content", [b"", b"../../etc", b"latest\n", b"\xff\xfe"])
def test_a_damaged_current_is_one_clear_line_and_a_build_mends_it(
    folder: Path, content: bytes, write: Write
) -> None:
    (folder / "CURRENT").write_bytes(content)
    with pytest.raises(DatelineError, match="CURRENT"):
        open_index(folder)
    index.build(write(FILES), folder, embedder=EMBEDDER)
    assert FolderPlace(folder).verify() == []


def test_readers_write_nothing_into_a_generation(folder: Path) -> None:
    def state() -> list[tuple[str, int, bytes]]:
        return [
            (str(path), path.stat().st_mtime_ns, path.read_bytes())
            for path in files_of(folder / "000002")
        ]

    before = state()
    archive = Archive.open(folder, embedder=EMBEDDER, reader=CapitalReader())
    archive.ask("Who brokered the truce?")
    assert FolderPlace(folder).verify() == []
    assert state() == before
    assert {path.stat().st_mode for path in files_of(folder / "000002")} == {
        (folder / "000002" / "articles.sqlite").stat().st_mode
    }


def test_another_format_is_refused_with_what_was_expected(folder: Path) -> None:
    path = folder / "000002" / "manifest.json"
    path.write_text(path.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(
        DatelineError, match=f"expected an index of format {FORMAT}, found format 99"
    ):
        open_index(folder)


@pytest.mark.parametrize("other", [WordEmbedder(32, "other"), WordEmbedder(16)])
def test_another_encoder_is_refused(folder: Path, other: WordEmbedder) -> None:
    with pytest.raises(DatelineError, match="expected the encoder of this index, words"):
        Archive.open(folder, embedder=other)
    with pytest.raises(DatelineError, match="to be given"):
        Archive.open(folder)  # made by an object that no folder holds


def test_rows_that_do_not_line_up_are_refused(folder: Path) -> None:
    """A keyword index of other passages, with checksums to match: only the counts can tell."""
    generation = folder / "000002"
    shutil.rmtree(generation / "keywords")
    shutil.copytree(folder / "000001" / "keywords", generation / "keywords")
    manifest = json.loads((generation / "manifest.json").read_text())
    del manifest["seal"]
    manifest["files"] = {
        name: part for name, part in manifest["files"].items() if not name.startswith("keywords/")
    }
    for path in files_of(generation / "keywords"):
        manifest["files"][f"keywords/{path.name}"] = {
            "bytes": path.stat().st_size,
            "sha256": sha256_of(path),
        }
    (generation / "manifest.json").write_text(json.dumps({**manifest, "seal": seal_of(manifest)}))
    with pytest.raises(DatelineError, match=r"1 in articles, 1 in vectors .* 2 in keywords"):
        open_index(folder)


@pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="tells which file a handle is by /proc"
)
def test_everything_is_on_disk_before_current_names_it(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut could lose: a rename that reaches the disk before the bytes it names."""
    events: list[tuple[str, str]] = []
    fsync = os.fsync

    def synced(handle: int) -> None:
        events.append(("sync", os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def noted(kind: str, move: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def moved(one: Any, other: Any) -> None:
            events.append((kind, str(other)))
            move(one, other)

        return moved

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", noted("replace", os.replace))
    monkeypatch.setattr(os, "rename", noted("rename", os.rename))
    folder = tmp_path / "index"
    index.build(write(FILES), folder, embedder=EMBEDDER)
    named, live = (
        events.index(("rename", str(folder / "000001"))),
        events.index(("replace", str(folder / "CURRENT"))),
    )
    written = {
        str(path).replace("/000001", "/.draft-000001")
        for path in [*files_of(folder / "000001"), folder / "000001"]
    }
    assert written <= {path for kind, path in events[:named] if kind == "sync"}
    assert {("sync", str(folder)), ("sync", str(folder / ".CURRENT"))} <= set(events[named:live])
    assert ("sync", str(folder)) in events[live:]


def test_a_failure_to_write_leaves_the_live_index(
    folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DatelineError, match="No space left on device; the index is as it was"):
        index.build(write(FILES), folder, embedder=EMBEDDER)
    monkeypatch.undo()
    assert current(folder) == "000002"
    assert FolderPlace(folder).verify() == []
    assert not list(folder.glob(".draft-*"))


def test_the_folder_is_held_while_it_is_written(folder: Path) -> None:
    place = FolderPlace(folder)
    with place.writing(), pytest.raises(DatelineError, match="found another"), place.writing():
        pass
