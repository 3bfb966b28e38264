"""An index in a folder, as a `Place`."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from index.stores.local.generations import (
    LOCK,
    OpenIndex,
    current,
    generations,
    make_live,
    open_index,
    tidy,
)
from index.stores.local.manifests import MANIFEST, damage, read_manifest
from index.stores.local.writer import LocalWriter
from index.stores.manifest import ENCODERS
from index.types import DatelineError


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """An index folder."""

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def encoders(self) -> Path:
        """The folder of compiled encoders, in the index folder."""
        return self.folder / ENCODERS

    @property
    def cache(self) -> Path:
        """The folder where a build keeps what it learned: the index folder itself."""
        return self.folder

    def current(self) -> str:
        """Return the name of the live generation. Raises DatelineError if there is none."""
        return current(self.folder)

    def open(self) -> OpenIndex:
        """Open the live generation, checked.

        Raises DatelineError: no index, another format, a damaged file (by name).
        """
        return open_index(self.folder)

    @contextlib.contextmanager
    def writing(self) -> Iterator[LocalWriter]:
        """Hold the folder for writing; it is made if it is missing.

        Raises DatelineError if another builder holds it, and for any failure to write (full disk,
        no permission). The live generation is then as it was.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(_freed(self.folder / LOCK), timeout=0):
                tidy(self.folder)
                with contextlib.closing(LocalWriter(self.folder)) as writer:
                    yield writer
                tidy(self.folder)
        except filelock.Timeout:
            raise DatelineError(
                f"expected to be the only builder of {self.folder}, found another at work; "
                "try again when it has ended"
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise DatelineError(
                f"expected to write the index in {self.folder}, found: {_reason(error)}; "
                "the index is as it was. Free space or permission, then build again"
            ) from None

    def rollback(self) -> str:
        """Make the generation before the live one live again, and return its name.

        Raises DatelineError if it is gone or damaged.
        """
        name = self.current()
        with self.writing():
            before = self._before(name)
            if before is None or not (self.folder / before).is_dir():
                raise DatelineError(
                    f"expected a generation before {name} in {self.folder}, found none; "
                    "build again instead"
                )
            OpenIndex(self.folder / before)
            make_live(self.folder, before)
        return before

    def _before(self, name: str) -> str | None:
        """Return the generation before this one, by its manifest if that can be read."""
        try:
            before: str | None = read_manifest(self.folder / name)["previous"]
        except (DatelineError, FileNotFoundError):  # damaged: that is what rollback is for
            older = [one for one in generations(self.folder) if int(one) < int(name)]
            before = None
            if older:
                before = older[-1]
        return before

    def verify(self) -> list[str]:
        """Return all that is wrong with the live generation, one line each.

        Raises DatelineError if it does not open.
        """
        generation = self.folder / self.current()
        try:
            manifest = read_manifest(generation)
        except FileNotFoundError:
            return [f"expected the file {generation / MANIFEST}, found it missing"]
        problems = list(damage(generation, manifest))
        if problems:
            return problems
        return list(self.open().problems())


def _freed(lock: Path) -> Path:
    """Return the path of a lock, without what is there and cannot be locked."""
    if lock.is_symlink():
        lock.unlink()
    elif lock.is_dir():
        shutil.rmtree(lock)
    return lock


def _reason(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
