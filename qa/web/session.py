"""The archive as the page uses it: seen at once, its models loading beside, followed as it is rebuilt."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from index.stores.places import open_index
from index.types import DatelineError, Filters, Place, Store
from qa.answering.follow_ups import Turn, Understood, nearest, resolve
from qa.archive import Archive, Day, day, understand
from qa.types import Hit, Reader, Reply
from qa.web.examples import examples_of


@dataclass(frozen=True, slots=True)
class Limits:
    """Which articles questions may be answered from, and the day they are asked as of."""

    filters: Filters = Filters()
    as_of: str | None = None

    @classmethod
    def of(
        cls,
        sources: Sequence[str] | None = None,
        since: Day = None,
        until: Day = None,
        as_of: Day = None,
    ) -> Limits:
        """Raises DatelineError for a day that is none."""
        asked = day(as_of or None, "--as-of")
        days = day(since or None, "--from"), day(until or None, "--to")
        return cls(
            Filters(tuple(sources or ()), *days), asked.isoformat() if asked is not None else None
        )

    @classmethod
    def of_address(cls, query: str) -> tuple[str, Limits]:
        """(question, limits) of the query of an address; see qa.web.cards.address_of. Raises DatelineError for a day that is none."""
        try:
            values = parse_qs(query.removeprefix("?"), max_num_fields=100)
        except ValueError:
            raise DatelineError(
                "expected an address with a question and its limits, found one with more than a hundred"
            ) from None
        last = {name: found[-1] for name, found in values.items()}
        return last.get("q", ""), cls.of(
            values.get("source"), last.get("from"), last.get("to"), last.get("as_of")
        )

    def within(self, wider: Limits) -> Limits:
        """These limits inside others. Raises DatelineError for outlets outside of theirs."""
        mine, theirs = self.filters, wider.filters
        sources = mine.sources or theirs.sources
        outside = [
            name
            for name in sources
            if theirs.sources
            and name.casefold() not in {other.casefold() for other in theirs.sources}
        ]
        if outside:
            raise DatelineError(
                f"expected an outlet among {', '.join(theirs.sources)}, found {', '.join(outside)[:80]}"
            )
        since = max(filter(None, (mine.since, theirs.since)), default=None)
        until = min(filter(None, (mine.until, theirs.until)), default=None)
        return Limits(
            Filters(sources, since, until),
            min(filter(None, (self.as_of, wider.as_of)), default=None),
        )


def article_of_address(query: str) -> str | None:
    """The article that the query of an address names, if it does; see qa.web.evidence.place_of_article."""
    return parse_qs(query.removeprefix("?")[:10_000], max_num_fields=100).get("article", [None])[-1]


class Session:
    """An archive, open for the page. Its articles are there at once; `archive` waits for the models."""

    def __init__(
        self, folder: Path | Place, *, reader: Reader | None = None, limits: Limits = Limits()
    ) -> None:
        """Raises DatelineError where there is no index that opens."""
        self.limits = limits
        self._store: Store | None = open_index(folder)
        self._opened: Future[Archive] = Future()
        self._examples: dict[str, list[str]] = {}
        self._asking_examples = threading.Lock()
        # no daemon: the process must not end while native code loads, which would abort it
        threading.Thread(target=self._open, args=(folder, reader), name="models").start()

    @classmethod
    def over(cls, archive: Archive, limits: Limits = Limits()) -> Session:
        """A session over an archive that is open already."""
        session = cls.__new__(cls)
        session.limits, session._store, session._opened = limits, None, Future()
        session._examples, session._asking_examples = {}, threading.Lock()
        session._opened.set_result(archive)
        return session

    def _open(self, folder: Path | Place, reader: Reader | None) -> None:
        try:
            archive = Archive.open(folder, reader=reader)
            archive.read(
                understand("is the reader loaded?"), archive.retrieve("is the reader loaded?")
            )  # nobody's question: not logged
            self._opened.set_result(archive)
            self._store = None  # its generation may go when the archive has moved on
        except BaseException as error:
            if (
                "shutdown" not in str(error)
            ):  # what pools say where the process is ending, its port taken: nobody needs to hear it
                print(f"dateline: {error}", file=sys.stderr)
            self._opened.set_exception(
                error
                if isinstance(error, DatelineError)
                else DatelineError(f"expected the models to load, found: {error}")
            )

    @property
    def ready(self) -> bool:
        return self._opened.done()

    def status(self) -> str:
        """ "loading", "ok", or "failed" where the models did not load."""
        if not self._opened.done():
            return "loading"
        return "ok" if self._opened.exception() is None else "failed"

    def store(self) -> Store:
        """The live generation; never waits for the models."""
        first = self._store
        return first if first is not None else self.archive().store

    def archive(self) -> Archive:
        """The archive, on its live generation. Waits for the models; raises DatelineError where they did not load."""
        try:
            archive = self._opened.result(timeout=300)
        except TimeoutError:
            raise DatelineError(
                "expected the models to be loaded by now, found them loading still; ask again later"
            ) from None
        try:
            archive.refresh()
        except DatelineError as error:  # a damaged new generation: go on with the one that is open
            print(f"dateline: {error}", file=sys.stderr)
        return archive

    def understood(self, question: str, turns: Sequence[Turn], limits: Limits) -> Understood:
        """A question after the turns before it; where it may lean on several things, retrieval says which. Raises DatelineError."""
        ways = resolve(question, turns)
        if len(ways) < 2:
            return ways[0]
        return nearest(ways, self.retrieve(f"{question} {turns[-1].understood}"[:900], 10, limits))

    def ask(self, question: str, limits: Limits, k: int = 16) -> Reply:
        """Raises DatelineError for a question, a day or an outlet that cannot be."""
        held = limits.within(self.limits)
        filters = held.filters
        return self.archive().ask(
            question,
            k=k,
            source=filters.sources,
            since=filters.since,
            until=filters.until,
            as_of=held.as_of,
        )

    def retrieve(self, question: str, k: int, limits: Limits) -> list[Hit]:
        """The passages nearest to a question. Raises as `ask`."""
        held = limits.within(self.limits)
        filters = held.filters
        return self.archive().retrieve(
            question,
            k,
            source=filters.sources,
            since=filters.since,
            until=filters.until,
            as_of=held.as_of,
        )

    def examples(self) -> list[str]:
        """Questions that the archive answers, made from its articles; waits for the models."""
        archive = self.archive()
        with self._asking_examples:
            if archive.generation not in self._examples:
                self._examples = {
                    archive.generation: examples_of(
                        archive.store, lambda question: self.ask(question, Limits())
                    )
                }
        return self._examples[archive.generation]
