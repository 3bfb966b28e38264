"""Fault injection: what docs/RELIABILITY.md promises, tried until it breaks.

Prints counts; the status is 1 if a promise broke. Name some campaigns, or all of them:

    python -m benchmarks.faults kills increments boundaries full readers damage unchecked storage
    python -m benchmarks.faults power memory articles files fuzz questions arguments server
    python -m benchmarks.faults kills --times 300 --seed 2 --state var/faults.jsonl

With `--state` a campaign of many tries writes down each batch that is done, and goes on after it
when it is called again. tests/test_faults.py runs the same functions in short. The encoder and the
reader are stand-ins that depend on the text alone, except in `questions`, `arguments` and `server`,
which ask the real index of corpus/. Needs fork (Linux, macOS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.faults.asking import arguments, questions
from benchmarks.faults.damaging import damage, unchecked
from benchmarks.faults.feeding import articles, files
from benchmarks.faults.fuzzing import fuzz
from benchmarks.faults.killing import increments, kills
from benchmarks.faults.losing import memory, power
from benchmarks.faults.publishing import boundaries, full, readers
from benchmarks.faults.serving import server
from benchmarks.faults.storing import storage
from benchmarks.faults.world import Failures, mostly_unchanged

__all__ = [
    "Campaign",
    "Failures",
    "arguments",
    "articles",
    "boundaries",
    "campaigns",
    "damage",
    "files",
    "full",
    "fuzz",
    "increments",
    "kills",
    "memory",
    "mostly_unchanged",
    "power",
    "questions",
    "readers",
    "server",
    "storage",
    "unchecked",
]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, what its `--times` counts, and how often it is tried by itself.

    If it has a `batch`, its tries are numbered: it takes the number of the `first`, and a `seed`.
    """

    run: Callable[..., tuple[Counter[str], Failures]]
    option: str
    times: int | None = None
    batch: int | None = None


def campaigns() -> Iterator[tuple[str, Campaign]]:
    """Yield every campaign by its name."""
    yield "kills", Campaign(kills, "times", 300, 25)
    yield "increments", Campaign(increments, "times", 300, 25)
    yield "boundaries", Campaign(boundaries, "every")
    yield "full", Campaign(full, "times")
    yield "power", Campaign(power, "every")
    yield "memory", Campaign(memory, "times")
    yield "readers", Campaign(readers, "seconds")
    yield "damage", Campaign(damage, "places")
    yield "unchecked", Campaign(unchecked, "places")
    yield "storage", Campaign(storage, "times", 300, 20)
    yield "articles", Campaign(articles, "count")
    yield "files", Campaign(files, "times", 500, 10)
    yield "fuzz", Campaign(fuzz, "times", 1000, 100)
    yield "questions", Campaign(questions, "times", 2000, 250)
    yield "arguments", Campaign(arguments, "times", 500, 125)
    yield "server", Campaign(server, "times", 300, 150)
