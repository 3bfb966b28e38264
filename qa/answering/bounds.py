"""The bounds of a number: what "at least 40" or "nearly 12,000" may be.

A number with a qualifier is an interval. A round number beside a finer one may be any number that
rounds to it. The widths of vague qualifiers are a convention: "at least 40" does not mean 70.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

Bounds = tuple[float, float]

# Longer ones first: "no more than" has "more than" in it.
_BEFORE = r"""\b(?:
      (?P<least>  at[ ]least | (?:no|not)[ ](?:fewer|less)[ ]than | as[ ](?:few|little)[ ]as
                | (?:a[ ])?minimum[ ]of )                                   # at least 286
    | (?P<most>   at[ ](?:the[ ])?most | (?:no|not)[ ]more[ ]than | up[ ]to
                | as[ ](?:many|much|high)[ ]as | (?:a[ ])?maximum[ ]of )    # up to 40
    | (?P<just_over>  (?:just|slightly|a[ ]little)[ ]
                      (?:over|above|more[ ]than) )                          # just over 200
    | (?P<just_under> (?:just|slightly|a[ ]little)[ ]
                      (?:under|below|less[ ]than|fewer[ ]than) )            # just under 200
    | (?P<over>   (?:(?:well|far)[ ])? (?: (?:more|greater|higher)[ ]than
                | over | above | exceeding | upwards?[ ]of | in[ ]excess[ ]of ) )  # more than 5,000
    | (?P<under>  (?:(?:well|far)[ ])? (?: (?:fewer|less|lower)[ ]than
                | under | below ) )                                         # fewer than 40
    | (?P<nearly> nearly | almost | close[ ]to | approaching )              # nearly 12,000
    | (?P<about>  about | around | some | roughly | approximately | circa
                | (?:an[ ])?estimated )                                     # about 200
    | (?P<exact>  only | exactly | just )                                   # only 12
    )"""
QUALIFIER_AT_END = re.compile(rf"{_BEFORE}\s+$", re.IGNORECASE | re.VERBOSE)
_QUALIFIER = re.compile(
    rf"{_BEFORE} (?=\s+ (?:(?:an?|the|estimated|[a-z]{{3}})\s+)? [$£€¥₹]?\s?-?\d)", re.VERBOSE
)
_AFTER = re.compile(
    r"""\d\S* (?:\s\w+){0,3}?
    (?: (?P<least> \s(?:or|and)\s(?:more|above|over)\b | \s?\+ | \s?plus\b )   # 40 or more, 200+
      | (?P<most>  \s(?:or|and)\s(?:fewer|less|under|below)\b )                # 40 or fewer
      | (?P<about> \sor\sso\b )                                                # 40 or so
    )""",
    re.VERBOSE,
)
QUALIFIER_AFTER = re.compile(
    r"\+|[ -]plus\b|\s(?:or|and)\s(?:more|above|over|fewer|less|under|so)\b"
)
_RANGE = re.compile(r"-?[\d.,]+(?:[ ]times\w+|[ ]?[a-z]{1,2}\b)?[ ]+(?:to|or)[ ]+[$£€¥₹]?-?\d")


def is_range(numbers: tuple[float, ...], digits: str) -> bool:
    """Whether two numbers are the ends of a range, as in "8 to 10"."""
    return len(numbers) == 2 and numbers[0] < numbers[1] and _RANGE.search(digits) is not None


def qualifier_in(digits: str) -> str | None:
    """Return the kind of qualifier that a number has; `digits` is a text of digits.py."""
    found = _QUALIFIER.search(digits) or _AFTER.search(digits)
    return None if found is None else found.lastgroup


def bounds_of(number: float, qualifier: str) -> Bounds | None:
    """Return the bounds of a number with a kind of qualifier; None if it is exact.

    A bound that is left out ("more than 5,000") is the next float to it.
    """
    size = abs(number)
    above, below = math.nextafter(number, math.inf), math.nextafter(number, -math.inf)
    further = number + max(size / 4, 2)  # of three dead "at least", five is no contradiction
    lowest = 0.0 if number >= 0 else -math.inf
    bounds = {
        "least": (number, further),
        "most": (lowest, number),
        "over": (above, further),
        "under": (lowest, below),
        "just_over": (above, number + size / 20),
        "just_under": (number - size / 20, below),
        "nearly": (number - size / 20, number),
        "about": (number - size / 10, number + size / 10),
    }
    return bounds.get(qualifier)


def clock_bounds(minutes: float, qualifier: str) -> Bounds | None:
    """Return the bounds of a clock time with a kind of qualifier.

    "About 9 p.m." is a quarter of an hour to each side.
    """
    bounds = {"about": (minutes - 15, minutes + 15), "nearly": (minutes - 15, minutes)}
    return bounds.get(qualifier)


def rounding(number: float, finer: bool, whole: bool = True) -> float:
    """Return how far a number may lie from what it was before rounding.

    `finer`: the number beside it has more digits. `whole`: both are counts, so one below 1,000
    was rounded only if it ends in "00".
    """
    if not finer:
        return 0.0
    step = last_place(number, whole)
    if whole and step == 1:
        return 0.0
    return min(step / 2, max(0.5, abs(number) / 20))


def last_place(number: float, whole: bool = True) -> float:
    """Return the value of a number's last significant digit: 1,000 for 12,000.

    `whole`: a whole number below 1,000 is exact, unless it ends in "00".
    """
    if number == 0 or (whole and number.is_integer() and abs(number) < 1000 and number % 100):
        return 1.0
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return 10.0 ** int(exponent)
