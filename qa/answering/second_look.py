"""A second look: figures of other outlets that the reader passed over.

The reader gives one span of a sentence, and reads but the most promising passages. So if the best
answer is a figure of something measured, such as the dead of a fire, the other outlets are
searched. Each of their sentences that tell of it is looked through for another figure. Whether it
contradicts the best answer is decided by subject, measure and moment (conflicts.py), not by a
probability.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.text.sentences import sentences
from qa.answering.citing import cite
from qa.answering.kinds import is_heading
from qa.answering.measures import MEASURES, PEOPLE, measures_of
from qa.answering.parsing import LIGHT_VERBS, numbers_in, predicate_of
from qa.answering.values import relation, value_of
from qa.types import Answer, Citation, Hit, Span

PASSED_OVER = 0.02  # probability of a figure that the reader passed over
_ORDINAL = re.compile(r"\b(?:first|second|third|\w+(?:st|nd|rd|th))$", re.IGNORECASE)
_SENTENCES = 12  # that are parsed
_NUMBER = re.compile(
    r"""\d | \b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty
    |forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def unread_rivals(
    question: str, said: Sequence[Answer], hits: Sequence[Hit], known: Sequence[Answer]
) -> list[Answer]:
    """Return the figures of the best answer's measure in other outlets' sentences.

    Outlets that gave an answer among `said` have spoken. `known` are the answers that were read:
    their spans are left out. There are none if the best answer is no number.
    """
    best = said[0]
    if best.value is None or best.value.kind != "number":
        return []
    read = [citation for answer in known for citation in answer.citations]
    told = {_outlet(citation) for answer in said for citation in answer.citations}
    rivals = []
    for hit, start, end in _sentences_that_count(hits, told, _words_of(question))[:_SENTENCES]:
        for first, last in numbers_in(hit.article.text[start:end]):
            if _ORDINAL.search(hit.article.text[start + first : start + last]):
                continue
            span = Span(hit.article, start + first, start + last, 0.0, PASSED_OVER)
            value = value_of(span, counting=True)
            if relation(best.value, value) != "different":
                continue
            cited = cite(span)
            if not is_heading(cited) and not any(_overlap(span, one) for one in read):
                rivals.append(Answer((cited,), 1, PASSED_OVER, value))
    return rivals


def _sentences_that_count(
    hits: Sequence[Hit], told: set[str], words: re.Pattern[str]
) -> list[tuple[Hit, int, int]]:
    """Return the sentences of other outlets with a number and a word of the measure."""
    return [
        (hit, start, end)
        for hit in hits
        if _outlet(hit) not in told
        for start, end in _sentences_in(hit)
        if words.search(hit.article.text, start, end)
        and _NUMBER.search(hit.article.text, start, end)
    ]


def _sentences_in(hit: Hit) -> Iterator[tuple[int, int]]:
    for first, last in sentences(hit.text):
        yield hit.start + first, hit.start + last


@lru_cache(maxsize=32)
def _words_of(question: str) -> re.Pattern[str]:
    """Return a pattern of the words for what a question measures, with their endings.

    These are the words of its measure, or else its own nouns and verbs.
    """
    asked = predicate_of(question)
    measured = {word for place in measures_of(asked) for word in MEASURES[place]}
    words = sorted(measured or asked - LIGHT_VERBS - PEOPLE)
    stems = [re.escape(word[: max(3, len(word) - 1)]) for word in words]
    return re.compile(rf"\b(?:{'|'.join(stems) or '(?!)'})", re.IGNORECASE)


def _overlap(one: Span, other: Span) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _outlet(one: Hit | Citation) -> str:
    return (one.article.source or one.article.id).casefold()
