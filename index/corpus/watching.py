"""Build again whenever the files of a corpus change (watchfiles).

Limits: a network drive may send no events. WATCHFILES_FORCE_POLLING=1 looks for changes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from index.corpus.files import check_corpus
from index.types import DatelineError, Summary

_QUIET_MS = 400  # after the last change of a burst
_LONGEST_BURST_MS = 1_600
_AGAIN_MS = 3_000  # before a build that failed is tried again


def rebuilds(
    corpora: Sequence[Path], folder: Path, build: Callable[[], Summary], stop: Event | None = None
) -> Iterator[Summary | DatelineError]:
    """Build, then build again after each burst of changes, and yield each new outcome.

    It goes on until `stop`. What refuses a build is yielded, and the build tried again every few
    seconds. Hidden files do not count, nor does the index `folder` if it is inside a corpus.
    Raises DatelineError if a corpus is missing.
    """
    for corpus in corpora:
        check_corpus(corpus)
    last = _outcome(build)
    yield last
    again = True  # once the watcher listens: what changed since the first build looked
    for changed in watch(
        *_roots(corpora),
        watch_filter=_filter(corpora, folder),
        debounce=_LONGEST_BURST_MS,
        step=_QUIET_MS,
        rust_timeout=_AGAIN_MS,
        yield_on_timeout=True,
        stop_event=stop,
    ):
        if not changed and not again and not isinstance(last, DatelineError):
            continue
        again = False
        outcome = _outcome(build)
        if _told(outcome) != _told(last):
            yield outcome
        last = outcome


def _roots(corpora: Sequence[Path]) -> set[Path]:
    """Return the folders to watch: for a single file, the one it is in."""
    roots = set()
    for corpus in corpora:
        root = corpus.resolve()
        if not corpus.is_dir():
            root = root.parent
        roots.add(root)
    return roots


def _filter(corpora: Sequence[Path], folder: Path) -> Callable[[Change, str], bool]:
    """Return the test of whether a changed file counts."""
    named = {corpus.resolve() for corpus in corpora}
    index = folder.resolve()

    def counts(_: Change, name: str) -> bool:
        path = Path(name)
        places = (path, *path.parents)
        root = next((place for place in places if place in named), None)
        if root is None or index in places:
            return False
        return not any(part.startswith(".") for part in path.relative_to(root).parts)

    return counts


def _outcome(build: Callable[[], Summary]) -> Summary | DatelineError:
    try:
        return build()
    except DatelineError as error:
        return error
    except OSError as error:  # a folder that went while it was being read
        return DatelineError(f"expected to read the articles, found: {error}")


def _told(outcome: Summary | DatelineError) -> object:
    """Return what makes one outcome news after another."""
    if isinstance(outcome, DatelineError):
        return str(outcome)
    return outcome.generation, outcome.skipped
