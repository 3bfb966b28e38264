"""What every store must do, judged by brute force in NumPy; the local store is the first to pass it.

A new store joins by adding a function to STORES: passages and vectors in, an open store out.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from index.stores.keywords import KeywordIndex, question_terms, text_analyzer
from index.stores.local.generations import open_index, writing
from index.stores.local.store import LocalStore, fused
from index.stores.milvus.store import MilvusStore
from index.stores.milvus.writer import MilvusDraft
from index.stores.places import open_index as open_anywhere
from index.stores.places import place_of
from index.stores.places import writing as writing_anywhere
from index.types import Article, DatelineError, Filters, Passage, Store, Vectors
from tests.fakes import WordEmbedder

EMBEDDER = WordEmbedder(dimensions=48)
WORDS = "truce ministers Geneva border troops museum harvest river bridge election vote tennis final storm coast budget".split()
OUTLETS = (None, "Example", "World Post", "EXAMPLE")


def make_passages(articles: int = 40) -> list[Passage]:
    rng = np.random.default_rng(5)
    passages = []
    for number in range(articles):
        text = ". ".join(" ".join(rng.choice(WORDS, size=6)) for _ in range(4)) + "."
        published = dt.date(2022, 1, 1) + dt.timedelta(days=7 * number) if number % 5 else None
        article = Article(
            f"a{number}",
            text,
            title=f"Title {rng.choice(WORDS)}",
            source=OUTLETS[number % 4],
            published=published,
            path=f"{number}.txt",
            authors=("Ann", "Bo") if number % 3 else (),
            story=f"a{number // 2}",
            boilerplate=((0, 3), (5, 9)) if number % 2 else (),
        )
        middle = text.index(". ") + 2
        passages += [Passage(article, 0, middle - 1), Passage(article, middle, len(text))]
    return passages


def local_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    with writing(folder) as desk, desk.draft(EMBEDDER, {}) as draft:
        draft.add(passages[:7], vectors[:7])
        draft.add(passages[7:], vectors[7:])
        draft.publish()
    return open_index(folder)


def compressed_store(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """As a local index is that has too many passages to look at each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.stores.local.vectors.EXACT_UP_TO", 16)
        store = local_store(folder, passages, vectors)
    assert (folder / store.generation / "nearest.faiss").exists()
    return store


