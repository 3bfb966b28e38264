"""Check that there is memory for threads, before they are started.

Python 3.11 starts a thread and waits until it says that it runs. One that finds no memory before
never says so, and whoever started it waits for ever.

Limits: another thread may take the memory between the question and the start.
"""

from __future__ import annotations

from index.types import DatelineError

_EACH = 9 * 2**20  # bytes: its stack as most systems have it, and what Python needs beside it


def check_memory_for_threads(count: int = 1) -> None:
    """Raise DatelineError unless there is memory for so many threads more."""
    try:
        bytes(count * _EACH)  # zeros that nobody looks at: the system gives the room, not the pages
    except MemoryError:
        raise DatelineError(
            f"expected memory for {count} threads, found less; end other programs and try again"
        ) from None
