"""What every place must do: build, ask, copy, verify, roll back, through the protocols alone.

The toy keeps JSON files and knows nothing but the protocols (tests/index/stores/toy.py), so what
passes for it passes for any place that satisfies them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import index
import qa
from index.passages import encoded_text, passages_of
from index.stores.copying import copy
from index.stores.local.place import FolderPlace
from index.stores.milvus.place import MilvusPlace
from index.stores.places import current, encoder_of, open_index, place_of
from index.types import (
    Article,
    DatelineError,
    Embedder,
    Encoded,
    Note,
    Place,
    Progress,
    Skipped,
    Store,
    Unencoded,
)
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.stores.toy import ToyPlace

PLACES: dict[str, Callable[[Path], Place]] = {
    "folder": lambda root: FolderPlace(root / "index"),
    "milvus": lambda root: place_of(root / "index.db", root),
    "toy": lambda root: ToyPlace(root / "toy"),
    "toy-with-cache": lambda root: ToyPlace(root / "toy", cache=root),
}
STORIES = {
    "d.txt": "A storm\nExpatica, 2022-11-02\n\nA storm hit Denmark. Esbjerg was closed.\n",
    "b.txt": "Talks\nRFE/RL, 2022-10-01\n\nMinisters met in Geneva. Charles Michel was the host.\n",
}
QUESTION = "who was the host of the talks in Geneva?"


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made: Place = PLACES[request.param](tmp_path)
    return made


def same(one: Store, other: Store) -> None:
    """Check that both hold the same articles, passages and vectors, in the same order."""
    assert list(one.articles()) == list(other.articles())
    for article in one.articles():
        (passages, vectors), (others, expected) = one.indexed(article.id), other.indexed(article.id)
        assert passages == others
        np.testing.assert_array_equal(vectors, expected)


def test_a_build_holds_the_articles_and_a_second_one_writes_nothing(
    place: Place, write: Write
) -> None:
    corpus, embedder = write(STORIES), WordEmbedder()
    first = index.build(corpus, place, embedder=embedder)
    store = place.open()
    assert (first.generation, first.added, first.passages) == (place.current(), 2, 2)
    for article in store.articles():
        passages, vectors = store.indexed(article.id)
        assert passages == passages_of(article)
        expected = embedder.encode([encoded_text(passage) for passage in passages])
        np.testing.assert_allclose(vectors, expected, atol=1e-6)
    embedder.encoded.clear()
    again = index.build(corpus, place, embedder=embedder)
    assert (again.generation, again.unchanged) == (first.generation, 2)
    assert embedder.encoded == []
    assert place.verify() == []


def test_a_rebuild_encodes_what_is_new_and_keeps_the_order_of_the_corpus(
    place: Place, write: Write
) -> None:
    embedder = WordEmbedder()
    index.build(write(STORIES), place, embedder=embedder)
    embedder.encoded.clear()
    grown = STORIES | {"a.txt": "Rain fell in Oslo.", "c.txt": "Snow fell in Bern."}
    summary = index.build(write(grown), place, embedder=embedder)
    assert (summary.articles, summary.added, summary.unchanged) == (4, 2, 2)
    assert (summary.passages, summary.vectors_reused, len(embedder.encoded)) == (4, 2, 2)
    assert [article.id for article in place.open().articles()] == sorted(grown)
    less = index.build(write({"d.txt": STORIES["d.txt"]}), place, embedder=embedder)
    assert (less.removed, less.unchanged, less.passages) == (3, 1, 1)
    assert place.verify() == []


def test_an_article_that_comes_before_others_is_their_origin_and_first_in_a_tie(
    place: Place, write: Write
) -> None:
    story = " ".join(f"The minister of Town{number} signed on day {number}." for number in range(9))
    embedder = WordEmbedder()
    index.build(write(STORIES | {"b.txt": story}), place, embedder=embedder)
    index.build(write(STORIES | {"a.txt": story, "b.txt": story}), place, embedder=embedder)
    store = place.open()
    assert {one.id: one.story for one in store.articles() if one.text == story} == {
        "a.txt": "a.txt",
        "b.txt": "a.txt",
    }
    best, second = store.search(embedder.encode_question(story), story, 2)
    assert (best.passage.article.id, second.passage.article.id) == ("a.txt", "b.txt")
    assert best.score == second.score


def test_a_question_gets_the_reply_that_a_folder_gives(
    place: Place, write: Write, tmp_path: Path
) -> None:
    corpus, embedder = write(STORIES), WordEmbedder()
    replies = []
    for where in (place, tmp_path / "other"):
        index.build(corpus, where, embedder=embedder)
        archive = qa.open(where, embedder=embedder, reader=CapitalReader())
        replies.append(archive.ask(QUESTION).to_dict())
    assert replies[0]["answers"][0]["text"] == replies[1]["answers"][0]["text"] != ""
    assert [hit["text"] for hit in replies[0]["passages"]] == [
        hit["text"] for hit in replies[1]["passages"]
    ]
    write(STORIES | {"c.txt": "Snow\n\nSnow fell in Bern on Friday.\n"})
    index.build(corpus, place, embedder=embedder)
    archive = qa.open(place, embedder=embedder, reader=CapitalReader())
    assert not archive.refresh()
    assert archive.retrieve("snow in Bern", 1)[0].article.path == "c.txt"


def test_an_open_archive_moves_on_when_it_is_refreshed(place: Place, write: Write) -> None:
    embedder = WordEmbedder()
    index.build(write(STORIES), place, embedder=embedder)
    archive = qa.open(place, embedder=embedder, reader=CapitalReader())
    index.build(write({"b.txt": STORIES["b.txt"]}), place, embedder=embedder)
    assert len(list(archive.store.articles())) == 2  # a published generation never changes
    assert archive.refresh()
    assert len(list(archive.store.articles())) == 1


def test_a_copy_goes_there_and_back_without_encoding(
    place: Place, write: Write, tmp_path: Path
) -> None:
    corpus, embedder = write(STORIES), WordEmbedder()
    index.build(corpus, tmp_path / "one", embedder=embedder)
    embedder.encoded.clear()
    told: list[tuple[str, int, int]] = []
    copy(tmp_path / "one", place, lambda *line: told.append(line))
    assert told[-1] == ("copying articles", 2, 2)
    copy(place, tmp_path / "two")
    assert embedder.encoded == []
    one, there, two = (open_index(where) for where in (tmp_path / "one", place, tmp_path / "two"))
    same(one, there)
    same(one, two)
    assert one.manifest["counts"] == there.manifest["counts"] == two.manifest["counts"]
    summary = index.build(corpus, place, embedder=embedder)
    assert (summary.unchanged, embedder.encoded) == (2, [])  # made alike: nothing to encode
    with pytest.raises(DatelineError, match="expected two places"):
        copy(place, place)


def test_a_copy_takes_the_compiled_encoder_along(
    place: Place, corpus_index: Path, tmp_path: Path
) -> None:
    copy(corpus_index, place)
    encoder = encoder_of(place, place.open())
    assert encoder.fingerprint == place.open().manifest["encoder"]["fingerprint"]
    with pytest.raises(DatelineError, match="expected the encoder of this index"):
        encoder_of(place, place.open(), WordEmbedder())


def test_a_rollback_makes_the_generation_before_live_again(place: Place, write: Write) -> None:
    embedder = WordEmbedder()
    first = index.build(write(STORIES), place, embedder=embedder)
    second = index.build(write({"b.txt": STORIES["b.txt"]}), place, embedder=embedder)
    assert place.open().manifest["previous"] == first.generation
    assert place.rollback() == first.generation == current(place)
    assert len(list(place.open().articles())) == 2
    with pytest.raises(DatelineError, match="expected a generation before"):
        place.rollback()
    third = index.build(write({"d.txt": STORIES["d.txt"]}), place, embedder=embedder)
    assert third.generation > second.generation  # no name is given twice


def test_a_place_without_an_index_says_so(place: Place) -> None:
    for attempt in (place.current, place.open, place.rollback, place.verify):
        with pytest.raises(DatelineError, match=r"expected an index in .*, found none"):
            attempt()


def test_what_fails_before_it_is_published_changes_nothing(place: Place, write: Write) -> None:
    embedder = WordEmbedder()
    first = index.build(write(STORIES), place, embedder=embedder)

    class Breaking(WordEmbedder):
        def encode(self, texts: Sequence[str]) -> index.types.Vectors:
            raise RuntimeError("the encoder broke")

    with pytest.raises(DatelineError, match="the encoder broke"):
        index.build(write({"x.txt": "Rain fell."}), place, embedder=Breaking())
    assert place.current() == first.generation
    assert len(list(place.open().articles())) == 2


def test_a_writer_gives_back_the_generation_that_is_open(place: Place, write: Write) -> None:
    with place.writing() as writer:
        assert writer.live() is None
    index.build(write(STORIES), place, embedder=WordEmbedder())
    opened = place.open()
    with place.writing() as writer:
        assert writer.live(opened) is opened
        found = writer.live()
        assert found is not None
        assert found.generation == opened.generation


def test_a_writer_refuses_rows_and_articles_that_do_not_match(place: Place) -> None:
    article, other = Article("a", "Rain fell."), Article("b", "Snow fell.")
    vectors = WordEmbedder().encode(["Rain", "Snow"])
    with place.writing() as writer:
        writer.begin(WordEmbedder(), {}, [article], None)
        with pytest.raises(ValueError, match="a vector for each of 1"):
            writer.add(passages_of(article), vectors)
        with pytest.raises(ValueError, match="given to begin"):
            writer.add(passages_of(other), vectors[:1])


class ListedEngine:
    """An engine that loads given articles and fails to encode some."""

    def __init__(self, articles: Sequence[Article], fails: str = "") -> None:
        self._articles, self._fails = articles, fails
        self.reusable: Store | None = None

    def load(
        self, corpora: Sequence[Path], columns: Mapping[str, str]
    ) -> Iterator[Article | Skipped | Note]:
        yield Note("list", f"{len(corpora)} folders")
        yield from self._articles

    def encode(
        self,
        articles: Collection[Article],
        embedder: Embedder,
        reusable: Store | None,
        scratch: Path,
        progress: Progress,
    ) -> Iterator[Encoded | Unencoded]:
        self.reusable = reusable
        for article in articles:
            if article.id == self._fails:
                yield Unencoded(article, "no vector for this")
                continue
            passages = passages_of(article)
            vectors = embedder.encode([encoded_text(passage) for passage in passages])
            yield Encoded(passages, vectors)


def test_another_engine_builds_and_an_article_that_it_cannot_encode_is_left_out(
    place: Place,
) -> None:
    embedder = WordEmbedder()
    articles = [Article(name, f"Boat {name} left.", path=f"{name}.txt") for name in "cab"]
    summary = index.build("x", place, embedder=embedder, engine=ListedEngine(articles, fails="a"))
    assert (summary.articles, summary.added, summary.passages) == (2, 2, 2)
    assert summary.skipped == (Skipped("a.txt", "it cannot be encoded: no vector for this"),)
    assert summary.notes == (Note("list", "1 folders"),)
    assert [article.id for article in place.open().articles()] == ["c", "b"]
    assert place.verify() == []
    engine = ListedEngine(articles)
    summary = index.build("x", place, embedder=embedder, engine=engine)
    assert (summary.articles, summary.added, summary.unchanged) == (3, 1, 2)
    assert [article.id for article in place.open().articles()] == ["c", "a", "b"]
    assert engine.reusable is not None
    full = ListedEngine(articles)
    assert index.build("x", place, embedder=embedder, engine=full, full=True).vectors_reused == 0
    assert full.reusable is None


@pytest.mark.parametrize(
    "address",
    [
        "milvus://host",
        "milvus:///news",
        "milvus://host:x/news",
        "milvus://u:secret@host/a-b",
        "milvus://host/news?timeuot=3",
        "milvus://host/news?timeout=0",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(DatelineError, match="expected milvus://HOST") as refused:
        place_of(address)
    assert "secret" not in str(refused.value)


def test_an_address_says_host_collection_deadline_and_token(tmp_path: Path) -> None:
    place = place_of("milvus://ann:s%40cret@db.example:9/news?timeout=2.5&tls=1", tmp_path)
    assert isinstance(place, MilvusPlace)
    found = place.address
    assert (found.uri, found.collection) == ("https://db.example:9", "news")
    assert (found.timeout, found.token) == (2.5, "ann:s@cret")
    assert place.encoders == tmp_path / "encoders"
    assert "cret" not in f"{place} {place!r}"


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("milvus://db/news", "http://db:19530"),
        ("milvus://[::1]:7/news?tls=no", "http://[::1]:7"),
        ("milvus://db/news?tls=yes", "https://db:19530"),
    ],
)
def test_an_address_may_leave_out_its_port_and_has_tls_if_it_says_so(
    address: str, uri: str
) -> None:
    place = place_of(address)
    assert isinstance(place, MilvusPlace)
    assert place.address.uri == uri


def test_an_address_of_a_folder_is_a_folder_and_a_place_stays_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert place_of("var/index") == place_of(Path("var/index")) == FolderPlace(Path("var/index"))
    assert str(place_of("var/index")) == str(Path("var/index"))
    toy = ToyPlace(Path("x"))
    assert place_of(toy) is toy
    monkeypatch.setenv("DATELINE_MILVUS_TOKEN", "of the environment")
    place = place_of("milvus://db/news")
    assert isinstance(place, MilvusPlace)
    assert place.address.token == "of the environment"
