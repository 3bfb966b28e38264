"""Many articles in one document, as Factiva and LexisNexis export them.

What tells an export are the lines that end its articles: "End of Document", or "Document" with a
number. Every article is a block of paragraphs: first its fields, then its words. Three forms are
known: LexisNexis since Nexis Uni, LexisNexis before ("1 of 20 DOCUMENTS"), and Factiva with
codes ("HD", "LP") or without. Limits: the fields are known in English alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from index.corpus.loaders.fields import Fields, day, names_in_line
from index.types import Skipped

Read = Callable[[list[str]], Fields | None]  # an article from the lines of its block

# Whatever else an export is, it has one of these.
MAY_BE_EXPORT = re.compile(
    rb"""End\ of\ Document | \d\ of\ \d+\ DOCUMENTS | Document\ [A-Za-z]{2,10}\d{8}""", re.VERBOSE
)
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_DATE = re.compile(rf"{_WEEKDAY}({_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}})\b")

_NEXIS_END = "End of Document"
_OLD_NEXIS_BEGIN = re.compile(r"\d+ of \d+ DOCUMENTS?")
_BYLINE = re.compile(r"Byline:\s*(?:By\s+)?(?P<names>.+)", re.IGNORECASE)
_LENGTH = re.compile(r"Length:\s*\d+\s+words", re.IGNORECASE)
_AFTER_STORY = re.compile(r"(?:Load-Date:.*|Classification|Graphic|End of Document)", re.IGNORECASE)
_FACTIVA_END = re.compile(r"^(?:AN\s*\|\s*)?Document (?P<id>[A-Za-z]{2,10}\d{8,}[A-Za-z0-9]{3,})$")
_FACTIVA_WORDS = re.compile(r"[\d,.]+ words")
_FACTIVA_CODE = re.compile(
    r"(?P<code>SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|ART|CO|IN|NS|RE|IPC|IPD|PUB|AN)"
    r"(?:\s*[|\t]\s*|$)(?P<value>.*)"
)
_LONGEST_REST = 200  # characters after the last article that are none
_FACTIVA_HEAD = 10  # paragraphs between the count of words and the story, at most


def articles_of_export(paragraphs: Sequence[str]) -> list[Fields | Skipped]:
    """Return the articles of an export; none if the paragraphs are no export.

    A part without the fields of an article is a `Skipped`.
    """
    lines = [" ".join(line.split()) for line in paragraphs]
    lines = [line for line in lines if line]
    if _NEXIS_END in lines:
        return _read(_blocks_to(lines, _NEXIS_END.__eq__), _nexis)
    if any(map(_OLD_NEXIS_BEGIN.fullmatch, lines)):
        return _read(_blocks_from(lines, _OLD_NEXIS_BEGIN), _old_nexis)
    if any(map(_FACTIVA_END.search, lines)):
        return _read(_blocks_to(lines, _FACTIVA_END.search), _factiva)
    return []


def with_notes(
    articles: Iterable[Fields | Skipped], notes: tuple[str, ...]
) -> Iterator[Fields | Skipped]:
    """Yield the articles of a file, the first with the notes of the file."""
    for article in articles:
        if isinstance(article, Fields):
            article, notes = replace(article, notes=(*article.notes, *notes)), ()
        yield article


def _read(blocks: Iterable[list[str]], read: Read) -> list[Fields | Skipped]:
    """Return the article of each block, or why there is none in it."""
    found: list[Fields | Skipped] = []
    for number, block in enumerate(blocks, 1):
        fields = read(block)
        if fields is None:
            began = " ".join(block)[:40]
            reason = f"expected title, outlet and day above an article, found {began!r}"
            found.append(Skipped(f":{number}", reason))
        else:
            found.append(replace(fields, part=fields.part or f":{number}"))
    if not any(isinstance(one, Fields) for one in found):  # it only looked like an export
        return []
    return found


def _blocks_to(lines: Iterable[str], is_end: Callable[[str], object]) -> Iterator[list[str]]:
    """Yield the lines up to each end, with it, and many lines after the last."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if is_end(line):
            yield block
            block = []
    if len(" ".join(block)) > _LONGEST_REST:
        yield block


