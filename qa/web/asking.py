"""The events of asking: a question typed, a link followed, an address opened.

The browser keeps the conversation, as JSON that comes and goes with each event. So any process
behind a load balancer may answer the next one. The address holds the question as it was understood,
so that it stands alone: opened anywhere, it is asked literally.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from index.types import DatelineError
from qa.answering.turns import Turn, Understood
from qa.conversation import answered
from qa.rendering.wording import evidence_in_words, quotation
from qa.types import Reply
from qa.web.addresses import (
    NO_LIMITS,
    Limits,
    parse_article_address,
    parse_question_address,
    question_address,
)
from qa.web.cards import reply_html
from qa.web.chips import chips_of, pending_html
from qa.web.evidence import article_html
from qa.web.front import front_html
from qa.web.markup import NO_OUTLET, NOTHING, title_of
from qa.web.replies import Replies
from qa.web.session import Session
from qa.web.suggestions import (
    NEXT,
    Suggestion,
    examples,
    next_questions,
    suggestions_html,
    with_follow_up,
)
from qa.web.turns import earlier_html, notice_html, reading_html

_LOG = logging.getLogger("dateline.page")
TURNS_KEPT = 30

Kept = list[dict[str, Any]]  # the conversation's turns, as the browser keeps them
Boxes = tuple[Any, Any, Any, Any]  # outlets, since, until, as of
# The conversation, the turns, the four boxes, what is announced.
Shown = tuple[Any, Any, Any, Any, Any, Any, Any]


class Asking:
    """The events of the Ask tab.

    It holds the session alone: the browser keeps the turns.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._replies = Replies()
        self._trying = threading.Lock()
        self._known: tuple[str, list[Suggestion]] = "", []
        session.when_published(self._prepare)

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
        yield _shown(reading_html(question), kept, said=_paragraph("Reading."))
        turns = Turn.recalled(kept)
        try:
            limits = Limits.of(outlets, _typed(since), _typed(until), _typed(as_of))
            understood = Understood(question, question)
            if not literally:
                understood = self._session.understood(question, turns, limits)
            earlier = [] if literally else turns
            understood, reply = answered(
                understood, earlier, lambda text: self._session.ask(text, limits)
            )
        except Exception as error:
            yield _notice(question, _message(error), turns, kept)
            return
        self._replies.keep(question_address(reply.question, limits), reply)
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
        if "typed" in data:
            yield from self.answer(str(data["typed"]), kept, outlets, since, until, as_of)
        elif "literally" in data:
            question = str(data["literally"])
            yield from self.answer(question, kept, outlets, since, until, as_of, literally=True)
        else:
            yield from self.address(str(data.get("address", "")), kept)

    def opened(self, query: str, kept: Kept) -> Iterator[Shown]:
        """Show what the page's address asks for, and the conversation so far.

        That is an answer, an article, or the latest articles.
        """
        yield from self.address(query, [asdict(turn) for turn in Turn.recalled(kept)])

    def afresh(self) -> Shown:
        """Return the first page without a conversation."""
        return _shown(self.front([]), [])

    def front(self, turns: Sequence[Turn]) -> Markup:
        """Return the first page, with the conversation so far."""
        return front_html(self._session.store()) + earlier_html(turns, "")

    def suggested(self, query: str) -> Markup:
        """Return what may be asked next at an address: examples before the first question."""
        try:
            question, limits = parse_question_address(query)
            if question.strip():
                reply = self._shown(question, limits)
                found = next_questions(reply, limits, self._try_out)
                address = question_address(reply.question, limits)
                of_example = [
                    one.then
                    for one in self._known[1]
                    if one.then and question_address(one.question, one.limits) == address
                ]
                return suggestions_html([*of_example, *found][:NEXT], address, "Go on")
            if parse_article_address(query) is not None or self._session.is_empty():
                return NOTHING
            return suggestions_html(self._examples(), "", "Ask, for example")
        except DatelineError:
            return NOTHING

    def _prepare(self) -> None:
        """Ask for the examples before somebody opens the page."""
        with contextlib.suppress(DatelineError):
            self._examples()

    def _examples(self) -> list[Suggestion]:
        """Return the examples of the live generation; they are asked when it is published."""
        with self._trying:
            generation = self._session.archive().generation
            if self._known[0] != generation:
                articles = self._session.store().articles()
                found = examples(articles, NO_LIMITS, self._try_out)
                found = with_follow_up(found, self._try_out, self._session.understood)
                self._known = generation, found
            return self._known[1]

    def _shown(self, question: str, limits: Limits) -> Reply:
        """Return the reply that the page shows; ask again if another process showed it."""
        generation = self._session.archive().generation
        kept = self._replies.at(question_address(question, limits), generation)
        return self._try_out(question, limits) if kept is None else kept

    def _try_out(self, question: str, limits: Limits) -> Reply:
        """Ask for an example. Raises DatelineError if the server ends meanwhile."""
        if self._session.ending.is_set():
            raise DatelineError("expected time to ask for examples, found that the server ends")
        return self._session.try_out(question, limits)

    def address(self, query: str, kept: Kept) -> Iterator[Shown]:
        """Show what an address asks for."""
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
            conversation, turns, *_, said = result
            yield conversation, turns, *boxes, said

    def _article(self, query: str) -> tuple[Markup, Markup]:
        """Return the article that an address names, and what is announced.

        If it names none, the latest articles are returned.
        """
        store = self._session.store()
        id = parse_article_address(query)
        if id is None:
            return front_html(store), NOTHING
        article = store.article(id)
        if article is None:
            said = (
                "expected an article that is in the archive, found none by this address; "
                "it may have been removed"
            )
            return notice_html("", said), _paragraph(said)
        return article_html(article), _paragraph(f"Article: {title_of(article)}.")


