"""Temporary folders that the next start removes if their process was killed.

Each is locked while its process lives, by flock, which the system takes back when it ends. What is
locked by nobody is left from a process that is gone. Limit: without flock (Windows) nothing is
removed but by its own process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import weakref
from functools import lru_cache
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_PREFIX = "dateline-scratch-"
_YOUNG = 60.0  # seconds in which a folder may not be locked yet


class ScratchFolder:
    """A temporary folder, which goes with this object."""

    def __init__(self) -> None:
        """Make the folder. Raises OSError if it cannot be made."""
        _remove_leftovers_once()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        handle = None
        if fcntl is not None:
            handle = os.open(self.path, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_SH)
        self._end = weakref.finalize(self, _remove, self.path, handle)

    def remove(self) -> None:
        """Remove the folder now."""
        self._end()


def remove_leftovers() -> None:
    """Remove the temporary folders of processes that are gone."""
    if fcntl is None:
        return
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another's, or gone meanwhile
            if path.is_dir() and not path.is_symlink() and _is_left(path):
                shutil.rmtree(path, ignore_errors=True)


@lru_cache(maxsize=1)
def _remove_leftovers_once() -> None:
    remove_leftovers()


def _is_left(path: Path) -> bool:
    """Tell whether a folder of this user is locked by nobody, and no new one."""
    found = path.stat()
    if found.st_uid != os.getuid() or time.time() - found.st_ctime < _YOUNG:
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _remove(path: Path, handle: int | None) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if handle is not None:
        with contextlib.suppress(OSError):
            os.close(handle)
