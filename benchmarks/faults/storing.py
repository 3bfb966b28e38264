"""What does not belong in an index folder, in the place of each of its files and folders.

Opening says one line or opens; a build mends it or says one line; neither hangs or takes much
memory. Nothing outside the folder is touched.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import qa
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import Failures, build, corpus_of, in_child, problems
from index.types import DatelineError

_PATIENCE = 60  # seconds
_MEGABYTES = 700  # of a process that opens or builds
_HUGE = 20 * 2**30  # bytes of a file without content
_TO_COME = ("000003", "999999", ".draft-000003", ".trash-000001", ".CURRENT", "encoders", "stores")

Put = Callable[[Path], object]


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, _HUGE)


def _grown(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    os.truncate(path, _HUGE)


def _puts(content: bytes) -> dict[str, Put]:
    """Return what is put in the place of a file with this content."""
    return {
        "nothing": lambda path: None,
        "an empty file": lambda path: path.write_bytes(b""),
        "its first half": lambda path: path.write_bytes(content[: len(content) // 2]),
        "zeros": lambda path: path.write_bytes(bytes(len(content))),
        "it twice": lambda path: path.write_bytes(content * 2),
        "a flipped bit": lambda path: path.write_bytes(content[:-1] + bytes([content[-1] ^ 1])),
        "a pipe": os.mkfifo,
        "a link to itself": lambda path: path.symlink_to(path.name),
        "a link to its folder": lambda path: path.symlink_to("."),
        "a link to nothing": lambda path: path.symlink_to("gone"),
        "a link outside": lambda path: path.symlink_to("/etc/passwd"),
        "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
        "a folder": lambda path: (path / "inner").mkdir(parents=True),
        "20 GB of nothing": _huge,
        "it and 20 GB": lambda path: _grown(path, content),
        "JSON without end": lambda path: path.write_bytes(b"[" * 200_000),
        "a line of another": lambda path: path.write_bytes(b"../../000001\n\x00\xff"),
    }


def _open_and_build(folder: Path, corpus: Path, told: Any) -> None:
    said = []
    for what in (_opening, _building):
        try:
            said.append(what(folder, corpus))
        except DatelineError as error:
            said.append("one line" if "\n" not in str(error) else f"several lines: {error}")
        except BaseException as error:
            said.append(f"a traceback: {type(error).__name__}: {str(error)[:150]}")
    said.append(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10))
    told.send(said)


def _opening(folder: Path, corpus: Path) -> str:
    with qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader()) as archive:
        towns = {answer.text for answer in archive.ask("Who brokered the truce?").answers}
    return "opened" if towns == {"Town1"} else f"answered {sorted(towns)}"


def _building(folder: Path, corpus: Path) -> str:
    build(corpus, folder)
    return "mended"


def storage(
    root: Path, times: int = 300, seed: int = 1, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Put a wrong thing in the place of a file or folder; open, build, look at what is left.

    The tries are all pairs of a name and a thing, in an order that the seed gives. The names are
    those of an index with two generations, and some that a build may come to use.
    """
    counts, failures = Counter[str](), Failures()
    kept, corpus = root / "kept", root / "corpus"
    build(corpus_of(corpus, 0), kept)
    build(corpus_of(corpus, 1), kept)
    (root / "precious").write_text("keep me")
    held = [path.relative_to(kept) for path in sorted(kept.rglob("*"))]
    names = [*held, *(Path(name) for name in _TO_COME if not (kept / name).exists())]
    tries = [(name, what) for name in names for what in _puts(b"x")]
    random.Random(seed).shuffle(tries)
    for name, what in tries[first : first + times]:
        folder = root / "index"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, folder)
        path = folder / name
        content = (path.read_bytes() if path.is_file() else b"") or b"x"
        _removed(path)
        _puts(content)[what](path)
        failures += [f"{name} is {what}: {problem}" for problem in _tried(folder, corpus, counts)]
    if (root / "precious").read_text() != "keep me":
        failures.append("a file outside was changed")
    return counts, failures


def _tried(folder: Path, corpus: Path, counts: Counter[str]) -> Failures:
    here, there = multiprocessing.Pipe(duplex=False)
    process = in_child(_open_and_build, folder, corpus, there)
    there.close()
    said = ["ended by a signal"]
    with suppress(EOFError):
        said = here.recv() if here.poll(_PATIENCE) else ["it hangs"]
    process.kill()
    process.join()
    if len(said) == 1:
        return said
    opened, built, megabytes = said
    counts[f"opening: {opened[:20]}"] += 1
    counts[f"a build: {built[:20]}"] += 1
    counts["MB, the largest"] = max(counts["MB, the largest"], int(megabytes))
    failures = [one for one in (opened, built) if one not in ("opened", "one line", "mended")]
    if int(megabytes) > _MEGABYTES:
        failures.append(f"{megabytes} MB")
    if built == "mended":
        failures += [f"after a build: {problem}" for problem in problems(folder, {1})]
    return failures
