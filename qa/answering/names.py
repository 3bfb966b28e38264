"""Names in text: their words without titles, and one name for each country.

What is a name is decided here too. Names of places come from countries.py. Letters are folded by
anyascii. Titles and first names are read from the articles. A word that they also write in lower
case ("president") is no part of a name. A short name stands for the longest one that its own
article gives. Limits: English; "Moscow" is not "Russia".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

from qa.answering import countries
from qa.answering.numbers import UNSAID

Words = tuple[str, ...]

_PARTICLES = r"(?:of|the|de|del|da|di|van|von|der|den|al|el|bin|ibn|la|le|du|for)"
_NAME = re.compile(  # "the European Union", "Ursula von der Leyen's"
    rf"""(?:(?:the|an?)\s)? (?:(?:de|del|da|di|van|von|der|den|al|el|bin|ibn|la|le|du)\s){{0,2}}
    [A-Z0-9][\w'’.&-]*
    (?:\s(?:{_PARTICLES}\s){{0,2}}(?:[dl]['’])?[A-Z0-9][\w'’.&-]*)*
    (?:['’]s?)?""",
    re.VERBOSE,
)
_ROLE = re.compile(r"(?:(?:the|an?)\s)?(?:[a-z][a-z-]+\s){1,3}(?=(?:[A-Z][\w'’.-]+\s){1,3}[A-Z])")
_IN_COUNTRY = re.compile(  # Malé, in the Maldives
    r"([A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)*),\s(?:in\s)?(?:the\s)?([A-Z][\w.]+(?:\s[A-Z]\w+)*)"
)
_APPOSITIVE = re.compile(r"[^,]+,\s(?:(?:the|a|an|who|which|his|her|its)\s[^,]*|\d{1,3}),?$")
_CAPITAL = "A-ZÀ-ÖØ-ÞĆČĐİŁŚŞŠŻŽ"
_GENERATIONS = frozenset("jr sr ii iii".split())
_HONORIFICS = frozenset("mr mrs ms miss mx dr sir dame lord lady prof".split())
_OTHER_PLACE = frozenset(
    "new north south east west northern southern eastern western central upper lower".split()
)
_AMERICAN = {"our": "or", "tre": "ter", "ence": "ense"}
_BRITISH = re.compile(r"(?:our|tre|ence)$")  # labour, centre, defence
_VOWELS = re.compile(r"h*[aeiou]+h*")
_SHORT_FORMS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_BETWEEN_INITIALS = re.compile(r"(?<=\b[A-Z]\.)\s(?=[A-Z]\.)")  # J. K. Rowling
_INITIAL = re.compile(r"\w|[b-df-hj-np-tv-xz]{2}")  # p, hw
_INITIAL_STOPS = re.compile(r"(?<=\w)\.(?=\w\.)|(?<=\b\w)\.")  # U.S. as US


def is_name(text: str) -> bool:
    """Whether a text is a name, perhaps followed by who that is."""
    first, *rest = join_generation(text).split(",")
    if rest and not is_appositive(text):
        return False
    return _NAME.fullmatch(anyascii(" ".join(first.split()))) is not None


def without_role(text: str) -> str:
    """Return a full name without the role in lower case before it.

    "Captain Rui Esposito" is "Rui Esposito". "Southern New Zealand" and other places stay as they
    are.
    """
    role = _ROLE.match(text)
    if role is None or not _OTHER_PLACE.isdisjoint(role[0].split()):
        return text
    name = text[role.end() :]
    return text if countries.place_of(name) is not None else name


def is_appositive(text: str) -> bool:
    """Whether what follows a comma says who that is: "Ann Berg, the prime minister"."""
    return _APPOSITIVE.match(join_generation(text).strip()) is not None


def join_generation(name: str) -> str:
    """Return a name without the comma before "Jr" or "Sr"."""
    return re.sub(r",\s(?=(?:Jr|Sr)\b)", " ", name)


def is_town(text: str) -> bool:
    """Whether a text is a town with its country: "Malé, in the Maldives"."""
    town = _IN_COUNTRY.fullmatch(text)
    if town is None or countries.place_of(town[1]) is not None:
        return False
    return countries.place_of(town[2]) is not None


def is_acronym(words: Sequence[str]) -> bool:
    """Whether one short word may stand for initials."""
    return len(words) == 1 and 2 <= len(words[0]) <= 6 and words[0].isalpha()


def plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without articles and prepositions.

    If nothing else is left, those stay.
    """
    text = _INITIAL_STOPS.sub("", text.replace("’", "'"))
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.casefold())
    return [word for word in words if word not in UNSAID] or words


def name_words(text: str, article: str, articles: Sequence[str]) -> Words:
    """Return the words of a name: a country's one name, a person's without titles.

    A surname is lengthened to the full name that `article` gives, if it gives one alone.
    `articles` are the texts that tell titles from names.
    """
    if is_town(text):
        town, country = text.split(",", 1)
        place = re.sub(r"^\s(?:in\s)?(?:the\s)?", "", country)
        return (*plain_words(town), *plain_words(countries.place_of(place) or place))
    text = join_generation(text).split(",")[0].strip()
    text = " ".join(re.sub(r"['’]s?$", "", text).split())
    text = re.sub(r"^(?:the|an?)\s", "", text, flags=re.IGNORECASE)
    text = _BETWEEN_INITIALS.sub("", text)
    place = countries.place_of(text)
    if place is not None:
        return tuple(plain_words(place))
    words = _without_titles(text, articles)
    if len(words) == 1 and words[0][0].isupper() and not words[0].isupper():
        words = _full_name(words[0], article, articles)
    return tuple(plain_words(" ".join(words)))


def fold_spelling(words: Sequence[str]) -> Words:
    """Return the words without what spellings of a name differ in.

    "Zelenskyy" is "Zelensky", "Emanuel" is "Emmanuel", "Erdoğan" is "Erdogan", "Mueller" is
    "Müller", "St" is "Saint".
    """
    bare = anyascii(" ".join(words)).casefold()
    return tuple(_fold_word(word) for word in bare.split())


def sound_of(words: Sequence[str]) -> Words:
    """Return folded words without the vowels inside a long word.

    Outlets write the vowels of foreign names in several ways: "Hezbollah", "Hizbullah". So they
    write "Aleksandr" and "Alexander".
    """
    return tuple(
        word[0] + _VOWELS.sub("", word[1:-1].replace("x", "ks")) + word[-1]
        if len(word) > 5
        else word
        for word in words
    )


@lru_cache(maxsize=1)
def capitals() -> frozenset[tuple[Words, Words]]:
    """Return the words of each country with those of its capital, both ways round."""
    pairs = countries.capitals()
    return frozenset((tuple(plain_words(one)), tuple(plain_words(other))) for one, other in pairs)


def is_fuller_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether `one` is `other` with words before it, initials or "Jr".

    "Gordon P. Hale" is fuller than "Gordon Hale", and that is fuller than "Hale". "New York" is
    another place than "York".
    """
    if len(one) <= len(other) or not other:
        return False
    if one[-1] in _GENERATIONS and other[-1] not in _GENERATIONS:
        one = one[:-1]
    left = list(other)
    for place, word in enumerate(reversed(one)):
        if not left:
            return word not in _OTHER_PLACE
        if word == left[-1]:
            left.pop()
        elif place == 0 or not _INITIAL.fullmatch(
            word
        ):  # only an initial in the middle may be left out
            return False
    return not left


@lru_cache(maxsize=16_384)
def _fold_word(word: str) -> str:
    if len(word) <= 4:
        return _SHORT_FORMS.get(word, word)
    word = re.sub(r"(?<=[aou])e(?=[a-z])", "", word)  # ue is ü, and anyascii writes ü as u
    word = _BRITISH.sub(lambda ending: _AMERICAN[ending[0]], word.replace("z", "s"))
    return re.sub(r"(.)\1+", r"\1", re.sub("[yj]", "i", word))


def _full_name(surname: str, article: str, articles: Sequence[str]) -> list[str]:
    before = rf"(?:[{_CAPITAL}](?:[\w’'-]+|\.)[^\S\n]){{1,3}}"
    mentions = re.findall(rf"{before}{re.escape(surname)}(?![\w-])", article)
    names = {_without_initials(_without_titles(mention, articles)) for mention in mentions}
    longer = [name for name in names if len(name) > 1]
    if len(longer) == 1:
        return list(longer[0])
    return [surname]  # two of one surname: nobody knows which is meant


def _without_initials(name: Sequence[str]) -> Words:
    first, *rest = name
    return (first, *(word for word in rest if len(word.rstrip(".")) > 1))


def _without_titles(name: str, articles: Sequence[str]) -> list[str]:
    """Return the words of a name without the titles before it.

    They begin at the first word that is neither a title nor a country's adjective.
    """
    words = name.split()
    while len(words) > 1 and (countries.place_of(words[0]) or _is_title(words[0], articles)):
        words = words[1:]
    return words


def _is_title(word: str, articles: Sequence[str]) -> bool:
    """Whether a word is "Ms", or the articles also write it in lower case."""
    small = word.rstrip(".,").casefold()
    return small in _HONORIFICS or any(small in _small_words(text) for text in articles)


@lru_cache(maxsize=256)
def _small_words(text: str) -> frozenset[str]:
    """Return the words that a text writes in lower case."""
    return frozenset(filter(str.islower, set(re.findall(r"[\w-]+", text))))
