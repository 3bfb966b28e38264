"""What answering is made of: questions, hits, spans, answers, replies, and what a reader must do. Frozen data only.

A `Span` is the citation: its text is always the slice of its article, never a stored copy, so a
quotation cannot drift from its source.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from index.text.dates import about, as_of
from index.text.sentences import sentence_around, sentence_before
from index.types import Article, Filters, Passage
from qa.answering.attribution import speaker_of
from qa.answering.values import Value

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood: its text, the articles it may be answered from, the day it is asked on, and words to look for beside its own.

    `moments` are those it names: "2022", "2022-09", "2022-09-14", or "-09" for September of whatever year; `latest`: whether it
    asks for the newest. `timeless` is the question without them, "" where it names none.
    """

    text: str
    filters: Filters = Filters()
    asked_on: dt.date | None = None
    also: str = ""
    moments: tuple[str, ...] = ()
    latest: bool = False
    timeless: str = ""

    @property
    def asks_for_news(self) -> bool:
        """Whether it names no moment, or only such as include the day it is asked on ("this week")."""
        return self.asked_on is not None and all(
            self.asked_on.isoformat().startswith(moment) for moment in self.moments
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score` is in (0, 1], higher is better; `copies` are passages that say the same."""

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
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 4),
            "article": article_to_dict(self.article),
        }


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article: characters `start` to `end` of its text. `score` orders spans; `probability` is calibrated."""

    article: Article
    start: int
    end: int
    score: float = 0.0
    probability: float = 0.0

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def sentence_span(self) -> tuple[int, int]:
        return sentence_around(self.article.text, self.start, self.end)

    @property
    def sentence(self) -> str:
        start, end = self.sentence_span
        return self.article.text[start:end]

    @property
    def speaker_span(self) -> tuple[int, int] | None:
        """Where the article names the one who says so, in the sentence of the span; None where the outlet itself says it."""
        first, last = self.sentence_span
        found = speaker_of(self.article.text[first:last], self.start - first, self.end - first)
        return None if found is None else (first + found[0], first + found[1])

    @property
    def attribution(self) -> str | None:
        """The speaker, in the article's words."""
        place = self.speaker_span
        return None if place is None else self.article.text[place[0] : place[1]]

    @property
    def as_of(self) -> str | None:
        """The moment the sentence speaks of at the span, or follows: "2022", "2022-09" or "2022-09-14"; None where it does not say."""
        start, end = self.sentence_span
        return as_of(
            self.article.text[start:end],
            self.start - start,
            self.article.published,
            sentence_before(self.article.text, start),
        )

    @property
    def about(self) -> str | None:
        """As `as_of`; and "-09" where the sentence names September and nothing tells its year."""
        start, end = self.sentence_span
        return about(
            self.article.text[start:end],
            self.start - start,
            self.article.published,
            sentence_before(self.article.text, start),
        )

    @property
    def page(self) -> int | None:
        """The page on which the span begins, from 1; None for an article without pages."""
        return bisect_right(self.article.pages, self.start) or None

    @property
    def file(self) -> str:
        """The article's file in its corpus folder, opened at the page where it has pages: "reports/a.pdf#page=3"."""
        return self.article.path if self.page is None else f"{self.article.path}#page={self.page}"

    @property
    def link(self) -> str | None:
        """The article's address, which opens at the page or scrolls to the sentence (a text fragment); None without a web address."""
        if self.article.url is None or not on_the_web(self.article.url):
            return None
        if self.page is not None:
            return f"{self.article.url.split('#')[0]}#page={self.page}"
        words = self.sentence.split()
        ends = (
            [" ".join(words)] if len(words) <= 12 else [" ".join(words[:6]), " ".join(words[-6:])]
        )
        return f"{self.article.url.split('#')[0]}#:~:text={','.join(quote(part, safe='').replace('-', '%2D') for part in ends)}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "sentence": self.sentence,
            "attribution": self.attribution,
            "score": round(self.score, 3),
            "probability": round(self.probability, 4),
            "as_of": self.as_of,
            "link": self.link,
            "page": self.page,
            "article": article_to_dict(self.article),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One value, with every citation that gives it, best first. `origins` counts a story and its copies once.

    `probability` is that of the value: of its best citation, raised by further independent origins.
    """

    citations: tuple[Span, ...]
    origins: int = 1
    probability: float = 0.0
    value: Value | None = None

    @property
    def text(self) -> str:
        return self.citations[0].text

    def to_dict(self) -> dict[str, Any]:
        citations = [citation.to_dict() for citation in self.citations]
        return {
            "text": self.text,
            "probability": round(self.probability, 4),
            "origins": self.origins,
            "citations": citations,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What Dateline says to a question: its answers, best first; or none, with the reason and the nearest passages."""

    question: str
    answers: tuple[Answer, ...]
    passages: tuple[Hit, ...]
    index_generation: str
    took_ms: float
    disagreement: bool = False
    reason: str | None = None

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    def to_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answered": self.answered,
            "disagreement": self.disagreement,
            "index_generation": self.index_generation,
            "took_ms": round(self.took_ms, 1),
            "answers": [answer.to_dict() for answer in self.answers],
            "passages": [hit.to_dict() for hit in self.passages],
            "reason": self.reason,
        }

    def to_frame(self) -> pandas.DataFrame:
        """The citations as rows. Raises ImportError without pandas."""
        from qa.rendering.notebook import citations_frame

        return citations_frame(self)

    def _repr_html_(self) -> str:
        """What a notebook shows, escaped."""
        from qa.rendering.notebook import reply_as_html

        return reply_as_html(self)


class Reader(Protocol):
    """Finds the spans of passages that answer a question."""

    @property
    def threshold(self) -> float:
        """The probability below which the best span is no answer."""
        ...

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """Spans within the hits' passages, highest score first; may be empty."""
        ...


def on_the_web(url: str) -> bool:
    """Whether an address is one of http or https, which alone become links."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:  # "http://[": no address at all
        return False


def article_to_dict(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published.isoformat() if article.published is not None else None,
        "url": article.url,
        "path": article.path,
        "sha256": article.sha256,
        "language": article.language,
    }
