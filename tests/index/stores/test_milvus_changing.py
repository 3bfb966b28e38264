"""Whatever changes an index in a folder changes one in Milvus: watch, add, purge, and the page."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import index
from index.corpora import remembered_corpora
from index.corpus import file_cache, loading
from index.corpus.fetching import Added
from index.purging import purge
from index.stores.places import open_index, place_of
from index.types import Place, Summary
from qa.cli import main
from qa.web.corpus_editor import CorpusEditor
from qa.web.serve import _editor
from tests.conftest import Write
from tests.fakes import WordEmbedder
from tests.index.test_purging import GONE, STAYS, found_in

RAIN = {f"{number}.txt": f"Rain fell on Town{number} for {number} days." for number in range(9)}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_of(tmp_path / "news.db", tmp_path / "index")


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    """Have every build encode without a model."""
    made = WordEmbedder()
    monkeypatch.setattr(index, "build", functools.partial(index.build, embedder=made))
    return made


def ids(place: Place) -> list[str]:
    return [article.id for article in place.open().articles()]


def options(tmp_path: Path) -> list[str]:
    return ["--store", str(tmp_path / "news.db"), "--index", str(tmp_path / "index"), "--json"]


def test_a_purged_article_is_in_no_byte_of_milvus_or_beside_it(
    place: Place, write: Write, tmp_path: Path
) -> None:
    index.build(write(GONE | STAYS), place)
    index.build(write(GONE | STAYS | {"new.txt": "Snow fell on Narvik."}), place)
    write(STAYS)
    assert {name.split("/")[0] for name in found_in(tmp_path)} == {"index", "news.db"}
    done = purge(place, "quagmire.md", WordEmbedder())
    assert found_in(tmp_path) == {}
    assert done.generation == place.current()
    assert ids(place) == ["copy.txt", "new.txt", "other.txt"]
    assert place.verify() == []


def test_what_a_build_learned_is_kept_beside_the_encoder(
    place: Place, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that did not change are not read again, and the corpus need not be named again."""
    monkeypatch.setattr(file_cache, "_SETTLED", -(10**12))
    read: list[str] = []
    reading = loading._read

    def noting(file: Any, sandbox: Any) -> Any:
        read.append(file.path)
        return reading(file, sandbox)

    monkeypatch.setattr(loading, "_read", noting)
    index.build(write(RAIN), place)
    assert sorted(read) == sorted(RAIN)
    read.clear()
    corpus = write(RAIN | {"3.txt": "Snow fell on Town3 instead."})
    for name in RAIN:  # `write` may have written all of them
        os.utime(corpus / name, ns=(0, 0))
    index.build(corpus, place)
    read.clear()
    summary = index.build(corpus, place)
    assert (read, summary.unchanged) == ([], 9)
    assert remembered_corpora(place.cache) == [corpus]


def test_the_page_changes_it(place: Place, write: Write) -> None:
    corpus = write(RAIN)
    index.build(corpus, place)
    assert isinstance(_editor(place, [corpus], private=False), CorpusEditor)
    editor = CorpusEditor([corpus], place, build=index.build)
    assert editor.why_not(place.open()) is None
    editor.add_text("Fog fell on Voss.", "Fog", "Globe", "2022-10-14", "")
    assert editor.wait().notes[-1].startswith("10 articles in the archive (1 added")
    editor.remove("3.txt", place.open())
    assert editor.wait().notes[-1].startswith("9 articles in the archive (0 added, 0 changed, 1 r")
    assert ids(place) == ["0.txt", "1.txt", "2.txt", *sorted(RAIN)[4:], "added/fog.md"]
    editor.undo()
    assert not editor.wait().failed
    assert "3.txt" in ids(place)


def test_watch_follows_the_files(
    place: Place,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    corpus = write(RAIN)

    def changes(*_: Any, watch_filter: Any, **__: Any) -> Iterator[set[Any]]:
        assert not watch_filter(None, str(tmp_path / "index" / "x"))
        write(RAIN | {"new.txt": "Snow fell on Narvik."})
        yield {(1, str(corpus / "new.txt"))}
        raise KeyboardInterrupt

    monkeypatch.setattr("index.corpus.watching.watch", changes)
    assert main(["watch", str(corpus), *options(tmp_path)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(done["articles"], done["added"]) for done in printed] == [(9, 9), (10, 1)]
    assert ids(place)[-1] == "new.txt"


def test_add_fetches_into_it(
    place: Place,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    corpus = write(RAIN)
    index.build(corpus, place)

    def fetch(urls: list[str], folder: Path, **_: Any) -> Iterator[Added]:
        (folder / "new.txt").write_text("Snow fell on Narvik.")
        yield Added(urls[0], Path("new.txt"), "Snow")

    monkeypatch.setattr("index.corpus.fetching.fetch", fetch)
    assert main(["add", "https://example.org/", *options(tmp_path)]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["build"]["articles"], done["build"]["added"]) == (10, 1)
    assert "new.txt" in ids(place)
    assert main(["add", "https://example.org/", "--corpus", str(tmp_path), *options(tmp_path)]) == 1
    assert "expected all articles of the index below" in capsys.readouterr().err


def test_purge_and_build_take_a_store(
    place: Place, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index.build(write(RAIN), place)
    summary: Summary = index.build(write(RAIN), place)
    assert summary.unchanged == 9
    assert main(["purge", "nowhere.txt", *options(tmp_path)]) == 1
    assert "expected the id of an article in the index" in capsys.readouterr().err
    assert len(list(open_index(place).articles())) == 9
