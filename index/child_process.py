"""Run one of Dateline's modules in a process of its own.

`python -m` puts the current folder first on the path. So does an empty or relative entry of
PYTHONPATH. A file queue.py there would be run. A child gets neither. Folders that PYTHONPATH names
in full stay: packages may be installed there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]  # of the package `index` that runs now


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, without the current folder."""
    return [sys.executable, "-P", "-m", module, *arguments]


def module_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment by which a child finds this very package.

    What PYTHONPATH held follows, except for the current folder, however it was named.
    """
    named = environment.get("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in named if os.path.isabs(entry) and not _is_current_folder(entry)]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(_ROOT), *kept])}


def _is_current_folder(entry: str) -> bool:
    try:
        return os.path.samefile(entry, os.curdir)
    except OSError:  # one of the two is gone
        return False
