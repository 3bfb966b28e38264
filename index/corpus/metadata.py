"""Title, outlet and date of a bare text file, where the text says them; unknown stays unknown (None).

A wrong date or outlet is worse than none, so each rule wants the text to say it outright: a date
line or a news agency's dateline for the date, the outlet's own words for the outlet. Dates are read
by dateparser, which must find a day, a month and a year.
"""

from __future__ import annotations

import datetime as dt
import re

import dateparser

from index.text.boilerplate import without_boilerplate

_HEAD_LINES, _TAIL_LINES = 12, 4
_TITLE_CHARACTERS = range(12, 161)

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_FULL_DATE = rf"(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH},?\s\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})"
_DATE_LINE = re.compile(
    rf"^(?P<before>.{{0,60}}?)(?P<date>{_FULL_DATE})(?P<after>.{{0,50}})$", re.IGNORECASE
)
_DATELINE = re.compile(
    rf"^[A-Z][\w .,'’/-]{{1,40}},\s(?i:(?P<date>{_FULL_DATE}))\s*(?:\([\w .]+\)\s*)?[—–-]"
)

_OUTLET_SAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[Ss](?:ource|OURCE)\s*:\s*(?P<name>[A-Z][\w.&'’/ -]{1,40}?)(?:\s+and\s+(?:news\s+)?agencies)?\.?$",
        r"^(?P<name>[A-Z][\w.&/ -]{1,30}?)[’']s website can (?:also )?be accessed",
        r"^(?P<name>[A-Z][\w.&/ -]{1,30}?) journalists report the news",
        r"\breporting by (?P<name>[A-Z][\w.&/-]{1,30})[’']s [\w ]+ Services?\b",
        r"^(?:©|\(c\)|Copyright)\s*(?:©\s*)?(?:\d{4}\s+)?(?P<name>[A-Z][\w.&'’/ -]{1,40}?)(?:\.|,)?(?:\s+[Aa]ll [Rr]ights [Rr]eserved.*)?$",
    )
)
_MASTHEAD = re.compile(r"^(?P<name>(?:The )?[A-Z][\w’'.&-]*(?: [A-Z][\w’'.&-]*){0,3}) news$")


def title_in(text: str) -> str | None:
    """The first line before the first full paragraph that reads like a headline."""
    for start, end in without_boilerplate(text)[:_HEAD_LINES]:
        for line in text[start:end].splitlines()[: 2 * _HEAD_LINES]:
            line = " ".join(line.split())
            if not line or _MASTHEAD.match(line):
                continue
            ends_a_sentence = re.search(r"[.;:,][\"”’']?$", line) is not None
            credited = (
                re.search(r"\([^)]{2,30}\)$|^By [A-Z]", line) is not None
            )  # a caption or a byline
            if (
                not ends_a_sentence
                and not credited
                and len(line) in _TITLE_CHARACTERS
                and len(line.split()) >= 3
            ):
                return None if _DATE_LINE.match(line) and len(line) < 40 else line
            if ends_a_sentence and len(line) > 80:
                return None  # the story has begun
    return None


def published_in(text: str) -> dt.date | None:
    """The day of a line that is a date line ("Published: 14 October 2022") or of an agency's dateline."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    for line in dict.fromkeys([*lines[:_HEAD_LINES], *lines[-_TAIL_LINES:]]):
        match = _DATELINE.match(line)
        if match is None:
            match = _DATE_LINE.match(line)
            if (
                match is None
                or line.endswith((".", "?", "!"))
                or len(f"{match['before']} {match['after']}".split()) > 9
            ):
                continue  # a sentence that mentions a day is not the day it was published
        found = dateparser.parse(match["date"], languages=["en"], settings={"STRICT_PARSING": True})
        if found is not None:
            return found.date()
    return None


def outlet_in(text: str) -> str | None:
    """The outlet, where the text's own boilerplate names it."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    for line in lines[:3]:
        if match := _MASTHEAD.match(line):
            return match["name"]
    for line in lines:
        for pattern in _OUTLET_SAYS:
            if len(line) < 500 and (match := pattern.search(line)):
                return match["name"].strip()
    return None
