"""One reading process for the tests of a file, if they are not about the process itself."""

from __future__ import annotations

import os
import queue
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from index.corpus import fetching, loading
from index.corpus.loaders.bounds import Bounds
from index.corpus.loaders.sandbox import Sandbox
from index.scratch import ScratchFolder

ABOUT_THE_PROCESS = ("test_sandbox.py", "test_file_bounds.py", "test_bad_files.py")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that waits for files, and what it was started with."""

    limits: Bounds
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    life: int
    lines: queue.Queue[bytes]
    scratch: ScratchFolder


class SharedSandbox(Sandbox):
    """Leaves its process to the next one with the same bounds and environment."""

    kept: Process | None = None

    def _start(self) -> subprocess.Popen[bytes]:
        kept, SharedSandbox.kept = SharedSandbox.kept, None
        if kept is None:
            return super()._start()
        if (kept.limits, kept.environment) != (self._limits, environment()):
            end(kept)
            return super()._start()
        self._scratch.remove()
        self._process, self._life, self._lines = kept.process, kept.life, kept.lines
        self._scratch = kept.scratch
        return kept.process

    def __exit__(self, *error: object) -> None:
        if self._process is None or SharedSandbox.kept is not None:
            super().__exit__(*error)
            return
        SharedSandbox.kept = Process(
            self._limits, environment(), self._process, self._life, self._lines, self._scratch
        )
        self._process = None


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def end(kept: Process) -> None:
    sandbox = Sandbox(kept.limits)
    sandbox._scratch.remove()
    sandbox._process, sandbox._life, sandbox._lines = kept.process, kept.life, kept.lines
    sandbox._scratch = kept.scratch
    sandbox.__exit__()


@pytest.fixture(scope="module", autouse=True)
def shared_sandbox(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the process that reads files once for a file of tests: it imports for a second."""
    if request.path.name in ABOUT_THE_PROCESS:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for module in (loading, fetching):
            patch.setattr(module, "Sandbox", SharedSandbox)
        yield
    kept, SharedSandbox.kept = SharedSandbox.kept, None
    if kept is not None:
        end(kept)
