"""The messages of an mbox file.

A message begins with a line "From ..." that headers follow, and that names an address or a time.
It stands below an empty line, unless it names both.
A line of a letter that begins with "From " stays in its message. Lines that were quoted (">From ")
lose their mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TIME = (  # "Thu Mar  9 18:20:00 2023"
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:[A-Z][a-z]{2} +\d|\d+ [A-Z][a-z]{2})[^\r\n]*"
)
_POSTMARK = re.compile(
    rb"^From (?:\S+@\S*[ \t]*(?:(?:" + _TIME + rb"|\d)[^\r\n]*)?|MAILER-DAEMON[^\r\n]*"
    rb"|[^\r\n]*?" + _TIME + rb")\r?\n"
    rb"(?P<headers>>?[!-9;-~]+:[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*)",
    re.MULTILINE,
)
_CERTAIN = re.compile(rb"From \S+@\S+ +" + _TIME)
_KNOWN_HEADER = re.compile(
    rb"^>?(?:from|to|date|subject|received|return-path|message-id|mime-version|content-type|x-)",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def messages_of(data: bytes) -> Iterator[bytes]:
    """Yield the messages of an mbox file, each without its first line "From ...".

    Raises ValueError if there are none.
    """
    starts = [
        (found.start(), found.start("headers"))
        for found in _POSTMARK.finditer(data)
        if _KNOWN_HEADER.search(found["headers"]) and _may_begin(found, data)
    ]
    if not starts:
        raise ValueError("expected a line 'From ...' with headers below it, found none")
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for (_, begin), end in zip(starts, ends, strict=True):
        yield _QUOTED.sub(rb"\1", data[begin:end])


def _may_begin(found: re.Match[bytes], data: bytes) -> bool:
    """Tell whether a message may begin here: after an empty line, or plainly."""
    before = data[max(0, found.start() - 3) : found.start()]
    if before in (b"", b"\n") or before.endswith((b"\n\n", b"\n\r\n")):
        return True
    return _CERTAIN.match(found.group()) is not None
