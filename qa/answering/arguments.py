"""The bounds of what a caller may ask for. Every way of asking checks them here.

Each check returns the argument as it is used, or raises DatelineError in one clear line.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import SupportsIndex

from index.types import DatelineError

LONGEST_QUESTION = 1_000  # characters
LONGEST_OUTLET = 200  # characters
MOST_OUTLETS = 200
MOST_PASSAGES = 100
_SHOWN = 80  # characters of what was found


def check_question(question: object) -> str:
    """Return a question on one line, without characters that cannot be printed."""
    if not isinstance(question, str):
        raise DatelineError(f"expected a question as text, found {shown(question)}")
    printable = (character if character.isprintable() else " " for character in question)
    text = " ".join("".join(printable).split())
    if not any(character.isalnum() for character in text):
        raise DatelineError("expected a question, found none; ask, for example: who won?")
    if len(text) > LONGEST_QUESTION:
        raise DatelineError(
            f"expected a question of at most {LONGEST_QUESTION} characters, "
            f"found {len(text)}; shorten it"
        )
    return text


def check_passages(k: object) -> int:
    """Return how many passages are asked for, a whole number."""
    number = 0
    if isinstance(k, SupportsIndex) and not isinstance(k, bool):
        number = operator.index(k)
    if 1 <= number <= MOST_PASSAGES:
        return number
    raise DatelineError(f"expected k from 1 to {MOST_PASSAGES} passages, found {shown(k)}")


def check_outlets(source: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the outlets asked for; none means all."""
    if source is None:
        return ()
    if isinstance(source, str):
        source = (source,)
    if not isinstance(source, (list, tuple, set, frozenset)):
        raise DatelineError(f"expected the names of outlets, found {shown(source)}")
    if len(source) > MOST_OUTLETS:
        raise DatelineError(f"expected at most {MOST_OUTLETS} outlets, found {len(source)}")
    for name in source:
        if not isinstance(name, str):
            raise DatelineError(f"expected the name of an outlet, found {shown(name)}")
        if len(name) > LONGEST_OUTLET:
            raise DatelineError(
                f"expected the name of an outlet in at most {LONGEST_OUTLET} characters, "
                f"found {len(name)}"
            )
    return tuple(source)


def shown(value: object) -> str:
    """Return what was found, as an error shows it."""
    return ascii(value)[:_SHOWN]
