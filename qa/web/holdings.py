"""What a server shows of its articles: one of them whole, and their outlets."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from index.types import Article
from qa.types import article_to_dict
from qa.web.addresses import Limits
from qa.web.session import Session


def whole_article(session: Session, id: str) -> dict[str, Any] | None:
    """Return an article with its text as JSON has it; None if none is to be seen."""
    article = session.store().article(id)
    if article is None or not is_within(article, session.limits):
        return None
    return {**article_to_dict(article), "authors": list(article.authors), "text": article.text}


def outlets(session: Session) -> list[dict[str, Any]]:
    """Return the outlets as JSON has them, the one with most articles first."""
    days: dict[str, list[str]] = defaultdict(list)  # "" for an article without a day
    for article in session.store().articles():
        if article.source is not None and is_within(article, session.limits):
            days[article.source].append(_day(article))
    return [
        {
            "name": name,
            "articles": len(days[name]),
            "first_day": min(filter(None, days[name]), default=None),
            "last_day": max(filter(None, days[name]), default=None),
        }
        for name in sorted(days, key=lambda name: (-len(days[name]), name.casefold()))
    ]


def is_within(article: Article, limits: Limits) -> bool:
    """Return whether an article may be seen within the limits of a server."""
    filters = limits.filters
    names = {name.casefold() for name in filters.sources}
    if names and (article.source or "").casefold() not in names:
        return False
    day = _day(article)
    firsts = [str(first) for first in (filters.since,) if first is not None]
    lasts = [str(last) for last in (filters.until, limits.as_of) if last is not None]
    if not day:
        return not firsts and not lasts
    return all(day >= first for first in firsts) and all(day <= last for last in lasts)


def _day(article: Article) -> str:
    return "" if article.published is None else article.published.isoformat()
