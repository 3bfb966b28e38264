"""Where the time goes.

Write `with stage("reading"):` around a part and `with profiled() as stages:` around the whole.
Nothing is measured unless somebody profiles. Limit: only the thread that profiles is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_stages: ContextVar[dict[str, float] | None] = ContextVar("stages", default=None)


@contextmanager
def profiled() -> Iterator[dict[str, float]]:
    """Yield the milliseconds of each stage, and "in all".

    The stages are in the order of their first use.
    """
    stages: dict[str, float] = {}
    token = _stages.set(stages)
    began = time.perf_counter()
    try:
        yield stages
    finally:
        stages["in all"] = 1000 * (time.perf_counter() - began)
        _stages.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time within to the stage `name`.

    A stage within a stage counts to both.
    """
    stages = _stages.get()
    if stages is None:
        yield
        return
    stages.setdefault(name, 0.0)
    began = time.perf_counter()
    try:
        yield
    finally:
        stages[name] += 1000 * (time.perf_counter() - began)


def as_text(stages: Mapping[str, float]) -> str:
    """Return one line for each stage: its milliseconds and its share of the whole."""
    whole = max(stages.get("in all", 0.0), 1e-9)
    lines = []
    for name, taken in stages.items():
        lines.append(f"{name:<28}{taken:>10.1f} ms{100 * taken / whole:>7.1f}%")
    return "\n".join(lines)
