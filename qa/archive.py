"""The ask path: understand -> retrieve -> read -> agree -> reply. `Archive` is an index, open."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from index.profiling import stage
from index.stores.places import current, default_folder, encoder_of, open_index, place_of
from index.text.dates import (
    capitalise_dates,
    description_mentions,
    in_words,
    moments_in,
    remove_time,
    yearless_months,
)
from index.types import Article, DatelineError, Embedder, Filters, Place, Store
from qa.answering.agreement import agree, of_time_first, of_time_too
from qa.answering.reader import OnnxReader
from qa.answering.retrieval import answering_first, retrieve
from qa.types import Answer, Hit, Question, Reader, Reply, Span

if TYPE_CHECKING:
    import pandas

PASSAGES_READ = 16
_PROMISING, _ALWAYS_READ = 0.55, 6  # of the best passage's score; passages
LONGEST_QUESTION = 1_000  # characters
_MOST_PASSAGES = 1_000

Day = dt.date | str | None
_LOG = logging.getLogger("dateline.archive")


def understand(
    question: str,
    source: str | Sequence[str] | None = None,
    since: Day = None,
    until: Day = None,
    as_of: Day = None,
) -> Question:
    """Check and normalise a question. `as_of` asks as if on that day: nothing later is used, "last month" is the month before it.

    Without it "last month" is the one before today, and "September" that of any year.

    Raises DatelineError for an empty or over-long question, and for a day that is none.
    """
    text = " ".join(
        "".join(character if character.isprintable() else " " for character in question).split()
    )
    if not any(character.isalnum() for character in text):
        raise DatelineError(
            'expected a question, found none; ask, for example: dateline ask "who brokered the truce?"'
        )
    if len(text) > LONGEST_QUESTION:
        raise DatelineError(
            f"expected a question of at most {LONGEST_QUESTION} characters, found {len(text)}; shorten it"
        )
    asked_on, last = day(as_of, "--as-of"), day(until, "--to")
    if asked_on is not None:
        last = min(asked_on, last) if last is not None else asked_on
    sources = (source,) if isinstance(source, str) else tuple(source or ())
    today = dt.date.today()
    timed = capitalise_dates(text)
    moments = [
        moment for _, moment in moments_in(timed, asked_on or today, named=asked_on is not None)
    ]
    also = " ".join(map(in_words, moments))
    if asked_on is None:
        moments += yearless_months(timed)
    filters, timeless = Filters(sources, day(since, "--from"), last), remove_time(timed)
    timeless = timeless if moments and timeless != timed else ""
    return Question(
        text, filters, asked_on or today, also, tuple(moments), bool(_LATEST.search(text)), timeless
    )


def day(value: Day, name: str = "date") -> dt.date | None:
    """A date from "2022-10-14" (or a date, or None). Raises DatelineError for anything else."""
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        if not re.fullmatch(
            r"\d{4}-\d\d-\d\d", value, re.ASCII
        ):  # fromisoformat takes 20221014 too, and weeks
            raise ValueError
        return dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise DatelineError(f"expected a day as YYYY-MM-DD for {name}, found {value!r}") from None


_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|currently|right now|at present|at the moment)\b",
    re.IGNORECASE,
)


class Archive:
    """An open index. Safe to ask from several threads; stays on its generation until `refresh`."""

    def __init__(
        self, store: Store, embedder: Embedder, reader: Reader, folder: Place | None = None
    ) -> None:
        """An archive of ready parts; `folder`, where it has one, is where `refresh` looks for a newer generation."""
        self._live = store, embedder  # replaced together, so that no question meets one of each
        self.reader, self._folder = reader, folder
        self._given_embedder: Embedder | None = None
        self._refreshing = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: str | Path | Place | None = None,
        *,
        reader: Reader | None = None,
        embedder: Embedder | None = None,
    ) -> Archive:
        """Open the live generation of an index folder, or of a place in Milvus ("milvus://HOST:PORT/COLLECTION"). Raises DatelineError: no index, another encoder or format, damage."""
        place = place_of(folder if folder is not None else default_folder())
        with ThreadPoolExecutor(1) as beside:  # the two models load at the same time
            loading = beside.submit(lambda: reader if reader is not None else OnnxReader())
            store = open_index(place)
            archive = cls(store, encoder_of(place, store, embedder), loading.result(), place)
        archive._given_embedder = embedder
        return archive

    @property
    def store(self) -> Store:
        return self._live[0]

    @property
    def generation(self) -> str:
        return self.store.generation

    def article(self, id: str) -> Article | None:
        return self.store.article(id)

    def ask(
        self,
        question: str,
        *,
        k: int = PASSAGES_READ,
        source: str | Sequence[str] | None = None,
        since: Day = None,
        until: Day = None,
        as_of: Day = None,
    ) -> Reply:
        """Answer from the `k` nearest passages; the reply's are in the order of what the reader found in them. Raises DatelineError for a bad question, k or day."""
        began = time.perf_counter()
        store, embedder = self._live  # one generation for the whole reply
        with stage("understanding"):
            asked = understand(question, source, since, until, as_of)
        with stage("retrieving"):
            hits = retrieve(store, embedder, asked, _checked(k))
        found = time.perf_counter()
        spans, answers, disagreement = self.read(asked, hits)
        took_ms = 1000 * (time.perf_counter() - began)
        facts = {
            "outcome": "answered" if answers else "silent",
            "generation": store.generation,
            "took_ms": round(took_ms, 1),
            "retrieve_ms": round(1000 * (found - began), 1),
            "read_ms": round(took_ms - 1000 * (found - began), 1),
            "passages": len(hits),
            "answers": len(answers),
        }
        _LOG.info("question", extra={"facts": facts, "words": {"question": asked.text}})
        return Reply(
            asked.text,
            answers,
            tuple(answering_first(hits, spans)),
            store.generation,
            took_ms,
            disagreement,
            None if answers else _reason(hits, asked, _newest(store)),
        )

    def read(
        self, asked: Question, hits: Sequence[Hit]
    ) -> tuple[list[Span], tuple[Answer, ...], bool]:
        """(spans, best first; answers; whether these contradict each other) of the hits."""
        with stage("reading"):
            spans = self.reader.read(asked.text, promising(hits))
            if asked.timeless and not asked.asks_for_news:
                then = [hit for hit in promising(hits) if names(hit, asked.moments)][:_ALWAYS_READ]
                spans = of_time_too(
                    spans, self.reader.read(asked.timeless, then) if then else [], asked
                )
            spans = of_time_first(spans, asked)
        with stage("agreeing"):
            return spans, *agree(asked.text, spans, hits, self.reader.threshold)

    def retrieve(
        self,
        question: str,
        k: int = 5,
        *,
        source: str | Sequence[str] | None = None,
        since: Day = None,
        until: Day = None,
        as_of: Day = None,
    ) -> list[Hit]:
        """The `k` nearest passages, best first. Raises DatelineError for a bad question, k or day."""
        asked = understand(question, source, since, until, as_of)
        return retrieve(*self._live, asked, _checked(k))

    def to_frame(self) -> pandas.DataFrame:
        """The articles as rows. Raises ImportError without pandas."""
        from qa.rendering.notebook import articles_frame

        return articles_frame(self.store.articles())

    def refresh(self) -> bool:
        """Move to the live generation where it is a newer one; says whether it did. Replies under way end on the old one."""
        with self._refreshing:
            store, embedder = self._live
            if self._folder is None or current(self._folder) == store.generation:
                return False
            store = open_index(self._folder)
            if (
                self._given_embedder is not None
                or store.manifest["encoder"]["fingerprint"] != embedder.fingerprint
            ):
                embedder = encoder_of(self._folder, store, self._given_embedder)
            self._live = store, embedder
            return True


