"""The headline of a PDF: the larger lines of its first page.

So a headline over several lines is one line of the text, and the title. Limits: a headline is
looked for at the head of the first page alone. What is larger and has fewer than three words, such
as the name of a newspaper, is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

from index.corpus.loaders.line_breaks import join_lines
from index.text.vocabulary import english_words

_LARGER = 1.2  # times the size of most letters
_SAME = 0.05  # by which sizes of one headline differ, at most
_CHARACTERS = range(12, 241)
_FEWEST_WORDS = 3
_HYPHENS = "\x02\ufffe"  # what PDFium writes for a hyphen at the end of a line
_ENDS = f"\r\n{_HYPHENS}"
_TRIED = 4_000  # characters of a page


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float  # of its letters, in points


def headline_of(page: Any) -> tuple[str, ...]:
    """Return the lines of the headline on a page of PDFium; none if there is none."""
    lines = list(_lines_of(page))
    letters = sorted(line.size for line in lines for _ in line.text)
    if not letters:
        return ()
    body = letters[len(letters) // 2]
    best: list[_Line] = []
    for group in _same_sized(lines):
        larger = group[0].size >= _LARGER * body
        if larger and _reads_like_headline(group) and (not best or group[0].size > best[0].size):
            best = group
    return tuple(line.text for line in best)


def with_headline(lines: Sequence[str], headline: Sequence[str], after: str) -> list[str]:
    """Return the lines of a page, its headline as one, with `after` behind it."""
    for at in range(len(lines) - len(headline) + 1):
        if headline and tuple(lines[at : at + len(headline)]) == tuple(headline):
            whole = [*lines[:at], as_one_line(headline), after]
            return [*whole, *lines[at + len(headline) :]]
    return list(lines)


def as_one_line(lines: Sequence[str]) -> str:
    """Return the lines of a headline as one."""
    whole = ""
    for line in lines:
        goes_on = join_lines(whole, line, english_words())
        if goes_on is None:
            whole = f"{whole} {line}".strip()
        else:
            whole = goes_on + line
    return whole


def _lines_of(page: Any) -> Iterator[_Line]:
    """Yield the lines at the head of a page, single-spaced."""
    words = page.get_textpage()
    text = words.get_text_range(0, min(_TRIED, words.count_chars()))
    line, sizes = "", list[float]()
    for place, character in enumerate(f"{text}\n"):
        if character not in _ENDS:
            line += character
            if not character.isspace():
                sizes.append(_height(words, place))
        else:
            if character in _HYPHENS:
                line += "-"
            if sizes:
                yield _Line(" ".join(line.split()), median(sizes))
            line, sizes = "", []
    words.close()


def _height(words: Any, place: int) -> float:
    _, bottom, _, top = words.get_charbox(place, loose=True)
    return float(top - bottom)


def _same_sized(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Yield the lines of one size that stand below each other."""
    number, before = 0, 0.0
    numbered = []
    for line in lines:
        if abs(line.size - before) > _SAME * line.size:
            number += 1
        before = line.size
        numbered.append((number, line))
    for _, group in groupby(numbered, key=lambda one: one[0]):
        yield [line for _, line in group]


def _reads_like_headline(lines: Sequence[_Line]) -> bool:
    whole = " ".join(line.text for line in lines)
    return len(whole) in _CHARACTERS and len(whole.split()) >= _FEWEST_WORDS
