"""Countries by each of their names, and cities that changed theirs.

"UK", "Britain" and "British" are the United Kingdom. Names, codes and adjectives come from
countryinfo's tables. What its tables lack stands here. Limits: "Moscow" is not "Russia".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii

if TYPE_CHECKING:
    from countryinfo import CountryInfo

_MORE_NAMES = {
    "Britain": "United Kingdom",
    "Briton": "United Kingdom",
    "America": "United States",
    "Vatican": "Vatican City State",
    "Macedonia": "Republic of Macedonia",
    "DR Congo": "Democratic Republic of the Congo",
    "DRC": "Democratic Republic of the Congo",
    "Democratic Republic of Congo": "Democratic Republic of the Congo",
    "Cabo Verde": "Cape Verde",
    "Emirates": "United Arab Emirates",
    "Turk": "Turkey",
}
_RENAMED_CITIES = {
    "Kiev": "Kyiv",
    "Kharkov": "Kharkiv",
    "Odessa": "Odesa",
    "Lvov": "Lviv",
    "Bombay": "Mumbai",
    "Calcutta": "Kolkata",
    "Madras": "Chennai",
    "Bangalore": "Bengaluru",
    "Rangoon": "Yangon",
    "Saigon": "Ho Chi Minh City",
    "Peking": "Beijing",
    "Katmandu": "Kathmandu",
    "Macau": "Macao",
    "Nur-Sultan": "Astana",
}


def place_of(name: str) -> str | None:
    """Return the one name of a country or a renamed city; None for any other name.

    A country is known by its names, its codes, its adjective and its people ("Cubans").
    """
    key = _key(name)
    if not key[:1].isupper():
        return None
    table = _places()
    return table.get(key) or table.get(key.removesuffix("s"))


@lru_cache(maxsize=1)
def capitals() -> frozenset[tuple[str, str]]:
    """Return each country with its capital, both ways round."""
    pairs = set()
    for country in _countries():
        capital = country.capital()
        if isinstance(capital, str):  # a few have a list of one
            name = _places()[_key(country.name())]
            pairs |= {(name, capital), (capital, name)}
    return frozenset(pairs)


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Return the one name of each place by its names.

    If two countries share a name, the larger has it.
    """
    table: dict[str, str] = {}
    for country in _countries():
        names = [_key(name) for name in _names(country)]
        one_name = table.get(names[0], country.name())  # Burma, after Myanmar
        for name in names:
            table.setdefault(name, one_name)
    for name, one_name in _MORE_NAMES.items():
        table[name] = table[_key(one_name)]
    return table | _RENAMED_CITIES


@lru_cache(maxsize=1)
def _countries() -> list[CountryInfo]:
    from countryinfo import all_countries

    return sorted(all_countries(), key=lambda country: -(country.population() or 0))


def _names(country: CountryInfo) -> Iterable[str]:
    names = (country.name(), country.demonym(), *country.alt_spellings())
    return [name for name in names if name]


def _key(name: str) -> str:
    """Return a name as the table has it: without dots and accents."""
    return anyascii(name).replace(".", "")
