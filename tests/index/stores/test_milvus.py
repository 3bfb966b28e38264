"""Milvus as a store: generations by alias, builds and copies, and what happens when the server is away, slow, or dies.

What a search must find is tests/index/stores/test_stores.py's. The server here is Milvus Lite's, on the loopback.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import index
import qa
from index.stores.copying import copy
from index.stores.milvus.connection import Milvus, MilvusPlace
from index.stores.milvus.generations import (
    MilvusDesk,
    current,
    open_milvus,
    rollback_milvus,
    writing_milvus,
)
from index.stores.milvus.store import MilvusStore
from index.stores.places import open_index, place_of, verify
from index.types import DatelineError
from qa.cli import main
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.stores.test_stores import EMBEDDER, PASSAGES, VECTORS
from tests.loopback import Proxy


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Milvus Lite on the loopback."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("milvus")))
    yield port
    running.stop(0).wait()
    database.close()


_names = iter(range(1000))


@pytest.fixture
def milvus(server: int) -> Milvus:
    """A connection to an empty place on the server."""
    return Milvus(MilvusPlace(f"http://127.0.0.1:{server}", f"news{next(_names)}"))


def build(milvus: Milvus, passages: int) -> str:
    with writing_milvus(milvus) as desk, desk.draft(EMBEDDER, {}) as draft:
        draft.add(PASSAGES[:passages], VECTORS[:passages])
        return draft.publish()


def found(store: MilvusStore) -> int:
    return len(store.search(VECTORS[0], "truce storm museum budget", 100))


def collections(milvus: Milvus) -> list[str]:
    return sorted(
        name
        for name in milvus.call("list_collections")
        if name.startswith(f"{milvus.place.collection}_")
    )


def test_a_build_moves_the_alias_and_a_rollback_moves_it_back_while_an_open_reader_stays(
    milvus: Milvus,
) -> None:
    first = build(milvus, 10)
    reader = open_milvus(milvus)
    second = build(milvus, 14)
    assert (current(milvus), open_milvus(milvus).manifest["previous"]) == (second, first)
    assert (found(reader), found(open_milvus(milvus))) == (10, 14)  # each a whole generation
    assert rollback_milvus(milvus) == first == current(milvus)
    with pytest.raises(DatelineError, match="expected a generation before"):
        rollback_milvus(milvus)
    assert build(milvus, 16).startswith(
        "000003"
    )  # the number of the one rolled back from is not given again
    assert open_milvus(milvus).manifest["previous"] == first


def test_two_generations_are_kept_with_their_texts(milvus: Milvus) -> None:
    names = [build(milvus, count) for count in (6, 8, 10, 12)]
    place = milvus.place.collection
    assert collections(milvus) == sorted(
        f"{place}_{name}{end}" for name in names[-2:] for end in ("", "_texts")
    )


def test_a_draft_that_another_build_makes_is_left_alone(milvus: Milvus) -> None:
    build(milvus, 6)
    with MilvusDesk(milvus).draft(EMBEDDER, {}) as draft:
        draft.add(PASSAGES[:8], VECTORS[:8])
        time.sleep(1.1)  # names differ by the second
        build(milvus, 10)
        build(milvus, 12)
        with pytest.raises(DatelineError, match="another published meanwhile"):
            draft.publish()
    assert found(open_milvus(milvus)) == 12


def test_a_build_that_fails_leaves_the_alias_and_nothing_behind(milvus: Milvus) -> None:
    first = build(milvus, 10)
    before = collections(milvus)

    def breaks() -> None:
        with writing_milvus(milvus) as desk, desk.draft(EMBEDDER, {}) as draft:
            draft.add(PASSAGES[:12], VECTORS[:12])
            raise RuntimeError("the encoder broke")

    with pytest.raises(RuntimeError, match="the encoder broke"):
        breaks()
    assert (current(milvus), collections(milvus)) == (first, before)


def test_a_generation_that_lost_passages_is_refused(milvus: Milvus) -> None:
    name = build(milvus, 10)
    milvus.call("delete", f"{milvus.place.collection}_{name}", ids=[3])
    with pytest.raises(
        DatelineError,
        match=r"expected 10 passages in .*, found 9; build again, or run: dateline rollback",
    ):
        open_milvus(milvus)


def test_a_long_article_comes_back_whole(milvus: Milvus) -> None:
    text = "".join(
        f"Übergabe {number}. 停战 \U0001f54a\n" for number in range(3000)
    )  # three parts, four bytes a character in places
    article = index.Article(
        "größe 'a\" or id != '", text, title=None, pages=(0, 7), authors=('A "B"',)
    )
    with writing_milvus(milvus) as desk, desk.draft(EMBEDDER, {}) as draft:
        draft.add(
            [index.Passage(article, 0, 40, 'said\n"so"'), index.Passage(article, 40, len(text))],
            VECTORS[:2],
        )
        draft.publish()
    store = open_milvus(milvus)
    assert store.article(article.id) == article
    assert [match.passage.article for match in store.search(VECTORS[0], "Übergabe", 2)] == [
        article,
        article,
    ]
    assert store.indexed(article)[0][0].description == 'said\n"so"'


STORIES = {
    "a.txt": "Talks in Geneva\nRFE/RL, 2022-10-01\n\nMinisters from Armenia met in Geneva. Charles Michel was the host of the talks.\n",
    "b.txt": "A storm\nExpatica, 2022-11-02\n\nA storm hit the coast of Denmark. The harbour of Esbjerg was closed for two days.\n",
}


def test_index_build_and_ask_by_address_as_in_a_folder(
    server: int, write: Write, tmp_path: Path
) -> None:
    corpus, embedder = write(STORIES), WordEmbedder()
    place = place_of(f"milvus://127.0.0.1:{server}/built")
    index.build(corpus, tmp_path / "local", embedder=embedder)
    first = index.build(corpus, place, embedder=embedder)
    assert (
        index.build(corpus, place, embedder=embedder).generation == first.generation
    )  # nothing changed, nothing written
    archives = [
        qa.open(where, embedder=embedder, reader=CapitalReader())
        for where in (tmp_path / "local", place)
    ]
    local, beyond = (archive.ask("who hosted talks in Geneva?").to_dict() for archive in archives)
    assert local["answers"] == beyond["answers"] != []
    assert local["passages"] == beyond["passages"]
    write(
        STORIES
        | {
            "c.txt": "Snow\nExpatica, 2022-12-02\n\nSnow fell in Bern on Friday. Trains to Lausanne were late.\n"
        }
    )
    embedder.encoded.clear()
    second = index.build(corpus, place, embedder=embedder)
    assert (second.added, second.unchanged, len(embedder.encoded)) == (
        1,
        2,
        second.passages - second.vectors_reused,
    )
    assert archives[1].refresh()
    assert archives[1].retrieve("snow in Bern", 1)[0].article.path == "c.txt"
    assert verify(place) == []


def test_a_copy_is_the_same_index_without_encoding_and_comes_back_the_same(
    write: Write, tmp_path: Path
) -> None:
    corpus, embedder = write(STORIES), WordEmbedder()
    index.build(corpus, tmp_path / "one", embedder=embedder)
    embedder.encoded.clear()
    lite = place_of(tmp_path / "copy.db")
    copy(tmp_path / "one", lite)
    copy(lite, tmp_path / "two")
    assert embedder.encoded == []
    one, beyond, two = (open_index(where) for where in (tmp_path / "one", lite, tmp_path / "two"))
    assert list(one.articles()) == list(beyond.articles()) == list(two.articles())
    for article in one.articles():
        passages, vectors = one.indexed(article)
        for store in (beyond, two):
            assert store.indexed(article)[0] == passages
            np.testing.assert_array_equal(store.indexed(article)[1], vectors)
    assert (
        index.build(corpus, lite, embedder=embedder).unchanged == 2
    )  # made alike: nothing to encode
    with pytest.raises(DatelineError, match="expected two places"):
        copy(lite, lite)


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


@pytest.mark.parametrize(
    "address",
    [
        "milvus://host",
        "milvus:///news",
        "milvus://host:x/news",
        "milvus://u:secret@host/a-b",
        "milvus://host/news?timeuot=3",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(DatelineError, match="expected milvus://HOST") as refused:
        place_of(address)
    assert "secret" not in str(refused.value)


def test_an_address_says_host_collection_deadline_and_token() -> None:
    place = place_of("milvus://ann:s%40cret@db.example:9/news?timeout=2.5&tls=1")
    assert isinstance(place, MilvusPlace)
    assert (place.uri, place.collection, place.timeout, place.token) == (
        "https://db.example:9",
        "news",
        2.5,
        "ann:s@cret",
    )
    assert "cret" not in f"{place} {place!r}"
    assert place_of("var/index") == Path("var/index")


def test_without_the_package_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(DatelineError, match=r"pip install 'dateline\[milvus\]'"):
        open_index(place_of(tmp_path / "x.db"))


def test_a_collection_that_is_not_ours_is_not_taken_for_an_index(milvus: Milvus) -> None:
    milvus.call("create_collection", milvus.place.collection, dimension=4)
    with pytest.raises(DatelineError, match="that is not Dateline's"):
        current(milvus)


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
    server: int, milvus: Milvus, stalls: bool
) -> None:
    build(milvus, 20)
    proxy = Proxy(server)
    through = Milvus(
        MilvusPlace(f"http://127.0.0.1:{proxy.port}", milvus.place.collection, timeout=1)
    )
    store = open_milvus(through)
    assert found(store) == 20
    proxy.stalls, proxy.after = stalls, 2_000  # some of the search's calls get through
    quickly(6, lambda: found(store), "found it failing while (search|query)")
    proxy.close()
    assert found(open_milvus(milvus)) == 20


@pytest.mark.parametrize("after", [3_000, 20_000, 60_000])
def test_a_server_that_dies_mid_build_leaves_the_live_generation(
    server: int, milvus: Milvus, after: int
) -> None:
    first = build(milvus, 10)
    proxy = Proxy(server)
    through = Milvus(
        MilvusPlace(f"http://127.0.0.1:{proxy.port}", milvus.place.collection, timeout=1)
    )

    def rebuild() -> None:
        with writing_milvus(through) as desk, desk.draft(EMBEDDER, {}) as draft:
            proxy.after = after
            for start in range(0, len(PASSAGES), 8):
                draft.add(PASSAGES[start : start + 8], VECTORS[start : start + 8])
            draft.publish()

    quickly(12, rebuild, "the index is as it was")
    proxy.close()
    assert current(milvus) == first
    assert found(open_milvus(milvus)) == 10
    build(milvus, 12)  # what the dead build left is in nobody's way
    assert found(open_milvus(milvus)) == 12


def test_readers_beside_a_builder_see_whole_generations_alone(milvus: Milvus) -> None:
    """Each generation holds another number of passages, all of which match; a mix would show another number."""
    build(milvus, 10)
    seen: list[tuple[str, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            store = open_milvus(milvus)
            seen.append((store.generation, found(store)))

    reading = threading.Thread(target=read)
    reading.start()
    wholes = {current(milvus): 10} | {build(milvus, count): count for count in (12, 14)}
    done.set()
    reading.join()
    assert {wholes[generation] == count for generation, count in seen} == {True}
    assert len(seen) > 2
