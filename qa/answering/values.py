"""What a span states, and how two values stand to each other.

A span states a number, a date, a name, or words. Equal values have equal fields. One value may
also refine another, which is to say the same at more length: "2,000 Russian peacekeepers" refines
"2,000", and 3 October 2022 refines October 2022. Two values may both be true: "more than 5,000"
beside 5,240. Numbers are read in numbers.py and compared in quantities.py, names are read in
names.py, dates in index/text/dates.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from index.text.dates import moment_of
from qa.answering import quantities
from qa.answering.names import (
    capitals,
    fold_spelling,
    is_acronym,
    is_appositive,
    is_fuller_name,
    is_name,
    is_town,
    join_generation,
    name_words,
    plain_words,
    sound_of,
    without_role,
)
from qa.answering.numbers import (
    MODIFIERS,
    bounds_in,
    number_in,
    qualifier_end,
    qualifier_start,
    rate_after,
)
from qa.answering.units import measure_of
from qa.types import Span, Value

Relation = Literal["same", "compatible", "different", "incomparable"]

_LISTS = frozenset("and or with versus vs but".split())
_NONE_OF = re.compile(r"^(?:no|not a single)\s(?=[a-z])(?!one\b)", re.IGNORECASE)  # no passengers
_CODE = re.compile(r"[A-Z][A-Za-z]*-?\d")  # G7, Covid-19
_SENTENCE_END = re.compile(r"[.!?]['”\"]?\s+(?=[A-Z“\"])|\n")
_EQUIVALENT = re.compile(  # 4,600 kilometers (2,858 miles), 180 million euros, or $209 million
    r"(?<=\w)\s\([^)]*\d[^)]*\)?\s*$|(?<=\w),\sor\s(?:about\s|around\s|some\s)?[$€£¥]?\d[^,]*$"
)
_LONGEST_UNIT = 4  # words: a longer stretch is a clause with a number in it
_REACH = 200  # characters before a date that may say whether it is to come


def value_of(span: Span, counting: bool = False, articles: Sequence[str] = ()) -> Value:
    """Return the value that a span states.

    A number has the qualifier that stands around the span: "at least [40]". `counting`: the
    question asks for a number, so "2022" is one and no year, and "no passengers" is 0. `articles`
    are the texts at hand, from which titles are told from names; the span's own is always read.
    """
    text = span.text
    if not counting:
        moment = _moment(span)
        if moment is not None:
            return Value("date", moment=moment)
    words = plain_words(text)
    number = _number(span, counting)
    if number is not None:
        return number
    town = is_town(text)
    listed = not town and _is_list(text, words)
    if not listed:
        text = without_role(text)
    if town or (is_name(text) and not listed):
        own = span.article.text
        return Value("name", name_words(text, own, (*articles, own)))
    if listed:
        words = sorted(set(words) - _LISTS)
    return Value("words", tuple(words), listed=listed)


def relation(one: Value, other: Value) -> Relation:
    """Say how two values stand to each other. Symmetric.

    It is "same" if they are equal, or one refines the other. It is "compatible" if both may be true
    of one thing, and "different" if they cannot. It is "incomparable" for different kinds or
    measures, for lists, and for words that cannot be compared.
    """
    if fold(one) == fold(other) or _refine_each_other(one, other):
        return "same"
    if _refine_each_other(fold(one), fold(other)):
        return "same"
    if one.kind != other.kind or one.kind == "words":
        return "incomparable"
    if one.kind == "number":
        return quantities.relation(one, other)
    if one.listed or other.listed:
        return "incomparable"
    if one.kind == "name" and _may_be_one_name(one, other):
        return "compatible"
    return "different"


def refines(one: Value, other: Value) -> bool:
    """Whether `one` states the same as `other`, and more. Never true of equal values."""
    if one == other:
        return False
    kinds = {one.kind, other.kind}
    if kinds == {"number"}:
        return quantities.refines(one, other)
    if kinds == {"date"}:
        return one.moment.startswith(f"{other.moment}-")
    if one.listed or other.listed or kinds & {"number", "date"} or not other.words:
        return False
    if one.kind == other.kind == "name":
        initials = "".join(word[0] for word in one.words)
        spelled_out = is_acronym(other.words) and initials == other.words[0]
        return spelled_out or is_fuller_name(one.words, other.words)
    return len(other.words) < len(one.words) and one.words[-len(other.words) :] == other.words


def fold(value: Value) -> Value:
    """Fold the spelling of a name or of words, and the unit of a number; not dates."""
    if value.kind == "number":
        return quantities.in_one_unit(value)
    if value.kind == "date":
        return value
    return replace(value, words=fold_spelling(value.words))


def compatible(one: Value, other: Value) -> bool:
    """Whether two values may both be true of one thing.

    They may if they are equal, if one refines the other, or if they are a country and its capital.
    Numbers may if their units agree and they meet within bounds and rounding.
    """
    return relation(one, other) in ("same", "compatible")


def same_measure(one: Value, other: Value) -> bool:
    """Whether two numbers can be compared, as far as their units say."""
    return quantities.comparable(one, other)


def _refine_each_other(one: Value, other: Value) -> bool:
    return refines(one, other) or refines(other, one)


def _may_be_one_name(one: Value, other: Value) -> bool:
    """Whether two names may mean one.

    A capital speaks for its country, a name may be a part of the other, or sound like it.
    """
    first, second = fold_spelling(one.words), fold_spelling(other.words)
    if (one.words, other.words) in capitals():
        return True
    heard, also = sound_of(first), sound_of(second)
    if heard == also or is_fuller_name(heard, also) or is_fuller_name(also, heard):
        return True
    left_out = set(first) ^ set(second)
    return (left_out.isdisjoint(first) or left_out.isdisjoint(second)) and "new" not in left_out


def _moment(span: Span) -> str | None:
    """Return the moment that a span is; None if it is more than an expression of time.

    The words before it say whether it is to come: "will start on [April 14]".
    """
    before = span.article.text[max(0, span.start - _REACH) : span.start]
    return moment_of(span.text, span.article.published, _SENTENCE_END.split(before)[-1])


def _number(span: Span, counting: bool) -> Value | None:
    """Return the number that a span states with the qualifier around it, or None."""
    whole = span.article.text
    text = _EQUIVALENT.sub("", span.text) + rate_after(whole, span.end)
    if counting:
        text = _NONE_OF.sub("0 ", text)
    numbers, unit = number_in(text)
    words = tuple(sorted(unit))
    if not numbers or (not counting and _only_holds_number(text, words)):
        return None
    start = qualifier_start(whole, span.start, span.end)
    bounds = bounds_in(whole[start : qualifier_end(whole, span.end)])
    listed = len(numbers) > 1 and bounds is None and not _LISTS.isdisjoint(plain_words(text))
    return Value("number", words, numbers, listed=listed, bounds=bounds)


def _only_holds_number(text: str, words: tuple[str, ...]) -> bool:
    """Whether a stretch is a clause with a number in it, or a name: "Boeing 737"."""
    if len(words) > _LONGEST_UNIT:
        return True
    first = re.sub(r"^(?:[Tt]he|[Aa]n?)\s+", "", text).split()[0]
    if not first[:1].isupper() or not is_name(text) or measure_of(words) is not None:
        return False
    if _CODE.match(first):
        return True
    return not number_in(first)[0] and first.casefold() not in MODIFIERS


def _is_list(text: str, words: Sequence[str]) -> bool:
    if not _LISTS.isdisjoint(words):
        return True
    return "," in join_generation(text).strip(" ,") and not is_appositive(text)
