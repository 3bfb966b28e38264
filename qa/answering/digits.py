"""Digits in place of the ways in which text writes a number.

"Two hundred", "1 250 000", "2½", "9.40 p.m." and "34 of the 120" are rewritten, so that numbers.py
reads one form only. Number words are read by text2num. Limits: English; "1.250" is a decimal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from text_to_num import alpha2digit

from qa.answering.units import CLOCK, rewrite_units

_SCALE_WORDS = "hundred|thousand|million|billion|trillion"
_SMALL = "one two three four five six seven eight nine ten eleven twelve".split()
SMALL_NUMBER = rf"(?:{'|'.join(_SMALL)}|\d+)"
_TIME_UNIT = "(?:minute|hour|day|week|month|year|decade)"
_FEW = r"""(?:
      \b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen)
    | \b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)
    | [\d.,]*\d
    )"""
_RANGE = re.compile(  # "three to four million", "$3-4bn": the scale is said once
    rf"""({_FEW}) (?:\s?[-–]\s?|\s(?:to|or)\s) ({_FEW}\s?)
    (hundred|thousand|million|billion|trillion|lakh|crore|bn|mn|tn)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(rf"\bbetween\ ({_FEW})\ and\ (?=\S+)", re.IGNORECASE | re.VERBOSE)
_DIGIT_GROUPS = re.compile(
    r"""(?<![\d.,])
    (?: \d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+      # 1 250 000
      | \d{1,3}(?:\.\d{3}){2,}                      # 1.250.000
    )(?![\d.,]?\d)""",
    re.VERBOSE,
)
_NAMED_PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10
}  # fmt: skip
_SHARE = re.compile(  # a third of them, three-quarters, one in five, eight out of 10
    rf"""
      (?P<bound> \b(?:than|over|under|nearly|almost|least|most|to|about|around|some|exactly)\s )?
      (?<!first\s) (?<!second\s) (?<!other\s)
      \b (?: (?: (?P<parts> an?|{SMALL_NUMBER} )[ ]
                 (?P<named> half|halve|third|quarter|fifth|sixth|tenth )s?
              | (?P<half> half ) ) (?= \s of\s (?!an?\b) | \s?$ | [ ](?:the|its|their|all)\b )
          | (?P<out> {SMALL_NUMBER} )[ ]
            (?: (?:in|out[ ]of)[ ](?:every[ ])? (?P<every> {"|".join(_SMALL)}|\d\d?|100 )
              | of[ ](?P<all> ten|10|100) )
            (?= \s(?!{_SCALE_WORDS}) | $ ) )
    """,
    re.VERBOSE,
)
_HALF = re.compile(r"(?:(?<=\d)|\b(\d+))?\s?([½¼¾])")
_CLOCK = re.compile(
    r"""(?<![\d:.,$£€])
    (?: (?P<hour>\d{1,2}) (?:[:.](?P<minute>[0-5]\d))?
        \s? (?P<half>[ap])\.?\s?m(?![^\W_])\.?                                        # 9.40 p.m.
      | (?P<hour24>[01]?\d|2[0-3]) : (?P<minute24>[0-5]\d) (?![:.]?\d|[^\W\d])      # 21:40
    )(?:\s(?:local[ ]time|hours)\b)?""",
    re.VERBOSE,
)
_HOURS_BY_NAME = re.compile(r"(?:(?:at|around|about)\s)?(noon|midday|midnight)")
_PART_OF = re.compile(  # 34 of the 120 seats: the seats are 34
    rf"""(?<=\d) \s(?:out\s)?of\s (?:(?:the|its|their|his|her|all|a\stotal\sof)\s)*
    \d[\d,.]* (?=\s(?!times|{_SCALE_WORDS})[a-z] | \s*$)""",
    re.VERBOSE,
)
_PARTS = {
    ("feet foot ft", "inch inches in"): 12,
    ("year years", "month months"): 12,
    ("week weeks", "day days"): 7,
    ("hour hours hr", "minute minutes min"): 60,
    ("minute minutes min", "second seconds sec"): 60,
}
_PARTS_OF = {
    (whole, part): count
    for (wholes, parts), count in _PARTS.items()
    for whole in wholes.split()
    for part in parts.split()
}
_COMPOUND = re.compile(  # 5 feet 10 inches, 2 hours and 30 minutes
    r"\b(?P<whole>\d+)\s?(?P<unit>[a-z]+)(?:,|\sand|,\sand)?\s(?P<part>\d+)\s?(?P<smaller>[a-z]+)\b"
)
_RATE = re.compile(  # €2,000 a month
    r"""(?<=\d) (?P<what> (?:\s[^\W\d]\w*){0,3}? )
    \s (?: (?:an?|per|each|every|1)\s (?P<period> hour|day|night|week|month|year )\b
          | (?P<ly> hour|dai|week|month|year|annual )ly\b )
    (?! \s(?:ago|later|earlier|before|after|old|and)\b )""",
    re.VERBOSE,
)
_PERIODS = {"dai": "day", "annual": "year", "night": "day"}
_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b")  # the 1st 5 km: a number only if alone


