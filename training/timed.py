"""Make questions whose answer depends on a month or a year, and questions for compounds.

training/mix.py says what the groups `timed` and `compound` are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.chunking import passage_spans
from index.text.sentences import sentence_around
from training.examples import SENTENCE_ALONE, SIZES, Example, Record

MONTHS = (
    "January February March April May June July August September October November December".split()
)
TIME = re.compile(
    rf"""
    \b(?:{"|".join(MONTHS)})\b(?![ ]\d)  # "May", but not "May 3"
    | (?<![\d,.$-])\b(?:1[5-9]\d\d|20[0-2]\d)\b(?![\d%-]|,\d)  # "1987", but not "1987,500"
    """,
    re.VERBOSE,
)
_NOT_TIMED = ("timeqa_human", "tweetqa_verbatim", "quoref_contrast")  # sets
_ASKS_FOR_A_TIME = re.compile(
    r"""
    when
    | (?:in|on|by|during|since|until)[ ](?:what|which)  # "in what"
    | (?:what|which)[ ](?:year|month|day|date|time|century)  # "which year"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WHOLE_NAME = re.compile(r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}")
_WHOLE_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*(?: [a-z]+)?")
_NULL = 0.5  # of the questions whose sentence says a time
_NO_TIME = 0.05  # of the passages that say no time: such a one contradicts none
_NO_TWIN = 0.3  # of the positive ones
_COMPOUND_TIMED = 0.7  # of the compounds whose sentence says one time


@dataclass(frozen=True, slots=True)
class _Place:
    """A passage, and the characters of it that are the answer and the answer's sentence."""

    passage: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int

    @property
    def sentence(self) -> str:
        return self.passage[self.sentence_start : self.sentence_end]


class Timed:
    """Maker of questions whose answer depends on the month or the year."""

    def __init__(self, others: Sequence[Record]) -> None:
        """Take from `others` the answers that sentences of another time are given."""
        texts = sorted(
            {
                record.context[slice(*record.answer)]
                for record in others
                if record.answer is not None
            }
        )
        self.names = [
            text for text in texts if _WHOLE_NAME.fullmatch(text) and not TIME.search(text)
        ]
        self.numbers = [text for text in texts if _WHOLE_NUMBER.fullmatch(text)]

    def __call__(self, record: Record, chance: random.Random) -> Example | None:
        """Return the question with a time, and a passage; None if it has no time to ask about."""
        place = _timed_place(record)
        if place is None:
            return None
        told = TIME.findall(place.sentence)
        asked = TIME.findall(record.question)
        if asked:
            return _already_timed(record.question, place, asked, told, chance)
        if not TIME.search(place.passage) and chance.random() < _NO_TIME:
            time = chance.choice((chance.choice(MONTHS), str(chance.randrange(1990, 2024))))
            question = with_time(record.question, time, chance)
            return Example("timed", question, place.passage, place.start, place.end)
        if len(set(told)) != 1 or re.search(r"\bborn\b", place.sentence):
            return None
        if chance.random() < _NULL:
            time = _time_of_no_sentence(told[0], place.passage, chance)
            question = with_time(record.question, time, chance)
            return Example("timed", question, place.passage, -1, -1)
        return self._beside_a_twin(record.question, place, told[0], chance)

    def _beside_a_twin(
        self, question: str, place: _Place, time: str, chance: random.Random
    ) -> Example:
        """Ask for a time, beside a twin of the sentence with another time and another answer."""
        question = with_time(question, time, chance)
        passage, start, end = place.passage, place.start, place.end
        others = self._other_answers(passage[start:end])
        if not others or chance.random() < _NO_TWIN:
            return Example("timed", question, passage, start, end)
        other = chance.choice(others)
        begin = place.sentence_start
        twin = place.sentence[: start - begin] + other + place.sentence[end - begin :]
        twin = twin.replace(time, another(time, passage, chance)).strip()
        if chance.random() < 0.5:
            return Example("timed", question, f"{passage.rstrip()} {twin}", start, end)
        moved = len(twin) + 1
        passage = f"{passage[:begin]}{twin} {passage[begin:]}"
        return Example("timed", question, passage, start + moved, end + moved)

    def _other_answers(self, answer: str) -> list[str]:
        """Return the answers of the same kind: names for a name, numbers for a number."""
        for kind in (self.names, self.numbers):
            if answer in kind:
                return [text for text in kind if text != answer]
        return []


