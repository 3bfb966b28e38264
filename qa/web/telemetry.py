"""The facts for an operator: a line of JSON per question, and figures.

The figures are for Prometheus. Both listen to the logger "dateline". Its records carry their facts
as `facts`, and the words of a question or an article as `words`. Words are left out unless they
are asked for. Without listeners nothing is written and nothing is counted.
"""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from index.types import DatelineError

LOGGER = logging.getLogger("dateline")
_MOST_FRAMES = 8  # of an error, the innermost
_LINES_A_MINUTE = 600
_LONGEST_LINE = 10_000  # characters that are kept of a line without an end
_HIGHEST_PORT = 65_535
_PLACE = re.compile(r' +File "(?:[^"]*/)?([^"/]+)", line (\d+)')  # ' File "a/b.py", line 5, in f'
_KIND = re.compile(r"(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning|Interrupt|Exit))\b")
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)  # seconds


class JsonLines(logging.Formatter):
    """A record as one line: time, event, its facts; its words only if `words` is true.

    Of an exception it tells the place. Its message may hold words.
    """

    def __init__(self, words: bool = False) -> None:
        super().__init__()
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        time = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if self._words:
            line |= getattr(record, "words", {})
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            line["error"] = kind.__name__
            if self._words:
                line["message"] = str(error)
            line["at"] = [
                f"{frame.f_code.co_filename.rpartition('/')[2]}:{number}"
                for frame, number in traceback.walk_tb(trace)
            ][-_MOST_FRAMES:]
        return json.dumps(line, ensure_ascii=False)


class Sparing(logging.Filter):
    """Lets so many records through in a minute; says once how many it held back.

    So nothing that is sent to a server can fill its log. Records of answered questions pass: each
    client may ask so many a minute.
    """

    def __init__(self, most: int = _LINES_A_MINUTE) -> None:
        super().__init__()
        self._most, self._began, self._passed, self._held = most, 0.0, 0, 0
        self._counting = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        if record.getMessage() == "question":
            return True
        with self._counting:
            if record.created - self._began >= 60:
                held, self._held = self._held, 0
                self._began, self._passed = record.created, 0
                if held:
                    facts = getattr(record, "facts", {})
                    record.facts = {**facts, "held_back_before": held}
            self._passed += 1
            self._held += self._passed > self._most
            return self._passed <= self._most


class Sieve(io.TextIOBase):
    """What stands for standard error while serving: it lets our own lines through.

    Gradio and asyncio print tracebacks, whose last line may hold the words of a question. Of one
    only its places and the kind of error are logged. Other lines are dropped.
    """

    def __init__(self, through: TextIO) -> None:
        super().__init__()
        self._through = through
        self._rest = threading.local()

    def write(self, text: str) -> int:
        """Take text in; return its length."""
        lines = (getattr(self._rest, "line", "") + text).split("\n")
        self._rest.line = lines.pop()[-_LONGEST_LINE:]
        for line in lines:
            self._take(line)
        return len(text)

    def flush(self) -> None:
        """Write what was let through."""
        self._through.flush()

    def _take(self, line: str) -> None:
        if line.startswith("dateline: "):
            self._through.write(f"{line}\n")
        elif place := _PLACE.match(line):
            places = [*getattr(self._rest, "places", []), f"{place[1]}:{place[2]}"]
            self._rest.places = places[-_MOST_FRAMES:]
        elif (kind := _KIND.match(line)) and getattr(self._rest, "places", []):
            facts = {"error": kind[1], "at": self._rest.places}
            self._rest.places = []
            LOGGER.error("error", extra={"facts": facts})


def log_to_stderr(words: bool = False) -> None:
    """Write a line to standard error for each question, refusal and error.

    The line has its words if `words`. Without them nothing that others print passes either.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(words))
    handler.addFilter(Sparing())
    _listen(handler)
    for name in ("uvicorn", "gradio", "httpx", "asyncio", "mcp", "py.warnings"):
        other = logging.getLogger(name)
        other.handlers, other.propagate = [Foreign(handler)], False
        other.setLevel(logging.WARNING)
    if not words:
        sys.stderr = Sieve(sys.stderr)


class Foreign(logging.Handler):
    """Passes on the name of what a library logs, not its message."""

    def __init__(self, target: logging.Handler) -> None:
        super().__init__()
        self._target = target

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one record."""
        told = logging.LogRecord(
            record.name, record.levelno, "", 0, record.name, None, record.exc_info
        )
        self._target.handle(told)


class Counting(logging.Handler):
    """A counter of records for Prometheus.

    It counts questions by outcome, their seconds, refusals and errors. `generation` gives the
    number of the live generation.
    """

    def __init__(self, generation: Callable[[], int]) -> None:
        super().__init__()
        from prometheus_client import Counter, Gauge, Histogram

        self._questions = Counter(
            "dateline_questions", "Questions that were asked, by outcome.", ["outcome"]
        )
        self._seconds = Histogram(
            "dateline_question_seconds", "Seconds until the reply.", buckets=_BUCKETS
        )
        self._refused = Counter(
            "dateline_requests_refused", "Requests that went no further, by status.", ["status"]
        )
        self._errors = Counter("dateline_errors", "Errors of Dateline's own.")
        answered_from = Gauge(
            "dateline_generation", "The generation that questions are answered from."
        )
        answered_from.set_function(generation)

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        facts: dict[str, Any] = getattr(record, "facts", {})
        if record.getMessage() == "question":
            self._questions.labels(facts["outcome"]).inc()
            self._seconds.observe(facts["took_ms"] / 1000)
        elif record.getMessage() == "refused":
            self._refused.labels(facts["status"]).inc()
        elif record.levelno >= logging.ERROR:
            self._errors.inc()


def serve_metrics(where: str, generation: Callable[[], int]) -> None:
    """Serve the figures at http://HOST:PORT/metrics; `where` is "HOST:PORT" or "PORT".

    Without a host they are for this machine alone. Raises DatelineError if the port is taken.
    """
    from prometheus_client import start_http_server

    host, port = metrics_address(where)
    try:
        start_http_server(port, addr=host)
    except OSError as error:
        raise DatelineError(
            f"expected port {port} of {host} to be free for the metrics, "
            f"found {_taken(error)}; give another with --metrics"
        ) from None
    _listen(Counting(generation))


def metrics_address(where: str) -> tuple[str, int]:
    """Return the host and the port of "HOST:PORT", "[::1]:PORT" or "PORT".

    Raises DatelineError for anything else.
    """
    host, _, port = where.rpartition(":")
    if not (port.isascii() and port.isdecimal()) or not 0 < int(port[:6]) <= _HIGHEST_PORT:
        raise DatelineError(
            f"expected HOST:PORT or a port from 1 to {_HIGHEST_PORT} for --metrics, "
            f"found {where[:80]!r}"
        )
    return host.strip("[]") or "127.0.0.1", int(port)


def _taken(error: OSError) -> str:
    return "it taken" if error.errno == errno.EADDRINUSE else str(error.strerror or error)


def _listen(handler: logging.Handler) -> None:
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
