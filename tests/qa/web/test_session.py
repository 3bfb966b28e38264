"""A session: its articles are there at once, its models follow, and its limits hold."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import index
import qa
from index.types import DatelineError
from qa.answering.turns import Turn
from qa.types import Hit, Span
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.session import Session
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

CORPUS = {
    "a.txt": "the truce was brokered by Atlantis.",
    "b.txt": "the storm was named Boris, a truce with Winter.",
}


class GatedReader(CapitalReader):
    """A reader that reads nothing until it is let, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate = threading.Event()
        self._error = error

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        assert self.gate.wait(60)
        if self._error is not None:
            raise self._error
        return super().read(question, hits)


@pytest.fixture
def folder(write: Write, tmp_path: Path) -> Path:
    """Build an index whose encoder is a fake."""
    index.build(write(CORPUS), tmp_path / "index", embedder=WordEmbedder())
    return tmp_path / "index"


@pytest.fixture
def archive_of_two(folder: Path) -> qa.Archive:
    return qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())


def opened(
    folder: Path, reader: GatedReader, monkeypatch: pytest.MonkeyPatch, empty: bool = False
) -> Session:
    """Open a session as the page does; the embedder of the index is known to tests alone."""
    real = qa.Archive.open

    def open_with_embedder(place: Path, *, reader: GatedReader) -> qa.Archive:
        return real(place, reader=reader, embedder=WordEmbedder())

    monkeypatch.setattr("qa.web.session.Archive.open", open_with_embedder)
    return Session.open(folder, reader=reader, empty=empty)


def test_the_articles_are_there_before_the_models(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = GatedReader()
    session = opened(folder, reader, monkeypatch)
    assert session.status() == "loading"
    assert len(list(session.store().articles())) == 2
    reader.gate.set()
    reply = session.ask("Who brokered the truce?", NO_LIMITS)  # waits for the models
    assert reply.answers[0].text == "Atlantis"
    assert session.status() == "ok"
    assert session.store() is session.archive().store


def test_each_generation_is_told_once_its_models_are_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    reader = GatedReader()
    session = opened(folder, reader, monkeypatch)
    told: queue.Queue[str] = queue.Queue()
    session.when_published(lambda: told.put(session.archive().generation))
    assert told.empty()
    reader.gate.set()
    assert told.get(timeout=60) == "000001"
    index.build(write({"c.txt": "snow fell."}), folder, embedder=WordEmbedder())
    session.archive()
    assert told.get(timeout=60) == "000002"
    session.archive()
    assert told.empty()


def test_a_model_that_does_not_load_is_told_to_everybody_who_asks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reader = GatedReader(ValueError("no such operator"))
    session = opened(folder, reader, monkeypatch)
    reader.gate.set()
    for _ in range(2):
        with pytest.raises(DatelineError, match="expected the models to load, found: no such op"):
            session.ask("Who brokered the truce?", NO_LIMITS)
    assert session.status() == "failed"
    assert capfd.readouterr().err == "dateline: no such operator\n"
    assert len(list(session.store().articles())) == 2


def test_the_warm_up_is_nobody_s_question(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader = GatedReader()
    session = opened(folder, reader, monkeypatch)
    reader.gate.set()
    with caplog.at_level("INFO", logger="dateline"):
        session.archive()
        assert caplog.records == []
        session.ask("Who brokered the truce?", NO_LIMITS)
        assert [record.message for record in caplog.records] == ["question"]


def test_no_index_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected an index in"):
        Session.open(tmp_path / "nowhere")


def test_an_empty_archive_is_opened_once_its_first_articles_are_indexed(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = GatedReader()
    reader.gate.set()
    session = opened(tmp_path / "index", reader, monkeypatch, empty=True)
    assert (session.is_empty(), session.status()) == (True, "ok")
    assert list(session.store().articles()) == []
    with pytest.raises(DatelineError, match="expected articles to answer from, found none yet"):
        session.ask("Who brokered the truce?", NO_LIMITS)
    index.build(write(CORPUS), tmp_path / "index", embedder=WordEmbedder())
    assert len(list(session.store().articles())) == 2
    assert not session.is_empty()
    reply = session.ask("Who brokered the truce?", NO_LIMITS)
    assert reply.answers[0].text == "Atlantis"


def test_a_question_that_is_tried_out_has_the_reply_of_one_that_is_asked_and_no_record(
    archive_of_two: qa.Archive, caplog: pytest.LogCaptureFixture
) -> None:
    session = Session.over(archive_of_two)
    with caplog.at_level("INFO", logger="dateline"):
        tried = session.try_out("Who brokered the truce?", NO_LIMITS)
        assert caplog.records == []
    assert tried.answers == session.ask("Who brokered the truce?", NO_LIMITS).answers
    assert tried.answers


def test_a_session_follows_a_rebuild(
    archive_of_two: qa.Archive, folder: Path, write: Write
) -> None:
    session = Session.over(archive_of_two)
    assert session.ask("Who brokered the truce?", NO_LIMITS).index_generation == "000001"
    index.build(write({"a.txt": "the truce was brokered by Mu."}), folder, embedder=WordEmbedder())
    reply = session.ask("Who brokered the truce?", NO_LIMITS)
    assert (reply.index_generation, reply.answers[0].text) == ("000002", "Mu")
    assert session.store().generation == "000002"


def test_a_damaged_rebuild_leaves_the_open_generation(
    archive_of_two: qa.Archive, folder: Path, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    session = Session.over(archive_of_two)
    index.build(write({"a.txt": "the truce was brokered by Mu."}), folder, embedder=WordEmbedder())
    (folder / "000002" / "manifest.json").write_text("{")
    assert session.ask("Who brokered the truce?", NO_LIMITS).index_generation == "000001"
    assert capfd.readouterr().err.startswith("dateline: expected")


def test_the_limits_of_a_session_hold_for_every_question(archive: qa.Archive) -> None:
    session = Session.over(archive, Limits.of(until="2020-12-31"))
    hits = session.retrieve("peacekeepers", 5, NO_LIMITS)
    assert {str(hit.article.published) for hit in hits} == {"2020-11-13"}
    reply = session.ask("How many peacekeepers?", Limits.of(until="2022-12-31"))
    assert {str(hit.article.published) for hit in reply.passages} == {"2020-11-13"}
    with pytest.raises(DatelineError, match="expected an outlet among A, found B"):
        Session.over(archive, Limits.of(["A"])).ask("who?", Limits.of(["B"]))


def test_a_follow_up_is_completed_from_the_turn_before(archive_of_two: qa.Archive) -> None:
    session = Session.over(archive_of_two)
    turns = [Turn("Who brokered the truce in 2020?", "Who brokered the truce in 2020?", "Atlantis")]
    understood = session.understood("and in 2022?", turns, NO_LIMITS)
    assert (understood.asked, understood.text) == (
        "and in 2022?",
        "Who brokered the truce in 2022?",
    )
    alone = session.understood("Who brokered the truce?", [], NO_LIMITS)
    assert alone.text == "Who brokered the truce?"
