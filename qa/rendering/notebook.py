"""Articles and citations as pandas frames, and a reply as HTML, for notebooks.

All that an article or a question says is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

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


def reply_as_html(reply: Reply) -> Markup:
    """Return the answers with their sentences and sources, or why there is none.

    The HTML needs no style sheet.
    """
    body = Markup("")
    if reply.disagreement:
        body += Markup("<p>The articles differ: {}</p>").format(differing(reply))
    if reply.answered:
        body += Markup("").join(map(_answer, reply.answers))
    else:
        body += Markup("<p>{}.</p>").format(silence(reply))
        body += _citations(reply.nearest)
    return Markup("<div><p><b>{}</b></p>{}</div>").format(reply.question, body)


def _answer(answer: Answer) -> Markup:
    value = Markup("")
    if answer.kind == "value":
        value = Markup("<p><b>{value}</b> ({evidence}, {probability:.0%})</p>").format(
            value=answer.text,
            evidence=evidence_in_words(answer),
            probability=answer.probability,
        )
    return value + _citations(answer.citations)


def _citations(citations: Sequence[Citation]) -> Markup:
    """Return citations as a list; nothing if there is none."""
    items = Markup("").join(map(Markup("<li>{}</li>").format, map(_citation, citations)))
    return Markup("<ul>{}</ul>").format(items) if items else items


def _citation(citation: Citation) -> Markup:
    before, quoted, after = sentence_parts(citation)
    named = dateline(citation.article)
    if citation.link is not None:
        named = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
            citation.link, named
        )
    return Markup(
        "“{before}<mark>{quoted}</mark>{after}”<br><small>{named}{page}{language}</small>"
    ).format(
        before=before,
        quoted=quoted,
        after=after,
        named=named,
        page=on_page(citation),
        language=in_language(citation.article),
    )
