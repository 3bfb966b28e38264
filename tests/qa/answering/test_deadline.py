"""Past the deadline of a question no more passages are read, and the reply says so if it is empty.

The deadlines here have passed, or never pass: no test depends on the speed of the machine.
"""

from __future__ import annotations

from concurrent.futures import Future

import pytest

import qa
from index.types import Article, Passage
from qa.answering.deadline import current_deadline, within
from qa.answering.reader import OnnxReader
from qa.answering.understanding import understand
from qa.archive import read, reply_from
from qa.types import Hit
from qa.web import session as sessions
from qa.web.addresses import NO_LIMITS
from qa.web.session import Session

QUESTION = "Who repaired the lighthouse?"
OTHERS = [
    "The ferry to Norvik sails every twenty minutes.",
    "Rain fell on the harbour of Esbjerg for two days.",
    "The museum of Voss opens at nine and closes at five.",
    "A storm took the roof of the school in the night.",
]
ANSWER = "In spring Maria Olsen repaired the lighthouse of Utvaer."
PASSED = -1.0


def hits(*texts: str) -> list[Hit]:
    articles = [Article(str(number), text) for number, text in enumerate(texts)]
    return [Hit(Passage(article, 0, len(article.text)), 0.5) for article in articles]


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def test_past_it_only_the_first_passages_are_read(reader: OnnxReader) -> None:
    given = hits(*OTHERS, ANSWER)
    with within(PASSED) as deadline:
        late = read(understand(QUESTION), given, reader)
    assert deadline.missed
    assert {span.article.id for span in late} <= {"0", "1", "2"}
    in_time = read(understand(QUESTION), given, reader)
    assert in_time[0].article.id == "4"
    with within(1e6) as deadline:
        assert read(understand(QUESTION), given, reader) == in_time
    assert not deadline.missed


def test_what_was_found_until_then_is_the_reply(reader: OnnxReader) -> None:
    with within(PASSED):
        found = reply_from(understand(QUESTION), hits(ANSWER, *OTHERS), reader)
        silent = reply_from(understand(QUESTION), hits(*OTHERS, ANSWER), reader)
    assert found.answers[0].text == "Maria Olsen"
    assert (silent.answered, silent.reason_code) == (False, "out-of-time")
    after = reply_from(understand(QUESTION), hits(*OTHERS, ANSWER), reader)  # nothing is left of it
    assert after.answers[0].text == "Maria Olsen"


def test_a_short_question_is_not_late(reader: OnnxReader) -> None:
    """A deadline that passed while nothing was left to read is not missed."""
    with within(PASSED) as deadline:
        reply = reply_from(understand(QUESTION), hits(*OTHERS[:2]), reader)
    assert not deadline.missed
    assert reply.reason_code != "out-of-time"


def test_the_server_gives_each_question_one(
    archive: qa.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Future[qa.Archive] = Future()
    opened.set_result(archive)
    session = Session(opened)
    silent = "How many tanks did Armenia lose?"
    assert session.ask(silent, NO_LIMITS).reason_code == "not-said"
    monkeypatch.setattr(sessions, "_SECONDS", PASSED)
    assert session.ask(silent, NO_LIMITS).reason_code == "out-of-time"
    assert not current_deadline().passed()  # what is asked without a server has none
    assert archive.ask(silent).reason_code == "not-said"
