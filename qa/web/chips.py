"""What limits a question, as chips: its time, outlets and days.

A click takes one away.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from markupsafe import Markup

from index.text.dates import in_words, remove_time
from qa.types import Reply, TimeWindow
from qa.web.addresses import Limits, question_address
from qa.web.markup import NOTHING, bidi

_COUNTED = ", counted"  # before the day that a time counts from
Chip = tuple[str, Limits]  # what it says, and the limits without it


def chips_html(reply: Reply, limits: Limits) -> Markup:
    """Return the chips of a reply, each a link that asks without it; empty if none."""
    chips = []
    if reply.time is not None:
        without = _without_time(reply.question, reply.time)
        if without != reply.question:
            address = question_address(without, limits)
            chips.append(_link(words_of(reply.time), address, reply.time.text))
    for told, fewer in chips_of(limits):
        chips.append(_link(told, question_address(reply.question, fewer)))
    if not chips:
        return NOTHING
    return Markup('<p class="chips" aria-label="Limits of this answer">{}{}</p>').format(
        NOTHING.join(chips), _counted_html(reply, limits)
    )


def _without_time(question: str, time: TimeWindow) -> str:
    """Return a question without its time, of whatever words: "recently" too."""
    rest = remove_time(question)
    if rest != question:
        return rest
    words = re.escape(words_of(time))
    rest = re.sub(rf"\s*\b{words}\b", "", question, count=1, flags=re.IGNORECASE)
    return rest.lstrip(" ,")


def _counted_html(reply: Reply, limits: Limits) -> Markup:
    """Return that a time counts from the newest article; a link counts from today."""
    if reply.time is None or _COUNTED not in reply.time.text:
        return NOTHING
    today = replace(limits, as_of=dt.date.today().isoformat())
    return Markup(
        '<span class="counted">counts{counted}: '
        '<a href="{address}" data-again>count from today</a></span>'
    ).format(
        counted=reply.time.text.partition(_COUNTED)[2],
        address=question_address(reply.question, today),
    )


def words_of(time: TimeWindow) -> str:
    """Return the words of a question's time, without the day it is counted from."""
    return time.text.partition(_COUNTED)[0]


def pending_html(limits: Limits) -> Markup:
    """Return the chips of limits that the next question will have, each a button."""
    button = Markup(
        '<button type="button" class="chip" data-drop="{number}" '
        'aria-label="Remove: {told}">{isolated}<span aria-hidden="true"> ×</span></button>'
    )
    chips = NOTHING.join(
        button.format(number=number, told=told, isolated=bidi(told))
        for number, (told, _) in enumerate(chips_of(limits))
    )
    return Markup('<p class="chips">Next question: {}</p>').format(chips) if chips else NOTHING


def chips_of(limits: Limits) -> list[Chip]:
    """Return each limit in words, with the limits that are left without it."""
    filters = limits.filters
    chips = [
        (name, _with(limits, sources=tuple(one for one in filters.sources if one != name)))
        for name in filters.sources
    ]
    if filters.since is not None:
        told = f"from {in_words(filters.since.isoformat())}"
        chips.append((told, _with(limits, since=None)))
    if filters.until is not None:
        told = f"to {in_words(filters.until.isoformat())}"
        chips.append((told, _with(limits, until=None)))
    if limits.as_of is not None:
        told = f"as if asked on {in_words(limits.as_of)}"
        chips.append((told, replace(limits, as_of=None)))
    return chips


def _with(limits: Limits, **changed: object) -> Limits:
    return replace(limits, filters=replace(limits.filters, **changed))  # type: ignore[arg-type]


def _link(told: str, address: str, title: str = "") -> Markup:
    more = NOTHING
    if title not in ("", told):
        more = Markup('title="{}" ').format(title)
    return Markup(
        '<a class="chip" href="{address}" data-again {more}'
        'aria-label="Ask without: {told}">{isolated}<span aria-hidden="true"> ×</span></a>'
    ).format(address=address, more=more, told=told, isolated=bidi(told))
