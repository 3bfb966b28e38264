"""A reply as HTML: the answer and its sentence, what differs, what else is said.

Evidence is said in words. The probability stands in a title attribute alone. What is shown is in
the reply: nothing is compared or counted here. No text is rendered as markup.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape

from index.text.dates import in_words
from qa.answering.turns import Understood
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.wording import evidence_in_words, plural
from qa.types import Answer, Citation, Hit, Reply
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.chips import chips_html
from qa.web.citations import Numbers, citation_html, numbers_of, sentence_html, stance_in_words
from qa.web.evidence import evidence_html
from qa.web.markup import NO_OUTLET, bidi, dateline_html, given_html
from qa.web.silence import silence_html


def reply_html(
    reply: Reply,
    understood: Understood | None = None,
    limits: Limits = NO_LIMITS,
    address: str = "",
) -> str:
    """Return the answers to a question, with their evidence beside them.

    `understood` is how a question of a conversation was completed, or None.
    """
    found = findings(reply)
    asked = reply.question if understood is None else understood.asked
    if reply.answered:
        body = _answers_html(reply, numbers_of(found))
    else:
        body = silence_html(reply, limits, numbers_of(found))
    return (
        f'<section class="turn" data-address="{escape(address)}" '
        f'data-title="{escape(reply.question)}"><div class="findings"><h2>{bidi(asked)}</h2>'
        f"{_understood_html(understood)}{chips_html(reply, limits)}{body}"
        f"{_passages_html(reply.passages)}{_saving_html(reply)}"
        f'<div class="suggested" data-place="{escape(address)}"></div></div>'
        f"{evidence_html(found, reply.passages)}</section>"
    )


def findings(reply: Reply) -> list[Citation]:
    """Return every citation that is shown once, best answer first.

    Without an answer they are the nearest sentences. The evidence marks them.
    """
    if not reply.answered:
        return list(reply.nearest)
    found: dict[Citation, None] = {}
    for answer in reply.answers:
        found.update(dict.fromkeys(answer.citations))
    return list(found)


def _answers_html(reply: Reply, numbers: Numbers) -> str:
    """Return the best answer, what differs or changed, the others, who is silent."""
    places = () if reply.conflict is None else reply.conflict.answers
    outlets = 0
    if reply.conflict is not None and 0 in places:
        outlets = reply.conflict.outlets
    others = [one for place, one in enumerate(reply.answers) if place and place not in places]
    return "".join(
        (
            _first_html(reply.answers[0], numbers, outlets),
            _conflict_html(reply, numbers),
            _over_time_html(reply),
            _others_html(others, numbers),
            _silent_outlets_html(reply),
        )
    )


def _first_html(answer: Answer, numbers: Numbers, differing: int) -> str:
    """Return the best answer: its value if it has one, and its sentence."""
    first = citation_html(answer.citations[0], numbers, answer)
    if answer.kind == "sentence":
        return (
            f'<article class="answer first quoted"><div {_likely(answer)}>{first}</div></article>'
        )
    value = (
        f'<div class="headline"><p class="value">{bidi(answer.text)}</p>'
        f'<p class="weight{" differs" if differing else ""}" {_likely(answer)}>'
        f"{evidence_in_words(answer, differing)}</p></div>"
    )
    return f'<article class="answer first">{value}{first}</article>'


def _conflict_html(reply: Reply, numbers: Numbers) -> str:
    """Return the answers that contradict each other, outlet beside outlet.

    The sentence of each is there on one click.
    """
    if reply.conflict is None:
        return ""
    cells = "".join(_other_html(answer, numbers) for answer in reply.conflicting)
    title = f"{plural(reply.conflict.outlets, 'outlet')} differ".capitalize()
    return (
        f'<section class="differ" aria-label="{title}"><h3>{title}</h3>'
        f'<div class="beside">{cells}</div></section>'
    )


def _over_time_html(reply: Reply) -> str:
    """Return one figure as it changed: a line of dated values."""
    if not reply.over_time:
        return ""
    values = "".join(
        f'<li title="{escape(figure.citation.article.source or NO_OUTLET)}">'
        f"<b>{bidi(figure.citation.qualified)}</b> "
        f'<time datetime="{figure.date}">{in_words(figure.date.isoformat())}</time></li>'
        for figure in reply.over_time
    )
    return f'<ol class="over-time" aria-label="Reported over time">{values}</ol>'


def _others_html(others: Sequence[Answer], numbers: Numbers) -> str:
    """Return the answers after the best, one line each."""
    if not others:
        return ""
    lines = "".join(_other_html(answer, numbers) for answer in others)
    title = "Other answers" if others[0].kind == "value" else "Other outlets"
    return f'<section class="others"><h3>{title}</h3>{lines}</section>'


def _other_html(answer: Answer, numbers: Numbers) -> str:
    """Return an answer as a line that opens: who gives it, and what it is."""
    first = answer.citations[0]
    said = f'<b class="value">{bidi(first.qualified)}</b>'
    if answer.kind == "sentence":
        said = f'<span class="opening">{sentence_html(first)}</span>'
    stance = stance_in_words(first)
    more = f", {plural(answer.outlets, 'outlet')}" if answer.outlets > 1 else ""
    if stance:
        more += f" · {stance}"
    return (
        f'<details class="answer other of-{answer.kind}"><summary {_likely(answer)}>{said}'
        f'<span class="given">{given_html(first.article)}{more}</span></summary>'
        f"{citation_html(first, numbers, answer)}</details>"
    )


def _likely(answer: Answer) -> str:
    """Return the probability of an answer as a title attribute."""
    return f'title="{round(100 * answer.probability)}% likely"'


def _silent_outlets_html(reply: Reply) -> str:
    if not reply.silent_outlets:
        return ""
    names = escape(", ".join(reply.silent_outlets))
    return f'<p class="quiet">On the story too, without this: {names}.</p>'


def _passages_html(hits: Sequence[Hit]) -> str:
    """Return the passages that were read, closed."""
    if not hits:
        return ""
    items = "".join(_passage_item(hit, number) for number, hit in enumerate(hits))
    return (
        f'<details class="passages"><summary>Passages read ({len(hits)})</summary>'
        f"<ol>{items}</ol></details>"
    )


def _passage_item(hit: Hit, number: int) -> str:
    return (
        f'<li><p dir="auto" tabindex="0" title="score {hit.score:.2f}">{escape(hit.text)}</p>'
        f'<p class="source">{dateline_html(hit.article)} '
        f'<button type="button" class="plain" data-passage="{number}">show in the article</button>'
        "</p></li>"
    )


def _understood_html(understood: Understood | None) -> str:
    """Return how a question was completed.

    The button beside it asks it as it was typed.
    """
    if understood is None or understood.text == understood.asked:
        return ""
    return (
        f'<p class="understood">Understood as <em>{bidi(understood.text)}</em> '
        f'<button type="button" class="plain" data-literally="{escape(understood.asked)}">'
        "ask it literally</button></p>"
    )


def _saving_html(reply: Reply) -> str:
    """Return links that hold the whole reply as a file, as JSON and as Markdown."""
    line = json.dumps(reply.to_dict(), ensure_ascii=False) + "\n"
    as_json = _saving_link("JSON", "reply.json", "application/json", line)
    markdown = reply_as_markdown(reply)
    as_markdown = _saving_link("Markdown", "reply.md", "text/markdown", markdown)
    return f'<p class="saving">Save this reply as {as_json} or {as_markdown}</p>'


def _saving_link(label: str, file: str, kind: str, content: str) -> str:
    data = base64.b64encode(content.encode()).decode()
    return f'<a download="{file}" href="data:{kind};charset=utf-8;base64,{data}">{label}</a>'
