"""The place in an empty archive where its first articles are dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from index.types import DatelineError
from qa.web.article_table import status_html
from qa.web.corpus_editor import CorpusEditor, EditorStatus
from qa.web.session import Session

_TICK = 0.5  # seconds between two looks at the first build
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_INVITATION = Markup(
    "<h2>This archive is empty</h2>"
    "<p>Drop articles here: text, web pages, PDF, Word, mail, tables, or a zip of them.</p>"
)


@dataclass(frozen=True, slots=True)
class Welcome:
    """The drop zone, and what is said while its articles are indexed."""

    column: gr.Column
    files: gr.File
    status: gr.HTML
    timer: gr.Timer


def welcome() -> Welcome:
    """Build the drop zone, hidden."""
    with gr.Column(visible=False, elem_id="welcome") as column:
        gr.HTML(_INVITATION)
        files = gr.File(
            label="Articles", file_count="multiple", elem_id="first-files", height="12.5rem"
        )
        status = gr.HTML("", elem_id="first-work")
    return Welcome(column, files, status, gr.Timer(_TICK, active=False))


def on_first_articles(
    parts: Welcome,
    session: Session,
    editor: CorpusEditor,
    show: Callable[[], tuple[Any, ...]],
    shown: list[Any],
) -> None:
    """Index what is dropped; then hide the drop zone and `show` the archive."""

    def dropped(paths: list[str] | None) -> tuple[str, gr.Timer, None]:
        try:
            editor.add_files([Path(path) for path in paths or []])
            said = status_html(editor.status)
        except DatelineError as error:
            said = status_html(EditorStatus(task="refused", notes=(str(error),), failed=True))
        return said, gr.Timer(active=editor.status.busy), None

    def ticked() -> tuple[Any, ...]:
        status = editor.status
        if status.busy:
            return status_html(status), gr.skip(), gr.skip(), *(gr.skip() for _ in shown)
        empty = gr.Column(visible=session.is_empty())
        return status_html(status), gr.Timer(active=False), empty, *show()

    parts.files.upload(dropped, parts.files, [parts.status, parts.timer, parts.files], **_QUIET)
    parts.timer.tick(ticked, None, [parts.status, parts.timer, parts.column, *shown], **_QUIET)
