"""Files of an index that are cut, or have a bit flipped.

They are refused by name, or rolled back from, and never give an untrue text.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import random
from collections import Counter
from pathlib import Path
from typing import Any

import qa
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import QUESTION, STORY, Failures, build, corpus_of, in_child, problems
from index.stores.local import generations as index_folder
from index.stores.local.generations import current, open_index
from index.stores.local.place import FolderPlace
from index.types import DatelineError


def damage(root: Path, places: int = 200, seed: int = 1) -> tuple[Counter[str], Failures]:
    """Flip a bit, or cut the file, at so many places of each file of a generation.

    Each is refused with the file's name, and rolled back from.
    """
    rng, counts, failures = random.Random(seed), Counter[str](), Failures()
    folder = root / "index"
    build(corpus_of(root / "corpus", 0), folder)
    build(corpus_of(root / "corpus", 1), folder)
    generation = folder / current(folder)
    for path in sorted(path for path in generation.rglob("*") if path.is_file()):
        original = path.read_bytes()
        for _ in range(places):
            where, bit = rng.randrange(len(original)), 1 << rng.randrange(8)
            for what, content in (
                ("cut", original[:where]),
                (
                    "flipped",
                    original[:where] + bytes([original[where] ^ bit]) + original[where + 1 :],
                ),
            ):
                path.unlink()
                path.write_bytes(content)
                try:
                    open_index(folder)
                    failures.append(f"{path.name} {what} at {where}: it opened")
                except DatelineError as error:
                    counts[f"{what}: refused"] += 1
                    if path.name not in str(error) or "\n" in str(error):
                        failures.append(f"{path.name} {what} at {where}: {error}")
                except BaseException as error:
                    failures.append(
                        f"{path.name} {what} at {where}: {type(error).__name__}: {error}"
                    )
        path.unlink()
        path.write_bytes(original[: len(original) // 2])
        FolderPlace(folder).rollback()
        counts["rolled back"] += 1
        failures += [f"{path.name}, rolled back: {problem}" for problem in problems(folder, {0})]
        path.write_bytes(original)
        (folder / "CURRENT").write_text(f"{generation.name}\n")
    return counts, failures


def _ask_unchecked(folder: Path, told: Any) -> None:
    """Ask an index whose files are checked by size alone, as those of over 256 MB are."""
    index_folder._CHECKED_ON_OPEN = 0
    try:
        archive = qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
        reply = archive.ask(QUESTION)
        untrue = [
            c
            for answer in reply.answers
            for c in answer.citations
            if c.article.text[c.start : c.end] not in STORY
            and "Town1" not in c.text
            and c.text not in c.article.text
        ]
        texts = {hit.article.text for hit in reply.passages}
        wrong = [
            text
            for text in texts
            if not any(
                text == f"the truce {name} was brokered by Town1. {STORY * 6}" for name in "abcdef"
            )
        ]
        told.send("an untrue text" if untrue or wrong else "answered")
    except DatelineError as error:
        told.send("refused" if "\n" not in str(error) else "several lines")
    except BaseException as error:
        told.send(f"a traceback: {type(error).__name__}: {str(error)[:100]}")


def unchecked(root: Path, places: int = 40, seed: int = 1) -> tuple[Counter[str], Failures]:
    """Flip a bit in each file that is not read whole on opening.

    There is no untrue text, no traceback, no crash and no hang.
    """
    rng, counts, failures = random.Random(seed), Counter[str](), Failures()
    folder = root / "index"
    build(corpus_of(root / "corpus", 1), folder)
    generation = folder / current(folder)
    for path in sorted(
        path for path in generation.rglob("*") if path.is_file() and path.name != "manifest.json"
    ):
        original = path.read_bytes()
        for _ in range(places):
            where = rng.randrange(len(original))
            path.unlink()
            path.write_bytes(
                original[:where]
                + bytes([original[where] ^ 1 << rng.randrange(8)])
                + original[where + 1 :]
            )
            here, there = multiprocessing.Pipe(duplex=False)
            process = in_child(_ask_unchecked, folder, there)
            there.close()
            said = "ended by a signal"
            with contextlib.suppress(EOFError):
                said = here.recv() if here.poll(20) else "it hangs"
            process.kill()
            process.join()
            counts[f"{path.suffix or path.name}: {said.partition(':')[0]}"] += 1
            if said not in ("answered", "refused"):
                failures.append(f"{path.name} at {where}: {said}")
        path.unlink()
        path.write_bytes(original)
    return counts, failures