@lru_cache(maxsize=4096)
def spell_out(text: str) -> str:
    """Return the text in lower case, with ranges, signs and fractions in one form."""
    text = _DIGIT_GROUPS.sub(lambda group: re.sub(r"[^\d]", "", group[0]), text)
    text = _BETWEEN.sub(r"\1 to ", text)
    text = _RANGE.sub(r"\1 \3 to \2\3", text)
    text = re.sub(r"\bminus (?=\d)", "-", text)
    text = _CLOCK.sub(_minutes, rewrite_units(text))
    text = _HALF.sub(_decimal, text)
    text = re.sub(r"(?<=\d)[-–](?=\d)", " to ", text)
    text = re.sub(r"(?<=\w)[-–](?=\w)", " ", text).replace("’", "'")
    text = re.sub(r"'s\b", "", text)
    text = re.sub(rf"\b({SMALL_NUMBER}) second\b", r"\1 seconds", text)  # no ordinal
    text = re.sub(r"\b(?:aged?|age of)\s(?=\d)", "", text)
    text = re.sub(r"(\d),(\d\d?)(?=\s(?:million|billion)\b)", r"\1.\2", text)  # 1,5 million
    text = _HOURS_BY_NAME.sub(_minutes_of_name, text) if _HOURS_BY_NAME.fullmatch(text) else text
    text = re.sub(r"\bhalf (?:an?|of an?) (million|billion|dozen|hour|mile)\b", r"0.5 \1", text)
    text = re.sub(rf"^an? (?={_TIME_UNIT}$)", "1 ", text)
    text = re.sub(rf"\ban? ({_TIME_UNIT}|mile) and a half\b", r"1.5 \1", text)
    text = re.sub(rf"\b(an?|{SMALL_NUMBER}) and a half\b", _and_a_half, text)
    return _SHARE.sub(_percent, text)


@lru_cache(maxsize=4096)
def as_digits(plain: str) -> str:
    """Return a text that `spell_out` made with number words as digits."""
    text = re.sub(r"\ba (?=hundred|thousand|million|billion|dozen)", "one ", plain)
    # text2num would make "2.5 million" into "2.5 1000000"
    text = re.sub(rf"(\d) ({_SCALE_WORDS})\b", r"\1 times\2", text)
    text = _PART_OF.sub("", str(alpha2digit(text, "en", threshold=0)))
    text = _RATE.sub(_per_period, _COMPOUND.sub(_one_unit, text))
    without = _ORDINAL.sub("", text)
    return without if re.search(r"\d", without) else text


def _percent(share: re.Match[str]) -> str:
    """Return a share as percent: "a third" as "about 33.3333 percent"."""
    parts = share["parts"] or share["out"] or "a"
    of = share["every"] or share["all"]
    whole = _small(of) if of else _NAMED_PARTS[share["named"] or "half"]
    bound = share["bound"] or "about "
    return f"{bound}{100 * _small(parts) / whole:.6g} percent"


def _small(word: str) -> int:
    """Return the number that a small number word, or a digit, means."""
    if word.isdecimal():
        return int(word)
    return _SMALL.index(word) + 1 if word in _SMALL else 1


def _per_period(rate: re.Match[str]) -> str:
    """Return "a month" after a number as the one word "permonth"."""
    period = rate["period"] or rate["ly"]
    return f"{rate['what']} per{_PERIODS.get(period, period)}"


def _one_unit(amount: re.Match[str]) -> str:
    """Return an amount of two units in the larger: "2.5 hours"."""
    parts = _PARTS_OF.get((amount["unit"], amount["smaller"]))
    if parts is None:
        return amount[0]
    return f"{int(amount['whole']) + int(amount['part']) / parts:.6g} {amount['unit']}"


def _minutes(time: re.Match[str]) -> str:
    """Return a clock time as minutes since midnight."""
    if time["hour24"] is not None:
        return f"{int(time['hour24']) * 60 + int(time['minute24'])} {CLOCK}"
    hour = int(time["hour"]) % 12
    if time["half"] == "p":
        hour += 12
    return f"{hour * 60 + int(time['minute'] or 0)} {CLOCK}"


def _minutes_of_name(hour: re.Match[str]) -> str:
    return f"0 {CLOCK}" if hour[1] == "midnight" else f"720 {CLOCK}"


def _decimal(fraction: re.Match[str]) -> str:
    """Return "2½" as "2.5"."""
    return str(int(fraction[1] or 0) + unicodedata.numeric(fraction[2]))


def _and_a_half(amount: re.Match[str]) -> str:
    """Return "two and a half" as "2.5"."""
    word = amount[1]
    if word in _SMALL:
        return f"{_SMALL.index(word) + 1}.5"
    return "1.5" if word.startswith("a") else f"{word}.5"
