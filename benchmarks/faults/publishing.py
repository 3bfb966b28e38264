"""Builds that fail at each write or find the disk full, and readers who ask meanwhile.

The live generation stays whole.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qa
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import (
    QUESTION,
    Failures,
    build,
    corpus_of,
    in_child,
    leftovers,
    problems,
)
from index.types import DatelineError


def _build_until(corpus: Path, folder: Path, boundary: int, what: str) -> None:
    """Build, and do `what` at the boundary-th fsync, rename, replace or mkdir.

    That is "kill before" it, "kill after" it, or make it fail with "ENOSPC" or "EACCES".
    """
    seen = 0

    def bounded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen - 1 == boundary and what == "kill before":
                os.kill(os.getpid(), signal.SIGKILL)
            if seen - 1 == boundary and what.startswith("E"):
                import errno

                raise OSError(getattr(errno, what), os.strerror(getattr(errno, what)))
            result = real(*arguments, **options)
            if seen - 1 == boundary and what == "kill after":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in ("fsync", "rename", "replace", "mkdir"):
        setattr(os, name, bounded(getattr(os, name)))
    try:
        build(corpus, folder)
    except DatelineError as error:
        os._exit(3 if "\n" not in str(error) else 4)
    except BaseException:
        os._exit(5)
    os._exit(0 if seen <= boundary else 6)


def boundaries(
    root: Path,
    every: int = 1,
    kinds: tuple[str, ...] = ("kill before", "kill after", "ENOSPC", "EACCES"),
    write: Callable[[Path, int], Path] = corpus_of,
) -> tuple[Counter[str], Failures]:
    """Kill or fail a build at each of its fsyncs, renames, replaces and mkdirs.

    The live generation is the old one or the new one, whole.
    """
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(write(corpus, 0), folder)
    build(write(corpus, 1), folder)
    shutil.copytree(folder, kept := root / "kept")
    write(corpus, 2)
    for what in kinds:
        for boundary in range(0, 1000, every):
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            process = in_child(_build_until, corpus, folder, boundary, what)
            process.join()
            if process.exitcode == 0:
                break
            counts[what] += 1
            told = {
                3: "one line",
                4: "several lines",
                5: "a traceback",
                6: "went on",
                -signal.SIGKILL: "killed",
            }[process.exitcode or 0]
            counts[f"{what}: {told}"] += 1
            if told in ("several lines", "a traceback"):
                failures.append(f"{what} at {boundary}: {told}")
            failures += [f"{what} at {boundary}: {problem}" for problem in problems(folder, {1, 2})]
            if (
                what.startswith("E")
                and told == "one line"
                and (left := leftovers(folder))
                and list(folder.glob(".draft-*"))
            ):
                failures.append(f"{what} at {boundary}: {left} leftovers of a build that failed")
            build(corpus, folder)
            failures += [
                f"{what} at {boundary}, built again: {problem}" for problem in problems(folder, {2})
            ]
            if leftovers(folder):
                failures.append(f"{what} at {boundary}: the next build left leftovers")
    return counts, failures


def _build_within(corpus: Path, folder: Path, most: int | None) -> None:
    """Build while no file may be longer than `most` bytes.

    The kernel fails the write, inside whichever library writes.
    """
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        build(corpus, folder)
    except DatelineError as error:
        os._exit(3 if "\n" not in str(error) else 4)
    except BaseException as error:
        print(f"  {most}: {type(error).__name__}: {error}", file=sys.stderr)
        os._exit(5)
    os._exit(0)


def full(root: Path, times: int = 60) -> tuple[Counter[str], Failures]:
    """Have the kernel refuse a write, at sizes from nothing to all that a build writes.

    A disk that is full is tried too, if one may be mounted.
    """
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    corpus_of(corpus, 1)
    longest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    told = {0: "built", 3: "one line", 4: "several lines", 5: "a traceback"}
    for number in range(times):
        process = in_child(_build_within, corpus, folder, longest * number // times)
        process.join()
        said = told.get(process.exitcode or 0, f"ended by signal {-(process.exitcode or 0)}")
        counts[f"no more than so many bytes a file: {said}"] += 1
        if said not in ("built", "one line"):
            failures.append(f"a file of {longest * number // times} bytes: {said}")
        failures += [
            f"a file of {longest * number // times} bytes: {problem}"
            for problem in problems(folder, {0, 1})
        ]
    if os.geteuid() == 0 and sys.platform == "linux":
        failures += _full_disk(root, times, told, counts)
    return counts, failures


def _full_disk(root: Path, times: int, told: dict[int, str], counts: Counter[str]) -> Failures:
    import subprocess

    failures, disk = Failures(), root / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    ).returncode:
        counts["a full disk: none could be mounted"] += 1
        return failures
    try:
        build(corpus_of(root / "corpus", 0), disk / "index")
        used = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
        corpus_of(root / "corpus", 1)
        for number in range(times):
            filler = disk / "filler"
            filler.unlink(missing_ok=True)
            space = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filler.write_bytes(b"x" * max(0, space - 2 * used * number // times))
            process = in_child(_build_within, root / "corpus", disk / "index", None)
            process.join()
            said = told.get(process.exitcode or 0, f"ended by signal {-(process.exitcode or 0)}")
            counts[f"a full disk: {said}"] += 1
            if said not in ("built", "one line"):
                failures.append(f"{2 * used * number // times} bytes left: {said}")
            failures += [
                f"{2 * used * number // times} bytes left: {problem}"
                for problem in problems(disk / "index", {0, 1})
            ]
            if said == "built":
                break
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
    return failures


def readers(
    root: Path, seconds: float = 60, generations: int = 20, threads: int = 32
) -> tuple[Counter[str], Failures]:
    """Ask from so many threads while so many generations are published.

    There is no error, and each reply is wholly from one generation.
    """
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 1), folder)
    archive = qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                archive.refresh()
                generation = int(archive.ask(QUESTION).index_generation)
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}")
                return
            counts["replies"] += 1
            counts[f"generation {generation}"] += 1
            failures.extend(problems(folder, set(range(1, generations + 2)), archive))

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in asking:
        thread.start()
    began = time.perf_counter()
    for number in range(2, generations + 2):
        build(corpus_of(corpus, number), folder)
        counts["published"] += 1
        time.sleep(max(0.0, number * seconds / (generations + 1) - (time.perf_counter() - began)))
    stop.set()
    for thread in asking:
        thread.join()
    seen = sum(name.startswith("generation") for name in counts)
    return Counter(
        {"replies": counts["replies"], "published": counts["published"], "generations seen": seen}
    ), failures
