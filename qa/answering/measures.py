"""What a number measures: killed is not injured.

200 Armenian soldiers are not all soldiers. It is read off the grammar of a claim (claims.py): the
noun that is counted, its limits and its verb. Limits: English; the measures are those of the news.
"""

from __future__ import annotations

import re

from qa.answering.countries import place_of
from qa.answering.parsing import LIGHT_VERBS, asking, predicate_of
from qa.answering.units import dimension_of, measure_of
from qa.types import Claim, Span, Value

# Words that say the same of what is counted. Each line is one measure.
MEASURES = tuple(
    frozenset(line.split())
    for line in """
    kill killed die dead death perish fatality life claim lose
    injure injury hurt wound injured wounded
    arrest arrested detain detained detention custody
    miss missing unaccounted
    find recover locate retrieve
    evacuate evacuated displace displaced flee evacuation
    cost price pay worth spend value
    """.strip().splitlines()
)
PEOPLE = frozenset(
    """people person man woman child soldier troop civilian resident worker student passenger
    migrant victim patient protester officer fighter personnel serviceman citizen life
    nobody one body""".split()
)
_WHOLE = frozenset("people person body life victim".split())
_PARTS = frozenset(  # of people: counted apart, they may be fewer than all
    """child schoolchild baby infant toddler teenager boy girl woman man pupil civilian tourist
    foreigner firefighter""".split()
)
_HOW = re.compile(
    r"\bhow\s(many|much|far|fast|long|old|tall|deep|wide|heavy|high|big|large)\b(?!\sof\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"\bthe\sname\sof\b|\bname\W*$", re.IGNORECASE)
_BEGINS_AS_NAME = re.compile(r"\W*(?:the\s)?[A-Z\d]", re.ASCII)  # Artemis programme
_HOW_MUCH = re.compile(r"\bhow\smuch\b(?!\sof\b)", re.IGNORECASE)
_DIMENSIONS = {  # of the units in which each is measured
    "far": ("length", "time"),
    "fast": ("speed", "time"),
    "long": ("time", "length"),
    "tall": ("length",),
    "deep": ("length",),
    "wide": ("length",),
    "heavy": ("mass",),
}
_AGED = re.compile(r"\bold\b|\baged?\b", re.IGNORECASE)
_INEXACT = re.compile(
    r"\b(?:tens|dozens?|scores|hundreds|thousands|millions|billions|trillions|few|several|couple"
    r"|handful|many|much|most|all|none|no|nothing|nobody|half|double|twice|triple|once|majority)\b",
    re.IGNORECASE,
)
_COST = next(place for place, words in enumerate(MEASURES) if "cost" in words)
_OF_PEOPLE = frozenset(
    place for place, words in enumerate(MEASURES) if words & {"kill", "injure", "arrest"}
)
_BUILDINGS = frozenset(
    """home house building household business customer structure property vehicle car flight
    acre hectare mile kilometer dollar""".split()
)
_AMBIGUOUS = frozenset("claim life lose miss body nobody".split())  # they lost a match
COUNTS = frozenset("toll number count figure total price cost estimate tally bill value".split())


def is_of_kind(question: str, value: Value, span: Span) -> bool:
    """Whether a value may answer "how many" or "how far": a number, of a fitting unit.

    "Dozens" may too. What asks for "the name of" somebody is answered by a name. Of any other
    question each value may be an answer.
    """
    asked = _HOW.search(asking(question))
    if asked is None:
        named = value.kind == "name" or _BEGINS_AS_NAME.match(span.text) is not None
        return named or _NAME.search(question) is None
    if value.kind != "number":
        return _INEXACT.search(span.text) is not None
    how, text = asked[1].lower(), span.article.text
    if how == "old" and dimension_of(value.words) == "time":  # not fifty years after it
        return _AGED.search(text[max(0, span.start - 8) : span.end + 14]) is not None
    wanted = _DIMENSIONS.get(how)
    told = dimension_of(value.words)
    return wanted is None or told is None or told in wanted


def may_count_alike(one: Claim, other: Claim, values: tuple[Value, Value]) -> bool:
    """Whether two claims count one kind of thing: not killed beside injured."""
    if one.limits != other.limits:  # 200 Armenian soldiers are not all soldiers
        return False
    nouns = {one.noun, other.noun}
    if _is_part(one, other, values) or _is_part(other, one, values[::-1]):
        return False
    units = one.noun in " ".join(values[0].words) and other.noun in " ".join(values[1].words)
    if not (units or len(nouns) == 1 or all(map(are_people, nouns)) or nouns & COUNTS):
        return False
    first, second = measures(one), measures(other)
    return not first or not second or bool(first & second)


def _is_part(one: Claim, other: Claim, values: tuple[Value, ...]) -> bool:
    """Whether one claim counts a part of the people of the other: four children."""
    part = one.noun in _PARTS and other.noun in _WHOLE
    return part and values[0].numbers[:1] < values[1].numbers[:1]


def counts_another(claim: Claim, question: str) -> bool:
    """Whether a claim counts the injured, or homes, if a question asks for the killed."""
    asked, told = predicate_of(question), claim.predicate | {claim.noun}
    wanted, found = (measures_of(words - _AMBIGUOUS) - {_COST} for words in (asked, told))
    if wanted and found:
        return not wanted & found
    if _HOW_MUCH.search(asking(question)) and are_people(claim.noun):
        return True
    return bool(wanted & _OF_PEOPLE) and claim.noun in _BUILDINGS


def in_other_words(one: Claim, other: Claim, question: str) -> bool:
    """Whether two claims share no verb or noun, and neither has one of the question.

    So they may count two things: 18 sent to hospital, 310 forced out of their homes.
    """
    asked = predicate_of(question)
    if measures_of(asked) or {one.verb, other.verb} & (LIGHT_VERBS | COUNTS):
        return False
    if one.noun == other.noun and one.noun in asked - _WHOLE and measure_of((one.noun,)) is None:
        return False
    said, told = (
        {word for word in claim.predicate - PEOPLE if measure_of((word,)) is None}
        for claim in (one, other)
    )
    if not said or not told or said & told:
        return False
    return not (said & asked or told & asked)


def bare_alike(one: Claim, other: Claim) -> bool:
    """Whether two claims are of one measure, and one names no noun: 14 injured.

    So are two that only say "was 34".
    """
    bare = one.noun[:1].isdecimal() or other.noun[:1].isdecimal()
    if not bare or one.limits != other.limits:
        return False
    return bool(measures(one) & measures(other)) or one.verb == other.verb == "be"  # was 34


def are_people(noun: str) -> bool:
    """Whether a noun, in lower case, means people: residents, or Americans."""
    return noun in PEOPLE or (noun.endswith("s") and place_of(noun.title()) is not None)


def counts_alike(one: Claim, other: Claim, values: tuple[Value, Value]) -> bool:
    """Whether two claims count one thing, without a question that says which."""
    if not may_count_alike(one, other, values):
        return False
    if measures(one) or measures(other):
        return all(measures(claim) or claim.noun in COUNTS for claim in (one, other))
    return one.noun == other.noun or bool((one.predicate & other.predicate) - LIGHT_VERBS)


def same_count(one: Claim, other: Claim, values: tuple[Value, Value], question: str) -> bool:
    """Whether two claims count what is asked, and neither a part of it."""
    asked = predicate_of(question)
    if not may_count_alike(one, other, values):
        return False
    first, second = measures(one), measures(other)
    wanted = measures_of(asked)
    if wanted and (first or second):
        return all(_counts_as(claim, wanted) for claim in (one, other))
    if first or second:
        return bool(first & second)
    said = (
        (one.predicate | {one.noun}) - LIGHT_VERBS,
        (other.predicate | {other.noun}) - LIGHT_VERBS,
    )
    return bool(said[0] & said[1]) or bool(said[0] & asked and said[1] & asked)


def _counts_as(claim: Claim, wanted: frozenset[int]) -> bool:
    """Whether a claim is of a wanted measure, or does not say of which."""
    told = measures(claim)
    if told:
        return bool(told & wanted)
    return claim.noun in COUNTS or claim.verb in LIGHT_VERBS or claim.verb == claim.noun


def measures(claim: Claim) -> frozenset[int]:
    return measures_of(claim.predicate | {claim.noun})


def measures_of(words: frozenset[str]) -> frozenset[int]:
    return frozenset(place for place, measure in enumerate(MEASURES) if words & measure)
