"""Outcomes stand in a file, and are taken up again only if the same index and reader made them."""

from __future__ import annotations

from pathlib import Path

from qa.evaluation.outcomes import OutcomeLog
from qa.evaluation.questions import LabelledQuestion
from tests.qa.evaluation.outcomes import outcome

MADE_BY = {"index": "today", "reader": "one"}
FIRST, SECOND = outcome("a", ("x", "é"), "x", rank=3), outcome("b", None)


def known(id: str, answers: tuple[str, ...] | None, question: str = "") -> LabelledQuestion:
    return LabelledQuestion(id, question or f"who is {id}?", answers)


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with OutcomeLog(folder, MADE_BY) as log:
        assert log.get(known("a", ("x", "é"))) is None
        log.add(FIRST)
        log.add(SECOND)
    with OutcomeLog(folder, MADE_BY) as log:
        assert log.get(known("a", ("x", "é"))) == FIRST
        assert log.get(known("b", None)) == SECOND
        assert log.get(known("a", ("y",))) is None  # its known answers were changed
        assert log.get(known("b", None, "who else?")) is None


def test_a_line_that_was_half_written_is_dropped(tmp_path: Path) -> None:
    with OutcomeLog(tmp_path, MADE_BY) as log:
        log.add(FIRST)
    with (tmp_path / "outcomes.jsonl").open("a") as file:
        file.write('{"id": "half')  # the power went
    with OutcomeLog(tmp_path, MADE_BY) as log:
        log.add(SECOND)
    with OutcomeLog(tmp_path, MADE_BY) as log:
        assert (log.get(known("a", ("x", "é"))), log.get(known("b", None))) == (FIRST, SECOND)


def test_outcomes_of_another_reader_or_index_are_dropped(tmp_path: Path) -> None:
    for other in ({"index": "today", "reader": "two"}, {"index": "yesterday", "reader": "one"}):
        with OutcomeLog(tmp_path, MADE_BY) as log:
            log.add(FIRST)
        with OutcomeLog(tmp_path, other) as log:
            assert log.get(known("a", ("x", "é"))) is None
    assert len((tmp_path / "outcomes.jsonl").read_text().splitlines()) == 1


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    with OutcomeLog(None, MADE_BY) as log:
        log.add(FIRST)
        assert log.get(known("a", ("x", "é"))) is None
    assert not list(tmp_path.iterdir())
