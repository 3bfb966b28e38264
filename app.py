"""The browser app: a question goes in, a reply comes out as a page. Everything else is qa's.

python app.py            (or: dateline serve)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio is imported: the page calls nobody

import gradio as gr

from qa import Archive, DatelineError
from qa.cli import main
from qa.page import archive_html, notice_html, reply_html
from qa.types import Reader

_TURNS_KEPT = 30
_SERIF = ["Charter", "Georgia", "Noto Serif", "Liberation Serif", "serif"]  # of the system: no font is fetched
_SANS = ["system-ui", "Segoe UI", "Noto Sans", "Liberation Sans", "sans-serif"]

# Opening a citation scrolls its story to the marked span; "copy quotation" copies it.
_BEHAVIOUR = """() => { document.addEventListener('click', (event) => {
  const button = event.target.closest('button.copy');
  if (!button) return;
  navigator.clipboard.writeText(button.dataset.quotation).then(() => {
    button.textContent = 'copied';
    setTimeout(() => { button.textContent = 'copy quotation'; }, 2000);
  });
});
document.addEventListener('toggle', (event) => {
  const story = event.target.open && event.target.querySelector(':scope > .story');
  const span = story && story.querySelector('mark');
  if (!span) return;
  story.scrollTop = span.offsetTop - story.clientHeight / 3;
  story.scrollIntoView({block: 'nearest'});
}, true); }"""


def page(
    archive: Archive, source: Sequence[str] | None = None, since: str | None = None, until: str | None = None, as_of: str | None = None
) -> gr.Blocks:
    """The page over an open archive; the filters hold for every question asked on it."""

    fronts: dict[str, str] = {}  # what a visitor finds first, by generation

    def follow() -> None:
        try:
            archive.refresh()
        except DatelineError as error:  # a damaged new generation: go on with the one that is open
            print(f"dateline: {error}", file=sys.stderr)

    def front() -> str:
        follow()
        store = archive.store
        if store.generation not in fronts:
            fronts[store.generation] = archive_html(store)
        return fronts[store.generation]

    def ask(question: str, turns: list[str]) -> tuple[str, list[str], str]:
        follow()
        try:
            turn = reply_html(archive.ask(question, source=source, since=since, until=until, as_of=as_of))
        except DatelineError as error:
            turn = notice_html(question, str(error))
        turns = [turn, *turns][:_TURNS_KEPT]
        return "".join(turns), turns, ""

    blocks = gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True)
    with blocks:
        with gr.Column(elem_id="dateline"):
            gr.HTML("<header><h1>Dateline</h1><p>Ask a folder of news. It answers in the articles’ own words.</p></header>")
            turns = gr.State([])
            with gr.Row(elem_id="ask"):
                question = gr.Textbox(
                    placeholder="Who, when, where, how many …?",
                    label="Your question",
                    show_label=False,
                    container=False,
                    scale=8,
                    max_lines=3,
                    autofocus=True,
                )
                button = gr.Button("Ask", variant="primary", scale=1, min_width=88)
            conversation = gr.HTML(front, elem_id="conversation")
        gr.on(
            [question.submit, button.click],
            ask,
            [question, turns],
            [conversation, turns, question],
            show_progress="minimal",
            api_visibility="private",
        )
    return blocks


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Path | None = None,
    source: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    reader: Reader | None = None,
    wait: bool = True,
) -> gr.Blocks:
    """Open the archive and serve its page until interrupted. Raises DatelineError: no index, no such port, a bad password file."""
    archive = Archive.open(folder, reader=reader)
    users = _users(auth)
    archive.ask("is the reader loaded?", source=source, since=since, until=until, as_of=as_of)  # so that the first question does not wait
    blocks = page(archive, source, since, until, as_of)
    print(f"Dateline on http://{host}:{port}  (Ctrl-C ends it)", flush=True)
    try:
        blocks.queue(default_concurrency_limit=4)
        blocks.launch(
            server_name=host,
            server_port=port,
            auth=users,
            quiet=True,
            share=False,
            prevent_thread_lock=not wait,
            footer_links=[],
            theme=gr.themes.Base(font=_SANS, font_mono=["monospace"], primary_hue="red", neutral_hue="stone", radius_size="none"),
            css_paths=Path(__file__).parent / "qa" / "page.css",
            js=_BEHAVIOUR,
        )
    except OSError:
        raise DatelineError(f"expected port {port} of {host} to be free, found it taken; give another with --port") from None
    return blocks


def _users(file: Path | None) -> list[tuple[str, str]] | None:
    if file is None:
        return None
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise DatelineError(f"expected a file of USER:PASSWORD lines at {file}, found none that can be read") from None
    users = [(name, password) for name, _, password in (line.partition(":") for line in lines)]
    if not users or not all(name and password for name, password in users):
        raise DatelineError(f"expected a line USER:PASSWORD for each user in {file}, found one without")
    return users


if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
