"""A file that did not change is not read again, and one that may have changed always is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from index.corpus import cleaning, file_cache, loading
from index.corpus.file_cache import FileCache, fields_hash
from index.corpus.files import CorpusFile
from index.corpus.loaders.fields import Fields
from index.corpus.loading import load_articles
from index.types import Article, Note, Skipped
from tests.conftest import Write


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as one that did not change just now."""
    monkeypatch.setattr(file_cache, "_SETTLED", -(10**12))


class Builds:
    """Loads a corpus again and again, as builds do, and notes what is read and what is made."""

    def __init__(self, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.corpus = corpus
        self.entries: dict[str, Any] = {}
        self.articles: list[Article] = []
        self.read: list[str] = []
        self.made: list[str] = []
        read, make_article = loading._read, cleaning.make_article

        def reading(file: CorpusFile, sandbox: Any) -> Any:
            self.read.append(file.location.name)
            return read(file, sandbox)

        def making(fields: Fields, path: str) -> Article:
            self.made.append(fields.text.strip())
            return make_article(fields, path)

        monkeypatch.setattr(loading, "_read", reading)
        monkeypatch.setattr(loading, "make_article", making)

    def load(self, settings: str = "") -> list[Any]:
        """Load once more, with what the last time left, as JSON keeps it."""
        self.read.clear()
        self.made.clear()
        entries = json.loads(json.dumps(self.entries))
        known = {article.fingerprint: article for article in self.articles}
        cache = FileCache(entries, known, settings)
        items = list(load_articles([self.corpus], None, cache))
        self.entries = cache.entries
        self.articles = [item for item in items if isinstance(item, Article)]
        return items


@pytest.fixture
def builds(write: Write, monkeypatch: pytest.MonkeyPatch) -> Builds:
    rows = "".join(json.dumps({"content": f"Row {n}."}) + "\n" for n in range(3))
    corpus = write({"a.txt": "Rain fell.", "b.jsonl": rows, "c.md": "Snow fell."})
    return Builds(corpus, monkeypatch)


def test_what_did_not_change_is_not_read_again(builds: Builds) -> None:
    """The items are the same, notes on columns among them, and so is what is kept."""
    first = builds.load()
    assert builds.read == ["a.txt", "b.jsonl", "c.md"]
    assert [type(item) for item in first] == [Article, Article, Article, Article, Note, Article]
    kept = builds.entries
    assert builds.load() == first
    assert (builds.read, builds.made) == ([], [])
    assert builds.entries == kept


def test_a_file_that_changed_is_read_again_but_only_new_articles_are_made(builds: Builds) -> None:
    builds.load()
    with (builds.corpus / "b.jsonl").open("a") as rows:
        rows.write(json.dumps({"content": "Row 3."}))
    builds.load()
    assert (builds.read, builds.made) == (["b.jsonl"], ["Row 3."])
    builds.load()
    assert (builds.read, builds.made) == ([], [])


@pytest.mark.parametrize("change", ["size", "mtime", "inode", "ctime"])
def test_each_part_of_a_stamp_tells_a_change(builds: Builds, change: str) -> None:
    """A file that is replaced by one of the same size and time has another inode."""
    builds.load()
    file = builds.corpus / "a.txt"
    before = file.stat()
    if change == "size":
        file.write_text("Rain fell again.")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif change == "mtime":
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    elif change == "inode":
        (builds.corpus / "new.txt").write_text("Sun shone.")
        (builds.corpus / "new.txt").replace(file)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    else:
        file.chmod(0o600)
    builds.load()
    assert builds.read == ["a.txt"]


def test_a_file_that_changed_just_now_is_read_again(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one tick of the clock it may change once more, and nothing would tell."""
    monkeypatch.setattr(file_cache, "_SETTLED", 10**12)
    builds.load()
    builds.load()
    assert builds.read == ["a.txt", "b.jsonl", "c.md"]
    assert builds.made == []  # the articles in it are known by their fields


def test_a_file_with_something_left_out_is_read_again(builds: Builds) -> None:
    """Another time it may be readable: with more memory, or a library installed."""
    (builds.corpus / "b.jsonl").write_text('{"text": "Row 0."}\n{broken\n')
    (builds.corpus / "d.md").write_text("---\nx: [\n---\nBad front matter.")
    for _ in range(2):
        items = builds.load()
    assert [item.path for item in items if isinstance(item, Skipped)] == ["b.jsonl:2", "d.md"]
    assert builds.read == ["b.jsonl", "d.md"]
    assert builds.made == []


def test_a_file_is_read_again_under_other_settings_and_in_another_place(builds: Builds) -> None:
    builds.load("one")
    builds.load("two")
    assert builds.read == ["a.txt", "b.jsonl", "c.md"]
    (builds.corpus / "a.txt").rename(builds.corpus / "moved.txt")
    articles = [item.id for item in builds.load("two") if isinstance(item, Article)]
    assert builds.read == ["moved.txt"]
    assert articles == ["b.jsonl:1", "b.jsonl:2", "b.jsonl:3", "c.md", "moved.txt"]
    assert not [name for name in builds.entries if "a.txt" in name.split("\n")[0]]


def test_a_file_is_read_again_if_its_articles_are_gone(builds: Builds) -> None:
    """The live index went back a generation: what was learned of the later one does not count."""
    builds.load()
    builds.articles = [article for article in builds.articles if article.id != "b.jsonl:2"]
    items = builds.load()
    assert (builds.read, builds.made) == (["b.jsonl"], ["Row 1."])
    assert len(items) == 6


@pytest.mark.parametrize("part", ["st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"])
def test_a_stamp_holds_each_part_by_itself(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """A system whose times do not tell a replaced file still gives it another inode."""
    found = {"st_size": 5, "st_mtime_ns": 6, "st_ctime_ns": 7, "st_ino": 8}
    monkeypatch.setattr(Path, "stat", lambda path: SimpleNamespace(**found))
    file, cache = CorpusFile(Path("a.txt"), "a.txt"), FileCache()
    before = cache.stamp(file)
    found[part] += 1
    assert cache.stamp(file) != before


def test_a_change_while_a_file_is_read_is_seen_the_next_time(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp is from before the reading: another file is in its place afterwards."""
    read = loading._read

    def replaced(file: CorpusFile, sandbox: Any) -> Any:
        yield from read(file, sandbox)
        path = file.location
        if path.name == "a.txt":
            path.with_name("new.txt").write_text("Sun shone all day.")
            path.with_name("new.txt").replace(path)

    with monkeypatch.context() as changed:
        changed.setattr(loading, "_read", replaced)
        assert builds.load()[0].text == "Rain fell."
    assert builds.load()[0].text == "Sun shone all day."


def test_a_file_that_is_not_read_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("x")
    cache = FileCache()
    assert cache.stamp(CorpusFile(tmp_path / "a.xyz", "a.xyz", "not read")) is None
    assert cache.stamp(CorpusFile(tmp_path / "gone.txt", "gone.txt")) is None
    skipped = [Skipped("a.xyz", "not read")]
    assert list(cache.keeping(CorpusFile(tmp_path / "a.xyz", "a.xyz"), None, skipped)) == skipped
    assert cache.entries == {}


def test_the_hash_of_fields_tells_every_field() -> None:
    """Also what moves from one field to the next."""
    fields = [
        Fields("a"),
        Fields("b"),
        Fields("a", title="b"),
        Fields("a", source="b"),
        Fields("a", language="b"),
        Fields("a", authors=("b",)),
        Fields("a", pages=(0,)),
        Fields("a", part="b"),
        Fields("a\ud800"),
    ]
    hashes = {fields_hash(one, "p") for one in fields} | {fields_hash(fields[0], "q")}
    assert len(hashes) == len(fields) + 1
    assert fields_hash(Fields("a"), "p") == fields_hash(Fields("a"), "p")
