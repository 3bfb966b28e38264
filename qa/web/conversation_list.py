"""The list of conversations on the page, and what a click in it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.web.asking import Asking, Kept
from qa.web.conversations import Conversations, conversations_html, numbered

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
    asking: Asking,
    turns: gr.BrowserState,
    shown: list[Any],
    then: Callable[[Any], None],
) -> None:
    """Follow what is clicked in the list; `then` goes on from an answer that it shows."""

    def clicked(kept: Kept, shelf: object, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        before = Conversations.recalled(kept, shelf)
        after = changed(before, event._data or {})
        told = after.shelf(), conversations_html(after)
        if after.current.turns == before.current.turns:
            yield *told, *(gr.skip() for _ in shown)
        elif after.current.turns:
            for result in asking.address(after.current.turns[-1].address, after.kept()):
                yield *told, *result
        else:
            yield *told, *asking.afresh()

    then(
        parts.list.click(clicked, [turns, parts.shelf], [parts.shelf, parts.list, *shown], **_QUIET)
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
