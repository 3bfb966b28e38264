"""Comparing all articles of a corpus: what only the whole of it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.article_file import ListedArticle
from index.build_cache import NOTHING, Compared
from index.text.boilerplate import find_repeated_lines
from index.text.near_duplicates import find_near_duplicates
from index.types import Progress, Skipped, described, no_progress


def compare(
    articles: Sequence[ListedArticle],
    before: Compared,
    progress: Progress = no_progress,
) -> tuple[list[ListedArticle], Compared, list[Skipped]]:
    """Compare all articles, and return them with what only the whole corpus shows.

    That is which are one story, and what their outlets print under every one. `before` is what an
    earlier comparison left; the second result is what this one leaves. The third is the articles
    that cannot be compared: if comparing raises, each is compared by itself to find them.
    """
    try:
        return *_in_context(articles, before, progress), []
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
    articles: Sequence[ListedArticle],
    before: Compared = NOTHING,
    progress: Progress = no_progress,
) -> tuple[list[ListedArticle], Compared]:
    places = before.places(articles)

    def told(number: int) -> None:
        progress("comparing articles", number, len(articles))

    sketches = find_near_duplicates(articles, before.sketches, places, told)
    articles = [
        replace(article, story=articles[first].id)
        for article, first in zip(articles, sketches.first, strict=True)
    ]

    def told_again(number: int) -> None:
        progress("comparing lines", number, len(articles))

    lines = find_repeated_lines(articles, before.lines, places, told_again)
    articles = [
        replace(article, boilerplate=boilerplate)
        for article, boilerplate in zip(articles, lines.boilerplate(), strict=True)
    ]
    fingerprints = tuple(article.fingerprint for article in articles)
    return articles, Compared(fingerprints, sketches, lines)