def milvus_file(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    return milvus_store(f"{folder}.db", passages, vectors)


def milvus_by_month(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Store:
    """By address, and with a partition a month, as a Milvus that is not Lite has them."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(folder))
    SERVERS.append((server, database))  # one that nobody holds ends
    return milvus_store(f"milvus://127.0.0.1:{port}/news", passages, vectors, by_month=True)


def milvus_store(
    address: str, passages: Sequence[Passage], vectors: Vectors, by_month: bool = False
) -> Store:
    place = place_of(address)
    with writing_anywhere(place) as desk, desk.draft(EMBEDDER, {}) as draft:
        assert isinstance(draft, MilvusDraft)
        draft.by_month = by_month
        draft.add(passages[:7], vectors[:7])
        draft.add(passages[7:], vectors[7:])
        draft.publish()
    return open_anywhere(place)


SERVERS: list[object] = []
STORES: dict[str, Callable[[Path, Sequence[Passage], Vectors], Store]] = {
    "local": local_store,
    "local-compressed": compressed_store,
    "milvus-file": milvus_file,
    "milvus-by-month": milvus_by_month,
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


def by_meaning(question: str, allowed: Sequence[int]) -> list[int]:
    scores = VECTORS[list(allowed)] @ EMBEDDER.encode_question(question)
    return [allowed[row] for row in np.argsort(-scores, kind="stable")]


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
    """The keyword side finds nothing here, so the order is that of the vectors alone, by brute force."""
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
def test_the_keyword_side_finds_every_passage_with_the_word_that_passes_the_filters(
    store: Store, filters: Filters
) -> None:
    expected = {
        row
        for row, passage in enumerate(PASSAGES)
        if passes(passage, filters)
        and ("storm" in passage.text or "storm" in (passage.article.title or ""))
    }
    assert isinstance(store, LocalStore | MilvusStore)
    matching = store._keywords.matching if isinstance(store, LocalStore) else store.matching
    assert {row for row, _ in matching("storm", 1000, filters)} == expected


def test_a_passage_that_is_first_by_meaning_and_by_words_is_first(store: Store) -> None:
    passage = Passage(Article("u", text := "A lighthouse keeper paints dominoes."), 0, len(text))
    if isinstance(store, MilvusStore) and len(store.partitions) > 1:
        pytest.skip(
            "Milvus Lite counts words in each partition apart; Dateline partitions a Milvus that is not Lite alone"
        )
    found = store.search(VECTORS[12], PASSAGES[12].text, 3)
    assert found[0].passage.text == PASSAGES[12].text
    assert found[0].score > 0.95
    assert (
        store.search(EMBEDDER.encode_question(passage.text), passage.text, 1)[0].score < 0.6
    )  # found by meaning alone


def test_articles_come_back_with_every_field(store: Store) -> None:
    articles = {passage.article.id: passage.article for passage in PASSAGES}
    assert {article.id: article for article in store.articles()} == articles
    assert store.article("a7") == articles["a7"]
    assert store.article("nobody") is None


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


def test_rows_that_do_not_match_are_refused(tmp_path: Path) -> None:
    with (
        writing(tmp_path / "index") as desk,
        desk.draft(EMBEDDER, {}) as draft,
        pytest.raises(ValueError, match="a vector for each of 3"),
    ):
        draft.add(PASSAGES[:3], VECTORS[:2])


def test_bm25_counts_the_title_at_half_weight(tmp_path: Path) -> None:
    from index.stores.keywords import write_keywords

    texts = [("storm", "x"), ("x", "storm"), ("x", "x")]
    passages = [
        Passage(Article(str(row), body, title=title), 0, len(body))
        for row, (body, title) in enumerate(texts)
    ]
    write_keywords(passages, tmp_path / "keywords")
    (first, body_score), (second, title_score) = KeywordIndex(tmp_path / "keywords").matching(
        "storm", 5
    )
    assert (first, second) == (0, 1)
    assert title_score == pytest.approx(body_score / 2)


def test_questions_are_stemmed_and_lose_their_question_words() -> None:
    assert question_terms("How many ministers did the Élysée meet in Geneva?", text_analyzer()) == [
        "minist",
        "elyse",
        "meet",
        "geneva",
    ]


def test_fusion_by_worked_numbers() -> None:
    # cosines 0.6, 0.5 and 0.4: one step, a third of their range, below the lowest is 0, so they are 1, 0.625 and 0.25 of a quarter
    by_meaning = [(1, 0.6), (2, 0.5), (3, 0.4)]
    by_words = [(2, 8.0), (4, 4.0)]  # of three quarters 1 and 0.5
    rows, scores = zip(*fused(by_meaning, by_words), strict=True)
    assert rows == (2, 4, 1, 3)
    assert scores == pytest.approx((0.25 * 0.625 + 0.75, 0.375, 0.25, 0.0625))
    assert [row for row, _ in fused([(4, 0.5), (2, 0.5)], [])] == [
        2,
        4,
    ]  # a tie goes to the lower row
    assert fused([(9, -0.2)], []) == [(9, 0.25)]
    assert fused([], []) == []


found_rows = st.dictionaries(st.integers(0, 9), st.floats(0.01, 30), max_size=6).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


@given(found_rows, found_rows)
def test_fusion_never_ranks_a_row_below_one_it_beats_everywhere(
    by_meaning: list[tuple[int, float]], by_words: list[tuple[int, float]]
) -> None:
    order = fused(by_meaning, by_words)
    assert {row for row, _ in order} == {
        row for ranking in (by_meaning, by_words) for row, _ in ranking
    }
    assert all(0 < score <= 1 + 1e-9 for _, score in order)
    place = {row: number for number, (row, _) in enumerate(order)}
    one, other = dict(by_meaning), dict(by_words)
    for better in place:
        for worse in place:
            if all(found.get(better, 0.0) > found.get(worse, 0.0) + 1e-6 for found in (one, other)):
                assert place[better] < place[worse]
