"""A question of a set to a training example, and what is made of it: negatives, and questions of a time or for a compound.

training/mix.py says what the groups are and how many of each are taken.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.chunking import passage_spans
from index.text.sentences import sentence_around

_SENTENCE_ALONE = 0.15
_SIZES = (300, 600, 600, 600, 800)  # characters; Dateline's own size most often


@dataclass(frozen=True, slots=True)
class Record:
    """A question of a set with its context; `answer` is (start, end) in the context, None where it does not say."""

    group: str
    question: str
    context: str
    answer: tuple[int, int] | None
    texts: tuple[str, ...]  # of every annotator


@dataclass(frozen=True, slots=True)
class Example:
    """`start`, `end`: characters of the passage, both -1 where it does not answer. `relevance`: the ranker's score, where asked."""

    group: str
    question: str
    passage: str
    start: int
    end: int
    relevance: float | None = None


def positive_or_null(record: Record, chance: random.Random) -> Example | None:
    """The passage that holds the answer, sometimes its sentence alone; for no answer the passage nearest to the question."""
    pieces = passage_spans(record.context, chance.choice(_SIZES))
    if record.answer is None:
        words = set(re.findall(r"\w{4,}", record.question.casefold()))
        near = max(
            pieces,
            key=lambda piece: len(
                words & set(re.findall(r"\w{4,}", record.context[slice(*piece)].casefold()))
            ),
        )
        return Example("unanswerable", record.question, record.context[slice(*near)], -1, -1)
    start, end = record.answer
    if chance.random() < _SENTENCE_ALONE:
        pieces = [sentence_around(record.context, start, end)]
    for a, b in pieces:
        if a <= start and end <= b:
            return Example(record.group, record.question, record.context[a:b], start - a, end - a)
    return None


def neighbour(record: Record, chance: random.Random) -> Example | None:
    """A passage of the same context that holds none of the answers."""
    pieces = [record.context[a:b] for a, b in passage_spans(record.context)]
    others = [piece for piece in pieces if not holds(piece, record.texts) and len(piece) > 150]
    return Example("neighbour", record.question, chance.choice(others), -1, -1) if others else None


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def swapped(record: Record, chance: random.Random) -> Example | None:
    """The question with one of its names or numbers replaced by another of its passage, of the same kind, which it did not hold."""
    example = positive_or_null(record, chance)
    if example is None or record.group == "timeqa_human":
        return None
    for kind in chance.sample([_NAME, _NUMBER], 2):
        inside = [
            match for match in kind.finditer(example.question) if match.group() in example.passage
        ]
        others = {
            text
            for text in kind.findall(example.passage)
            if text not in example.question and not holds(text, record.texts)
        }
        others = {
            text
            for text in others
            if not any(text in answer or answer in text for answer in record.texts)
        }
        if inside and others:
            match = chance.choice(inside)
            other = [
                text
                for text in sorted(others)
                if kind is _NAME
                or (
                    len(text) == len(match.group())
                    and (len(text) == 4) == (len(match.group()) == 4)
                )
            ]
            if other:
                question = (
                    example.question[: match.start()]
                    + chance.choice(other)
                    + example.question[match.end() :]
                )
                return Example("swapped", question, example.passage, -1, -1)
    return None


_OPPOSITES = (
    "first last, oldest youngest, largest smallest, biggest smallest, highest lowest, longest shortest, earliest latest, most least, "
    "more fewer, more less, before after, north south, northern southern, east west, eastern western, increase decrease, "
    "increased decreased, rise fall, rose fell, win lose, won lost, begin end, began ended, start stop, started stopped, "
    "open close, opened closed, accept reject, accepted rejected, support oppose, supported opposed, arrive leave, arrived left, "
    "allow forbid, allowed forbade, build destroy, built destroyed, male female, above below, inside outside, good bad, best worst, "
    "strong weak, high low, large small, old new, rich poor, public private, true false, major minor, maximum minimum, "
    "join leave, joined left, gain lose, gained lost, buy sell, bought sold, attack defend, attacked defended, love hate, like dislike"
)
OPPOSITES: dict[str, list[str]] = {}
for _one, _other in (pair.split() for pair in _OPPOSITES.split(", ")):
    OPPOSITES.setdefault(_one, []).append(_other)
    OPPOSITES.setdefault(_other, []).append(_one)
