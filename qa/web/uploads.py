"""The folder of uploads: one for each server, gone with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "dateline-uploads-"
_LOCK = ".held"  # held for as long as its server lives


@contextmanager
def temporary_uploads() -> Iterator[Path]:
    """Make a folder of this user's alone, to which no route leads; remove it after.

    What servers left that were killed is removed first.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _remove_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = FileLock(folder / _LOCK)
    lock.acquire()
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    """Remove the folder of a server that is no more: nobody holds its lock."""
    held = folder / _LOCK
    if folder.is_symlink() or not held.is_file():
        return
    try:
        with FileLock(held).acquire(blocking=False):
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):  # it lives, or is another user's
        return
