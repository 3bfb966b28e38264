"""A reply as HTML: its answers as cards, what differs at a glance, the passages. All of an article or a question is escaped here.

A citation, a passage or an earlier question is a button or a link with data-* attributes; page.js and qa/web/page.py
say what they do. Nothing is rendered as markup, and only http and https addresses become links.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from index.text.dates import in_words
from index.types import Article, Filters
from qa.answering.agreement import contradicting
from qa.answering.follow_ups import Turn, Understood
from qa.answering.values import qualified
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.text import (
    headline,
    in_language,
    outlet,
    quotation,
    reason_in_words,
    revised,
    silent_outlets,
)
from qa.types import Answer, Hit, Reply, Span
from qa.web.evidence import evidence_html


def reply_html(
    reply: Reply,
    understood: Understood | None = None,
    filters: Filters = Filters(),
    address: str = "",
    as_of: str | None = None,
) -> str:
    """The answers to a question, their evidence beside them. `understood`: how the page took it, where not literally."""
    places = {
        (span.article.id, span.start, span.end): number
        for number, span in enumerate(findings(reply))
    }
    if reply.answered:
        best, *others = reply.answers
        body = _differing(reply)
        if changed := revised(reply):
            body += f'<p class="revised"><b>Revised.</b> {escape(changed)}</p>'
        body += _answer(best, "first", places)
        if others:
            label = "Other figures and names found" if reply.disagreement else "Less likely answers"
            shown = "".join(_answer(answer, "other", places) for answer in others)
            body += f'<details class="others"{" open" if reply.disagreement else ""}><summary>{label} ({len(others)})</summary>{shown}</details>'
        if quiet := silent_outlets(reply):
            body += (
                f'<p class="quiet">On the story too, without this: {escape(", ".join(quiet))}.</p>'
            )
    else:
        said = reason_in_words(reply)
        said = (
            said.partition("; ")[0] if (reply.reason or "").startswith("not-said:") else said
        )  # what is nearest stands below
        body = f'<p class="silent">{escape(said)}.</p>'
    asked = understood.asked if understood is not None else reply.question
    head = (
        f"<h2>{bidi(asked)}</h2>{_understood(understood)}{_limited(reply.question, filters, as_of)}"
    )
    evidence = evidence_html(findings(reply), reply.passages)
    return (
        f'<section class="turn" data-address="{escape(address)}"><div class="findings">{head}{body}'
        f"{_passages(reply.passages, not reply.answered)}{_saving(reply)}</div>{evidence}</section>"
    )


def notice_html(question: str, message: str) -> str:
    """A turn that could not be answered at all, in one line."""
    heading = f"<h2>{bidi(question[:200])}</h2>" if question.strip() else ""
    return f'<section class="turn" role="alert"><div class="findings">{heading}<p class="silent">{escape(message[:1].upper() + message[1:])}.</p></div></section>'


def reading_html(question: str) -> str:
    """What stands there while a question is being read: its heading, and the places of what is to come; "" while the page opens."""
    return (
        f'<section class="turn reading{"" if question else " opening"}" aria-busy="true"><div class="findings"><h2>{bidi(question[:200])}</h2>'
        '<p class="source">Reading …</p><div class="skeleton tall"></div><div class="skeleton"></div><div class="skeleton wide"></div>'
        '<div class="skeleton wide"></div></div><div class="evidence"><div class="skeleton page"></div></div></section>'
    )


def earlier_html(turns: Sequence[Turn], shown: str) -> str:
    """The questions of a conversation but for the one at the address shown, newest first, each a link that shows its answer again."""
    others = [turn for turn in turns if turn.address != shown]
    if not others:
        return ""
    items = "".join(
        f'<li><a href="{escape(turn.address)}" data-again>{bidi(turn.understood)}</a>'
        f" <span>{escape(turn.answer) if turn.answer is not None else 'the articles do not say'}</span></li>"
        for turn in reversed(others)
    )
    return f'<nav class="earlier" aria-label="Earlier in this conversation"><h3>Earlier in this conversation</h3><ol>{items}</ol><p><button type="button" class="plain" data-afresh>begin a new conversation</button></p></nav>'


def address_of(question: str, filters: Filters, as_of: str | None = None) -> str:
    """The query of an address that opens with the answer: "?q=...&source=...&from=...&to=...&as_of=..."."""
    days = [("from", filters.since), ("to", filters.until)]
    pairs = [("q", question), *(("source", name) for name in filters.sources)]
    pairs += [(name, day.isoformat()) for name, day in days if day is not None]
    return "?" + urlencode([*pairs, ("as_of", as_of)] if as_of else pairs)


def findings(reply: Reply) -> list[Span]:
    """Every citation of a reply, best answer first: what the evidence marks, and the previous and next buttons go through."""
    return list(
        dict.fromkeys(citation for answer in reply.answers for citation in answer.citations)
    )


def likelihood(probability: float) -> str:
    """A calibrated probability in words."""
    for bound, words in ((0.9, "almost certainly"), (0.75, "very likely"), (0.55, "likely")):
        if probability >= bound:
            return words
    return "possibly"


def bidi(text: str) -> str:
    """Text escaped and kept to itself, so that what overrides the direction of writing ends with it."""
    return f"<bdi>{escape(text)}</bdi>"


def dateline_html(article: Article, titled: bool = True) -> str:
    """Outlet, day and title, or the first two."""
    published = (
        escape(in_words(article.published.isoformat())) if article.published is not None else ""
    )
    named = f"<b>{bidi(article.source)}</b>" if article.source else ""
    title = f"<cite>{bidi(headline(article))}</cite>" if titled else ""
    language = escape(in_language(article).removeprefix(", "))
    return " · ".join(part for part in (named, published, title, language) if part)


def _understood(understood: Understood | None) -> str:
    if understood is None or understood.text == understood.asked:
        return ""
    return (
        f'<p class="understood">Understood as <em>{bidi(understood.text)}</em> '
        f'<button type="button" class="plain" data-literally="{escape(understood.asked)}">ask it literally</button></p>'
    )


def _limited(question: str, filters: Filters, as_of: str | None) -> str:
    """What limits an answer, and the link that asks without them."""
    limits = [f"Only articles {filters.in_words()}."] if filters else []
    limits += [f"As if asked on {in_words(as_of)}."] if as_of else []
    if not limits:
        return ""
    return f'<p class="limits">{escape(" ".join(limits))} <a href="{escape(address_of(question, Filters()))}" data-again>ask without limits</a></p>'


def _differing(reply: Reply) -> str:
    """A row for each value that cannot be true beside the others: the value, who gives it and when, how likely."""
    if not reply.disagreement:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{bidi(qualified(answer.citations[0]))}</th><td>{_givers(answer)}</td><td>{_bar(answer.probability)}</td></tr>'
        for answer in contradicting(reply.answers, reply.question)
    )
    return (
        f'<table class="differ"><caption>The articles differ</caption><tbody>{rows}</tbody></table>'
    )


def _givers(answer: Answer) -> str:
    """The outlets that give a value, each once, with the days on which they do."""
    days: dict[str, list[str]] = {}
    for citation in answer.citations:
        said = days.setdefault(outlet(citation.article), [])
        if citation.article.published is not None:
            said.append(in_words(citation.article.published.isoformat()))
    return ", ".join(
        bidi(name) + (f" ({escape(', '.join(dict.fromkeys(said)))})" if said else "")
        for name, said in days.items()
    )


def _bar(probability: float) -> str:
    percent = round(100 * probability)
    return (
        f'<span class="meter" role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}" aria-label="{percent} percent likely">'
        f'<i style="width:{percent}%"></i></span>'
    )


def _answer(answer: Answer, kind: str, places: dict[tuple[str, int, int], int]) -> str:
    percent = round(100 * answer.probability)
    origins = f" · {answer.origins} independent reports" if answer.origins > 1 else ""
    first, *more = answer.citations
    rest = "".join(_citation(citation, places) for citation in more)
    further = f'<details class="more"><summary>{len(more)} more {"report" if len(more) == 1 else "reports"} of it</summary>{rest}</details>'
    return (
        f'<article class="answer {kind}"><p class="value">{bidi(answer.text)}</p>'
        f'<p class="likelihood">{_bar(answer.probability)} {likelihood(answer.probability)} ({percent}%){origins}</p>'
        f'<p class="givers">{_givers(answer)}</p>{_citation(first, places)}{further if more else ""}</article>'
    )


def _citation(span: Span, places: dict[tuple[str, int, int], int]) -> str:
    first, last = span.sentence_span
    text, place = span.article.text, places[span.article.id, span.start, span.end]
    sentence = f"{escape(text[first : span.start])}<mark>{escape(span.text)}</mark>{escape(text[span.end : last])}"
    original = (
        f'<a href="{escape(span.link)}" target="_blank" rel="noopener noreferrer">open original</a>'
        if span.link is not None
        else ""
    )
    speaker = (
        f'<p class="speaker">as <b>{bidi(span.attribution)}</b> is quoted</p>'
        if span.attribution
        else ""
    )
    page = f" · page {span.page}" if span.page is not None else ""
    return (
        f'<div class="citation"><blockquote dir="auto">{sentence}</blockquote>{speaker}<p class="source">{dateline_html(span.article)}{page}</p>'
        f'<p class="actions"><button type="button" class="plain" data-finding="{place}">show in the article</button>'
        f'<button type="button" class="plain copy" data-quotation="{escape(quotation(span))}">copy quotation</button>{original}</p></div>'
    )


def _passages(hits: Sequence[Hit], nearest: bool) -> str:
    """The passages with their scores; open, and called the nearest, where there is no answer."""
    if not hits:
        return ""
    shown = [
        f'<li><p dir="auto" tabindex="0">{escape(hit.text)}</p><p class="source">{dateline_html(hit.article)} · score {hit.score:.2f} '
        f'<button type="button" class="plain" data-passage="{number}">show in the article</button></p></li>'
        for number, hit in enumerate(hits)
    ]
    if not nearest:
        return f'<details class="passages"><summary>Passages read ({len(hits)})</summary><ol>{"".join(shown)}</ol></details>'
    more = f'<details class="more"><summary>{len(shown) - 3} more passages</summary><ol start="4">{"".join(shown[3:])}</ol></details>'
    return f'<div class="passages"><h3>The nearest passages</h3><ol>{"".join(shown[:3])}</ol>{more if len(shown) > 3 else ""}</div>'


def _saving(reply: Reply) -> str:
    """Links that save the reply, whole and offline: as the JSON of `dateline ask --json`, and as Markdown."""
    line = json.dumps(reply.to_dict(), ensure_ascii=False) + "\n"
    forms = (("json", "application/json", line), ("md", "text/markdown", reply_as_markdown(reply)))
    links = (
        f'<a download="reply.{suffix}" href="data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}">{label}</a>'
        for (suffix, kind, text), label in zip(forms, ("JSON", "Markdown"), strict=True)
    )
    return f'<p class="saving">Save this reply as {" or ".join(links)}</p>'