def _blocks_from(lines: Sequence[str], begin: re.Pattern[str]) -> Iterator[list[str]]:
    """Yield the lines after each beginning."""
    starts = [at for at, line in enumerate(lines) if begin.fullmatch(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield list(lines[start + 1 : end])


def _nexis(block: list[str]) -> Fields | None:
    """Return an article of Nexis Uni, which begins: title, outlet, day."""
    dated = _dated(block)
    if dated is None or dated < 2:
        return None
    return _nexis_fields(block, block[dated - 2], block[dated - 1], dated)


def _old_nexis(block: list[str]) -> Fields | None:
    """Return an article of LexisNexis before, which begins: outlet, day, title."""
    dated = _dated(block)
    if dated is None or dated < 1 or dated + 1 >= len(block):
        return None
    return _nexis_fields(block, block[dated + 1], block[dated - 1], dated)


def _nexis_fields(block: list[str], title: str, source: str, dated: int) -> Fields:
    begin = dated + 1
    for at, line in enumerate(block):
        if at > dated and (line == "Body" or _LENGTH.fullmatch(line)):
            begin = at + 1  # a byline may stand between the two
        if line == "Body":
            break
    head, story = block[:begin], block[begin:]
    byline = next(filter(None, map(_BYLINE.match, head[dated:])), None)
    for at, line in enumerate(story):
        if _AFTER_STORY.fullmatch(line):
            story = story[:at]
            break
    return Fields(
        "\n\n".join(story),
        title=title,
        source=source,
        published=_day(block[dated]),
        authors=names_in_line(byline["names"] if byline is not None else ""),
    )


def _factiva(block: list[str]) -> Fields | None:
    """Return an article of Factiva, with codes or without."""
    part = f":{block[-1].rpartition(' ')[2]}"
    coded = _coded(block)
    if "HD" in coded:
        return _factiva_coded(coded, part)
    counted = next((at for at, line in enumerate(block) if _FACTIVA_WORDS.fullmatch(line)), None)
    if counted is None:
        return None
    above = block[:counted]
    byline = ""
    if len(above) > 1 and re.match(r"by\s", above[-1], re.IGNORECASE):
        byline = above.pop()[3:]
    head = block[counted + 1 : counted + 1 + _FACTIVA_HEAD]
    dated = _dated(head)
    if dated is None or not above:
        return None
    outlet = next((line for line in head[dated + 1 :] if not re.match(r"\d{1,2}:\d\d", line)), None)
    begin = _story_begins(head)
    return Fields(
        "\n\n".join(block[counted + 1 + begin : -1]),
        title=max(above[-2:], key=len),  # the other is the name of a section
        source=outlet,
        published=_day(head[dated]),
        authors=names_in_line(byline),
        part=part,
    )


def _story_begins(head: list[str]) -> int:
    """Return where the story begins: after the copyright, else after the language."""
    for words in (("Copyright", "(c)", "©"), ("English", "French", "German", "Spanish")):
        for at, line in enumerate(head):
            if line.startswith(words):
                return at + 1
    return len(head)


def _coded(block: list[str]) -> dict[str, list[str]]:
    """Return the paragraphs of each code of an article of Factiva."""
    coded: dict[str, list[str]] = {}
    code = ""
    for line in block:
        found = _FACTIVA_CODE.match(line)
        if found is not None:
            code = found["code"]
            line = found["value"]
        if code and line:
            coded.setdefault(code, []).append(line)
    return coded


def _factiva_coded(coded: dict[str, list[str]], part: str) -> Fields:
    said = {code: " ".join(lines) for code, lines in coded.items()}
    return Fields(
        "\n\n".join([*coded.get("LP", []), *coded.get("TD", [])]),
        title=said["HD"],
        source=said.get("SN"),
        published=_day(said.get("PD", "")),
        authors=names_in_line(re.sub(r"^By\s+", "", said.get("BY", ""), flags=re.IGNORECASE)),
        part=part,
    )


def _dated(lines: Sequence[str]) -> int | None:
    """Return the place of the first line that begins with a day."""
    return next((at for at, line in enumerate(lines) if _DATE.match(line)), None)


def _day(line: str) -> dt.date | None:
    found = _DATE.match(line)
    if found is None:
        return None
    return day(found[1])
