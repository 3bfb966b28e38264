"""The articles of the archive as HTML: what a visitor finds first, and the table that can be searched and sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from index.text.dates import in_words
from index.types import Article, Store
from qa.rendering.text import counted, headline
from qa.types import on_the_web
from qa.web.cards import bidi, dateline_html
from qa.web.corpus_editor import Work
from qa.web.evidence import place_of_article
from qa.web.timeline import timeline_html

ROWS = 50  # a page of the table
_HEADLINES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """An article without its text: what lists of articles need of it."""

    id: str
    title: str
    source: str
    published: str
    path: str
    url: str
    words: int

    @classmethod
    def of(cls, article: Article) -> Row:
        day = article.published.isoformat() if article.published is not None else ""
        return cls(
            article.id,
            headline(article),
            article.source or "",
            day,
            article.path,
            article.url or "",
            len(article.text.split()),
        )


@dataclass(frozen=True, slots=True)
class View:
    """What of the table is shown: what is searched for, by which column it is sorted, which page."""

    search: str = ""
    order: str = "published"
    down: bool = True
    page: int = 0


_COLUMNS: dict[str, tuple[str, Callable[[Row], tuple[bool, str | int]]]] = {
    "title": ("Title", lambda row: (not row.title, row.title.casefold())),
    "source": ("Outlet", lambda row: (not row.source, row.source.casefold())),
    "published": ("Date", lambda row: (not row.published, row.published)),
    "words": ("Words", lambda row: (False, row.words)),
    "path": ("File", lambda row: (False, row.path.casefold())),
}


def holdings(store: Store) -> str:
    """ "5 articles from 4 outlets, 13 November 2020 to 14 October 2022"."""
    articles = list(store.articles())
    days = sorted(
        article.published.isoformat() for article in articles if article.published is not None
    )
    outlets = len({article.source for article in articles if article.source})
    span = (
        ""
        if not days
        else f", {in_words(days[0])}" + (f" to {in_words(days[-1])}" if days[-1] != days[0] else "")
    )
    return (
        counted(len(articles), "article")
        + (f" from {counted(outlets, 'outlet')}" if outlets else "")
        + span
    )


def front_html(store: Store) -> str:
    """The archive's latest headlines, which open their articles, below what the page does."""
    articles = list(store.articles())
    latest = sorted(articles, key=lambda article: str(article.published or ""), reverse=True)[
        :_HEADLINES
    ]
    headlines = "".join(
        f'<li><p><a href="{escape(place_of_article(article.id))}" data-again><cite>{bidi(headline(article))}</cite></a></p>'
        f"<p>{dateline_html(article, False)}</p></li>"
        for article in latest
    )
    return (
        f'<section class="front"><p class="holds">Every answer is a quotation, with its source; '
        f"where the articles do not say, so does Dateline.</p><h2>Latest in the archive</h2><ul>{headlines}</ul></section>"
    )


def timeline_of(store: Store) -> str:
    return timeline_html(
        article.published for article in store.articles() if article.published is not None
    )


def chosen(rows: Sequence[Row], view: View) -> list[Row]:
    """The rows that hold every word searched for, in order; those that lack the column come last either way."""
    words = view.search.casefold().split()
    found = [
        row
        for row in rows
        if all(
            word in f"{row.title} {row.source} {row.published} {row.path}".casefold()
            for word in words
        )
    ]
    key = _COLUMNS.get(view.order, _COLUMNS["published"])[1]
    found.sort(key=lambda row: (row.published, row.path), reverse=True)
    lacking = [row for row in found if key(row)[0]]
    return (
        sorted(
            (row for row in found if not key(row)[0]),
            key=lambda row: key(row)[1],
            reverse=view.down,
        )
        + lacking
    )


def table_html(rows: Sequence[Row], view: View, editable: bool) -> str:
    """A page of the articles as a table, its headings the buttons that sort it."""
    found = chosen(rows, view)
    last = max(0, (len(found) - 1) // ROWS)
    page = min(max(0, view.page), last)
    shown = found[page * ROWS : (page + 1) * ROWS]
    heads = "".join(_heading(name, label, view) for name, (label, _) in _COLUMNS.items())
    body = "".join(_row_html(row, editable) for row in shown)
    count = f"{counted(len(found), 'article')}" + (
        f" of {len(rows):,}" if len(found) != len(rows) else ""
    )
    pages = (
        f'<p class="pages"><button type="button" class="plain" data-page="{page - 1}"{"" if page else " disabled"}>← previous</button> '
        f"page {page + 1} of {last + 1} "
        f'<button type="button" class="plain" data-page="{page + 1}"{"" if page < last else " disabled"}>next →</button></p>'
        if last
        else ""
    )
    removing = '<th scope="col"><span class="unseen">Remove</span></th>' if editable else ""
    return (
        f'<p class="source" role="status">{count}</p><div class="scrolls" tabindex="0" role="region" aria-label="Articles">'
        f'<table class="articles"><thead><tr>{heads}{removing}</tr></thead><tbody>{body}</tbody></table></div>{pages}'
    )


def work_html(work: Work) -> str:
    """What the editor is doing, with a bar, or what became of it, file by file."""
    notes = "".join(f"<li>{bidi(note)}</li>" for note in work.notes)
    listed = f"<ul>{notes}</ul>" if notes else ""
    if work.busy:
        known = f' value="{work.done}" max="{work.total}"' if work.total else ""
        count = f" ({work.done:,} of {work.total:,})" if work.total else ""
        return (
            f'<div class="work" role="status"><p>{escape(work.what[:1].upper() + work.what[1:])}{count} … questions are still answered '
            f'from the archive as it was.</p><progress aria-label="Progress of the rebuild"{known}></progress>{listed}</div>'
        )
    if not work.what:
        return ""
    return f'<div class="work{" failed" if work.failed else ""}" role="status"><p>{"Not everything could be done." if work.failed else "Done."}</p>{listed}</div>'


def _heading(name: str, label: str, view: View) -> str:
    sorted_by = view.order == name
    direction = (
        (' aria-sort="descending"' if view.down else ' aria-sort="ascending"') if sorted_by else ""
    )
    arrow = (" ↓" if view.down else " ↑") if sorted_by else ""
    return f'<th scope="col"{direction}><button type="button" class="plain" data-order="{name}">{label}{arrow}</button></th>'


def _row_html(row: Row, editable: bool) -> str:
    title = (
        f'<a href="{escape(place_of_article(row.id))}" data-read>{bidi(row.title or row.path)}</a>'
    )
    if on_the_web(row.url):
        title += f' <a class="original" href="{escape(row.url)}" target="_blank" rel="noopener noreferrer">original</a>'
    remove = (
        f'<td><button type="button" class="plain" data-remove="{escape(row.id)}" aria-label="Remove {escape((row.title or row.path)[:120])}">remove</button></td>'
        if editable
        else ""
    )
    day = escape(in_words(row.published)) if row.published else ""
    return f"<tr><td>{title}</td><td>{bidi(row.source)}</td><td>{day}</td><td>{row.words:,}</td><td>{bidi(row.path)}</td>{remove}</tr>"
