"""What a span states: a number with its unit, a date, a name, or words; and when two spans state the same.

Equal values have equal keys. Beyond that one value may refine another: say the same at more length
("2,000 Russian peacekeepers" refines "2,000", "Emmanuel Macron" refines "Macron", 3 October 2022 refines
October 2022). Numbers in words are read by text2num, dates by dateparser (index/text/dates.py), the names of
countries and of their people by countryinfo's tables. What is a title and what a first name is read
from the articles: a word that they also write in lower case ("president") is no part of a name, and a
short name stands for the longest one that its own article gives. Limits: English; "Moscow" is not "Russia".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from text_to_num import alpha2digit

from index.text.dates import moment_of

if TYPE_CHECKING:
    from qa.types import Span

Kind = Literal["number", "date", "name", "words"]

_UNSAID = frozenset("a an the of in on at to for by from its his her their our s".split())
_MODIFIERS = frozenset(
    "about around nearly almost roughly approximately some more over than at least up under fewer less most only just exactly as many much "
    "estimated total another all well close close-to upwards".split()
)
_ANYBODY = frozenset(
    "people persons person lives life".split()
)  # a count of these may be one of soldiers
_LISTS = frozenset("and or with versus vs but".split())
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
_VAGUE = re.compile(  # no number that another could contradict: "tens of thousands", "a third", "two and a half"
    r"\b(?:tens|dozens|scores|hundreds|thousands|millions|billions|trillions)\b"
    r"|\b(?:an?|one|two|three|four|five|\d+) (?:and a half|thirds?|quarters?|fifths?|tenths?)\b"
)
_TOKEN = re.compile(
    r"(?<!\w)[-−]?\d{1,2}(?:,\d{2})+,\d{3}|(?:(?<!\w)[-−])?\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+|[%$£€¥]"
)  # 10,00,00,000 as in India
_FEW = r"(?:\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)|[\d.,]*\d)"
_RANGE = re.compile(  # of which the scale is said once
    rf"({_FEW})(\s?[-–]\s?|\s(?:to|or)\s)({_FEW}\s?)(hundred|thousand|million|billion|trillion|lakh|crore|bn|tn)\b",
    re.IGNORECASE,
)
_DAYS = {
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "decade": 3652.5,
    "hour": 1 / 24,
    "minute": 1 / 1440,
}


@dataclass(frozen=True, slots=True)
class Value:
    """`numbers` of a number; `words` are its unit, the words of a name, or all words; `moment` of a date."""

    kind: Kind
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    moment: str = ""
    listed: bool = False  # several things: no one name is a part of it

    def refines(self, other: Value) -> bool:
        """Whether this states the same as `other`, and more: never for equal values."""
        if self == other:
            return False
        if self.kind == other.kind == "number":
            return self.numbers == other.numbers and set(other.words) < set(self.words)
        if self.kind == other.kind == "date":
            return self.moment.startswith(f"{other.moment}-")
        if (
            self.listed
            or other.listed
            or "number" in (self.kind, other.kind)
            or "date" in (self.kind, other.kind)
        ):
            return False
        if not other.words:
            return False
        if len(other.words) < len(self.words) and self.words[-len(other.words) :] == other.words:
            return True
        return (
            self.kind == "name"
            and _acronym(other.words)
            and [word[0] for word in self.words] == list(other.words[0])
        )


def value_of(span: Span, counting: bool = False, articles: Sequence[str] = ()) -> Value:
    """The value that a span states. `counting`: the question asks for a number, so that "2022" is one and no year.

    `articles`: the texts at hand, from which titles are told apart from names; the span's own is always read.
    """
    text = span.text
    if not counting:
        moment = moment_of(text, span.article.published)
        if moment is not None:
            return Value("date", moment=moment)
    numbers, unit = number_in(text)
    if numbers:
        return Value("number", tuple(sorted(unit)), numbers)
    words = _words(text)
    listed = bool(_LISTS & set(words)) or ("," in text.strip(" ,") and not _appositive(text))
    if _is_name(text) and not listed:
        return Value("name", _name(text, span.article.text, (*articles, span.article.text)))
    return Value("words", tuple(words), listed=listed)


def number_in(text: str) -> tuple[tuple[float, ...], frozenset[str]]:
    """The numbers of a text, in order, and the words of their unit: "about 2.5 million Russian troops" is 2,500,000 {russian, troop}.

    No numbers for a text without one, or with a vague one ("thousands", "a third"); percent and currency signs are units; "six-week" and "six weeks" are alike.
    """
    text = _RANGE.sub(
        r"\1 \4\2\3\4",
        re.sub(rf"\bbetween ({_FEW}) and (?=\S+ )", r"\1 to ", text, flags=re.IGNORECASE),
    )
    text = re.sub(r"\bminus (?=\d)", "-", text)
    text = re.sub(
        r"\bper cent\b",
        "percent",
        re.sub(r"(?<=\w)[-–](?=\w)", " ", text.casefold()).replace("’", "'"),
    )
    text = re.sub(r"\bhalf (?:a|of a) (million|billion)\b", r"0.5 \1", re.sub(r"'s\b", "", text))
    text = re.sub(
        r"(\d)\s?([ap])\.?m\b\.?", r"\1 \2oclock", text
    )  # half past eight in the morning is no eight million
    if _VAGUE.search(text):
        return (), frozenset()
    text = re.sub(r"\ba (?=hundred|thousand|million|billion|dozen)", "one ", text)
    said = re.sub(
        r"(\d) (hundred|thousand|million|billion|trillion)\b", r"\1 times\2", text
    )  # text2num would make it "2.5 1000000"
    found: list[float] = []
    unit: list[str] = []
    for token in _TOKEN.findall(alpha2digit(said, "en", threshold=0)):
        if token[-1].isdecimal():
            found.append(float(token.replace(",", "").replace("−", "-")))
        elif token.removeprefix("times") in _SCALES and found:
            found[-1] *= _SCALES[token.removeprefix("times")]
        elif token in _SIGNS:
            unit.append(_SIGNS[token])
        elif token not in _MODIFIERS and token not in _UNSAID and token not in _ANYBODY:
            unit.append(_singular(token))
    return tuple(found), frozenset(unit)


def qualified(span: Span) -> str:
    """A number with what the article says before it of how exact it is: "at least 286", "nearly 100 soldiers". A slice of the article."""
    if not number_in(span.text)[0]:
        return span.text
    before = _QUALIFIER.search(span.article.text, max(0, span.start - 40), span.start)
    return span.article.text[before.start() if before is not None else span.start : span.end]


_QUALIFIER = re.compile(
    r"\b(?:(?:no |not )?(?:more|fewer|less) than|at (?:least|most)|up to|as (?:many|much|few) as|(?:just )?(?:over|under)|nearly|almost|about|around"
    r"|some|roughly|approximately|an estimated|close to|only)\s+$",
    re.IGNORECASE,
)


def compatible(one: Value, other: Value) -> bool:
    """Whether two values may both be true of one thing: equal, one refining the other, one number of two units, a country and its
    capital (which speaks for it), or one span of time counted in two units: 44 days are six weeks, to the nearest week.
    """
    if one == other or one.refines(other) or other.refines(one):
        return True
    if one.kind == other.kind == "number" and one.numbers == other.numbers:
        return True
    if one.kind == other.kind == "name" and (one.words, other.words) in _capitals():
        return True
    spans = [_days(value) for value in (one, other)]
    if None in spans or one.kind != "number":
        return False
    (days, unit), (others, other_unit) = (span for span in spans if span is not None)
    return unit != other_unit and abs(days - others) <= max(unit, other_unit) / 2


def same_measure(one: Value, other: Value) -> bool:
    """Whether two numbers count the same sort of thing, as far as their units say."""
    if not one.words or not other.words or set(one.words) & set(other.words):
        return True
    return _days(one) is not None and _days(other) is not None


def _days(value: Value) -> tuple[float, float] | None:
    """(days, days of the unit) of a length of time."""
    units = [_DAYS[word] for word in value.words if word in _DAYS]
    return (
        (value.numbers[0] * units[0], units[0])
        if len(units) == 1 and len(value.numbers) == 1
        else None
    )


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _words(text: str) -> list[str]:
    text = re.sub(r"(?<=\w)\.(?=\w\.)|(?<=\b\w)\.", "", text)  # U.S. as US
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.casefold())
    return [word for word in words if word not in _UNSAID] or words


_PARTICLES = r"(?:of|the|de|del|da|di|van|von|der|den|al|el|bin|ibn|la|le|du|for)"
_NAME = re.compile(
    rf"(?:(?:the|a)\s)?[A-Z0-9][\w'’.&-]*(?:\s(?:{_PARTICLES}\s){{0,2}}[A-Z0-9][\w'’.&-]*)*(?:['’]s?)?"
)


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(" ".join(text.split(",")[0].split()))) and (
        len(text.split(",")) == 1 or _appositive(text)
    )


def _appositive(text: str) -> bool:
    """Whether what follows a comma only says who that is: "Nikol Pashinian, the prime minister of Armenia"."""
    return bool(re.match(r"[^,]+,\s(?:the|a|an|who|which|his|her|its)\s[^,]*,?$", text.strip()))


def _acronym(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and 2 <= len(words[0]) <= 6 and words[0].isalpha()


def _name(text: str, article: str, articles: Sequence[str]) -> tuple[str, ...]:
    """The words of a name: a country by its one name, a person without titles and at the length that the article gives."""
    text = " ".join(re.sub(r"['’]s?$", "", text.split(",")[0].strip()).split())
    text = re.sub(r"^(?:the|a)\s", "", text, flags=re.IGNORECASE)
    country = _countries().get(text.replace(".", ""))
    if country is not None:
        return tuple(_words(country))
    words = _without_titles(text, articles)
    if len(words) == 1 and words[0][0].isupper() and not words[0].isupper():
        longer = re.findall(
            rf"(?:[A-Z][\w’'-]+[^\S\n]){{1,3}}{re.escape(words[0])}(?![\w-])", article
        )
        longest = {
            tuple(full) for mention in longer if len(full := _without_titles(mention, articles)) > 1
        }
        if len(longest) == 1:  # two of one surname: nobody knows which is meant
            words = list(longest.pop())
    return tuple(_words(" ".join(words)))


def spelled(value: Value) -> tuple[str, ...]:
    """The words of a name without what its spellings differ in: "Zelenskyy" is Zelensky, "Emanuel" Emmanuel, "Erdoğan" Erdogan."""
    plain = unicodedata.normalize("NFKD", " ".join(value.words).replace("ı", "i"))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(
        re.sub(r"(.)\1+", r"\1", re.sub("[yj]", "i", word)) if len(word) > 4 else word
        for word in bare.split()
    )


def _without_titles(name: str, articles: Sequence[str]) -> list[str]:
    """The words of a name from the first that is neither written in lower case elsewhere nor the adjective of a country."""
    words = name.split()
    while len(words) > 1 and (
        words[0] in _countries() or _lower_case(words[0].rstrip(".,").casefold(), articles)
    ):
        words = words[1:]
    return words


def _lower_case(word: str, articles: Sequence[str]) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) for text in articles)


@lru_cache(maxsize=1)
def _capitals() -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each country with its capital, both ways round."""
    from countryinfo import all_countries

    named = [
        (country.name(), country.capital()) for country in all_countries()
    ]  # a few have a list of one
    pairs = {
        (tuple(_words(country)), tuple(_words(capital)))
        for country, capital in named
        if isinstance(capital, str)
    }
    return frozenset(pairs | {(capital, country) for country, capital in pairs})


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Names, codes in capitals, and the adjective of each country, to its one name; of two that share one, the larger country has it."""
    from countryinfo import all_countries

    table: dict[str, str] = {}
    for country in sorted(all_countries(), key=lambda country: -(country.population() or 0)):
        for name in (country.name(), country.demonym(), *country.alt_spellings()):
            if name:
                table.setdefault(name.replace(".", ""), country.name())
    return table
