"""The `dateline` command, outside of the packages that it runs.

So a foreign `qa` or `index` is one clear line, and neither is run.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from os.path import dirname, realpath


def main() -> int:
    """Run the command and return its exit status.

    It is 1, after one clear line, if a package is another program's.
    """
    problem = _foreign_qa()
    if problem is None:
        try:
            from qa.cli import main as run_command
        except ImportError as error:
            problem = str(error)
            if not problem.startswith("expected "):
                raise
        else:
            return run_command()
    print(f"dateline: {problem}", file=sys.stderr)
    return 1


def _foreign_qa() -> str | None:
    """Return a line about a foreign module `qa`; None if it is our own."""
    found = find_spec("qa")
    origin = None
    if found is not None:
        origin = found.origin
    if origin is not None and dirname(dirname(realpath(origin))) == dirname(realpath(__file__)):
        return None
    return (
        f"expected Dateline's own package qa, found {origin or 'none'}; "
        "run dateline from another folder, or take that one out of PYTHONPATH"
    )
