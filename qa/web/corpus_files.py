"""The files of a corpus that the page changes: taken in, set aside, and put back.

What is added lies in the folder `added` of a corpus, so that `dateline build` finds it there too.
What is removed is moved to `.removed` beside it, which no build reads: nothing is deleted.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.corpus.corrections import save_correction
from index.corpus.files import composed, on_disk
from index.corpus.loading import load_articles
from index.types import Article, DatelineError, Skipped, Store
from qa.web.article_files import free_path, is_renamed

ADDED, REMOVED = "added", ".removed"


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the files of a corpus: a note for each, and what takes it back."""

    notes: tuple[str, ...]
    undo: Callable[[], None]


def both(first: Change, second: Change) -> Change:
    """Return two changes as one."""

    def undo() -> None:
        second.undo()
        first.undo()

    return Change((*first.notes, *second.notes), undo)


def find_file(article: Article, corpora: Sequence[Path]) -> Path | None:
    """Return the file of an article within one of the corpora, or None.

    That of an article in a zip is the zip. If several corpora have such a file, the one that the
    article's id names is preferred.
    """
    found = None
    for corpus in corpora:
        single = corpus.is_file() and lies_in(article.path, composed(corpus.name))
        file = corpus if single else _outermost(on_disk(corpus, article.path))
        if not file.is_file() or not _is_within(file, corpus):
            continue
        if article.id == f"{corpus.name}/{article.path}":
            return file
        if found is None:
            found = file
    return found


def lies_in(path: str, file: str) -> bool:
    """Return whether a path is that of a file, or of something packed in it."""
    return path == file or path.startswith(f"{file}/")


def missing_paths(store: Store, corpora: Sequence[Path]) -> list[str]:
    """Return the paths of the articles of an index that have no file in the corpora."""
    return [article.path for article in store.articles() if find_file(article, corpora) is None]


def lost_paths(store: Store, corpora: Sequence[Path]) -> list[str]:
    """Return the missing paths of which no file was set aside.

    A rebuild would lose them.
    """
    folders = [corpus / REMOVED for corpus in corpora if corpus.is_dir()]
    removed = {path.name for folder in folders for path in folder.glob("*")}
    missing = missing_paths(store, corpora)
    return [path for path in missing if not _was_removed(path, removed)]


def take_in(
    staged: Path, corpus: Path, refused: Sequence[str] = (), replacing: bool = False
) -> Change:
    """Move what can be read of a staged folder into a corpus, to the same place in it.

    A file of that name that is there already is replaced if `replacing`; else the new one gets a
    name of its own. The staged folder is removed. Raises DatelineError if nothing can be read,
    with what is wrong with each file, after what was `refused` before.
    """
    try:
        return _move_readable(staged, corpus, list(refused), replacing)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def set_aside(file: Path, name: str, corpora: Sequence[Path]) -> Change:
    """Move a file to the `.removed` folder of its corpus.

    `name` is what the note calls it.
    """
    corpus = next(one for one in corpora if one.is_dir() and file.is_relative_to(one))
    place = free_path(corpus / REMOVED, file.name)
    file.rename(place)

    def put_back() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        place.rename(file)

    told = place.relative_to(corpus).as_posix()
    return Change((f"{name}: removed; it lies in {told} of the corpus folder",), put_back)


def purge_files(
    article: Article, shared: bool, corpora: Sequence[Path]
) -> tuple[list[str], str | None]:
    """Delete the files of an article that the page added or set aside.

    Returns what was deleted, and the file that is left because it is not the page's, or because it
    is `shared` with other articles.
    """
    deleted = []
    for corpus in corpora:
        save_correction(corpus, article.id, None)
        for file in (corpus / REMOVED).glob("*"):
            items = load_articles([file]) if file.is_file() else ()
            if any(isinstance(item, Article) and item.sha256 == article.sha256 for item in items):
                file.unlink()
                deleted.append(str(file))
    file_left = find_file(article, corpora)
    if file_left is None:
        return deleted, None
    if shared or not any(file_left.is_relative_to(corpus / ADDED) for corpus in corpora):
        return deleted, str(file_left)
    file_left.unlink()
    return [*deleted, str(file_left)], None


def restorer(place: Path) -> Callable[[], None]:
    """Return what makes a file what it is now."""
    if not place.is_file():
        return lambda: place.unlink(missing_ok=True)
    data = place.read_bytes()

    def restore() -> None:
        place.write_bytes(data)

    return restore


def _outermost(file: Path) -> Path:
    """Return the file, or the archive that something is packed in."""
    return next((folder for folder in file.parents if folder.is_file()), file)


def _is_within(file: Path, corpus: Path) -> bool:
    return file == corpus or file.resolve().is_relative_to(corpus.resolve())


def _was_removed(path: str, removed: set[str]) -> bool:
    """Return whether a file, or the archive it is packed in, was set aside."""
    return any(is_renamed(name, other) for name in Path(path).parts for other in removed)


def _move_readable(staged: Path, corpus: Path, notes: list[str], replacing: bool) -> Change:
    items = list(load_articles([staged]))
    readable = {item.path for item in items if isinstance(item, Article)}
    notes += [
        f"{item.path.removeprefix(f'{ADDED}/')}: {item.reason}"
        for item in items
        if isinstance(item, Skipped)
    ]
    there = _by_size(corpus / ADDED)
    undos: list[Callable[[], None]] = []
    for file in sorted(staged.rglob("*")):
        path = file.relative_to(staged)
        if not file.is_file() or not any(
            lies_in(one, composed(path.as_posix())) for one in readable
        ):
            continue
        alike = there.get(file.stat().st_size, ())
        if any(filecmp.cmp(file, other, shallow=False) for other in alike):
            notes.append(f"{file.name}: it is in the archive already")
            continue
        place = corpus / path
        if not (replacing and place.is_file()):
            place = free_path(place.parent, place.name)
        undos.append(restorer(place))
        shutil.move(file, place)
        notes.append(f"{place.name}: added")
    if not undos:
        raise DatelineError("; ".join(notes) or "expected a file, found none")

    def undo() -> None:
        for restore in undos:
            restore()

    return Change(tuple(notes), undo)


def _by_size(folder: Path) -> dict[int, list[Path]]:
    """Return the files of a folder by their sizes."""
    found: dict[int, list[Path]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            found.setdefault(file.stat().st_size, []).append(file)
    return found
