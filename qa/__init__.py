"""Answering: questions to verbatim, cited answers.

import qa
archive = qa.open("var/index")
archive.ask("who brokered the September truce?").answers[0].text
qa.retrieve("EU mission")
"""

from __future__ import annotations

from qa.launch import check_index, leave_current_folder

leave_current_folder()  # before any other import: qa/launch.py says why
check_index()

import threading  # noqa: E402
from typing import Any  # noqa: E402

from index.types import DatelineError  # noqa: E402
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
    "open",
    "retrieve",
]

open = Archive.open

_default: Archive | None = None
_opening = threading.Lock()


def retrieve(question: str, k: int = 5, **filters: Any) -> list[Hit]:
    """Return the `k` passages of the default index nearest to a question, best first.

    The index is opened once, and followed as it is rebuilt. `filters` are those of
    `Archive.retrieve`. Raises DatelineError as it does.
    """
    global _default
    with _opening:
        if _default is None:
            _default = Archive.open()
        _default.refresh()
    return _default.retrieve(question, k, **filters)
