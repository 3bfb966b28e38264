"""The files of an open generation, held open, so that it shows if one was cut."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.types import DatelineError


class HeldFiles:
    """The files of a generation, held open.

    Most are read through memory maps, and the system ends a process that reads past the end of
    a file that was cut in place.
    """

    def __init__(self, folder: Path, sizes: Mapping[str, int]) -> None:
        self._held = [
            (folder / name, os.open(folder / name, os.O_RDONLY), size)
            for name, size in sizes.items()
        ]
        weakref.finalize(self, _close_all, [handle for _, handle, _ in self._held])

    def check(self) -> None:
        """Raise DatelineError if a file was cut since it was opened."""
        for path, handle, size in self._held:
            found = os.fstat(handle).st_size
            if found < size:
                raise DatelineError(
                    f"expected {size} bytes in {path}, found {found}; "
                    "run: dateline rollback, or dateline build --full"
                )


def _close_all(handles: Sequence[int]) -> None:
    for handle in handles:
        os.close(handle)
