"""The page, put together: Ask, with the Archive and Insight tabs of their own modules, and what happens on each event.

A conversation is kept by the browser, as JSON that comes and goes with each event, so that any process behind a load balancer
may answer the next one. The address holds the question as it was understood, so that it stands
alone: opened anywhere, or by the back button, it is asked literally.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import gradio as gr

from index.types import DatelineError, Filters
from qa.answering.turns import Turn, Understood
from qa.archive import LONGEST_QUESTION
from qa.rendering.text import headline
from qa.web.api import endpoints
from qa.web.archive_tab import archive_tab
from qa.web.article_table import front_html, holdings, timeline_of
from qa.web.cards import address_of, earlier_html, likelihood, notice_html, reading_html, reply_html
from qa.web.corpus_editor import CorpusEditor
from qa.web.evidence import article_html
from qa.web.insight import insight_tab
from qa.web.session import Limits, Session, article_of_address

_LOG = logging.getLogger("dateline.page")
TURNS_KEPT = 30
_UPLOADS_KEPT = 3_600  # seconds that Gradio keeps its own copy of an uploaded file

# What is clicked in a reply, the examples or the timeline becomes an event with the data-* attributes of what was clicked.
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest('[data-again], [data-literally], [data-afresh], [data-from]');
  if (!clicked || clicked.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = clicked.getAttribute('href');
  trigger('click', {...clicked.dataset, ...(address ? {address} : {}), pressed: clicked.getAttribute('aria-pressed')});
});
element.followed = (address) => trigger('click', {address});"""

Kept = list[dict[str, Any]]  # the conversation's turns, as the browser keeps them
Shown = tuple[Any, ...]  # conversation, turns, question, outlets, since, until, as of, announcement


def page(session: Session, editor: CorpusEditor | None = None) -> gr.Blocks:
    """The page over an open session; `editor`: where articles are added and removed (None: they are not)."""
    blocks = gr.Blocks(
        title="Dateline",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_UPLOADS_KEPT, _UPLOADS_KEPT),
    )
    with blocks, gr.Column(elem_id="dateline"):
        masthead = gr.HTML(_masthead(""), elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                turns = gr.JSON([], visible=False)
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        placeholder="Who, when, where, how many …?",
                        label="Your question",
                        show_label=False,
                        container=False,
                        scale=8,
                        lines=1,
                        max_lines=3,
                        autofocus=True,
                    )
                    button = gr.Button("Ask", variant="primary", scale=1, min_width=88)
                with gr.Accordion("Narrow by outlet or date", open=False, elem_id="filters"):
                    timeline = gr.HTML("", elem_id="timeline", js_on_load=_CLICKS)
                    with gr.Row(elem_id="limits"):
                        outlets = gr.Dropdown(
                            [],
                            value=[],
                            multiselect=True,
                            label="Outlets",
                            elem_id="outlets",
                            min_width=200,
                            scale=3,
                        )
                        since = gr.Textbox(
                            label="From",
                            placeholder="YYYY-MM-DD",
                            elem_classes="day",
                            min_width=120,
                            max_lines=1,
                        )
                        until = gr.Textbox(
                            label="To",
                            placeholder="YYYY-MM-DD",
                            elem_classes="day",
                            min_width=120,
                            max_lines=1,
                        )
                        as_of = gr.Textbox(
                            label="As if asked on",
                            placeholder="YYYY-MM-DD",
                            elem_classes="day",
                            min_width=120,
                            max_lines=1,
                        )
                        clear = gr.Button("Clear limits", size="sm", min_width=80, elem_id="clear")
                examples = gr.HTML("", elem_id="examples", js_on_load=_CLICKS)
                announcement = gr.HTML("", elem_id="announcement")
                conversation = gr.HTML(reading_html(""), elem_id="conversation", js_on_load=_CLICKS)
            with gr.Tab("Archive", id="archive"):
                archive_tab(session, editor)
            with gr.Tab("Insight", id="insight"):
                insight_tab(session, turns)

        limits = [outlets, since, until, as_of]
        shown = [conversation, turns, question, *limits, announcement]
        asking = Asking(session)
        gr.on(
            [question.submit, button.click],
            asking.answer,
            [question, turns, *limits],
            shown,
            show_progress="hidden",
            trigger_mode="always_last",  # a question that is asked while another is read waits for its turn
            api_visibility="private",
        ).then(None, js="() => window.dateline.settle(true)")
        conversation.click(
            asking.followed,
            [turns, *limits],
            shown,
            show_progress="hidden",
            api_visibility="private",
        ).then(None, js="() => window.dateline.settle(true)")
        examples.click(
            asking.followed,
            [turns, *limits],
            shown,
            show_progress="hidden",
            api_visibility="private",
        ).then(None, js="() => window.dateline.settle(true)")
        timeline.click(
            _days, [since, until], [since, until], show_progress="hidden", api_visibility="private"
        )
        clear.click(
            lambda: ([], "", "", ""),
            None,
            limits,
            show_progress="hidden",
            queue=False,
            api_visibility="private",
        )
        blocks.load(
            lambda: _opened(session),
            None,
            [masthead, timeline, outlets],
            show_progress="hidden",
            api_visibility="private",
        )
        where = gr.Textbox(visible=False)
        blocks.load(
            asking.opened,
            [where],
            shown,
            js="() => [window.location.search]",
            show_progress="hidden",
            api_visibility="private",
        ).then(None, js="() => window.dateline.settle(false)")
        blocks.load(
            lambda: _examples(session),
            None,
            examples,
            show_progress="hidden",
            api_visibility="private",
        )
        endpoints(session)
    return blocks


