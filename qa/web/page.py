"""The whole page: the Ask tab with its events, and the Archive and Insight tabs.

What asking does stands in qa/web/asking.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from qa.web.api import endpoints
from qa.web.archive_tab import archive_tab
from qa.web.asking import Asking
from qa.web.corpus_editor import CorpusEditor
from qa.web.front import holdings, store_timeline_html
from qa.web.insight import insight_tab
from qa.web.session import Session
from qa.web.turns import reading_html

_UPLOADS_KEPT = 3_600  # seconds that Gradio keeps its own copy of an uploaded file
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_SETTLE_ASKED = "() => window.dateline.settle(true)"
_SETTLE_OPENED = "() => window.dateline.settle(false)"

# What is clicked in a reply or in the timeline becomes an event with the data-* attributes of it.
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest(
    '[data-again], [data-literally], [data-afresh], [data-from]');
  if (!clicked || clicked.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = clicked.getAttribute('href');
  trigger('click', {
    ...clicked.dataset,
    ...(address ? {address} : {}),
    pressed: clicked.getAttribute('aria-pressed'),
  });
});
element.followed = (address) => trigger('click', {address});"""


@dataclass(frozen=True, slots=True)
class _AskTab:
    """The parts of the Ask tab that events read and write."""

    turns: gr.JSON
    question: gr.Textbox
    button: gr.Button
    timeline: gr.HTML
    outlets: gr.Dropdown
    days: list[gr.Textbox]  # from, to, as if asked on
    clear: gr.Button
    announcement: gr.HTML
    conversation: gr.HTML

    @property
    def limits(self) -> list[Any]:
        return [self.outlets, *self.days]

    @property
    def shown(self) -> list[Any]:
        """What asking changes, in the order of `qa.web.asking.Shown`."""
        return [self.conversation, self.turns, self.question, *self.limits, self.announcement]


def page(session: Session, editor: CorpusEditor | None = None) -> gr.Blocks:
    """Return the page over a session.

    Without an editor no articles are added or removed.
    """
    blocks = gr.Blocks(
        title="Dateline",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_UPLOADS_KEPT, _UPLOADS_KEPT),
    )
    with blocks, gr.Column(elem_id="dateline"):
        masthead = gr.HTML(_masthead_html(""), elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                tab = _ask_tab()
            with gr.Tab("Archive", id="archive"):
                archive_tab(session, editor)
            with gr.Tab("Insight", id="insight"):
                insight_tab(session, tab.turns)
        asking = Asking(session)
        _on_asking(tab, asking)
        _on_limits(tab)
        _on_opening(blocks, session, tab, asking, masthead)
        endpoints(session)
    return blocks


def _ask_tab() -> _AskTab:
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
            days = [_day_box("From"), _day_box("To"), _day_box("As if asked on")]
            clear = gr.Button("Clear limits", size="sm", min_width=80, elem_id="clear")
    announcement = gr.HTML("", elem_id="announcement")
    conversation = gr.HTML(reading_html(""), elem_id="conversation", js_on_load=_CLICKS)
    return _AskTab(
        turns, question, button, timeline, outlets, days, clear, announcement, conversation
    )


def _day_box(label: str) -> gr.Textbox:
    """Build a box for a day; page.js makes it the browser's own."""
    return gr.Textbox(
        label=label, placeholder="YYYY-MM-DD", elem_classes="day", min_width=120, max_lines=1
    )


def _on_asking(tab: _AskTab, asking: Asking) -> None:
    """Answer what is typed, and follow what is clicked in the conversation."""
    asked = gr.on(
        [tab.question.submit, tab.button.click],
        asking.answer,
        [tab.question, tab.turns, *tab.limits],
        tab.shown,
        trigger_mode="always_last",  # a question asked while another is read waits for its turn
        **_QUIET,
    )
    asked.then(None, js=_SETTLE_ASKED)
    followed = tab.conversation.click(
        asking.followed, [tab.turns, *tab.limits], tab.shown, **_QUIET
    )
    followed.then(None, js=_SETTLE_ASKED)


def _on_limits(tab: _AskTab) -> None:
    """Fill in the days of a bar that is clicked, and clear all limits."""
    since_until = tab.days[:2]
    tab.timeline.click(_clicked_days, since_until, since_until, **_QUIET)
    tab.clear.click(lambda: ([], "", "", ""), None, tab.limits, queue=False, **_QUIET)


def _on_opening(
    blocks: gr.Blocks, session: Session, tab: _AskTab, asking: Asking, masthead: gr.HTML
) -> None:
    """Show what the archive holds, and what the address of the page asks for."""
    holdings_shown = [masthead, tab.timeline, tab.outlets]
    blocks.load(lambda: _holdings(session), None, holdings_shown, **_QUIET)
    query = gr.Textbox(visible=False)
    opened = blocks.load(
        asking.opened, [query], tab.shown, js="() => [window.location.search]", **_QUIET
    )
    opened.then(None, js=_SETTLE_OPENED)


def _holdings(session: Session) -> tuple[str, str, Any]:
    """Return the masthead, the timeline, and the outlets that may be chosen."""
    store = session.store()
    outlets = {article.source for article in store.articles() if article.source}
    allowed = {name.casefold() for name in session.limits.filters.sources}
    choices = [
        name
        for name in sorted(outlets, key=str.casefold)
        if not allowed or name.casefold() in allowed
    ]
    masthead = _masthead_html(holdings(store))
    return masthead, store_timeline_html(store), gr.update(choices=choices)


def _masthead_html(holds: str) -> str:
    return (
        "<header><h1>Dateline</h1>"
        "<p>Ask a folder of news. It answers in the articles’ own words.</p>"
        f"<p class='holds'>{escape(holds)}&nbsp;</p></header>"
    )


def _clicked_days(since: str, until: str, event: gr.EventData) -> tuple[str, str]:
    """Return the days of the bar that was clicked; none if they were chosen already."""
    data = event._data or {}
    clicked = str(data.get("from", "")), str(data.get("to", ""))
    return ("", "") if clicked == (since, until) else clicked
