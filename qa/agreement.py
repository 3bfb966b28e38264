"""Spans to answers: one answer per distinct value, with every citation that gives it.

What is decided here for now is the value of a count ("two" = 2, "2,000" = "2,000 Russian
peacekeepers") and of a name ("Macron" = "French President Emmanuel Macron"); else texts must have
the same words. Origins: citations whose sentences mostly repeat each other's words come from one
origin, a wire story and its copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qa.retrieval import same_words, shingles
from qa.types import Answer, Hit, Span

_SMALL_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_UNSAID = frozenset("a an the of in on at to for by its his her their s".split())
_MODIFIERS = frozenset("about around nearly almost roughly approximately some more over than at least up under fewer less most".split())
_LISTS = frozenset("and or with versus vs but".split())
_COUNTS = re.compile(
    r"\bhow (?:many|much|old|long|often|far|big|large)\b|\bwhat (?:number|percentage|share|proportion)\b|\bdeath toll\b", re.IGNORECASE
)
_MOST_ANSWERS = 8


def agree(question: str, spans: Sequence[Span], hits: Sequence[Hit], threshold: float) -> tuple[tuple[Answer, ...], bool]:
    """(answers, best first; whether two of them contradict each other).

    Only spans of at least `threshold` probability become answers. `hits` are where the spans were
    found: the copies of a hit's passage that hold a span's sentence are cited with it.
    """
    groups: list[list[Span]] = []
    for span in spans:
        if span.probability < threshold:
            continue
        group = next((group for group in groups if same_value(group[0].text, span.text)), None)
        if group is None:
            groups.append([span])
        elif not any(span.article.id == other.article.id and _overlap(span, other) for other in group):
            group.append(span)
    answers = [Answer(tuple(_with_copies(group, hits)), origins(group)) for group in groups]
    answers = sorted(answers, key=lambda answer: -answer.citations[0].score)[:_MOST_ANSWERS]
    return tuple(answers), bool(_COUNTS.search(question)) and len(contradicting(answers)) > 1


def contradicting(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that give other figures than the best one for the same thing at the same moment, the best one first.

    An answer counts that is at least a third as probable as the best, has numbers and no other unit,
    and whose sentence speaks of the same moment (or neither names one).
    """
    if not answers or not numbers_in(answers[0].text):
        return []
    best = answers[0]

    def contradicts(answer: Answer) -> bool:
        units = _unit(best.text), _unit(answer.text)
        same_thing = not all(units) or bool(units[0] & units[1])
        same_moment = best.citations[0].as_of == answer.citations[0].as_of
        return bool(numbers_in(answer.text)) and same_thing and same_moment and answer.probability >= best.probability / 3

    return [best, *filter(contradicts, answers[1:])]


def same_value(one: str, other: str) -> bool:
    """Whether two spans state one value: equal numbers where both have them, else the words of one within the other."""
    numbers, others = numbers_in(one), numbers_in(other)
    if numbers or others:
        return numbers == others and (not numbers or _unit(one) <= _unit(other) or _unit(other) <= _unit(one))
    words, theirs = _words(one), _words(other)
    if words == theirs:
        return True
    shorter, longer = sorted((words, theirs), key=len)
    return bool(shorter) and not _LISTS & {*longer} and longer[-len(shorter) :] == shorter


def numbers_in(text: str) -> tuple[float, ...]:
    """The numbers of a text, in order: digits with thousands commas, or words up to twelve; "2.5 million" is one number."""
    found: list[float] = []
    for token in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?|[a-z]+", text.casefold()):
        if token[0].isdigit():
            found.append(float(token.replace(",", "")))
        elif token in _SMALL_NUMBERS:
            found.append(float(_SMALL_NUMBERS.index(token)))
        elif token in _SCALES and found:
            found[-1] *= _SCALES[token]
    return tuple(found)


def origins(spans: Sequence[Span]) -> int:
    """How many independent origins the sentences of `spans` have: sentences that repeat each other's words share one."""
    kept: list[frozenset[tuple[str, ...]]] = []
    for span in spans:
        words = shingles(span.sentence)
        if not any(same_words(words, other) for other in kept):
            kept.append(words)
    return len(kept)


def _with_copies(group: Sequence[Span], hits: Sequence[Hit]) -> Iterable[Span]:
    """The spans, and the same sentence's span in each near-copy of their passage."""
    cited = {(span.article.id, span.start) for span in group}
    copies = []
    for span in group:
        first, last = span.sentence_span
        for hit in hits:
            if hit.article.id == span.article.id and hit.start <= span.start < hit.end:
                for copy in hit.copies:
                    place = copy.article.text.find(span.article.text[first:last], copy.start, copy.end)
                    start = place + span.start - first
                    if place >= 0 and (copy.article.id, start) not in cited:
                        cited.add((copy.article.id, start))
                        copies.append(Span(copy.article, start, start + span.end - span.start, span.score, span.probability))
    return [*group, *copies]


def _unit(text: str) -> frozenset[str]:
    return (
        frozenset(word for word in _words(text) if not word.isdigit() and word not in _SMALL_NUMBERS and word not in _SCALES) - _MODIFIERS
    )


def _words(text: str) -> list[str]:
    words = re.findall(r"\w+", re.sub(r"(?<=\w)\.(?=\w\.)|(?<=\b\w)\.", "", text.casefold()).replace(",", ""))
    return [word for word in words if word not in _UNSAID] or words


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
