"""A reply as Markdown, to keep or send: what an article or a question says stays text there too."""

from __future__ import annotations

import re

from index.text.dates import in_words
from index.types import Article
from qa.rendering.text import differing, reason_in_words, revised
from qa.types import Reply, Span

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&:@/^=\"'])")


def reply_as_markdown(reply: Reply) -> str:
    """The question, each answer with its citations, or why there is none; where each citation stands in its article."""
    lines = [f"# {plain(reply.question)}", ""]
    if reply.disagreement:
        lines += [f"**The articles differ:** {plain(differing(reply))}", ""]
    if changed := revised(reply):
        lines += [f"**Revised:** {plain(changed)}", ""]
    for answer in reply.answers:
        lines += [f"## {plain(answer.text)} ({round(100 * answer.probability)}%)", ""]
        for citation in answer.citations:
            lines += [f"> {_sentence(citation)}", ">", f"> {_source(citation)}", ""]
    if not reply.answered:
        lines += [f"{plain(reason_in_words(reply))}.", ""]
        lines += [f"- {plain(hit.text)} ({_dateline(hit.article)})" for hit in reply.passages[:3]]
    return "\n".join(
        [*lines, f"Answered by Dateline from generation {reply.index_generation} of its index.", ""]
    )


def plain(text: str) -> str:
    """Text on one line with nothing in it that Markdown reads as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _sentence(citation: Span) -> str:
    first, last = citation.sentence_span
    text = citation.article.text
    before, said, after = (
        text[first : citation.start],
        text[citation.start : citation.end],
        text[citation.end : last],
    )
    spaces = [" " if part[:1].isspace() else "" for part in (said, after)]
    tail = " " if before[-1:].isspace() else ""
    return f"{plain(before)}{tail}{spaces[0]}**{plain(said)}**{spaces[1]}{plain(after)}"


def _source(citation: Span) -> str:
    speaker = f", as {plain(citation.attribution)} is quoted" if citation.attribution else ""
    link = (
        f" <{citation.link.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}>"
        if citation.link is not None
        else ""
    )
    page = f"page {citation.page}, " if citation.page is not None else ""
    return f"{_dateline(citation.article)}, {page}characters {citation.start} to {citation.end} of {plain(citation.article.path)}{speaker}{link}"


def _dateline(article: Article) -> str:
    day = in_words(article.published.isoformat()) if article.published is not None else None
    parts = (article.source, day, article.title)
    return " · ".join(plain(part) for part in parts if part) or plain(article.path)
