"""A change of a few articles adds a segment, and the files of what stays are the same files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import index
from index.purging import purge
from index.stores.local.generations import open_index
from index.stores.local.manifests import seal_of, sha256_of
from index.stores.local.place import FolderPlace
from index.stores.local.segments import alive_rows, ranges_of
from index.stores.local.store import LocalStore
from index.types import Article, DatelineError, Filters, Store
from tests.fakes import WordEmbedder

EMBEDDER = WordEmbedder()
NAMES = [f"{number:02}" for number in range(20)]


def article(name: str, version: int = 0) -> Article:
    """Return one of the articles, which says its version in a word of its own."""
    text = f"Boat {name} left the harbour of Norvik. It carried w{version}x{name} and fish."
    return Article(name, text, title=f"Boat {name}", source=f"Paper {int(name) % 3}", path=name)


def built(folder: Path, articles: Sequence[Article]) -> LocalStore:
    index.build(articles, folder, embedder=EMBEDDER)
    return open_index(folder)


def all_of(versions: dict[str, int] | None = None, without: Sequence[str] = ()) -> list[Article]:
    versions = versions or {}
    return [article(name, versions.get(name, 0)) for name in NAMES if name not in without]


def texts_found(store: Store, words: str, filters: Filters = Filters()) -> list[str]:
    """Return the texts found whose words are in the question, not those near it alone."""
    found = store.search(EMBEDDER.encode_question(words), words, 30, filters)
    return [match.passage.text for match in found if words in match.passage.text]


def inodes(store: LocalStore) -> dict[str, int]:
    return {name: (store.folder / name).stat().st_ino for name in store.manifest["files"]}


def test_a_changed_and_a_removed_article_write_no_file_of_what_stays(tmp_path: Path) -> None:
    before = built(tmp_path, all_of())
    kept = inodes(before)
    store = built(tmp_path, all_of({"07": 1}, without=["03"]))
    assert store.generation == "000002"
    shared = {name for name, inode in inodes(store).items() if kept.get(name) == inode}
    assert {"articles.sqlite", "vectors.faiss"} <= shared
    assert any(name.endswith(".idx") for name in shared)
    assert store.manifest["counts"]["articles"] == 19
    assert sum(end - first for first, end in store.dead) == 2
    assert [one.id for one in store.articles()] == [name for name in NAMES if name != "03"]
    assert store.article("03") is None
    assert store.indexed("03")[0] == []
    assert "w1x07" in store.article("07").text  # type: ignore[union-attr]
    assert texts_found(store, "w1x07")
    assert not texts_found(store, "w0x07")
    assert not texts_found(store, "w0x03")
    assert not texts_found(store, "w0x07", Filters(sources=("Paper 1",)))
    assert texts_found(store, "w1x07", Filters(sources=("Paper 1",)))
    assert FolderPlace(tmp_path).verify() == []
    # the generation before is as it was, and is gone back to
    FolderPlace(tmp_path).rollback()
    assert texts_found(open_index(tmp_path), "w0x03")
    assert FolderPlace(tmp_path).verify() == []


def test_with_a_fifth_dead_all_is_written_anew_without_them(tmp_path: Path) -> None:
    built(tmp_path, all_of())
    assert built(tmp_path, all_of(without=NAMES[:3])).dead
    store = built(tmp_path, all_of(without=NAMES[:4]))
    assert store.dead == []
    assert [extent.folder for extent in store.extents] == [""]
    assert store.rows == store.manifest["counts"]["passages"]
    data = b"".join(file.read_bytes() for file in store.folder.rglob("*") if file.is_file())
    assert b"w0x02" not in data
    assert b"w0x05" in data


@hypothesis.settings(max_examples=6)
@given(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2), min_size=2, max_size=4))
def test_any_series_of_changes_is_searched_as_if_written_at_once(
    tmp_path_factory: pytest.TempPathFactory, changes: list[list[str]]
) -> None:
    """What is changed an even number of times is there; the segments stay few."""
    folder = tmp_path_factory.mktemp("series")
    built(folder / "kept", all_of())
    versions: dict[str, int] = {}
    for changed in changes:
        for name in changed:
            versions[name] = versions.get(name, 0) + 1
        gone = [name for name in changed if versions[name] % 2]
        kept = built(folder / "kept", all_of(versions, without=gone))
    fresh = built(folder / "fresh", all_of(versions, without=gone))
    assert len(kept.extents) <= 4
    assert list(kept.articles()) == list(fresh.articles())
    assert kept.manifest["counts"] == fresh.manifest["counts"]
    assert FolderPlace(folder / "kept").verify() == []
    for filters in (Filters(), Filters(sources=("Paper 2",))):
        for words in ("zzz", "harbour"):
            vector = EMBEDDER.encode_question("boat fish harbour")
            found = [
                {
                    (one.passage.article.id, one.passage.text)
                    for one in some.search(vector, words, 99, filters)
                }
                for some in (kept, fresh)
            ]
            assert found[0] == found[1]
    for one in fresh.articles():
        (passages, vectors), (expected, others) = kept.indexed(one.id), fresh.indexed(one.id)
        assert passages == expected
        assert np.array_equal(vectors, others)


def test_many_segments_with_codes_find_the_nearest_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Segments over the bound have codes of their own, also when they are merged."""
    monkeypatch.setattr("index.stores.local.vectors.EXACT_UP_TO", 16)
    many = [f"{number:03}" for number in range(91)]
    store = built(tmp_path, [article(name) for name in many[:60]])
    for end, codes in ((80, 2), (83, 2), (91, 1)):  # the last are merged with all before
        store = built(tmp_path, [article(name) for name in many[1:end]])
        assert sum(name.endswith("nearest.faiss") for name in store.manifest["files"]) == codes
    for name in ("001", "061", "082", "089"):
        passages, vectors = store.indexed(name)
        found = store.search(vectors[0], "zzz", 1)
        assert found[0].passage == passages[0]
    assert FolderPlace(tmp_path).verify() == []


