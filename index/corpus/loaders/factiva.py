"""An article of Factiva, from the lines of its block.

It is displayed with codes ("HD" for the headline, "LP" and "TD" for the words) or without. Without
them, the count of words tells where its fields are. Captions, contacts and indexing are left out.
"""

from __future__ import annotations

import re

from index.corpus.loaders.export_days import dated, day_in
from index.corpus.loaders.fields import Fields, names_in_line

END = re.compile(r"^(?:AN\s*\|\s*)?Document (?P<id>[A-Za-z]{2,10}\d{8,}[A-Za-z0-9]{3,})(?:\s*\|)?$")
_WORDS = re.compile(r"[\d,.]+ words")
_CODE = re.compile(
    r"""(?P<code> SE|HD|HL|BY|CR|WC|PD|ET|SN|SC|NGC|GC|ED|PG|VOL|LA|CY|CX|CLM|LP|TD|ART|CT|RF|CO|IN
          | NS|RE|IPC|IPD|PUB|AN|RST|DE|DLN|URL )
        (?: \s*\|\s* | $ ) (?P<value>.*)""",
    re.VERBOSE,
)
_TEXT = ("LP", "TD", "CX")  # CX: a correction
_HEAD = 10  # paragraphs between the count of words and the story, at most
_COPYRIGHTS = ("Copyright", "(c)", "(C)", "©")
_LANGUAGES = (
    "English French German Spanish Italian Portuguese Dutch Norwegian Swedish Danish Finnish "
    "Polish Russian Turkish Arabic Chinese Japanese Korean".split()
)
_FEWEST = 3  # lines from the day on: with the outlet and its code
_SHORT = 60  # characters: a longer line is of the story


def article(block: list[str]) -> Fields | None:
    """Return an article, displayed with codes or without."""
    end = END.search(block[-1])
    part = f":{end['id']}" if end is not None else ""
    coded = _coded(block)
    if "HD" in coded:
        return _from_codes(coded, part)
    counted = next((at for at, line in enumerate(block) if _WORDS.fullmatch(line)), None)
    if counted is None:
        return None
    above = block[:counted]
    byline = ""
    if len(above) > 1 and re.match(r"by\s", above[-1], re.IGNORECASE):
        byline = above.pop()[3:]
    head = block[counted + 1 : counted + 1 + _HEAD]
    at = dated(head)
    if at is None or not above:
        return None
    outlet = next((line for line in head[at + 1 :] if not re.match(r"\d{1,2}:\d\d", line)), None)
    begin = counted + 1 + _story_begins(head, at)
    return Fields(
        "\n\n".join(block[begin:-1]),
        title=max(above[-2:], key=len),  # the other is the name of a section
        source=outlet,
        published=day_in(head[at]),
        authors=names_in_line(byline),
        part=part,
    )


def _story_begins(head: list[str], at: int) -> int:
    """Return where the story begins.

    After the copyright, else after the language, else at the first long line below the day.
    """
    for number, line in enumerate(head):
        if line.startswith(_COPYRIGHTS):
            return number + 1
    for number, line in enumerate(head):
        if line in _LANGUAGES:
            return number + 1
    long = (number for number, line in enumerate(head) if number > at and len(line) > _SHORT)
    return next(long, min(at + _FEWEST, len(head)))


def _coded(block: list[str]) -> dict[str, list[str]]:
    """Return the paragraphs of each code."""
    coded: dict[str, list[str]] = {}
    code = ""
    for line in block:
        found = _CODE.match(line)
        if found is not None:
            code = found["code"]
            line = found["value"]
        line = line.removesuffix("|").rstrip()
        if code and line:
            coded.setdefault(code, []).append(line)
    return coded


def _from_codes(coded: dict[str, list[str]], part: str) -> Fields:
    said = {code: " ".join(lines) for code, lines in coded.items()}
    return Fields(
        "\n\n".join(line for code in _TEXT for line in coded.get(code, ())),
        title=said["HD"],
        source=said.get("SN"),
        published=day_in(said.get("PD", "")),
        authors=names_in_line(re.sub(r"^By\s+", "", said.get("BY", ""), flags=re.IGNORECASE)),
        part=part,
    )
