"""Builds again whenever the files of a corpus change (watchfiles). Limits: one that sits on a network drive may send no events;
WATCHFILES_FORCE_POLLING=1 looks for changes instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from index.types import DatelineError, Summary

_QUIET_MS, _AGAIN_MS = (
    400,
    3_000,
)  # after the last change of a burst; before a build that failed is tried again


def rebuilds(
    corpora: Sequence[Path], folder: Path, build: Callable[[], Summary], stop: Event | None = None
) -> Iterator[Summary | DatelineError]:
    """The summary of a first build, then of each that a burst of changes brought to another outcome, until `stop`.

    What refuses a build is yielded, and the build tried again every few seconds.
    Hidden files, and the index `folder` where it stands inside a corpus, do not count. Raises DatelineError where a corpus is missing.
    """
    for corpus in corpora:
        if not corpus.exists():
            raise DatelineError(
                f"expected a folder of articles at {corpus}, found nothing there; name one that exists"
            )
    roots = {corpus.resolve() if corpus.is_dir() else corpus.resolve().parent for corpus in corpora}
    named = {corpus.resolve() for corpus in corpora}
    index = folder.resolve()

    def counts(_: Change, name: str) -> bool:
        path = Path(name)
        root = next((one for one in (path, *path.parents) if one in named), None)
        return (
            root is not None
            and index not in (path, *path.parents)
            and not any(part.startswith(".") for part in path.relative_to(root).parts)
        )

    last = _outcome(build)
    yield last
    again = True  # once the watcher listens: what changed since the first build looked
    for changed in watch(
        *roots,
        watch_filter=counts,
        debounce=1_600,
        step=_QUIET_MS,
        rust_timeout=_AGAIN_MS,
        yield_on_timeout=True,
        stop_event=stop,
    ):
        if changed or again or isinstance(last, DatelineError):
            done, again = _outcome(build), False
            if _told(done) != _told(last):
                yield done
            last = done


def _outcome(build: Callable[[], Summary]) -> Summary | DatelineError:
    try:
        return build()
    except DatelineError as error:
        return error
    except OSError as error:  # a folder that went while it was being read
        return DatelineError(f"expected to read the articles, found: {error}")


def _told(outcome: Summary | DatelineError) -> object:
    return (
        str(outcome)
        if isinstance(outcome, DatelineError)
        else (outcome.generation, outcome.skipped)
    )
