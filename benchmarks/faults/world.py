"""A small archive that tells which generation answers, and builds of it in other processes."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks.fakes import CapitalReader, WordEmbedder
from index.stores.local.generations import open_index
from index.stores.local.place import FolderPlace

QUESTION = "Who brokered the truce?"
STORY = "The talks went on for days in the harbour town. "
Failures = list[str]
Texts = dict[str, str]  # of articles, by their files' names
MOST = ("the slowest", "the largest")  # ends of counts that are no sums


def corpus_of(folder: Path, number: int) -> Path:
    """Write a corpus whose every article names Town `number` as the broker.

    A mix of two generations would show.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in "abcdef":
        (folder / f"{name}.txt").write_text(
            f"the truce {name} was brokered by Town{number}. {STORY * 6}"
        )
    return folder


def mostly_unchanged(folder: Path, number: int) -> Path:
    """Write a corpus of which a build changes one article in 40, and adds and removes one.

    The one that changes names Town `number` as the broker.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in range(40):
        (folder / f"same{name:02}.txt").write_text(f"rain fell on harbour {name}. {STORY * 6}")
    (folder / "truce.txt").write_text(f"the truce was brokered by Town{number}. {STORY * 6}")
    for other in folder.glob("new*.txt"):
        other.unlink()
    (folder / f"new{number % 3}.txt").write_text(f"snow fell on harbour {number}. {STORY * 6}")
    return folder


def build(corpus: Path, folder: Path) -> str:
    return index.build(corpus, folder, embedder=WordEmbedder()).generation


def problems(folder: Path, allowed: set[int], archive: qa.Archive | None = None) -> list[str]:
    """Return what is wrong with the live generation.

    It must open, verify, and answer with one of the towns `allowed`.
    """
    try:
        found = [] if archive is not None else FolderPlace(folder).verify()
        archive = archive or qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
        reply = archive.ask(QUESTION)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    towns = {answer.text for answer in reply.answers} | {
        hit.text.split("Town")[1].split(".")[0] for hit in reply.passages if "Town" in hit.text
    }
    towns = {town.removeprefix("Town") for town in towns if town.removeprefix("Town").isdecimal()}
    if len(towns) != 1 or not towns <= {str(number) for number in allowed}:
        found.append(f"expected one of {sorted(allowed)}, found towns {sorted(towns)}")
    for answer in reply.answers:
        for citation in answer.citations:
            if citation.article.text[citation.start : citation.end] != citation.text:
                found.append("a citation is no slice of its article")
    return found


def texts_of(corpus: Path) -> Texts:
    """Return the text of each article that a corpus holds."""
    return {path.name: path.read_text() for path in corpus.iterdir()}


def texts_indexed(folder: Path) -> Texts:
    """Return the text of each article of the live generation."""
    return {str(article.path): article.text for article in open_index(folder).articles()}


def leftovers(folder: Path) -> int:
    return sum(1 for pattern in (".draft-*", ".trash-*", ".CURRENT") for _ in folder.glob(pattern))


def in_child(target: Callable[..., None], *arguments: Any) -> multiprocessing.process.BaseProcess:
    context = multiprocessing.get_context("forkserver")
    # Else kills fall into imports. A fork imports the program that asks for it too, as pytest.
    main = getattr(sys.modules["__main__"].__spec__, "parent", None)
    context.set_forkserver_preload(["benchmarks.faults.warm", *([main] if main else [])])
    process = context.Process(target=target, args=arguments)
    process.start()
    return process
