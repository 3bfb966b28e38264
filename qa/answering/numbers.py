"""Numbers in text, with the words of their unit.

"About 2.5 million troops" is 2,500,000 {troop}. Number words are read by text2num; scales, ranges,
clock times and units are read here. Limits: English, with Indian grouping and scales.
"""

from __future__ import annotations

import re

from text_to_num import alpha2digit

UNSAID = frozenset("a an the of in on at to for by from its his her their our s".split())
_MODIFIERS = frozenset(
    """about around nearly almost roughly approximately some more over than at least up under fewer
    less most only just exactly as many much estimated total another all well close close-to upwards
    or""".split()
)
_ANYBODY = frozenset(
    "people persons person lives life".split()
)  # a count of these may be of soldiers
_SCALES = {
    "hundred": 100.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
    "tn": 1e12,
    "lakh": 1e5,
    "crore": 1e7,
}
_SIGNS = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "%": "percent"}
_VAGUE = re.compile(  # no number that another could contradict
    r"""
      \b(?:tens|dozens|scores|hundreds|thousands|millions|billions|trillions)\b  # tens of thousands
    | \b(?:an?|one|two|three|four|five|\d+)\ and\ a\ half\b                      # two and a half
    | \b(?:an?|one|two|three|four|five|\d+)\ (?:thirds?|quarters?|fifths?|tenths?)\b  # a third
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""
      (?<!\w)[-−]?\d{1,2}(?:,\d{2})+,\d{3}           # 10,00,00,000 as in India
    | (?:(?<!\w)[-−])?\d+(?:,\d{3})*(?:\.\d+)?       # -5, 1,234.5
    | [^\W\d_]+                                      # soldiers
    | [%$£€¥]
    """,
    re.VERBOSE,
)
_FEW = r"""(?:
      \b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen)
    | \b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)
    | [\d.,]*\d
    )"""
_RANGE = re.compile(  # "three to four million", "$3-4bn": the scale is said once
    rf"""({_FEW}) (\s?[-–]\s?|\s(?:to|or)\s) ({_FEW}\s?)
    (hundred|thousand|million|billion|trillion|lakh|crore|bn|tn)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(rf"\bbetween\ ({_FEW})\ and\ (?=\S+\ )", re.IGNORECASE | re.VERBOSE)
_QUALIFIER = re.compile(  # "at least 286", "nearly 100 soldiers"
    r"""\b(?:
      (?:no\ |not\ )?(?:more|fewer|less)\ than
    | at\ (?:least|most) | up\ to | as\ (?:many|much|few)\ as
    | (?:just\ )?(?:over|under)
    | nearly | almost | about | around | some | roughly | approximately
    | an\ estimated | close\ to | only
    )\s+$""",
    re.IGNORECASE | re.VERBOSE,
)
_QUALIFIER_REACH = 40  # characters


def number_in(text: str) -> tuple[tuple[float, ...], frozenset[str]]:
    """Return the numbers of a text, in order, and the words of their unit.

    A text without a number, or with a vague one ("thousands", "a third"), has none. Percent and
    currency signs are units; "six-week" and "six weeks" are alike.
    """
    text = _spell_out(text)
    if _VAGUE.search(text):
        return (), frozenset()
    numbers: list[float] = []
    unit: set[str] = set()
    for token in _TOKEN.findall(_as_digits(text)):
        scale = _SCALES.get(token.removeprefix("times"))
        if token[-1].isdecimal():
            numbers.append(float(token.replace(",", "").replace("−", "-")))
        elif scale is not None and numbers:
            numbers[-1] *= scale
        elif token in _SIGNS:
            unit.add(_SIGNS[token])
        elif token not in _MODIFIERS | UNSAID | _ANYBODY:
            unit.add(singular(token))
    return tuple(numbers), frozenset(unit)


def qualifier_start(text: str, start: int, end: int) -> int:
    """Return where the qualifier of the number text[start:end] begins.

    A qualifier is "at least" or "nearly". Returns `start` if there is none, or if the stretch is no
    number.
    """
    if not number_in(text[start:end])[0]:
        return start
    before = _QUALIFIER.search(text, max(0, start - _QUALIFIER_REACH), start)
    return start if before is None else before.start()


def singular(word: str) -> str:
    """Return the singular of an English plural, by its ending."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _spell_out(text: str) -> str:
    """Return the text in lower case, with ranges, signs and fractions in one form."""
    text = _BETWEEN.sub(r"\1 to ", text)
    text = _RANGE.sub(r"\1 \4\2\3\4", text)
    text = re.sub(r"\bminus (?=\d)", "-", text)
    text = re.sub(r"(?<=\w)[-–](?=\w)", " ", text.casefold()).replace("’", "'")
    text = re.sub(r"\bper cent\b", "percent", text)
    text = re.sub(r"'s\b", "", text)
    text = re.sub(r"\bhalf (?:a|of a) (million|billion)\b", r"0.5 \1", text)
    return re.sub(r"(\d)\s?([ap])\.?m\b\.?", r"\1 \2m", text)  # 8 a.m. is no eight million


def _as_digits(text: str) -> str:
    """Return the text with number words as digits."""
    text = re.sub(r"\ba (?=hundred|thousand|million|billion|dozen)", "one ", text)
    # text2num would make "2.5 million" into "2.5 1000000"
    text = re.sub(r"(\d) (hundred|thousand|million|billion|trillion)\b", r"\1 times\2", text)
    return str(alpha2digit(text, "en", threshold=0))
