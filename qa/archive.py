"""The ask path: understand, retrieve, read, agree, reply.

`Archive` is an open index.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.profiling import stage
from index.stores.places import current, default_folder, encoder_of, open_index, place_of
from index.text.dates import in_words
from index.types import Article, DatelineError, Embedder, Place, Store
from qa.answering.agreement import agree
from qa.answering.arguments import check_passages
from qa.answering.citing import cite
from qa.answering.dates import (
    mentions_date,
    merge_undated_reading,
    rerank_by_date,
    within_window,
)
from qa.answering.deadline import current_deadline
from qa.answering.kinds import nearest_sentences
from qa.answering.parsing import load_beside
from qa.answering.reader import OnnxReader
from qa.answering.retrieval import order_by_answers, retrieve, select_for_reading
from qa.answering.subjects import of_its_subject, unnamed
from qa.answering.understanding import Day, is_courtesy, understand
from qa.conversation import Conversation
from qa.types import Citation, Hit, Question, Reader, Reply

if TYPE_CHECKING:
    import pandas

PASSAGES_READ = 16
_READ_UNDATED = 6  # passages that are read without the question's time too
_NO_QUESTION = "no-question: that is no question; ask, for example: who won?"
_CLOSED = "expected an open archive, found it closed; open it again"
_LOG = logging.getLogger("dateline.archive")
_SAYS_NOTHING = frozenset(
    """and the for who why how was are did has had not can its his her what when where which whose
    whom many much does did have been will would could should with from that this they them there
    about were""".split()
)


class Archive:
    """An open index that can be asked.

    It is safe to ask from several threads. It stays on its generation until `refresh`.
    """

    def __init__(
        self, store: Store, embedder: Embedder, reader: Reader, place: Place | None = None
    ) -> None:
        """Make an archive of ready parts.

        `refresh` looks for newer generations in `place`.
        """
        # Replaced together: no question meets one of each. None once it is closed.
        self._parts: tuple[Store, Embedder] | None = (store, embedder)
        self._reader: Reader | None = reader
        self._place = place
        self._given_embedder: Embedder | None = None
        self._refreshing = threading.Lock()

    @classmethod
    def open(
        cls,
        place: str | Path | Place | Sequence[str | Path | Place] | None = None,
        *,
        reader: Reader | None = None,
        embedder: Embedder | None = None,
    ) -> Archive:
        """Open the live generation of a folder, or of Milvus ("milvus://HOST:PORT/NAME").

        Several in a list are asked as one: a year each, for example.
        Raises DatelineError if there is no index, another encoder or format, or damage.
        """
        found = place_of(default_folder() if place is None else place)
        with ThreadPoolExecutor(1) as pool:  # the two models load at the same time
            loading = pool.submit(_reader_or_default, reader)
            store = open_index(found)
            archive = cls(store, encoder_of(found, store, embedder), loading.result(), found)
        archive._given_embedder = embedder
        return archive

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._parts is None:
            return "<Archive, closed>"
        counts = self.store.manifest["counts"]
        return (
            f"<Archive of {counts['articles']:,} articles, {counts['passages']:,} passages: "
            f"generation {self.generation} of {self._place}>"
        )

    def close(self) -> None:
        """Close the index, free the models; questions under way are still answered."""
        self._parts = self._reader = self._given_embedder = None

    @property
    def _live(self) -> tuple[Store, Embedder]:
        if self._parts is None:
            raise DatelineError(_CLOSED)
        return self._parts

    @property
    def reader(self) -> Reader:
        """What reads the passages. Raises DatelineError once the archive is closed."""
        if self._reader is None:
            raise DatelineError(_CLOSED)
        return self._reader

    @reader.setter
    def reader(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def store(self) -> Store:
        return self._live[0]

    @property
    def generation(self) -> str:
        return self.store.generation

    def article(self, id: str) -> Article | None:
        """Return the article of an id, or None."""
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
        """Answer a question from the `k` nearest passages.

        Raises DatelineError for a bad question, `k` or day.
        """
        began = time.perf_counter()
        (store, embedder), reader = self._live, self.reader  # the same for the whole reply
        load_beside()
        with stage("understanding"):
            asked = understand(question, source, since, until, as_of, newest_day(store))
        if is_courtesy(asked.text):
            return Reply(asked.text, (), (), store.generation, 0.0, reason=_NO_QUESTION)
        with stage("retrieving"):
            hits = retrieve(store, embedder, asked, check_passages(k))
        found = time.perf_counter()
        reply = reply_from(asked, hits, reader, store)
        done = time.perf_counter()
        reply = replace(reply, took_ms=1000 * (done - began))
        _log(reply, retrieve_ms=1000 * (found - began), read_ms=1000 * (done - found))
        return reply

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
        """Return the `k` nearest passages, best first.

        Raises DatelineError for a bad question, `k` or day.
        """
        asked = understand(question, source, since, until, as_of, newest_day(self.store))
        return retrieve(*self._live, asked, check_passages(k))

    def conversation(self, **limits: Any) -> Conversation:
        """Begin a conversation: each question may lean on the ones before it.

        `limits` are those of `ask` and hold for each question.
        """
        return Conversation(self, **limits)

    def warm_up(self) -> None:
        """Run the models once, on nobody's question, without a line in the log."""
        store, embedder = self._live
        asked = understand("is the reader loaded?")
        reply_from(asked, retrieve(store, embedder, asked, PASSAGES_READ), self.reader, store)

    def to_frame(self) -> pandas.DataFrame:
        """Return the articles as rows. Raises ImportError without pandas."""
        from qa.rendering.notebook import articles_frame

        return articles_frame(self.store.articles())

    def refresh(self) -> bool:
        """Move to the live generation; return whether it is another.

        Replies under way go on.
        """
        with self._refreshing:
            store, embedder = self._live
            if self._place is None or current(self._place) == store.generation:
                return False
            store = open_index(self._place)
            same = store.manifest["encoder"]["fingerprint"] == embedder.fingerprint
            if self._given_embedder is not None or not same:
                embedder = encoder_of(self._place, store, self._given_embedder)
            self._parts = store, embedder
            return True


