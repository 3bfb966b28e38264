"""A reply as Markdown, to keep or to send.

What an article or a question says stays text: nothing in it is read as markup.
"""

from __future__ import annotations

import re

from index.types import Article
from qa.rendering.wording import differing, published_in_words, revised, sentence_parts, silence
from qa.types import Citation, Reply

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&:@/^=\"'])")
_LINK_ESCAPES = str.maketrans({"<": "%3C", ">": "%3E", " ": "%20"})


def reply_as_markdown(reply: Reply) -> str:
    """Return the question, its answers and their citations, or why there is none.

    Each citation names its characters in the text of its article.
    """
    lines = [f"# {plain(reply.question)}", ""]
    if reply.disagreement:
        lines += [f"**The articles differ:** {plain(differing(reply))}", ""]
    changed = revised(reply)
    if changed:
        lines += [f"**Revised:** {plain(changed)}", ""]
    for answer in reply.answers:
        if answer.kind == "value":
            lines += [f"## {plain(answer.text)} ({round(100 * answer.probability)}%)", ""]
        for citation in answer.citations:
            lines += [f"> {_sentence(citation)}", ">", f"> {_source(citation)}", ""]
    if not reply.answered:
        lines += [f"{plain(silence(reply))}.", ""]
        for citation in reply.nearest:
            lines += [f"> {_sentence(citation)}", ">", f"> {_source(citation)}", ""]
    lines.append(f"Answered by Dateline from generation {reply.index_generation} of its index.")
    return "\n".join([*lines, ""])


def plain(text: str) -> str:
    """Return text on one line, with all escaped that Markdown reads as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _sentence(citation: Citation) -> str:
    """Return the sentence with the span in bold; the spaces around the span are kept."""
    before, quoted, after = sentence_parts(citation)
    return (
        f"{plain(before)}{_space(before[-1:])}{_space(quoted[:1])}**{plain(quoted)}**"
        f"{_space(after[:1])}{plain(after)}"
    )


def _space(character: str) -> str:
    """Return a space for white space, which `plain` drops at an edge; else nothing."""
    return " " if character.isspace() else ""


def _source(citation: Citation) -> str:
    parts = [_dateline(citation.article)]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    path = plain(citation.article.path)
    parts.append(f"characters {citation.start} to {citation.end} of {path}")
    if citation.attribution:
        parts.append(f"as {plain(citation.attribution)} is quoted")
    source = ", ".join(parts)
    if citation.link is None:
        return source
    return f"{source} <{citation.link.translate(_LINK_ESCAPES)}>"


def _dateline(article: Article) -> str:
    known = (article.source, published_in_words(article), article.title)
    return " · ".join(plain(part) for part in known if part) or plain(article.path)