def pending(kept: Kept, outlets: list[str], since: str, until: str, as_of: str) -> Markup:
    """Return the next question's limits as chips, unless the answer has them."""
    try:
        limits = Limits.of(outlets, _typed(since), _typed(until), _typed(as_of))
    except DatelineError as error:
        return Markup('<p role="alert">{}</p>').format(_sentence(str(error)))
    turns = Turn.recalled(kept)
    if turns and parse_question_address(turns[-1].address)[1] == limits:
        return NOTHING
    return pending_html(limits)


def dropped(outlets: list[str], since: str, until: str, as_of: str, event: gr.EventData) -> Boxes:
    """Return the boxes without the limit whose chip was clicked."""
    limits = Limits.of(outlets, _typed(since), _typed(until), _typed(as_of))
    left = [fewer for _, fewer in chips_of(limits)]
    number = str((event._data or {}).get("drop", ""))
    if number.isdecimal() and int(number) < len(left):
        limits = left[int(number)]
    return _boxes(limits)


def clicked_days(since: str, until: str, event: gr.EventData) -> tuple[str, str]:
    """Return the days of the bar that was clicked; none if they were chosen already.

    With the shift key it is a range, from the bar that was chosen to the clicked one. So are the
    bars that a pointer was dragged over.
    """
    data = event._data or {}
    clicked = str(data.get("from", "")), str(data.get("to", ""))
    if data.get("dragged"):
        return clicked
    if data.get("range") and since and until:
        return min(since, clicked[0]), max(until, clicked[1])
    return ("", "") if clicked == (since, until) else clicked


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _shown(conversation: Any, turns: Any, said: Any = "") -> Shown:
    """Return what is shown, with the boxes for outlets and days as they are."""
    same = gr.skip()
    return conversation, turns, same, same, same, same, said


def _reply(reply: Reply, understood: Understood, limits: Limits, turns: Sequence[Turn]) -> Shown:
    """Return a reply, as the last turn of its conversation."""
    address = question_address(reply.question, limits)
    others = [turn for turn in turns if turn.address != address]
    turn = Turn.of(understood, reply, address)
    if reply.answered:
        turn = replace(turn, cited=quotation(reply.answers[0].citations[0]))
    turns = [*others, turn][-TURNS_KEPT:]
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
        return "No clear answer found."
    best = reply.answers[0]
    outlet = best.citations[0].article.source or NO_OUTLET
    differing = 0 if reply.conflict is None else reply.conflict.outlets
    evidence = evidence_in_words(best, differing).capitalize()
    return f"Answer: {best.text.rstrip('.')}. From {outlet}. {evidence}."


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text) if text else NOTHING


def _boxes(limits: Limits) -> Boxes:
    """Return limits as they stand in the boxes of the page."""
    filters = limits.filters
    days = [filters.since, filters.until, limits.as_of]
    since, until, as_of = ("" if day is None else str(day) for day in days)
    return list(filters.sources), since, until, as_of


def _typed(text: str | None) -> str | None:
    """Return what was typed into a box, or None for nothing."""
    return (text or "").strip() or None
