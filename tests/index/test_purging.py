"""A purged article leaves no trace: every byte of the index folder is searched for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import index
import qa
from index.encoded_file import ENCODED
from index.purging import purge
from index.stores.places import open_index
from index.types import DatelineError
from qa.cli import main
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

BODY = "The Quibblefax harbour was closed by Zanzipor on Monday, the port said. " * 3
GONE = {
    "quagmire.md": (
        "---\ntitle: Flumoxed ferry\nsource: Wibbleton Post\npublished: 2022-09-14\n"
        "url: https://plinth.example/\n---\n" + BODY
    )
}
STAYS = {
    "copy.txt": BODY.replace("Quibblefax", "northern").replace("Zanzipor", "Norway"),
    "other.txt": "Rain fell on Norvik all day long, and Maria Olsen repaired the lighthouse.",
}
# Words of the article alone, as text or as an index of words has them, and of all said of it.
TRACES = ("quibblefax", "zanzipor", "flumoxed", "wibbleton", "plinth", "quagmire")


def found_in(folder: Path) -> dict[str, list[str]]:
    """Return the traces that are in the bytes of each file of a folder, or in its name."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*")):
        data = str(file.relative_to(folder)).encode().lower()
        if file.is_file():
            data += file.read_bytes().lower()
        traces = [trace for trace in TRACES if trace.encode() in data]
        if traces:
            found[str(file.relative_to(folder))] = traces
    return found


def build(write: Write, folder: Path, files: dict[str, str]) -> None:
    index.build(write(files), folder, embedder=WordEmbedder())


def opened(folder: Path) -> qa.Archive:
    return qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())


def test_no_byte_of_the_folder_holds_a_purged_article(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(write, folder, GONE | STAYS)
    build(write, folder, GONE | STAYS | {"new.txt": "Snow fell on Narvik."})
    before = open_index(folder)
    (folder / ".draft-000009").mkdir()
    (folder / ".draft-000009" / "articles.sqlite").write_text(BODY)
    (folder / "encoders").mkdir(exist_ok=True)
    (folder / "encoders" / ENCODED).write_text(BODY)  # what a killed build left
    places = found_in(folder)
    assert {place.split("/")[0] for place in places} >= {"000001", "000002", ".cache.npz"}
    assert any("articles.sqlite" in place for place in places)

    done = purge(folder, "quagmire.md", WordEmbedder())

    assert found_in(folder) == {}
    assert (done.generation, done.gone) == ("000003", ("000001", "000002"))
    store = open_index(folder)
    assert [article.id for article in store.articles()] == ["copy.txt", "new.txt", "other.txt"]
    assert list(store.problems()) == []
    for id in ("copy.txt", "new.txt", "other.txt"):  # what stays is as it was, vectors too
        passages, vectors = store.indexed(id)
        old_passages, old_vectors = before.indexed(id)
        assert [one.text for one in passages] == [one.text for one in old_passages]
        assert (vectors == old_vectors).all()
    archive = opened(folder)
    assert archive.article("quagmire.md") is None
    for question in ("Who closed the Quibblefax harbour?", "What did the Wibbleton Post say?"):
        assert "Zanzipor" not in json.dumps(archive.ask(question).to_dict())
    assert archive.ask("Who repaired the lighthouse?").answered


def test_a_near_copy_is_no_longer_named_by_the_purged_story(write: Write, tmp_path: Path) -> None:
    story = " ".join(
        f"Boat {number} left quay {number * 7} for the island at noon." for number in range(40)
    )
    files = {"a-quagmire.txt": story, "b.txt": f"{story} It rained.", "c.txt": f"{story} It blew."}
    folder = tmp_path / "index"
    build(write, folder, files | STAYS)
    stories = {article.id: article.story for article in open_index(folder).articles()}
    assert [stories["b.txt"], stories["c.txt"]] == ["a-quagmire.txt"] * 2
    purge(folder, "a-quagmire.txt", WordEmbedder())
    stories = {article.id: article.story for article in open_index(folder).articles()}
    assert [stories["b.txt"], stories["c.txt"]] == ["b.txt"] * 2
    assert found_in(folder) == {}


def test_an_article_that_only_an_older_generation_has(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(write, folder, GONE | STAYS)
    build(write, folder, STAYS)
    assert found_in(folder)
    done = purge(folder, "quagmire.md", WordEmbedder())
    assert (done.generation, done.gone) == ("000002", ("000001",))
    assert found_in(folder) == {}


def test_an_open_archive_goes_on_and_moves(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(write, folder, GONE | STAYS)
    archive = opened(folder)
    purge(folder, "quagmire.md", WordEmbedder())
    assert archive.refresh()
    assert archive.article("quagmire.md") is None
    assert archive.ask("Who repaired the lighthouse?").answered


def test_what_cannot_be_purged_is_one_line_and_nothing_changes(
    write: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    build(write, folder, {"a.txt": BODY})
    with pytest.raises(DatelineError, match="expected the id of an article in the index, found"):
        purge(folder, "nowhere", WordEmbedder())
    with pytest.raises(DatelineError, match="found this one alone; delete the index folder"):
        purge(folder, "a.txt", WordEmbedder())
    assert open_index(folder).generation == "000001"
    with pytest.raises(DatelineError, match="expected an index in"):
        purge(tmp_path / "none", "a.txt", WordEmbedder())


def test_a_build_after_it_does_not_bring_it_back(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(write, folder, GONE | STAYS)
    purge(folder, "quagmire.md", WordEmbedder())
    build(write, folder, STAYS)
    build(write, folder, STAYS | {"new.txt": "Snow fell on Narvik."})
    assert found_in(folder) == {}


def test_the_command_deletes_what_the_page_added_and_tells_what_it_leaves(
    corpus_index: Path, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = write({"added/quagmire.md": GONE["quagmire.md"], **STAYS})
    (corpus / ".removed").mkdir()
    (corpus / ".removed" / "quagmire-2.md").write_text(GONE["quagmire.md"])
    (corpus / ".removed" / "else.md").write_text("Something else that was removed.")
    folder = tmp_path / "index"
    (folder / "encoders").mkdir(parents=True)
    for encoder in (corpus_index / "encoders").iterdir():  # compiled already
        (folder / "encoders" / encoder.name).symlink_to(encoder)
    index.build(corpus, folder)
    ids = {article.path: article.id for article in open_index(folder).articles()}
    arguments = ["purge", ids["added/quagmire.md"], "--index", str(folder), "--corpus", str(corpus)]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["generation"], told["generations_removed"]) == ("000002", ["000001"])
    assert sorted(map(Path, told["files_deleted"])) == [
        corpus / ".removed" / "quagmire-2.md",
        corpus / "added" / "quagmire.md",
    ]
    assert (told["file_left"], found_in(corpus), found_in(folder)) == (None, {}, {})
    assert (corpus / ".removed" / "else.md").exists()

    arguments[1] = ids["other.txt"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"purged {ids['other.txt']}: generation 000003 is without it")
    assert "other.txt is still there; delete it, or the next build adds it again" in err
    assert main(["purge", "nowhere", "--index", str(folder)]) == 1
    assert capsys.readouterr().err.startswith("dateline: expected the id of an article in the ind")
