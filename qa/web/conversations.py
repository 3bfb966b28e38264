"""The conversations that a browser keeps.

They are named, opened again, removed, and saved as Markdown. The turns of the current one come and
go with each question. The others, and its name, are kept apart, so that a question does not carry
them. Limits: of two windows the one that changes last decides what the browser keeps.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from markupsafe import Markup

from qa.answering.turns import Turn
from qa.rendering.markdown import plain
from qa.rendering.wording import counted
from qa.web.markup import NOTHING, bidi

MOST = 20  # conversations beside the current one
LONGEST_NAME = 120  # characters
_BEGIN = Markup(
    '<button type="button" class="plain" data-do="begin">begin a new conversation</button>'
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation: its turns, and its name if it was given one."""

    turns: tuple[Turn, ...] = ()
    name: str = ""

    @property
    def title(self) -> str:
        """The name, or else the first question."""
        return self.name or (self.turns[0].understood[:LONGEST_NAME] if self.turns else "")


@dataclass(frozen=True, slots=True)
class Conversations:
    """All conversations of a browser; the first, number 0, is the current one."""

    all: tuple[Conversation, ...] = (Conversation(),)

    @classmethod
    def recalled(cls, kept: object, shelf: object) -> Conversations:
        """Return what a browser kept; what is no conversation is left out."""
        found = shelf if isinstance(shelf, dict) else {}
        others = found.get("others")
        recalled = [_recalled(one) for one in others] if isinstance(others, list) else []
        current = Conversation(tuple(Turn.recalled(kept)), _name(found.get("name")))
        return cls((current, *(one for one in recalled if one.turns)))

    @property
    def current(self) -> Conversation:
        return self.all[0]

    def kept(self) -> list[dict[str, Any]]:
        """Return the turns of the current one, as the browser keeps them."""
        return [asdict(turn) for turn in self.current.turns]

    def shelf(self) -> dict[str, Any]:
        """Return the rest of what the browser keeps."""
        others = [
            {"name": one.name, "turns": [asdict(turn) for turn in one.turns]}
            for one in self.all[1:]
        ]
        return {"name": self.current.name, "others": others}

    def begun(self) -> Conversations:
        """Return them with a new one; the current one is put aside."""
        if not self.current.turns:
            return self
        return Conversations((Conversation(), *self.all[:MOST]))

    def opened(self, number: int) -> Conversations:
        """Return them with another as the current one."""
        others = [one for place, one in enumerate(self.all) if place != number and one.turns]
        return Conversations((self.all[number], *others))

    def renamed(self, number: int, name: str) -> Conversations:
        """Return them with a new name for one; an empty one is its first question again."""
        changed = replace(self.all[number], name=_name(name))
        return Conversations((*self.all[:number], changed, *self.all[number + 1 :]))

    def without(self, number: int) -> Conversations:
        """Return them without one; without the current one a new one begins."""
        if number == 0:
            return Conversations((Conversation(), *self.all[1:]))
        return Conversations((*self.all[:number], *self.all[number + 1 :]))


def conversations_html(conversations: Conversations) -> Markup:
    """Return the conversations as a list, the current one first."""
    items = NOTHING.join(
        _item_html(one, number) for number, one in enumerate(conversations.all) if one.turns
    )
    if not items:
        return NOTHING
    return Markup(
        '<nav aria-label="Conversations"><h3>Conversations in this browser</h3><ul>{items}</ul>'
        '<p class="actions">{begin}'
        '<button type="button" class="plain" data-do="clear">remove all</button></p></nav>'
    ).format(items=items, begin=_BEGIN if conversations.current.turns else NOTHING)


def conversation_as_markdown(conversation: Conversation) -> str:
    """Return the questions of a conversation with their answers and where they stand."""
    lines = [f"# {plain(conversation.name or 'A conversation with Dateline')}", ""]
    for turn in conversation.turns:
        lines += [f"## {plain(turn.understood)}", ""]
        if turn.answer is None:
            lines += ["No clear answer found.", ""]
        elif turn.answer != turn.sentence:
            lines += [f"**{plain(turn.answer)}**", ""]
        if turn.cited:
            lines += [f"> {plain(turn.cited)}", ""]
    return "\n".join(lines)


def numbered(conversations: Sequence[Conversation], number: object) -> int:
    """Return the number of a conversation that a browser names; 0 for none."""
    text = str(number)
    return int(text) if text.isdecimal() and int(text) < len(conversations) else 0


def _item_html(conversation: Conversation, number: int) -> Markup:
    title = conversation.title
    named = Markup('<b class="name">{}</b>').format(bidi(title))
    if number:
        named = Markup(
            '<a class="name" href="{address}" data-do="open" data-number="{number}">{title}</a>'
        ).format(address=conversation.turns[-1].address, number=number, title=bidi(title))
    return Markup(
        '<li>{named} <span>{count}</span><span class="actions">{rename}{remove}'
        '<a download="conversation.md" aria-label="Save {title} as Markdown" '
        'href="data:text/markdown;charset=utf-8;base64,{data}">save as Markdown</a></span></li>'
    ).format(
        named=named,
        count=counted(len(conversation.turns), "question"),
        rename=_button_html("Rename", title, number),
        remove=_button_html("Remove", title, number),
        title=title,
        data=base64.b64encode(conversation_as_markdown(conversation).encode()).decode(),
    )


def _button_html(label: str, title: str, number: int) -> Markup:
    return Markup(
        '<button type="button" class="plain" data-do="{do}" data-number="{number}" '
        'data-name="{title}" aria-label="{label} {title}">{do}</button>'
    ).format(do=label.lower(), label=label, title=title, number=number)


def _recalled(one: object) -> Conversation:
    if not isinstance(one, dict):
        return Conversation()
    return Conversation(tuple(Turn.recalled(one.get("turns"))), _name(one.get("name")))


def _name(name: object) -> str:
    return " ".join(name.split())[:LONGEST_NAME] if isinstance(name, str) else ""
