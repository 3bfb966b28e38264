"""Many users ask the served page at once: errors, the time until a reply, and memory.

    python -m benchmarks.load --index DIR --users 64 --seconds 180 [--questions 10000]

Each user is a client of its own on the loopback. It asks by /gradio_api/call/ask, as gradio_client
does, waits for the reply, and asks again. `--questions` ends the run once so many were asked. The
page is started with a limit per minute high enough for one address to play all users. The exit
status is 1 for any error.
"""

from __future__ import annotations

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

from benchmarks.measuring import arguments, memory_mb

_QUESTIONS = (
    "who brokered the September truce?",
    "Who is the prime minister of Armenia?",
    "how many were killed?",
    "when did Putin reply?",
    "who was elected mayor of Atlantis?",
    "where did the ministers meet?",
    "what did Macron offer?",
    "who ruled out France as mediator?",
)


_BETWEEN = 60  # seconds, between two looks at the server's memory


class Users:
    """Users of one page. `asked` holds the seconds of each reply, `wrong` counts the errors."""

    def __init__(self, address: str, seconds: float, questions: int) -> None:
        self._address, self._until, self._most = address, time.monotonic() + seconds, questions
        self.asked: list[float] = []
        self.wrong: Counter[str] = Counter()

    def ask_at_once(self, count: int) -> None:
        """Let so many users ask until the time or the questions are used up."""
        threads = [threading.Thread(target=self._ask_on, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask_on(self, number: int) -> None:
        rng = random.Random(number)
        with httpx.Client(base_url=self._address, timeout=120) as client:
            while time.monotonic() < self._until and len(self.asked) < self._most:
                began = time.perf_counter()
                try:
                    self._ask(client, rng.choice(_QUESTIONS))
                except Exception as error:
                    self.wrong[f"{type(error).__name__}: {str(error)[:100]}"] += 1
                self.asked.append(time.perf_counter() - began)

    def _ask(self, client: httpx.Client, question: str) -> None:
        data = {"data": [question, [], "", "", "", 16]}
        joined = client.post("/gradio_api/call/ask", json=data)
        reply = client.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text
        done = reply.partition("event: complete\ndata: ")[2]  # heartbeats come before it
        if not done or not json.loads(json.loads(done.splitlines()[0])[0])["passages"]:
            self.wrong[reply[-100:]] += 1


def wait_for_page(address: str) -> None:
    """Return once the page is healthy, or after two minutes."""
    for _ in range(480):
        try:
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.25)


def main() -> int:
    """Start the page, let the users ask, and print the figures."""
    parser = arguments(__doc__)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--questions", type=int, default=10**9)
    parser.add_argument("--port", type=int, default=7989)
    options = parser.parse_args()
    command = [sys.executable, "-m", "qa", "serve", "--index", str(options.index), "--read-only"]
    command += ["--port", str(options.port), "--per-minute", "1000000"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{options.port}"
    try:
        wait_for_page(address)
        # Each thread that answers opens what it needs once: its connection to SQLite, and so on.
        Users(address, 60, 4 * options.users).ask_at_once(options.users)
        began = time.perf_counter()
        users = Users(address, options.seconds, options.questions)
        levels = [memory_mb(server.pid)]
        asking = threading.Thread(target=users.ask_at_once, args=(options.users,))
        asking.start()
        while asking.is_alive():
            asking.join(_BETWEEN)
            levels.append(memory_mb(server.pid))
        took = time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()
    middle, late = np.percentile(users.asked, [50, 95])
    print(
        f"{options.users} users, {took:.0f} s: {len(users.asked)} questions "
        f"({len(users.asked) / took:.1f} per second), {users.wrong.total()} errors"
    )
    print(
        f"time until the reply: median {middle:.2f} s, p95 {late:.2f} s; memory of the server "
        f"each minute: {', '.join(f'{level:.0f}' for level in levels)} MB"
    )
    for what, count in users.wrong.most_common(5):
        print(f"  {count} x {what}")
    return int(bool(users.wrong))


if __name__ == "__main__":
    sys.exit(main())
