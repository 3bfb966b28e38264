"""The Archive tab: the table of articles, and where they are added and removed.

Questions are answered meanwhile from the archive as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from index.types import DatelineError
from qa.web.addresses import NO_LIMITS
from qa.web.article_table import Row, View, status_html, table_html
from qa.web.corpus_editor import CorpusEditor, EditorStatus
from qa.web.correcting import Correcting, correcting_form, on_corrections
from qa.web.session import Session

_TICK = 0.5  # seconds between two looks at a rebuild
_LONGEST_SEARCH = 200  # characters
_SEARCHED = 200  # passages that a search looks into
_LARGEST_FIRST = ("published", "words")  # the columns that are sorted downwards at first
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# A click on a heading, a page or a second click on "remove" is an event with its data-* attributes.
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest(
    '[data-order], [data-page], [data-remove], [data-correct], [data-undo]');
  if (!clicked || clicked.disabled) return;
  if (clicked.dataset.remove && !clicked.dataset.sure) {
    clicked.dataset.sure = 'yes';
    clicked.textContent = 'really remove?';
    clicked.setAttribute('aria-label', `Really remove? ${clicked.getAttribute('aria-label')}`);
    return;
  }
  trigger('click', {...clicked.dataset});
});"""


class Rows:
    """The articles of the live generation as rows, read once for each generation."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: tuple[str, list[Row]] = "", []

    def table(self, view: View, editable: bool) -> Markup:
        """Return the table of a view."""
        return table_html(self.all(), view, editable, self._holding(view.search))

    def _holding(self, search: str) -> set[str]:
        """Return the ids of articles whose text holds every word searched for."""
        words = search.casefold().split()
        if not words or self.session.status() != "ok":
            return set()
        try:
            hits = self.session.retrieve(search, _SEARCHED, NO_LIMITS)
        except DatelineError:  # no word in it, or no article yet
            return set()
        texts = {hit.article.id: hit.article.text.casefold() for hit in hits}
        return {id for id, text in texts.items() if all(word in text for word in words)}

    def all(self) -> list[Row]:
        store = self.session.store()
        generation, rows = self._known
        if generation != store.generation:
            rows = [Row.of(article) for article in store.articles()]
            self._known = store.generation, rows
        return rows


@dataclass(frozen=True, slots=True)
class _Form:
    """The parts of the page by which articles are added.

    They include where the page says what came of it.
    """

    files: gr.File
    upload: gr.Button
    fields: list[gr.Textbox]
    paste: gr.Button
    address: gr.Textbox
    fetch: gr.Button
    status: gr.HTML
    timer: gr.Timer


def archive_tab(session: Session, editor: CorpusEditor | None) -> Any:
    """Build the tab and return the event of its changes; call inside its gr.Tab.

    Without an editor nothing can be added or removed, and no endpoint for it exists.
    """
    rows = Rows(session)
    editable = editor is not None
    view = gr.State(View())
    search = gr.Textbox(
        label="Search titles, outlets, dates, files and texts",
        placeholder="Search the archive",
        elem_id="search",
        max_lines=1,
    )
    form = _adding_form() if editable else None
    correcting = correcting_form() if editable else None
    table = gr.HTML("", elem_id="articles", js_on_load=_CLICKS)

    def show(seen: View) -> tuple[Markup, View]:
        return rows.table(seen, editable), seen

    def searched(text: str, seen: View) -> tuple[str, View]:
        return show(replace(seen, search=text[:_LONGEST_SEARCH], page=0))

    def sorted_or_turned(seen: View, event: gr.EventData) -> tuple[str, View]:
        return show(clicked_view(seen, event._data or {}))

    search.change(searched, [search, view], [table, view], **_QUIET, trigger_mode="always_last")
    context = gr.context.Context.root_block
    assert context is not None
    context.load(lambda: rows.table(View(), editable), None, table, **_QUIET)
    tab = gr.context.Context.block
    assert isinstance(tab, gr.Tab)
    tab.select(show, view, [table, view], **_QUIET)
    if editor is None or form is None or correcting is None:
        table.click(sorted_or_turned, [view], [table, view], **_QUIET)
        return None
    return _on_changes(rows, editor, form, correcting, view, table)


def clicked_view(seen: View, data: dict[str, Any]) -> View:
    """Return the view after a click on a heading or a page number.

    A second click on a heading sorts the other way.
    """
    if "order" in data:
        order = str(data["order"])
        down = not seen.down if order == seen.order else order in _LARGEST_FIRST
        return View(seen.search, order, down)
    if "page" in data and str(data["page"]).isdecimal():
        return replace(seen, page=int(data["page"]))
    return seen


def _adding_form() -> _Form:
    with gr.Accordion("Add articles", open=False, elem_id="adding"), gr.Tabs():
        with gr.Tab("Upload"):
            files = gr.File(
                label="Files of articles", file_count="multiple", elem_id="upload", height="8.75rem"
            )
            upload = gr.Button("Add these files", variant="primary", elem_id="add-files")
        with gr.Tab("Paste"):
            fields = _article_fields()
            paste = gr.Button("Add this article", variant="primary", elem_id="add-text")
        with gr.Tab("From the web"):
            address = gr.Textbox(
                label="Address of the article", placeholder="https://…", max_lines=1
            )
            fetch = gr.Button("Fetch and add", variant="primary", elem_id="add-url")
    status = gr.HTML("", elem_id="work", js_on_load=_CLICKS)
    timer = gr.Timer(_TICK, active=False)
    return _Form(files, upload, fields, paste, address, fetch, status, timer)


def _article_fields() -> list[gr.Textbox]:
    """Build the fields of a pasted article; return them in the order of `add_text`."""
    with gr.Row():
        title = gr.Textbox(label="Headline", max_lines=1, min_width=160)
        source = gr.Textbox(label="Outlet", max_lines=1, min_width=120)
        published = gr.Textbox(
            label="Published",
            placeholder="YYYY-MM-DD",
            elem_classes="day",
            max_lines=1,
            min_width=120,
        )
        url = gr.Textbox(label="Address", placeholder="https://…", max_lines=1, min_width=160)
    text = gr.Textbox(label="Text of the article", lines=6, max_lines=14)
    return [text, title, source, published, url]


def _on_changes(
    rows: Rows,
    editor: CorpusEditor,
    form: _Form,
    correcting: Correcting,
    view: gr.State,
    table: gr.HTML,
) -> Any:
    """Say what happens when articles change, and return the event that says it.

    It is said too while the index is rebuilt.
    """

    def tried(change: Callable[[], None]) -> tuple[Markup, gr.Timer]:
        """Start a change; return what is said of it, and the timer.

        The timer runs while the change is made.
        """
        try:
            change()
            said = status_html(editor.status)
        except DatelineError as error:
            said = _notice(str(error))
        return said, gr.Timer(active=editor.status.busy)

    def added(add: Callable[[], None]) -> tuple[Markup, gr.Timer]:
        refused = editor.why_not(rows.session.store())
        if refused is not None:
            return _notice(refused), gr.Timer(active=editor.status.busy)
        return tried(add)

    def add_files(paths: list[str] | None) -> tuple[str, gr.Timer, None]:
        files = [Path(path) for path in paths or []]
        return *added(lambda: editor.add_files(files)), None

    def add_text(*fields: str) -> tuple[str, gr.Timer]:
        return added(lambda: editor.add_text(*fields))

    def add_url(url: str) -> tuple[str, gr.Timer]:
        return added(lambda: editor.add_url(url))

    def clicked(seen: View, event: gr.EventData) -> tuple[str, View, str, gr.Timer]:
        data = event._data or {}
        said, timer = status_html(editor.status), gr.Timer(active=editor.status.busy)
        if "remove" in data:
            id = str(data["remove"])
            said, timer = tried(lambda: editor.remove(id, rows.session.store()))
        seen = clicked_view(seen, data)
        return rows.table(seen, True), seen, said, timer

    def ticked(seen: View) -> tuple[str, gr.Timer, Any]:
        status = editor.status
        shown = gr.skip() if status.busy else rows.table(seen, True)
        return status_html(status), gr.Timer(active=status.busy), shown

    told = [form.status, form.timer]
    form.status.click(lambda: tried(editor.undo), None, told, **_QUIET)
    table.click(clicked, [view], [table, view, *told], **_QUIET)
    on_corrections(correcting, rows.session, editor, table, told, tried)
    form.upload.click(add_files, form.files, [*told, form.files], **_QUIET)
    form.paste.click(add_text, form.fields, told, **_QUIET)
    form.fetch.click(add_url, form.address, told, **_QUIET)
    return form.timer.tick(ticked, view, [*told, table], **_QUIET)


def _notice(message: str) -> Markup:
    """Return a message as the status of a change that was refused."""
    sentence = message[:1].upper() + message[1:]
    return status_html(EditorStatus(task="refused", notes=(sentence,), failed=True))
