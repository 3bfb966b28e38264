"""Where sentences begin and end, as offsets into the text that was given.

Sentence boundaries come from sentencex (Wikimedia), which keeps every character, so offsets are a
running sum. A line break ends a sentence too (headlines have no full stop), but not in a text
wrapped at a fixed width. Limits: English rules for abbreviations; a heading wrapped over two lines
counts as two sentences.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import sentencex

_WRAPPED_LINE = range(
    45, 101
)  # lengths of the lines of a text wrapped by an editor or a mail program


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) that together cover `text` without gaps; white space goes with the sentence before."""
    spans: list[tuple[int, int]] = []
    position = 0
    for block in re.split(r"(?<=\n)(?=[^\S\n]*\n)", text):
        for line in [block] if _hard_wrapped(block) else block.splitlines(keepends=True):
            # sentencex may normalise what it returns: trust its pieces only where they add up to the line
            pieces = sentencex.segment("en", line) if line.strip() else [line]
            for piece in pieces if "".join(pieces) == line else [line]:
                if piece.strip() or not spans:
                    spans.append((position, position + len(piece)))
                else:  # white space alone belongs to the sentence before it
                    spans[-1] = (spans[-1][0], position + len(piece))
                position += len(piece)
    return spans


@lru_cache(maxsize=64)
def _sentences_cached(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentences(text))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence (or run of sentences) that holds text[start:end], without the white space around it."""
    left, right = start, end
    for first, last in _sentences_cached(text):
        if first <= start < last:
            left = first
        if first < end <= last:
            right = last
    return strip(text, min(left, start), max(right, end))


def sentence_before(text: str, start: int) -> str:
    """The sentence before the one in which `start` is; empty for the first."""
    earlier = [(first, last) for first, last in _sentences_cached(text) if last <= start]
    return text[slice(*earlier[-1])] if earlier else ""


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """The same span without white space or invisible characters at its edges; empty spans collapse to their start."""
    while end > start and _blank(text[end - 1]):
        end -= 1
    while start < end and _blank(text[start]):
        start += 1
    return start, end


def _blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def _hard_wrapped(block: str) -> bool:
    lines = [line.strip() for line in block.strip().splitlines()]
    return len(lines) >= 3 and all(len(line) in _WRAPPED_LINE for line in lines[:-1])
