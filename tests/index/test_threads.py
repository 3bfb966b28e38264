"""Threads are started at once, and only if there is memory for all of them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.threads import start_threads

LITTLE_MEMORY = """
import mmap, resource
from pathlib import Path
from index.threads import check_memory_for_threads
from index.types import DatelineError

mega = 2**20
taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_DATA, (taken + 32 * mega,) * 2)
for _ in range(3):
    check_memory_for_threads(2)
    mmap.mmap(-1, 28 * mega, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
try:
    check_memory_for_threads(4)
except DatelineError as error:
    print(error)
"""


def test_all_threads_start_before_any_has_work() -> None:
    before = threading.active_count()
    with start_threads(3, "early"):
        assert threading.active_count() == before + 3
    assert threading.active_count() == before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_looking_for_memory_keeps_none_of_it() -> None:
    """Whatever is found must be there when the threads start, however often one looks."""
    ran = subprocess.run([sys.executable, "-c", LITTLE_MEMORY], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("expected memory for 4 threads, found less")
