"""The text of a mail, as it was before it was made fit to be sent.

Lines that were broken for sending are whole again (format=flowed, RFC 3676). Text in base64 is
decoded without what a mailing list adds below it. A letter that is forwarded has a head of its own.
"""

from __future__ import annotations

import base64
import datetime as dt
import re

from index.corpus.loaders.fields import mail_day
from index.corpus.metadata import published_in

_QUOTES = re.compile(r">*")
_SIGNATURE = "-- "
_ADDED = re.compile(rb"--|__|\S+\s+\S")  # how a line that is not in base64 begins
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_FORWARDED = re.compile(
    r"""^(?:
        -{2,}\ ?(?:Forwarded|Original)\ [Mm]essage\ ?-{2,}  # Gmail, Outlook
      | Begin\ forwarded\ message:  # Apple Mail
    )\s*\n(?P<head>(?:[>*\s]*[A-Z][\w-]*:.*\n){1,8})""",
    re.MULTILINE | re.VERBOSE,
)
_DAY_IN_HEAD = re.compile(r"^[>*\s]*(?:Date|Sent):[*\s]*(?P<day>.+)$", re.MULTILINE)
_HOUR = re.compile(r",?\s(?:at\s)?\d{1,2}:\d\d.*$")
_WORDS_ABOVE = 40  # of whoever forwards a letter; with more it is a letter of theirs


def published_in_mail(text: str, header: str) -> dt.date | None:
    """Return the day of the letter a mail forwards, else that of its Date header.

    A forwarded letter whose day is not understood has none.
    """
    forwarded = _FORWARDED.search(text)
    if forwarded is None or len(text[: forwarded.start()].split()) > _WORDS_ABOVE:
        return mail_day(header)
    day = _DAY_IN_HEAD.search(forwarded["head"])
    if day is None:
        return None
    return published_in(f"Published: {_HOUR.sub('', day['day'])}\n") or mail_day(day["day"])


def unflowed(text: str, delete_spaces: bool) -> str:
    """Return a text in format=flowed with its paragraphs on one line each."""
    lines: list[str] = []
    depth_before, flows = 0, False
    for line in text.split("\n"):
        depth = len(_QUOTES.match(line)[0])  # type: ignore[index]  # it matches any line
        marks, words = line[:depth], line[depth:].removeprefix(" ")
        if flows and depth == depth_before and words != _SIGNATURE:
            lines[-1] += words
        elif marks:
            lines.append(f"{marks} {words}")
        else:
            lines.append(words)
        flows = words.endswith(" ") and words != _SIGNATURE
        if flows and delete_spaces:
            lines[-1] = lines[-1][:-1]
        depth_before = depth
    return "\n".join(lines)


def from_base64(data: bytes) -> bytes:
    """Return what base64 stands for, with the lines that were added below it."""
    lines = data.splitlines()
    end = next((at for at, line in enumerate(lines) if _ADDED.match(line.strip())), len(lines))
    if end == 0:  # it declares base64, and is none
        return data
    packed = _NOT_BASE64.sub(b"", b"".join(lines[:end]))
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]  # one letter alone is no byte
    whole = base64.b64decode(packed + b"=" * (-len(packed) % 4))
    added = b"\n".join(lines[end:])
    if not added:
        return whole
    return whole.rstrip(b"\r\n") + b"\n\n" + added