_VERB = re.compile(
    r"(?i)(?:who|what|which \w+|what \w+) (?:is|are|was|were|can|could|should|will)\b(?! not)"
)
_OPPOSITE = 0.6  # how often an opposite is taken where there is one, rather than a negation


def denied(record: Record, chance: random.Random) -> Example | None:
    """The question asked about the opposite: "the largest city" for the smallest, "who was not" for "who was"."""
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
        other = chance.choice(OPPOSITES[word.group()])
        return Example(
            "denied",
            example.question[: word.start()] + other + example.question[word.end() :],
            example.passage,
            -1,
            -1,
        )
    if verb is None or chance.random() < 0.5:  # else most of the group would be negations
        return None
    return Example(
        "denied", f"{verb.group()} not{example.question[verb.end() :]}", example.passage, -1, -1
    )


_AGENT = (
    "led backed owned controlled funded sponsored mediated approved operated managed produced designed built run held occupied supported "
    "financed directed developed deployed assisted dominated trained supplied ruled administered endorsed imposed hosted drafted chaired "
    "commissioned"
).replace(" ", "|")
_BY = re.compile(
    rf"\b([Tt]he|[Aa]n?) ((?:[a-z]+ )?)(?!were\b)([a-z]{{4,}}) ({_AGENT}) by (?:the )?([A-Z]\w+(?: [A-Z]\w+)*)"
)


def compounds(context: str, chance: random.Random) -> Iterator[Example]:
    """ "A campaign led by Saudi Arabia" written as "a Saudi Arabia-led campaign" and asked as "Who led the campaign?", with the
    time of its sentence where there is one."""
    for match in _BY.finditer(context):
        article, adjective, noun, verb, agent = match.groups()
        compound = f"{'The' if article[0].isupper() else 'the' if article == 'the' else 'a'} {agent}-{verb} {adjective}{noun}"
        text = context[: match.start()] + compound + context[match.end() :]
        start, end = match.start() + compound.index(agent), match.start() + len(compound)
        first, last = sentence_around(text, start, end)
        question = f"Who {'ran' if verb == 'run' else verb} the {noun}?"
        told = {time.group() for time in TIME.finditer(text[first:last])}
        if len(told) == 1 and chance.random() < 0.7:
            question = with_time(question, told.pop(), chance)
        pieces = (
            [(first, last)]
            if chance.random() < _SENTENCE_ALONE
            else passage_spans(text, chance.choice(_SIZES))
        )
        for a, b in pieces:
            if a <= start and end <= b:
                yield Example("compound", question, text[a:b], start - a, start - a + len(agent))
                break


MONTHS = (
    "January February March April May June July August September October November December".split()
)
TIME = re.compile(
    rf"\b(?:{'|'.join(MONTHS)})\b(?! \d)|(?<![\d,.$-])\b(?:1[5-9]\d\d|20[0-2]\d)\b(?![\d%-]|,\d)"
)


