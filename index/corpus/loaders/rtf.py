"""Rich Text Format: the paragraphs of .rtf.

News databases export it, and word processors write it.

Only the words are taken: paragraphs, cells of tables, footnotes. Deleted and hidden text, heads and
feet of pages, pictures and what only programs read stay out. The reference is Microsoft's
specification, version 1.9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.corpus.loaders.charset_labels import codec_of
from index.corpus.loaders.exports import articles_of_export
from index.corpus.loaders.fields import Fields
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped

_TOKEN = re.compile(
    rb"""\\(?P<word>[a-z]+)(?P<number>-?\d+)?[ ]?   # \par, \u8217
      | \\'(?P<byte>[0-9a-f]{2})                     # \'e9
      | \\(?P<sign>[^a-z'])                          # \~ \{
      | (?P<brace>[{}])
      | [\r\n]+
      | (?P<text>[^\\{}\r\n]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_UNSEEN = frozenset(
    "fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl "
    "footerr footerf listtable themedata generator xe tc rsidtbl latentstyles datastore".split()
)
_SIGNS = {
    "par": "\n", "row": "\n", "line": "\n", "sect": "\n", "page": "\n", "tab": "\t",
    "cell": " | ", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "~": "\u00a0", "_": "-", "{": "{", "}": "}", "\\": "\\",
    "\n": "\n", "\r": "\n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group."""

    unseen: bool = False
    footnote: bool = False
    skip: int = 1  # characters that stand in for one in Unicode


def load_rtf(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the text of .rtf, or each article of an export of a news database."""
    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ValueError("expected a file that begins with {\\rtf, found something else")
    lines = lines_of(data)
    exported = articles_of_export(lines)
    if exported:
        yield from exported
        return
    text = "\n\n".join(lines)
    yield Fields(text, title=title_in(text), source=outlet_in(text), published=published_in(text))


def lines_of(data: bytes) -> list[str]:
    """Return the paragraphs and rows that hold something, then the footnotes."""
    reader = _Reader()
    for token in _TOKEN.finditer(data):
        reader.take(token)
    text = _joined_pairs(reader.text())
    return list(filter(None, map(_tidy, text.split("\n"))))


class _Reader:
    """Takes the tokens of a document one after the other, and keeps its words."""

    def __init__(self) -> None:
        self._body: list[str] = []
        self._notes: list[str] = []
        self._state, self._outer = _State(), list[_State]()
        self._charset = "cp1252"
        self._bytes = bytearray()  # not decoded yet: two of them may be one character
        self._to_skip = 0  # bytes that stand in for a character in Unicode

    def take(self, token: re.Match[bytes]) -> None:
        """Take the next token."""
        if token["text"] is not None:
            self._take_bytes(token["text"])
        elif token["byte"] is not None:
            self._take_bytes(bytes.fromhex(token["byte"].decode()))
        elif token["brace"] is not None:
            self._take_brace(token["brace"])
        else:
            name = (token["word"] or token["sign"] or b"").decode("latin-1")
            self._take_control(name, int(token["number"] or 1))

    def text(self) -> str:
        """Return the words of the body, then those of the footnotes."""
        self._write("")
        return "".join([*self._body, "\n", *self._notes])

    def _write(self, text: str) -> None:
        target = self._body
        if self._state.footnote:
            target = self._notes
        target.append(self._bytes.decode(self._charset, "replace"))
        self._bytes.clear()
        if not self._state.unseen:
            target.append(text)

    def _take_bytes(self, raw: bytes) -> None:
        raw, self._to_skip = raw[self._to_skip :], max(0, self._to_skip - len(raw))
        if not self._state.unseen:
            self._bytes += raw

    def _take_brace(self, brace: bytes) -> None:
        self._write("")
        self._to_skip = 0
        if brace == b"{":
            self._outer.append(self._state)
            return
        outer = _State()
        if self._outer:
            outer = self._outer.pop()
        if self._state.footnote and not outer.footnote:
            self._write("\n")
        self._state = outer

    def _take_control(self, name: str, number: int) -> None:
        if name == "ansicpg":
            self._charset = codec_of(f"cp{number}") or self._charset
        elif name == "u":
            self._write(chr(number % 0x10000))
            self._to_skip = self._state.skip
        elif name in _SIGNS:
            self._write(_SIGNS[name])
        elif name:
            self._write("")
            self._state = _changed(self._state, name, number)


def _changed(state: _State, name: str, number: int) -> _State:
    """Return the state after a control word."""
    if name in _UNSEEN or name == "*":
        return replace(state, unseen=True)
    if name in ("v", "deleted"):
        return replace(state, unseen=number != 0)
    if name == "footnote":
        return replace(state, footnote=True)
    if name == "uc":
        return replace(state, skip=number)
    return state


def _joined_pairs(text: str) -> str:
    """Return a text with one character for the two surrogates that RTF writes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tidy(line: str) -> str:
    """Return a line single-spaced, without separators of empty cells at its end."""
    return re.sub(r"(?:\s*\|\s*)+$", "", " ".join(line.replace("\u00ad", "").split()))