def reply_from(
    asked: Question, hits: Sequence[Hit], reader: Reader, store: Store | None = None
) -> Reply:
    """Read the hits, agree on the answers, and reply.

    This is the one path from passages to a reply. `store` is where the hits are from, None for
    passages of no index.
    """
    with stage("reading"):
        citations = read(asked, hits, reader)
    ordered = order_by_answers(hits, citations)
    with stage("agreeing"):
        of_its_time = within_window(citations, asked)
        pooling = getattr(reader, "pooling", None)
        agreed = agree(
            asked.text,
            of_its_time,
            ordered,
            reader.threshold,
            pooling,
            recent=asked.asks_for_recent,
            aside=_of_other_times(asked, citations, of_its_time, newest_day(store)),
        )
    reason: str | None = None
    nearest: tuple[Citation, ...] = ()
    if not agreed.answers:
        reason = _reason(
            hits,
            asked,
            newest_day(store),
            _of_other_time(asked.text, citations, of_its_time, reader),
        )
        if not reason.startswith("nothing-near"):
            nearest = nearest_sentences(citations)
    return Reply(
        asked.text,
        agreed.answers,
        tuple(ordered),
        "" if store is None else store.generation,
        took_ms=0.0,
        conflict=agreed.conflict,
        over_time=agreed.over_time,
        time=asked.time,
        reason=reason,
        candidates=tuple(citations),
        silent_outlets=agreed.silent_outlets,
        nearest=nearest,
    )


def read(asked: Question, hits: Sequence[Hit], reader: Reader) -> list[Citation]:
    """Return the citations that the reader finds in the hits, best first.

    They are ordered by score and by time.
    """
    selected = select_for_reading(hits)
    citations = [cite(span) for span in reader.read(asked.text, selected)]
    if asked.without_time and not asked.asks_for_news:
        dated = [hit for hit in selected if mentions_date(hit, asked.moments)][:_READ_UNDATED]
        if dated:
            undated = [cite(span) for span in reader.read(asked.without_time, dated)]
            citations = merge_undated_reading(citations, undated, asked)
    return rerank_by_date(citations, asked)


def _reader_or_default(reader: Reader | None) -> Reader:
    return OnnxReader() if reader is None else reader


