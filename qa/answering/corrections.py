"""Sentences that take back what was printed: "an earlier version said 12 July".

They are told by the words that editors use. Limits: English; a correction that does not say what it
corrects is not seen.
"""

from __future__ import annotations

import re

_EARLIER = re.compile(
    r"""\b(?:
      (?:an?|the|our)\ (?:earlier|previous|original|first)\ (?:version|edition|report|article|story)
    | (?:previously|originally|initially)\ (?:said|stated|reported|gave)\ (?:that\ )?incorrectly
    | (?:misstated|misidentified|misreported|misspelled|misspelt)
    | (?:incorrectly|erroneously|mistakenly|wrongly)\ (?:said|stated|reported|gave|named|identified)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WE_SAID = re.compile(
    r"""\b(?:
      we\ (?:wrote|said|reported|stated|printed)              # we wrote that 14 had died
    | (?:article|story|report)\ (?:on|of|in)\ [^.]{3,30}\ (?:said|stated|gave)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WRONG = re.compile(
    r"""\b(?:
      (?:was|were|is|are)\ (?:wrong|incorrect|inaccurate|untrue|false|not\ (?:true|correct))
    | in\ error | should\ have\ (?:said|read|been) | apologi[sz]e | we\ regret
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SAID = re.compile(r"\b(?:said|announced|reported|stated|told|claimed|confirmed)\b", re.IGNORECASE)
_WITHDREW = re.compile(
    r"""\b(?: withdrew | withdrawn | retracted | took\ back | taken\ back )\b   # they withdrew
    \ (?:\w+\ )?(?: statement | claim | report | announcement | remark | figure )s?\b  # that claim
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REACH = 120  # characters after the sentence in which it is taken back


def takes_back(text: str, sentence: tuple[int, int]) -> bool:
    """Whether the sentence at a place of a text repeats what its outlet takes back."""
    first, last = sentence
    if _EARLIER.search(text, first, last):
        return True
    after = min(len(text), last + _REACH)
    if _SAID.search(text, first, last) and _WITHDREW.search(text, last, after):
        return True  # "Police said that a man was held. They withdrew that statement."
    return bool(_WE_SAID.search(text, first, last) and _WRONG.search(text, first, after))
