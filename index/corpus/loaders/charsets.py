"""From bytes to text: the one place where a charset is chosen.

The rules, in their order:

1. A byte order mark.
2. The charset that the file declares, by the WHATWG encoding standard. Bytes that are whole UTF-8
   are read as UTF-8 even if a file of 8 bits a character declares otherwise.
3. UTF-16 that shows itself by its zero bytes.
4. UTF-8. A few faults become U+FFFD.
5. A guess (charset_guess.py): Windows-1252, unless the bytes speak against it.

What was guessed or is damaged is said in `Decoded.note`. A build tells it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from index.corpus.loaders.charset_guess import guess
from index.corpus.loaders.charset_labels import codec_of, shown

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 2**16  # bytes in which zeros and control characters are counted
_MOST_CONTROLS = 0.05  # of the head: more of them and it is no text
_FEWEST_ZEROS = 0.04  # of the head: UTF-16 has more, even in other scripts, for its spaces
_MOST_ZEROS = 0.75  # of the head: all that UTF-32 has in ASCII
_NONE, _WRONG = "it declares no charset", "it is not in UTF-8, which it declares"
_TWO_BYTES = ("cp932", "cp949", "euc_jp", "gb18030", "big5hkscs")
_BY_CHANCE = 4  # bytes beyond the first of a character
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r\b\x1a\x1b"})
_DAMAGE = re.compile(r"[\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")  # what is kept as U+FFFD
# Characters that text in UTF-8 has. Bytes of other charsets that happen to be UTF-8 give others.
_USUAL = re.compile(r"[\u00a0-\u017f\u0370-\u06ff\u0900-\ufffc\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of some bytes, and what was guessed or is damaged in it."""

    text: str
    note: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the note, if there is one, as `Fields` and `Record` keep it."""
        if self.note is None:
            return ()
        return (self.note,)


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Return the text of bytes, with line feeds alone between its lines.

    `declared` is the charset that the file names, if it does. Raises ValueError for what is no
    text.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], codec)
    codec_declared = codec_of(declared)
    wide = codec_declared is not None and codec_declared.startswith(("utf-16", "utf-32"))
    zeros = zeros_of(data)
    if zeros is not None:
        return _decoded(data, zeros, guessed=codec_declared != zeros)
    if wide and b"\x00" not in data[:_HEAD]:  # a page that says so in ASCII is not UTF-16
        codec_declared = "utf-8"
    _check_text(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if _may_be_utf8(data, codec_declared):
            return _noted(text, "")
    if codec_declared not in (None, "utf-8"):
        return _decoded(data, codec_declared)
    return _undeclared(data, codec_declared is not None)


def zeros_of(data: bytes) -> str | None:
    """Return the kind of UTF-16 or UTF-32 that zero bytes show, if any."""
    head = data[: _HEAD - _HEAD % 4]
    zeros = head.count(0)
    if not max(2, _FEWEST_ZEROS * len(head)) <= zeros <= _MOST_ZEROS * len(head):
        return None
    places = [head[start::4].count(0) for start in range(4)]
    quarter = len(head) / 4
    if min(places[2:]) > 0.9 * quarter:
        return "utf-32-le"
    if min(places[:2]) > 0.9 * quarter:
        return "utf-32-be"
    even, odd = places[0] + places[2], places[1] + places[3]
    if max(even, odd) < 9 * min(even, odd):
        return None
    if odd > even:
        return "utf-16-le"
    return "utf-16-be"


def _check_text(data: bytes) -> None:
    """Raise ValueError for bytes with many control characters."""
    head = data[:_HEAD]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > _MOST_CONTROLS * len(head):
        raise ValueError("expected text, found binary data")


def _may_be_utf8(data: bytes, declared: str | None) -> bool:
    """Tell whether bytes that are whole UTF-8 are read as UTF-8."""
    if declared is None or declared == "utf-8":
        return True
    if declared == "iso2022_jp":  # all its bytes are ASCII
        return b"\x1b" not in data
    if declared in _TWO_BYTES:  # two or three of its characters may be UTF-8 by chance
        return len(data) - len(data.decode("utf-8")) > _BY_CHANCE
    return True


def _undeclared(data: bytes, declared: bool) -> Decoded:
    """Return text that is UTF-8 with faults, or in a charset that is guessed."""
    text = data.decode("utf-8", "replace")
    faults = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if faults <= len(_USUAL.findall(text)):
        return _noted(text, "")
    codec = guess(data)
    if codec is None:
        return _noted(text, "")
    found = _decoded(data, codec, guessed=True)
    if declared and found.note is not None:  # as UTF-8
        return replace(found, note=found.note.replace(_NONE, _WRONG))
    return found


def _decoded(data: bytes, codec: str, guessed: bool = False) -> Decoded:
    text = data.decode(codec, "replace")
    if guessed:
        return _noted(text, f"{_NONE}; read as {shown(codec)}, a guess")
    return _noted(text, "")


def _noted(text: str, guessed: str) -> Decoded:
    """Return the text, noting what was guessed and how much is damaged."""
    parts = [guessed] if guessed else []
    damaged = len(_DAMAGE.findall(text))
    if damaged:
        parts.append(f"damaged characters, kept as \ufffd: {damaged:,}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, "; ".join(parts) or None)
