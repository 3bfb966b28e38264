"""Replies, answers and citations made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from index.types import Article, Passage
from qa.types import Answer, Citation, Conflict, DatedFigure, Hit, Reply, TimeWindow


def citation(
    article: Article, quoted: str, probability: float = 0.5, speaker: str = "", qualifier: str = ""
) -> Citation:
    """Return a citation of the words `quoted`, whose sentence is the whole article.

    `qualifier` are the words before it that say how exact it is: "at least ".
    """
    start = article.text.index(quoted)
    named = None
    if speaker:
        first = article.text.index(speaker)
        named = (first, first + len(speaker))
    return Citation(
        article,
        start,
        start + len(quoted),
        probability=probability,
        sentence_span=(0, len(article.text)),
        speaker_span=named,
        qualified_start=start - len(qualifier),
    )


def answer(*citations: Citation, origins: int = 1) -> Answer:
    """Return the answer that the citations give, as probable as the first of them."""
    return Answer(citations, origins, citations[0].probability, outlets=len(citations))


def hit(article: Article, score: float = 0.5) -> Hit:
    """Return the whole article as a passage."""
    return Hit(Passage(article, 0, len(article.text)), score)


def reply(
    question: str,
    *answers: Answer,
    passages: Sequence[Hit] = (),
    conflict: Conflict | None = None,
    over_time: Sequence[DatedFigure] = (),
    silent_outlets: Sequence[str] = (),
    reason: str | None = None,
    nearest: Sequence[Citation] = (),
    time: TimeWindow | None = None,
) -> Reply:
    """Return a reply from generation 000001."""
    return Reply(
        question,
        answers,
        tuple(passages),
        index_generation="000001",
        took_ms=1.0,
        conflict=conflict,
        over_time=tuple(over_time),
        reason=reason,
        silent_outlets=tuple(silent_outlets),
        nearest=tuple(nearest),
        time=time,
    )


def flood(number: str, source: str | None, day: int = 14, probability: float = 0.5) -> Answer:
    """Return the answer "286" of an article that says "At least 286 people died."."""
    text = f"At least {number}  people died in the flood, the ministry said."
    path = f"{source}-{day}.txt"
    article = Article(path, text, source=source, published=dt.date(2022, 10, day), path=path)
    return answer(citation(article, number, probability, "the ministry", "At least "))


def figure(place: int, given: Answer) -> DatedFigure:
    """Return the figure of an answer, at a place of its reply, on the day of its article."""
    published = given.citations[0].article.published
    assert published is not None
    return DatedFigure(published, place, given.citations[0])
