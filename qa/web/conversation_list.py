"""The list of conversations on the page, and what a click in it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.web.asking import Kept, Shown
from qa.web.conversations import Conversations, conversations_html, numbered
from qa.web.latest import Latest

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# "rename" opens a box in place of the name; "remove" wants a second click.
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest('[data-do]');
  if (!clicked || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const data = clicked.dataset;
  if (data.do === 'rename') {
    const name = clicked.closest('li').querySelector('.name');
    const box = document.createElement('input');
    Object.assign(box, {value: data.name, maxLength: 120, className: 'name'});
    box.setAttribute('aria-label', 'Name of the conversation');
    box.addEventListener('keydown', (pressed) => {
      if (pressed.key === 'Enter') trigger('click', {...data, name: box.value});
      if (pressed.key !== 'Escape' && pressed.key !== 'Enter') return;
      box.replaceWith(name);
      clicked.focus();
    });
    name.replaceWith(box);
    box.select();
    return;
  }
  if (['remove', 'clear'].includes(data.do) && !data.sure) {
    data.sure = 'yes';
    clicked.textContent = 'really?';
    const name = clicked.getAttribute('aria-label') || 'Remove all';
    clicked.setAttribute('aria-label', `Really? ${name}`);
    return;
  }
  trigger('click', {...data});
});"""


@dataclass(frozen=True, slots=True)
class ConversationList:
    """The list, and the part of what the browser keeps that no question carries."""

    shelf: gr.BrowserState
    list: gr.HTML


def conversation_list(secret: str) -> ConversationList:
    """Build the list, empty."""
    shelf = gr.BrowserState({}, storage_key="dateline-conversations", secret=secret)
    return ConversationList(shelf, gr.HTML("", elem_id="conversations", js_on_load=_CLICKS))


def listed(kept: Kept, shelf: object) -> str:
    """Return the list of what the browser keeps."""
    return conversations_html(Conversations.recalled(kept, shelf))


def on_clicks(
    parts: ConversationList,
    latest: Latest,
    inputs: list[Any],
    shown: list[Any],
    js: str,
) -> Any:
    """Follow what is clicked in the list, and return that event.

    `inputs` are the turns, and the time that `js` puts in.
    """
    turns, begun = inputs

    def clicked(
        kept: Kept, shelf: object, begun: float, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        before = Conversations.recalled(kept, shelf)
        after = changed(before, event._data or {})
        told = after.shelf(), conversations_html(after)
        if after.current.turns == before.current.turns:  # an answer may still be coming
            yield *told, *(gr.skip() for _ in shown)
            return
        views: Iterable[Shown] = [latest.asking.afresh()]
        if after.current.turns:
            views = latest.asking.address(after.current.turns[-1].address, after.kept())
        for view in latest.only(request.session_hash, begun, views):
            yield *told, *view

    return parts.list.click(
        clicked,
        [turns, parts.shelf, begun],
        [parts.shelf, parts.list, *shown],
        trigger_mode="multiple",
        js=js,
        **_QUIET,
    )


def changed(conversations: Conversations, data: dict[str, Any]) -> Conversations:
    """Return the conversations after a click."""
    number = numbered(conversations.all, data.get("number"))
    match data.get("do"):
        case "begin":
            return conversations.begun()
        case "open":
            return conversations.opened(number)
        case "rename":
            return conversations.renamed(number, str(data.get("name", "")))
        case "remove":
            return conversations.without(number)
        case "clear":
            return Conversations()
    return conversations
