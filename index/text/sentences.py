"""Where sentences begin and end, as offsets into the text.

Boundaries come from sentencex (Wikimedia), which keeps every character, so offsets are a running
sum. A line break ends a sentence too, since headlines have no full stop. It does not in a text
wrapped at a fixed width. Limits: English rules for abbreviations; a heading wrapped over two lines
counts as two sentences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import sentencex

_WRAPPED_LINE = range(45, 101)  # characters of a line that an editor or a mail program wrapped
_DATELINE = re.compile(
    r"""
    [^\W\d_a-z][^\Wa-z\d_]+ (?:[ .'’-]+[^\Wa-z\d_]+)*        # CAPE SORREL
    (?: , [^()\n]{1,50}? )? (?: \s \([^)\n]{1,40}\) )?        # , 12 March (Wire)
    \s? [-–—]{1,2} \s+
    """,
    re.VERBOSE,
)
_BEFORE_BLANK_LINE = re.compile(r"(?<=\n)(?=[^\S\n]*\n)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the sentences, in order.

    Together they cover the text without gaps. White space alone belongs to the sentence before it.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for piece in _pieces(text):
        end = start + len(piece)
        if piece.strip() or not spans:
            spans.append((start, end))
        else:
            spans[-1] = (spans[-1][0], end)
        start = end
    return spans


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence that holds text[start:end].

    It is a run of sentences if text[start:end] reaches over several. White space at its edges is
    left out.
    """
    left, right = start, end
    for first, last in _sentences_cached(text):
        if first <= start < last:
            left = first
        if first < end <= last:
            right = last
    return strip(text, min(left, start), max(right, end))


def dateline_end(text: str, start: int) -> int:
    """Return where a dateline such as "VOSS, 2 May (Wire) - " ends; `start` if none."""
    found = _DATELINE.match(text, start)
    return start if found is None else found.end()


def sentence_before(text: str, start: int) -> str:
    """Return the sentence before the one that holds `start`; "" for the first."""
    place = sentence_before_span(text, start)
    if place is None:
        return ""
    return text[place[0] : place[1]]


def sentence_before_span(text: str, start: int) -> tuple[int, int] | None:
    """Return the span of the sentence before the one at `start`, if any."""
    before = None
    for first, last in _sentences_cached(text):
        if last > start:
            break
        before = first, last
    return before


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space and invisible characters at its edges.

    A span of nothing else becomes empty, at its start.
    """
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    while start < end and _is_blank(text[start]):
        start += 1
    return start, end


@lru_cache(maxsize=64)
def _sentences_cached(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentences(text))


def _pieces(text: str) -> Iterator[str]:
    """Yield sentences and stretches of white space that join to the text again."""
    for block in _BEFORE_BLANK_LINE.split(text):
        if _is_wrapped(block):
            yield from _segments(block)
            continue
        for line in block.splitlines(keepends=True):
            yield from _segments(line)


def _segments(text: str) -> Sequence[str]:
    if not text.strip():
        return [text]
    segments: list[str] = sentencex.segment("en", text)
    if "".join(segments) != text:  # sentencex may normalise what it returns
        return [text]
    return segments


def _is_wrapped(block: str) -> bool:
    """Whether a block of text was wrapped at a fixed width."""
    lines = [line.strip() for line in block.strip().splitlines()]
    return len(lines) >= 3 and all(len(line) in _WRAPPED_LINE for line in lines[:-1])


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")
