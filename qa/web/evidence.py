"""The evidence of a reply as HTML: its articles, with every finding marked.

They are the articles it cites or was read in. The text is cut at the ends of findings and
passages. Each stretch between two cuts is one element that says whose it is (data-findings,
data-passages). Joined, the stretches of a finding are its span, letter for letter. Of a long
article only the surroundings of findings and passages are shown, with a link to the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import chain, pairwise

from index.text.dates import in_words
from index.types import Article
from qa.types import Hit, Span
from qa.web.addresses import article_address
from qa.web.markup import authors_of, bidi, join_parts, outlet_html, title_of, web_link

AROUND = 3_000  # characters of an article shown on either side of a finding
WHOLE = 200_000  # characters of an article that is shown by itself
_CUT = "<p class='cut'>…</p>"
_STEPPING = (
    '<div class="stepping">'
    '<button type="button" class="plain" data-step="-1" aria-label="Previous finding">'
    "← previous</button>"
    '<span class="place" role="status">finding 1 of {count}</span>'
    '<button type="button" class="plain" data-step="1" aria-label="Next finding">'
    "next →</button></div>"
)

# A stretch of a text and the number of the finding or passage it is: (start, end, number).
Numbered = tuple[int, int, int]


def evidence_html(findings: Sequence[Span], hits: Sequence[Hit]) -> str:
    """Return the articles of the findings, then those of the hits.

    Only the first is in view.
    """
    places: list[Span | Hit] = [*findings, *hits]
    articles = {place.article.id: place.article for place in places}
    if not articles:
        return '<aside class="evidence" aria-label="The article"></aside>'
    stepping = _STEPPING.format(count=len(findings)) if len(findings) > 1 else ""
    papers = [
        _paper_html(article, number, findings, hits)
        for number, article in enumerate(articles.values())
    ]
    return (
        '<aside class="evidence" aria-label="The article" '
        f'data-findings="{len(findings)}"><div class="bar">{stepping}'
        '<button type="button" class="plain back" data-back>close</button></div>'
        f"{''.join(papers)}</aside>"
    )


def article_html(article: Article) -> str:
    """Return an article by itself, to be read."""
    original = web_link(article.url, "open original")
    source = _source_html(article)
    if original:
        source += f" · {original}"
    cut = _CUT if len(article.text) > WHOLE else ""
    return (
        f'<section class="turn alone" data-address="{escape(article_address(article.id))}">'
        f'<article class="paper"><h2>{bidi(title_of(article))}</h2>'
        f'<p class="source">{source}</p>'
        f'<div class="story" dir="auto">{escape(article.text[:WHOLE])}{cut}</div>'
        "</article></section>"
    )


def windows(
    spans: Sequence[tuple[int, int]], length: int, around: int = AROUND
) -> list[tuple[int, int]]:
    """Return which parts of a text of `length` characters to show, in order.

    Each span is shown with `around` characters on either side; parts that meet are joined.
    """
    shown: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        first, last = max(0, start - around), min(length, end + around)
        if shown and first <= shown[-1][1]:
            joined, reached = shown.pop()
            first, last = joined, max(last, reached)
        shown.append((first, last))
    return shown


def _paper_html(
    article: Article, number: int, findings: Sequence[Span], hits: Sequence[Hit]
) -> str:
    """Return one article of the evidence, hidden unless it is the first."""
    hidden = " hidden" if number > 0 else ""
    whole = f'<a href="{escape(article_address(article.id))}" data-again>whole article</a>'
    text = _text_html(article.text, _numbered(findings, article), _numbered(hits, article))
    return (
        f'<article class="paper" data-article="{number}"{hidden}>'
        f"<h3>{bidi(title_of(article))}</h3>"
        f'<p class="source">{join_parts(_source_html(article), whole)}</p>'
        '<div class="story" dir="auto" tabindex="0" role="region" '
        f'aria-label="Text of the article">{text}</div></article>'
    )


def _source_html(article: Article) -> str:
    """Return the outlet, the day and the authors of an article, if known."""
    day, authors = "", ""
    if article.published is not None:
        words = in_words(article.published.isoformat())
        day = f'<time datetime="{article.published}">{words}</time>'
    names = authors_of(article)
    if names:
        authors = f"by {bidi(', '.join(names))}"
    return join_parts(outlet_html(article), day, authors)


def _numbered(spans: Sequence[Span | Hit], article: Article) -> list[Numbered]:
    """Return the spans that lie in an article, each with its number among all of them."""
    return [
        (span.start, span.end, number)
        for number, span in enumerate(spans)
        if span.article.id == article.id
    ]


def _text_html(text: str, findings: Sequence[Numbered], passages: Sequence[Numbered]) -> str:
    """Return the parts of a text to show.

    They are cut at the ends of its findings and passages.
    """
    spans = [(start, end) for start, end, _ in [*findings, *passages]]
    ends = set(chain.from_iterable(spans))
    pieces: list[str] = []
    reached = 0
    for first, last in windows(spans, len(text)):
        if first > reached:
            pieces.append(_CUT)
        cuts = sorted({first, last, *(end for end in ends if first < end < last)})
        pieces.append(_window_html(text, cuts, findings, passages))
        reached = last
    if reached < len(text):
        pieces.append(_CUT)
    return "".join(pieces)


def _window_html(
    text: str, cuts: Sequence[int], findings: Sequence[Numbered], passages: Sequence[Numbered]
) -> str:
    """Return the stretches between the cuts.

    Each has the findings and passages around it. The first stretch of a finding carries its number
    from 1 (data-first), for the margin.
    """
    pieces: list[str] = []
    begun: set[int] = set()
    for start, end in pairwise(cuts):
        marked = _covering(findings, start, end)
        read = _covering(passages, start, end)
        piece = escape(text[start:end])
        if marked:
            label = "" if marked[0] in begun else f' data-first="{marked[0] + 1}"'
            begun.update(marked)
            piece = f'<mark data-findings="{_listed(marked)}"{label}>{piece}</mark>'
        if read:
            piece = f'<span data-passages="{_listed(read)}">{piece}</span>'
        pieces.append(piece)
    return "".join(pieces)


def _covering(spans: Sequence[Numbered], start: int, end: int) -> list[int]:
    """Return the numbers of the spans that hold a whole stretch."""
    return [number for first, last, number in spans if first <= start and end <= last]


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))
