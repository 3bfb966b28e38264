"""Builds that are killed (-9) at a random instant. Nothing is lost, and nothing is mixed.

What is killed is a process that runs `index.build` as a user's would: the real loaders, stores and
publishing, with a stand-in for the encoder. It is a fork of one that has built before (warm.py), so
that no kill falls into imports. The instants are spread evenly over a build.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.faults.world import (
    Failures,
    Texts,
    build,
    corpus_of,
    in_child,
    leftovers,
    mostly_unchanged,
    problems,
    texts_indexed,
    texts_of,
)
from index.stores.local.generations import open_index

_WHOLE = 3  # builds that are not killed: they tell how long one takes
_LATER = 1.05  # of a build's time: the last instant of a kill

Write = Callable[[Path, int], Path]


def kills(
    root: Path, times: int = 300, seed: int = 1, write: Write = corpus_of, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Kill builds at a random instant until so many were killed.

    After each kill the live generation verifies, holds each article as it was or each as it was to
    be, and answers from those. After every other kill, as chance has it, the corpus is built again:
    then it holds what the corpus does. Else the next build starts from what two kills left. `write`
    writes the corpus of each build; by default every article changes.
    """
    rng, counts, failures = random.Random(f"{seed} {first}"), Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(write(corpus, 0), folder)
    live, number, took = 0, 0, 0.0
    written = {0: texts_of(corpus)}
    instants = _instants(times, rng)
    while counts["killed"] < times and number < 3 * times + _WHOLE:
        number += 1
        written = {live: written[live], number: texts_of(write(corpus, number))}
        killed, whole = _killed(corpus, folder, None if number <= _WHOLE else next(instants) * took)
        took = whole or took
        counts["killed" if killed else "ended before the kill"] += 1
        counts["leftovers of a kill"] += bool(leftovers(folder))
        found, wrong = _found(folder, written)
        counts["published before the kill" if found == number else "as it was"] += 1
        if rng.random() < 0.5 or wrong:
            failures += [f"kill {number}: {problem}" for problem in wrong]
            failures += [f"kill {number}, {one}" for one in _built_again(corpus, folder, number)]
            counts["built again"] += 1
            found = number
        counts["with a segment more"] += bool(open_index(folder).dead)
        live = found
    failures += _built_again(write(corpus, number + 1), folder, number + 1)
    if counts["killed"] < times:
        failures.append(f"{counts['killed']} of {times} builds were killed, the others were done")
    return counts, failures


def increments(
    root: Path, times: int = 300, seed: int = 1, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Kill builds that change, add and remove a few of many articles, at a random instant."""
    return kills(root, times, seed, mostly_unchanged, first)


def _instants(times: int, rng: random.Random) -> Iterator[float]:
    """Yield instants as shares of a build's time: one in each of so many equal parts, shuffled."""
    while True:
        parts = list(range(times))
        rng.shuffle(parts)
        for part in parts:
            yield _LATER * (part + rng.random()) / times


def _killed(corpus: Path, folder: Path, seconds: float | None) -> tuple[bool, float]:
    """Build in another process, and kill it after so many seconds.

    Returns whether it was killed, and how long the build took if it came to its end.
    """
    told, telling = multiprocessing.Pipe(duplex=False)
    process = in_child(_build_and_tell, corpus, folder, telling)
    telling.close()
    told.recv()
    if seconds is not None:
        time.sleep(seconds)
        process.kill()
    process.join()
    took = 0.0
    with suppress(EOFError):
        took = told.recv()
    return process.exitcode == -signal.SIGKILL, took


def _build_and_tell(corpus: Path, folder: Path, telling: Connection) -> None:
    telling.send(0.0)
    began = time.perf_counter()
    build(corpus, folder)
    telling.send(time.perf_counter() - began)


def _found(folder: Path, written: dict[int, Texts]) -> tuple[int, Failures]:
    """Return which of the corpora is live, and what is wrong with it."""
    try:
        held = texts_indexed(folder)
    except Exception as error:
        return max(written), [f"{type(error).__name__}: {error}"]
    for number, texts in written.items():
        if held == texts:
            return number, problems(folder, {number})
    return max(written), [f"it holds neither corpus, but {sorted(held)}"]


def _built_again(corpus: Path, folder: Path, number: int) -> Failures:
    """Build without a kill; return what is wrong then."""
    build(corpus, folder)
    _, wrong = _found(folder, {number: texts_of(corpus)})
    if leftovers(folder):
        wrong.append("leftovers stayed")
    return [f"built again: {problem}" for problem in wrong]
