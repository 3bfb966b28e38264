"""Footnotes of a PDF, moved out of the sentence that goes on over the page.

A footnote is a line at the foot of a page that begins with a mark ("1", "*"), which stands in the
text above too. Footnotes are moved above the last paragraph of their page, so they stay on it.
Limits: a paragraph that fills the whole page keeps its footnotes where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

BREAK = ""  # stands in a list of lines where a paragraph ends whatever its length
_MARKED = re.compile(r"(?P<mark>\d{1,2}|[*†‡])[ .)]?\s*(?=[^\W\d_]|[\"“‘(])")
_ENDS_SENTENCE = re.compile(r"[.!?:][\"”’')\]]*(?:\d{1,2}|[*†‡])?$")


def move_footnotes(page: list[str], ends_paragraph: Callable[[str], bool]) -> list[str]:
    """Return the lines of a page, with its footnotes above its last paragraph.

    They stay where they are if no sentence goes on after them.
    """
    begin = _first_footnote(page)
    if begin is None or _ENDS_SENTENCE.search(page[begin - 1]):
        return page
    body, notes = page[:begin], page[begin:]
    for start in range(len(body) - 1, 0, -1):
        if ends_paragraph(body[start - 1]):
            return [*body[:start], BREAK, *notes, BREAK, *body[start:]]
    return page


def _first_footnote(page: list[str]) -> int | None:
    """Return the place of the first footnote; None if the page has none."""
    for at in range(len(page) // 2, len(page)):
        found = _MARKED.match(page[at])
        if at > 0 and found is not None and _is_called(found["mark"], page[:at]):
            return at
    return None


def _is_called(mark: str, body: list[str]) -> bool:
    """Tell whether a mark stands behind a word of the text."""
    called = re.compile(rf"[^\W\d_][\"”’')\].,;:]*{re.escape(mark)}(?![\w%])")
    return any(called.search(line) for line in body)
