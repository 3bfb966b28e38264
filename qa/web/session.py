"""The archive as the page uses it.

It is seen before its models are loaded, and followed when it is rebuilt.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from index.stores.places import open_index
from index.types import DatelineError, Place, Store
from qa.answering.deadline import within
from qa.answering.follow_ups import completed
from qa.answering.turns import Turn, Understood
from qa.answering.understanding import understand
from qa.archive import PASSAGES_READ, Archive, newest_day, reply_from
from qa.types import Hit, Reader, Reply
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.empty import EmptyStore

_LOADING_TAKES = 300  # seconds at most, until a question is refused
_SECONDS = 10.0  # for a question; then it is answered from the passages read until then


class Session:
    """An archive, open for the page.

    Its articles are there before its models are loaded. `limits` hold for every question. `opened`
    gives the archive when its models are loaded; until then articles are those of `store`.
    """

    def __init__(
        self, opened: Future[Archive], limits: Limits = NO_LIMITS, store: Store | None = None
    ) -> None:
        self.limits = limits
        self._opened = opened
        self._first_store = store
        self._awaited: tuple[Path | Place, Reader | None] | None = None
        self._beginning = threading.Lock()
        self._published: Callable[[], object] | None = None
        self.ending = threading.Event()  # the server ends: what nobody asked for is given up

    @classmethod
    def open(
        cls,
        place: Path | Place,
        *,
        reader: Reader | None = None,
        limits: Limits = NO_LIMITS,
        empty: bool = False,
    ) -> Session:
        """Open an index, and load its models in a thread.

        If `empty`, an index that is not there yet is opened once it is. Raises DatelineError if
        there is no index otherwise.
        """
        session = cls(Future(), limits, EmptyStore())
        session._awaited = place, reader
        if not session._begun() and not empty:
            open_index(place)  # says what is wrong
        return session

    @classmethod
    def over(cls, archive: Archive, limits: Limits = NO_LIMITS) -> Session:
        """Return a session over an archive that is open already."""
        opened: Future[Archive] = Future()
        opened.set_result(archive)
        return cls(opened, limits)

    def when_published(self, call: Callable[[], object]) -> None:
        """Call something beside the requests for each generation that is published.

        The first time is when the models are loaded.
        """
        self._published = call

    def status(self) -> str:
        """Return "loading", "ok", or "failed" if the models did not load."""
        if not self._begun():
            return "ok"  # it waits for articles
        if not self._opened.done():
            return "loading"
        return "ok" if self._opened.exception() is None else "failed"

    def is_empty(self) -> bool:
        """Return whether there is no index yet."""
        return not self._begun()

    def store(self) -> Store:
        """Return the live generation, without waiting for the models."""
        self._begun()
        first = self._first_store
        return first if first is not None else self.archive().store

    def archive(self) -> Archive:
        """Return the archive on its live generation; wait for the models.

        Raises DatelineError if they did not load, or if there is no article yet.
        """
        if not self._begun():
            raise DatelineError("expected articles to answer from, found none yet; add some first")
        try:
            archive = self._opened.result(timeout=_LOADING_TAKES)
        except TimeoutError:
            raise DatelineError(
                "expected the models to be loaded by now, found them loading still; ask again later"
            ) from None
        generation = archive.generation
        try:
            archive.refresh()
        except DatelineError as error:  # a damaged new generation: go on with the open one
            print(f"dateline: {error}", file=sys.stderr)
        if archive.generation != generation and self._published is not None:
            threading.Thread(target=self._published, name="published").start()
        return archive

    def understood(self, question: str, turns: Sequence[Turn], limits: Limits) -> Understood:
        """Return a question completed from the turns before it.

        If it may lean on several things, retrieval decides. Raises DatelineError as `ask` does.
        """
        return completed(question, turns, lambda text, k: self.retrieve(text, k, limits))

    def ask(self, question: str, limits: Limits, k: int = PASSAGES_READ) -> Reply:
        """Return the reply to a question, within the session's own limits too.

        After some seconds it is what was found until then. Raises DatelineError for a bad question,
        k or day, and for an outlet outside the limits.
        """
        held = limits.within(self.limits)
        archive = self.archive()
        with within(_SECONDS):
            return archive.ask(
                question,
                k=k,
                source=held.filters.sources,
                since=held.filters.since,
                until=held.filters.until,
                as_of=held.as_of,
            )

    def try_out(self, question: str, limits: Limits) -> Reply:
        """Return the reply to a question that nobody asked, without a record.

        Raises as `ask` does.
        """
        held = limits.within(self.limits)
        archive = self.archive()
        filters, newest = held.filters, newest_day(archive.store)
        asked = understand(
            question, filters.sources, filters.since, filters.until, held.as_of, newest
        )
        hits = self.retrieve(question, PASSAGES_READ, limits)
        return reply_from(asked, hits, archive.reader, archive.store)

    def retrieve(self, question: str, k: int, limits: Limits) -> list[Hit]:
        """Return the passages nearest to a question, best first. Raises as `ask` does."""
        held = limits.within(self.limits)
        return self.archive().retrieve(
            question,
            k,
            source=held.filters.sources,
            since=held.filters.since,
            until=held.filters.until,
            as_of=held.as_of,
        )

    def _begun(self) -> bool:
        """Return whether there is an index; load its models when it is first seen."""
        with self._beginning:
            if self._awaited is None:
                return True
            place, reader = self._awaited
            try:
                self._first_store = open_index(place)
            except DatelineError:
                return False
            self._awaited = None
            # Not a daemon: a process that ends while native code loads is aborted.
            threading.Thread(target=self._load, args=(place, reader), name="models").start()
            return True

    def _load(self, place: Path | Place, reader: Reader | None) -> None:
        try:
            archive = Archive.open(place, reader=reader)
            archive.warm_up()
        except BaseException as error:
            self._opened.set_exception(_loading_error(error))
            return
        self._opened.set_result(archive)
        self._first_store = None  # its generation may be removed once the archive has moved on
        if self._published is not None:
            self._published()


def _loading_error(error: BaseException) -> DatelineError:
    """Return what questions are refused with; print it, unless the process is ending."""
    if "shutdown" not in str(error):  # what thread pools raise while the interpreter ends
        print(f"dateline: {error}", file=sys.stderr)
    if isinstance(error, DatelineError):
        return error
    return DatelineError(f"expected the models to load, found: {error}")
