"""Comparing all articles of a corpus: what only the whole of it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.build_cache import NOTHING, Compared
from index.text.boilerplate import find_repeated_lines
from index.text.near_duplicates import find_near_duplicates
from index.types import Article, Skipped, described


def compare(
    articles: Sequence[Article], before: Compared
) -> tuple[list[Article], Compared, list[Skipped]]:
    """Compare all articles, and return them with what only the whole corpus shows.

    That is which are one story, and what their outlets print under every one. `before` is what an
    earlier comparison left; the second result is what this one leaves. The third is the articles
    that cannot be compared: if comparing raises, each is compared by itself to find them.
    """
    try:
        return *_in_context(articles, before), []
    except Exception:
        kept, apart = [], []
        for article in articles:
            try:
                _in_context([article])
            except Exception as error:
                reason = f"it cannot be compared: {described(error)}"
                apart.append(Skipped(article.path, reason))
            else:
                kept.append(article)
        if not apart or not kept:
            raise
    return *_in_context(kept, before), apart


def _in_context(
    articles: Sequence[Article], before: Compared = NOTHING
) -> tuple[list[Article], Compared]:
    places = before.places(articles)
    sketches = find_near_duplicates(articles, before.sketches, places)
    articles = [
        _with_context(article, articles[first].id, article.boilerplate)
        for article, first in zip(articles, sketches.first, strict=True)
    ]
    lines = find_repeated_lines(articles, before.lines, places)
    articles = [
        _with_context(article, article.story, boilerplate)
        for article, boilerplate in zip(articles, lines.boilerplate(), strict=True)
    ]
    fingerprints = tuple(article.fingerprint for article in articles)
    return articles, Compared(fingerprints, sketches, lines)


def _with_context(
    article: Article, story: str | None, boilerplate: tuple[tuple[int, int], ...]
) -> Article:
    if (story, boilerplate) == (article.story, article.boilerplate):
        return article
    changed = replace(article, story=story, boilerplate=boilerplate)
    # neither counts to the fingerprint, which stays where the cached property keeps it
    changed.__dict__["fingerprint"] = article.fingerprint
    return changed
