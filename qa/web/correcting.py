"""The boxes in which the title, outlet and day of an article are corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from qa.web.corpus_editor import CorpusEditor
from qa.web.corrections import shown_fields
from qa.web.session import Session

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_TO_TITLE = "() => document.querySelector('#correcting textarea, #correcting input')?.focus()"
Try = Callable[[Callable[[], None]], tuple[str, gr.Timer]]  # starts a change, says what came of it


@dataclass(frozen=True, slots=True)
class Correcting:
    """The boxes, and the id of the article that they are of."""

    column: gr.Column
    heading: gr.HTML
    id: gr.State
    fields: list[gr.Textbox]
    save: gr.Button
    leave: gr.Button


def correcting_form() -> Correcting:
    """Build the boxes, hidden."""
    with gr.Column(visible=False, elem_id="correcting") as column:
        heading = gr.HTML("")
        with gr.Row():
            title = gr.Textbox(label="Correct headline", max_lines=1, min_width=160, scale=3)
            source = gr.Textbox(label="Correct outlet", max_lines=1, min_width=120)
            published = gr.Textbox(
                label="Correct date",
                placeholder="YYYY-MM-DD",
                elem_classes="day",
                max_lines=1,
                min_width=120,
            )
        with gr.Row():
            save = gr.Button("Save the correction", variant="primary", min_width=160)
            leave = gr.Button("Leave it as it is", min_width=160)
    return Correcting(column, heading, gr.State(""), [title, source, published], save, leave)


def on_corrections(
    form: Correcting,
    session: Session,
    editor: CorpusEditor,
    table: gr.HTML,
    told: list[Any],
    tried: Try,
) -> None:
    """Open the boxes by a click in the table; save what is typed, and close them."""
    opened = [form.column, form.heading, form.id, *form.fields]

    def begun(event: gr.EventData) -> tuple[Any, ...]:
        id = str((event._data or {}).get("correct", ""))
        article = session.store().article(id) if id else None
        if article is None:
            return tuple(gr.skip() for _ in opened)
        fields = shown_fields(article)
        heading = Markup("<h2>Correct what is known of “{}”</h2>").format(fields["title"])
        return gr.Column(visible=True), heading, id, *fields.values()

    def saved(id: str, *typed: str) -> tuple[Any, ...]:
        said, timer = tried(lambda: editor.correct(id, session.store(), *typed))
        return said, timer, gr.Column(visible=not editor.status.busy)

    table.click(begun, None, opened, **_QUIET).then(None, js=_TO_TITLE)
    form.save.click(saved, [form.id, *form.fields], [*told, form.column], **_QUIET)
    form.leave.click(lambda: gr.Column(visible=False), None, form.column, **_QUIET)
