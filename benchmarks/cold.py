"""How long a cold start takes: of `dateline ask`, and of the page until it has answered.

    python -m benchmarks.cold [--index var/index] [--runs 9]

Each run is a new process. Between the runs a bare `python -c "import numpy"` runs, so that a noisy
machine shows in both. Printed: wall seconds, the ratio of the medians, and peak memory. The page
is asked by /gradio_api/call/ask as soon as it is served.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import httpx

from benchmarks.measuring import arguments, median_and_range

QUESTION = "who brokered the September truce?"


def run(command: Sequence[str]) -> tuple[float, float]:
    """Return the wall seconds and the peak resident MB of one process.

    Raises CalledProcessError if it fails.
    """
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def page(index: str, port: int) -> tuple[float, float]:
    """Return the seconds from the start of `dateline serve` to its page, and to its first answer.

    The question is put as soon as the page is served.
    """
    began = time.perf_counter()
    command = [sys.executable, "-m", "qa", "serve", "--index", index, "--port", str(port)]
    command.append("--read-only")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_for_page(client, server)
            served = time.perf_counter() - began
            ask(client)
            return served, time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()


def wait_for_page(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    """Return once the page is served. Raises TransportError if the server ended before."""
    while True:
        try:
            client.get("/").raise_for_status()
            return
        except httpx.TransportError:
            if server.poll() is not None:
                raise
            time.sleep(0.02)


def ask(client: httpx.Client) -> None:
    """Ask the page one question. Raises RuntimeError without a complete reply."""
    call = client.post("/gradio_api/call/ask", json={"data": [QUESTION, [], "", "", "", 16]})
    reply = client.get(f"/gradio_api/call/ask/{call.json()['event_id']}").text
    if "event: complete" not in reply:
        raise RuntimeError(f"expected a reply, found {reply[:200]}")


def main() -> None:
    """Measure both, and print them."""
    parser = arguments(__doc__)
    parser.add_argument("--index", default="var/index")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--port", type=int, default=7988)
    options = parser.parse_args()
    asking = [sys.executable, "-m", "qa", "ask", "--index", options.index, QUESTION]
    bare = [sys.executable, "-c", "import numpy"]
    run(asking), run(bare)  # warm the disk's cache, not the process
    asked, alone = [], []
    for _ in range(options.runs):
        asked.append(run(asking))
        alone.append(run(bare))
    medians = []
    for name, runs in (("dateline ask", asked), ("import numpy", alone)):
        seconds, memory = zip(*runs, strict=True)
        medians.append(statistics.median(seconds))
        print(
            f"{name:<14} median {median_and_range(seconds)} s, "
            f"peak memory {max(memory):.0f} MB, {len(runs)} runs"
        )
    pages = [page(options.index, options.port) for _ in range(options.runs)]
    for name, times in zip(("page served", "page answered"), zip(*pages, strict=True), strict=True):
        print(f"{name:<14} median {median_and_range(times)} s, {len(pages)} runs")
    print(f"ratio of the medians {medians[0] / medians[1]:.1f}")


if __name__ == "__main__":
    main()
