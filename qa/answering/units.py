"""Units of measure: their spellings, their dimensions and conversion between them.

"Km/h", "kph" and "kilometres per hour" are one unit. Amounts of money are not converted, since
rates change. Other units are converted by pint, which is slow to import, so it is imported at the
first conversion. Limits: English spellings of the units that news uses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

CLOCK = "clock"  # minutes since midnight
PERCENT = "percent"
POINT = "percentagepoint"
RATES = {  # how many there are of each in a year
    "perhour": 8766.0,
    "perday": 365.25,
    "perweek": 52.18,
    "permonth": 12.0,
    "peryear": 1.0,
}

# Dimension: {unit: its other spellings, in the singular}
_SPELLINGS = {
    "length": {
        "kilometer": "kilometre km kms",
        "meter": "metre",
        "centimeter": "centimetre cm",
        "millimeter": "millimetre mm",
        "mile": "mi",
        "foot": "ft feet",
        "yard": "yd",
        "inch": "inches",
        "nauticalmile": "",
    },
    "speed": {"kph": "kmh", "mph": "", "mps": "", "knot": ""},
    "mass": {
        "tonne": "",
        "ton": "",
        "kilogram": "kilo kg kgs kilogramme",
        "gram": "gramme",
        "pound": "lb lbs",
        "ounce": "oz",
    },
    "area": {
        "acre": "",
        "hectare": "ha",
        "sqkilometer": "",
        "sqmile": "",
        "sqmeter": "",
        "sqfoot": "",
    },
    "volume": {"liter": "litre", "gallon": "", "cumeter": "", "cufoot": ""},
    "power": {"megawatt": "mw", "gigawatt": "gw", "kilowatt": "kw"},
    "temperature": {"celsius": "centigrade", "fahrenheit": "", "degree": ""},
    "time": {
        "second": "sec",
        "minute": "min",
        "hour": "hr hrs",
        "day": "",
        "week": "",
        "month": "",
        "year": "",
        "decade": "",
    },
}
_DAYS = {  # time needs no pint, and pint's month is not the news's
    "second": 1 / 86_400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "decade": 3652.5,
}
# What pint calls a unit, if otherwise. Several: the word may mean each of them.
_PINT_NAMES = {
    "nauticalmile": ("nautical_mile",),
    "kph": ("kilometer_per_hour",),
    "mph": ("mile_per_hour",),
    "mps": ("meter_per_second",),
    "tonne": ("metric_ton",),
    "ton": ("metric_ton", "short_ton", "long_ton"),
    "sqkilometer": ("kilometer ** 2",),
    "sqmile": ("mile ** 2",),
    "sqmeter": ("meter ** 2",),
    "sqfoot": ("foot ** 2",),
    "cumeter": ("meter ** 3",),
    "cufoot": ("foot ** 3",),
    "gallon": ("US_liquid_gallon", "imperial_gallon"),
    "celsius": ("degree_Celsius",),
    "fahrenheit": ("degree_Fahrenheit",),
    "degree": ("degree_Celsius", "degree_Fahrenheit"),
}
_DOLLARS = {
    "US": "usd",
    "AU": "aud",
    "A": "aud",
    "CAN": "cad",
    "CA": "cad",
    "C": "cad",
    "HK": "hkd",
    "NZ": "nzd",
    "NT": "twd",
    "S": "sgd",
}
_DOLLAR_COUNTRIES = {
    "us": "usd",
    "american": "usd",
    "australian": "aud",
    "canadian": "cad",
    "hong kong": "hkd",
    "new zealand": "nzd",
    "taiwan": "twd",
    "singapore": "sgd",
}
_DOLLAR_CODES = frozenset(_DOLLARS.values())
_MONEY = {  # currency: its other spellings and codes
    "euro": "eur",
    "pound": "gbp sterling",
    "yen": "jpy",
    "rupee": "rs inr",
    "yuan": "cny rmb renminbi",
    "ruble": "rub rouble",
    "franc": "chf",
    "real": "brl",
    "won": "krw",
    "peso": "",
    "lira": "",
    "krona": "sek",
    "krone": "nok dkk crown",
    "rand": "zar",
    "naira": "ngn",
    "shekel": "ils",
    "hryvnia": "uah",
}
SIGNS = {
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₹": "rupee",
    "₽": "ruble",
    "₩": "won",
    "₺": "lira",
    "₴": "hryvnia",
    "₪": "shekel",
    "%": PERCENT,
}
_DIMENSION = {unit: name for name, units in _SPELLINGS.items() for unit in units}
_CANONICAL = {
    spelling: unit
    for table in (*_SPELLINGS.values(), _MONEY)
    for unit, spellings in table.items()
    for spelling in spellings.split()
} | {"pct": PERCENT}
_CANONICAL |= {unit: unit for unit in (*_DIMENSION, *_MONEY)}
_CURRENCIES = frozenset({*_MONEY, "dollar", *_DOLLAR_CODES})

_HOUR = r"\s?(?:/|\bper\b|\ban?\b)\s?(?:hour|hr|h)\b"
_PHRASES = re.compile(
    rf"""
      \b(?P<kph> (?:kilomet(?:er|re)s?|kms?)(?:{_HOUR}|ph\b) )       # kilometres per hour, km/h
    | \b(?P<mph> (?:miles?|mi)(?:{_HOUR}) )                           # miles an hour
    | \b(?P<mps> (?:met(?:er|re)s?|m)\s?(?:/\s?s|per\ssecond)\b )     # metres per second
    | \b(?P<sqkilometer> (?:sq\.?|square)\s?(?:kilomet(?:er|re)s?|kms?)\b | km[2²] )  # sq km
    | \b(?P<sqmile> (?:sq\.?|square)[ ]?miles?\b )                    # square miles
    | \b(?P<sqmeter> (?:sq\.?|square)[ ]?met(?:er|re)s?\b | m[2²] )   # square metres
    | \b(?P<sqfoot> (?:sq\.?|square)[ ]?(?:feet|foot|ft)\b )          # sq ft
    | \b(?P<cumeter> cubic[ ]met(?:er|re)s?\b | m[3³] )               # cubic metres
    | \b(?P<cufoot> cubic[ ](?:feet|foot)\b )                         # cubic feet
    | \b(?P<nauticalmile> nautical[ ]miles?\b )                       # nautical miles
    | \b(?P<celsius> degrees?[ ](?:celsius|centigrade|c)\b )          # degrees Celsius
    | \b(?P<fahrenheit> degrees?[ ](?:fahrenheit|f)\b )              # degrees Fahrenheit
    | \b(?P<percentagepoint> (?:percentage|percent)[ ]points?\b )     # percentage points
    | (?P<meter> (?<=\d)\s?m\b                                        # 5 m high
        (?= [ -](?:tall|high|wide|long|deep|thick|away|above|below|of[ ](?:rain|snow|water))\b ) )
    """,
    re.VERBOSE,
)
_DOLLAR_SIGN = re.compile(rf"\b({'|'.join(_DOLLARS)})\$")
_DOLLAR_NAME = re.compile(rf"\b({'|'.join(_DOLLAR_COUNTRIES)}) (?=dollars?\b)")
_DEGREES = re.compile(r"(?<=\d)\s?(?:°\s?)?([CF])\b(?!-)")  # 35C, 95 °F


def rewrite_units(text: str) -> str:
    """Write each unit as one word, and the text in lower case.

    "35°C" becomes "35 celsius", and "miles an hour" becomes "mph".
    """
    text = re.sub(r"\bU\.S\.(?=\s?\$|\s[Dd]ollar)", "US", text)
    text = _DOLLAR_SIGN.sub(lambda sign: f" {_DOLLARS[sign[1]]} $", text.replace("R$", " real "))
    text = _DEGREES.sub(lambda sign: {"C": " celsius ", "F": " fahrenheit "}[sign[1]], text)
    text = re.sub(r"\bper cent\b", PERCENT, text.casefold())
    text = _DOLLAR_NAME.sub(lambda name: f"{_DOLLAR_COUNTRIES[name[1]]} ", text)
    return _PHRASES.sub(lambda phrase: f" {phrase.lastgroup} ", text)


def unit_named(word: str) -> str | None:
    """Return the one spelling of a unit, or None if the word is no unit.

    The word may be singular or plural.
    """
    found = _CANONICAL.get(word)
    if found is None and len(word) > 3:  # "has" are no hectares
        return _CANONICAL.get(word.removesuffix("s"))
    return found


def complete_currency(words: set[str]) -> set[str]:
    """Return the words of a unit with "dollar" beside a dollar's country."""
    if _DOLLAR_CODES.isdisjoint(words):
        return words
    return words | {"dollar"}


