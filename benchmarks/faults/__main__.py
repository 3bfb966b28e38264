"""The command: `python -m benchmarks.faults NAMES` (its docstring is the package's)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import benchmarks.faults
from benchmarks.faults import Campaign, campaigns


def run(name: str, campaign: Campaign, **options: Any) -> bool:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="dateline-faults-") as root:
        counts, failures = campaign(Path(root), **options)
    print(f"{name}: {len(failures)} failures in {time.perf_counter() - began:.0f} s")
    for what, count in sorted(counts.items()):
        print(f"  {count:6d}  {what}")
    for failure in failures[:20]:
        print(f"  FAILED {failure}")
    sys.stdout.flush()
    return not failures


def main() -> int:
    known = {name: (campaign, option) for name, campaign, option in campaigns()}
    parser = argparse.ArgumentParser(description=(benchmarks.faults.__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="+", choices=[*known, "all"])
    parser.add_argument(
        "--times", type=int, help="kills, places, seconds ... of each, instead of its own number"
    )
    options = parser.parse_args()
    whole = True
    for name in known if "all" in options.names else options.names:
        campaign, option = known[name]
        whole &= run(
            name, campaign, **({option: options.times} if options.times is not None else {})
        )
    return int(not whole)


if __name__ == "__main__":
    sys.exit(main())
