"""Numbers in text, with the words of their unit.

"About 2.5 million troops" is 2,500,000 {troop}, from 2,250,000 to 2,750,000. Number words are read
in digits.py, units in units.py, and qualifiers ("at least") in bounds.py. Irregular plurals are
read by simplemma. Limits: English, with Indian grouping and scales.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa.answering.bounds import (
    QUALIFIER_AFTER,
    QUALIFIER_AT_END,
    Bounds,
    bounds_of,
    clock_bounds,
    is_range,
    qualifier_in,
)
from qa.answering.digits import as_digits, spell_out
from qa.answering.units import CLOCK, SIGNS, complete_currency, unit_named

UNSAID = frozenset("a an the of in on at to for by from its his her their our s".split())
MODIFIERS = frozenset(
    """about around nearly almost roughly approximately some more over than at least up under fewer
    less most only just exactly as many much estimated total another all well close close-to upwards
    or so plus above below exceeding approaching slightly circa minimum maximum minus no
    not""".split()
)
# A count of these may be of soldiers.
_ANYBODY = frozenset("people persons person lives life".split())
_ORDINAL_ENDINGS = frozenset("st nd rd th".split())  # his 61st home run makes 61
_SCALES = {
    "hundred": 100.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "k": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "bn": 1e9,
    "tn": 1e12,
    "trn": 1e12,
    "lakh": 1e5,
    "crore": 1e7,
}
_VAGUE = re.compile(  # no number that another could contradict
    r"""
      \b(?:tens|dozens|scores|hundreds|thousands|millions|billions|trillions)\b  # tens of thousands
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""
      (?<!\w)[-−]?\d{1,2}(?:,\d{2})+,\d{3}           # 10,00,00,000 as in India
    | (?:(?<!\w)[-−])?\d+(?:,\d{3})*(?:\.\d+)?       # -5, 1,234.5
    | [^\W\d_]+                                      # soldiers
    | [%$£€¥₹₽₩₺₴₪]
    """,
    re.VERBOSE,
)
_NOBODY = re.compile(r"(?:nobody|no[ -]one|none|nil)\b(?:\sof\s.*)?", re.DOTALL)
_REGULAR_PLURAL = re.compile(r"\w+(?:[bcdfgklmnprtwy]|[bcdgklmnprtu]e)s")  # soldiers, villages
_MAY_BE_PLURAL = re.compile(r"\w+(?:s|men|ren|eet|eeth|eese|ice|ia|ae|i)")
_SINGULARS = {"men": "man", "people": "person", "wives": "wife"}  # that simplemma lacks, or short

_RATE_AFTER = re.compile(
    r"""
    (?: (?:\s(?!(?:and|to)\b)[^\W\d]+){0,4}? \s(?:per|each|every)      # people in Nes each year
      | (?:\s(?!(?:in|within|for|than|over|after|and|to)\b)[a-z]+){0,3}? \san?  # of water a day
    ) \s (hour|day|night|week|month|year)\b
    (?! \s(?:ago|later|earlier|before|after|and)\b )
    """,
    re.VERBOSE,
)
_REACH = 40  # characters before a number in which its qualifier begins


def number_in(text: str) -> tuple[tuple[float, ...], frozenset[str]]:
    """Return the numbers of a text, in order, and the words of their unit.

    A text without a number, or with a vague one ("thousands", "a third"), has none. Percent and
    currency signs are units; "six-week" and "six weeks" are alike; "nobody" is 0.
    """
    plain = spell_out(text)
    if _VAGUE.search(plain):
        return (), frozenset()
    if _NOBODY.fullmatch(plain.strip(" .")):
        return (0.0,), frozenset()
    digits = as_digits(plain)
    if not any(sign.isdecimal() for sign in digits):
        return (), frozenset()
    numbers: list[float] = []
    unit: set[str] = set()
    for token in _TOKEN.findall(digits):
        scale = _SCALES.get(token.removeprefix("times"))
        if token[-1].isdecimal():
            numbers.append(float(token.replace(",", "").replace("−", "-")))
        elif scale is not None and numbers:
            numbers[-1] = float(f"{numbers[-1] * scale:.12g}")  # 2.3 * 1e6 is a little less
        elif token in SIGNS:
            unit.add(SIGNS[token])
        elif token not in MODIFIERS | UNSAID | _ANYBODY | _ORDINAL_ENDINGS:
            unit.add(unit_named(token) or singular(token))
    return tuple(numbers), frozenset(complete_currency(unit))


def qualifier_start(text: str, start: int, end: int) -> int:
    """Return where the qualifier of the number text[start:end] begins.

    A qualifier is "at least" or "nearly". Returns `start` if there is none, or if the stretch is no
    number.
    """
    before = QUALIFIER_AT_END.search(text, max(0, start - _REACH), start)
    if before is None or not number_in(text[start:end])[0]:
        return start
    return before.start()


def rate_after(text: str, end: int) -> str:
    """Return the " a month" that follows a number, "" if it is no rate."""
    after = _RATE_AFTER.match(text, end)
    return "" if after is None else f" a {after[1]}"


def qualifier_end(text: str, end: int) -> int:
    """Return where a qualifier that follows a number ends, as in "40 or more"."""
    after = QUALIFIER_AFTER.match(text, end)
    return end if after is None else after.end()


def bounds_in(text: str) -> Bounds | None:
    """Return the least and the greatest that the number of a text may be.

    Returns None if the number is exact, or if there is none or are several. "8 to 10" is from 8
    to 10.
    """
    numbers, unit = number_in(text)
    digits = as_digits(spell_out(text))
    if is_range(numbers, digits):
        return numbers[0], numbers[1]
    qualifier = qualifier_in(digits)
    if len(numbers) != 1 or qualifier is None:
        return None
    if CLOCK in unit:
        return clock_bounds(numbers[0], qualifier)
    return bounds_of(numbers[0], qualifier)


@lru_cache(maxsize=16_384)
def singular(word: str) -> str:
    """Return the singular of an English plural; other words as they are.

    simplemma knows irregular plurals. Its dictionary is slow to load, so a plural that only adds
    an "s" is read without it.
    """
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) <= 3 or word.endswith(("ss", "news")):
        return word
    if _REGULAR_PLURAL.fullmatch(word):
        return word[:-1]
    if not _MAY_BE_PLURAL.fullmatch(word):  # "wounded" is no verb here
        return word
    from simplemma import lemmatize

    return lemmatize(word, "en").lower()
