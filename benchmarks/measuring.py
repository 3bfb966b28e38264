"""What several benchmarks share: their arguments, seconds, and memory."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def arguments(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser that prints a module's docstring as its help."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def seconds_of(call: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def median_and_range(values: Sequence[float], digits: int = 2) -> str:
    """Return the median with the least and the largest value: "0.35 (0.31 to 0.40)"."""
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def memory_mb(process: int | str = "self", kind: str = "VmRSS") -> float:
    """Return the resident memory of a process in MB, or its peak: "VmHWM" (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == kind:
            return int(value.split()[0]) / 1024
    raise LookupError(f"expected {kind} of process {process}, found none")
