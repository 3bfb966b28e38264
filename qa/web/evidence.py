"""The evidence of a reply as HTML: its articles, with every finding marked.

They are the articles it cites or was read in. The text is cut at the ends of findings and
passages. Each stretch between two cuts is one element that says whose it is (data-findings,
data-passages). Joined, the stretches of a finding are its span, letter for letter. Of a long
article only the surroundings of findings and passages are shown, with a link to the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

from markupsafe import Markup, escape

from index.text.dates import in_words
from index.types import Article
from qa.types import Hit, Span
from qa.web.addresses import article_address
from qa.web.markup import NOTHING, authors_of, bidi, join_parts, outlet_html, title_of, web_link

AROUND = 3_000  # characters of an article shown on either side of a finding
WHOLE = 200_000  # characters of an article that is shown by itself
_CUT = Markup("<p class='cut'>…</p>")
_NO_ARTICLE = Markup('<aside class="evidence" aria-label="The article"></aside>')
_STEPPING = Markup(
    '<div class="stepping">'
    '<button type="button" class="plain" data-step="-1" aria-label="Previous finding">'
    "← previous</button>"
    '<span class="place" role="status">finding 1 of {count}</span>'
    '<button type="button" class="plain" data-step="1" aria-label="Next finding">'
    "next →</button></div>"
)

# A stretch of a text and the number of the finding or passage it is: (start, end, number).
Numbered = tuple[int, int, int]


def evidence_html(findings: Sequence[Span], hits: Sequence[Hit]) -> Markup:
    """Return the articles of the findings, then those of the hits.

    Only that of the first finding is in view. What was merely read is shown by a click.
    """
    places: list[Span | Hit] = [*findings, *hits]
    articles = {place.article.id: place.article for place in places}
    if not articles:
        return _NO_ARTICLE
    stepping = _STEPPING.format(count=len(findings)) if len(findings) > 1 else NOTHING
    papers = [
        _paper_html(article, number, findings, hits)
        for number, article in enumerate(articles.values())
    ]
    return Markup(
        '<aside class="evidence" aria-label="The article" data-findings="{count}">'
        '<div class="bar">{stepping}'
        '<button type="button" class="plain back" data-back>close</button></div>{papers}</aside>'
    ).format(count=len(findings), stepping=stepping, papers=NOTHING.join(papers))


def article_html(article: Article) -> Markup:
    """Return an article by itself, to be read."""
    return Markup(
        '<section class="turn alone" data-address="{address}">'
        '<article class="paper"><h2>{title}</h2><p class="source">{source}</p>'
        '<div class="story" dir="auto">{text}{cut}</div></article></section>'
    ).format(
        address=article_address(article.id),
        title=bidi(title_of(article)),
        source=join_parts(_source_html(article), web_link(article.url, "open original")),
        text=article.text[:WHOLE],
        cut=_CUT if len(article.text) > WHOLE else NOTHING,
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
) -> Markup:
    """Return one article of the evidence, hidden unless it has the first finding."""
    whole = Markup('<a href="{}" data-again>whole article</a>').format(article_address(article.id))
    return Markup(
        '<article class="paper" data-article="{number}"{hidden}><h3>{title}</h3>'
        '<p class="source">{source}</p>'
        '<div class="story" dir="auto" tabindex="0" role="region" '
        'aria-label="Text of the article">{text}</div></article>'
    ).format(
        number=number,
        hidden="" if findings and number == 0 else " hidden",
        title=bidi(title_of(article)),
        source=join_parts(_source_html(article), whole),
        text=_text_html(article.text, _numbered(findings, article), _numbered(hits, article)),
    )


def _source_html(article: Article) -> Markup:
    """Return the outlet, the day and the authors of an article, if known."""
    day = authors = NOTHING
    if article.published is not None:
        words = in_words(article.published.isoformat())
        day = Markup('<time datetime="{}">{}</time>').format(article.published, words)
    names = authors_of(article)
    if names:
        authors = Markup("by {}").format(bidi(", ".join(names)))
    return join_parts(outlet_html(article), day, authors)


def _numbered(spans: Sequence[Span | Hit], article: Article) -> list[Numbered]:
    """Return the spans that lie in an article, each with its number among all of them."""
    return [
        (span.start, span.end, number)
        for number, span in enumerate(spans)
        if span.article.id == article.id
    ]


def _text_html(text: str, findings: Sequence[Numbered], passages: Sequence[Numbered]) -> Markup:
    """Return the parts of a text to show.

    They are cut at the ends of its findings and passages.
    """
    spans = [(start, end) for start, end, _ in [*findings, *passages]]
    ends = set(chain.from_iterable(spans))
    pieces: list[Markup] = []
    reached = 0
    for first, last in windows(spans, len(text)):
        if first > reached:
            pieces.append(_CUT)
        cuts = sorted({first, last, *(end for end in ends if first < end < last)})
        pieces.append(_window_html(text, cuts, findings, passages))
        reached = last
    if reached < len(text):
        pieces.append(_CUT)
    return NOTHING.join(pieces)


def _window_html(
    text: str, cuts: Sequence[int], findings: Sequence[Numbered], passages: Sequence[Numbered]
) -> Markup:
    """Return the stretches between the cuts.

    Each has the findings and passages around it. The first stretch of a finding carries its number
    from 1 (data-first), for the margin.
    """
    pieces: list[Markup] = []
    begun: set[int] = set()
    for start, end in pairwise(cuts):
        marked = _covering(findings, start, end)
        read = _covering(passages, start, end)
        piece = escape(text[start:end])
        if marked:
            label = NOTHING
            if marked[0] not in begun:
                label = Markup(' data-first="{}"').format(marked[0] + 1)
            begun.update(marked)
            numbers = _listed(marked)
            piece = Markup('<mark data-findings="{}"{}>{}</mark>').format(numbers, label, piece)
        if read:
            piece = Markup('<span data-passages="{}">{}</span>').format(_listed(read), piece)
        pieces.append(piece)
    return NOTHING.join(pieces)


def _covering(spans: Sequence[Numbered], start: int, end: int) -> list[int]:
    """Return the numbers of the spans that hold a whole stretch."""
    return [number for first, last, number in spans if first <= start and end <= last]


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))
