"""What comes before any other import of `qa`: no file of the user's is run.

`python -m` puts the current folder first on the path, before the standard library: a file json.py
or index.py there would be run. And other programs have a module `index` too. Only built-in and
already imported modules are used here.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from os.path import dirname, realpath

_ROOT = dirname(dirname(realpath(__file__)))  # the folder in which both packages lie


def leave_current_folder() -> None:
    """Take the current folder off the path of `python -m qa`.

    It stays if Dateline itself lies there.
    """
    if not _is_run_as_module() or sys.flags.safe_path:
        return
    first = realpath(sys.path[0])
    if first != _ROOT and first == realpath(os.curdir):
        del sys.path[0]


def check_index() -> None:
    """Raise ImportError if `index` is not Dateline's own package.

    Its message is one clear line. The module is found, not run.
    """
    found = find_spec("index")
    origin = None
    if found is not None:
        origin = found.origin
    if origin is None or dirname(dirname(realpath(origin))) != _ROOT:
        raise ImportError(
            f"expected Dateline's own package index, found {origin or 'none'}; "
            "run dateline from another folder, or take that one out of PYTHONPATH",
            name="qa",  # by this name `python -m qa` shows the line alone, without a traceback
        )


def _is_run_as_module() -> bool:
    """Tell whether Python is about to run `python -m qa`.

    It still looks for the module then.
    """
    options = sys.orig_argv
    if sys.argv[:1] != ["-m"] or "-m" not in options:
        return False
    return options[options.index("-m") + 1 :][:1] == ["qa"]
