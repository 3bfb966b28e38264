"""For notebooks: articles and citations as pandas frames, a reply as HTML. Everything of an article or a question is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from index.types import Article
from qa.rendering.text import dateline, differing, in_language, reason_in_words
from qa.types import Answer, Reply, Span, article_to_dict

if TYPE_CHECKING:
    import pandas

_ARTICLE = ("id", "title", "source", "published", "url", "path", "language", "authors", "text")
_CITATION = ("answer", "answer_probability", "origins", "text", "start", "end", "sentence", "attribution", "score", "probability", "as_of", "link", "page")  # fmt: skip


def articles_frame(articles: Iterable[Article]) -> pandas.DataFrame:
    """A row an article: id, title, source, published (datetime64), url, path, language, authors, text."""
    rows = [
        [
            *(getattr(article, name) for name in _ARTICLE[:-2]),
            "; ".join(article.authors),
            article.text,
        ]
        for article in articles
    ]
    return _frame(rows, _ARTICLE)


def citations_frame(reply: Reply) -> pandas.DataFrame:
    """A row a citation, best answer first: the answer, its probability and origins, the citation's fields, and its article's (`article_id`, ...)."""
    rows = []
    for answer in reply.answers:
        for citation in answer.citations:
            fields = citation.to_dict()
            article = fields.pop("article")
            rows.append(
                [
                    answer.text,
                    answer.probability,
                    answer.origins,
                    *fields.values(),
                    *article.values(),
                ]
            )
    names = ["article_id" if name == "id" else name for name in article_to_dict(Article("", ""))]
    return _frame(rows, (*_CITATION, *names))


def _frame(rows: list[list[Any]], names: Iterable[str]) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError:
        raise ImportError(
            "expected pandas to make a frame, found none; do: pip install 'dateline[pandas]'"
        ) from None
    frame = pandas.DataFrame(rows, columns=list(names))
    frame["published"] = pandas.to_datetime(frame["published"])
    return frame


def reply_as_html(reply: Reply) -> str:
    """The answers with their sentences and sources; or why there is none. Needs no style sheet."""
    body = f"<p>The articles differ: {escape(differing(reply))}</p>" if reply.disagreement else ""
    body += (
        "".join(map(_answer, reply.answers))
        if reply.answered
        else f"<p>{escape(reason_in_words(reply))}.</p>"
    )
    return f"<div><p><b>{escape(reply.question)}</b></p>{body}</div>"


def _answer(answer: Answer) -> str:
    origins = f"{answer.origins} origin{'' if answer.origins == 1 else 's'}"
    citations = "".join(f"<li>{_citation(citation)}</li>" for citation in answer.citations)
    return f"<p><b>{escape(answer.text)}</b> ({answer.probability:.0%}, {origins})</p><ul>{citations}</ul>"


def _citation(span: Span) -> str:
    start, end = span.sentence_span
    text = span.article.text
    quoted = f"“{escape(text[start : span.start])}<mark>{escape(span.text)}</mark>{escape(text[span.end : end])}”"
    named = escape(dateline(span.article))
    if span.link is not None:
        named = (
            f'<a href="{escape(span.link)}" target="_blank" rel="noopener noreferrer">{named}</a>'
        )
    page = f", page {span.page}" if span.page is not None else ""
    return f"{quoted}<br><small>{named}{page}{escape(in_language(span.article))}</small>"
