"""An article that raises in any step after reading is skipped by name; the others are indexed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

import index
import qa
from index import comparing, passages, pipeline
from index.corpus import loading
from index.stores.local.generations import current, open_index
from index.types import DatelineError
from qa.answering.understanding import understand
from tests.conftest import Write
from tests.fakes import CapitalReader, FatefulEmbedder, WordEmbedder

FILES = {
    "a.txt": "The ferry to Norvik was late.",
    "bad.txt": "The bridge at Norvik is CURSED.",
    "c.txt": "The museum of Norvik opened.",
}


def texts_of(argument: object) -> list[str]:
    """Return the texts in an argument: its own, or those of what it holds."""
    if isinstance(argument, str):
        return [argument]
    if isinstance(argument, list | tuple):
        return [text for one in argument for text in texts_of(one)]
    return texts_of(getattr(argument, "text", ()))


def raise_at(word: str, real: Callable[..., object]) -> Callable[..., object]:
    """Return `real`, raising for arguments that hold a word; in its error a line break."""

    def call(*arguments: object, **options: object) -> object:
        if any(word in text for one in arguments for text in texts_of(one)):
            raise KeyError(f"no\nsuch {word.lower()}")
        return real(*arguments, **options)

    return call


STEPS = [
    (loading, "make_article", "it cannot be read"),  # cleaning and the language
    (pipeline, "without_boilerplate", "it cannot be read"),
    (comparing, "find_near_duplicates", "it cannot be compared"),
    (comparing, "find_repeated_lines", "it cannot be compared"),
    (passages, "passage_spans", "it cannot be encoded"),  # chunking
    (passages, "describe", "it cannot be encoded"),
]


@pytest.mark.parametrize(("module", "step", "reason"), STEPS)
def test_an_article_that_fails_in_a_step_is_skipped_by_name(
    tmp_path: Path, write: Write, module: object, step: str, reason: str
) -> None:
    with patch.object(module, step, raise_at("CURSED", getattr(module, step))):
        summary = index.build(write(FILES), tmp_path / "index", embedder=WordEmbedder())
    assert (summary.articles, summary.added) == (2, 2)
    assert [skipped.path for skipped in summary.skipped] == ["bad.txt"]
    assert summary.skipped[0].reason.startswith(f"{reason}: KeyError: ")
    assert "\n" not in summary.skipped[0].reason
    articles = {article.id for article in open_index(tmp_path / "index").articles()}
    assert articles == {"a.txt", "c.txt"}


def test_an_article_that_the_encoder_fails_on_is_skipped_by_name(
    tmp_path: Path, write: Write
) -> None:
    embedder = FatefulEmbedder(tmp_path / "log", fails="CURSED")
    summary = index.build(write(FILES), tmp_path / "index", embedder=embedder)
    assert (summary.articles, summary.passages) == (2, 2)
    assert [(skipped.path, skipped.reason) for skipped in summary.skipped] == [
        ("bad.txt", "it cannot be encoded: ValueError: no vector for this")
    ]
    hits = open_index(tmp_path / "index").indexed("c.txt")
    assert hits[1].tolist() == WordEmbedder().encode([FILES["c.txt"]]).tolist()


@pytest.mark.parametrize("step", ["passage_spans", "describe"])
def test_if_every_article_fails_the_index_is_as_it_was(
    tmp_path: Path, write: Write, step: str
) -> None:
    folder = tmp_path / "index"
    index.build(write(FILES), folder, embedder=WordEmbedder())
    broken = raise_at("", getattr(passages, step))
    with patch.object(passages, step, broken), pytest.raises(DatelineError, match="KeyError"):
        index.build(write(FILES), folder, embedder=WordEmbedder(), full=True)
    assert current(folder) == "000001"


def test_if_comparing_fails_by_itself_no_article_is_blamed(tmp_path: Path, write: Write) -> None:
    def broken(articles: object, *_: object) -> object:
        raise MemoryError

    with (
        patch.object(comparing, "find_near_duplicates", broken),
        pytest.raises(MemoryError),
    ):
        index.build(write(FILES), tmp_path / "index", embedder=WordEmbedder())


def test_articles_of_the_ends_of_the_calendar_are_built_and_asked(
    tmp_path: Path, write: Write
) -> None:
    story = (
        "On Friday and last week the ferry to Norvik was late. It will sail next week, on Sunday "
        "or in December. A year earlier, two days ago and tomorrow it sailed on December 31."
    )
    days = [dt.date.min, dt.date.max, dt.date(2022, 10, 14)]
    files = {f"{day}.md": f"---\npublished: {day}\n---\n{story}\n" for day in days}
    summary = index.build(write(files), tmp_path / "index", embedder=WordEmbedder())
    assert (summary.articles, summary.skipped) == (3, ())
    archive = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    for day in days:
        for question in ("Who was late last week?", "Who sails next year on December 31?"):
            reply = archive.ask(question, as_of=day)
            assert reply.question == question


QUESTIONS = st.lists(
    st.sampled_from(
        "Who What When won sailed will last next this week month year Friday December February 29 "
        "31 2019 9999 in on by since between and yesterday tomorrow ago earlier two years ?".split()
    ),
    min_size=1,
    max_size=9,
).map(lambda words: f"Who {' '.join(words)}")


@hypothesis.settings(max_examples=150, deadline=None)
@given(QUESTIONS, st.one_of(st.none(), st.dates()))
def test_any_question_of_any_day_is_understood(question: str, day: dt.date | None) -> None:
    asked = understand(question, as_of=day)
    assert asked.text == question
    if asked.time is not None and not asked.moments:  # a stretch, as in "the last two years"
        assert (asked.time.first, asked.time.last) != (None, None)
