"""Title, outlet and date of a bare text file, if the text says them; unknown stays unknown (None).

A wrong date or outlet is worse than none, so each rule wants the text to say it outright: a date
line or a news agency's dateline for the date, the outlet's own words for the outlet. Dates are read
by dateparser, which must find a day, a month and a year.
"""

from __future__ import annotations

import datetime as dt
import re

import dateparser

from index.text.boilerplate import without_boilerplate

_HEAD_LINES = 12
_TAIL_LINES = 4
_TITLE_CHARACTERS = range(12, 161)
_SHORT_LINE = 40  # characters: a shorter line with a date holds nothing else
_SENTENCE_LINE = 80  # characters: a longer line that ends a sentence is the story
_MOST_WORDS_BESIDE_DATE = 9
_LONGEST_LINE = 500  # characters in which an outlet names itself

_MONTH = r"""(?:
    jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july?
  | aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | nov(?:ember)? | dec(?:ember)?
)\.?"""
_FULL_DATE = rf"""(?:
    {_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}     # October 14, 2022
  | \d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH},?\s\d{{4}}     # 14th Oct. 2022
  | \d{{4}}-\d{{2}}-\d{{2}}                             # 2022-10-14
)"""
_DATE_LINE = re.compile(  # "Published: 14 October 2022"
    rf"^(?P<before>.{{0,60}}?)(?P<date>{_FULL_DATE})(?P<after>.{{0,50}})$",
    re.IGNORECASE | re.VERBOSE,
)
_DATELINE = re.compile(  # "GENEVA, Oct. 14, 2022 (Example) — Ministers signed ..."
    rf"^[A-Z][\w\ .,'’/-]{{1,40}},\s(?i:(?P<date>{_FULL_DATE}))\s*(?:\([\w\ .]+\)\s*)?[—–-]",
    re.VERBOSE,
)
_BYLINE_OR_CAPTION = re.compile(r"\([^)]{2,30}\)$|^By [A-Z]")  # "... meeting (AFP)", "By Jane Doe"

_OUTLET_SAYS = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        # "Source: Example World and agencies"
        r"""^[Ss](?:ource|OURCE)\s*:\s*(?P<name>[A-Z][\w.&'’/\ -]{1,40}?)
            (?:\s+and\s+(?:news\s+)?agencies)?\.?$""",
        # "Example TV’s website can also be accessed at ..."
        r"""^(?P<name>[A-Z][\w.&/\ -]{1,30}?)[’']s\ website\ can\ (?:also\ )?be\ accessed""",
        # "Example/EX journalists report the news in 27 languages ..."
        r"""^(?P<name>[A-Z][\w.&/\ -]{1,30}?)\ journalists\ report\ the\ news""",
        # "With reporting by Example’s Ukrainian Service"
        r"""\breporting\ by\ (?P<name>[A-Z][\w.&/-]{1,30})[’']s\ [\w\ ]+\ Services?\b""",
        # "© 2022 Example Media. All rights reserved."
        r"""^(?:©|\(c\)|Copyright)\s*(?:©\s*)?(?:\d{4}\s+)?
            (?P<name>[A-Z][\w.&'’/\ -]{1,40}?)(?:\.|,)?
            (?:\s+[Aa]ll\ [Rr]ights\ [Rr]eserved.*)?$""",
    )
)
_MASTHEAD = re.compile(r"^(?P<name>(?:The )?[A-Z][\w’'.&-]*(?: [A-Z][\w’'.&-]*){0,3}) news$")


def title_in(text: str) -> str | None:
    """Return the first line before the first full paragraph that reads like a headline."""
    for start, end in without_boilerplate(text)[:_HEAD_LINES]:
        for line in text[start:end].splitlines()[: 2 * _HEAD_LINES]:
            line = _single_spaced(line)
            if not line or _MASTHEAD.match(line):
                continue
            ends_sentence = re.search(r"[.;:,][\"”’']?$", line) is not None
            if not ends_sentence and _reads_like_title(line):
                if _DATE_LINE.match(line) and len(line) < _SHORT_LINE:
                    return None
                return line
            if ends_sentence and len(line) > _SENTENCE_LINE:
                return None  # the story has begun
    return None


def published_in(text: str) -> dt.date | None:
    """Return the day of a date line or of an agency's dateline."""
    lines = _lines(text)
    for line in dict.fromkeys([*lines[:_HEAD_LINES], *lines[-_TAIL_LINES:]]):
        date = _date_said(line)
        if date is None:
            continue
        found = dateparser.parse(date, languages=["en"], settings={"STRICT_PARSING": True})
        if found is not None:
            return found.date()
    return None


def outlet_in(text: str) -> str | None:
    """Return the outlet, if the text's own boilerplate names it."""
    lines = _lines(text)
    for line in lines[:3]:
        masthead = _MASTHEAD.match(line)
        if masthead is not None:
            return masthead["name"]
    for line in lines:
        if len(line) >= _LONGEST_LINE:
            continue
        for pattern in _OUTLET_SAYS:
            found = pattern.search(line)
            if found is not None:
                return found["name"].strip()
    return None


def _lines(text: str) -> list[str]:
    """Return the lines that hold something, single-spaced."""
    return [_single_spaced(line) for line in text.splitlines() if line.strip()]


def _single_spaced(line: str) -> str:
    return " ".join(line.split())


def _reads_like_title(line: str) -> bool:
    if len(line) not in _TITLE_CHARACTERS or len(line.split()) < 3:
        return False
    return _BYLINE_OR_CAPTION.search(line) is None


def _date_said(line: str) -> str | None:
    """Return the words of the date that a line gives as that of the article.

    A sentence that mentions a day is no such line.
    """
    dateline = _DATELINE.match(line)
    if dateline is not None:
        return dateline["date"]
    found = _DATE_LINE.match(line)
    if found is None or line.endswith((".", "?", "!")):
        return None
    if len(f"{found['before']} {found['after']}".split()) > _MOST_WORDS_BESIDE_DATE:
        return None
    return found["date"]
