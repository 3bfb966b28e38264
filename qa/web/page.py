"""The whole page: the Ask tab with its events, and the Archive and Coverage tabs.

What asking does stands in qa/web/asking.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.web.api import endpoints
from qa.web.archive_tab import archive_tab
from qa.web.asking import Asking, clicked_days, dropped, pending
from qa.web.conversation_list import ConversationList, conversation_list, listed, on_clicks
from qa.web.corpus_editor import CorpusEditor
from qa.web.coverage import coverage_tab
from qa.web.front import holdings, masthead_html, store_timeline_html
from qa.web.latest import Latest
from qa.web.session import Session
from qa.web.turns import opening_html
from qa.web.welcome import Welcome, on_first_articles, welcome

_SECRET = "no secret: the browser keeps its own conversation"  # readable by every process
_UPLOADS_KEPT = 3_600  # seconds that Gradio keeps its own copy of an uploaded file
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_SETTLE_ASKED = "() => window.dateline.settle(true)"
_ASKED = """(question, ...kept) => {
  window.dateline.asked(question);
  return [question, ...kept.slice(0, 5), Date.now()];
}"""
_BEGUN = "(...kept) => [...kept.slice(0, -1), Date.now()]"
_OPENED = "(query, turns) => [window.location.search, turns, Date.now()]"
_SETTLE_OPENED = "() => window.dateline.settle(false)"

# What is clicked in a reply or in the timeline becomes an event with the data-* attributes of it.
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest(
    '[data-again], [data-literally], [data-from], [data-drop]');
  if (!clicked || clicked.disabled || event.ctrlKey || event.metaKey) return;
  if (event.shiftKey && clicked.matches('a')) return;
  event.preventDefault();
  const address = clicked.getAttribute('href');
  trigger('click', {
    ...clicked.dataset,
    ...(address ? {address} : {}),
    ...(event.shiftKey ? {range: true} : {}),
  });
});
element.followed = (address) => trigger('click', {address});
const bar = (event) => document.elementFromPoint(event.clientX, event.clientY)
  ?.closest('.timeline [data-from]:not(:disabled)');
let begun = null;
element.addEventListener('pointerdown', (event) => { begun = bar(event); });
element.addEventListener('pointerup', (event) => {
  const ended = bar(event);
  if (!begun || !ended || begun === ended || !element.contains(ended)) return;
  const days = [begun, ended].map((one) => one.dataset).sort((a, b) => a.from < b.from ? -1 : 1);
  trigger('click', {from: days[0].from, to: days[1].to, dragged: true});
});"""


# Somebody who comes back to a window sees what was added in another one.
_FOCUS = "window.addEventListener('focus', () => trigger('focus'));"


@dataclass(frozen=True, slots=True)
class _AskTab:
    """The parts of the Ask tab that events read and write."""

    turns: gr.BrowserState
    question: gr.Textbox
    button: gr.Button
    timeline: gr.HTML
    outlets: gr.Dropdown
    days: list[gr.Textbox]  # from, to, as if asked on
    clear: gr.Button
    pending: gr.HTML
    announcement: gr.HTML
    first: Welcome | None
    conversation: gr.HTML
    conversations: ConversationList
    suggested: gr.HTML
    begun: gr.Number  # when an event was begun, by the browser's clock

    @property
    def limits(self) -> list[Any]:
        return [self.outlets, *self.days]

    @property
    def shown(self) -> list[Any]:
        """What asking changes, in the order of `qa.web.asking.Shown`."""
        return [self.conversation, self.turns, *self.limits, self.announcement]


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
        masthead = gr.HTML(masthead_html(""), elem_id="masthead", js_on_load=_FOCUS)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                tab = _ask_tab(takes_articles=editor is not None)
            with gr.Tab("Archive", id="archive"):
                changed = archive_tab(session, editor)
            with gr.Tab("Coverage", id="coverage-tab"):
                coverage_tab(session)
        asking = Asking(session)
        holds = [masthead, tab.timeline, tab.outlets]
        latest = Latest(asking)
        _on_asking(tab, asking, latest)
        _on_limits(tab)
        _on_opening(blocks, session, tab, asking, latest, holds)
        if editor is not None and changed is not None:
            _on_changes(session, editor, tab, asking, holds, changed)
        endpoints(session)
    return blocks


def _ask_tab(takes_articles: bool) -> _AskTab:
    turns = gr.BrowserState([], storage_key="dateline", secret=_SECRET)
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
    pending = gr.HTML("", elem_id="pending", js_on_load=_CLICKS)
    announcement = gr.HTML("", elem_id="announcement")
    first = welcome() if takes_articles else None
    conversation = gr.HTML(opening_html(), elem_id="conversation", js_on_load=_CLICKS)
    return _AskTab(
        turns,
        question,
        button,
        timeline,
        outlets,
        days,
        clear,
        pending,
        announcement,
        first,
        conversation,
        conversation_list(_SECRET),
        gr.HTML("", elem_id="suggested"),
        gr.Number(visible=False),
    )


