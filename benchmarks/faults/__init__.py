"""Fault injection: what docs/RELIABILITY.md promises, tried until it breaks.

Prints counts; the status is 1 if a promise broke. Name some campaigns, or all of them:

    python -m benchmarks.faults kills increments boundaries full readers damage unchecked
    python -m benchmarks.faults power memory articles files questions
    python -m benchmarks.faults kills --times 300

tests/test_faults.py runs the same functions in short. The encoder and the reader are stand-ins
that depend on the text alone, except in `questions`, which asks the real index of corpus/. Needs
fork (Linux, macOS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from benchmarks.faults.damaging import damage, unchecked
from benchmarks.faults.feeding import articles, files, questions
from benchmarks.faults.losing import memory, power
from benchmarks.faults.publishing import boundaries, full, increments, kills, readers
from benchmarks.faults.world import Failures, mostly_unchanged

__all__ = [
    "Campaign",
    "articles",
    "boundaries",
    "campaigns",
    "damage",
    "files",
    "full",
    "increments",
    "kills",
    "memory",
    "mostly_unchanged",
    "power",
    "questions",
    "readers",
    "unchecked",
]

Campaign = Callable[..., tuple[Counter[str], Failures]]


def campaigns() -> Iterator[tuple[str, Campaign, str]]:
    yield "kills", kills, "times"
    yield "increments", increments, "times"
    yield "boundaries", boundaries, "every"
    yield "full", full, "times"
    yield "power", power, "every"
    yield "memory", memory, "times"
    yield "readers", readers, "seconds"
    yield "damage", damage, "places"
    yield "unchecked", unchecked, "places"
    yield "articles", articles, "count"
    yield "files", files, "count"
    yield "questions", questions, "count"
