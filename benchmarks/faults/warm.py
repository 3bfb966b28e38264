"""A process that has built and asked: what forks from it has its imports and its models paid.

Importing this does the work. multiprocessing's fork server imports it before it forks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.faults.world import build, corpus_of, problems

with tempfile.TemporaryDirectory(prefix="dateline-warm-") as _root:
    for _number in range(3):  # a later build reads what the earlier ones wrote
        build(corpus_of(Path(_root, "corpus"), _number), Path(_root, "index"))
    problems(Path(_root, "index"), {2})
