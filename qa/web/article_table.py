"""The articles as a table to search and sort, and what the editor is doing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from index.text.dates import in_words
from index.types import Article
from qa.rendering.wording import counted
from qa.web.addresses import article_address
from qa.web.corpus_editor import EditorStatus
from qa.web.markup import NO_OUTLET, NOTHING, bidi, title_of, web_link

ROWS = 50  # on a page of the table
_ORIGINAL = Markup('<span class="unseen">original</span><span aria-hidden="true">↗</span>')
_UNDO = Markup(' <button type="button" class="plain" data-undo>undo</button>')
_CHANGE = Markup('<th scope="col"><span class="unseen">Change</span></th>')
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
) -> Markup:
    """Return a page of the articles as a table.

    Its headings are the buttons that sort it. A page beyond the last is the last. Rows have
    buttons to correct and to remove them if `editable`.
    """
    found = select_rows(rows, view, holding)
    last = max(0, (len(found) - 1) // ROWS)
    page = min(max(0, view.page), last)
    heads = [_heading(name, column.label, view) for name, column in _COLUMNS.items()]
    if editable:
        heads.append(_CHANGE)
    body = [_row_html(row, editable) for row in found[page * ROWS : (page + 1) * ROWS]]
    count = counted(len(found), "article")
    if len(found) != len(rows):
        count += f" of {len(rows):,}"
    return Markup(
        '<p class="source" role="status">{count}</p>'
        '<div class="scrolls" tabindex="0" role="region" aria-label="Articles">'
        '<table class="articles"><thead><tr>{heads}</tr></thead>'
        "<tbody>{body}</tbody></table></div>{pages}"
    ).format(
        count=count,
        heads=NOTHING.join(heads),
        body=NOTHING.join(body),
        pages=_pages_html(page, last),
    )


def status_html(status: EditorStatus) -> Markup:
    """Return what the editor is doing, with a bar, or what became of it, file by file."""
    listed = NOTHING.join(map(Markup("<li>{}</li>").format, map(bidi, status.notes)))
    if listed:
        listed = Markup("<ul>{}</ul>").format(listed)
    if status.busy:
        return _progress_html(status, listed)
    if not status.task:
        return NOTHING
    css_class, said = "work", "Done."
    if status.failed:
        css_class, said = "work failed", "Not everything could be done."
    return Markup(
        '<div class="{css_class}" role="status"><p>{said}{undo}</p>{listed}</div>'
    ).format(
        css_class=css_class,
        said=said,
        undo=_UNDO if status.undoable else NOTHING,
        listed=listed,
    )


def _progress_html(status: EditorStatus, listed: Markup) -> Markup:
    count, known = "", NOTHING
    if status.total:
        count = f" ({status.done:,} of {status.total:,})"
        known = Markup(' value="{}" max="{}"').format(status.done, status.total)
    return Markup(
        '<div class="work" role="status"><p>{task}{count} … questions are still answered '
        "from the archive as it was.</p>"
        '<progress aria-label="Progress of the rebuild"{known}></progress>{listed}</div>'
    ).format(
        task=status.task[:1].upper() + status.task[1:], count=count, known=known, listed=listed
    )


def _pages_html(page: int, last: int) -> Markup:
    """Return the buttons to the page before and after; nothing if there is one page."""
    if last == 0:
        return NOTHING
    return Markup('<p class="pages">{before} page {page} of {last} {after}</p>').format(
        before=_page_button(page - 1, "← previous", page > 0),
        page=page + 1,
        last=last + 1,
        after=_page_button(page + 1, "next →", page < last),
    )


def _page_button(page: int, label: str, enabled: bool) -> Markup:
    return Markup(
        '<button type="button" class="plain" data-page="{page}"{state}>{label}</button>'
    ).format(page=page, state="" if enabled else " disabled", label=label)


def _heading(name: str, label: str, view: View) -> Markup:
    direction, arrow = NOTHING, ""
    if view.order == name and view.down:
        direction, arrow = Markup(' aria-sort="descending"'), " ↓"
    elif view.order == name:
        direction, arrow = Markup(' aria-sort="ascending"'), " ↑"
    return Markup(
        '<th scope="col"{direction}><button type="button" class="plain" '
        'data-order="{name}">{label}{arrow}</button></th>'
    ).format(direction=direction, name=name, label=label, arrow=arrow)


def _row_html(row: Row, editable: bool) -> Markup:
    name = row.title or row.path
    title = Markup('<a href="{}" data-read>{}</a>').format(article_address(row.id), bidi(name))
    original = web_link(row.url, _ORIGINAL, "original")
    if original:
        title = Markup('<span class="titled">{} {}</span>').format(title, original)
    outlet = bidi(row.source) if row.source else NO_OUTLET
    day = in_words(row.published) if row.published else ""
    cells = [title, outlet, day, f"{row.words:,}", bidi(row.path)]
    if editable:
        buttons = (_change_button(do, row.id, name) for do in ("correct", "remove"))
        cells.append(Markup(" ").join(buttons))
    filled = NOTHING.join(map(Markup("<td>{}</td>").format, cells))
    return Markup("<tr>{}</tr>").format(filled)


def _change_button(do: str, id: str, name: str) -> Markup:
    return Markup(
        '<button type="button" class="plain" data-{do}="{id}" '
        'aria-label="{label} {name}">{do}</button>'
    ).format(do=do, id=id, label=do.capitalize(), name=name[:_LONGEST_LABEL])