def test_an_index_of_before_there_were_segments_opens_and_grows(tmp_path: Path) -> None:
    """Format 4 had the positions in articles.sqlite, and named no segments."""
    store = built(tmp_path, all_of())
    folder, articles = store.folder, list(store.articles())
    with sqlite3.connect(folder / "articles.sqlite") as table:
        table.execute("ATTACH ? AS old", (str(folder / "positions.sqlite"),))
        table.execute("CREATE TABLE positions AS SELECT * FROM old.positions")
    table.close()
    (folder / "positions.sqlite").unlink()
    manifest = json.loads((folder / "manifest.json").read_text())
    for key in ("seal", "segments", "dead"):
        del manifest[key]
    manifest["format"] = 4
    del manifest["files"]["positions.sqlite"]
    changed = folder / "articles.sqlite"
    manifest["files"]["articles.sqlite"] = {
        "bytes": changed.stat().st_size,
        "sha256": sha256_of(changed),
    }
    (folder / "manifest.json").write_text(json.dumps({**manifest, "seal": seal_of(manifest)}))
    assert list(open_index(tmp_path).articles()) == articles
    for number in range(3):
        store = built(tmp_path, all_of(dict.fromkeys(NAMES[: number + 1], 1)))
        assert FolderPlace(tmp_path).verify() == []
    assert [len(extent.rows) for extent in store.extents] == [20, 2, 1]  # two were merged
    assert [one.id for one in store.articles()] == NAMES


def test_purging_leaves_no_byte_of_what_is_dead(tmp_path: Path) -> None:
    """A removed article is in no generation any more, yet its text is in a file of the live one."""
    built(tmp_path, all_of())
    for changed in (["05"], ["05", "06"], ["05", "06", "07"]):
        built(tmp_path, all_of(dict.fromkeys(changed, 1), without=["03"]))
    data = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"w0x03" in data
    assert purge(tmp_path, "03", EMBEDDER).article.id == "03"
    purge(tmp_path, "06", EMBEDDER)
    data = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for word in (b"w0x03", b"w0x06", b"w1x06"):
        assert word not in data
    assert b"w1x05" in data
    assert FolderPlace(tmp_path).verify() == []
    with pytest.raises(DatelineError, match="expected the id of an article"):
        purge(tmp_path, "03", EMBEDDER)


def test_a_file_system_without_links_gets_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    before = built(tmp_path, all_of())
    monkeypatch.setattr("os.link", refused)
    store = built(tmp_path, all_of({"07": 1}))
    assert inodes(store)["vectors.faiss"] != inodes(before)["vectors.faiss"]
    shutil.rmtree(before.folder)
    assert FolderPlace(tmp_path).verify() == []


def test_a_segment_that_lacks_rows_is_refused(tmp_path: Path) -> None:
    """A dead row is not missed, one that is alive is."""
    built(tmp_path, all_of())
    store = built(tmp_path, all_of({"19": 1}))
    path = store.folder / store.extents[-1].path("articles.sqlite")
    with sqlite3.connect(path) as table:
        table.execute("DELETE FROM passages")
    table.close()
    with pytest.raises(DatelineError, match=r"articles\.sqlite"):
        open_index(tmp_path)
    manifest = dict(store.manifest)
    name = store.extents[-1].path("articles.sqlite")
    manifest["files"][name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    (store.folder / "manifest.json").write_text(json.dumps({**manifest, "seal": seal_of(manifest)}))
    with pytest.raises(DatelineError, match="in every part of"):
        open_index(tmp_path)


def test_rows_alive_and_their_ranges() -> None:
    alive = alive_rows(6, [[0, 2], [5, 6]])
    assert alive.tolist() == [False, False, True, True, True, False]
    assert ranges_of(~alive) == [[0, 2], [5, 6]]
    assert ranges_of(alive) == [[2, 5]]
    assert ranges_of(np.zeros(3, dtype=bool)) == []
