"""The generations of an index folder.

This module finds which one is live, opens it, and decides which are kept.

    CURRENT              the name of the live generation, replaced atomically
    000007/              manifest.json, articles.sqlite, positions.sqlite, vectors.faiss,
                         keywords/, and nearest.faiss in a large one
    000008/segments/     what a build added to files that it took over from the generation
                         before. These are links: a file goes with the last generation that
                         has it, and damage to it is damage to all of them
    encoders/KEY/        the compiled encoder that made the vectors
    .lock                held by the one builder
    .draft-*  .trash-*   what an interrupted builder left, removed by the next

After a crash at any instant CURRENT names a whole generation. Files are synced to disk before the
generation gets its name, and the name is synced before CURRENT says it. A reader holds a shared
lock on its generation's manifest, so a generation in use is not removed (on systems with flock).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import weakref
from pathlib import Path

from index.stores.local.manifests import MANIFEST, damage, read_manifest
from index.stores.local.store import LocalStore
from index.stores.manifest import ENCODERS
from index.types import DatelineError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there anyway
    fcntl = None  # type: ignore[assignment]

CURRENT, LOCK = "CURRENT", ".lock"
# Bytes. All checksums are compared up to here, above it sizes alone; `verify` compares all.
_CHECKED_ON_OPEN = 256 * 1024 * 1024
_TRIES = 20  # to open a generation that a builder may retire meanwhile
_NAME = re.compile(r"[0-9]{6,18}")
_LONGEST_NAME = 64  # characters of CURRENT that are read


class OpenIndex(LocalStore):
    """The generation that was live when it was opened.

    It is held against removal while this object lives.
    """

    def __init__(self, generation: Path) -> None:
        """Open a generation.

        Raises DatelineError for another format, or for a damaged file, which it names.
        """
        handle = _open_manifest(generation / MANIFEST)
        weakref.finalize(self, os.close, handle)
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_SH)
        manifest = read_manifest(generation)
        whole = sum(part["bytes"] for part in manifest["files"].values()) <= _CHECKED_ON_OPEN
        for problem in damage(generation, manifest, whole):
            raise DatelineError(f"{problem}; run: dateline rollback, or dateline build --full")
        super().__init__(generation, manifest, whole)


def _open_manifest(path: Path) -> int:
    """Return a handle of a manifest.

    Raises FileNotFoundError if there is none, DatelineError if its folder is no folder.
    """
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DatelineError(
            f"expected a manifest in {path}, found it unreadable ({error.strerror}); "
            "run: dateline rollback, or dateline build --full"
        ) from None


def current(folder: Path) -> str:
    """Return the name of the live generation. Raises DatelineError if there is none."""
    path = folder / CURRENT
    try:
        name = _read_name(path).strip()
    except (FileNotFoundError, NotADirectoryError):
        raise DatelineError(
            f"expected an index in {folder}, found none; "
            f"make one with: dateline build --index {folder}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatelineError(
            f"expected the name of a generation in {path}, "
            f"found it unreadable ({error}); build again"
        ) from None
    if not _NAME.fullmatch(name):
        raise DatelineError(
            f"expected the name of a generation in {path}, found {name[:20]!r}; build again"
        )
    return name


def _read_name(path: Path) -> str:
    """Return the beginning of a file. Raises OSError for what is no file."""
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        raise OSError("it is no regular file")
    with path.open(encoding="ascii") as file:
        return file.read(_LONGEST_NAME)


def current_or_none(folder: Path) -> str | None:
    """Return the name of the live generation, None if there is none."""
    with contextlib.suppress(DatelineError):
        return current(folder)
    return None


def open_index(folder: Path) -> OpenIndex:
    """Open the live generation, checked.

    Raises DatelineError: no index, another format, a damaged file (by name).
    """
    for attempt in range(_TRIES):
        name = current(folder)
        # a builder may retire the generation between reading its name and holding it
        with contextlib.suppress(FileNotFoundError):
            return OpenIndex(folder / name)
        if current(folder) == name and attempt > 2:
            break
    raise DatelineError(
        f"expected generation {name} in {folder}, found files of it missing; "
        "run: dateline rollback, or dateline build --full"
    )


def generations(folder: Path) -> list[str]:
    """Return the names of all generations in the folder, oldest first.

    A file or a link with such a name is none, nor is a folder without a manifest.
    """
    found = (path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    kept = (path.name for path in found if _is_folder(path) and (path / MANIFEST).exists())
    return sorted(kept, key=int)


def next_generation(folder: Path) -> str:
    """Return the name of the next generation, which nothing in the folder has."""
    number = 1 + max((int(name) for name in generations(folder)), default=0)
    while os.path.lexists(folder / f"{number:06d}"):
        number += 1
    return f"{number:06d}"


def make_live(folder: Path, name: str) -> None:
    """Name the live generation, at one instant."""
    aside = folder / f".{CURRENT}"
    for path in (aside, folder / CURRENT):  # what is no file there is in the way
        if _is_folder(path):
            shutil.rmtree(path)
    aside.unlink(missing_ok=True)
    aside.write_text(name + "\n", encoding="ascii")
    sync(aside)
    aside.replace(folder / CURRENT)
    sync(folder)


def tidy(folder: Path) -> None:
    """Remove what interrupted builds left, and unneeded generations.

    Kept are the live generation, the one before it, newer ones, and those in use.
    """
    for pattern in (".draft-*", ".trash-*", f"{ENCODERS}/.*"):
        for path in folder.glob(pattern):
            if _is_folder(path):
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    with contextlib.suppress(DatelineError, FileNotFoundError):
        live = current(folder)
        previous = read_manifest(folder / live)["previous"]
        for name in generations(folder):
            # one newer than the live one was rolled back from: its number is not given again
            if int(name) < int(live) and name != previous and not _in_use(folder / name):
                trash = folder / f".trash-{name}"
                (folder / name).rename(trash)
                shutil.rmtree(trash, ignore_errors=True)


def _in_use(generation: Path) -> bool:
    if fcntl is None:
        return False
    try:
        with (generation / MANIFEST).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is none, or it is no file
        return False
    return False


def _is_folder(path: Path) -> bool:
    """Tell whether a path is a folder, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def sync(path: Path) -> None:
    """Have a file or a folder on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
