"""Ask a process that has imported much to fork: each fork is a process with its imports paid."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def ask_server(program: str, request: Any) -> int:
    """Send a line to a program that stays, and return the number that it prints."""
    server = _started(program)
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    return int(server.stdout.readline())


@cache
def _started(program: str) -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-P", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)  # closes its input
    return server
