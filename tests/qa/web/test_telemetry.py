"""A question is one line of JSON, without its words unless they are asked for; and figures."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

import index
import qa
from index.types import DatelineError
from qa.web.telemetry import LOGGER, Counting, JsonLines, Sieve, Sparing, metrics_address
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


def record(event: str, at: float) -> logging.LogRecord:
    made = logging.LogRecord("dateline", logging.INFO, "", 0, event, None, None)
    made.created = at
    return made


def test_nothing_that_is_sent_can_fill_the_log() -> None:
    sparing = Sparing(most=3)
    assert [sparing.filter(record("refused", 100 + second)) for second in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert sparing.filter(record("question", 106))  # each client may ask so many a minute
    later = record("refused", 161)
    assert sparing.filter(later)
    assert json.loads(JsonLines().format(later))["held_back_before"] == 2
    assert "held_back_before" not in JsonLines().format(record("refused", 162))


def test_a_traceback_that_others_print_is_its_places_and_its_kind(kept: list[Kept]) -> None:
    through = io.StringIO()
    sieve = Sieve(through)
    try:
        try:
            raise ValueError("who brokered the\nxylophone truce?")
        except ValueError as error:
            raise gr.Error("the zebra question") from error
    except gr.Error:
        traceback.print_exc(file=sieve)
    print("INFO: who asked about the quagmire?", file=sieve)
    print("dateline: a line of our own", file=sieve)
    print("x" * 50_000, end="", file=sieve)
    assert through.getvalue() == "dateline: a line of our own\n"
    lines = [json.loads(line) for line in kept[0].lines]
    assert [(line["event"], line["error"]) for line in lines] == [
        ("error", "ValueError"),
        ("error", "Error"),
    ]
    assert all(place.startswith("test_telemetry.py:") for line in lines for place in line["at"])
    told = "".join(kept[0].lines)
    assert not any(word in told for word in ("xylophone", "zebra", "quagmire", "brokered"))


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("9100", ("127.0.0.1", 9100)),
        ("10.0.0.2:9100", ("10.0.0.2", 9100)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_metrics_may_be_elsewhere(where: str, address: tuple[str, int]) -> None:
    assert metrics_address(where) == address


@pytest.mark.parametrize("where", ["", "70000", "0", "host", "host:", "-1", "1" * 5_000, "٣"])
def test_metrics_that_can_be_nowhere_are_one_line(where: str) -> None:
    with pytest.raises(DatelineError, match="expected HOST:PORT or a port from 1 to 65535") as told:
        metrics_address(where)
    assert len(str(told.value)) < 200
