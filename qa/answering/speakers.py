"""Who says what a span is in, as a place in the article.

It is the subject of the verb of saying above the span, or what "according to" names, read off the
parse of the sentence (parsing.py). Where the parse names nobody, the patterns of attribution.py
may. "He" is the last person that the sentences before have as a subject. Whatever is no clean name
or noun phrase is nobody.
"""

from __future__ import annotations

from qa.answering.attribution import speaker_of as by_pattern
from qa.answering.parsing import Place, claim_of, speaks


def speaker_of(text: str, sentence: Place, start: int, end: int) -> Place | None:
    """Return where the article names the speaker of text[start:end], or None.

    `sentence` is the place of the sentence around it.
    """
    first, last = sentence
    words = text[first:last]
    found = by_pattern(words, start - first, end - first)
    if found is None or not speaks(words, found):
        found = claim_of(words, start - first, end - first).speaker
    if found is None:
        return None
    return first + found[0], first + found[1]
