"""Start the app in processes forked from one that has imported it: imports take ten seconds.

Each is a process of its own, with its own arguments, environment and log. The app that most tests
share is started as users start it. `python tests/browser/forked_app.py` reads a request a line and
prints the number of a process a line. It ends with its input, and so do the apps that are left.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.forking import ask_server


class AppProcess:
    """A process that is no child of this one, as a `Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid, self._watched = pid, os.pidfd_open(pid)

    def is_over(self, seconds: float = 0) -> bool:
        """Wait at most so long for its end; returns whether it came."""
        if self._watched >= 0 and select.select([self._watched], [], [], seconds)[0]:
            os.close(self._watched)
            self._watched = -1
        return self._watched < 0

    def poll(self) -> int | None:
        return 0 if self.is_over() else None

    def wait(self, timeout: float = 60) -> None:
        if not self.is_over(timeout):
            raise subprocess.TimeoutExpired("app.py", timeout)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        if not self.is_over():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watched, number)


def fork_app(arguments: Sequence[str], environment: dict[str, str], log: Path) -> AppProcess:
    """Start the app; `log` gets its errors."""
    return AppProcess(ask_server(__file__, [list(arguments), environment, str(log)]))


def _serve() -> int:
    """Fork for each request. In the fork, returns the status of the app."""
    import qa.web.application  # noqa: F401
    from qa.cli import main

    requests = os.fdopen(os.dup(0))
    started = []
    while line := requests.readline():
        pid = os.fork()
        if not pid:
            arguments, environment, log = json.loads(line)
            for number, path in enumerate((os.devnull, os.devnull, log)):
                os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
            os.environ.clear()
            os.environ.update(environment)
            sys.argv[1:] = arguments
            return main(["serve", *arguments])
        started.append(pid)  # never waited for, so that no other process gets its number
        print(pid, flush=True)
    for pid in started:
        os.kill(pid, signal.SIGTERM)
    return 0


if __name__ == "__main__":
    sys.exit(_serve())
