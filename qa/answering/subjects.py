"""The names that a question is about, and whether an article names them.

An article that never names Georgia does not say who its president is, however well a sentence of it
fits. Names are found by the parse. Limits: a name typed in lower case is not seen; abbreviations
are left out, since an article may write them in full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

from index.types import Article
from qa.answering.countries import place_of
from qa.answering.parsing import name_runs
from qa.types import Citation, Hit

Name = tuple[str, ...]

_STEM = 5  # letters that "Spain" shares with "Spaniards", and most names with their adjectives
_IES = re.compile(r"ies$")  # Tories, Tory
_MOST = 2 / 3  # of a name's words: an article may leave one out


@lru_cache(maxsize=64)
def names_of(question: str) -> tuple[Name, ...]:
    """Return the names in a question, each as its words; no abbreviations."""
    runs = [[word for word in run if not word.isupper()] for run in name_runs(question)]
    return tuple(tuple(re.findall(r"\w+", " ".join(run))) for run in runs if run)


def of_its_subject(question: str, citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations whose article has all names that the question has."""
    names = names_of(question)
    return [
        one for one in citations if all(is_named(name, words_of(one.article)) for name in names)
    ]


def unnamed(question: str, hits: Sequence[Hit]) -> list[str]:
    """Return the names in a question that no hit's article has."""
    return [
        " ".join(name)
        for name in names_of(question)
        if not any(is_named(name, words_of(hit.article)) for hit in hits)
    ]


def is_named(name: Name, text: str) -> bool:
    """Whether a text has the last word of a name, or most words.

    A country counts by each of its names.
    """
    stems = _stems(text)
    found = [word for word in name if _stem(word) in stems]
    if _stem(name[-1]) in stems or len(found) >= _MOST * len(name):
        return True
    place = place_of(" ".join(name))
    return place is not None and place in _places(text)


def times_named(name: Name, text: str) -> int:
    """Return how often a text has the last word of a name, or a country by any name."""
    place = place_of(" ".join(name))
    by_place = 0 if place is None else _places(text)[place]
    return max(_stems(text)[_stem(name[-1])], by_place)


def words_of(article: Article) -> str:
    """Return all that an article says, with its title and outlet."""
    return f"{article.title or ''} {article.source or ''} {article.text}"


def _stem(word: str) -> str:
    return _IES.sub("y", anyascii(word).casefold())[:_STEM]


@lru_cache(maxsize=256)
def _stems(text: str) -> Counter[str]:
    """Return how often a text has each word, by its first letters."""
    return Counter(map(_stem, re.findall(r"\w+", text)))


@lru_cache(maxsize=256)
def _places(text: str) -> Counter[str]:
    """Return how often a text names each country, by its one name."""
    runs = re.findall(r"\b[A-Z][\w.]+(?:\s[A-Z][\w.]+)*", text)
    names = [name for run in runs for name in {run, *run.split()}]
    return Counter(place for name in names if (place := place_of(name)) is not None)
