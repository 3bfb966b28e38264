"""Draw a page of a PDF as a picture on which a quotation is marked.

A process of its own reads the file, bounded in time and memory: a PDF may come from anybody. The
quotation is found again among the letters of the page, whatever lines, hyphens and notes stand
between them. So an index keeps no places of letters. Limits: what goes on over the page is marked
on its first page alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from index.child_process import module_command, module_environment
from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.sandbox import bound_memory
from index.types import DatelineError, described

_MODULE = "index.corpus.loaders.page_image"
_SECONDS = 20  # for one page
_WIDEST, _HIGHEST, _LARGEST_SCALE = 1_200, 2_400, 3.0  # pixels; times a point
_SHORTEST = 12  # letters of a piece of a quotation that is marked
_LONGEST = 2_000  # letters of a quotation that are looked for
_MARKER = (247, 227, 161)

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as PNG, and where its first mark is.

    `top` is a share of the height, from the top; None if the quotation was not found.
    """

    data: bytes
    top: float | None


def page_image(file: Path, page: int, quotation: str, before: str = "") -> PageImage:
    """Draw a page, counted from 1, with a quotation marked.

    `before` is the page's text before the quotation, which tells two of its kind apart. Raises
    DatelineError for a page that cannot be drawn.
    """
    request = [str(file.resolve()), page, _letters(quotation)[:_LONGEST], _letters(before)]
    environment = {**os.environ, **bounds().environment(), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            module_command(_MODULE),
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_SECONDS,
            env=module_environment(environment),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DatelineError(
            f"expected page {page} of {file.name} within {_SECONDS} s, found it still being drawn; "
            "open the file itself"
        ) from None
    head, _, data = done.stdout.partition(b"\n")
    if not head:
        raise DatelineError(
            f"expected to draw page {page} of {file.name}, found that its reader crashed, "
            "or needed too much memory; open the file itself"
        )
    told = json.loads(head)
    if "error" in told:
        raise DatelineError(
            f"expected to draw page {page} of {file.name}, found: {told['error']}; "
            "open the file itself"
        )
    return PageImage(data, told["top"])


def find_quotation(page: str, quotation: str, before: str = "") -> list[Stretch]:
    """Return the stretches of a page's letters that are a quotation's, in order.

    If the page has it several times, `before` decides. If something stands between its letters,
    such as a note, they are its longer pieces.
    """
    if not quotation:
        return []
    starts = list(_occurrences(page, quotation))
    if starts:
        start = starts[min(before.count(quotation), len(starts) - 1)]
        return [(start, start + len(quotation))]
    blocks = SequenceMatcher(None, page, quotation, autojunk=False).get_matching_blocks()
    return [(block.a, block.a + block.size) for block in blocks if block.size >= _SHORTEST]


def _occurrences(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case, ligatures undone."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _draw(file: Path, number: int, quotation: str, before: str) -> tuple[bytes, float | None]:
    """Return a page as PNG, and how far down its first mark is."""
    from io import BytesIO

    from PIL import ImageChops
    from pypdfium2 import PdfDocument

    with PdfDocument(file) as document:
        if not 1 <= number <= len(document):
            raise ValueError(f"no such page, of {len(document):,} in the file")
        page = document[number - 1]
        width, height = page.get_size()
        bitmap = page.render(scale=min(_WIDEST / width, _HIGHEST / height, _LARGEST_SCALE))
        marks = _marks(page, bitmap.get_posconv(page), quotation, before)
        image = bitmap.to_pil().convert("RGB")
        for mark in marks:
            part = image.crop(mark)
            ground = part.copy()
            ground.paste(_MARKER, (0, 0, *part.size))
            image.paste(ImageChops.multiply(part, ground), mark[:2])
        top = min((mark[1] for mark in marks), default=None)
        share = None if top is None else round(top / image.height, 4)
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue(), share


def _marks(
    page: Any, position: Any, quotation: str, before: str
) -> list[tuple[int, int, int, int]]:
    """Return the rectangles of a quotation in the picture: left, top, right, bottom."""
    words = page.get_textpage()
    letters, places = _letters_of_page(words)
    marks = []
    for start, end in find_quotation(letters, quotation, before):
        for left, bottom, right, top in _rectangles(words, places[start], places[end - 1]):
            corners = [position.to_bitmap(left, top), position.to_bitmap(right, bottom)]
            across, down = zip(*corners, strict=True)
            marks.append((min(across), min(down), max(across) + 1, max(down) + 1))
    return marks


def _letters_of_page(words: Any) -> tuple[str, Sequence[int]]:
    """Return the letters of a page, and for each the number of its character there."""
    from pypdfium2.raw import FPDFText_GetUnicode

    letters: list[str] = []
    places: list[int] = []
    for place in range(words.count_chars()):
        found = _letters(chr(FPDFText_GetUnicode(words, place)))
        letters.append(found)
        places += [place] * len(found)
    return "".join(letters), places


def _rectangles(words: Any, first: int, last: int) -> Iterator[tuple[float, ...]]:
    """Yield the rectangles of characters, one for each line."""
    for number in range(words.count_rects(first, last - first + 1)):
        yield words.get_rect(number)


def _serve() -> None:
    """Draw what standard input asks for: a line of JSON, then the picture."""
    path, number, quotation, before = json.loads(sys.stdin.buffer.read())
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no picture
    bound_memory(Path(path))
    try:
        data, top = _draw(Path(path), number, quotation, before)
        head: dict[str, Any] = {"top": top}
    except Exception as error:  # whatever a parser raises is said in one line
        data, head = b"", {"error": described(error)}
    out.write(json.dumps(head).encode() + b"\n" + data)
    out.flush()


if __name__ == "__main__":
    _serve()
