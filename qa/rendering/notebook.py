"""Articles and citations as pandas frames, and a reply as HTML, for notebooks.

All that an article or a question says is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from index.types import Article
from qa.rendering.wording import (
    dateline,
    differing,
    evidence_in_words,
    in_language,
    on_page,
    sentence_parts,
    silence,
)
from qa.types import Answer, Citation, Reply, article_to_dict

if TYPE_CHECKING:
    import pandas

_ARTICLE_COLUMNS = (
    "id",
    "title",
    "source",
    "published",
    "url",
    "path",
    "language",
    "authors",
    "text",
)
_ANSWER_COLUMNS = ("answer", "kind", "answer_probability", "outlets", "origins")
_CITATION_COLUMNS = (
    "text",
    "start",
    "end",
    "sentence",
    "attribution",
    "stance",
    "score",
    "probability",
    "as_of",
    "link",
    "page",
)
_CITED_ARTICLE = tuple(article_to_dict(Article("", "")))  # the fields of an article in a citation


def articles_frame(articles: Iterable[Article]) -> pandas.DataFrame:
    """Return one row per article.

    The columns: id, title, source, published (datetime64), url, path, language, authors, text.
    Raises ImportError without pandas.
    """
    rows = []
    for article in articles:
        row = {name: getattr(article, name) for name in _ARTICLE_COLUMNS}
        rows.append(row | {"authors": "; ".join(article.authors)})
    return _frame(rows, _ARTICLE_COLUMNS)


def citations_frame(reply: Reply) -> pandas.DataFrame:
    """Return one row per citation, those of the best answer first.

    The columns: the answer, its kind, probability, outlets and origins; the fields of the
    citation; those of its article, whose id is `article_id`. Raises ImportError without pandas.
    """
    names = ["article_id" if name == "id" else name for name in _CITED_ARTICLE]
    rows = [
        _citation_row(answer, citation) for answer in reply.answers for citation in answer.citations
    ]
    return _frame(rows, (*_ANSWER_COLUMNS, *_CITATION_COLUMNS, *names))


def _citation_row(answer: Answer, citation: Citation) -> dict[str, Any]:
    fields = citation.to_dict()
    article: dict[str, Any] = fields["article"]
    row: dict[str, Any] = {
        "answer": answer.text,
        "kind": answer.kind,
        "answer_probability": answer.probability,
        "outlets": answer.outlets,
        "origins": answer.origins,
    }
    row |= {name: fields[name] for name in _CITATION_COLUMNS}
    return row | {"article_id": article.pop("id")} | article


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError:
        raise ImportError(
            "expected pandas to make a frame, found none; "
            "do, in a clone of Dateline: pip install '.[pandas]'"
        ) from None
    frame = pandas.DataFrame(rows, columns=list(columns))
    frame["published"] = pandas.to_datetime(frame["published"])
    return frame


def reply_as_html(reply: Reply) -> str:
    """Return the answers with their sentences and sources, or why there is none.

    The HTML needs no style sheet.
    """
    if reply.answered:
        body = "".join(_answer(answer) for answer in reply.answers)
    else:
        nearest = "".join(f"<li>{_citation(citation)}</li>" for citation in reply.nearest)
        body = f"<p>{escape(silence(reply))}.</p>"
        if nearest:
            body += f"<ul>{nearest}</ul>"
    if reply.disagreement:
        body = f"<p>The articles differ: {escape(differing(reply))}</p>{body}"
    return f"<div><p><b>{escape(reply.question)}</b></p>{body}</div>"


def _answer(answer: Answer) -> str:
    citations = "".join(f"<li>{_citation(citation)}</li>" for citation in answer.citations)
    value = ""
    if answer.kind == "value":
        weight = f"{evidence_in_words(answer)}, {answer.probability:.0%}"
        value = f"<p><b>{escape(answer.text)}</b> ({weight})</p>"
    return f"{value}<ul>{citations}</ul>"


def _citation(citation: Citation) -> str:
    before, quoted, after = (escape(part) for part in sentence_parts(citation))
    named = escape(dateline(citation.article))
    if citation.link is not None:
        named = (
            f'<a href="{escape(citation.link)}" target="_blank" rel="noopener noreferrer">'
            f"{named}</a>"
        )
    page, language = on_page(citation), escape(in_language(citation.article))
    return f"“{before}<mark>{quoted}</mark>{after}”<br><small>{named}{page}{language}</small>"
