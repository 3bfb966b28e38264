"""The Archive tab: the table of articles, and where they are added and removed while questions go on being answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from index.types import DatelineError
from qa.web.article_table import Row, View, table_html, work_html
from qa.web.corpus_editor import CorpusEditor, Work
from qa.web.session import Session

_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest('[data-order], [data-page], [data-remove]');
  if (!clicked || clicked.disabled) return;
  if (clicked.dataset.remove && !clicked.dataset.sure) {
    clicked.dataset.sure = 'yes';
    clicked.textContent = 'really remove?';
    clicked.setAttribute('aria-label', `Really remove? ${clicked.getAttribute('aria-label')}`);
    return;
  }
  trigger('click', {...clicked.dataset});
});"""


def archive_tab(session: Session, editor: CorpusEditor | None) -> None:
    """Build the tab; call inside its gr.Tab. Without a editor there is nothing to add or remove with, nor an endpoint for it."""
    rows = Rows(session)
    editable = editor is not None
    view = gr.State(View())
    search = gr.Textbox(
        label="Search titles, outlets, dates and files",
        placeholder="Search the archive",
        elem_id="search",
        max_lines=1,
    )
    if editor is not None:
        with gr.Accordion("Add articles", open=False, elem_id="adding"), gr.Tabs():
            with gr.Tab("Upload"):
                files = gr.File(
                    label="Files of articles", file_count="multiple", elem_id="upload", height=140
                )
                upload = gr.Button("Add these files", variant="primary", elem_id="add-files")
            with gr.Tab("Paste"):
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
                    url = gr.Textbox(
                        label="Address", placeholder="https://…", max_lines=1, min_width=160
                    )
                text = gr.Textbox(label="Text of the article", lines=6, max_lines=14)
                paste = gr.Button("Add this article", variant="primary", elem_id="add-text")
            with gr.Tab("From the web"):
                address = gr.Textbox(
                    label="Address of the article", placeholder="https://…", max_lines=1
                )
                fetch = gr.Button("Fetch and add", variant="primary", elem_id="add-url")
        work = gr.HTML("", elem_id="work")
        timer = gr.Timer(0.5, active=False)
    table = gr.HTML("", elem_id="articles", js_on_load=_CLICKS)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    context = gr.context.Context.root_block
    assert context is not None

    def searched(text: str, seen: View) -> tuple[str, View]:
        seen = View(text[:200], seen.order, seen.down)
        return table_html(rows.all(), seen, editable), seen

    search.change(searched, [search, view], [table, view], **quiet, trigger_mode="always_last")
    context.load(lambda: table_html(rows.all(), View(), editable), None, table, **quiet)

    if editor is None:

        def sorted_(seen: View, event: gr.EventData) -> tuple[str, View]:
            seen = _moved(seen, event._data or {})
            return table_html(rows.all(), seen, False), seen

        table.click(sorted_, [view], [table, view], **quiet)
        return

    def clicked(seen: View, event: gr.EventData) -> tuple[str, View, str, Any]:
        data = event._data or {}
        problem = (
            _tried(lambda: editor.remove(str(data["remove"]), session.store()))
            if "remove" in data
            else ""
        )
        seen = _moved(seen, data)
        return (
            table_html(rows.all(), seen, True),
            seen,
            problem or work_html(editor.work),
            gr.Timer(active=editor.work.busy),
        )

    def refused() -> str | None:
        return editor.why_not(session.store())

    def added(what: Any) -> tuple[str, Any]:
        problem = _notice(said) if (said := refused()) else _tried(what)
        return problem or work_html(editor.work), gr.Timer(active=editor.work.busy)

    def add_files(paths: list[str] | None) -> tuple[str, Any, None]:
        return *added(lambda: editor.add_files([Path(path) for path in paths or []])), None

    def add_text(*fields: str) -> tuple[str, Any]:
        return added(lambda: editor.add_text(*fields))

    def add_url(url: str) -> tuple[str, Any]:
        return added(lambda: editor.add_url(url))

    def ticked(seen: View) -> tuple[str, Any, Any]:
        now = editor.work
        return (
            work_html(now),
            gr.Timer(active=now.busy),
            gr.skip() if now.busy else table_html(rows.all(), seen, True),
        )

    table.click(clicked, [view], [table, view, work, timer], **quiet)
    upload.click(add_files, files, [work, timer, files], **quiet)
    paste.click(add_text, [text, title, source, published, url], [work, timer], **quiet)
    fetch.click(add_url, address, [work, timer], **quiet)
    timer.tick(ticked, view, [work, timer, table], **quiet)


class Rows:
    """The articles of the live generation as rows, read once a generation."""

    def __init__(self, session: Session) -> None:
        self._room = session
        self._known: tuple[str, list[Row]] = "", []

    def all(self) -> list[Row]:
        store = self._room.store()
        generation, rows = self._known
        if generation != store.generation:
            rows = [Row.of(article) for article in store.articles()]
            self._known = store.generation, rows
        return rows


def _moved(seen: View, data: dict[str, Any]) -> View:
    """The view after a click on a heading or a page number."""
    if "order" in data:
        order = str(data["order"])
        return View(
            seen.search,
            order,
            not seen.down if order == seen.order else order in ("published", "words"),
        )
    if "page" in data and str(data["page"]).isdecimal():
        return View(seen.search, seen.order, seen.down, int(data["page"]))
    return seen


def _tried(what: Any) -> str:
    try:
        what()
    except DatelineError as error:
        return _notice(str(error))
    return ""


def _notice(message: str) -> str:
    return work_html(
        Work(False, "refused", notes=(message[:1].upper() + message[1:],), failed=True)
    )
