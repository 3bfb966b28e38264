"""The facts for an operator: a line of JSON per question, and figures.

The figures are for Prometheus. Both listen to the logger "dateline". Its records carry their facts
as `facts`, and the words of a question or an article as `words`. Words are left out unless they
are asked for. Without listeners nothing is written and nothing is counted.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

from index.types import DatelineError

LOGGER = logging.getLogger("dateline")
_MOST_FRAMES = 8  # of an error, the innermost
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


def log_to_stderr(words: bool = False) -> None:
    """Write a line to standard error for each question and refusal.

    The line has its words if `words`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(words))
    _listen(handler)


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


def serve_metrics(port: int, generation: Callable[[], int]) -> None:
    """Serve the figures at http://127.0.0.1:PORT/metrics, for this machine alone.

    Raises DatelineError if the port is taken.
    """
    from prometheus_client import start_http_server

    try:
        start_http_server(port, addr="127.0.0.1")
    except OSError:
        raise DatelineError(
            f"expected port {port} of 127.0.0.1 to be free for the metrics, found it taken; "
            "give another with --metrics"
        ) from None
    _listen(Counting(generation))


def _listen(handler: logging.Handler) -> None:
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
