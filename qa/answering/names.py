"""Names in text: their words without titles, and one name for each country.

What is a name is decided here too. Countries and their people come from countryinfo's tables. What
is a title and what a first name is read from the articles: a word that they also write in lower
case ("president") is no part of a name, and a short name stands for the longest one that its own
article gives. Limits: English; "Moscow" is not "Russia".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from qa.answering.numbers import UNSAID

Words = tuple[str, ...]

_PARTICLES = r"(?:of|the|de|del|da|di|van|von|der|den|al|el|bin|ibn|la|le|du|for)"
_NAME = re.compile(  # "the European Union", "Ursula von der Leyen's"
    rf"""(?:(?:the|a)\s)?
    [A-Z0-9][\w'’.&-]*
    (?:\s(?:{_PARTICLES}\s){{0,2}}[A-Z0-9][\w'’.&-]*)*
    (?:['’]s?)?""",
    re.VERBOSE,
)
_APPOSITIVE = re.compile(r"[^,]+,\s(?:the|a|an|who|which|his|her|its)\s[^,]*,?$")
_INITIAL_STOPS = re.compile(r"(?<=\w)\.(?=\w\.)|(?<=\b\w)\.")  # U.S. as US


def is_name(text: str) -> bool:
    """Whether a text is a name, perhaps followed by who that is."""
    first, *rest = text.split(",")
    if rest and not is_appositive(text):
        return False
    return _NAME.fullmatch(" ".join(first.split())) is not None


def is_appositive(text: str) -> bool:
    """Whether what follows a comma says who that is: "Ann Berg, the prime minister"."""
    return _APPOSITIVE.match(text.strip()) is not None


def is_acronym(words: Sequence[str]) -> bool:
    """Whether one short word may stand for initials."""
    return len(words) == 1 and 2 <= len(words[0]) <= 6 and words[0].isalpha()


def plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without articles and prepositions.

    If nothing else is left, those stay.
    """
    text = _INITIAL_STOPS.sub("", text)
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.casefold())
    return [word for word in words if word not in UNSAID] or words


def name_words(text: str, article: str, articles: Sequence[str]) -> Words:
    """Return the words of a name: a country's one name, a person's without titles.

    A surname is lengthened to the full name that `article` gives, if it gives one alone.
    `articles` are the texts that tell titles from names.
    """
    text = " ".join(re.sub(r"['’]s?$", "", text.split(",")[0].strip()).split())
    text = re.sub(r"^(?:the|a)\s", "", text, flags=re.IGNORECASE)
    country = _countries().get(text.replace(".", ""))
    if country is not None:
        return tuple(plain_words(country))
    words = _without_titles(text, articles)
    if len(words) == 1 and words[0][0].isupper() and not words[0].isupper():
        words = _full_name(words[0], article, articles)
    return tuple(plain_words(" ".join(words)))


def fold_spelling(words: Sequence[str]) -> Words:
    """Return the words without what spellings of a name differ in.

    "Zelenskyy" is "Zelensky", "Emanuel" is "Emmanuel", "Erdoğan" is "Erdogan".
    """
    plain = unicodedata.normalize("NFKD", " ".join(words).replace("ı", "i"))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(map(_fold_word, bare.split()))


@lru_cache(maxsize=1)
def capitals() -> frozenset[tuple[Words, Words]]:
    """Return each country with its capital, both ways round."""
    from countryinfo import all_countries

    pairs = set()
    for country in all_countries():
        capital = country.capital()
        if isinstance(capital, str):  # a few have a list of one
            pair = tuple(plain_words(country.name())), tuple(plain_words(capital))
            pairs |= {pair, pair[::-1]}
    return frozenset(pairs)


def _fold_word(word: str) -> str:
    if len(word) <= 4:
        return word
    return re.sub(r"(.)\1+", r"\1", re.sub("[yj]", "i", word))


def _full_name(surname: str, article: str, articles: Sequence[str]) -> list[str]:
    mentions = re.findall(rf"(?:[A-Z][\w’'-]+[^\S\n]){{1,3}}{re.escape(surname)}(?![\w-])", article)
    names = {tuple(_without_titles(mention, articles)) for mention in mentions}
    longer = [name for name in names if len(name) > 1]
    if len(longer) == 1:
        return list(longer[0])
    return [surname]  # two of one surname: nobody knows which is meant


def _without_titles(name: str, articles: Sequence[str]) -> list[str]:
    """Return the words of a name without the titles before it.

    They begin at the first word that is neither a title nor a country's adjective.
    """
    words = name.split()
    while len(words) > 1 and (words[0] in _countries() or _is_title(words[0], articles)):
        words = words[1:]
    return words


def _is_title(word: str, articles: Sequence[str]) -> bool:
    """Whether the articles also write the word in lower case."""
    small = re.escape(word.rstrip(".,").casefold())
    return any(re.search(rf"(?<![\w-]){small}(?![\w-])", text) for text in articles)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the name of each country by its names, its code and its adjective.

    Of two countries that share one, the larger has it.
    """
    from countryinfo import all_countries

    table: dict[str, str] = {}
    for country in sorted(all_countries(), key=lambda country: -(country.population() or 0)):
        for name in (country.name(), country.demonym(), *country.alt_spellings()):
            if name:
                table.setdefault(name.replace(".", ""), country.name())
    return table
