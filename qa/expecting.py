"""What kind of answer a question asks for, whether a span is of that kind, and how much of it the question says itself.

By the question's words and the span's own signs: digits, words for numbers and times, capitals. A reader that is near
the right place may still offer "Downed" to "when was it downed?"; what these two signs are worth beside what it says
is fitted by training/calibrate.py. Limits: English; of a "what" question nothing is expected.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KINDS = (
    (
        "how many",
        r"\bhow (?:many|much|old|long|often|far|big|large|tall|high)\b|\b(?:what|which) (?:number|percentage|percent|share|proportion)\b",
    ),
    ("who", r"\b(?:who|whom|whose)\b"),
    ("when", r"\bwhen\b|\b(?:what|which) (?:year|month|day|date|time|decade|century)\b"),
    ("where", r"\bwhere\b|\b(?:what|which) (?:country|city|state|place|town|continent|nation|region)\b"),
)
_NUMBER = (
    r"\d|\b(?:an?|no|none|half|twice|once|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?"
    r"|millions?|billions?|trillions?|dozens?|several|few|many|most|all)\b"
)
_TIME = (
    r"\b1\d{3}\b|\b20\d\d\b|\d(?:st|nd|rd|th)\b|\d\s?[ap]\.?m\b|\d:\d\d|\d0s\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|spring|summer|autumn|winter|today|yesterday|tomorrow|tonight|now|noon|midnight|morning|afternoon|evening|night|dawn|dusk|early|late|later"
    r"|ago|last|next|after|before|during|since|until|when|while|once|(?:second|minute|hour|day|week|month|year|decade|century|centurie)s?"
    r"|christmas|easter|ramadan|war|era|age|reign)\b"
)
_SIGNS = {
    "how many": _NUMBER,
    "when": _TIME,
    "who": r"[^\W\d_a-z]|\b(?:he|she|they|i|we)\b",
    "where": r"[^\W\d_a-z]|\b(?:in|at|on|near|from|to)\b",
}
_STEM = 6  # letters by which two words are one: "died" and "dies" are not, "brokered" and "brokers" are


@lru_cache(maxsize=1_024)
def question_kind(question: str) -> str:
    """who, when, where, how many, or other: by the question word."""
    text = question.casefold()
    return next((kind for kind, words in _KINDS if re.search(words, text)), "other")


def suits(question: str, text: str) -> float:
    """1 where the span is of the kind that the question asks for, -1 where it is not, 0 where nothing is expected."""
    kind = question_kind(question)
    if kind == "other":
        return 0.0
    return 1.0 if re.search(_SIGNS[kind], text if kind in ("who", "where") else text.casefold()) else -1.0


def echoes(question: str, text: str) -> float:
    """The share of the span's words that stand in the question, from 0 to 1: an answer says what the question does not."""
    asked = {word[:_STEM] for word in re.findall(r"\w+", question.casefold())}
    words = re.findall(r"\w+", text.casefold())
    return sum(word[:_STEM] in asked for word in words) / len(words) if words else 1.0
