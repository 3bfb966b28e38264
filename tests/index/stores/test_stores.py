"""What every store must do, judged by brute force in NumPy.

A new store joins by adding a function to STORES: passages and vectors in, an open store out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.stores.local.place import FolderPlace
from index.stores.local.store import LocalStore
from index.stores.milvus.connection import Milvus
from index.stores.milvus.place import MilvusPlace
from index.stores.milvus.store import MilvusStore
from index.stores.milvus.writer import MilvusWriter
from index.stores.places import place_of
from index.types import (
    Article,
    DatelineError,
    Filters,
    IndexWriter,
    Passage,
    Place,
    Store,
    Vectors,
)
from tests.fakes import WordEmbedder
from tests.index.stores.toy import ToyPlace

EMBEDDER = WordEmbedder(dimensions=48)
WORDS = (
    "truce ministers Geneva border troops museum harvest river bridge election vote tennis final "
    "storm coast budget"
).split()
OUTLETS = (None, "Example", "World Post", "EXAMPLE")


def make_passages(articles: int = 40) -> list[Passage]:
    """Two passages of each article; a fifth have no date, a fourth no outlet."""
    rng = np.random.default_rng(5)
    passages = []
    for number in range(articles):
        text = ". ".join(" ".join(rng.choice(WORDS, size=6)) for _ in range(4)) + "."
        published = None
        if number % 5:
            published = dt.date(2022, 1, 1) + dt.timedelta(days=7 * number)
        article = Article(
            f"a{number}",
            text,
            title=f"Title {rng.choice(WORDS)}",
            source=OUTLETS[number % 4],
            published=published,
            path=f"{number}.txt",
            authors=("Ann", "Bo")[: number % 3],
            story=f"a{number // 2}",
            boilerplate=((0, 3), (5, 9))[: 2 * (number % 2)],
        )
        middle = text.index(". ") + 2
        passages += [Passage(article, 0, middle - 1), Passage(article, middle, len(text))]
    return passages


def articles_of(passages: Sequence[Passage]) -> list[Article]:
    """Return the articles of passages, each once, in order."""
    return list({passage.article.id: passage.article for passage in passages}.values())


def write(writer: IndexWriter, passages: Sequence[Passage], vectors: Vectors) -> str:
    """Write a generation of these passages, added in two parts; return its name."""
    writer.begin(EMBEDDER, {}, articles_of(passages), None)
    writer.add(passages[:7], vectors[:7])
    writer.add(passages[7:], vectors[7:])
    return writer.publish()


def written(place: Place, passages: Sequence[Passage], vectors: Vectors) -> Store:
    with place.writing() as writer:
        write(writer, passages, vectors)
    return place.open()


def local_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    return written(FolderPlace(folder), passages, vectors)


def compressed_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """Write a local index that has too many passages to look at each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.stores.local.vectors.EXACT_UP_TO", 16)
        store = local_store(folder, passages, vectors)
    assert (folder / store.generation / "nearest.faiss").exists()
    return store


def grown_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    return grown(FolderPlace(folder), passages, vectors)


