"""Files whose parsers may hang, swell or crash are read in a process of their own, with bounds of time and memory.

`Sandbox.read` sends a file's path to that process and gets its items back, a JSON line each. A file that gives no item
in time, or that kills the process, is skipped with its reason, and the next file gets a new process. One process
serves all files of a build; it starts with the first of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from index.corpus.loaders.bounds import Bounds, bounds
from index.corpus.loaders.fields import Fields, Record, day
from index.types import DatelineError, Skipped

_WAITING = 16  # items read ahead


class Sandbox:
    """The other process; a context manager that ends it."""

    def __init__(self, limits: Bounds) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        try:
            self._scratch = tempfile.TemporaryDirectory(prefix="dateline-")
        except OSError as error:
            raise DatelineError(
                f"expected to make a temporary folder, found: {error.strerror}; free space there, or name another place with TMPDIR"
            ) from None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._scratch.cleanup()

    def read(self, path: Path, name: str) -> Iterator[Fields | Record | Skipped]:
        """The items of a file, `name` telling its kind; a `Skipped` ends them where its time is up or the process is gone."""
        process = self._process or self._start()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps([str(path.resolve()), name]).encode() + b"\n")
            process.stdin.flush()
        ended = False
        try:
            while True:
                try:
                    line = self._lines.get(timeout=self._limits.read_seconds)
                except queue.Empty:
                    yield Skipped(
                        "",
                        f"it took over {self._limits.read_seconds} s to read; what was read of it by then is kept",
                    )
                    return
                if not line:
                    yield Skipped(
                        "",
                        f"its reader crashed, or needed over {self._limits.read_mb} MB of memory; it may be damaged",
                    )
                    return
                item = _from_json(json.loads(line))
                if item is None:
                    ended = True
                    return
                yield item
        finally:  # a process in the middle of a file, whatever the reason, is of no further use
            if not ended:
                self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **self._limits.environment(),
            "TMPDIR": self._scratch.name,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")])
        )
        command = [sys.executable, "-m", "index.corpus.loaders.sandbox"]
        process = self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        lines = self._lines = queue.Queue(_WAITING)
        assert process.stdout is not None

        def pump(stream: Any) -> None:
            with contextlib.suppress(OSError, ValueError):
                for line in stream:
                    lines.put(line)
            lines.put(b"")

        threading.Thread(target=pump, args=(process.stdout,), daemon=True).start()
        return process

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        with contextlib.suppress(
            queue.Empty
        ):  # a pump that waits for room goes on to the end of its stream
            while self._lines.get(timeout=1):
                pass
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


def _to_json(item: Fields | Record | Skipped) -> str:
    # ASCII: a lone surrogate of a page travels as an escape
    return json.dumps(
        {
            "kind": type(item).__name__,
            **{field.name: getattr(item, field.name) for field in fields(item)},
        },
        default=str,
    )


def _from_json(found: dict[str, Any]) -> Fields | Record | Skipped | None:
    kind = found.pop("kind")
    if kind == "Record":
        return Record(**found)
    if kind == "Skipped":
        return Skipped(**found)
    if kind == "Fields":
        return Fields(
            **{
                **found,
                "published": day(found["published"]),
                "authors": tuple(found["authors"]),
                "pages": tuple(found["pages"]),
            }
        )
    return None


def _serve() -> None:
    """The other side: a request a line on standard input, items on standard output, {"kind": "end"} after each file."""
    from index.corpus.loading import read_here

    memory = bounds().read_mb << 20
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the builder, which ends this process
    with contextlib.suppress(ImportError):  # Windows has no such bounds
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no item
    for line in sys.stdin:
        path, name = json.loads(line)
        for item in read_here(Path(path), name):
            out.write(_to_json(item) + "\n")
            out.flush()
        out.write('{"kind": "end"}\n')
        out.flush()


if __name__ == "__main__":
    _serve()
