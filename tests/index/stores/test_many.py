"""Several indexes asked as one find what one index of all their articles finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import index
import qa
from index.stores.places import place_of
from index.types import Article, DatelineError, Filters, Store
from qa.cli import main
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.stores.test_stores import PASSAGES, QUESTIONS, VECTORS, articles_of, written
from tests.index.stores.toy import ToyPlace

EMBEDDER = WordEmbedder()
FIRST = [row for row, one in enumerate(PASSAGES) if int(one.article.id[1:]) < 14]
SECOND = [row for row in range(len(PASSAGES)) if row not in FIRST]
STORY = " ".join(f"Boat {number} left quay {number * 7} for the island." for number in range(40))


def places(store: Store, question: str, filters: Filters, k: int = 10) -> list[tuple[str, int]]:
    vector = VECTORS[FIRST[0]]
    found = store.search(vector, question, k, filters)
    return [(match.passage.article.id, match.passage.start) for match in found]


@pytest.mark.parametrize("kinds", ["folders", "folder and toy", "Milvus"])
def test_two_indexes_find_what_one_of_both_finds(tmp_path: Path, kinds: str) -> None:
    """A word that all of one index has is as rare as in both together, if the stores tell."""
    ends = {"folders": ("", ""), "folder and toy": ("", ""), "Milvus": (".db", ".db")}[kinds]
    parts = [place_of(f"{tmp_path}/{name}{end}") for name, end in zip("ab", ends, strict=True)]
    if kinds == "folder and toy":
        parts[1] = ToyPlace(tmp_path / "b")
    for part, rows in zip(parts, (FIRST, SECOND), strict=True):
        written(part, [PASSAGES[row] for row in rows], VECTORS[rows])
    one = written(place_of(tmp_path / "one"), PASSAGES, VECTORS)
    many = place_of(parts).open()
    assert many.manifest["counts"] == one.manifest["counts"]
    assert many.fingerprints() == one.fingerprints()
    assert [one.id for one in many.articles()] == [one.id for one in articles_of(PASSAGES)]
    for filters in (Filters(), Filters(sources=("Example",))):
        assert places(many, "zzz", filters) == places(one, "zzz", filters)
        for question in QUESTIONS:
            if kinds == "folders":
                assert places(many, question, filters)[0] == places(one, question, filters)[0]
            assert len(set(places(many, question, filters))) == 10
    for id in ("a2", "a30"):
        assert many.article(id) == one.article(id)
        assert many.indexed(id)[0] == one.indexed(id)[0]
        assert np.array_equal(many.indexed(id)[1], one.indexed(id)[1])
    assert many.article("nobody") is None
    assert list(many.problems()) == place_of(parts).verify() == []


def built(folder: Path, *articles: Article) -> Path:
    index.build(articles, folder, embedder=EMBEDDER)
    return folder


def test_words_are_as_rare_as_in_all_indexes_together(tmp_path: Path) -> None:
    """ "Harbour" is rare in one index alone, "ferry" in the other."""
    harbours = [Article(f"h{n}", f"The harbour of quay {n} closed.") for n in range(12)]
    ferries = [Article(f"f{n}", f"The ferry of line {n} sailed.") for n in range(12)]
    one, other = Article("x", "A ferry burned."), Article("y", "A harbour burned.")
    first = built(tmp_path / "a", *harbours, one)
    second = built(tmp_path / "b", *ferries[:4], other)
    whole = place_of(built(tmp_path / "all", *harbours, one, *ferries[:4], other)).open()
    many = place_of([first, second]).open()
    for words in ("ferry harbour", "harbour", "ferry"):
        for store in (whole, many):
            _, ranked = store.rankings(
                EMBEDDER.encode_question("x"), words, 30, Filters(), store.word_counts(words)
            )
            passages = store.passages([row for row, _ in ranked])
            scores = {passages[row].article.id: score for row, score in ranked}
            if store is whole:
                expected = scores
        assert scores.keys() == expected.keys()
        for id, score in scores.items():
            assert score == pytest.approx(expected[id], rel=0.1)


def test_near_copies_in_two_indexes_are_one_origin(tmp_path: Path) -> None:
    story = f"The truce was brokered by Geneva. {STORY}"
    parts = [
        built(tmp_path / "a", Article("1", story, source="Example")),
        built(tmp_path / "b", Article("1", f"{story} It rained.", source="Post")),
    ]
    archive = qa.open(parts, embedder=EMBEDDER, reader=CapitalReader())
    hits = archive.store.search(EMBEDDER.encode_question(story), "truce Geneva", 5)
    assert {hit.passage.article.id for hit in hits} == {"1", "2/1"}  # two articles
    assert len({hit.passage.article.story for hit in hits}) == 1
    assert archive.article("2/1").source == "Post"  # type: ignore[union-attr]
    (answer,) = [
        one for one in archive.ask("Who brokered the truce?").answers if one.text == "Geneva"
    ]
    assert answer.origins == 1


def test_an_article_in_two_indexes_is_found_once_and_refreshing_follows_both(
    tmp_path: Path,
) -> None:
    same = Article("1", "The truce was brokered by Geneva.")
    parts = [built(tmp_path / "a", same), built(tmp_path / "b", same)]
    archive = qa.open(parts, embedder=EMBEDDER, reader=CapitalReader())
    assert archive.generation == "000001+000001"
    assert len(archive.retrieve("Who brokered the truce?")) == 1
    assert archive.store.manifest["counts"]["articles"] == 1
    built(tmp_path / "b", same, Article("2", "Rain fell."))
    assert archive.refresh()
    assert archive.generation == "000001+000002"
    assert [one.id for one in archive.store.articles()] == ["1", "2"]


def test_what_cannot_be_one_archive_is_one_line(tmp_path: Path) -> None:
    parts = [built(tmp_path / "a", Article("1", "Rain fell.")), tmp_path / "b"]
    index.build([Article("1", "Snow.")], parts[1], embedder=WordEmbedder(16))
    with pytest.raises(DatelineError, match=r"one encoder, found another in .*b than in .*a"):
        place_of(parts).open()
    with pytest.raises(DatelineError, match="expected one index to change"):
        index.build([Article("1", "Snow.")], place_of(parts), embedder=EMBEDDER)
    with pytest.raises(DatelineError, match="expected one index to change"):
        place_of(parts).rollback()


def test_the_command_takes_index_twice(
    corpus_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--index", str(corpus_index), "--index", str(corpus_index), "--json"]
    assert main(["retrieve", "Who brokered the September truce?", "-k", "3", *arguments]) == 0
    twice = json.loads(capsys.readouterr().out)
    assert main(["retrieve", "Who brokered the September truce?", "-k", "3", *arguments[2:]]) == 0
    once = json.loads(capsys.readouterr().out)
    assert json.dumps(twice).count('"start"') == json.dumps(once).count('"start"')
    assert main(["rollback", *arguments[:4]]) == 1
    assert "expected one index to change" in capsys.readouterr().err