def _log(reply: Reply, **milliseconds: float) -> None:
    """Write a record of the question; its words are kept apart from the facts."""
    facts: dict[str, Any] = {
        "outcome": "answered" if reply.answered else "silent",
        "generation": reply.index_generation,
        "took_ms": round(reply.took_ms, 1),
        **{name: round(taken, 1) for name, taken in milliseconds.items()},
        "passages": len(reply.passages),
        "answers": len(reply.answers),
    }
    _LOG.info("question", extra={"facts": facts, "words": {"question": reply.question}})


def newest_day(store: Store | None) -> dt.date | None:
    """Return the day of the newest article, or None if none is dated."""
    last = None
    if store is not None:
        last = store.manifest["counts"].get("last_day")
    return dt.date.fromordinal(last) if last else None


def _of_other_times(
    asked: Question,
    citations: Sequence[Citation],
    of_its_time: Sequence[Citation],
    newest: dt.date | None,
) -> list[Citation]:
    """Return the citations of another time than the question's.

    There are none if its time is yet to come for the archive. What is foretold is seldom told
    twice, so that what was before says little against it.
    """
    window = asked.time
    if newest is not None and window is not None and window.last and window.last > newest:
        return []
    return [one for one in citations if one not in of_its_time]


def _of_other_time(
    question: str,
    citations: Sequence[Citation],
    of_its_time: Sequence[Citation],
    reader: Reader,
) -> Citation | None:
    """Return the surest citation of the question's names, but not of its time."""
    others = [
        citation
        for citation in of_its_subject(question, citations)
        if citation not in of_its_time and citation.probability >= reader.threshold
    ]
    return others[0] if others else None


def _reason(
    hits: Sequence[Hit], asked: Question, newest: dt.date | None, other: Citation | None = None
) -> str:
    """Return why there is no answer: a stable code, a colon, and a sentence.

    The codes are filtered-out, too-new, other-time, out-of-time, nothing-near and not-said. `other`
    is what the articles say of another time.
    """
    if not hits and asked.filters:
        return f"filtered-out: no article passes the filters ({asked.filters.in_words()})"
    if newest is not None:
        later = [moment for moment in asked.moments if _is_after(moment, newest)]
        if later:
            end, asked_for = in_words(newest.isoformat()), in_words(later[0])
            known = "" if other is None else f"; {_dated(other)}: {other.text}"
            return f"too-new: the articles end on {end}, before {asked_for}{known}"
    if other is not None and asked.time is not None:
        return f"other-time: nothing {asked.time.text}; {_dated(other)}: {other.text}"
    if current_deadline().missed:
        return "out-of-time: the time for a question was over before all was read; ask again"
    if not hits or _is_far(hits[:5], asked.text):
        return "nothing-near: nothing in the articles is near this question"
    absent = unnamed(asked.text, hits)
    if absent:
        names = ", ".join(f"“{name}”" for name in absent)
        return f"not-said: no clear answer found; no article that was found names {names}"
    titles = [f"“{hit.article.title}”" for hit in hits[:3] if hit.article.title]
    nearest = "the passages are the nearest there are"
    if titles:
        nearest = f"the nearest are {', '.join(dict.fromkeys(titles))}"
    return f"not-said: no clear answer found; {nearest}"


def _dated(citation: Citation) -> str:
    """Return when a citation is from, in words: "from 4 May 2026"."""
    if citation.as_of is not None:
        return f"from {in_words(citation.as_of)}"
    if citation.article.published is not None:
        return f"from {in_words(citation.article.published.isoformat())}"
    return "from an article without a date"


def _is_after(moment: str, newest: dt.date) -> bool:
    if moment.startswith("-"):  # a month of any year
        return False
    return moment > newest.isoformat()[: len(moment)]


def _is_far(hits: Sequence[Hit], question: str) -> bool:
    """Whether no hit has more than a quarter of the question's words."""
    words = {word[:6] for word in re.findall(r"[^\W_]{3,}", question.casefold())} - _SAYS_NOTHING
    shared = [sum(word in hit.text.casefold() for word in words) for hit in hits]
    return bool(words) and max(shared, default=0) <= len(words) / 4
