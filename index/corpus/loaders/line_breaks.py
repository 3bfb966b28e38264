"""Words that are broken at the end of a line, made whole as they were written.

A hyphen there may be the word's own ("Saint-Malo", "well-known") or that of the break
("nego-tiations"). Whether the whole word is known tells which: from the rest of the text, or as a
word of English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from index.text.vocabulary import english_words

_ENDS_OPEN = re.compile(r"[^\W_][-\u2010\u2011\u00ad–—/]$")  # no space before the sign
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|et|ou)\b")  # "two- and three-year terms"
_LAST_LETTERS = re.compile(r"(?P<before>[^\s]*?)(?P<letters>[^\W\d_]+)[-\u2010\u2011]$")
_FIRST_LETTERS = re.compile(r"[^\W\d_]+")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SECOND_PARTS = frozenset(  # of compounds whose first part need not be known: "glitched-out"
    "out off up down away based led free old like style wide long strong".split()
)
_HYPHENED = re.compile(
    r"(?<![\w-])(?P<left>[^\W\d_]{3,})-(?P<right>[a-zà-ÿ]+)(?![\w-])"  # "invest-ments"
)
_WORDS_OF_ONE_LETTER = "AI"
_BREAK_WITHIN = re.compile(r"(?P<left>[^\W\d_]+)- (?P<right>[^\W\d_]+)")
_FEWEST_LETTERS = 3  # of a part that is a word of its own


def without_glyphs(text: str) -> str:
    """Return a text without ligatures, and without soft hyphens inside lines."""
    return re.sub(r"\u00ad(?!\n|$)", "", text.translate(_LIGATURES))


def without_soft_hyphens(line: str) -> str:
    """Return a line without soft hyphens that a file draws: "invest-ments".

    A hyphen counts as soft if its parts make a word of English, and the second part is no word by
    itself. Words such as "e-mails" and "co-ordinate" keep theirs: their first part is too short.
    """
    return _HYPHENED.sub(_without_soft_hyphen, line)


def join_lines(last: str, line: str, known: Set[str]) -> str | None:
    """Return `last` as it stands before `line`, if a word goes on there.

    None if no word does. `known` has the words that are whole, in lower case.
    """
    if len(last) == 1:
        return _before_drop_cap(last, line, known)
    if not _ENDS_OPEN.search(last) or not line[0].isalnum():
        return None
    if last.endswith("\u00ad"):
        return last[:-1]
    if last.endswith(("–", "—", "/")):
        return last
    if _SUSPENDED.match(line):
        return None
    ending, beginning = _LAST_LETTERS.search(last), _FIRST_LETTERS.match(line)
    if ending is None or beginning is None or not line[0].islower():
        return last  # "15-year-old", "Saint-Malo"
    left, right = ending["letters"].casefold(), beginning.group().casefold()
    if f"{left}-{right}" in known:
        return last
    if left + right in known:
        return last[:-1]
    if right in _SECOND_PARTS:
        return last
    fewest = 2 if ending["before"].endswith("-") else _FEWEST_LETTERS  # "mother-in-law"
    if {left, right} <= known and len(left) >= fewest and len(right) >= _FEWEST_LETTERS:
        return last
    return last[:-1]


def _before_drop_cap(letter: str, line: str, known: Set[str]) -> str | None:
    """Return a large first letter as it stands before its line: "T" before "he mayor"."""
    first = _FIRST_LETTERS.match(line)
    if first is None or not (letter.isalpha() and letter.isupper()):
        return None
    rest = first.group().casefold()
    if letter in _WORDS_OF_ONE_LETTER and len(rest) > 1 and rest in english_words():
        return f"{letter} "
    if f"{letter}{rest}".casefold() in known:
        return letter
    return None


def without_breaks(line: str, known: Set[str]) -> str:
    """Return a line with words whole that PDFium joined with a space ("Saint- Malo").

    A word counts as broken if it is known as a whole.
    """

    def whole(found: re.Match[str]) -> str:
        left, right = found["left"], found["right"]
        if f"{left}-{right}".casefold() in known:
            return f"{left}-{right}"
        is_part = right.islower() and right not in english_words()
        if is_part and f"{left}{right}".casefold() in known:
            return left + right
        return found.group()

    return _BREAK_WITHIN.sub(whole, line)


def _without_soft_hyphen(found: re.Match[str]) -> str:
    left, right = found["left"], found["right"]
    words = english_words()
    if f"{left}{right}".casefold() in words and right not in words:
        return left + right
    return found.group()


def words_in(lines: Iterable[str]) -> set[str]:
    """Return the words that stand whole in some lines, in lower case.

    A compound is one word. What is broken at the end of a line is left out.
    """
    words: set[str] = set()
    broken = False
    for line in lines:
        inside = _COMPOUND.findall(line.casefold())
        if broken:
            inside = inside[1:]
        broken = line.endswith(("-", "\u00ad"))
        if broken:
            inside = inside[:-1]
        words.update(inside)
    return words
