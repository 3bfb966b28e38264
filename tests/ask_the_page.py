"""Serve an index, ask the page one question as a program does, and end the server.

python tests/ask_the_page.py INDEX QUESTION
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request

PORT = 7860  # free: the namespace of the test is its own
ADDRESS = f"http://127.0.0.1:{PORT}"
_PATIENCE = 300.0  # seconds until the models are loaded, on a busy machine


def main(index: str, question: str) -> int:
    """Print the answer; returns the server's status if it ended by itself, else 0."""
    command = [sys.executable, "-m", "qa", "serve", "--index", index, "--port", str(PORT)]
    server = subprocess.Popen(command)
    try:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and server.poll() is None and not _healthy():
            time.sleep(0.1)
        if server.poll() is None:
            get("/")
            event = json.loads(get("/gradio_api/call/v2/ask", {"question": question}))["event_id"]
            print(get(f"/gradio_api/call/ask/{event}"))
        return server.poll() or 0
    finally:
        server.terminate()
        server.wait(timeout=_PATIENCE)


def _healthy() -> bool:
    try:
        return "ok" in get("/healthz")
    except OSError:
        return False


def get(path: str, body: object = None) -> str:
    """Return the text at an address of the page; a body makes it a POST."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
