"""Answering: questions to verbatim, cited answers.

import qa
with qa.open("var/index") as archive:
    archive.ask("who brokered the September truce?").answers[0].text
qa.ask("who brokered the September truce?")  # the default index, opened once
"""

from __future__ import annotations

from qa.launch import check_index, leave_current_folder

leave_current_folder()  # before any other import: qa/launch.py says why
check_index()

import threading  # noqa: E402
from typing import Any  # noqa: E402

from index.types import DatelineError  # noqa: E402
from index.version import __version__  # noqa: E402
from qa.archive import Archive  # noqa: E402
from qa.types import Answer, Citation, Hit, Reader, Reply, Span  # noqa: E402

__all__ = [
    "Answer",
    "Archive",
    "Citation",
    "DatelineError",
    "Hit",
    "Reader",
    "Reply",
    "Span",
    "__version__",
    "ask",
    "open",
    "retrieve",
]

open = Archive.open

_default: Archive | None = None
_opening = threading.Lock()


def ask(question: str, **options: Any) -> Reply:
    """Answer a question from the default index.

    The index is opened once, and followed as it is rebuilt. `options` are those of `Archive.ask`.
    Raises DatelineError as it does.
    """
    return _default_archive().ask(question, **options)


def retrieve(question: str, k: int = 5, **filters: Any) -> list[Hit]:
    """Return the `k` passages of the default index nearest to a question, best first.

    The index is opened once, and followed as it is rebuilt. `filters` are those of
    `Archive.retrieve`. Raises DatelineError as it does.
    """
    return _default_archive().retrieve(question, k, **filters)


def _default_archive() -> Archive:
    global _default
    with _opening:
        if _default is None:
            _default = Archive.open()
        _default.refresh()
        return _default
