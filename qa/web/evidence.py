"""The evidence: each article that a reply cites or was read in, with every finding marked in it.

An article's text is cut at the bounds of its findings and passages; each stretch between two bounds is one element that
says whose it is (data-findings, data-passages). Joined, the stretches of a finding are its span, letter for letter.
Of a long article only what lies around its findings and passages is shown, with a link to the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from urllib.parse import urlencode

from index.text.dates import in_words
from index.types import Article
from qa.rendering.text import headline
from qa.types import Hit, Span, on_the_web

AROUND = 3_000  # characters of an article on either side of what is shown of it
WHOLE = 200_000  # characters of an article that is shown by itself


def evidence_html(findings: Sequence[Span], hits: Sequence[Hit]) -> str:
    """The articles of the findings, then those of the hits, the first one in view; empty for neither."""
    articles = {
        article.id: article
        for article in [*(span.article for span in findings), *(hit.article for hit in hits)]
    }
    if not articles:
        return '<aside class="evidence" aria-label="The article"></aside>'
    stepping = (
        f'<div class="stepping"><button type="button" class="plain" data-step="-1" aria-label="Previous finding">← previous</button>'
        f'<span class="place" role="status">finding 1 of {len(findings)}</span>'
        '<button type="button" class="plain" data-step="1" aria-label="Next finding">next →</button></div>'
        if len(findings) > 1
        else ""
    )
    shown = [
        _article_html(article, number, findings, hits)
        for number, article in enumerate(articles.values())
    ]
    return (
        f'<aside class="evidence" aria-label="The article" data-findings="{len(findings)}"><div class="bar">{stepping}'
        f'<button type="button" class="plain back" data-back>↑ back to the answer</button></div>{"".join(shown)}</aside>'
    )


def article_html(article: Article) -> str:
    """An article by itself, to be read."""
    original = (
        f' · <a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">open original</a>'
        if article.url and on_the_web(article.url)
        else ""
    )
    cut = "<p class='cut'>…</p>" if len(article.text) > WHOLE else ""
    return (
        f'<section class="turn alone" data-address="{escape(place_of_article(article.id))}"><article class="paper"><h2><bdi>{escape(headline(article))}</bdi></h2>'
        f'<p class="source">{_told(article)}{original}</p><div class="story" dir="auto">{escape(article.text[:WHOLE])}{cut}</div></article></section>'
    )


def place_of_article(id: str) -> str:
    """The query of an address that opens an article."""
    return "?" + urlencode({"article": id})


def _told(article: Article) -> str:
    day = (
        f'<time datetime="{article.published}">{in_words(article.published.isoformat())}</time>'
        if article.published is not None
        else ""
    )
    outlet = f"<b><bdi>{escape(article.source)}</bdi></b>" if article.source else ""
    by = f"by <bdi>{escape(', '.join(article.authors))}</bdi>" if article.authors else ""
    return " · ".join(part for part in (outlet, day, by) if part)


def _article_html(
    article: Article, number: int, findings: Sequence[Span], hits: Sequence[Hit]
) -> str:
    marks = [
        (span.start, span.end, place)
        for place, span in enumerate(findings)
        if span.article.id == article.id
    ]
    passages = [
        (hit.start, hit.end, place)
        for place, hit in enumerate(hits)
        if hit.article.id == article.id
    ]
    whole = f'<a href="{escape(place_of_article(article.id))}" data-again>whole article</a>'
    told = " · ".join(part for part in (_told(article), whole) if part)
    return (
        f'<article class="paper" data-article="{number}"{"" if number == 0 else " hidden"}><h3><bdi>{escape(headline(article))}</bdi></h3>'
        f'<p class="source">{told}</p><div class="story" dir="auto" tabindex="0" role="region" aria-label="Text of the article">'
        f"{_text_html(article.text, marks, passages)}</div></article>"
    )


def _text_html(
    text: str, marks: Sequence[tuple[int, int, int]], passages: Sequence[tuple[int, int, int]]
) -> str:
    """`marks` and `passages` are (start, end, number)."""
    pieces = []
    reached = 0
    for first, last in windows([(start, end) for start, end, _ in [*marks, *passages]], len(text)):
        pieces.append("<p class='cut'>…</p>" if first > reached else "")
        bounds = {first, last}
        bounds.update(
            bound
            for start, end, _ in [*marks, *passages]
            for bound in (start, end)
            if first < bound < last
        )
        begun: set[int] = set()
        for start, end in pairwise(sorted(bounds)):
            found = [number for a, b, number in marks if a <= start and end <= b]
            read = [number for a, b, number in passages if a <= start and end <= b]
            inside = escape(text[start:end])
            if found:
                label = f' data-first="{found[0] + 1}"' if found[0] not in begun else ""
                begun.update(found)
                inside = f'<mark data-findings="{_listed(found)}"{label}>{inside}</mark>'
            pieces.append(
                f'<span data-passages="{_listed(read)}">{inside}</span>' if read else inside
            )
        reached = last
    return "".join(pieces) + ("<p class='cut'>…</p>" if reached < len(text) else "")


def windows(
    spans: Sequence[tuple[int, int]], length: int, around: int = AROUND
) -> list[tuple[int, int]]:
    """What to show of a text of `length` characters: each span with `around` characters on either side, joined where they meet, in order."""
    shown: list[tuple[int, int]] = []
    for start, end in sorted(
        (max(0, start - around), min(length, end + around)) for start, end in spans
    ):
        if shown and start <= shown[-1][1]:
            shown[-1] = (shown[-1][0], max(end, shown[-1][1]))
        else:
            shown.append((start, end))
    return shown


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))
