"""Title, outlet and date of a bare text file, if the text says them.

Unknown stays unknown (None). A wrong date or outlet is worse than none, so each rule wants the text
to say it outright. The outlet is read from its own words. The day of publication is read from a
label ("Published: ..."), a byline or an agency's dateline. A line above the story that is only a
date gives it too, if the story was not changed before. A day must have a year. "03/04/2026" is no
day, since it is two.
"""

from __future__ import annotations

import datetime as dt
import re

from index.text.boilerplate import without_boilerplate
from index.text.days import day_of
from index.text.moments import resolve
from index.text.undated import OTHER_STORIES

_HEAD_LINES = 12
_TAIL_LINES = 4
_TITLE_CHARACTERS = range(12, 161)
_SHORT_LINE = 40  # characters: a shorter line with a date holds nothing else
_SENTENCE_LINE = 80  # characters: a longer line that ends a sentence is the story
_LONGEST_LINE = 500  # characters in which an outlet names itself

_MONTH = r"""(?:
    jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july?
  | aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | nov(?:ember)? | dec(?:ember)?
)\.?"""
_FULL_DATE = rf"""(?:
    {_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}     # October 14, 2022
  | \d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH},?\s\d{{4}}     # 14th Oct. 2022
  | \d{{4}}-\d{{2}}-\d{{2}}                             # 2022-10-14
)(?!\d(?!\d?:\d\d))"""  # "October 14, 20225:00 AM" has a time after it
_WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
_NUMBERS = r"""(?P<numbers> \d{1,4} (?P<between>[./]) \d{1,2} (?P=between) \d{1,4} )(?!\d)"""
_CLOCK = r"""(?:
    t?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:z|\s?[ap]\.?m\.?)?   # 19:42; 10.15 a.m.; T08:00:00Z
  | \d{1,2}\s?[ap]\.?m\.?                               # 9 am
)(?:\s (?: \(?[a-z]{2,5}\)? | [a-z]+\s(?:standard|daylight)\stime ))?"""  # 10:15 GMT
_LABELLED = re.compile(
    rf"""
    ^(?: (?P<published>
            (?:(?:first|originally)\s)? published           # Originally published Aug. 18, 2015
          | posted | publication\sdate | date\spublished | for\simmediate\srelease
         )
       | (?P<head> date | issued | dateline )               # Date: Oct. 14, 2022
       | (?P<updated>                                       # Updated 19:42, 4 November 2026
            (?:last\s)? (?:updated|modified) | date\smodified
         )
    )
    (?:\sby\s[^\d:]{{2,60}})?                              # Posted by Jane Doe on May 3, 2022
    (?:\s(?:on|at))? \s*[:|–—-]?\s*
    (?:{_CLOCK}[\s,|·–—-]*)? (?:(?:on\s)?{_WEEKDAY})?
    (?: (?P<date>{_FULL_DATE}) | {_NUMBERS} )               # Published 25/12/2022
    (?!.*\b(?:press|pages|publish(?:ers?|ing)|isbn)\b)      # of a book
    .{{0,80}}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(  # "By Jane Doe | October 14, 2022 10:15 GMT"
    rf"""
    ^By\s[A-Z][^\d]{{2,80}}? [\s,|·•–—-]+
    (?i: (?:{_CLOCK}[\s,|·–—-]*)? (?:{_WEEKDAY})? (?P<date>{_FULL_DATE}) ) .{{0,60}}$
    """,
    re.VERBOSE,
)
_BARE = re.compile(  # "Friday, October 14, 2022 | 10:15 GMT | 3 min read"
    rf"""
    ^(?:{_CLOCK}[\s,|·–—-]*)? (?:{_WEEKDAY})?
    (?: (?P<date>{_FULL_DATE}) | {_NUMBERS} (?=\s{_CLOCK}) )    # 10/14/2022 05:00 AM
    (?:[\s,|·•@/–—-]*(?:at\s)?{_CLOCK})?
    (?:\s*[|·•/].{{0,60}})?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DATELINE = re.compile(  # "GENEVA, Oct. 14, 2022 (Example) — Ministers signed ..."
    rf"""
    ^(?!(?:On|In|At|By|From|Since|Until)\b) [A-Z][\w\ .,'’/-]{{1,40}}
    (?: ,\s | \s*(?:\([\w\ .]+\)\s*)? \s[—–-]+\s )             # GENEVA (Example) — Oct. 14, 2022
    (?i:(?P<date>{_FULL_DATE}))
    [.\s]* (?:(?: \([\w\ .]+\) | /[\w\ .]+/ )[.\s]*)?            # /Example/
    (?: [—–-]+ | (?<=/\.\ ) ) \s* (?= [A-Z\d"“‘'(] )
    """,
    re.VERBOSE,
)
_SENTENCE = re.compile(r"(?<![ap]\.m)[.?!][\"”’']?$")
_PARTS = re.compile(r"\s*[|·•]\s*|\s/\s")  # "Oct. 14, 2022 / Updated Oct. 15, 2022"
_EMPHASIS = re.compile(r"^[*_\s]+|[*_\s]+$|\*\*")  # of Markdown
_EVENT = re.compile(r"^(?:venue|time|where|when|location|place|tickets|rsvp)\s*:", re.IGNORECASE)
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
    """Return the first line above the story that reads like a headline."""
    for start, end in without_boilerplate(text)[:_HEAD_LINES]:
        for line in text[start:end].splitlines()[: 2 * _HEAD_LINES]:
            line = _single_spaced(line)
            if not line or _MASTHEAD.match(line):
                continue
            ends_sentence = re.search(r"[.;:,][\"”’']?$", line) is not None
            if not ends_sentence and _reads_like_title(line):
                if len(line) < _SHORT_LINE and (_BARE.match(line) or _LABELLED.match(line)):
                    return None
                return line
            if ends_sentence and len(line) > _SENTENCE_LINE:
                return None  # the story has begun
    return None


def published_in(text: str) -> dt.date | None:
    """Return the day that a text gives as that of its publication.

    A label outranks a byline or dateline, which outranks a line that is nothing but a date.
    "Updated" counts if nothing else does, or if a bare date is later: it may be the day of a visit.
    Nothing below a heading of other stories counts, and no bare date if the text has several, as a
    timeline has.
    """
    lines = _own_lines(text)
    head, tail = lines[:_HEAD_LINES], lines[-_TAIL_LINES:]
    labelled = [*_parts(head), *tail]
    for day in (_labelled_day(labelled, "published"), _day_of_author(head)):
        if day is not None:
            return day
    if not any(map(_EVENT.match, head)) and _is_one(lines, "head"):
        day = _labelled_day(_above_story(lines), "head")
        if day is not None:
            return day
    days = (_labelled_day(labelled, "updated"), _bare_day(lines))
    return min((day for day in days if day is not None), default=None)


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
    lines = (_single_spaced(_EMPHASIS.sub("", line)) for line in text.splitlines())
    return [line for line in lines if line]


def _single_spaced(line: str) -> str:
    return " ".join(line.split())


def _reads_like_title(line: str) -> bool:
    if len(line) not in _TITLE_CHARACTERS or len(line.split()) < 3:
        return False
    return _BYLINE_OR_CAPTION.search(line) is None


def _own_lines(text: str) -> list[str]:
    """Return the lines above the first heading of other stories."""
    lines = _lines(text)
    for number, line in enumerate(lines):
        if number and len(line) < _SHORT_LINE and OTHER_STORIES.match(line):
            return lines[:number]
    return lines


def _parts(lines: list[str]) -> list[str]:
    """Return lines, each with its parts after it: "10 May 2022 | Updated 11 May 2022"."""
    return [part for line in lines for part in (line, *_PARTS.split(line))]


def _above_story(lines: list[str]) -> list[str]:
    """Return the first lines, up to a long sentence or a second short one."""
    sentences = 0
    for number, line in enumerate(lines[:_HEAD_LINES]):
        if _SENTENCE.search(line):
            sentences += 1
            if sentences > 1 or len(line) > _SENTENCE_LINE:
                return lines[:number]
    return lines[:_HEAD_LINES]


def _labelled_day(lines: list[str], label: str) -> dt.date | None:
    """Return the first day that a line gives with a label of a kind."""
    for line in lines:
        found = _LABELLED.match(line)
        if found is None or found[label] is None or _SENTENCE.search(line):
            continue
        day = _stated(found)
        if day is not None:
            return day
    return None


def _day_of_author(lines: list[str]) -> dt.date | None:
    """Return the day of a byline or of an agency's dateline."""
    for line in lines:
        found = _DATELINE.match(line)
        if found is None and not _SENTENCE.search(line):
            found = _BYLINE.match(line)
        if found is not None:
            return _day(found["date"])
    return None


def _is_one(lines: list[str], label: str) -> bool:
    """Whether a text has one line with a label of a kind."""
    found = map(_LABELLED.match, lines)
    return sum(one is not None and one[label] is not None for one in found) == 1


def _bare_day(lines: list[str]) -> dt.date | None:
    """Return the day of the one line above the story that is nothing but a date."""
    days = {_stated(found) for found in map(_BARE.match, lines) if found is not None}
    if len(days) != 1:
        return None
    before = ""
    for line in _above_story(lines):
        if _BARE.match(line):
            return None if before.endswith(":") else days.pop()
        before = line
    return None


def _stated(found: re.Match[str]) -> dt.date | None:
    """Return the day that a line states, in words or in numbers."""
    if found["date"] is None:
        return _day_of_numbers(found["numbers"])
    return _day(found["date"])


def _day(date: str) -> dt.date | None:
    """Return the day of a date with its year."""
    kind = "iso" if date[:4].isdecimal() else "day"
    moment = resolve(date, kind, None)
    return None if moment is None else dt.date.fromisoformat(moment)


def _day_of_numbers(numbers: str) -> dt.date | None:
    """Return the day of "25/12/2022"; None for "03/04/2022", which is two."""
    parts = re.split("[./]", numbers)
    if len(parts[0]) == 4:
        return day_of(*map(int, parts))
    one, other, year = map(int, parts)
    days = {day_of(year, one, other), day_of(year, other, one)} - {None}
    return days.pop() if len(days) == 1 and len(parts[2]) == 4 else None
