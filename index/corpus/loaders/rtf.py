"""Rich Text Format: the paragraphs of .rtf.

News databases export it, and word processors write it.

Only the words are taken: paragraphs, cells of tables, text boxes, footnotes. Deleted and hidden
text, comments, heads and feet of pages, pictures and what only programs read stay out. The
reference is Microsoft's specification, version 1.9.1; rtf_words.py has its tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.corpus.loaders.charset_labels import codec_of
from index.corpus.loaders.exports import articles_of_export
from index.corpus.loaders.fields import Fields
from index.corpus.loaders.rtf_words import (
    CHARSETS_OF_FONTS,
    DOCUMENT_CHARSETS,
    SEEN_AGAIN,
    SIGNS,
    SYMBOL,
    TOKEN,
    UNSEEN,
    symbol,
)
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group."""

    never: bool = False  # in a part that is no text, whatever it holds
    unseen: bool = False  # in a part for other programs, which may hold text
    hidden: bool = False
    deleted: bool = False
    fonts: bool = False  # in the table of fonts
    footnote: bool = False
    font: int | None = None
    skip: int = 1  # characters that stand in for one in Unicode

    @property
    def shown(self) -> bool:
        return not (self.never or self.unseen or self.hidden or self.deleted)


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
    at = 0
    while token := TOKEN.search(data, at):
        at = token.end()
        if token["word"] == b"bin":  # so many bytes of a picture follow
            at += max(0, int(token["number"] or 0))
        else:
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
        self._of_fonts: dict[int | None, str] = {}  # the charset of each font
        self._bytes = bytearray()  # not decoded yet: two of them may be one character
        self._to_skip = 0  # bytes that stand in for a character in Unicode
        self._box_read = False  # the words of the shape stand in it, not only in its picture

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
        self._flush()
        return "".join([*self._body, "\n", *self._notes])

    def _write(self, text: str) -> None:
        self._flush()
        if self._state.shown:
            self._target().append(text)

    def _flush(self) -> None:
        """Decode the bytes that wait."""
        charset = self._of_fonts.get(self._state.font, self._charset)
        if charset == SYMBOL:
            self._target().extend(map(symbol, self._bytes))
        else:
            self._target().append(self._bytes.decode(charset, "replace"))
        self._bytes.clear()

    def _target(self) -> list[str]:
        if self._state.footnote:
            return self._notes
        return self._body

    def _take_bytes(self, raw: bytes) -> None:
        raw, self._to_skip = raw[self._to_skip :], max(0, self._to_skip - len(raw))
        if self._state.shown:
            self._bytes += raw

    def _take_brace(self, brace: bytes) -> None:
        self._flush()
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
        if name == "u":
            code = number % 0x10000
            self._write(symbol(code) if 0xF000 <= code <= 0xF0FF else chr(code))
            self._to_skip = self._state.skip
        elif name in SIGNS:
            self._write(SIGNS[name])
        elif name == "nestrow":  # it stands among what describes the row
            self._target().append("\n")
        elif name == "fcharset" and self._state.fonts:
            self._of_fonts[self._state.font] = CHARSETS_OF_FONTS.get(number, self._charset)
        elif name == "cpg" and self._state.fonts:
            self._of_fonts[self._state.font] = codec_of(f"cp{number}") or self._charset
        elif name == "ansicpg":
            self._charset = codec_of(f"cp{number}") or self._charset
        elif name in DOCUMENT_CHARSETS:
            self._charset = DOCUMENT_CHARSETS[name]
        elif name:
            self._flush()
            self._change(name, number)

    def _change(self, name: str, number: int) -> None:
        """Change the state by a control word."""
        if name == "shp":
            self._box_read = False
        elif name == "shptxt":
            self._box_read = True
        if name == "shprslt":  # a picture of the same for programs that draw no shapes
            self._state = replace(self._state, unseen=self._box_read)
        else:
            self._state = _changed(self._state, name, number)


def _changed(state: _State, name: str, number: int) -> _State:
    """Return the state after a control word."""
    if name == "fonttbl":
        return replace(state, never=True, fonts=True)
    if name in UNSEEN:
        return replace(state, never=True)
    if name in ("*", "upr", "nonesttables"):
        return replace(state, unseen=True)
    if name in SEEN_AGAIN:
        return replace(state, unseen=False)
    if name == "v":
        return replace(state, hidden=number != 0)
    if name == "deleted":
        return replace(state, deleted=number != 0)
    if name == "plain":
        return replace(state, hidden=False, deleted=False, font=None)
    if name == "footnote":
        return replace(state, footnote=True)
    if name == "f":
        return replace(state, font=number)
    if name == "uc":
        return replace(state, skip=number)
    return state


def _joined_pairs(text: str) -> str:
    """Return a text with one character for the two surrogates that RTF writes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tidy(line: str) -> str:
    """Return a line single-spaced, without separators of empty cells at its end."""
    return re.sub(r"(?:\s*\|\s*)+$", "", " ".join(line.replace("\u00ad", "").split()))
