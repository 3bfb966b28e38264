"""Articles that pass through a build come back as they were, and few are in memory at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import index
from index import article_file
from index.article_file import ArticleFile, ArticlesInTurn, WholeArticles
from index.engines.local import LocalEngine
from index.stores.places import open_index
from index.types import Article, DatelineError
from tests.fakes import WordEmbedder

FULL = Article(
    "a.csv:1",
    "Rain fell.\nIt was “cold” in Łódź, 5 °C.\u2028More rain.\n",
    "Rain",
    "Courier",
    dt.date(2022, 10, 14),
    "https://example.org/rain",
    "a.csv",
    authors=("Ann Berg", "Bo"),
    pages=(0, 11),
    language="en",
    story="b.csv:2",
    boilerplate=((0, 10), (12, 13)),
)
BARE = Article("b.txt", "Snow.")


@pytest.mark.parametrize("in_memory", [0, 10, 2**20])
def test_articles_come_back_with_every_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(article_file, "_IN_MEMORY", in_memory)
    with ArticleFile(tmp_path / "index") as texts:
        listed = [texts.add(article) for article in (FULL, BARE, FULL)]
        assert [one.whole() for one in listed] == [FULL, BARE, FULL]
        assert [one.text for one in reversed(listed)] == [FULL.text, BARE.text, FULL.text]
        assert list(WholeArticles(listed)) == [FULL, BARE, FULL]
        for one in listed[:2]:
            other = FULL if one.id == FULL.id else BARE
            for field in ("id", "fingerprint", "path", "source", "language", "story"):
                assert getattr(one, field) == getattr(other, field)
            assert one.whole().fingerprint == other.fingerprint
        assert (tmp_path / "index").exists() == (in_memory < 100)
        changed = dataclasses.replace(listed[1], story="x", boilerplate=((0, 1),))
        assert changed.whole() == dataclasses.replace(BARE, story="x", boilerplate=((0, 1),))
    assert not list(tmp_path.rglob("*.*"))  # it had no name


def test_what_the_live_index_has_is_read_there(tmp_path: Path) -> None:
    index.build([{"id": "a", "text": "Rain fell."}], tmp_path, embedder=WordEmbedder())
    live = open_index(tmp_path)
    (article,) = live.articles()
    with ArticleFile(tmp_path / "nowhere", live) as texts:
        listed = texts.add(article)
        assert listed.place < 0
        assert listed.whole() == article
        gone = dataclasses.replace(listed, fingerprint="another")
        with pytest.raises(DatelineError, match="build again"):
            gone.whole()


def test_a_folder_that_cannot_hold_them_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_file, "_IN_MEMORY", 10)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatelineError, match="expected to keep the articles"):
        index.build([{"text": "Rain fell."}], tmp_path / "file", embedder=WordEmbedder())


def test_articles_are_found_in_any_order_and_in_theirs_without_being_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"id": str(n), "text": f"Rain fell on Town{n}."} for n in range(9)]
    index.build(records, tmp_path, embedder=WordEmbedder())
    live = open_index(tmp_path)
    articles = list(live.articles())
    monkeypatch.setattr(article_file, "_AHEAD", 3)
    orders: list[tuple[int, ...]] = [(8, 0, 7, 1, 2, 3, 3), (0, 0, 5, 6, 1)]
    for order in orders:
        known = ArticlesInTurn(live)
        assert [known[articles[n].fingerprint] for n in order] == [articles[n] for n in order]
    assert articles[0].fingerprint in known
    assert "another" not in known
    monkeypatch.setattr(type(live), "article", None)
    orders = [tuple(range(9)), (1, 2, 4, 6, 8)]  # some are removed or changed
    for order in orders:
        known = ArticlesInTurn(live)
        assert [known[articles[n].fingerprint] for n in order] == [articles[n] for n in order]


class Counting(LocalEngine):
    """Loads made-up articles, and counts how many of those that were read are in memory."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self.most = count, 0
        self._alive: weakref.WeakSet[Any] = weakref.WeakSet()

    def load(self, *_: object) -> Iterator[Article]:
        for number in range(self._count):
            article = Article(f"{number}", f"Rain fell on Town{number} all day long.\n" * 3)
            yield self._seen(article)

    def encode(self, articles: Any, *rest: Any) -> Any:
        class Watched(WholeArticles):
            def __iter__(_) -> Iterator[Article]:
                return map(self._seen, super().__iter__())

        return super().encode(Watched(articles._listed), *rest)

    def _seen(self, article: Article) -> Article:
        self._alive.add(article)
        self.most = max(self.most, len(self._alive))
        return article


def test_a_build_holds_the_articles_of_a_batch_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait to be encoded are in memory, whatever the size of the corpus."""
    monkeypatch.setattr(index.engines.local, "_ENCODE_AT_ONCE", 16)
    most = {}
    for count in (100, 200):
        engine = Counting(count)
        gc.collect()
        summary = index.build([], tmp_path / str(count), embedder=WordEmbedder(), engine=engine)
        assert (summary.articles, len(engine._alive)) == (count, 0)
        most[count] = engine.most
    assert most[100] == most[200] < 40
