"""What a span states, and when two spans state the same.

A span states a number, a date, a name, or words. Equal values have equal fields. Beyond that one
value may refine another, which is to say the same at more length: "2,000 Russian peacekeepers"
refines "2,000", and 3 October 2022 refines October 2022. Numbers are read in numbers.py, names in
names.py, dates in index/text/dates.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.text.dates import moment_of
from qa.answering.names import (
    capitals,
    fold_spelling,
    is_acronym,
    is_appositive,
    is_name,
    name_words,
    plain_words,
)
from qa.answering.numbers import number_in
from qa.types import Span, Value

_LISTS = frozenset("and or with versus vs but".split())
_DAYS = {
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "decade": 3652.5,
    "hour": 1 / 24,
    "minute": 1 / 1440,
}


def value_of(span: Span, counting: bool = False, articles: Sequence[str] = ()) -> Value:
    """Return the value that a span states.

    `counting`: the question asks for a number, so "2022" is one and no year. `articles` are the
    texts at hand, from which titles are told from names; the span's own is always read.
    """
    text = span.text
    moment = None
    if not counting:
        moment = moment_of(text, span.article.published)
    if moment is not None:
        return Value("date", moment=moment)
    numbers, unit = number_in(text)
    if numbers:
        return Value("number", tuple(sorted(unit)), numbers)
    words = plain_words(text)
    listed = _is_list(text, words)
    if is_name(text) and not listed:
        own = span.article.text
        return Value("name", name_words(text, own, (*articles, own)))
    return Value("words", tuple(words), listed=listed)


def refines(one: Value, other: Value) -> bool:
    """Whether `one` states the same as `other`, and more. Never true of equal values."""
    if one == other:
        return False
    kinds = {one.kind, other.kind}
    if kinds == {"number"}:
        return one.numbers == other.numbers and set(other.words) < set(one.words)
    if kinds == {"date"}:
        return one.moment.startswith(f"{other.moment}-")
    if one.listed or other.listed or kinds & {"number", "date"} or not other.words:
        return False
    if len(other.words) < len(one.words) and one.words[-len(other.words) :] == other.words:
        return True
    initials = [word[0] for word in one.words]
    return one.kind == "name" and is_acronym(other.words) and initials == list(other.words[0])


def fold(value: Value) -> Value:
    """Return a name without what its spellings differ in; other values as they are."""
    if value.kind != "name":
        return value
    return replace(value, words=fold_spelling(value.words))


def compatible(one: Value, other: Value) -> bool:
    """Whether two values may both be true of one thing.

    They may if they are equal, if one refines the other, if they are one number of two units, a
    country and its capital (which speaks for it), or one length of time in two units.
    """
    if one == other or refines(one, other) or refines(other, one):
        return True
    if one.kind == other.kind == "number":
        return one.numbers == other.numbers or _same_length(one, other)
    return one.kind == other.kind == "name" and (one.words, other.words) in capitals()


def same_measure(one: Value, other: Value) -> bool:
    """Whether two numbers count the same sort of thing, as far as their units say."""
    if not one.words or not other.words or set(one.words) & set(other.words):
        return True
    return _days(one) is not None and _days(other) is not None


def _is_list(text: str, words: Sequence[str]) -> bool:
    if not _LISTS.isdisjoint(words):
        return True
    return "," in text.strip(" ,") and not is_appositive(text)


def _same_length(one: Value, other: Value) -> bool:
    """Return whether two lengths of time are equal to the nearest larger unit.

    By this, 44 days are six weeks.
    """
    first, second = _days(one), _days(other)
    if first is None or second is None or first[1] == second[1]:
        return False
    return abs(first[0] - second[0]) <= max(first[1], second[1]) / 2


def _days(value: Value) -> tuple[float, float] | None:
    """Return a length of time in days, and the days of its unit.

    Returns None for anything else.
    """
    units = [_DAYS[word] for word in value.words if word in _DAYS]
    if len(units) != 1 or len(value.numbers) != 1:
        return None
    return value.numbers[0] * units[0], units[0]
