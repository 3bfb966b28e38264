"""The command: `python -m benchmarks.faults NAMES` (its docstring is the package's)."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import benchmarks.faults
from benchmarks.faults import Campaign, campaigns
from benchmarks.faults.world import MOST, Failures


@dataclass(frozen=True, slots=True)
class Batch:
    """What some tries of a campaign gave."""

    name: str
    seed: int
    first: int
    times: int
    counts: dict[str, int]
    failures: Failures
    seconds: float


def run(name: str, campaign: Campaign, **options: Any) -> Batch:
    """Run a campaign once, in a temporary folder."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="dateline-faults-") as root:
        counts, failures = campaign.run(Path(root), **options)
    took = time.perf_counter() - began
    first, times = options.get("first", 0), options.get(campaign.option, 0)
    return Batch(name, options.get("seed", 1), first, times, dict(counts), failures, took)


def run_batches(
    name: str, campaign: Campaign, times: int, seed: int, state: Path | None
) -> Iterator[Batch]:
    """Run a campaign of numbered tries; yield each batch, those of an earlier call first."""
    assert campaign.batch is not None
    done = {
        batch.first: batch for batch in _written(state) if (batch.name, batch.seed) == (name, seed)
    }
    for first in range(0, times, campaign.batch):
        count = min(campaign.batch, times - first)
        batch = done.get(first)
        if batch is None or batch.times != count:
            options = {campaign.option: count, "first": first, "seed": seed}
            batch = run(name, campaign, **options)
            _tell(f"{name}: {first + count} of {times}, {len(batch.failures)} failures more")
            if state is not None:
                with state.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(batch)) + "\n")
        yield batch


def _written(state: Path | None) -> list[Batch]:
    if state is None or not state.is_file():
        return []
    return [Batch(**json.loads(line)) for line in state.read_text(encoding="utf-8").splitlines()]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def total(batches: Iterable[Batch]) -> tuple[Counter[str], Failures]:
    """Return the counts and the failures of all batches together."""
    counts, failures = Counter[str](), Failures()
    for batch in batches:
        for what, count in batch.counts.items():
            most = max(counts[what], count)
            counts[what] = most if what.endswith(MOST) else counts[what] + count
        failures += batch.failures
    return counts, failures


def report(name: str, batches: Sequence[Batch]) -> bool:
    """Print the counts of a campaign; return whether nothing failed."""
    counts, failures = total(batches)
    print(f"{name}: {len(failures)} failures in {sum(one.seconds for one in batches):.0f} s")
    for what, count in sorted(counts.items()):
        print(f"  {count:6d}  {what}")
    for failure in failures[:20]:
        print(f"  FAILED {failure}")
    sys.stdout.flush()
    return not failures


def main() -> int:
    """Run the campaigns that are named, and report each."""
    known = dict(campaigns())
    parser = argparse.ArgumentParser(description=(benchmarks.faults.__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="+", choices=[*known, "all"])
    parser.add_argument(
        "--times", type=int, help="kills, places, seconds ... of each, instead of its own number"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other tries")
    parser.add_argument("--state", type=Path, help="the file of what is done, to go on after it")
    options = parser.parse_args()
    whole = True
    for name in known if "all" in options.names else options.names:
        campaign = known[name]
        times = campaign.times if options.times is None else options.times
        if campaign.batch is not None:
            assert times is not None
            batches = list(run_batches(name, campaign, times, options.seed, options.state))
        else:
            given = {} if times is None else {campaign.option: times}
            batches = [run(name, campaign, **given)]
        whole &= report(name, batches)
    return int(not whole)


if __name__ == "__main__":
    sys.exit(main())
