"""Times, names and noun phrases of a short English text, by regular expressions.

`qa.answering.follow_ups` completes questions from them. Limits: English; a name is known by its
capital letters, a noun phrase by its article.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIMES = (
    rf"{_MONTH}(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d)?",  # "September 14, 2022"
    rf"\d{{1,2}} {_MONTH}(?: (?:19|20)\d\d)?",  # "14 September 2022"
    r"(?:the )?(?:19|20)\d\ds?",  # "the 1990s"
    r"(?:last|this) (?:year|month|week)",  # "last year"
    "yesterday",
    "today",
    rf"(?:last )?{WEEKDAY}",  # "last Friday"
)
_PART_OF_A_TIME = (
    r"(?:(?:early|late|mid)[ -])?"  # "early 2022"
    r"(?:(?:the )?(?:spring|summer|autumn|fall|winter)(?: of)? )?"  # "the summer of 2022"
)
TIME = rf"{_PART_OF_A_TIME}(?:{'|'.join(_TIMES)})"
_AT_A_TIME = rf"(?:(?:in|on|during|of|since|before|after|by|until)\s+)?{TIME}"
WHEN = re.compile(rf"\b{_AT_A_TIME}(?![\w’'])")
ONLY_TIME = re.compile(_AT_A_TIME, re.IGNORECASE)

COUNT = re.compile(
    r"""
    \bhow[ ]many[ ](?P<noun>(?:[a-z]+[ ]){0,2}?[a-z]+)
    (?=
        [ ](?:were|was|are|is|did|do|does|has|have|had|will|would|can|of)\b  # "many people were"
        | [ ][a-z]+ed\b  # "how many people died"
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(
    r"""
    (?<![\w.])[A-Z][\w’'-]*[\w]  # "Armenia"
    (?:\s(?:(?:of|the|de|van|von|al)\s){0,2}[A-Z][\w’'-]*\w)*  # "Bank of England"
    """,
    re.VERBOSE,
)
_NOT_NAMES = frozenset(
    """who whom whose what when where which why how and but the a an in on at is are was were did
    does do has have had i""".split()
)
_STOPS = "|".join(
    """is are was were did does do has have had will would can could be been begin began end ended
    start started happen happened take took last lasted cost by that which who and or but with
    after before until when while because to as put for from on at""".split()
)
_NOUN_PHRASE = re.compile(
    rf"""
    \b(?:the|a|an)\s(?!(?:{_STOPS})\b)[\w’'-]+  # "the truce"
    (?:\s(?!(?:{_STOPS}|in|the|a|an|of|\w+ed)\b)[\w’'-]+){{0,3}}  # "the border clashes"
    (?:
        \s(?:of|in)\s(?:the\s)?(?!(?:{_STOPS})\b)[\w’'-]+  # "the war of 2020"
        (?:\s(?:{_MONTH}|[A-Z][\w’'-]+|(?:19|20)\d\d))?  # "the truce in September 2022"
    ){{0,2}}
    """,
    re.VERBOSE,
)


def noun_phrases(text: str) -> list[str]:
    """Return the noun phrases that begin with an article, in order.

    "The September truce" is one.
    """
    lowered = re.sub(
        r"^(?:the|a|an)\b", lambda match: match[0].lower(), text.strip(), flags=re.IGNORECASE
    )
    return [match[0] for match in _NOUN_PHRASE.finditer(lowered)]


def name_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each name in the text.

    A name is capitalised words that are no question word and no time.
    """
    times = [match.span() for match in WHEN.finditer(text)]
    found = []
    for match in _NAME.finditer(text):
        start, end = _without_question_words(text, *match.span())
        in_a_time = any(first < end and start < last for first, last in times)
        if start < end and not in_a_time:
            found.append((start, end))
    return found


def _without_question_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span after its question words: "Macron" of "Did Macron"."""
    while start < end and text[start:end].split()[0].casefold() in _NOT_NAMES:
        words = text[start:end].split(None, 1)
        if len(words) < 2:
            return end, end
        start = end - len(words[1])
    return start, end


def without_time(question: str) -> str:
    """Return the question without its times.

    An article that a time leaves behind goes too.
    """
    text = WHEN.sub("", question)
    return " ".join(re.sub(r"\bthe\s+(?=(?:in|on|of)\b)", "", text).split())


def replaced(text: str, place: tuple[int, int], phrase: str) -> str:
    """Return the text with the words of one span replaced."""
    start, end = place
    return f"{text[:start]}{phrase}{text[end:]}"


def head(phrase: str) -> str:
    """Return the noun of a phrase in lower case: its last word before "of" or "in"."""
    words = re.split(r"\s(?:of|in|on|at)\s", phrase.casefold())[0].split()
    return words[-1] if words else ""


def is_plural(noun: str) -> bool:
    """Whether a noun ends in one "s": "clashes", but not "loss"."""
    return re.search(r"[^s]s$", noun) is not None


def stem(word: str) -> str:
    """Return the first letters of a word, alike for its forms.

    "Truce" and "truces" have one stem, and so have "brokered" and "brokers". A stem drops up to
    three letters and keeps at least four.
    """
    return word[: max(4, len(word) - 3)]


def long_stems(text: str) -> set[str]:
    """Return the stems of the words that have at least four letters."""
    return {stem(word) for word in re.findall(r"[^\W_]{4,}", text.casefold())}
