"""How two numbers stand to each other: bounds, rounding and units decide.

"More than 5,000" and 5,240 may both be true, as may 35 C and 95 F. 200 soldiers and 286 houses
cannot be compared. Amounts of two currencies differ if the figure is the same, since one of them
has the wrong currency. If the figures differ, one may be converted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from qa.answering.bounds import Bounds, last_place, rounding
from qa.answering.units import (
    CLOCK,
    PERCENT,
    POINT,
    RATES,
    are_currencies,
    conversions,
    measure_of,
    one_currency,
    rate_of,
    same_dimension,
    to_one_unit,
)
from qa.types import Value


def relation(one: Value, other: Value) -> Literal["compatible", "different", "incomparable"]:
    """Say how two numbers stand to each other that are not the same."""
    if not comparable(one, other):
        return "incomparable"
    if rate_of(one.words) != rate_of(other.words):
        one, other = _per_year(one), _per_year(other)
    if one.listed or other.listed or _several(one) != _several(other):
        return _total(one, other)
    if _may_both_be_true(one, other):
        return "compatible"
    return "different"


def comparable(one: Value, other: Value) -> bool:
    """Whether two numbers count the same sort of thing, as far as their units say."""
    first, second = measure_of(one.words), measure_of(other.words)
    if (rate_of(one.words) is None) is not (rate_of(other.words) is None):
        return False
    if (first == PERCENT) is not (second == PERCENT) and POINT not in (first, second):
        return False
    if first is None and second is None:
        return _share_words(one, other)
    if first is None or second is None:
        return not one.words or not other.words
    if first == second or one_currency(first, second) or same_dimension(first, second):
        return True
    if are_currencies(first, second) or {first, second} == {PERCENT, POINT}:
        return one.numbers == other.numbers
    return False


def refines(one: Value, other: Value) -> bool:
    """Whether `one` is the same number with more words, or with less doubt.

    "2,000 Russian peacekeepers" refines "2,000", "286" refines "at least 286", and "more than 286"
    does so too. "More than 286" is not 286.
    """
    if one.numbers != other.numbers or not set(other.words) <= set(one.words):
        return False
    bounded = one.bounds is not None and other.bounds is not None
    if not bounded and not (_holds_itself(one) and _holds_itself(other)):
        return False
    if len(one.words) > len(other.words):
        return True
    first, second = bounds_of(one), bounds_of(other)
    return first != second and second[0] <= first[0] and first[1] <= second[1]


def in_one_unit(value: Value) -> Value:
    """Return an exact number in the one unit of its dimension: 104 F as 40 C.

    A rate is what it comes to in a year. Of a unit that may mean several ("ton") it is as it is.
    """
    if value.bounds is not None or len(value.numbers) != 1:
        return value
    number, words = value.numbers[0], value.words
    times = rate_of(words)
    if times not in (None, 1.0):
        number, words = number * times, ("peryear", *(word for word in words if word not in RATES))
    unit = measure_of(words)
    ways = () if unit is None else to_one_unit(unit)
    if len(ways) == 1 and unit is not None:
        ((one, factor, offset),) = ways
        number = number * factor + offset
        words = (one, *(word for word in words if word != unit))
    return replace(value, numbers=(float(f"{number:.4g}"),), words=tuple(sorted(words)))


def bounds_of(value: Value) -> Bounds:
    """Return the least and the greatest that a number may be; of several, its first."""
    if value.bounds is None:
        return value.numbers[0], value.numbers[0]
    return value.bounds


def _per_year(value: Value) -> Value:
    """Return a rate as what it comes to in a year, rounded as it is."""
    times = rate_of(value.words) or 1.0
    low, high = _loose(value)
    bounds = (low * times, high * times)
    return replace(value, numbers=(value.numbers[0] * times,), bounds=bounds)


def _share_words(one: Value, other: Value) -> bool:
    return not one.words or not other.words or not set(one.words).isdisjoint(other.words)


def _holds_itself(value: Value) -> bool:
    """Whether a number lies in its own bounds, as that of "more than 40" does not."""
    low, high = bounds_of(value)
    return low <= value.numbers[0] <= high


def _several(value: Value) -> bool:
    """Whether a value has several numbers that are no range."""
    return len(value.numbers) > 1 and value.bounds is None


def _total(one: Value, other: Value) -> Literal["compatible", "incomparable"]:
    """Compare a list of numbers with a total: 200 and 80 may be the parts of 280."""
    if math.isclose(sum(one.numbers), sum(other.numbers)):
        return "compatible"
    return "incomparable"


def _may_both_be_true(one: Value, other: Value) -> bool:
    first, second = measure_of(one.words), measure_of(other.words)
    if first is None or second is None:
        return _within_rounding(one, other)
    if first == second and first != "degree":
        return _within_rounding(one, other, exact=first == CLOCK)
    if same_dimension(first, second):
        return any(_meet_converted(one, other, way) for way in conversions(first, second))
    return one_currency(first, second) and _within_rounding(one, other)


def _within_rounding(one: Value, other: Value, exact: bool = False) -> bool:
    """Whether two numbers of one unit meet, if the rounder one may be rounded."""
    if _several(one):
        return one.numbers == other.numbers  # a score
    first, second = one.numbers[0], other.numbers[0]
    if exact:
        return _meet(bounds_of(one), bounds_of(other))
    whole = first.is_integer() and second.is_integer()
    here, there = last_place(first, whole), last_place(second, whole)
    return _meet(
        _rounded(one, here > there or other.bounds is not None, whole),
        _rounded(other, there > here or one.bounds is not None, whole),
    )


def _rounded(value: Value, finer: bool, whole: bool) -> Bounds:
    """Return the bounds of a number, widened if it is exact and beside a finer one."""
    low, high = bounds_of(value)
    if value.bounds is not None:
        return low, high
    margin = rounding(value.numbers[0], finer, whole)
    return low - margin, high + margin


def _meet_converted(one: Value, other: Value, way: tuple[float, float]) -> bool:
    """Whether two numbers meet within rounding if the first is converted."""
    factor, offset = way
    low, high = _loose(one)
    converted = low * factor + offset, high * factor + offset
    return _meet(converted, _loose(other))


def _loose(value: Value) -> Bounds:
    """Return the bounds of a number, each widened by its own rounding."""
    low, high = bounds_of(value)
    margin = rounding(value.numbers[0], finer=True, whole=False)
    return low - margin, high + margin


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
