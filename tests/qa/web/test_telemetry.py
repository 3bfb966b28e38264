"""A question is one line of JSON, without its words unless they are asked for; and figures."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import index
import qa
from qa.web.telemetry import LOGGER, Counting, JsonLines
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder


class Kept(logging.Handler):
    def __init__(self, words: bool) -> None:
        super().__init__()
        self.setFormatter(JsonLines(words))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def kept() -> Iterator[list[Kept]]:
    handlers = [Kept(False), Kept(True)]
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    for handler in handlers:
        LOGGER.addHandler(handler)
    yield handlers
    for handler in handlers:
        LOGGER.removeHandler(handler)
    LOGGER.setLevel(level)


@pytest.fixture
def archive(tmp_path: Path, write: Write) -> qa.Archive:
    index.build(
        write({"a.txt": "the truce was brokered by Atlantis."}),
        tmp_path / "index",
        embedder=WordEmbedder(),
    )
    return qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())


def test_a_question_is_one_line_with_its_timings_and_none_of_its_words(
    archive: qa.Archive, kept: list[Kept]
) -> None:
    reply = archive.ask("Who brokered the\ntruce?")
    without, with_words = (handler.lines for handler in kept)
    (line,) = without
    told = json.loads(line)
    assert (told["event"], told["outcome"], told["generation"], told["answers"]) == (
        "question",
        "answered",
        "000001",
        1,
    )
    assert 0 < told["retrieve_ms"] <= told["took_ms"]
    assert told["took_ms"] == pytest.approx(reply.took_ms, abs=0.1)
    assert "truce" not in line
    assert "Atlantis" not in line
    assert json.loads(with_words[0])["question"] == "Who brokered the truce?"


def test_an_error_is_told_by_its_place_not_by_its_message(kept: list[Kept]) -> None:
    try:
        raise ValueError("of the question: who brokered the truce?")
    except ValueError:
        LOGGER.getChild("page").exception("error")
    told = json.loads(kept[0].lines[0])
    assert (told["level"], told["error"]) == ("error", "ValueError")
    assert told["at"][0].startswith("test_telemetry.py:")
    assert "truce" not in kept[0].lines[0]
    assert "truce" in kept[1].lines[0]


def test_nothing_is_written_where_nobody_listens(
    archive: qa.Archive, capfd: pytest.CaptureFixture[str]
) -> None:
    archive.ask("Who brokered the truce?")
    assert capfd.readouterr() == ("", "")


def test_figures_count_questions_by_outcome_and_refusals_by_status(
    archive: qa.Archive, kept: list[Kept]
) -> None:
    from prometheus_client import REGISTRY

    counting = Counting(lambda: 7)
    LOGGER.addHandler(counting)
    try:
        archive.ask("Who brokered the truce?")
        archive.ask("zebra?")
        LOGGER.getChild("guard").info("refused", extra={"facts": {"status": 429, "path": "/"}})
    finally:
        LOGGER.removeHandler(counting)
    value = REGISTRY.get_sample_value
    assert value("dateline_questions_total", {"outcome": "answered"}) == 1
    assert value("dateline_questions_total", {"outcome": "silent"}) == 1
    assert value("dateline_question_seconds_count") == 2
    assert value("dateline_requests_refused_total", {"status": "429"}) == 1
    assert value("dateline_generation") == 7