class Timed:
    """Questions whose answer hangs on the month or the year. `others` lends answers to sentences of another time."""

    def __init__(self, others: Sequence[Record]) -> None:
        texts = {
            record.context[slice(*record.answer)] for record in others if record.answer is not None
        }
        self.names = sorted(
            text
            for text in texts
            if re.fullmatch(r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}", text) and not TIME.search(text)
        )
        self.numbers = sorted(
            text for text in texts if re.fullmatch(r"\d{1,3}(?:,\d{3})*(?: [a-z]+)?", text)
        )

    def __call__(self, record: Record, chance: random.Random) -> Example | None:
        if record.answer is None or record.group in (
            "timeqa_human",
            "tweetqa_verbatim",
            "quoref_contrast",
        ):
            return None
        answer = record.context[slice(*record.answer)]
        if re.match(
            r"(?i)(when|(in|on|by|during|since|until) (what|which)|(what|which) (year|month|day|date|time|century))",
            record.question,
        ):
            return None
        place = next(
            (
                piece
                for piece in passage_spans(record.context, 600)
                if piece[0] <= record.answer[0] and record.answer[1] <= piece[1]
            ),
            None,
        )
        if place is None or TIME.search(answer):
            return None
        passage, start, end = (
            record.context[slice(*place)],
            record.answer[0] - place[0],
            record.answer[1] - place[0],
        )
        first, last = sentence_around(passage, start, end)
        told = [match.group() for match in TIME.finditer(passage[first:last])]
        asked = [match.group() for match in TIME.finditer(record.question)]
        if asked:
            if len(asked) > 1 or asked[0] not in told:
                return None
            if chance.random() < 0.5:
                return Example("timed", record.question, passage, start, end)
            return Example(
                "timed",
                record.question,
                passage.replace(asked[0], another(asked[0], passage, chance)),
                -1,
                -1,
            )
        if (
            not TIME.search(passage) and chance.random() < 0.05
        ):  # a passage that says no time contradicts none
            time = chance.choice((chance.choice(MONTHS), str(chance.randrange(1990, 2024))))
            return Example("timed", with_time(record.question, time, chance), passage, start, end)
        if len(set(told)) != 1 or re.search(r"\bborn\b", passage[first:last]):
            return None
        time = told[0]
        if chance.random() < 0.5:  # no sentence of that time
            elsewhere = sorted({match.group() for match in TIME.finditer(passage)} - {time})
            other = (
                chance.choice(elsewhere)
                if elsewhere and chance.random() < 0.5
                else another(time, passage, chance)
            )
            return Example("timed", with_time(record.question, other, chance), passage, -1, -1)
        question = with_time(record.question, time, chance)
        others = [
            text
            for text in (
                self.names
                if answer in self.names
                else self.numbers
                if answer in self.numbers
                else ()
            )
            if text != answer
        ]
        if not others or chance.random() < 0.3:
            return Example("timed", question, passage, start, end)
        sentence = passage[first:last]
        twin = sentence[: start - first] + chance.choice(others) + sentence[end - first :]
        twin = twin.replace(time, another(time, passage, chance)).strip()
        if chance.random() < 0.5:
            return Example("timed", question, f"{passage.rstrip()} {twin}", start, end)
        before = passage[:first] + twin + " "
        return Example(
            "timed",
            question,
            before + passage[first:],
            start - first + len(before),
            end - first + len(before),
        )


def another(time: str, passage: str, chance: random.Random) -> str:
    """A month for a month, a year near a year, that the passage does not name."""
    near = (
        MONTHS
        if time in MONTHS
        else [str(int(time) + years) for years in (*range(-9, 0), *range(1, 10))]
    )
    return chance.choice(
        [other for other in near if other != time and other not in passage] or ["1499"]
    )


def with_time(question: str, time: str, chance: random.Random) -> str:
    """ "Who won?" in May: "Who won in May?", "In May, who won?", or of a noun "the May ..."."""
    bare = question.rstrip(" ?")
    nouns = list(re.finditer(r"\bthe (?=[a-z]{5,})", bare))
    if nouns and chance.random() < 0.4:
        return f"{bare[: nouns[-1].end()]}{time} {bare[nouns[-1].end() :]}?"
    if chance.random() < 0.3:
        return f"In {time}, {bare[0].lower() if not bare[:2].isupper() else bare[0]}{bare[1:]}?"
    return f"{bare} in {time}?"


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in the text, in whatever case."""
    folded = text.casefold()
    return any(answer.casefold() in folded for answer in answers)
