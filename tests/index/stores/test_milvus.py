"""Milvus as a place: generations by alias, and a server that is away, slow, or dies.

What any place and any store must do is in test_places.py and test_stores.py. The server here is
Milvus Lite's, on the loopback.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import index
import qa
from index.stores.milvus.connection import Milvus, MilvusAddress
from index.stores.milvus.place import MilvusPlace
from index.stores.milvus.store import MilvusStore
from index.stores.milvus.writer import MilvusWriter
from index.stores.places import open_index, place_of
from index.types import DatelineError
from qa.cli import main
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.stores.test_places import same
from tests.index.stores.test_stores import EMBEDDER, PASSAGES, VECTORS, articles_of
from tests.index.stores.test_stores import write as put
from tests.loopback import Proxy


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Give the port of a Milvus Lite on the loopback."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("milvus")))
    yield port
    running.stop(0).wait()
    database.close()


_names = iter(range(1000))


@pytest.fixture
def place(server: int) -> MilvusPlace:
    """Give an empty place on the server."""
    return at(server, f"news{next(_names)}")


def at(port: int, collection: str, timeout: float = 10.0) -> MilvusPlace:
    return MilvusPlace(MilvusAddress(f"http://127.0.0.1:{port}", collection, timeout))


def build(place: MilvusPlace, passages: int) -> str:
    with place.writing() as writer:
        return put(writer, PASSAGES[:passages], VECTORS[:passages])


def found(store: MilvusStore) -> int:
    return len(store.search(VECTORS[0], "truce storm museum budget", 100))


def collections(place: MilvusPlace) -> list[str]:
    names = place.connection.call("list_collections")
    return sorted(name for name in names if name.startswith(f"{place.address.collection}_"))


def test_a_build_moves_the_alias_and_a_rollback_moves_it_back_while_an_open_reader_stays(
    place: MilvusPlace,
) -> None:
    first = build(place, 10)
    reader = place.open()
    second = build(place, 14)
    assert (place.current(), place.open().manifest["previous"]) == (second, first)
    assert (found(reader), found(place.open())) == (10, 14)  # each a whole generation
    assert place.rollback() == first == place.current()
    with pytest.raises(DatelineError, match="expected a generation before"):
        place.rollback()
    assert build(place, 16).startswith(
        "000003"
    )  # the number of the one rolled back from is not given again
    assert place.open().manifest["previous"] == first


def test_two_generations_are_kept_with_their_texts(place: MilvusPlace) -> None:
    names = [build(place, count) for count in (6, 8, 10, 12)]
    alias = place.address.collection
    assert collections(place) == sorted(
        f"{alias}_{name}{end}" for name in names[-2:] for end in ("", "_texts")
    )


def test_a_draft_that_another_build_makes_is_left_alone(place: MilvusPlace) -> None:
    build(place, 6)
    with contextlib.closing(MilvusWriter(place.connection)) as writer:
        writer.begin(EMBEDDER, {}, articles_of(PASSAGES[:8]), None)
        writer.add(PASSAGES[:8], VECTORS[:8])
        time.sleep(1.1)  # names differ by the second
        build(place, 10)
        build(place, 12)
        with pytest.raises(DatelineError, match="another published meanwhile"):
            writer.publish()
    assert found(place.open()) == 12


def test_a_build_that_fails_leaves_the_alias_and_nothing_behind(place: MilvusPlace) -> None:
    first = build(place, 10)
    before = collections(place)

    def breaks() -> None:
        with place.writing() as writer:
            writer.begin(EMBEDDER, {}, articles_of(PASSAGES[:12]), None)
            writer.add(PASSAGES[:12], VECTORS[:12])
            raise RuntimeError("the encoder broke")

    with pytest.raises(RuntimeError, match="the encoder broke"):
        breaks()
    assert (place.current(), collections(place)) == (first, before)


def test_a_generation_that_lost_passages_is_refused(place: MilvusPlace) -> None:
    name = build(place, 10)
    place.connection.call("delete", f"{place.address.collection}_{name}", ids=[3])
    with pytest.raises(
        DatelineError,
        match=r"expected 10 passages in .*, found 9; build again, or run: dateline rollback",
    ):
        place.open()


@pytest.fixture
def server_place(place: MilvusPlace, monkeypatch: pytest.MonkeyPatch) -> MilvusPlace:
    """Give a place on a Milvus that is taken for one that counts words over all parts."""
    monkeypatch.setattr(Milvus, "lite", False)
    return place


class Inserted:
    """Counts the rows of passages that are written to Milvus."""

    def __init__(self, place: MilvusPlace, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        call = type(place.connection).call

        def counting(milvus: Milvus, method: str, *values: Any, **named: Any) -> Any:
            if method in ("insert", "upsert") and not values[0].endswith("_texts"):
                self.rows += len(values[1])
            return call(milvus, method, *values, **named)

        monkeypatch.setattr(type(place.connection), "call", counting)


def story(number: int, more: str = "") -> str:
    return f"Boat {number} sailed to Port{number} with {number} people.{more}\n"


def test_a_build_that_changes_little_writes_only_that_and_any_series_is_as_written_at_once(
    server_place: MilvusPlace, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = server_place
    embedder, inserted = WordEmbedder(), Inserted(place, monkeypatch)
    files = {f"{number:02d}.txt": story(number) for number in range(14)}
    built = [index.build(write(files), place, embedder=embedder)]
    before = collections(place)
    changes: list[dict[str, str | None]] = [
        {"03.txt": story(3, " It came back.")},
        {"03.txt": story(3), "07.txt": None, "00a.txt": story(7)},
        {"99.txt": story(99), "05.txt": None},
        {"03.txt": story(3, " It sank."), "99.txt": story(99, " It sank too.")},
    ]
    inserted.rows = 0
    reader, vector = place.open(), embedder.encode_question("Boat")
    for change in changes:
        for name, text in change.items():
            files.pop(name, None)
            if text is not None:
                files[name] = text
        embedder.encoded.clear()
        corpus = write(files)
        built.append(index.build(corpus, place, embedder=embedder))
        added = sum(text is not None for text in change.values())
        assert (inserted.rows, len(embedder.encoded)) == (added, added)
        inserted.rows = 0
        index.build(corpus, tmp_path / "folder", embedder=embedder, full=True)
        same(place.open(), open_index(tmp_path / "folder"))
        assert place.verify() == []
        texts = [match.passage.text for match in place.open().search(vector, "Boat", 99)]
        assert sorted(texts) == sorted(text.strip() for text in files.values())
        assert collections(place) == before
    with pytest.raises(DatelineError, match="replaced by newer ones; ask again"):
        reader.search(vector, "Boat", 99)
    assert built[-1].generation > built[-2].generation
    assert place.rollback() == built[-2].generation == place.current()
    assert (place.open().manifest["counts"]["articles"], place.verify()) == (14, [])
    with pytest.raises(DatelineError, match="expected a generation before"):
        place.rollback()
    last = index.build(corpus, place, embedder=embedder)
    assert (last.unchanged, last.added, last.changed) == (12, 0, 2)
    assert last.generation > built[-1].generation
    same(place.open(), open_index(tmp_path / "folder"))


def test_what_is_dead_is_deleted_when_no_kept_generation_has_it(
    server_place: MilvusPlace, write: Write
) -> None:
    place = server_place
    embedder = WordEmbedder()
    files = {f"{number:02d}.txt": story(number) for number in range(12)}
    for number in range(5):
        files["03.txt"] = story(3, f" It came back {number} times.")
        index.build(write(files), place, embedder=embedder)
    store = place.open()
    assert store.manifest["counts"]["passages"] == 12
    assert store.count_of("row >= 0") == 12 + 1  # and what the generation before it has
    texts = place.connection.call(
        "query", store.collection + "_texts", filter="article >= 0", output_fields=["id"]
    )
    assert len(texts) == 13


@pytest.mark.parametrize("fails", ["raises", "loses"])
def test_a_part_that_is_given_up_leaves_nothing_behind(
    server_place: MilvusPlace, write: Write, fails: str
) -> None:
    place = server_place
    embedder = WordEmbedder()
    files = {f"{number:02d}.txt": story(number) for number in range(12)}
    corpus = write(files)
    first = index.build(corpus, place, embedder=embedder)
    store = place.open()
    articles = [*store.articles(), index.Article("x", "Snow fell.")]
    with contextlib.closing(MilvusWriter(place.connection)) as writer:
        (new,) = writer.begin(embedder, store.manifest["settings"], articles, store)
        writer.add([index.Passage(new, 0, 10)], embedder.encode(["Snow fell."]))
        for open_store in (store, place.open()):  # what is not published is found by nobody
            assert len(open_store.search(embedder.encode_question("Snow"), "Snow", 99)) == 12
        if fails == "loses":
            time.sleep(1.1)  # names differ by the second
            write(files | {"01.txt": "Rain fell."})
            index.build(corpus, place, embedder=embedder)
            with pytest.raises(DatelineError, match="another published meanwhile"):
                writer.publish()
    assert (place.current() == first.generation) == (fails == "raises")
    assert place.open().count_of("row >= 0") == (12 if fails == "raises" else 13)
    assert len(place.open().search(embedder.encode_question("Boat"), "Boat", 99)) == 12
    assert place.verify() == []


def test_a_long_article_comes_back_whole(place: MilvusPlace) -> None:
    text = "".join(
        f"Übergabe {number}. 停战 \U0001f54a\n" for number in range(3000)
    )  # three parts, four bytes a character in places
    article = index.Article(
        "größe 'a\" or id != '", text, title=None, pages=(0, 7), authors=('A "B"',)
    )
    passages = [index.Passage(article, 0, 40, 'said\n"so"'), index.Passage(article, 40, len(text))]
    with place.writing() as writer:
        put(writer, passages, VECTORS[:2])
    store = place.open()
    assert store.article(article.id) == article
    assert [match.passage.article for match in store.search(VECTORS[0], "Übergabe", 2)] == [
        article,
        article,
    ]
    assert store.indexed(article.id)[0][0].description == 'said\n"so"'


def test_index_build_and_ask_by_address_as_in_a_folder(
    server: int, write: Write, tmp_path: Path
) -> None:
    corpus, embedder = write({"a.txt": "Charles Michel was the host in Geneva."}), WordEmbedder()
    address = f"milvus://127.0.0.1:{server}/built"
    replies = []
    for where in (tmp_path / "local", address):
        index.build(corpus, where, embedder=embedder)
        archive = qa.open(where, embedder=embedder, reader=CapitalReader())
        replies.append(archive.ask("who was the host in Geneva?").to_dict())
    assert replies[0]["answers"] == replies[1]["answers"] != []
    assert replies[0]["passages"] == replies[1]["passages"]


@pytest.mark.slow
def test_the_command_copies_and_answers_from_the_copy_alike(
    corpus_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample corpus, the real encoder and the real reader."""
    store = str(tmp_path / "copy.db")
    assert (
        main(
            ["copy", "--from", str(corpus_index), "--to", store, "--index", str(tmp_path), "--json"]
        )
        == 0
    )
    generation = json.loads(capsys.readouterr().out)["generation"]
    for question in (
        "who brokered the September truce?",
        "how many lives did the fighting claim?",
        "who won the tennis final?",
    ):
        replies = []
        for where in (["--index", str(corpus_index)], ["--index", str(tmp_path), "--store", store]):
            assert main(["ask", question, "--json", *where]) == 0
            replies.append(json.loads(capsys.readouterr().out))
        assert replies[0]["answers"] == replies[1]["answers"]
        assert [hit["text"] for hit in replies[0]["passages"]] == [
            hit["text"] for hit in replies[1]["passages"]
        ]
        assert replies[1]["index_generation"] == generation
    assert main(["info", "--json", "--index", str(tmp_path), "--store", store]) == 0
    assert json.loads(capsys.readouterr().out)["generation"] == generation
    assert main(["rollback", "--store", store]) == 1
    assert "expected a generation before" in capsys.readouterr().err


