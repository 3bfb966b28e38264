"""The parts of a conversation shown beside replies.

They are a question being read, a notice, and earlier questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.answering.turns import Turn
from qa.web.markup import bidi

_LONGEST_HEADING = 200  # characters of a question that has no answer yet
_PLACES = (
    '<div class="skeleton tall"></div>'
    '<div class="skeleton"></div><div class="skeleton wide"></div>'
    '<div class="skeleton wide"></div></div>'
    '<div class="evidence"><div class="skeleton page"></div></div>'
)


def notice_html(question: str, message: str) -> str:
    """Return a turn that could not be answered at all, in one line."""
    heading = f"<h2>{bidi(question[:_LONGEST_HEADING])}</h2>" if question.strip() else ""
    sentence = escape(message[:1].upper() + message[1:])
    return (
        f'<section class="turn" role="alert"><div class="findings">{heading}'
        f'<p class="silent">{sentence}.</p></div></section>'
    )


def reading_html(question: str) -> str:
    """Return what stands there while a question is read."""
    return (
        '<section class="turn reading" aria-busy="true"><div class="findings">'
        f'<h2>{bidi(question[:_LONGEST_HEADING])}</h2><p class="source">Reading …</p>'
        f"{_PLACES}</section>"
    )


def opening_html() -> str:
    """Return what stands there while the page opens."""
    return (
        f'<section class="turn reading" aria-busy="true"><div class="findings">{_PLACES}</section>'
    )


def earlier_html(turns: Sequence[Turn], shown: str) -> str:
    """Return links to the questions of a conversation, newest first.

    The question at the address `shown` is left out.
    """
    others = [turn for turn in turns if turn.address != shown]
    if not others:
        return ""
    items = "".join(map(_earlier_item, reversed(others)))
    return (
        '<nav class="earlier" aria-label="Earlier in this conversation">'
        f"<h3>Earlier in this conversation</h3><ol>{items}</ol></nav>"
    )


def _earlier_item(turn: Turn) -> str:
    answer = "no clear answer" if turn.answer is None else escape(turn.answer)
    return (
        f'<li><a href="{escape(turn.address)}" data-again>{bidi(turn.understood)}</a>'
        f" <span>{answer}</span></li>"
    )
