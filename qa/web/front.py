"""The start of the page: what the archive holds, its timeline, its headlines.

A visitor finds these first. The headlines are the latest.
"""

from __future__ import annotations

from html import escape

from index.text.dates import in_words
from index.types import Article, Store
from qa.rendering.wording import counted
from qa.web.addresses import article_address
from qa.web.markup import bidi, dateline_html, title_of
from qa.web.timeline import timeline_html

_HEADLINES = 6
EXAMPLES_PLACE = '<div class="suggested" data-place=""></div>'


def holdings(store: Store) -> str:
    """Return "5 articles from 4 outlets, 13 November 2020 to 14 October 2022"."""
    articles = list(store.articles())
    outlets = {article.source for article in articles if article.source}
    days = [article.published for article in articles if article.published is not None]
    told = counted(len(articles), "article")
    if outlets:
        told += f" from {counted(len(outlets), 'outlet')}"
    if days:
        told += f", {in_words(min(days).isoformat())}"
    if days and min(days) != max(days):
        told += f" to {in_words(max(days).isoformat())}"
    return told


def masthead_html(holds: str) -> str:
    """Return the head of the page, with what the archive holds."""
    return (
        "<header><h1>Dateline</h1>"
        "<p>Ask a folder of news. It answers in the articles’ own words.</p>"
        f"<p class='holds'>{escape(holds)}&nbsp;</p></header>"
    )


def front_html(store: Store) -> str:
    """Return what the page promises, and the latest headlines.

    A headline opens its article.
    """
    articles = sorted(
        store.articles(), key=lambda article: str(article.published or ""), reverse=True
    )
    headlines = "".join(map(_headline_item, articles[:_HEADLINES]))
    latest = ""
    if headlines:  # page.js puts examples into their place
        latest = f"{EXAMPLES_PLACE}<h2>Latest in the archive</h2><ul>{headlines}</ul>"
    return (
        '<section class="front"><p class="holds">Every answer is a quotation, with its source. '
        f"If the articles give no clear answer, Dateline says so.</p>{latest}</section>"
    )


def store_timeline_html(store: Store) -> str:
    """Return the articles of an index over time, as bars."""
    return timeline_html(
        article.published for article in store.articles() if article.published is not None
    )


def _headline_item(article: Article) -> str:
    return (
        f'<li><p><a href="{escape(article_address(article.id))}" data-again>'
        f"<cite>{bidi(title_of(article))}</cite></a></p>"
        f"<p>{dateline_html(article, titled=False)}</p></li>"
    )
