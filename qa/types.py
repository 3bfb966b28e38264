"""The data of answering, from questions to replies, and what a reader is.

Between them are hits, spans, citations and answers. Everything here is frozen data or a protocol. A
span is a place in an article. Its text is always the slice of the article, never a stored copy, so
a quotation cannot drift from its source. What is said of a reply is computed once, when the answers
are agreed on, and stands in these fields.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from index.types import Article, Filters, Passage
from qa.links import is_web_address, link_to_page, link_to_sentence

if TYPE_CHECKING:
    import pandas

ValueKind = Literal["number", "date", "name", "words"]
AnswerKind = Literal["value", "sentence"]
Stance = Literal["said", "denied", "withdrawn"]


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The time that a question names.

    It has its words, and the first and last day if they are known.
    """

    text: str
    first: dt.date | None = None
    last: dt.date | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the window as JSON has it."""
        return {"text": self.text, "from": _iso(self.first), "to": _iso(self.last)}


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `moments` are the times it names: "2022", "2022-09", "2022-09-14", or "-09" for September of
    any year. `without_time` is the question without them, "" if it names none. `extra_terms` are
    searched for beside its own words. `asks_for_recent`: it asks for what is so now.
    `looks_in` are the first and last day of the articles that are searched first.
    """

    text: str
    filters: Filters = Filters()
    asked_on: dt.date | None = None
    extra_terms: str = ""
    moments: tuple[str, ...] = ()
    asks_for_latest: bool = False
    without_time: str = ""
    time: TimeWindow | None = None
    asks_for_recent: bool = False
    looks_in: tuple[dt.date, dt.date] | None = None

    @property
    def asks_for_news(self) -> bool:
        """Whether every moment it names includes the day it is asked on.

        "This week" does.
        """
        if self.asked_on is None:
            return False
        day = self.asked_on.isoformat()
        return all(day.startswith(moment) for moment in self.moments)


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage.

    `score` is in (0, 1], higher is better. `copies` are passages that say the same.
    """

    passage: Passage
    score: float
    copies: tuple[Passage, ...] = ()

    @property
    def text(self) -> str:
        return self.passage.text

    @property
    def start(self) -> int:
        return self.passage.start

    @property
    def end(self) -> int:
        return self.passage.end

    @property
    def article(self) -> Article:
        return self.passage.article

    def to_dict(self) -> dict[str, Any]:
        """Return the hit as JSON has it."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 4),
            "article": article_to_dict(self.article),
        }


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article: characters `start` to `end` of its text.

    `score` orders spans, higher is better; `probability` is calibrated, from 0 to 1.
    """

    article: Article
    start: int
    end: int
    score: float = 0.0
    probability: float = 0.0

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page on which the span begins, from 1; None for an article without pages."""
        return bisect_right(self.article.pages, self.start) or None

    @property
    def file(self) -> str:
        """The article's file in its corpus folder, opened at the page or the row.

        Examples are "reports/a.pdf#page=3", "news.csv:7" and "news.csv:x7" for a row that gives
        its own id. So are mails, chapters and other parts of a file named.
        """
        id, path = self.article.id, self.article.path
        if self.page is not None:
            return f"{path}#page={self.page}"
        at = id.find(f"{path}:")  # behind the name of its folder, if two have such a file
        if at >= 0:
            return id[at:]
        return path


