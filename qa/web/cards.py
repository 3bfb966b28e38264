"""A reply as HTML: answers as cards, what differs at a glance, and passages.

A citation or a passage is a button with data-* attributes: page.js and qa/web/page.py say what it
does. No text is rendered as markup.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape

from index.text.dates import in_words
from qa.answering.turns import Understood
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.text import outlet, quotation, reason_in_words, revised, sentence_parts, stance
from qa.types import Answer, Citation, Hit, Reply
from qa.web.addresses import NO_LIMITS, Limits, question_address
from qa.web.evidence import evidence_html
from qa.web.markup import bidi, dateline_html, day_in_words, web_link

_NEAREST = 3  # passages shown at once if there is no answer
_LIKELIHOODS = ((0.9, "almost certainly"), (0.75, "very likely"), (0.55, "likely"))

# The number of each finding, by its article and place in it.
Numbers = dict[tuple[str, int, int], int]


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
    body = _answers_html(reply, _numbers(found)) if reply.answered else _silence_html(reply)
    return (
        f'<section class="turn" data-address="{escape(address)}"><div class="findings">'
        f"<h2>{bidi(asked)}</h2>"
        f"{_understood_html(understood)}{_limits_html(reply.question, limits)}{body}"
        f"{_passages_html(reply)}{_saving_html(reply)}</div>"
        f"{evidence_html(found, reply.passages)}</section>"
    )


def findings(reply: Reply) -> list[Citation]:
    """Return every citation of a reply once, best answer first.

    The evidence marks them.
    """
    found: dict[Citation, None] = {}
    for answer in reply.answers:
        found.update(dict.fromkeys(answer.citations))
    return list(found)


def likelihood(probability: float) -> str:
    """Return a calibrated probability in words."""
    for bound, words in _LIKELIHOODS:
        if probability >= bound:
            return words
    return "possibly"


def _numbers(found: Sequence[Citation]) -> Numbers:
    return {(one.article.id, one.start, one.end): number for number, one in enumerate(found)}


def _answers_html(reply: Reply, numbers: Numbers) -> str:
    """Return what differs, what changed, the answers, and who is silent."""
    best, *others = reply.answers
    return "".join(
        (
            _conflict_html(reply),
            _revised_html(reply),
            _answer_html(best, "first", numbers),
            _others_html(others, reply.disagreement, numbers),
            _silent_outlets_html(reply),
        )
    )


def _silence_html(reply: Reply) -> str:
    """Return why there is no answer.

    The nearest articles are not named: they stand below.
    """
    reason = reason_in_words(reply)
    if reply.reason_code == "not-said":
        reason = reason.partition("; ")[0]
    return f'<p class="silent">{escape(reason)}.</p>'


def _conflict_html(reply: Reply) -> str:
    """Return a table with a row for each answer that contradicts another.

    A row holds the value, who gave it and when, and how likely it is.
    """
    if reply.conflict is None:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{bidi(answer.citations[0].qualified)}</th>'
        f"<td>{_givers_html(answer)}</td><td>{_meter_html(answer.probability)}</td></tr>"
        for answer in reply.conflicting
    )
    return (
        f'<table class="differ"><caption>The articles differ</caption><tbody>{rows}</tbody></table>'
    )


def _revised_html(reply: Reply) -> str:
    changed = revised(reply)
    if not changed:
        return ""
    return f'<p class="revised"><b>Revised.</b> {escape(changed)}</p>'


def _others_html(others: Sequence[Answer], differ: bool, numbers: Numbers) -> str:
    """Return the answers after the best, open if some of them contradict it."""
    if not others:
        return ""
    label, state = "Less likely answers", ""
    if differ:
        label, state = "Other figures and names found", " open"
    cards = "".join(_answer_html(answer, "other", numbers) for answer in others)
    return (
        f'<details class="others"{state}><summary>{label} ({len(others)})</summary>'
        f"{cards}</details>"
    )


def _silent_outlets_html(reply: Reply) -> str:
    if not reply.silent_outlets:
        return ""
    names = escape(", ".join(reply.silent_outlets))
    return f'<p class="quiet">On the story too, without this: {names}.</p>'


def _answer_html(answer: Answer, css_class: str, numbers: Numbers) -> str:
    """Return one answer: its value, how likely it is, who gives it, and its citations."""
    first, *more = answer.citations
    likely = f"{likelihood(answer.probability)} ({round(100 * answer.probability)}%)"
    if answer.origins > 1:
        likely += f" · {answer.origins} independent reports"
    value = ""
    if answer.kind == "sentence":
        css_class += " quoted"
    else:
        value = f'<p class="value">{bidi(answer.text)}</p>'
    return (
        f'<article class="answer {css_class}">{value}'
        f'<p class="likelihood">{_meter_html(answer.probability)} {likely}</p>'
        f'<p class="givers">{_givers_html(answer)}</p>{_citation_html(first, numbers)}'
        f"{_more_citations_html(more, numbers)}</article>"
    )


def _more_citations_html(citations: Sequence[Citation], numbers: Numbers) -> str:
    if not citations:
        return ""
    count = len(citations)
    reports = "report" if count == 1 else "reports"
    shown = "".join(_citation_html(citation, numbers) for citation in citations)
    return f'<details class="more"><summary>{count} more {reports} of it</summary>{shown}</details>'


def _givers_html(answer: Answer) -> str:
    """Return the outlets that give a value, each once, with the days on which they do."""
    days: dict[str, list[str]] = {}
    for citation in answer.citations:
        known = days.setdefault(outlet(citation.article), [])
        day = day_in_words(citation.article)
        if day and day not in known:
            known.append(day)
    return ", ".join(
        bidi(name) + (f" ({escape(', '.join(known))})" if known else "")
        for name, known in days.items()
    )


def _meter_html(probability: float) -> str:
    """Return a probability as a bar."""
    percent = round(100 * probability)
    return (
        '<span class="meter" role="meter" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}" aria-label="{percent} percent likely">'
        f'<i style="width:{percent}%"></i></span>'
    )


def _citation_html(citation: Citation, numbers: Numbers) -> str:
    """Return a quotation with its source, and what one can do with it."""
    number = numbers[citation.article.id, citation.start, citation.end]
    page = f" · page {citation.page}" if citation.page is not None else ""
    return (
        f'<div class="citation"><blockquote dir="auto">{_sentence_html(citation)}</blockquote>'
        f"{_speaker_html(citation)}"
        f'<p class="source">{dateline_html(citation.article)}{page}</p><p class="actions">'
        f'<button type="button" class="plain" data-finding="{number}">show in the article</button>'
        '<button type="button" class="plain copy" '
        f'data-quotation="{escape(quotation(citation))}">copy quotation</button>'
        f"{web_link(citation.link, 'open original')}</p></div>"
    )


def _sentence_html(citation: Citation) -> str:
    """Return the sentence of a citation, the span marked in it."""
    before, marked, after = sentence_parts(citation)
    return f"{escape(before)}<mark>{escape(marked)}</mark>{escape(after)}"


def _speaker_html(citation: Citation) -> str:
    said = ""
    if citation.attribution:
        said = f'<p class="speaker">as <b>{bidi(citation.attribution)}</b> is quoted</p>'
    if citation.stance != "said":
        said += f'<p class="speaker">{escape(stance(citation).removeprefix(", "))}</p>'
    return said


def _passages_html(reply: Reply) -> str:
    """Return the passages with their scores.

    Below answers they are closed. Without answers the nearest of them are shown.
    """
    hits = reply.passages
    if not hits:
        return ""
    items = [_passage_item(hit, number) for number, hit in enumerate(hits)]
    if reply.answered:
        return (
            f'<details class="passages"><summary>Passages read ({len(hits)})</summary>'
            f"<ol>{''.join(items)}</ol></details>"
        )
    nearest, further = items[:_NEAREST], items[_NEAREST:]
    more = ""
    if further:
        more = (
            f'<details class="more"><summary>{len(further)} more passages</summary>'
            f'<ol start="{_NEAREST + 1}">{"".join(further)}</ol></details>'
        )
    return (
        '<div class="passages"><h3>The nearest passages</h3>'
        f"<ol>{''.join(nearest)}</ol>{more}</div>"
    )


def _passage_item(hit: Hit, number: int) -> str:
    return (
        f'<li><p dir="auto" tabindex="0">{escape(hit.text)}</p>'
        f'<p class="source">{dateline_html(hit.article)} · score {hit.score:.2f} '
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


def _limits_html(question: str, limits: Limits) -> str:
    """Return what limits an answer, and the link that asks without limits."""
    told = []
    if limits.filters:
        told.append(f"Only articles {limits.filters.in_words()}.")
    if limits.as_of is not None:
        told.append(f"As if asked on {in_words(limits.as_of)}.")
    if not told:
        return ""
    return (
        f'<p class="limits">{escape(" ".join(told))} '
        f'<a href="{escape(question_address(question))}" data-again>ask without limits</a></p>'
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
