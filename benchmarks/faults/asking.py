"""Bad questions and arguments (benchmarks/bad_questions.py), asked of the index of corpus/.

Each gets a reply or one clear error, in bounded time, by Python, HTTP and the events of the page.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks import bad_questions as bad
from benchmarks.faults.world import Failures
from index.types import DatelineError

_LONGEST_LINE = 300  # characters of an error
_WAITS = 10  # times the bound, by the clock
_DEFAULTS = {"question": "who?", "source": [], "since": "", "until": "", "as_of": "", "k": 16}
_DOORS = ("ask", "retrieve", "/api/ask", "/api/retrieve", "call", "run")


class _Asked:
    """Counts what each question gave, and how long it took.

    The bound is of a core's time, so that a busy machine breaks no promise; a question that waits
    for something breaks it after ten times as long.
    """

    def __init__(self, seconds: float) -> None:
        self.counts, self.failures = Counter[str](), Failures()
        self._most = seconds

    def ask(self, what: str, call: Callable[[], str]) -> None:
        """Ask; `call` tells how it ended, or raises DatelineError with one line."""
        began, worked = time.perf_counter(), time.process_time()
        try:
            said = call()
        except DatelineError as error:
            said = "one error"
            if "\n" in str(error) or len(str(error)) > _LONGEST_LINE:
                self.failures.append(f"{what}: {str(error)[:100]!r}")
        except BaseException as error:
            said = "a traceback"
            self.failures.append(f"{what}: {type(error).__name__}: {str(error)[:200]}")
        took, work = time.perf_counter() - began, time.process_time() - worked
        self.counts[said] += 1
        self._note("ms, the slowest", took)
        self._note("ms of a core, the slowest", work)
        if work > self._most or took > _WAITS * self._most:
            self.failures.append(f"{what}: {took:.1f} s, {work:.1f} s of a core")

    def _note(self, what: str, seconds: float) -> None:
        self.counts[what] = max(self.counts[what], round(1000 * seconds))


def _opened(root: Path) -> qa.Archive:
    index.build("corpus", root / "index")
    archive = qa.open(root / "index")
    archive.ask("is the reader loaded?")
    return archive


def _checked(reply: qa.Reply) -> str:
    """Return how a reply ended. Raises ValueError for a citation that is no slice."""
    json.dumps(reply.to_dict()).encode()
    for answer in reply.answers:
        for c in answer.citations:
            if c.article.text[c.start : c.end] != c.text:
                raise ValueError("a citation is no slice of its article")
    return "answered" if reply.answered else "silent"


def questions(
    root: Path, times: int = 2000, seed: int = 1, seconds: float = 2, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Ask so many fuzzed questions of the real index of corpus/.

    Each gets a reply or one clear error, within so many seconds.
    """
    archive, asked = _opened(root), _Asked(seconds)
    for number, question in enumerate(bad.questions(first + times, seed)[first:], first):
        asked.ask(f"{number} {question[:60]!r}", partial(_asked_question, archive, question))
    return asked.counts, asked.failures


def _asked_question(archive: qa.Archive, question: str) -> str:
    return _checked(archive.ask(question))


def arguments(
    root: Path, times: int = 500, seed: int = 1, seconds: float = 2, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Ask with so many hostile arguments, by each door in turn.

    Each gets a reply or one clear error, within so many seconds.
    """
    from starlette.testclient import TestClient

    from qa.web.application import application
    from qa.web.guard import Bounds
    from qa.web.session import Session

    archive, asked = _opened(root), _Asked(seconds)
    app = application(Session.over(archive), bounds=Bounds(events=10**9))
    with warnings.catch_warnings(action="ignore"), TestClient(app, "http://127.0.0.1") as client:
        for door in _DOORS:  # what each imports
            _by_door(door, {"question": "is it loaded?"}, archive, client)
        for number in range(first, first + times):
            door = _DOORS[number % len(_DOORS)]
            given = bad.arguments(number, seed)
            what = f"{number} {door} {str(given)[:80]!r}"
            asked.ask(what, partial(_by_door, door, given, archive, client))
    return asked.counts, asked.failures


def _by_door(door: str, given: dict[str, Any], archive: qa.Archive, client: Any) -> str:
    if door == "ask":
        return _checked(archive.ask(given.pop("question", "who?"), **given))
    if door == "retrieve":
        archive.retrieve(given.pop("question", "who?"), **given)
        return "answered"
    body: Any = given
    path = door
    if door in ("call", "run"):
        path = f"/gradio_api/{door}/ask"
        body = {"data": list((_DEFAULTS | given).values())}
    sent = json.dumps(body, default=str).encode()
    answer = client.post(path, content=sent, headers={"Content-Type": "application/json"})
    if answer.status_code >= 500 and door != "run":  # Gradio's own status for an error it tells
        raise ValueError(f"status {answer.status_code}: {answer.text[:100]}")
    if door == "call" and answer.status_code == 200:
        answer_text = client.get(f"{path}/{answer.json()['event_id']}").text
        if "event: complete" in answer_text:
            return "answered"
        (data,) = re.findall(r"^event: error\ndata: (.*)$", answer_text, re.MULTILINE)
        raise DatelineError(_line_of(json.loads(data)))
    if answer.status_code == 200:
        return "answered"
    raise DatelineError(_line_of(answer.json()))


def _line_of(found: Any) -> str:
    """Return the line that an error tells. Raises ValueError for none, or an error of our own."""
    line = found.get("error", found.get("detail")) if isinstance(found, dict) else found
    if not isinstance(line, str) or not line or "Dateline's own" in line:
        raise ValueError(f"expected one line, found {found!r:.100}")
    return line
