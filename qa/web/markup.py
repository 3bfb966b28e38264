"""Pieces of HTML that several views share.

Text from an article or a question is escaped here.
"""

from __future__ import annotations

from html import escape

from index.text.dates import in_words
from index.types import Article
from qa.links import is_web_address
from qa.rendering.text import headline, in_language


def bidi(text: str) -> str:
    """Return text escaped and isolated.

    Marks of writing direction end with it.
    """
    return f"<bdi>{escape(text)}</bdi>"


def join_parts(*parts: str) -> str:
    """Join the parts that are not empty by a middle dot."""
    return " · ".join(part for part in parts if part)


def day_in_words(article: Article) -> str:
    """Return the day an article was published, as "14 October 2022"; empty if unknown."""
    return in_words(article.published.isoformat()) if article.published is not None else ""


def outlet_html(article: Article) -> str:
    """Return the outlet of an article in bold; empty if unknown."""
    return f"<b>{bidi(article.source)}</b>" if article.source else ""


def dateline_html(article: Article, titled: bool = True) -> str:
    """Return outlet, day, title and language of an article, as far as known.

    The title is there only if `titled`.
    """
    title = f"<cite>{bidi(headline(article))}</cite>" if titled else ""
    language = escape(in_language(article).removeprefix(", "))
    return join_parts(outlet_html(article), escape(day_in_words(article)), title, language)


def web_link(url: str | None, label: str, css_class: str = "") -> str:
    """Return a link that opens in a new tab.

    It is empty unless the address is http or https.
    """
    if url is None or not is_web_address(url):
        return ""
    named = f'class="{css_class}" ' if css_class else ""
    return f'<a {named}href="{escape(url)}" target="_blank" rel="noopener noreferrer">{label}</a>'
