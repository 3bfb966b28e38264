"""What is shown without an answer: why, the nearest sentences, what to try."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from index.text.dates import remove_time
from qa.rendering.wording import NO_CLEAR_ANSWER, reason_in_words
from qa.types import Reply
from qa.web.addresses import NO_LIMITS, Limits, question_address
from qa.web.citations import Numbers, citation_html
from qa.web.markup import NOTHING

_UNCLEAR = ("not-said", "nothing-near")  # the reasons that say no more than the heading


def silence_html(reply: Reply, limits: Limits, numbers: Numbers) -> Markup:
    """Return why there is no answer, what comes near, and what to try."""
    reason = NO_CLEAR_ANSWER
    if reply.reason_code not in _UNCLEAR:
        reason = reason_in_words(reply)
    if not reason.endswith(("?", ".", "!")):
        reason += "."
    return Markup('<p class="silent">{}</p>{}{}').format(
        reason, _try_html(reply, limits), _nearest_html(reply, numbers)
    )


def _nearest_html(reply: Reply, numbers: Numbers) -> Markup:
    """Return the sentences that come nearest to an answer."""
    if not reply.nearest:
        return NOTHING
    return Markup(
        '<section class="nearest"><h3>The nearest sentences</h3><ol>{}</ol></section>'
    ).format(_items([citation_html(one, numbers) for one in reply.nearest]))


def _try_html(reply: Reply, limits: Limits) -> Markup:
    """Return what to try: fewer limits, any time, or the words of an article."""
    ways: list[str] = []
    if limits != NO_LIMITS:
        ways.append(_link(reply.question, "Ask all articles, without limits"))
    without_time = remove_time(reply.question)
    if reply.time is not None and without_time != reply.question:
        ways.append(_link(without_time, "Ask of any time", limits))
    if reply.reason_code in _UNCLEAR:
        ways.append("Name a person, a place or an event as an article would.")
    if not ways:
        return NOTHING
    return Markup('<ul class="try" aria-label="What to try">{}</ul>').format(_items(ways))


def _items(ways: Sequence[str]) -> Markup:
    return NOTHING.join(map(Markup("<li>{}</li>").format, ways))


def _link(question: str, label: str, limits: Limits = NO_LIMITS) -> Markup:
    address = question_address(question, limits)
    return Markup('<a href="{}" data-again>{}</a>').format(address, label)