def measure_of(words: tuple[str, ...]) -> str | None:
    """Return the unit of measure among words; None if they only name a thing.

    "Dollar" gives way to the country's dollar.
    """
    found = [word for word in words if word in _DIMENSION or word in _CURRENCIES]
    found += [word for word in words if word in (PERCENT, POINT, CLOCK)]
    codes = [word for word in found if word in _DOLLAR_CODES]
    return next(iter(codes or found), None)


def dimension_of(words: tuple[str, ...]) -> str | None:
    """Return the dimension of the unit among words ("length"), None if there is none."""
    return _DIMENSION.get(measure_of(words) or "")


def rate_of(words: tuple[str, ...]) -> float | None:
    """Return how often a year an amount is counted: 12 for "a month".

    Returns None if it is no rate.
    """
    return next((RATES[word] for word in words if word in RATES), None)


def are_currencies(one: str, other: str) -> bool:
    """Whether both units are money."""
    return one in _CURRENCIES and other in _CURRENCIES


def one_currency(one: str, other: str) -> bool:
    """Whether two currencies may be one: a dollar may be any country's."""
    pair = {one, other}
    return len(pair) == 1 or ("dollar" in pair and not pair.isdisjoint(_DOLLAR_CODES))


def same_dimension(one: str, other: str) -> bool:
    """Whether one unit can be converted into the other."""
    return one in _DIMENSION and _DIMENSION[one] == _DIMENSION.get(other)


def to_one_unit(unit: str) -> tuple[tuple[str, float, float], ...]:
    """Return the ways of converting a unit into the first of its dimension.

    Each is (that unit, factor, offset). There are none if it is that unit, or no measure.
    """
    dimension = _DIMENSION.get(unit)
    if dimension is None:
        return ()
    first = next(iter(_SPELLINGS[dimension]))
    if unit == first:
        return ()
    return tuple((first, factor, offset) for factor, offset in conversions(unit, first))


@lru_cache(maxsize=256)
def conversions(one: str, other: str) -> tuple[tuple[float, float], ...]:
    """Return the ways of converting `one` into `other`, each as (factor, offset).

    A ton may be metric, short or long, so there may be several.
    """
    if one in _DAYS:
        return ((_DAYS[one] / _DAYS[other], 0.0),)
    ways = []
    for name in _PINT_NAMES.get(one, (one,)):
        for target in _PINT_NAMES.get(other, (other,)):
            offset = _convert(0.0, name, target)
            ways.append((_convert(1.0, name, target) - offset, offset))
    return tuple(ways)


def _convert(amount: float, one: str, other: str) -> float:
    return float(_registry().Quantity(amount, one).to(other).magnitude)


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry()
