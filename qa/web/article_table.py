"""The articles as a table to search and sort, and what the editor is doing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape

from index.text.dates import in_words
from index.types import Article
from qa.rendering.wording import counted
from qa.web.addresses import article_address
from qa.web.corpus_editor import EditorStatus
from qa.web.markup import NO_OUTLET, bidi, title_of, web_link

ROWS = 50  # on a page of the table
_ORIGINAL = '<span class="unseen">original</span><span aria-hidden="true">↗</span>'
_LONGEST_LABEL = 120  # characters of a title that a button is called by


@dataclass(frozen=True, slots=True)
class Row:
    """An article without its text: what lists of articles need of it.

    Unknown fields are empty.
    """

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
            id=article.id,
            title=title_of(article),
            source=article.source or "",
            published=day,
            path=article.path,
            url=article.url or "",
            words=len(article.text.split()),
        )

    def contains(self, words: Sequence[str]) -> bool:
        """Return whether every word stands in what the table shows of the row.

        The words are in lower case.
        """
        shown = f"{self.title} {self.source} {self.published} {self.path}".casefold()
        return all(word in shown for word in words)


@dataclass(frozen=True, slots=True)
class View:
    """The state of the table: words searched for, column, direction and page.

    Pages are counted from 0.
    """

    search: str = ""
    order: str = "published"
    down: bool = True
    page: int = 0


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its heading, what it is sorted by, and whether a row lacks it."""

    label: str
    key: Callable[[Row], str | int]
    lacks: Callable[[Row], bool]


_COLUMNS = {
    "title": _Column("Title", lambda row: row.title.casefold(), lambda row: not row.title),
    "source": _Column("Outlet", lambda row: row.source.casefold(), lambda row: not row.source),
    "published": _Column("Date", lambda row: row.published, lambda row: not row.published),
    "words": _Column("Words", lambda row: row.words, lambda row: False),
    "path": _Column("File", lambda row: row.path.casefold(), lambda row: False),
}


def select_rows(
    rows: Sequence[Row], view: View, holding: Collection[str] = frozenset()
) -> list[Row]:
    """Return the rows that hold every word searched for, sorted.

    `holding` are the ids of articles whose text holds them.

    Rows that lack the column come last in both directions. Equal rows are sorted by date and
    path, latest first.
    """
    words = view.search.casefold().split()
    found = [row for row in rows if row.contains(words) or row.id in holding]
    found.sort(key=lambda row: (row.published, row.path), reverse=True)
    column = _COLUMNS.get(view.order, _COLUMNS["published"])
    having = [row for row in found if not column.lacks(row)]
    lacking = [row for row in found if column.lacks(row)]
    return sorted(having, key=column.key, reverse=view.down) + lacking


def table_html(
    rows: Sequence[Row], view: View, editable: bool, holding: Collection[str] = frozenset()
) -> str:
    """Return a page of the articles as a table.

    Its headings are the buttons that sort it. A page beyond the last is the last. Rows have
    buttons to correct and to remove them if `editable`.
    """
    found = select_rows(rows, view, holding)
    last = max(0, (len(found) - 1) // ROWS)
    page = min(max(0, view.page), last)
    heads = [_heading(name, column.label, view) for name, column in _COLUMNS.items()]
    if editable:
        heads.append('<th scope="col"><span class="unseen">Change</span></th>')
    body = [_row_html(row, editable) for row in found[page * ROWS : (page + 1) * ROWS]]
    count = counted(len(found), "article")
    if len(found) != len(rows):
        count += f" of {len(rows):,}"
    return (
        f'<p class="source" role="status">{count}</p>'
        '<div class="scrolls" tabindex="0" role="region" aria-label="Articles">'
        f'<table class="articles"><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>{_pages_html(page, last)}"
    )


def status_html(status: EditorStatus) -> str:
    """Return what the editor is doing, with a bar, or what became of it, file by file."""
    notes = "".join(f"<li>{bidi(note)}</li>" for note in status.notes)
    listed = f"<ul>{notes}</ul>" if notes else ""
    if status.busy:
        return _progress_html(status, listed)
    if not status.task:
        return ""
    css_class, said = "work", "Done."
    if status.failed:
        css_class, said = "work failed", "Not everything could be done."
    undo = ""
    if status.undoable:
        undo = ' <button type="button" class="plain" data-undo>undo</button>'
    return f'<div class="{css_class}" role="status"><p>{said}{undo}</p>{listed}</div>'


def _progress_html(status: EditorStatus, listed: str) -> str:
    count, known = "", ""
    if status.total:
        count = f" ({status.done:,} of {status.total:,})"
        known = f' value="{status.done}" max="{status.total}"'
    task = escape(status.task[:1].upper() + status.task[1:])
    return (
        f'<div class="work" role="status"><p>{task}{count} … questions are still answered '
        "from the archive as it was.</p>"
        f'<progress aria-label="Progress of the rebuild"{known}></progress>{listed}</div>'
    )


def _pages_html(page: int, last: int) -> str:
    """Return the buttons to the page before and after; nothing if there is one page."""
    if last == 0:
        return ""
    return (
        f'<p class="pages">{_page_button(page - 1, "← previous", page > 0)} '
        f"page {page + 1} of {last + 1} "
        f"{_page_button(page + 1, 'next →', page < last)}</p>"
    )


def _page_button(page: int, label: str, enabled: bool) -> str:
    state = "" if enabled else " disabled"
    return f'<button type="button" class="plain" data-page="{page}"{state}>{label}</button>'


def _heading(name: str, label: str, view: View) -> str:
    direction, arrow = "", ""
    if view.order == name and view.down:
        direction, arrow = ' aria-sort="descending"', " ↓"
    elif view.order == name:
        direction, arrow = ' aria-sort="ascending"', " ↑"
    return (
        f'<th scope="col"{direction}><button type="button" class="plain" '
        f'data-order="{name}">{label}{arrow}</button></th>'
    )


def _row_html(row: Row, editable: bool) -> str:
    name = row.title or row.path
    day = escape(in_words(row.published)) if row.published else ""
    title = f'<a href="{escape(article_address(row.id))}" data-read>{bidi(name)}</a>'
    original = web_link(row.url, _ORIGINAL, "original")
    if original:
        title = f'<span class="titled">{title} {original}</span>'
    outlet = bidi(row.source) if row.source else NO_OUTLET
    cells = [title, outlet, day, f"{row.words:,}", bidi(row.path)]
    if editable:
        buttons = (
            f'<button type="button" class="plain" data-{do}="{escape(row.id)}" '
            f'aria-label="{do.capitalize()} {escape(name[:_LONGEST_LABEL])}">{do}</button>'
            for do in ("correct", "remove")
        )
        cells.append(" ".join(buttons))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
