"""Logits to spans, and spans to clean ones.

A clean span has whole words, whole numbers and paired quotation marks.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 30  # tokens
SPANS_PER_PASSAGE = 3

_BELOW_ZERO = re.compile(  # 5°, 5 degrees, 5%
    r"\d+(?:\.\d+)?\s?(?:°|[CF]\b|%|degrees\b|per\s?cent\b)"
)
_BEFORE_DOLLAR = re.compile(r"\b(?:US|A|AU|C|CA|NZ|HK|S|NT)$")  # A$5 million
_EDGES = ",;:!?-–—…|•*"
_PAIRS = {"(": ")", "[": "]", "“": "”", "‘": "’", '"': '"'}
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_ABBREVIATIONS = frozenset("jr. sr. inc. corp. ltd. co. st. a.m. p.m. dr. no.".split())


def best_spans(
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    sentence: NDArray[np.int64],
    longest: int = LONGEST_ANSWER,
    n: int = SPANS_PER_PASSAGE,
) -> list[tuple[int, int, float]]:
    """Return the `n` best spans of tokens that do not overlap, best first.

    Each is (first token, last token, start[first] + end[last]). `start`, `end` and `sentence`
    have the shape (tokens,). `sentence` numbers the sentence of each token, -1 for tokens that
    are no part of an answer. A span lies within one sentence and has at most `longest` tokens.
    """
    tokens = np.flatnonzero(sentence >= 0)
    if not len(tokens):
        return []
    reach = tokens[None, :] - tokens[:, None]
    together = sentence[tokens][None, :] == sentence[tokens][:, None]
    sums = start[tokens][:, None] + end[tokens][None, :]
    scores = np.where((reach >= 0) & (reach < longest) & together, sums, -np.inf)
    chosen: list[tuple[int, int, float]] = []
    while len(chosen) < n:
        row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
        if not np.isfinite(scores[row, column]):
            break
        chosen.append((int(tokens[row]), int(tokens[column]), float(scores[row, column])))
        scores[: column + 1, row:] = -np.inf  # all that overlap it
    return chosen


def clean(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span as a reader would cut it; empty if only punctuation is left.

    It has whole words and numbers ("6,500%", not "6"), no comma or half a quotation at its
    edges, and a name without its article ("US").
    """
    start, end = _whole_words(text, start, end)
    start, end = _without_edges(text, start, end)
    if start == end:
        return start, end
    start = _without_article(text, start, end)
    return _with_signs(text, start, end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while 0 < start < end and _joined(text, start):
        start -= 1
    while start < end < len(text) and _joined(text, end):
        end += 1
    return start, end


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end:
        if _is_left_edge(text[start], text[start:end]):
            start += 1
        elif _is_right_edge(text[end - 1], text[start:end]):
            end -= 1
        else:
            break
    return start, end


def _is_left_edge(first: str, inside: str) -> bool:
    if first in _CLOSERS or first in _EDGES or first.isspace():
        return True
    return first in _PAIRS and _unpaired(first, inside)


def _is_right_edge(last: str, inside: str) -> bool:
    if last in _PAIRS or last in _EDGES or last.isspace():
        return True
    if last in _CLOSERS and _unpaired(last, inside):
        return True
    return last == "." and not _is_abbreviation(inside)


def _without_article(text: str, start: int, end: int) -> int:
    """Return the start after the article of one name: "US", but "The Hague"."""
    after = start + len("the ")
    is_name = text[after : after + 1].isupper()
    if text.startswith("the ", start, end) and is_name and " the " not in text[after:end]:
        return after
    return start


def _with_signs(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span with the sign of a number at its edge.

    Signs are those of currencies, percent and minus.
    """
    if start > 0 and text[start].isdigit() and text[start - 1] in "$£€¥":
        start -= 1
    country = _BEFORE_DOLLAR.search(text, max(0, start - 3), start)
    if country is not None and text[start] in "$£":
        start = country.start()
    if end < len(text) and text[end - 1].isdigit() and text[end] in "%°":
        end += 1
    if _is_below_zero(text, start):
        start -= 1
    return start, end


def _is_below_zero(text: str, start: int) -> bool:
    """Whether a minus sign stands before a temperature or a percentage."""
    if start == 0 or text[start - 1] not in "-−" or not text[start].isdigit():
        return False
    if _BELOW_ZERO.match(text, start) is None:
        return False
    return not text[: start - 1][-1:].strip()


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and at `place` belong to one word or one number."""
    before, after = text[place - 1], text[place]
    if before in ",." and after.isdigit() and place > 1 and text[place - 2].isdigit():
        return True
    if not before.isalnum() or _is_ideographic(before) or _is_ideographic(after):
        return False
    in_number = after in ",." and before.isdigit() and text[place + 1 : place + 2].isdigit()
    return after.isalnum() or in_number


def _is_ideographic(character: str) -> bool:
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7af"
        or "\u0e00" <= character <= "\u0fff"
    )


def _unpaired(mark: str, inside: str) -> bool:
    opener = mark
    if mark not in _PAIRS:
        opener = _CLOSERS[mark]
    closer = _PAIRS[opener]
    if opener == closer:
        return inside.count(opener) % 2 == 1
    return inside.count(opener) != inside.count(closer)


def _is_abbreviation(inside: str) -> bool:
    """Whether the last word keeps its full stop: "U.S.", "Martin Luther King Jr."."""
    word = inside.split()[-1]
    return "." in word[:-1] or word.casefold() in _ABBREVIATIONS
