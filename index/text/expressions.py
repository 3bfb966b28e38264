"""The grammar of expressions of time, for questions, passages and spans.

A match has a kind, the name of its alternative. index/text/moments.py resolves each kind. Limits:
English only; of holidays only those of one day (index/text/holidays.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.text.holidays import NAMES

# Pieces of regular expressions, for other grammars that need them.
LONG_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
SHORT_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
MONTH_NAMES = tuple(LONG_MONTHS.split("|"))
YEAR = r"(?:19|20)\d{2}"
_COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine)\b)?)"
)

_MONTH = rf"(?:{LONG_MONTHS}|(?:{SHORT_MONTHS})\.?)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d|[,.]\d)"  # not of "May 3,200"
_DATE = rf"(?:{_MONTH}\s\d|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}\b)"  # how a day of a month begins
_UNIT = r"(?:day|week|month|year)s?"
_NOT_FROM_NOW = "".join(
    rf"(?<! \b{word}\s )" for word in ("in", "for", "over", "into", "within", "during")
)
_EVENT = (
    r"(?:action|announcement|attack|briefing|debate|decision|deal|election|episode|finals?|forecast"
    r"|game|hearing|launch|match|meeting|news|program|quiz|report|ruling|session|show|speech"
    r"|statement|stories|summit|talks|trading|verdict|visit|vote)\b"
)
_OF_YEAR = r"(?:,?\s(?:of\s)?(?:last|this|next)\syear)"
_SPOKEN_YEAR = (
    r"(?:nineteen[\s-](?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|the\syear\stwo\sthousand)"
)
_TIME = re.compile(
    rf"""
    (?<![\w,.]) (?=[\dA-FJL-PSTV-WYae-flnosty])             # what one can begin with
    (?: (?P<iso>
            {YEAR} (?P<sign>[-/]) (?:0[1-9]|1[0-2])         # 2022-10-14
            (?P=sign) (?:0[1-9]|[12]\d|3[01])               # 2022/10/14
        )
      | (?P<day>
            (?: (?:{WEEKDAYS}),?\s )?                       # Friday, October 14
            (?: (?: (?<! \bIn\s )                           # not In May 20 people fled
                  | (?= {_MONTH}\s+{_DAY},?\s{YEAR} ) )
                {_MONTH}\s+{_DAY}                           # October 14; Oct. 14th
              | {_DAY}\s(?:of\s)?{_MONTH}                   # 14 October; 14th of October
            )
            (?: (?P<day_year> ,?\s{YEAR} )                  # October 14, 2022
              | {_OF_YEAR}                                  # 14 October last year
            )?
        )
      | (?P<month>
            (?: {LONG_MONTHS}                               # September
              | (?:{SHORT_MONTHS})\.?                       # Sept. 2022: a short name has a year
                (?= ,?\s(?:of\s)?{YEAR} )
            )
            (?: (?P<month_year> ,?\s(?:of\s)?{YEAR} )      # September of 2022
              | {_OF_YEAR}                                  # September last year
              | (?P<month_spoken> \s(?i:{_SPOKEN_YEAR}) )   # September nineteen ninety-six
            )?
        )
      | (?P<weekday>
            (?<! \b[Nn]ext\s ) (?<! \b[Ee]very\s ) (?<! \b[Ee]ach\s )
            (?<! \bprevious\s ) (?<! \bfollowing\s )
            (?<! \bBlack\s ) (?<! \bGood\s ) (?<! \bSuper\s ) (?<! \bThe\s )
            (?:{WEEKDAYS})                                  # Friday
            (?! \s(?!Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z] )    # not Sunday Times
            (?! ['’]s?\s[A-Z] )                             # not in Sunday's Child
        )
      | (?P<relative> (?i:
            yesterday | tomorrow | tonight
          | (?-i: (?<![A-Z]{{2}}\s) ) today                  # not in USA Today
            (?! ['’]s\b (?! \s(?:\w+\s)?{_EVENT} ) )         # today's vote, not today's world
          | last\snight
          | this\s(?:morning|afternoon|evening)             # this morning
          | (?:last|this|next)\s(?:week(?:end)?|month|year) # last week
          | (?:earlier|later)\sin\sthe\syear                # earlier in the year
          | (?:on|last|next)\s(?:{WEEKDAYS}) (?! ,?\s{_DATE} )    # on Friday; next Friday
          | {_COUNT}\s{_UNIT}\s(?:ago|from\snow)            # three days ago
            (?: \s(?:today|this\s(?:week|month)) )?          # a year ago this month
          | the\sday\s(?:before\syesterday|after\stomorrow)
        ))
      | (?P<anchored> (?i:
            years?[-\s]earlier                              # the year-earlier loss
          | (?: {_COUNT}\syears? | (?:a|one)\sday ) \searlier (?! \sthan\b )
          | (?:the|that)\ssame\s(?:day|month|year) (?! \s(?:as|of|that|last|in|a)\b )
          | that\syear                                       # that year
          | the\s(?:following|previous)\s(?:day|month|year) # the following month
          | {_NOT_FROM_NOW} the\snext\s(?:day|month|year)   # the next year he came back
          | the\s(?:day|month|year)\sbefore (?= [,.;] )     # the year before, it fell
          | (?:end|start|beginning|middle|rest)\sof\sthe\s(?:month|year)
          | year['’]s\send                                   # by year's end
        ))
      | (?P<holiday>
            (?: {NAMES} ) (?P<holiday_year> ,?\s{YEAR} )?     # Election Day 2020
            (?! \s[A-Z] | \s(?:weekend|sales?|deals?|parade)\b )      # not Labor Day Weekend
          | (?: (?<= \bby\s ) | (?<= \bat\s ) | (?<= \bsince\s ) | (?<= \buntil\s )
              | (?<= \bbefore\s ) | (?<= \baround\s ) )
            year [-\s] end                                  # by year-end
        )
      | (?P<year> {YEAR} (?!\.\d) )                         # 2022
      | (?P<spoken_year> (?i: {_SPOKEN_YEAR} ))             # nineteen ninety-six
    )
    (?!\w)
    """,
    re.VERBOSE,
)

# What stands before "May" if it is the month and not the verb, and after "March" if it is a march.
_BEFORE_MAY = re.compile(
    rf"""
    \b(?: in | last | this | next | since | of | until | between | early | late | mid    # in May
        | (?:{LONG_MONTHS})\s(?:and|or|to|through)                           # April and May
    )[\s-]$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_A_MARCH = re.compile(r"\s(?:for|on)\s[A-Z]")  # "March for Life"


def expressions(text: str) -> Iterator[re.Match[str]]:
    """Yield the expressions of time of a text.

    A "May" that is more likely the verb is left out, and a "March" that is an event.
    """
    for match in _TIME.finditer(text):
        if match[0] == "May" and not _BEFORE_MAY.search(text, 0, match.start()):
            continue
        if match[0] == "March" and _AFTER_A_MARCH.match(text, match.end()):
            continue
        yield match
