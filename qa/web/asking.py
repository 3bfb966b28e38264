"""The events of asking: a question typed, a link followed, an address opened.

A conversation is kept by the browser, as JSON that comes and goes with each event, so that any
process behind a load balancer may answer the next one. The address holds the question as it was
understood, so that it stands alone: opened anywhere, it is asked literally.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import gradio as gr

from index.types import DatelineError
from qa.answering.arguments import LONGEST_QUESTION
from qa.answering.turns import Turn, Understood
from qa.rendering.text import headline
from qa.types import Reply
from qa.web.addresses import (
    Limits,
    parse_article_address,
    parse_question_address,
    question_address,
)
from qa.web.cards import likelihood, reply_html
from qa.web.evidence import article_html
from qa.web.front import front_html
from qa.web.session import Session
from qa.web.turns import earlier_html, notice_html, reading_html

_LOG = logging.getLogger("dateline.page")
TURNS_KEPT = 30

Kept = list[dict[str, Any]]  # the conversation's turns, as the browser keeps them
Boxes = tuple[Any, Any, Any, Any]  # outlets, since, until, as of
# The conversation, the turns, the question's box, the four boxes, what is announced.
Shown = tuple[Any, Any, Any, Any, Any, Any, Any, Any]


class Asking:
    """The events of the Ask tab.

    It holds the session alone: the browser keeps the turns.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def answer(
        self,
        question: str,
        kept: Kept,
        outlets: list[str],
        since: str,
        until: str,
        as_of: str,
        literally: bool = False,
    ) -> Iterator[Shown]:
        """Show that the question is read, then the reply.

        If it cannot be asked, a notice is shown. An empty question leaves the answer that is
        shown.
        """
        if kept and not question.strip():  # Enter once more
            yield _shown(gr.skip(), gr.skip(), said=gr.skip())
            return
        # The box is free for the next question. One that is too long stays, to be shortened.
        stays = literally or len(question) > LONGEST_QUESTION
        box = None if stays else ""
        yield _shown(reading_html(question), kept, box, said="<p>Reading.</p>")
        turns = Turn.recalled(kept)
        try:
            limits = Limits.of(outlets, _typed(since), _typed(until), _typed(as_of))
            understood = Understood(question, question)
            if not literally:
                understood = self._session.understood(question, turns, limits)
            reply = self._session.ask(understood.text, limits)
        except Exception as error:
            yield _notice(question, _message(error), turns, kept)
            return
        yield _reply(reply, understood, limits, turns)

    def followed(
        self,
        kept: Kept,
        outlets: list[str],
        since: str,
        until: str,
        as_of: str,
        event: gr.EventData,
    ) -> Iterator[Shown]:
        """Show what a click in the conversation asks for."""
        data: dict[str, Any] = event._data or {}
        if "afresh" in data:
            yield _shown(front_html(self._session.store()), [], "")
        elif "literally" in data:
            question = str(data["literally"])
            yield from self.answer(question, kept, outlets, since, until, as_of, literally=True)
        else:
            yield from self._address(str(data.get("address", "")), kept)

    def opened(self, query: str) -> Iterator[Shown]:
        """Show what the page's address asks for.

        That is an answer, an article, or the latest articles.
        """
        yield from self._address(query, [])

    def _address(self, query: str, kept: Kept) -> Iterator[Shown]:
        try:
            question, limits = parse_question_address(query)
        except DatelineError as error:
            yield _shown(notice_html("", str(error)), kept, said=_paragraph(str(error)))
            return
        if not question.strip():
            html, said = self._article(query)
            yield _shown(html + earlier_html(Turn.recalled(kept), ""), kept, said=said)
            return
        boxes = _boxes(limits)
        for result in self.answer(question, kept, *boxes, literally=True):
            conversation, turns, box, *_, said = result
            yield conversation, turns, box, *boxes, said

    def _article(self, query: str) -> tuple[str, str]:
        """Return the article that an address names, and what is announced.

        If it names none, the latest articles are returned.
        """
        store = self._session.store()
        id = parse_article_address(query)
        if id is None:
            return front_html(store), ""
        article = store.article(id)
        if article is None:
            said = (
                "expected an article that is in the archive, found none by this address; "
                "it may have been removed"
            )
            return notice_html("", said), _paragraph(said)
        return article_html(article), _paragraph(f"Article: {headline(article)}.")


def _shown(conversation: Any, turns: Any, box: Any = None, said: Any = "") -> Shown:
    """Return what is shown, with the boxes for outlets and days as they are.

    `box` stays as it is too if it is None.
    """
    same = gr.skip()
    return conversation, turns, same if box is None else box, same, same, same, same, said


def _reply(reply: Reply, understood: Understood, limits: Limits, turns: Sequence[Turn]) -> Shown:
    """Return a reply, as the last turn of its conversation."""
    address = question_address(reply.question, limits)
    others = [turn for turn in turns if turn.address != address]
    turns = [*others, Turn.of(understood, reply, address)][-TURNS_KEPT:]
    html = reply_html(reply, understood, limits, address) + earlier_html(turns, address)
    kept = [asdict(turn) for turn in turns]
    return _shown(html, kept, said=_paragraph(_announced(reply)))


def _notice(question: str, message: str, turns: Sequence[Turn], kept: Kept) -> Shown:
    html = notice_html(question, message) + earlier_html(turns, "")
    return _shown(html, kept, said=_paragraph(message))


def _message(error: Exception) -> str:
    """Return what a user is told of an error; log one of Dateline's own."""
    if isinstance(error, DatelineError):
        return str(error)
    _LOG.exception("error")
    return "expected an answer, found an error of Dateline's own; the server's log tells it"


def _announced(reply: Reply) -> str:
    """Return a reply in a sentence or two, for those who hear the page."""
    if not reply.answered:
        return "The articles do not answer this."
    best = reply.answers[0]
    outlet = best.citations[0].article.source or "an article"
    said = f"Answer: {best.text}, {likelihood(best.probability)}, from {outlet}."
    if reply.disagreement:
        said += " The articles differ."
    return said


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _boxes(limits: Limits) -> Boxes:
    """Return limits as they stand in the boxes of the page."""
    filters = limits.filters
    days = [filters.since, filters.until, limits.as_of]
    since, until, as_of = ("" if day is None else str(day) for day in days)
    return list(filters.sources), since, until, as_of


def _typed(text: str | None) -> str | None:
    """Return what was typed into a box, or None for nothing."""
    return (text or "").strip() or None