def test_without_the_package_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(DatelineError, match=r"pip install '\.\[milvus\]'"):
        open_index(place_of(tmp_path / "x.db"))


def test_a_collection_that_is_not_ours_is_not_taken_for_an_index(place: MilvusPlace) -> None:
    place.connection.call("create_collection", place.address.collection, dimension=4)
    with pytest.raises(DatelineError, match="that is not Dateline's"):
        place.current()


def quickly(within: float, call: Callable[[], object], says: str) -> None:
    began = time.monotonic()
    with pytest.raises(DatelineError, match=says) as raised:
        call()
    assert time.monotonic() - began < within
    assert len(str(raised.value).splitlines()) == 1
    assert "try again when the server is up" in str(raised.value)


def test_a_server_that_refuses_or_never_answers_is_one_line_within_the_deadline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        quickly(
            6,
            lambda: open_index(place_of(f"milvus://127.0.0.1:{port}/news?timeout=1")),
            "within 1 s",
        )
    assert main(["ask", "who?", "--store", f"milvus://127.0.0.1:{port}/news?timeout=1"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith("dateline: expected Milvus at milvus://127.0.0.1:")


@pytest.mark.parametrize("stalls", [False, True], ids=["dies", "is slow"])
def test_a_server_that_fails_mid_query_is_one_line_within_the_deadline(
    server: int, place: MilvusPlace, stalls: bool
) -> None:
    build(place, 20)
    proxy = Proxy(server)
    through = at(proxy.port, place.address.collection, timeout=1)
    store = through.open()
    assert found(store) == 20
    proxy.stalls, proxy.after = stalls, 2_000  # some of the search's calls get through
    quickly(6, lambda: found(store), "found it failing while (search|query)")
    proxy.close()
    assert found(place.open()) == 20


@pytest.mark.parametrize("after", [3_000, 20_000, 60_000])
def test_a_server_that_dies_mid_build_leaves_the_live_generation(
    server: int, place: MilvusPlace, after: int
) -> None:
    first = build(place, 10)
    proxy = Proxy(server)
    through = at(proxy.port, place.address.collection, timeout=1)
    assert through.current() == first

    def rebuild() -> None:
        with through.writing() as writer:
            writer.begin(EMBEDDER, {}, articles_of(PASSAGES), None)
            proxy.after = after
            for start in range(0, len(PASSAGES), 8):
                writer.add(PASSAGES[start : start + 8], VECTORS[start : start + 8])
            writer.publish()

    quickly(12, rebuild, "the index is as it was")
    proxy.close()
    assert place.current() == first
    assert found(place.open()) == 10
    build(place, 12)  # what the dead build left is in nobody's way
    assert found(place.open()) == 12


def test_readers_beside_a_builder_see_whole_generations_alone(place: MilvusPlace) -> None:
    """Each generation holds another number of passages, and all match, so a mix would show."""
    build(place, 10)
    seen: list[tuple[str, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            store = place.open()
            seen.append((store.generation, found(store)))

    reading = threading.Thread(target=read)
    reading.start()
    wholes = {place.current(): 10} | {build(place, count): count for count in (12, 14)}
    done.set()
    reading.join()
    assert {wholes[generation] == count for generation, count in seen} == {True}
    assert len(seen) > 2
