"""Read a file whole, but only if it is a file and is small."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST = 64 * 2**20  # bytes


def read_small(path: Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a file.

    Raises OSError for a pipe, a device and a larger file.
    """
    check_regular(path, most)
    return path.read_bytes()


def check_regular(path: Path, most: int | None = None) -> os.stat_result:
    """Return what is known of a file.

    Raises OSError for a pipe, a device and a larger file.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for
        raise OSError("it is no regular file")
    if most is not None and found.st_size > most:
        raise OSError(f"it is larger than {most >> 20} MB")
    return found