class Asking:
    """What asking does to the page. Holds nothing but the session: the turns are kept by the browser."""

    def __init__(self, session: Session) -> None:
        self._room = session

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
        """The reading page at once, then the reply. A question that cannot be asked is a notice."""
        same = (gr.skip(),) * 4
        if kept and not question.strip():  # Enter once more: the answer stays
            yield gr.skip(), gr.skip(), gr.skip(), *same, gr.skip()
            return
        turns = Turn.recalled(kept)
        # The box is free for the next question, which nothing clears later; one that is too long is left there to be shortened.
        box = gr.skip() if literally or len(question) > LONGEST_QUESTION else ""
        yield reading_html(question), kept, box, *same, "<p>Reading.</p>"
        try:
            limits = Limits.of(outlets, _days_only(since), _days_only(until), _days_only(as_of))
            understood = (
                Understood(question, question)
                if literally
                else self._room.understood(question, turns, limits)
            )
            reply = self._room.ask(understood.text, limits)
        except Exception as error:
            if not isinstance(
                error, DatelineError
            ):  # a bug: the page says so, and does not seem to read for ever
                _LOG.exception("error")
                error = DatelineError(
                    "expected an answer, found an error of Dateline's own; the server's log tells it"
                )
            yield (
                notice_html(question, str(error)) + earlier_html(turns, ""),
                kept,
                gr.skip(),
                *same,
                f"<p>{escape(str(error))}</p>",
            )
            return
        address = address_of(reply.question, limits.filters, limits.as_of)
        turns = [
            *(turn for turn in turns if turn.address != address),
            Turn.of(understood, reply, address),
        ][-TURNS_KEPT:]
        html = reply_html(reply, understood, limits.filters, address, limits.as_of) + earlier_html(
            turns, address
        )
        if reply.answered:
            best = reply.answers[0]
            said = f"Answer: {best.text}, {likelihood(best.probability)}, from {best.citations[0].article.source or 'an article'}."
            said += " The articles differ." if reply.disagreement else ""
        else:
            said = "The articles do not answer this."
        yield html, [asdict(turn) for turn in turns], gr.skip(), *same, f"<p>{escape(said)}</p>"

    def followed(
        self,
        kept: Kept,
        outlets: list[str],
        since: str,
        until: str,
        as_of: str,
        event: gr.EventData,
    ) -> Iterator[Shown]:
        """What a click in the conversation or the examples asks for."""
        data: dict[str, Any] = event._data or {}
        if "afresh" in data:
            yield front_html(self._room.store()), [], "", *((gr.skip(),) * 4), ""
        elif "literally" in data:
            yield from self.answer(
                str(data["literally"]), kept, outlets, since, until, as_of, literally=True
            )
        else:
            yield from self._address(str(data.get("address", "")), kept)

    def opened(self, query: str) -> Iterator[Shown]:
        """What the page shows first: the answer or the article that its address asks for, or what the archive holds."""
        yield from self._address(query, [])

    def _address(self, query: str, kept: Kept) -> Iterator[Shown]:
        try:
            question, limits = Limits.of_address(query)
        except DatelineError as error:
            yield (
                notice_html("", str(error)),
                kept,
                gr.skip(),
                *((gr.skip(),) * 4),
                f"<p>{escape(str(error))}</p>",
            )
            return
        if not question.strip():
            shown, said = self._article(query)
            yield (
                shown + earlier_html(Turn.recalled(kept), ""),
                kept,
                gr.skip(),
                *((gr.skip(),) * 4),
                said,
            )
            return
        filters = limits.filters
        boxes = (
            list(filters.sources),
            str(filters.since or ""),
            str(filters.until or ""),
            limits.as_of or "",
        )
        for result in self.answer(question, kept, *boxes, literally=True):
            yield (*result[:3], *boxes, result[-1])

    def _article(self, query: str) -> tuple[str, str]:
        """(the article that an address names, or else what the archive holds; what is announced of it)."""
        store = self._room.store()
        id = article_of_address(query)
        if id is None:
            return front_html(store), ""
        if (article := store.article(id)) is None:
            said = "expected an article that is in the archive, found none by this address; it may have been removed"
            return notice_html("", said), f"<p>{said}</p>"
        return article_html(article), f"<p>Article: {escape(headline(article))}.</p>"


def _days_only(text: str | None) -> str | None:
    return (text or "").strip() or None


def _opened(session: Session) -> tuple[str, str, Any]:
    store = session.store()
    names = sorted(
        {article.source for article in store.articles() if article.source}, key=str.casefold
    )
    allowed = {name.casefold() for name in session.limits.filters.sources}
    names = [name for name in names if not allowed or name.casefold() in allowed]
    return _masthead(holdings(store)), timeline_of(store), gr.update(choices=names)


def _masthead(holds: str) -> str:
    return f"<header><h1>Dateline</h1><p>Ask a folder of news. It answers in the articles’ own words.</p><p class='holds'>{escape(holds)}&nbsp;</p></header>"


def _examples(session: Session) -> str:
    try:
        asked = session.examples()
    except DatelineError:
        return ""
    links = "".join(
        f'<li><a href="{escape(address_of(one, Filters()))}" data-again>{escape(one)}</a></li>'
        for one in asked
    )
    return (
        f'<nav aria-label="Questions to begin with"><span>For example</span><ul>{links}</ul></nav>'
        if asked
        else ""
    )


def _days(since: str, until: str, event: gr.EventData) -> tuple[str, str]:
    """The days of the bar that was clicked; none where they were chosen already."""
    chosen = str((event._data or {}).get("from", "")), str((event._data or {}).get("to", ""))
    return ("", "") if chosen == (since, until) else chosen


__all__: Sequence[str] = ("Asking", "page")
