"""The messages of an mbox file.

A message begins with a line "From ..." that headers follow, and that names an address or a time.
A line of a letter that begins with "From " stays in its message. Lines that were quoted (">From ")
lose their mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_POSTMARK = re.compile(
    rb"^From (?:\S+@|MAILER-DAEMON|[^\r\n]*\d\d:\d\d)[^\r\n]*\r?\n"
    rb"(?P<headers>>?[!-9;-~]+:[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*)",
    re.MULTILINE,
)
_KNOWN_HEADER = re.compile(
    rb"^>?(?:from|to|date|subject|received|return-path|message-id|mime-version|content-type|x-)",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def messages_of(data: bytes) -> Iterator[bytes]:
    """Yield the messages of an mbox file, each without its first line "From ..."."""
    starts = [
        (found.start(), found.start("headers"))
        for found in _POSTMARK.finditer(data)
        if _KNOWN_HEADER.search(found["headers"]) and _may_end(data[: found.start()][-3:])
    ]
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for (_, begin), end in zip(starts, ends, strict=True):
        yield _QUOTED.sub(rb"\1", data[begin:end])


def _may_end(before: bytes) -> bool:
    """Tell whether a message may end here: after an empty line."""
    return before in (b"", b"\n") or before.endswith((b"\n\n", b"\n\r\n"))
