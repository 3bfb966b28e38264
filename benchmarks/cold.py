"""How long a cold `dateline ask` takes as a whole process, and the memory it needs; how long after its start the page has answered.

    python -m benchmarks.cold [--index var/index] [--runs 9]

Each run is a new process; between them runs a bare `python -c "import numpy"`, so that a noisy machine
shows in both. Prints the median, minimum and maximum of the wall seconds, their ratio, and peak RSS. The page is asked as soon as it is
served, by /gradio_api/call/ask.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import httpx

QUESTION = "who brokered the September truce?"


def run(command: Sequence[str]) -> tuple[float, float]:
    """(wall seconds, peak resident MB) of one process. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def page(index: str, port: int) -> tuple[float, float]:
    """Seconds from the start of `dateline serve` until its page is served, and until it has answered a question that was put to it then."""
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "qa",
        "serve",
        "--index",
        index,
        "--port",
        str(port),
        "--read-only",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while True:
                try:
                    client.get("/").raise_for_status()
                    break
                except httpx.TransportError:
                    if server.poll() is not None:
                        raise
                    time.sleep(0.02)
            served = time.perf_counter() - began
            call = client.post(
                "/gradio_api/call/ask", json={"data": [QUESTION, [], "", "", "", 16]}
            )
            reply = client.get(f"/gradio_api/call/ask/{call.json()['event_id']}").text
            if "event: complete" not in reply:
                raise RuntimeError(f"expected a reply, found {reply[:200]}")
            return served, time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", default="var/index")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--port", type=int, default=7988)
    options = parser.parse_args()
    ask = [sys.executable, "-m", "qa", "ask", "--index", options.index, QUESTION]
    bare = [sys.executable, "-c", "import numpy"]
    run(ask), run(bare)  # warm the disk's cache, not the process
    asked, alone = [], []
    for _ in range(options.runs):
        asked.append(run(ask))
        alone.append(run(bare))
    for name, runs in (("dateline ask", asked), ("import numpy", alone)):
        seconds = [wall for wall, _ in runs]
        print(
            f"{name:<14} median {statistics.median(seconds):.2f} s (min {min(seconds):.2f}, max {max(seconds):.2f}), "
            f"peak memory {max(memory for _, memory in runs):.0f} MB, {len(runs)} runs"
        )
    pages = [page(options.index, options.port) for _ in range(options.runs)]
    for name, times in zip(("page served", "page answered"), zip(*pages, strict=True), strict=True):
        print(
            f"{name:<14} median {statistics.median(times):.2f} s (min {min(times):.2f}, max {max(times):.2f}), {len(pages)} runs"
        )
    print(
        f"ratio of the medians {statistics.median(wall for wall, _ in asked) / statistics.median(wall for wall, _ in alone):.1f}"
    )


if __name__ == "__main__":
    main()
