"""A reply as HTML for the page. Everything that came from an article or a question is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from index.describing import in_words
from index.types import Article, Store
from qa.showing import counted, differing, quotation, reason_in_words, revised, silent_outlets
from qa.types import Answer, Hit, Reply, Span

_SHOWN_AROUND = 20_000  # characters of an article on either side of a citation
_HEADLINES = 8


def reply_html(reply: Reply) -> str:
    """One turn of the conversation: the question, its answers with their evidence, the passages read."""
    if reply.answered:
        best, *others = reply.answers
        body = f'<p class="differ"><b>The articles differ.</b> {escape(differing(reply))}</p>' if reply.disagreement else ""
        if changed := revised(reply):
            body += f'<p class="revised"><b>Revised.</b> {escape(changed)}</p>'
        body += _answer(best, "first")
        if others:
            label = "Other figures and names found" if reply.disagreement else "Less likely answers"
            shown = "".join(_answer(answer, "other") for answer in others)
            body += f'<details class="others"{" open" if reply.disagreement else ""}><summary>{label} ({len(others)})</summary>{shown}</details>'
        if quiet := silent_outlets(reply):
            body += f'<p class="source">On the story too, without this: {escape(", ".join(quiet))}.</p>'
    else:
        body = f'<p class="silent">{escape(reason_in_words(reply))}.</p>'
    return f'<section class="turn"><h2>{escape(reply.question)}</h2>{body}{_passages(reply.passages)}</section>'


def notice_html(question: str, message: str) -> str:
    """A turn that could not be answered at all, in one line."""
    heading = f"<h2>{escape(question[:200])}</h2>" if question.strip() else ""
    return f'<section class="turn" role="alert">{heading}<p class="silent">{escape(message[:1].upper() + message[1:])}.</p></section>'


def archive_html(store: Store) -> str:
    """What the archive holds: counts, days, outlets and the latest headlines."""
    articles = list(store.articles())
    dated = sorted(
        (article for article in articles if article.published is not None), key=lambda article: str(article.published), reverse=True
    )
    latest = [*dated, *(article for article in articles if article.published is None)][:_HEADLINES]
    outlets = len({article.source for article in articles if article.source})
    said = [counted(len(articles), "article"), f" from {counted(outlets, 'outlet')}" if outlets else ""]
    if dated:
        said.append(f", {in_words(str(dated[-1].published))} to {in_words(str(dated[0].published))}")
    headlines = "".join(f"<li>{_dateline(article)}</li>" for article in latest)
    return f'<section class="archive"><p>{escape("".join(said))}. Every answer is a quotation, with its source.</p><ul>{headlines}</ul></section>'


def likelihood(probability: float) -> str:
    """A calibrated probability in words."""
    for bound, words in ((0.9, "almost certainly"), (0.75, "very likely"), (0.55, "likely")):
        if probability >= bound:
            return words
    return "possibly"


def _answer(answer: Answer, kind: str) -> str:
    percent = round(100 * answer.probability)
    origins = f" · {answer.origins} independent reports" if answer.origins > 1 else ""
    head = f'<p class="value">{escape(answer.text)}</p><p class="likelihood"><meter min="0" max="100" value="{percent}"></meter> {likelihood(answer.probability)} ({percent}%){origins}</p>'
    return f'<div class="answer {kind}">{head}{"".join(map(_citation, answer.citations))}</div>'


def _citation(span: Span) -> str:
    first, last = span.sentence_span
    text = span.article.text
    sentence = f"{escape(text[first : span.start])}<mark>{escape(span.text)}</mark>{escape(text[span.end : last])}"
    original = (
        f' <a href="{escape(span.link)}" target="_blank" rel="noopener noreferrer">open original</a>' if span.link is not None else ""
    )
    speaker = f" · as <b>{escape(span.attribution)}</b> is quoted" if span.attribution else ""
    return (
        f"<blockquote>{sentence}</blockquote>"
        f'<details class="citation"><summary>{_dateline(span.article)}{speaker}</summary>'
        f'<div class="story" tabindex="0">{_story(span)}</div></details>'
        f'<button type="button" class="copy" data-quotation="{escape(quotation(span))}">copy quotation</button>{original}'
    )


def _story(span: Span) -> str:
    """The article's text around the span, which is marked; paragraphs kept."""
    text = span.article.text
    first, last = max(0, span.start - _SHOWN_AROUND), min(len(text), span.end + _SHOWN_AROUND)
    before, after = escape(text[first : span.start]), escape(text[span.end : last])
    cut_before, cut_after = "… " if first else "", " …" if last < len(text) else ""
    return f"{cut_before}{before}<mark>{escape(span.text)}</mark>{after}{cut_after}"


def _passages(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    items = "".join(
        f'<li><p>{escape(hit.text)}</p><p class="source">{_dateline(hit.article)} · score {hit.score:.2f}</p></li>' for hit in hits
    )
    return f'<details class="passages"><summary>Passages read ({len(hits)})</summary><ol>{items}</ol></details>'


def _dateline(article: Article) -> str:
    title = f"<cite>{escape(article.title)}</cite>" if article.title else f"<cite>{escape(article.path)}</cite>"
    published = escape(in_words(article.published.isoformat())) if article.published is not None else ""
    outlet = f"<b>{escape(article.source)}</b>" if article.source else ""
    return " · ".join(part for part in (outlet, published, title) if part)