@dataclass(frozen=True, slots=True)
class Claim:
    """What the grammar of a sentence says of a span in it.

    Made by `qa.answering.claims`.

    Places are characters of the sentence. `phrase` is the name, noun phrase, number or date that
    the span is; None if it is none of these. `noun` is what a number counts, or the span's own
    noun; `limits` are the names that limit it, as in "Armenian soldiers". `predicate` are the
    words that say what happens to it, `verb` among them, `role` whether it is subject or object.
    `denied`: the sentence denies it. `unreal`: it says what would, might or should be.
    """

    phrase: tuple[int, int] | None = None
    noun: str = ""
    limits: frozenset[str] = frozenset()
    predicate: frozenset[str] = frozenset()
    verb: str = ""
    role: str = "other"
    denied: bool = False
    unreal: bool = False
    speaker: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Citation(Span):
    """A span with what its article says of it. Made by `qa.answering.citing.cite`.

    `sentence_span` is the sentence around the span, `speaker_span` the words that name who says
    so (None if the outlet itself does). `qualified_start` is where the qualifier of a number
    begins, as in "at least 286"; it equals `start` if there is none. `moment` is the time that
    the sentence speaks of: "2022", "2022-09", "2022-09-14", or "-09" if nothing tells the year.
    `claim` is what the sentence's grammar says, of the citations that were weighed. `mark` is the
    place of the best words inside a span that is a whole sentence.
    """

    sentence_span: tuple[int, int] = (0, 0)
    speaker_span: tuple[int, int] | None = None
    qualified_start: int = 0
    moment: str | None = None
    stance: Stance = "said"
    claim: Claim | None = None
    mark: tuple[int, int] | None = None

    @property
    def marked(self) -> tuple[int, int]:
        """The place of the words that answer best: the span itself, or a part of it."""
        return (self.start, self.end) if self.mark is None else self.mark

    @property
    def best_words(self) -> str:
        """The words that answer best."""
        return self._slice(self.marked)

    @property
    def sentence(self) -> str:
        return self._slice(self.sentence_span)

    @property
    def attribution(self) -> str | None:
        """The speaker in the article's words, or None."""
        return None if self.speaker_span is None else self._slice(self.speaker_span)

    @property
    def qualified(self) -> str:
        """The span with its qualifier: "nearly 100 soldiers"."""
        return self._slice((self.qualified_start, self.end))

    @property
    def as_of(self) -> str | None:
        """The moment the sentence speaks of, or None if it names none with a known year."""
        return None if self.moment is None or self.moment.startswith("-") else self.moment

    @property
    def link(self) -> str | None:
        """The article's web address, opened at the page or the sentence; None without one."""
        url = self.article.url
        if url is None or not is_web_address(url):
            return None
        if self.page is not None:
            return link_to_page(url, self.page)
        return link_to_sentence(url, self.sentence)

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as JSON has it."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "sentence": self.sentence,
            "attribution": self.attribution,
            "stance": self.stance,
            "score": round(self.score, 3),
            "probability": round(self.probability, 4),
            "as_of": self.as_of,
            "link": self.link,
            "page": self.page,
            "article": article_to_dict(self.article),
        }

    def _slice(self, place: tuple[int, int]) -> str:
        return self.article.text[place[0] : place[1]]


