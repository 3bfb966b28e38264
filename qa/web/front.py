"""The start of the page: what the archive holds, its timeline, its headlines.

A visitor finds these first. The headlines are the latest.
"""

from __future__ import annotations

from markupsafe import Markup

from index.text.dates import in_words
from index.types import Article, Store
from qa.rendering.wording import counted
from qa.web.addresses import article_address
from qa.web.markup import NOTHING, bidi, dateline_html, title_of
from qa.web.timeline import timeline_html

_HEADLINES = 6
EXAMPLES_PLACE = Markup('<div class="suggested" data-place=""></div>')


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


def masthead_html(holds: str) -> Markup:
    """Return the head of the page, with what the archive holds."""
    return Markup(
        "<header><h1>Dateline</h1>"
        "<p>Ask a folder of news. It answers in the articles’ own words.</p>"
        "<p class='holds'>{}&nbsp;</p></header>"
    ).format(holds)


def front_html(store: Store) -> Markup:
    """Return what the page promises, and the latest headlines.

    A headline opens its article.
    """
    articles = sorted(
        store.articles(), key=lambda article: str(article.published or ""), reverse=True
    )
    headlines = NOTHING.join(map(_headline_item, articles[:_HEADLINES]))
    latest = NOTHING
    if headlines:  # page.js puts examples into their place
        latest = Markup("{}<h2>Latest in the archive</h2><ul>{}</ul>").format(
            EXAMPLES_PLACE, headlines
        )
    return Markup(
        '<section class="front"><p class="holds">Every answer is a quotation, with its source. '
        "If the articles give no clear answer, Dateline says so.</p>{}</section>"
    ).format(latest)


def store_timeline_html(store: Store) -> Markup:
    """Return the articles of an index over time, as bars."""
    return timeline_html(
        article.published for article in store.articles() if article.published is not None
    )


def _headline_item(article: Article) -> Markup:
    return Markup(
        '<li><p><a href="{address}" data-again><cite>{title}</cite></a></p><p>{dateline}</p></li>'
    ).format(
        address=article_address(article.id),
        title=bidi(title_of(article)),
        dateline=dateline_html(article, titled=False),
    )
