"""Make training examples of a question: the passage that answers it, or one that does not.

training/mix.py says what the groups are and how many of each are taken.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.chunking import passage_spans
from index.text.sentences import sentence_around

SENTENCE_ALONE = 0.15  # of the positive examples
SIZES = (300, 600, 600, 600, 800)  # characters; Dateline's own size most often


@dataclass(frozen=True, slots=True)
class Record:
    """A question of a set with its context.

    `answer` is (start, end) in the context, None if it does not answer. `texts` are the answers
    of every annotator.
    """

    group: str
    question: str
    context: str
    answer: tuple[int, int] | None
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage.

    `start` and `end` are characters of the passage, both -1 if it does not answer. `relevance` is
    the ranker's score, if it was asked.
    """

    group: str
    question: str
    passage: str
    start: int
    end: int
    relevance: float | None = None


def positive_or_null(record: Record, chance: random.Random) -> Example | None:
    """Return the passage that holds the answer, sometimes its sentence alone.

    For no answer it is the passage nearest to the question. None if a cut divides the answer.
    """
    pieces = passage_spans(record.context, chance.choice(SIZES))
    if record.answer is None:
        return Example("unanswerable", record.question, _nearest(record, pieces), -1, -1)
    start, end = record.answer
    if chance.random() < SENTENCE_ALONE:
        pieces = [sentence_around(record.context, start, end)]
    for first, last in pieces:
        if first <= start and end <= last:
            passage = record.context[first:last]
            return Example(record.group, record.question, passage, start - first, end - first)
    return None


def _nearest(record: Record, pieces: Sequence[tuple[int, int]]) -> str:
    """Return the passage that shares the most long words with the question."""
    words = _long_words(record.question)
    passages = [record.context[start:end] for start, end in pieces]
    return max(passages, key=lambda passage: len(words & _long_words(passage)))


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def neighbour(record: Record, chance: random.Random) -> Example | None:
    """Return a passage of the same context that holds none of the answers, if there is one."""
    pieces = [record.context[start:end] for start, end in passage_spans(record.context)]
    others = [piece for piece in pieces if not holds(piece, record.texts) and len(piece) > 150]
    if not others:
        return None
    return Example("neighbour", record.question, chance.choice(others), -1, -1)


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def swapped(record: Record, chance: random.Random) -> Example | None:
    """Return the question with one of its names or numbers replaced by another of its passage.

    The other is of the same kind, and the question did not hold it. None if there is none.
    """
    example = positive_or_null(record, chance)
    if example is None or record.group == "timeqa_human":
        return None
    for kind in chance.sample([_NAME, _NUMBER], 2):
        inside = [
            match for match in kind.finditer(example.question) if match.group() in example.passage
        ]
        others = _substitutes(kind, example, record.texts)
        if not inside or not others:
            continue
        match = chance.choice(inside)
        if kind is _NUMBER:
            others = [text for text in others if len(text) == len(match.group())]
        if others:
            question = _with(example.question, match, chance.choice(others))
            return Example("swapped", question, example.passage, -1, -1)
    return None


def _substitutes(kind: re.Pattern[str], example: Example, answers: Sequence[str]) -> list[str]:
    """Return the names or numbers of the passage that are in neither question nor answer."""
    return [
        text
        for text in sorted(set(kind.findall(example.passage)))
        if text not in example.question
        and not holds(text, answers)
        and not any(text in answer for answer in answers)
    ]


def _with(question: str, match: re.Match[str], other: str) -> str:
    return question[: match.start()] + other + question[match.end() :]


_OPPOSITES = """
    first last, oldest youngest, largest smallest, biggest smallest, highest lowest,
    longest shortest, earliest latest, most least, more fewer, more less, before after,
    north south, northern southern, east west, eastern western, increase decrease,
    increased decreased, rise fall, rose fell, win lose, won lost, begin end, began ended,
    start stop, started stopped, open close, opened closed, accept reject, accepted rejected,
    support oppose, supported opposed, arrive leave, arrived left, allow forbid, allowed forbade,
    build destroy, built destroyed, male female, above below, inside outside, good bad, best worst,
    strong weak, high low, large small, old new, rich poor, public private, true false,
    major minor, maximum minimum, join leave, joined left, gain lose, gained lost, buy sell,
    bought sold, attack defend, attacked defended, love hate, like dislike
"""
OPPOSITES: dict[str, list[str]] = {}
for _one, _other in (pair.split() for pair in _OPPOSITES.split(",")):
    OPPOSITES.setdefault(_one, []).append(_other)
    OPPOSITES.setdefault(_other, []).append(_one)
_VERB = re.compile(
    r"""
    (?:who|what|which[ ]\w+|what[ ]\w+)[ ]  # "which city"
    (?:is|are|was|were|can|could|should|will)\b(?![ ]not)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OPPOSITE = 0.6  # how often an opposite is taken if there is one, rather than a negation
_NEGATED = 0.5  # of the questions that have no opposite; else most of the group would be negations


def denied(record: Record, chance: random.Random) -> Example | None:
    """Return the question asked about the opposite, or negated.

    It asks for "the largest city" instead of the smallest, or "who was not" instead of "who was".
    None if neither can be done.
    """
    example = positive_or_null(record, chance)
    if example is None or re.search(r"\b(not|n't|never|no)\b", example.question):
        return None
    words = [
        match
        for match in re.finditer(r"\b[a-z]+\b", example.question)
        if match.group() in OPPOSITES
    ]
    verb = _VERB.match(example.question)
    if words and (verb is None or chance.random() < _OPPOSITE):
        word = chance.choice(words)
        question = _with(example.question, word, chance.choice(OPPOSITES[word.group()]))
        return Example("denied", question, example.passage, -1, -1)
    if verb is None or chance.random() < 1 - _NEGATED:
        return None
    question = _with(example.question, verb, f"{verb.group()} not")
    return Example("denied", question, example.passage, -1, -1)


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers is in the text, in any case of letters."""
    folded = text.casefold()
    return any(answer.casefold() in folded for answer in answers)
