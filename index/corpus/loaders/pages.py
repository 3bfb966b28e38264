"""The story of a page of the web, with its title, date, authors and outlet.

trafilatura finds it. Before, the page is put in order (page_order.py), so that no banner is taken
for the story and no table loses its cells. What share of the page's paragraphs is not in the story
is noted. Limits: a page larger than `Bounds` allow is not read.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.charsets import Decoded, decode
from index.corpus.loaders.fields import Fields, day
from index.corpus.loaders.markup import declared_charset, without_declaration
from index.corpus.loaders.page_order import put_in_order, share_left_out
from index.corpus.metadata import published_in

HTML = ("text/html", "application/xhtml+xml")  # the media types of a page
_NOTED_SHARE = 0.1  # of the words in paragraphs
_NUMERIC_DAY = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")


def page(data: bytes, url: str | None = None, charset: str | None = None) -> Fields:
    """Return the story of a page. `charset` is the one that its server declared.

    Raises ValueError if trafilatura finds none, or the page is larger than `Bounds` allow.
    """
    most = bounds().page_mb
    if len(data) > most << 20:
        raise ValueError(
            f"expected a page of at most {most} MB, found {len(data) >> 20} MB; "
            "or set DATELINE_PAGE_MB"
        )
    if charset is None:
        charset = declared_charset(data)
    html = decode(data, charset)
    found, notes = _story(html, url)
    if urlsplit(found.url or "").scheme in ("http", "https"):
        url = found.url
    authors = map(str.strip, (found.author or "").split(";"))
    return Fields(
        found.text.replace("\u00ad", ""),  # soft hyphens
        title=found.title,
        source=found.sitename,
        published=_settled(day(found.date), html.text) or published_in(found.text),
        url=url,
        authors=tuple(filter(None, authors)),
        notes=(*html.notes, *notes),
    )


def _story(html: Decoded, url: str | None) -> tuple[Any, list[str]]:
    """Return what trafilatura finds in a page, and a note of what it leaves out.

    Raises ValueError if it finds nothing.
    """
    tree = _parsed(html.text)
    ordered = copy.deepcopy(tree)
    if ordered is not None:
        put_in_order(ordered)
    # What was put in order wrongly is read as it was.
    for candidate in (ordered, tree):
        if candidate is None:
            continue
        whole = copy.deepcopy(candidate)
        found = _extracted(candidate, url)
        if found is not None and (found.text or "").strip():
            share = share_left_out(whole, found.text)
            if share < _NOTED_SHARE:
                return found, []
            return found, [f"words of the page's paragraphs that are left out: {share:.0%}"]
    raise ValueError("expected a page with a story, found none in it")


def _parsed(html: str) -> Any:
    """Return the tree of a page; None for what holds no element."""
    import lxml.html
    from lxml import etree

    parser = lxml.html.HTMLParser(collect_ids=False, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(without_declaration(html), parser=parser)
    except etree.LxmlError:
        return None


def _extracted(tree: Any, url: str | None) -> Any:
    from trafilatura import bare_extraction

    return bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=True,
        # what the page says of itself, not the first date in its words
        date_extraction_params={
            "extensive_search": False,
            "original_date": True,
            "outputformat": "%Y-%m-%d",
        },
    )


def _settled(published: dt.date | None, html: str) -> dt.date | None:
    """Return a day, unless all the page gives is "03/04/2026": it may be two days."""
    if published is None or published.day > 12 or published.day == published.month:
        return published
    year, month, number = published.year, published.month, published.day
    sure = (
        rf"{year}(?P<sign>[-/]?){month:02}(?P=sign){number:02}|\b{number}\b\W{{1,3}}{published:%b}"
    )
    sure += rf"|{published:%b}\w*\W{{1,3}}0?{number}\b"
    if re.search(sure, html, re.IGNORECASE):
        return published
    either = {(number, month), (month, number)}
    for found in _NUMERIC_DAY.finditer(html):
        if (int(found[1]), int(found[3])) in either and int(found[4]) % 100 == year % 100:
            return None
    return published
