"""Start threads, but only if there is memory for them.

Python 3.11 starts a thread and waits until it says that it runs. One that finds no memory before
never says so, and whoever started it waits for ever.

Limits: another thread may take the memory between the question and the start.
"""

from __future__ import annotations

import mmap
import threading
from concurrent.futures import ThreadPoolExecutor

from index.types import DatelineError

_EACH = 9 * 2**20  # bytes: its stack as most systems have it, and what Python needs beside it


def check_memory_for_threads(count: int = 1) -> None:
    """Raise DatelineError unless there is memory for so many threads more."""
    if not hasattr(mmap, "MAP_PRIVATE"):  # a system that starts threads in other ways
        return
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    try:
        # The system gives the room, not the pages, and has it back at once. Python's own memory
        # might keep it: then the threads would lack what was found for them.
        mmap.mmap(-1, count * _EACH, flags=flags).close()
    except OSError:
        raise DatelineError(
            f"expected memory for {count} threads, found less; end other programs and try again"
        ) from None


def start_threads(count: int, name: str = "") -> ThreadPoolExecutor:
    """Return an executor whose threads have all started.

    By itself it starts each when there is work for it. By then the others, which work already, may
    have taken its memory. Raises DatelineError if there is none.
    """
    check_memory_for_threads(count)
    executor, begun = ThreadPoolExecutor(count, thread_name_prefix=name), threading.Event()
    for _ in range(count):
        executor.submit(begun.wait)
    begun.set()
    return executor