@dataclass(frozen=True, slots=True)
class Value:
    """What a span states, normalised: equal values have equal fields.

    `numbers` are those of a number; `words` are its unit, the words of a name, or all words;
    `moment` is that of a date. `listed`: several things, so no single name is a part of it.
    `bounds` are the least and the greatest that a number may be, as in "at least 40" or "8 to 10".
    None means that it is exact.
    """

    kind: ValueKind
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    moment: str = ""
    listed: bool = False
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One value, with every citation that gives it, best first.

    `origins` counts a story and its copies once; `outlets` counts outlets. `probability` is that
    of the best citation, raised by further independent origins.
    """

    citations: tuple[Citation, ...]
    origins: int = 1
    probability: float = 0.0
    value: Value | None = None
    outlets: int = 1
    kind: AnswerKind = "value"

    @property
    def text(self) -> str:
        return self.citations[0].text

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it."""
        return {
            "kind": self.kind,
            "text": self.text,
            "probability": round(self.probability, 4),
            "outlets": self.outlets,
            "origins": self.origins,
            "citations": [citation.to_dict() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """The answers that cannot be true together.

    They are given by their place in the reply, the best first. `outlets` counts the outlets that
    give them.
    """

    answers: tuple[int, ...]
    outlets: int

    def to_dict(self) -> dict[str, Any]:
        """Return the conflict as JSON has it."""
        return {"answers": list(self.answers), "outlets": self.outlets}


@dataclass(frozen=True, slots=True)
class DatedFigure:
    """A figure as an outlet gave it on a day.

    `answer` is the place of its answer in the reply.
    """

    date: dt.date
    answer: int
    citation: Citation

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON has it."""
        return {
            "date": self.date.isoformat(),
            "answer": self.answer,
            "outlet": self.citation.article.source,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What Dateline says to a question: its answers, or the reason for none.

    The best answer comes first. `conflict` names the answers that contradict each other.
    `over_time` is one figure as it changed from day to day, oldest first. `candidates` are all
    spans that were read, best first, whatever their probability; `silent_outlets` are near the
    question, but no answer cites them. `nearest` are up to three sentences to show if there is no
    answer. None of these three stands in the JSON.
    """

    question: str
    answers: tuple[Answer, ...]
    passages: tuple[Hit, ...]
    index_generation: str
    took_ms: float
    conflict: Conflict | None = None
    over_time: tuple[DatedFigure, ...] = ()
    time: TimeWindow | None = None
    reason: str | None = None
    candidates: tuple[Citation, ...] = ()
    silent_outlets: tuple[str, ...] = ()
    nearest: tuple[Citation, ...] = ()

    def __repr__(self) -> str:
        found = ", ".join(f"{answer.text[:60]!r}" for answer in self.answers[:3])
        if len(self.answers) > 3:
            found += f" and {len(self.answers) - 3} more"
        return f"<Reply to {self.question[:60]!r}: {found or self.reason}>"

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    @property
    def disagreement(self) -> bool:
        return self.conflict is not None

    @property
    def conflicting(self) -> tuple[Answer, ...]:
        """The answers that contradict each other, the best first; none without a conflict."""
        places = () if self.conflict is None else self.conflict.answers
        return tuple(self.answers[place] for place in places)

    @property
    def reason_code(self) -> str | None:
        """Why there is no answer, as a stable code: "not-said"."""
        return None if self.reason is None else self.reason.partition(":")[0]

    @property
    def reason_text(self) -> str | None:
        """Why there is no answer, in words, without the code."""
        return None if self.reason is None else self.reason.partition(": ")[2]

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as JSON has it."""
        time = None
        if self.time is not None:
            time = self.time.to_dict()
        conflict = None
        if self.conflict is not None:
            conflict = self.conflict.to_dict()
        return {
            "question": self.question,
            "answered": self.answered,
            "disagreement": self.disagreement,
            "index_generation": self.index_generation,
            "took_ms": round(self.took_ms, 1),
            "time": time,
            "answers": [answer.to_dict() for answer in self.answers],
            "conflict": conflict,
            "over_time": [figure.to_dict() for figure in self.over_time],
            "passages": [hit.to_dict() for hit in self.passages],
            "reason": self.reason,
        }

    def to_frame(self) -> pandas.DataFrame:
        """Return the citations as rows. Raises ImportError without pandas."""
        from qa.rendering.notebook import citations_frame

        return citations_frame(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows, escaped."""
        from qa.rendering.notebook import reply_as_html

        return reply_as_html(self)


class Reader(Protocol):
    """Finds the spans of passages that answer a question."""

    @property
    def threshold(self) -> float:
        """The probability below which the best span is no answer."""
        ...

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """Return spans within the hits' passages, highest score first; may be empty."""
        ...


def article_to_dict(article: Article) -> dict[str, Any]:
    """Return what JSON says of an article: all but its text."""
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "published": _iso(article.published),
        "url": article.url,
        "path": article.path,
        "sha256": article.sha256,
        "language": article.language,
    }


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
