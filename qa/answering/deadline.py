"""A deadline for a question: once it has passed, no more passages are read.

What was found until then is the reply. The deadline belongs to the thread that asks, or to its
context; without one a question takes the time it takes. It is looked at between passages, so the
one being read is read to its end.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from contextvars import ContextVar


class Deadline:
    """An instant, and whether somebody came too late for it."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._instant = time.monotonic() + seconds
        self.missed = False

    def passed(self) -> bool:
        """Return whether it has passed. From then on it counts as missed."""
        self.missed = self.missed or time.monotonic() >= self._instant
        return self.missed


_NONE = Deadline()
_current: ContextVar[Deadline] = ContextVar("deadline", default=_NONE)


def current_deadline() -> Deadline:
    """Return the deadline of this thread's question, or one that never passes."""
    return _current.get()


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Give a deadline to what is asked inside of the block."""
    token = _current.set(Deadline(seconds))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
