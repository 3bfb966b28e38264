"""An article of LexisNexis, from the lines of its block.

Nexis Uni writes title, outlet, day, fields, "Body", the words, fields, "End of Document". The form
before begins with "1 of 20 DOCUMENTS". Outlet and day follow, below the copyright or without it.
Then come the title and the fields in capitals. Captions and indexing are left out. The summary
above a story and the correction below it are of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.corpus.loaders.export_days import dated, day_in
from index.corpus.loaders.fields import Fields, names_in_line

END = "End of Document"
BEGIN = re.compile(r"(?:Document )?\d+ of \d+ DOCUMENTS?|Document \d+ of \d+")

_COPYRIGHT = re.compile(r"(?:Copyright|©|\(c\))\s.*\d{4}.*|All Rights Reserved\.?", re.IGNORECASE)
_LENGTH = re.compile(r"Length:\s*[\d,]+ words", re.IGNORECASE)
_BODY = re.compile(r"Body:?", re.IGNORECASE)
_FIELD = re.compile(
    r"""(?P<name> Section | Length | Byline | Headline | Highlight | Dateline | Body | Series
          | Abstract | Type | Source | Distribution | Language | Edition
        ) (?: :\s*(?P<value>.*) | $ )""",
    re.IGNORECASE | re.VERBOSE,
)
_SUMMARIES = ("highlight", "abstract")
_EDITION = re.compile(
    r".*\bEdition\b.*|.*\bFinal\b|Correction Appended|\d\d?:\d\d\b.*", re.IGNORECASE
)
_MOST_FIELDS = 15  # lines between the day of an article and its words
_AFTER_STORY = re.compile(
    r"""Load-Date:.* | LOAD-DATE:.* | Classification | Graphic | GRAPHIC:.* | End\ of\ Document
      | Correction-Date:?.* | (?i:Language):\ *[A-Za-z]+(?:[ ;,/]+[A-Za-z]+){0,2}
      | PUBLICATION-TYPE:.* | Publication-Type:.* | CORRECTION-DATE:.* | CORRECTION:.*
      | UPDATE:.* | DOCUMENT-TYPE:.* | JOURNAL-CODE:.* | URL:.* | SUBJECT:.*
      | Copyright\ (?:©\ |\(c\)\ )?\d{4}\b.*
    """,
    re.VERBOSE,
)
_LAST_FIELD = re.compile(r"[A-Z][A-Z-]+:.*|Copyright .*|Classification|Graphic|End of Document")
_CORRECTION = re.compile(r"CORRECTION:\s*")
_OF_PAGE = ("Link to PDF", "Link to Image")  # what stands for a picture in Nexis Uni


def article(block: list[str]) -> Fields | None:
    """Return an article of Nexis Uni."""
    ends = (at for at, line in enumerate(block) if _BODY.fullmatch(line) or _LENGTH.fullmatch(line))
    above = block[: next(ends, len(block))]
    places = [at for at in range(2, len(above)) if dated([block[at]]) is not None]
    if not places:
        return None
    at = places[0] if len(above) == len(block) else places[-1]  # a search has days too
    return _fields(block, block[at - 2], block[at - 1], at)


def old_article(block: list[str]) -> Fields | None:
    """Return an article of LexisNexis before Nexis Uni."""
    at = dated(block)
    if at is None or at < 1 or at + 1 >= len(block):
        return None
    head = _without_edition(block[at + 1 : _first_field(block, at + 1)])
    named = _values(block[at + 1 : at + _MOST_FIELDS], "headline")
    title = next(named, " ".join(head))
    outlets = [line for line in block[:at] if not _COPYRIGHT.fullmatch(line)]
    if not title or not outlets:
        return None
    return _fields(block, title, outlets[-1], at)


def _fields(block: list[str], title: str, source: str, at: int) -> Fields:
    """Return the article whose day stands in line `at` of its block."""
    begin = _story_begins(block, at + 1)
    head, story = block[at:begin], block[begin:]
    end = next((n for n, line in enumerate(story) if _AFTER_STORY.fullmatch(line)), len(story))
    story, tail = story[:end], story[end:]
    bylines = (re.sub("^by ", "", one, flags=re.IGNORECASE) for one in _values(head, "byline"))
    summaries = [one for name in _SUMMARIES for one in _values(head, name)]
    words = [*summaries, *(line for line in story if line not in _OF_PAGE), *_corrections(tail)]
    return Fields(
        "\n\n".join(words),
        title=title,
        source=source,
        published=day_in(block[at]),
        authors=names_in_line(next(bylines, "")),
    )


def _without_edition(lines: list[str]) -> list[str]:
    """Return the lines of a title, without the edition above it."""
    while len(lines) > 1 and _EDITION.fullmatch(lines[0]):
        lines = lines[1 + (lines[0].endswith(";") and len(lines) > 2) :]  # "Edition 1;", "Scotland"
    return lines


def _first_field(block: Sequence[str], begin: int) -> int:
    """Return the place of the first field; without one, the line after `begin`."""
    for at in range(begin, min(len(block), begin + _MOST_FIELDS)):
        if _FIELD.fullmatch(block[at]) or _COPYRIGHT.fullmatch(block[at]):
            return at
    return begin + 1


def _story_begins(block: Sequence[str], below: int) -> int:
    """Return where the words begin: after "Body", else after the last field."""
    places = range(below, min(len(block), below + _MOST_FIELDS))
    for at in places:
        if _BODY.fullmatch(block[at]):
            return at + 1
    begin = _first_field(block, below)
    for at in places:
        if _LENGTH.fullmatch(block[at]):
            begin = at + 1
            break
    while begin < len(block) and _FIELD.fullmatch(block[begin]):
        begin += 1
    return begin


def _values(lines: Sequence[str], name: str) -> Iterator[str]:
    """Yield the values of a field."""
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is not None and field["name"].lower() == name and field["value"]:
            yield field["value"]


def _corrections(tail: Sequence[str]) -> Iterator[str]:
    """Yield the correction among the fields below a story."""
    inside = False
    for line in tail:
        if _CORRECTION.match(line):
            inside = True
            line = _CORRECTION.sub("", line)
        elif _LAST_FIELD.fullmatch(line):
            inside = False
        if inside and line:
            yield f"Correction: {line}"