def milvus_grown(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """Write into Milvus Lite as into a Milvus that counts words over all parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Milvus, "lite", False)
        return grown(place_of(f"{folder}.db"), passages, vectors)


def grown(place: Place, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """Write an index, then one with articles before, between and behind its own."""
    first = [row for row, passage in enumerate(passages) if int(passage.article.id[1:]) % 3 == 1]
    before = written(place, [passages[row] for row in first], vectors[first])
    with place.writing() as writer:
        missing = writer.begin(EMBEDDER, {}, articles_of(passages), before)
        new = {article.id for article in missing}
        rows = [row for row, passage in enumerate(passages) if passage.article.id in new]
        assert len(rows) + len(first) == len(passages)
        assert writer.passages == len(first)
        writer.add([passages[row] for row in rows], vectors[rows])
        writer.publish()
    return place.open()


def toy_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    return written(ToyPlace(folder), passages, vectors)


def milvus_file(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    return written(place_of(f"{folder}.db"), passages, vectors)


def milvus_by_month(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """Write by address, with a partition for each month, as a Milvus that is not Lite has."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(folder))
    SERVERS.append((server, database))  # one that nobody holds ends
    place = place_of(f"milvus://127.0.0.1:{port}/news")
    assert isinstance(place, MilvusPlace)
    with contextlib.closing(MilvusWriter(place.connection, by_month=True)) as writer:
        write(writer, passages, vectors)
    return place.open()


SERVERS: list[object] = []
STORES: dict[str, Callable[[Path, Sequence[Passage], Vectors], Store]] = {
    "local": local_store,
    "local-compressed": compressed_store,
    "local-grown": grown_store,
    "milvus-file": milvus_file,
    "milvus-by-month": milvus_by_month,
    "milvus-grown": milvus_grown,
    "toy": toy_store,
}
PASSAGES = make_passages()
VECTORS = EMBEDDER.encode([passage.text for passage in PASSAGES])
QUESTIONS = [
    "truce in Geneva",
    "who won the tennis final?",
    "storm on the coast",
    "budget vote election",
    "the bridge over the river and the harvest",
]


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return STORES[request.param](tmp_path_factory.mktemp("store") / "index", PASSAGES, VECTORS)


def passes(passage: Passage, filters: Filters) -> bool:
    article = passage.article
    outlet = not filters.sources or (article.source or "").casefold() in {
        source.casefold() for source in filters.sources
    }
    since = filters.since is None or (
        article.published is not None and article.published >= filters.since
    )
    until = filters.until is None or (
        article.published is not None and article.published <= filters.until
    )
    return outlet and since and until


FILTERS = [
    Filters(),
    Filters(sources=("example",)),
    Filters(sources=("World Post", "nobody")),
    Filters(since=dt.date(2022, 6, 1)),
    Filters(until=dt.date(2022, 3, 5)),
    Filters(since=dt.date(2022, 3, 5), until=dt.date(2022, 3, 5)),
    Filters(sources=("Example",), since=dt.date(2022, 2, 1), until=dt.date(2022, 8, 1)),
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_search_without_words_in_common_is_the_exact_nearest_neighbours(
    store: Store, filters: Filters
) -> None:
    """The keyword side finds nothing here, so the order is that of the vectors alone."""
    allowed = [row for row, passage in enumerate(PASSAGES) if passes(passage, filters)]
    vector = EMBEDDER.encode_question("truce border")
    scores = VECTORS[allowed] @ vector if allowed else np.empty(0)
    expected = [allowed[row] for row in np.argsort(-scores, kind="stable")][:10]
    found = store.search(vector, "zzz", 10, filters)
    assert [(match.passage.article.id, match.passage.start) for match in found] == [
        (PASSAGES[row].article.id, PASSAGES[row].start) for row in expected
    ]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_search_finds_what_passes_the_filters_best_first(
    store: Store, question: str, filters: Filters
) -> None:
    found = store.search(EMBEDDER.encode_question(question), question, 10, filters)
    assert all(passes(match.passage, filters) for match in found)
    assert [match.score for match in found] == sorted(
        (match.score for match in found), reverse=True
    )
    assert all(0 < match.score <= 1 for match in found)
    places = [(match.passage.article.id, match.passage.start) for match in found]
    assert (
        len(set(places))
        == len(places)
        == min(10, sum(passes(passage, filters) for passage in PASSAGES))
    )


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_words_raise_every_passage_that_has_one_and_passes_the_filters_and_no_other(
    store: Store, filters: Filters
) -> None:
    def scores(text: str) -> dict[tuple[str, int], float]:
        found = store.search(VECTORS[0], text, len(PASSAGES), filters)
        return {(one.passage.article.id, one.passage.start): one.score for one in found}

    alone, with_word = scores("zzz"), scores("storm")
    assert alone.keys() == with_word.keys()
    assert {key for key in alone if with_word[key] > alone[key] + 1e-6} == {
        (passage.article.id, passage.start)
        for passage in PASSAGES
        if passes(passage, filters)
        and ("storm" in passage.text or "storm" in (passage.article.title or ""))
    }


def test_a_passage_that_is_first_by_meaning_and_by_words_is_first(store: Store) -> None:
    passage = Passage(Article("u", text := "A lighthouse keeper paints dominoes."), 0, len(text))
    if isinstance(store, MilvusStore) and len(store.partitions) > 1:
        pytest.skip("Milvus Lite counts words in each partition by itself; it has none there")
    found = store.search(VECTORS[12], PASSAGES[12].text, 3)
    assert found[0].passage.text == PASSAGES[12].text
    assert found[0].score > 0.95
    assert (
        store.search(EMBEDDER.encode_question(passage.text), passage.text, 1)[0].score < 0.6
    )  # found by meaning alone


def test_articles_come_back_in_order_with_every_field(store: Store) -> None:
    articles = articles_of(PASSAGES)
    assert list(store.articles()) == articles
    assert store.article("a7") == articles[7]
    assert store.article("nobody") is None
    assert store.fingerprints() == {article.id: article.fingerprint for article in articles}


def test_each_article_has_its_own_passages_and_vectors(store: Store) -> None:
    for article in articles_of(PASSAGES):
        rows = [row for row, passage in enumerate(PASSAGES) if passage.article == article]
        passages, vectors = store.indexed(article.id)
        assert passages == [PASSAGES[row] for row in rows]
        np.testing.assert_array_equal(vectors, VECTORS[rows])
    passages, vectors = store.indexed("nobody")
    assert (passages, vectors.shape) == ([], (0, EMBEDDER.dimensions))


def test_the_manifest_says_what_the_generation_holds(store: Store) -> None:
    days = [one.published.toordinal() for one in articles_of(PASSAGES) if one.published is not None]
    assert store.manifest["counts"] == {
        "articles": 40,
        "passages": 80,
        "first_day": min(days),
        "last_day": max(days),
    }
    assert store.manifest["encoder"] == {
        "name": EMBEDDER.name,
        "fingerprint": EMBEDDER.fingerprint,
        "dimensions": EMBEDDER.dimensions,
        "folder": None,
    }


def test_a_whole_store_has_no_problems(store: Store) -> None:
    assert list(store.problems()) == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        "???",
        "AND OR NOT",
        'title:"x" body:[a TO b]',
        "*",
        "~2^3",
        "\x00\ud800",
        "(((",
        "a" * 5000,
        "who what when",
    ],
)
def test_no_question_is_an_error(store: Store, question: str) -> None:
    assert len(store.search(EMBEDDER.encode_question("x"), question, 3)) == 3


def test_words_are_searched_while_vectors_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither search ends before the other has begun; and what goes wrong beside is not lost."""
    store = local_store(tmp_path / "index", PASSAGES, VECTORS)
    assert isinstance(store, LocalStore)
    expected = store.search(VECTORS[12], PASSAGES[12].text, 3)
    both = threading.Barrier(2, timeout=20)
    nearest, matching = store._vectors.nearest, store._keywords.matching
    monkeypatch.setattr(store._vectors, "nearest", lambda *given: (both.wait(), nearest(*given))[1])
    monkeypatch.setattr(
        store._keywords, "matching", lambda *given: (both.wait(), matching(*given))[1]
    )
    assert store.search(VECTORS[12], PASSAGES[12].text, 3) == expected

    def damaged(*given: object) -> list[tuple[int, float]]:
        both.wait()
        raise DatelineError("expected a keyword index")

    monkeypatch.setattr(store._keywords, "matching", damaged)
    with pytest.raises(DatelineError, match="keyword index"):
        store.search(VECTORS[12], PASSAGES[12].text, 3)
