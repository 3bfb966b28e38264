"""Who says what a span is in, as a place in the article.

It is the subject of the verb of saying above the span, or what "according to" names, read off the
parse of the sentence (parsing.py). Where the parse names nobody, the patterns of attribution.py
may. "He" is the last person that the sentences before have as a subject. Whatever is no clean name
or noun phrase is nobody.
"""

from __future__ import annotations

from qa.answering.attribution import speaker_of as by_pattern
from qa.answering.claims import claim_of, speaks
from qa.answering.parsing import Place


def speaker_of(text: str, sentence: Place, start: int, end: int) -> Place | None:
    """Return where the article names the speaker of text[start:end], or None.

    `sentence` is the place of the sentence around it.
    """
    first, last = sentence
    words = text[first:last]
    inside = start - first, end - first
    by_words = by_pattern(words, *inside)
    if by_words is not None and not speaks(words, by_words):
        by_words = None
    by_tree = claim_of(words, *inside).speaker
    named = [place for place in (by_words, by_tree) if place is not None]
    if not named:
        return None
    found = min(named, key=lambda place: _distance(place, inside))
    if by_tree is not None and by_tree[0] >= inside[1]:  # ", but 65 million according to the buyer"
        found = by_tree
    return first + found[0], first + found[1]


def _distance(one: Place, other: Place) -> int:
    return max(one[0] - other[1], other[0] - one[1])
