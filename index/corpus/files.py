"""The files of a corpus folder, in order, and which of them are not read.

Hidden files are passed over. Links that lead out of the folder, and links to folders, are not
followed. This module looks at names and places only: nothing is opened.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.corpus.loaders.registry import find_loader, unknown_suffix
from index.types import DatelineError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus, and why it is not read."""

    location: Path
    path: str  # within the corpus, "/" between its parts, in NFC
    problem: str | None = None  # None: it is to be read


def corpus_files(corpus: Path) -> Iterator[CorpusFile]:
    """Yield the files of a folder in the order of their paths, or the one file named.

    Raises DatelineError if there is nothing at `corpus`.
    """
    check_corpus(corpus)
    if corpus.is_file():
        yield CorpusFile(corpus, composed(corpus.name), _problem_of_name(corpus))
        return
    root = corpus.resolve()
    for location in sorted(corpus.rglob("*")):
        relative = location.relative_to(corpus)
        if any(part.startswith(".") for part in relative.parts):
            continue
        problem = _problem_of_place(location, root)
        if problem is None and location.is_dir():
            continue
        if problem is None:
            problem = _problem_of_name(location)
        yield CorpusFile(location, composed(relative.as_posix()), problem)


def composed(name: str) -> str:
    """Return a name in Unicode's form NFC, in which "é" is one character.

    Bytes that are not UTF-8, and signs that control a terminal, are written out ("\\xe9"): two
    names stay two.
    """
    readable = os.fsencode(name).decode("utf-8", "backslashreplace")
    shown = _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", readable)
    return unicodedata.normalize("NFC", shown)


def on_disk(corpus: Path, path: str) -> Path:
    """Return where a file of a corpus lies, whatever form its name has there."""
    place = corpus
    for part in PurePosixPath(path).parts:
        inner = place / part
        if not inner.exists() and place.is_dir():
            alike = (entry for entry in place.iterdir() if composed(entry.name) == part)
            inner = next(alike, inner)
        place = inner
    return place


def check_corpus(corpus: Path) -> None:
    """Raise DatelineError if there is nothing at `corpus`."""
    if not corpus.exists():
        raise DatelineError(
            f"expected a folder of articles at {corpus}, found nothing there; name one that exists"
        )


def _problem_of_place(location: Path, root: Path) -> str | None:
    """Return why a link or a folder is not followed; None for any other."""
    if location.is_symlink() and not _leads_into(root, location):
        return "a link that leads out of the folder is not followed"
    if not location.is_dir():
        return None
    if location.is_symlink():
        return "a link to a folder is not followed"
    if not os.access(location, os.R_OK | os.X_OK):
        return "expected a folder that can be read, found no permission"
    return None


def _leads_into(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself: `load_file` says that it is no file
        return True


def _problem_of_name(location: Path) -> str | None:
    """Return why a file of this name is not read; None if it is."""
    if _holds_questions(location):
        return (
            "questions of a BEIR folder are no articles; "
            "measure on them with: dateline evaluate FOLDER"
        )
    suffix, loader = find_loader(location.name)
    if loader is None:
        return unknown_suffix(suffix)
    return None


def _holds_questions(location: Path) -> bool:
    """Tell whether a file holds the questions or judgments of a BEIR folder."""
    folder = location.parent
    if folder.name == "qrels" and (folder.parent / "corpus.jsonl").is_file():
        return True
    return location.name.split(".")[0] == "queries" and (folder / "corpus.jsonl").is_file()
