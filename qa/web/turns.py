"""The parts of a conversation shown beside replies.

They are a question being read, a notice, and earlier questions.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.answering.turns import Turn
from qa.web.markup import NOTHING, bidi

_LONGEST_HEADING = 200  # characters of a question that has no answer yet
_PLACES = Markup(
    '<div class="skeleton tall"></div>'
    '<div class="skeleton"></div><div class="skeleton wide"></div>'
    '<div class="skeleton wide"></div></div>'
    '<div class="evidence"><div class="skeleton page"></div></div>'
)


def notice_html(question: str, message: str) -> Markup:
    """Return a turn that could not be answered at all, in one line."""
    return Markup(
        '<section class="turn" role="alert"><div class="findings">{heading}'
        '<p class="silent">{sentence}.</p></div></section>'
    ).format(
        heading=_heading(question) if question.strip() else "",
        sentence=message[:1].upper() + message[1:],
    )


def reading_html(question: str) -> Markup:
    """Return what stands there while a question is read."""
    return Markup(
        '<section class="turn reading" aria-busy="true"><div class="findings">'
        '{heading}<p class="source">Reading …</p>{places}</section>'
    ).format(heading=_heading(question), places=_PLACES)


def opening_html() -> Markup:
    """Return what stands there while the page opens."""
    return Markup(
        '<section class="turn reading" aria-busy="true"><div class="findings">{}</section>'
    ).format(_PLACES)


def earlier_html(turns: Sequence[Turn], shown: str) -> Markup:
    """Return links to the questions of a conversation, newest first.

    The question at the address `shown` is left out.
    """
    others = [turn for turn in turns if turn.address != shown]
    if not others:
        return NOTHING
    return Markup(
        '<nav class="earlier" aria-label="Earlier in this conversation">'
        "<h3>Earlier in this conversation</h3><ol>{}</ol></nav>"
    ).format(NOTHING.join(map(_earlier_item, reversed(others))))


def _heading(question: str) -> Markup:
    return Markup("<h2>{}</h2>").format(bidi(question[:_LONGEST_HEADING]))


def _earlier_item(turn: Turn) -> Markup:
    answer = "no clear answer" if turn.answer is None else turn.answer
    return Markup(
        '<li><a href="{address}" data-again>{question}</a> <span>{answer}</span></li>'
    ).format(address=turn.address, question=bidi(turn.understood), answer=answer)
