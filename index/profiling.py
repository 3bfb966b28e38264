"""Where the time goes: `with stage("reading"):` around a part, `with profiled() as stages:` around the whole.

Nothing is measured, and next to nothing spent, where nobody profiles. Of the thread that profiles alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_stages: ContextVar[dict[str, float] | None] = ContextVar("stages", default=None)


@contextmanager
def profiled() -> Iterator[dict[str, float]]:
    """Milliseconds by stage, summed over its times, in the order of their first; and "in all"."""
    stages: dict[str, float] = {}
    token, began = _stages.set(stages), time.perf_counter()
    try:
        yield stages
    finally:
        stages["in all"] = 1000 * (time.perf_counter() - began)
        _stages.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time within to the stage `name`. Stages within a stage count to both."""
    stages, began = _stages.get(), time.perf_counter()
    if stages is not None:
        stages.setdefault(name, 0.0)
    try:
        yield
    finally:
        if stages is not None:
            stages[name] += 1000 * (time.perf_counter() - began)


def as_text(stages: Mapping[str, float]) -> str:
    """A line a stage: milliseconds and the share of all."""
    whole = max(stages.get("in all", 0.0), 1e-9)
    return "\n".join(
        f"{name:<28}{taken:>10.1f} ms{100 * taken / whole:>7.1f}%" for name, taken in stages.items()
    )
