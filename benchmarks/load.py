"""Many ask the served page at once, on the loopback: errors, the time until a reply, and the server's memory before and after.

    python -m benchmarks.load --index DIR --users 64 --seconds 180        (--questions 10000: until so many were asked)

Each user is a client of its own that asks by /gradio_api/call/ask, as gradio_client does, waits for the reply, and asks
again. The page is started with --per-minute as high as one address needs to play all users. Status 1 for any error.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np

_QUESTIONS = (
    "who brokered the September truce?", "Who is the prime minister of Armenia?", "how many were killed?", "when did Putin reply?",
    "who was elected mayor of Atlantis?", "where did the ministers meet?", "what did Macron offer?", "who ruled out France as mediator?",
)  # fmt: skip


def rss_mb(process: int) -> float:
    """Resident memory of a process (Linux)."""
    (line,) = (
        line
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )
    return int(line.split()[1]) / 1024


class Users:
    """`asked`: seconds of each reply; `wrong`: what went wrong, and how often."""

    def __init__(self, address: str, seconds: float, questions: int) -> None:
        self._address, self._until, self._most = address, time.monotonic() + seconds, questions
        self.asked: list[float] = []
        self.wrong: Counter[str] = Counter()

    def ask_on(self, number: int) -> None:
        rng = random.Random(number)
        with httpx.Client(base_url=self._address, timeout=120) as client:
            while time.monotonic() < self._until and len(self.asked) < self._most:
                began = time.perf_counter()
                try:
                    joined = client.post(
                        "/gradio_api/call/ask",
                        json={"data": [rng.choice(_QUESTIONS), [], "", "", "", 16]},
                    )
                    reply = client.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text
                    said = json.loads(json.loads(reply.partition("data: ")[2].splitlines()[0])[0])
                    if "event: complete" not in reply or not said["passages"]:
                        self.wrong[reply[:100]] += 1
                except Exception as error:
                    self.wrong[f"{type(error).__name__}: {str(error)[:100]}"] += 1
                self.asked.append(time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--questions", type=int, default=10**9)
    parser.add_argument("--port", type=int, default=7989)
    options = parser.parse_args()
    command = [
        sys.executable,
        "app.py",
        "--index",
        str(options.index),
        "--read-only",
        "--port",
        str(options.port),
        "--per-minute",
        "1000000",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{options.port}"
    try:
        for _ in range(480):
            try:
                if httpx.get(f"{address}/healthz").status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.25)
        warm = Users(
            address, 60, 4 * options.users
        )  # each thread that answers has its own connection to SQLite, and so on
        _all_at_once(warm, options.users)
        before, began = rss_mb(server.pid), time.perf_counter()
        users = Users(address, options.seconds, options.questions)
        _all_at_once(users, options.users)
        after, took = rss_mb(server.pid), time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()
    middle, late = np.percentile(users.asked, [50, 95])
    print(
        f"{options.users} users, {took:.0f} s: {len(users.asked)} questions ({len(users.asked) / took:.1f} a second), {users.wrong.total()} errors"
    )
    print(
        f"time until the reply: median {middle:.2f} s, p95 {late:.2f} s; memory of the server {before:.0f} MB at the start, {after:.0f} MB at the end"
    )
    for what, count in users.wrong.most_common(5):
        print(f"  {count} x {what}")
    return int(bool(users.wrong))


def _all_at_once(users: Users, count: int) -> None:
    threads = [threading.Thread(target=users.ask_on, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