def _timed_place(record: Record) -> _Place | None:
    """Return where the answer stands, None if the question is not one to give a time to."""
    if record.answer is None or record.group in _NOT_TIMED:
        return None
    if _ASKS_FOR_A_TIME.match(record.question):
        return None
    start, end = record.answer
    for first, last in passage_spans(record.context, 600):
        if first <= start and end <= last:
            break
    else:
        return None
    if TIME.search(record.context[start:end]):
        return None
    passage = record.context[first:last]
    sentence = sentence_around(passage, start - first, end - first)
    return _Place(passage, start - first, end - first, *sentence)


def _already_timed(
    question: str, place: _Place, asked: Sequence[str], told: Sequence[str], chance: random.Random
) -> Example | None:
    """Put a question that says its time to its passage, or to that passage of another time."""
    if len(asked) > 1 or asked[0] not in told:
        return None
    if chance.random() < 0.5:
        return Example("timed", question, place.passage, place.start, place.end)
    other = another(asked[0], place.passage, chance)
    return Example("timed", question, place.passage.replace(asked[0], other), -1, -1)


def _time_of_no_sentence(time: str, passage: str, chance: random.Random) -> str:
    """Return another time, half of them one that the passage names elsewhere."""
    elsewhere: list[str] = sorted(set(TIME.findall(passage)) - {time})
    if elsewhere and chance.random() < 0.5:
        return chance.choice(elsewhere)
    return another(time, passage, chance)


def another(time: str, passage: str, chance: random.Random) -> str:
    """Return a month for a month, or a near year for a year, that the passage does not name."""
    near = MONTHS
    if time not in MONTHS:
        near = [str(int(time) + years) for years in (*range(-9, 0), *range(1, 10))]
    unnamed = [other for other in near if other != time and other not in passage]
    return chance.choice(unnamed or ["1499"])


def with_time(question: str, time: str, chance: random.Random) -> str:
    """Return the question with a time in one of three forms.

    "Who won?" in May becomes "Who won in May?" or "In May, who won?". A question with a noun may
    become "Who won the May election?".
    """
    bare = question.rstrip(" ?")
    nouns = list(re.finditer(r"\bthe (?=[a-z]{5,})", bare))
    if nouns and chance.random() < 0.4:
        place = nouns[-1].end()
        return f"{bare[:place]}{time} {bare[place:]}?"
    if chance.random() < 0.3:
        if not bare[:2].isupper():
            bare = bare[0].lower() + bare[1:]
        return f"In {time}, {bare}?"
    return f"{bare} in {time}?"


_AGENT_VERBS = "|".join(
    """led backed owned controlled funded sponsored mediated approved operated managed produced
    designed built run held occupied supported financed directed developed deployed assisted
    dominated trained supplied ruled administered endorsed imposed hosted drafted chaired
    commissioned""".split()
)
_BY = re.compile(
    rf"""
    \b([Tt]he|[Aa]n?)[ ]((?:[a-z]+[ ])?)(?!were\b)([a-z]{{4,}})[ ]  # "a small clinic"
    ({_AGENT_VERBS})[ ]by[ ](?:the[ ])?  # "funded by the"
    ([A-Z]\w+(?:[ ][A-Z]\w+)*)  # "Hansen Trust"
    """,
    re.VERBOSE,
)


def compounds(context: str, chance: random.Random) -> Iterator[Example]:
    """Yield questions for the first half of compounds, which newspapers write.

    "a campaign led by Saudi Arabia" is written as "a Saudi Arabia-led campaign", and asked for as
    "Who led the campaign?", often with the time of its sentence.
    """
    for match in _BY.finditer(context):
        article, adjective, noun, verb, agent = match.groups()
        compound = f"{_article(article)} {agent}-{verb} {adjective}{noun}"
        text = context[: match.start()] + compound + context[match.end() :]
        start, end = match.start() + compound.index(agent), match.start() + len(compound)
        first, last = sentence_around(text, start, end)
        question = f"Who {_past(verb)} the {noun}?"
        told = set(TIME.findall(text[first:last]))
        if len(told) == 1 and chance.random() < _COMPOUND_TIMED:
            question = with_time(question, told.pop(), chance)
        if chance.random() < SENTENCE_ALONE:
            pieces = [(first, last)]
        else:
            pieces = passage_spans(text, chance.choice(SIZES))
        for first, last in pieces:
            if first <= start and end <= last:
                answer = start - first, start - first + len(agent)
                yield Example("compound", question, text[first:last], *answer)
                break


def _article(article: str) -> str:
    """Return the article before a compound: "an" becomes "a", at a sentence's start "The"."""
    if article[0].isupper():
        return "The"
    return "the" if article == "the" else "a"


def _past(verb: str) -> str:
    return "ran" if verb == "run" else verb
