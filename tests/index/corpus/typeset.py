"""Articles as PDFs, typeset as newspapers are, whose text is known.

Lines are of a width, words are broken at their end, columns stand beside each other, pages have
heads, numbers and footnotes, and "fi" is one sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.index.corpus.samples import pdf_of, shown

_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Layout:
    """How an article is typeset. `hyphen` is the sign at the end of a line; none if empty."""

    width: int = 84  # characters of a line
    height: int = 40  # lines of a page
    columns: int = 1
    hyphen: str = ""
    soft: bool = False  # soft hyphens within lines too, which viewers draw
    ligatures: bool = False
    heads: bool = False
    footnotes: bool = False


LAYOUTS = {
    "one column": Layout(),
    "two columns": Layout(width=38, columns=2, hyphen="-"),
    "narrow lines": Layout(width=30, hyphen="-"),
    "soft hyphens": Layout(width=50, hyphen="\xad", soft=True),
    "ligatures": Layout(ligatures=True),
    "heads and numbers": Layout(height=10, heads=True, hyphen="-"),
    "footnotes": Layout(height=18, footnotes=True, heads=True),
}


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, in the letters that the font has."""
    plain = text.translate(str.maketrans("“”‘’–", "\"\"''-"))
    return [" ".join(paragraph.split()) for paragraph in plain.strip().split("\n\n")]


def typeset(texts: list[str], layout: Layout) -> bytes:
    """Return the PDF of an article, given as its paragraphs."""
    lines = [line for text in texts for line in _lines(text, layout)]
    height = layout.height - 2 * layout.footnotes
    columns = [lines[at : at + height] for at in range(0, len(lines), height)]
    if layout.footnotes:
        columns = [_with_note(column) for column in columns]
    pages = []
    for number, at in enumerate(range(0, len(columns), layout.columns), 1):
        inside = columns[at : at + layout.columns]
        content = f"50 {780} Td {shown(inside[0])} "
        if len(inside) > 1:
            content += f"1 0 0 1 310 780 Tm {shown(inside[1])} "
        if layout.heads:
            content = f"1 0 0 1 50 810 Tm {shown(['The Norvik Courier'])} 1 0 0 1 0 0 Tm {content}"
            content += f"1 0 0 1 290 40 Tm {shown([str(number + 4)])}"
        pages.append(content)
    return pdf_of([_as_glyphs(page, layout) for page in pages])


def _lines(text: str, layout: Layout) -> Iterator[str]:
    """Yield the lines of a paragraph."""
    line = ""
    for word in text.split():
        if len(line) + len(word) + 1 > layout.width:
            room = layout.width - len(line) - 2
            broken = _broken(word, room) if layout.hyphen else 0
            if broken:
                own = word[broken - 1] == "-"
                yield f"{line} {word[: broken - own]}{'-' if own else layout.hyphen}".strip()
                line, word = "", word[broken:]
            else:
                yield line
                line = ""
        line = f"{line} {word}".strip()
    yield line


def _broken(word: str, room: int) -> int:
    """Return at which letter a word is broken; 0 if it is not."""
    own = word.rfind("-", 2, max(2, room)) + 1
    if own > 1 and word[own:].isalpha():
        return own
    if "-" in word or not word.isalpha() or not word.islower():
        return 0
    for at in range(min(room, len(word) - 3), 2, -1):
        if word[at - 1] in _VOWELS and word[at] not in _VOWELS:
            return at
    return 0


def _with_note(column: list[str]) -> list[str]:
    """Return a column with a footnote, called by a word of its third line from the end."""
    found = re.search(r"[a-z]{3,}(?= )", column[-3]) if len(column) > 3 else None
    if found is None:
        return column
    called = f"{column[-3][: found.end()]}*{column[-3][found.end() :]}"
    word = found.group()
    note = [f"* What is called {word} here is told in the report of the county,", f"on {word} too."]
    return [*column[:-3], called, *column[-2:], *note]


def _as_glyphs(content: str, layout: Layout) -> str:
    if layout.ligatures:
        for glyph, letters in {"\x03": "ffi", "\x01": "fi", "\x02": "fl"}.items():
            content = content.replace(letters, glyph)
    if layout.soft:
        content = re.sub(r"\b(govern|invest|settle)(?=ments?\b)", "\\1\xad", content)
    return content
