"""Builds that lose the power, or the memory, at any instant. The live generation stays whole.

The power is cut in a model of a file system. What counts as written of a file is its content when
it was last synced, and nothing if it never was. What counts of a folder is, in the one kind of file
system, what it held when it was last synced; in the other each name at once, before any content.
Limits: syncs by native code do not count, so the model loses more than a disk would.
"""

from __future__ import annotations

import os
import resource
import shutil
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.faults.world import Failures, build, corpus_of, in_child, problems
from index.types import DatelineError

_CUT = 9  # the status of a process whose power is cut
_ENOUGH = 32 * 2**20  # bytes of memory that a build has beside what its process took before
_Kept = dict[int, bytes]  # the content of each file, by its inode
_Names = dict[int, dict[str, int]]  # what each folder holds, by its inode


class Disk:
    """What of a folder is on the disk; all that is there at first is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: _Kept = {}
        self.names: _Names = {}
        for path in (folder, *folder.rglob("*")):
            self.sync(path)

    def sync(self, path: Path) -> None:
        """Take down a file's content, or what a folder holds."""
        inode = path.stat().st_ino
        if path.is_dir():
            self.names[inode] = {one.name: one.stat().st_ino for one in os.scandir(path)}
        elif stat.S_ISREG(path.stat().st_mode):
            self.kept[inode] = path.read_bytes()

    def left_by_name(self, target: Path) -> None:
        """Write what is left if names reach the disk before contents."""
        for path in self.folder.rglob("*"):
            place = target / path.relative_to(self.folder)
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            elif path.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(self.kept.get(path.stat().st_ino, b""))

    def left_by_sync(self, target: Path, inode: int | None = None) -> None:
        """Write what is left if a name reaches the disk when its folder is synced."""
        target.mkdir(parents=True, exist_ok=True)
        folder = self.folder.stat().st_ino if inode is None else inode
        for name, held in self.names.get(folder, {}).items():
            if held in self.names:
                self.left_by_sync(target / name, held)
            else:
                (target / name).write_bytes(self.kept.get(held, b""))


def _build_until_the_cut(corpus: Path, folder: Path, boundary: int, by_name: bool) -> None:
    """Build until the boundary-th sync, rename, replace or mkdir, then write what is left.

    It is written beside the folder, as `after`.
    """
    disk, seen = Disk(folder), 0

    def watched(real: Callable[..., Any], syncs: bool = False) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen - 1 == boundary:
                leave = disk.left_by_name if by_name else disk.left_by_sync
                leave(folder.with_name("after"))
                os._exit(_CUT)
            result = real(*arguments, **options)
            if syncs:
                path = Path(os.readlink(f"/proc/self/fd/{arguments[0]}"))
                if path == folder or folder in path.parents:
                    disk.sync(path)
            return result

        return call

    os.fsync = watched(os.fsync, syncs=True)
    os.rename, os.replace = watched(os.rename), watched(os.replace)
    os.mkdir = watched(os.mkdir)
    build(corpus, folder)
    os._exit(0)


def power(root: Path, every: int = 1) -> tuple[Counter[str], Failures]:
    """Cut the power at each sync, rename, replace and mkdir of a build.

    What is left opens, verifies and answers as before or as built; and the next build succeeds.
    """
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    build(corpus_of(corpus, 1), folder)
    shutil.copytree(folder, kept := root / "kept")
    corpus_of(corpus, 2)
    for by_name in (False, True):
        kind = "names first" if by_name else "names with their folder"
        for boundary in range(0, 1000, every):
            for old in (folder, after := root / "after"):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(kept, folder)
            process = in_child(_build_until_the_cut, corpus, folder, boundary, by_name)
            process.join()
            if process.exitcode != _CUT:
                if process.exitcode:
                    failures.append(f"{kind}, cut {boundary}: the build ended otherwise")
                break
            counts[f"cuts, {kind}"] += 1
            where = f"{kind}, cut {boundary}"
            failures += [f"{where}: {problem}" for problem in problems(after, {1, 2})]
            build(corpus, after)
            failures += [f"{where}, built again: {problem}" for problem in problems(after, {2})]
    return counts, failures


def _build_in_memory(corpus: Path, folder: Path, more: int) -> None:
    """Build with so many more bytes of memory than the process has taken by now."""
    taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (taken + more,) * 2)
    try:
        build(corpus, folder)
    except DatelineError as error:
        os._exit(3 if "\n" not in str(error) else 4)
    except BaseException:
        os._exit(5)
    os._exit(0)


def memory(root: Path, times: int = 20, patience: float = 60) -> tuple[Counter[str], Failures]:
    """Build so many times with ever more memory, from nothing to enough.

    However a build without memory ends, the live generation is the old one or the new one, whole.
    One that does not end within `patience` seconds is a failure.
    """
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    corpus_of(corpus, 1)
    told = {0: "built", 3: "one line", 4: "several lines", 5: "an error of Python's"}
    for number in range(times):
        more = _ENOUGH * number // times
        process = in_child(_build_in_memory, corpus, folder, more)
        process.join(patience)
        hangs = process.is_alive()
        process.kill()
        process.join()
        said = told.get(process.exitcode or 0, "ended by a library")
        where = f"{more >> 10} KB"
        counts["did not end" if hangs else said] += 1
        failures += [f"{where}: it did not end"] * hangs
        failures += [f"{where}: {problem}" for problem in problems(folder, {0, 1})]
        if process.exitcode == 0:  # the next one builds the same anew
            build(corpus_of(corpus, 0), folder)
            corpus_of(corpus, 1)
    build(corpus, folder)
    failures += [f"built again: {problem}" for problem in problems(folder, {1})]
    return counts, failures
