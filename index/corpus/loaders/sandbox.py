"""A process of its own for files whose parsers may hang, swell or crash.

`Sandbox.read` sends a file's path to that process and gets its items back, a JSON line each. The
process has bounds of time and memory. A file is skipped with its reason if it gives no item in
time, takes too long as a whole, or kills the process. The next file then gets a new process. One
process serves all files of a build. It starts with the first of them, and ends with the builder,
however that ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from index.child_process import module_command, module_environment
from index.corpus.loaders.bounds import Bounds, bounds
from index.corpus.loaders.fields import Fields, Record, day
from index.corpus.loaders.registry import read_file
from index.scratch import ScratchFolder
from index.threads import check_memory_for_threads
from index.types import DatelineError, Skipped

_MODULE = "index.corpus.loaders.sandbox"
_TIMES_ITS_SIZE = 12  # memory for a file: its bytes, its text of wide letters, its rows
_MEGABYTES_AT_ONCE = 4  # of a file, for which it has the time of one article
_WAITING = 16  # items read ahead
_END = '{"kind": "end"}'  # the line after the items of a file


class Sandbox:
    """The other process; a context manager that ends it."""

    def __init__(self, limits: Bounds) -> None:
        """Take the bounds. Raises DatelineError if no temporary folder can be made."""
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        try:
            self._scratch = ScratchFolder()
        except OSError as error:
            raise DatelineError(
                f"expected to make a temporary folder, found: {error.strerror}; "
                "free space there, or name another place with TMPDIR"
            ) from None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._scratch.remove()

    def read(self, path: Path, name: str) -> Iterator[Fields | Record | Skipped]:
        """Yield the items of a file, whose `name` tells its kind.

        A `Skipped` ends them if its time is up or the process is gone.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps([str(path.resolve()), name]).encode() + b"\n")
            process.stdin.flush()
        ended = False
        allowed = self._seconds_for(path)
        waited = 0.0  # what a builder does between the items is no time of the file
        try:
            while True:
                asked = time.monotonic()
                item = self._next_item(allowed - waited, allowed)
                waited += time.monotonic() - asked
                if item is None:
                    ended = True
                    return
                yield item
        except _Failed as failure:
            yield Skipped("", str(failure))
        finally:  # a process in the middle of a file, whatever the reason, is of no further use
            if not ended:
                self._end()

    def _seconds_for(self, path: Path) -> int:
        """Return how long a whole file may take: more if it is larger."""
        try:
            megabytes = path.stat().st_size >> 20
        except OSError:  # it has gone, which its loader then says
            megabytes = 0
        return self._limits.read_seconds * max(1, megabytes // _MEGABYTES_AT_ONCE)

    def _next_item(self, left: float, allowed: int) -> Fields | Record | Skipped | None:
        """Return the next item of a file, or None at its end. Raises _Failed."""
        limits = self._limits
        try:
            if left <= 0:
                raise queue.Empty
            line = self._lines.get(timeout=min(left, limits.read_seconds))
        except queue.Empty:
            seconds = allowed if left < limits.read_seconds else limits.read_seconds
            raise _Failed(
                f"it took over {seconds} s to read; what was read of it by then is kept. "
                "Split it, or set DATELINE_READ_SECONDS"
            ) from None
        if not line:
            raise _Failed(
                f"its reader crashed, or needed over {limits.read_mb} MB of memory; "
                "it may be damaged"
            )
        return _from_json(json.loads(line))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **self._limits.environment(),
            "TMPDIR": str(self._scratch.path),
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        check_memory_for_threads()
        watched, self._life = os.pipe()
        try:
            process = self._process = subprocess.Popen(
                module_command(_MODULE, str(watched)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=module_environment(environment),
                pass_fds=(watched,) if os.name == "posix" else (),
            )
        finally:
            os.close(watched)
        assert process.stdout is not None
        self._lines = queue.Queue(_WAITING)
        arguments = (process.stdout, self._lines)
        threading.Thread(target=_pump, args=arguments, daemon=True).start()
        return process

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        os.close(self._life)
        # A pump that waits for room goes on to the end of its stream.
        with contextlib.suppress(queue.Empty):
            while self._lines.get(timeout=1):
                pass
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


class _Failed(Exception):
    """Why the items of a file end early."""


def _pump(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Put the lines of a stream into a queue, and an empty one at its end."""
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put(b"")


def _to_json(item: Fields | Record | Skipped) -> str:
    """Return an item as a line of ASCII: a lone surrogate becomes an escape."""
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return json.dumps({"kind": type(item).__name__, **values}, default=str)


def _from_json(found: dict[str, Any]) -> Fields | Record | Skipped | None:
    kind = found.pop("kind")
    if kind == "Record":
        found["notes"] = tuple(found["notes"])
        return Record(**found)
    if kind == "Skipped":
        return Skipped(**found)
    if kind == "Fields":
        found["published"] = day(found["published"])
        found["authors"] = tuple(found["authors"])
        found["pages"] = tuple(found["pages"])
        found["notes"] = tuple(found["notes"])
        return Fields(**found)
    return None


def _serve() -> None:
    """Answer requests on standard input, a line each, with items on standard output.

    This is the other side. After the items of each file comes a line that says so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the builder, which ends this
    _end_with_builder(int(sys.argv[1]))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no item
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    while True:
        path, name = json.loads(requests.get())
        bound_memory(Path(path))
        for item in read_file(Path(path), name):
            out.write(_to_json(item) + "\n")
            out.flush()
        out.write(_END + "\n")
        out.flush()


def _take_requests(requests: queue.SimpleQueue[str]) -> None:
    """Queue the lines of standard input; end when the builder is gone.

    The process ends at once, in the middle of a file too: nobody is left to end a parser that
    hangs.
    """
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _end_with_builder(watched: int) -> None:
    """Have the system end this process when the builder is gone.

    The builder holds the other end of a pipe.
    A thread could not: a regular expression, for one, lets no other thread run.
    """
    with contextlib.suppress(ImportError, OSError):  # Windows: the thread that takes requests does
        import fcntl

        fcntl.fcntl(watched, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(watched, fcntl.F_GETFL)
        fcntl.fcntl(watched, fcntl.F_SETFL, flags | os.O_ASYNC)  # SIGIO, which ends a process


def bound_memory(path: Path) -> None:
    """Bound the memory of this process by the size of the file that it reads."""
    with contextlib.suppress(ImportError, OSError):  # Windows has no such bounds
        import resource

        memory = (bounds().read_mb << 20) + _TIMES_ITS_SIZE * path.stat().st_size
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            memory = min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve()
