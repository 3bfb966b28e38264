"""Each edit, rename and removal reaches the index within seconds, and no article is there twice."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import index
from index.corpus.watching import rebuilds
from index.stores.local.generations import open_index
from index.types import DatelineError, Summary
from tests.fakes import WordEmbedder

WITHIN = 15  # seconds, on a machine that does other things too


class Watched:
    """A corpus that is watched from another thread."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.corpus, self.folder = corpus, folder
        self.outcomes: queue.Queue[Summary | DatelineError] = queue.Queue()
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        embedder = WordEmbedder()
        for outcome in rebuilds(
            [self.corpus],
            self.folder,
            lambda: index.build(self.corpus, self.folder, embedder=embedder),
            self.stop,
        ):
            self.outcomes.put(outcome)

    def next(self) -> Summary | DatelineError:
        return self.outcomes.get(timeout=WITHIN)

    def until(self, expected: dict[str, str]) -> None:
        """Wait until the index holds just these articles, {id: text}."""
        found: dict[str, str] = {}
        while found != expected:
            assert isinstance(self.next(), Summary), found
            articles = list(open_index(self.folder).articles())
            found = {article.id: article.text for article in articles}
            assert len(found) == len(articles)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    corpus = tmp_path / "articles"
    (corpus / "sub").mkdir(parents=True)
    (corpus / "a.txt").write_text("Rain fell.")
    watched = Watched(
        corpus, corpus / "index"
    )  # the index inside the corpus must not wake its own watcher
    yield watched
    watched.stop.set()
    watched.thread.join(timeout=WITHIN)
    assert not watched.thread.is_alive()


def test_edits_renames_and_removals_reach_the_index(watched: Watched) -> None:
    corpus = watched.corpus
    first = watched.next()
    assert isinstance(first, Summary)
    assert first.articles == 1
    (corpus / "a.txt").write_text("Snow fell.")
    watched.until({"a.txt": "Snow fell."})
    (corpus / "a.txt").rename(corpus / "sub" / "b.txt")
    watched.until({"sub/b.txt": "Snow fell."})
    (corpus / "new").mkdir()
    (corpus / "new" / "c.txt").write_text("Wind blew.")
    (corpus / ".hidden.txt").write_text("Not an article.")
    watched.until({"sub/b.txt": "Snow fell.", "new/c.txt": "Wind blew."})
    (corpus / "sub" / "b.txt").unlink()
    watched.until({"new/c.txt": "Wind blew."})
    aside = corpus / ".c.txt.swp"  # as editors save
    aside.write_text("Wind blew hard.")
    aside.replace(corpus / "new" / "c.txt")
    watched.until({"new/c.txt": "Wind blew hard."})


def test_a_build_that_is_refused_is_told_and_tried_again(watched: Watched) -> None:
    assert isinstance(watched.next(), Summary)
    (watched.corpus / "a.txt").unlink()
    refused = watched.next()
    assert isinstance(refused, DatelineError)
    assert "found none" in str(refused)
    assert [article.id for article in open_index(watched.folder).articles()] == [
        "a.txt"
    ]  # the index is as it was
    (watched.corpus / "b.txt").write_text("Sun shone.")
    watched.until({"b.txt": "Sun shone."})


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="found nothing there"):
        next(
            rebuilds(
                [tmp_path / "nowhere"], tmp_path / "index", lambda: pytest.fail("nothing to build")
            )
        )
