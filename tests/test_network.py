"""No network at run time: while building and asking, in processes that may open no socket but to this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# an audit hook sees every connection and look-up of Python's own sockets, whoever makes it
FORBID = """
import sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        host = place[0] if isinstance(place, tuple) else place
        if host not in ("127.0.0.1", "::1", "localhost") and not str(host).startswith("/"):
            sys.stderr.write(f"CALLED {event} {host}\\n")
            sys.stderr.flush()
            import os
            os._exit(77)
sys.addaudithook(forbid)
"""


@pytest.mark.slow
def test_building_and_asking_call_nobody(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FORBID)
    allowed = {
        name: value
        for name, value in os.environ.items()
        if name not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    }
    environment = {**allowed, "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(ROOT)])}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    stranger = run("-c", "import socket; socket.create_connection(('192.0.2.1', 80), 0.1)")
    assert (stranger.returncode, "CALLED socket" in stranger.stderr) == (77, True)  # the hook holds
    index = ["--index", str(tmp_path / "index")]
    for command in (
        ["build", "corpus"],
        ["ask", "who brokered the September truce?"],
        ["retrieve", "EU mission"],
        ["verify"],
        ["info"],
    ):
        done = run("-m", "qa", *command, *index)
        assert (done.returncode, "CALLED" in done.stderr) == (0, False), done.stderr
