"""Text on a terminal: wrapped at words, with styles, and a progress bar.

A pipe gets text as it is. rich is imported only for a terminal.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TextIO


def shows_styles(stream: TextIO) -> bool:
    """Return whether a stream is a terminal with bold and links.

    See https://no-color.org.
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def print_text(text: str, stream: TextIO) -> None:
    """Print text whose lines may be indented.

    On a terminal a line that is too long is wrapped at words, and keeps its indent.
    """
    if not stream.isatty():
        print(text, file=stream, flush=True)
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    styled = shows_styles(stream)
    console = Console(
        file=stream, force_terminal=styled, no_color=not styled, highlight=False, soft_wrap=False
    )
    for line in text.split("\n"):
        words = line.lstrip(" ")
        indent = len(line) - len(words)
        console.print(Padding(Text.from_ansi(words), (0, 0, 0, indent), expand=False))


@contextlib.contextmanager
def build_progress(stream: TextIO) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, and nothing elsewhere.

    Yields the function to call with what is done, how many, and of how many (0: not known).
    """
    if not stream.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counted]}"),
        TimeElapsedColumn(),
        console=Console(file=stream),
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                for earlier in tasks.values():  # a step whose end was not known has ended
                    bar.update(earlier, total=1, completed=1)
                tasks[what] = bar.add_task(what, total=None, counted="")
            bar.update(
                tasks[what],
                completed=done,
                total=total or None,
                counted=_counted(done, total),
            )

        yield progress
        for task in tasks.values():
            bar.update(task, total=1, completed=1)


def _counted(done: int, total: int) -> str:
    """Return how much is done: "3/9", or "3" if the end is not known."""
    if total:
        return f"{done:,}/{total:,}"
    return f"{done:,}" if done else ""
