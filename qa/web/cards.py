"""A reply as HTML: the answer and its sentence, what differs, what else is said.

Evidence is said in words. The probability stands in a title attribute alone. What is shown is in
the reply: nothing is compared or counted here. No text is rendered as markup.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from markupsafe import Markup

from index.text.dates import in_words
from qa.answering.turns import Understood
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.wording import evidence_in_words, plural
from qa.types import Answer, Citation, Hit, Reply
from qa.web.addresses import NO_LIMITS, Limits, question_address
from qa.web.chips import chips_html
from qa.web.citations import Numbers, citation_html, numbers_of, sentence_html, stance_in_words
from qa.web.evidence import evidence_html
from qa.web.markup import NO_OUTLET, NOTHING, bidi, dateline_html, given_html
from qa.web.silence import silence_html


def reply_html(
    reply: Reply,
    understood: Understood | None = None,
    limits: Limits = NO_LIMITS,
    address: str = "",
) -> Markup:
    """Return the answers to a question, with their evidence beside them.

    `understood` is how a question of a conversation was completed, or None.
    """
    found = findings(reply)
    asked = reply.question if understood is None else understood.asked
    if reply.answered:
        body = _answers_html(reply, numbers_of(found))
    else:
        body = silence_html(reply, limits, numbers_of(found))
    return Markup(
        '<section class="turn" data-address="{address}" data-title="{question}">'
        '<div class="findings"><h2>{asked}</h2>{understood}{chips}{body}{passages}{saving}'
        '<div class="suggested" data-place="{address}"></div></div>{evidence}</section>'
    ).format(
        address=address,
        question=reply.question,
        asked=bidi(asked),
        understood=_understood_html(understood, limits),
        chips=chips_html(reply, limits),
        body=body,
        passages=_passages_html(reply.passages),
        saving=_saving_html(reply),
        evidence=evidence_html(found, reply.passages),
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


def _answers_html(reply: Reply, numbers: Numbers) -> Markup:
    """Return the best answer, what differs or changed, the others, who is silent."""
    places = () if reply.conflict is None else reply.conflict.answers
    outlets = 0
    if reply.conflict is not None and 0 in places:
        outlets = reply.conflict.outlets
    others = [one for place, one in enumerate(reply.answers) if place and place not in places]
    return NOTHING.join(
        (
            _first_html(reply.answers[0], numbers, outlets),
            _conflict_html(reply, numbers),
            _over_time_html(reply),
            _others_html(others, numbers),
            _silent_outlets_html(reply),
        )
    )


def _first_html(answer: Answer, numbers: Numbers, differing: int) -> Markup:
    """Return the best answer: its value if it has one, and its sentence."""
    first = citation_html(answer.citations[0], numbers, answer)
    if answer.kind == "sentence":
        return Markup(
            '<article class="answer first quoted"><div title="{likely}">{first}</div></article>'
        ).format(likely=_likely(answer), first=first)
    return Markup(
        '<article class="answer first"><div class="headline"><p class="value">{value}</p>'
        '<p class="{css_class}" title="{likely}">{evidence}</p></div>{first}</article>'
    ).format(
        value=bidi(answer.text),
        css_class="weight differs" if differing else "weight",
        likely=_likely(answer),
        evidence=evidence_in_words(answer, differing),
        first=first,
    )


def _conflict_html(reply: Reply, numbers: Numbers) -> Markup:
    """Return the answers that contradict each other, outlet beside outlet.

    The sentence of each is there on one click.
    """
    if reply.conflict is None:
        return NOTHING
    return Markup(
        '<section class="differ" aria-label="{title}"><h3>{title}</h3>'
        '<div class="beside">{cells}</div></section>'
    ).format(
        title=f"{plural(reply.conflict.outlets, 'outlet')} differ".capitalize(),
        cells=NOTHING.join(_other_html(answer, numbers) for answer in reply.conflicting),
    )


def _over_time_html(reply: Reply) -> Markup:
    """Return one figure as it changed: a line of dated values."""
    if not reply.over_time:
        return NOTHING
    item = Markup('<li title="{outlet}"><b>{value}</b> <time datetime="{day}">{words}</time></li>')
    values = NOTHING.join(
        item.format(
            outlet=figure.citation.article.source or NO_OUTLET,
            value=bidi(figure.citation.qualified),
            day=figure.date,
            words=in_words(figure.date.isoformat()),
        )
        for figure in reply.over_time
    )
    return Markup('<ol class="over-time" aria-label="Reported over time">{}</ol>').format(values)


def _others_html(others: Sequence[Answer], numbers: Numbers) -> Markup:
    """Return the answers after the best, one line each."""
    if not others:
        return NOTHING
    return Markup('<section class="others"><h3>{title}</h3>{lines}</section>').format(
        title="Other answers" if others[0].kind == "value" else "Other outlets",
        lines=NOTHING.join(_other_html(answer, numbers) for answer in others),
    )


def _other_html(answer: Answer, numbers: Numbers) -> Markup:
    """Return an answer as a line that opens: who gives it, and what it is."""
    first = answer.citations[0]
    said = Markup('<b class="value">{}</b>').format(bidi(first.qualified))
    if answer.kind == "sentence":
        said = Markup('<span class="opening">{}</span>').format(sentence_html(first))
    stance = stance_in_words(first)
    more = f", {plural(answer.outlets, 'outlet')}" if answer.outlets > 1 else ""
    if stance:
        more += f" · {stance}"
    return Markup(
        '<details class="answer other of-{kind}"><summary title="{likely}">{said}'
        '<span class="given">{given}{more}</span></summary>{first}</details>'
    ).format(
        kind=answer.kind,
        likely=_likely(answer),
        said=said,
        given=given_html(first.article),
        more=more,
        first=citation_html(first, numbers, answer),
    )


def _likely(answer: Answer) -> str:
    """Return the probability of an answer, for a title attribute."""
    return f"{round(100 * answer.probability)}% likely"


def _silent_outlets_html(reply: Reply) -> Markup:
    if not reply.silent_outlets:
        return NOTHING
    return Markup('<p class="quiet">On the story too, without this: {}.</p>').format(
        ", ".join(reply.silent_outlets)
    )


def _passages_html(hits: Sequence[Hit]) -> Markup:
    """Return the passages that were read, closed."""
    if not hits:
        return NOTHING
    return Markup(
        '<details class="passages"><summary>Passages read ({count})</summary>'
        "<ol>{items}</ol></details>"
    ).format(
        count=len(hits),
        items=NOTHING.join(_passage_item(hit, number) for number, hit in enumerate(hits)),
    )


def _passage_item(hit: Hit, number: int) -> Markup:
    return Markup(
        '<li><p dir="auto" tabindex="0" title="score {score:.2f}">{text}</p>'
        '<p class="source">{dateline} '
        '<button type="button" class="plain" data-passage="{number}">show in the article</button>'
        "</p></li>"
    ).format(score=hit.score, text=hit.text, dateline=dateline_html(hit.article), number=number)


def _understood_html(understood: Understood | None, limits: Limits) -> Markup:
    """Return how a question was completed, and what else may be meant.

    The button beside it asks it as it was typed.
    """
    if understood is None:
        return NOTHING
    completed = NOTHING
    if understood.text != understood.asked:
        completed = Markup(
            '<p class="understood">Understood as <em>{text}</em> '
            '<button type="button" class="plain" data-literally="{asked}">'
            "ask it literally</button></p>"
        ).format(text=bidi(understood.text), asked=understood.asked)
    others = [one for one in understood.others if one != understood.asked]
    return completed + _may_mean_html(others, limits)


def _may_mean_html(others: Sequence[str], limits: Limits) -> Markup:
    """Return other questions that may be meant, each a link that asks it."""
    if not others:
        return NOTHING
    link = Markup('<a class="chip" href="{}" data-again>{}</a>')
    links = NOTHING.join(link.format(question_address(one, limits), bidi(one)) for one in others)
    return Markup('<p class="meant chips">Or do you mean {}</p>').format(links)


def _saving_html(reply: Reply) -> Markup:
    """Return links that hold the whole reply as a file, as JSON and as Markdown."""
    line = json.dumps(reply.to_dict(), ensure_ascii=False) + "\n"
    as_json = _saving_link("JSON", "reply.json", "application/json", line)
    markdown = reply_as_markdown(reply)
    as_markdown = _saving_link("Markdown", "reply.md", "text/markdown", markdown)
    return Markup('<p class="saving">Save this reply as {} or {}</p>').format(as_json, as_markdown)


def _saving_link(label: str, file: str, kind: str, content: str) -> Markup:
    return Markup(
        '<a download="{file}" href="data:{kind};charset=utf-8;base64,{data}">{label}</a>'
    ).format(file=file, kind=kind, data=base64.b64encode(content.encode()).decode(), label=label)