def promising(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits worth reading: the first six, and those that score at least 0.55 of the best.

    That is 12 of 16 on average for RealTime QA 2022, at the same exact match, F1 and number of disagreements (300 questions: 36.0, 43.6 and 36; of all 16
    36.0, 44.0 and 37). From 0.65 on it would be 9, at 36.0 and 43.5; but only 33 disagreements, so they are read.
    """
    return [
        hit
        for place, hit in enumerate(hits)
        if place < _ALWAYS_READ or hit.score >= _PROMISING * hits[0].score
    ]


def names(hit: Hit, moments: Sequence[str]) -> bool:
    """Whether a passage speaks of one of the moments; of an article without a date, whether it names that month of whatever year."""
    undated = yearless_months(hit.text) if hit.article.published is None else ()
    return any(
        description_mentions(hit.passage.description, moment)
        or (moment if moment.startswith("-") else moment[4:7]) in undated
        for moment in moments
    )


def _newest(store: Store) -> dt.date | None:
    """The day of the newest article, where one is dated."""
    last = store.manifest["counts"].get("last_day")
    return dt.date.fromordinal(last) if last else None


def _checked(k: int) -> int:
    if not 1 <= k <= _MOST_PASSAGES:
        raise DatelineError(f"expected k from 1 to {_MOST_PASSAGES} passages, found {k}")
    return k


def _reason(hits: Sequence[Hit], asked: Question, newest: dt.date | None) -> str:
    """Why there is no answer: a stable code, a colon, and a sentence. The codes: filtered-out, too-new, nothing-near, not-said."""
    if not hits and asked.filters:
        return f"filtered-out: no article passes the filters ({asked.filters.in_words()})"
    later = [
        moment
        for moment in asked.moments
        if moment[0] != "-" and newest is not None and moment > newest.isoformat()[: len(moment)]
    ]
    if later and newest is not None:
        return f"too-new: the articles end on {in_words(newest.isoformat())}, before {in_words(later[0])}"
    asked_for = {
        word[:6] for word in re.findall(r"[^\W_]{3,}", asked.text.casefold())
    } - _SAYS_NOTHING
    near = max(
        (sum(word in hit.text.casefold() for word in asked_for) for hit in hits[:5]), default=0
    )
    if not hits or (asked_for and near <= len(asked_for) / 4):
        return "nothing-near: nothing in the articles is near this question"
    titles = ", ".join(
        dict.fromkeys(f"“{hit.article.title}”" for hit in hits[:3] if hit.article.title)
    )
    return "not-said: the articles do not say" + (
        f"; the nearest are {titles}" if titles else "; the passages are the nearest they have"
    )


_SAYS_NOTHING = frozenset(
    "and the for who why how was are did has had not can its his her what when where which whose whom many much does were have been will would could should with from that this they them there about".split()
)