def _day_box(label: str) -> gr.Textbox:
    """Build a box for a day; page.js makes it the browser's own."""
    return gr.Textbox(
        label=label, placeholder="YYYY-MM-DD", elem_classes="day", min_width=120, max_lines=1
    )


def _on_asking(tab: _AskTab, asking: Asking, latest: Latest) -> None:
    """Answer what is typed, and follow what is clicked in the conversation."""
    asked = gr.on(
        [tab.question.submit, tab.button.click],
        latest.answer,
        [tab.question, tab.turns, *tab.limits, tab.begun],
        tab.shown,
        trigger_mode="always_last",  # a question asked while another is read waits for its turn
        js=_ASKED,
        **_QUIET,
    )
    _then_suggest(asked.then(None, js=_SETTLE_ASKED), tab, asking)
    followed = tab.conversation.click(
        latest.followed,
        [tab.turns, *tab.limits, tab.begun],
        tab.shown,
        trigger_mode="multiple",  # "always_last" would repeat the address of the first click
        js=_BEGUN,
        **_QUIET,
    )
    _then_suggest(followed.then(None, js=_SETTLE_ASKED), tab, asking)
    clicked = on_clicks(tab.conversations, latest, [tab.turns, tab.begun], tab.shown, _BEGUN)
    _then_suggest(clicked.then(None, js=_SETTLE_ASKED), tab, asking)


def _then_suggest(event: Any, tab: _AskTab, asking: Asking) -> None:
    """Find what to ask next once an answer is shown, and put it there."""
    event.then(pending, [tab.turns, *tab.limits], tab.pending, **_QUIET)
    kept = [tab.turns, tab.conversations.shelf]
    event.then(listed, kept, tab.conversations.list, **_QUIET)
    address = gr.Textbox(visible=False)
    found = event.then(
        asking.suggested, [address], tab.suggested, js="() => [window.location.search]", **_QUIET
    )
    found.then(None, js="() => window.dateline.suggest()")


def _on_limits(tab: _AskTab) -> None:
    """Fill in the days of a clicked bar; show what is chosen, and take it away."""
    since_until = tab.days[:2]
    tab.timeline.click(clicked_days, since_until, since_until, **_QUIET)
    gr.on(
        [box.change for box in tab.limits],
        pending,
        [tab.turns, *tab.limits],
        tab.pending,
        trigger_mode="always_last",
        **_QUIET,
    )
    tab.pending.click(dropped, tab.limits, tab.limits, **_QUIET)
    tab.clear.click(lambda: ([], "", "", ""), None, tab.limits, queue=False, **_QUIET)


def _on_opening(
    blocks: gr.Blocks,
    session: Session,
    tab: _AskTab,
    asking: Asking,
    latest: Latest,
    holds: list[Any],
) -> None:
    """Show what the archive holds, and what the address of the page asks for."""

    def opening() -> tuple[Any, ...]:
        dropping = [gr.Column(visible=session.is_empty())] if tab.first is not None else []
        return *_holdings(session), *dropping

    column = [tab.first.column] if tab.first is not None else []
    blocks.load(opening, None, [*holds, *column], **_QUIET)
    masthead = holds[0]
    masthead.focus(lambda: _holdings(session), None, holds, **_QUIET)
    query = gr.Textbox(visible=False)
    opened = blocks.load(
        latest.opened,
        [query, tab.turns, tab.begun],
        tab.shown,
        js=_OPENED,
        **_QUIET,
    )
    _then_suggest(opened.then(None, js=_SETTLE_OPENED), tab, asking)


def _on_changes(
    session: Session,
    editor: CorpusEditor,
    tab: _AskTab,
    asking: Asking,
    holds: list[Any],
    changed: Any,
) -> None:
    """Show at once what the archive holds after a change of its articles."""

    def held() -> tuple[Any, ...]:
        if editor.status.busy:
            return tuple(gr.skip() for _ in holds)
        return _holdings(session)

    def begun() -> tuple[Any, ...]:
        return *_holdings(session), asking.front([])

    changed.then(held, None, holds, **_QUIET)
    if tab.first is not None:
        on_first_articles(tab.first, session, editor, begun, [*holds, tab.conversation])


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
    masthead = masthead_html(holdings(store))
    return masthead, store_timeline_html(store), gr.update(choices=choices)
