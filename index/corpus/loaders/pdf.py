"""PDF, by pypdfium2: the text of its pages, and where each page starts.

So a citation opens at its page. Lines are joined to paragraphs again. What stands at the head or
foot of many pages is left out, and footnotes are moved out of a sentence. Limits: a scan without
text is skipped; columns come in the order in which the file draws them.

Of the readers of PDF that were compared (benchmarks/pdfs.py) it finds as many sentences or more,
in a fraction of the time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from index.corpus.loaders.bounds import bounds, too_long
from index.corpus.loaders.fields import Fields, names_in_line
from index.corpus.loaders.footnotes import BREAK, move_footnotes
from index.corpus.loaders.line_breaks import (
    join_lines,
    without_breaks,
    without_glyphs,
    without_soft_hyphens,
    words_in,
)
from index.corpus.loaders.pdf_headline import as_one_line, headline_of, with_headline
from index.corpus.metadata import outlet_in, published_in, title_in
from index.text.vocabulary import english_words
from index.types import Skipped

_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
# PDFium writes U+0002 for a hyphen at the end of a line, and joins the two lines.
_HYPHEN_AT_LINE_END = re.compile(r"\x02(?:\r?\n)?")
_LETTER = re.compile(r"[^\W\d_]")
_HEAD_LINES = 3  # at the head of a page, and at its foot
LOCKED = "it is locked with a password; save it without one"
_NO_TITLE = re.compile(
    r"""^(?:
        untitled
      | about:blank                           # of a browser that prints
      | microsoft\ word\b.*                   # "Microsoft Word - report.doc"
      | document\d*                           # "Document1"
      | .*\.(?:docx?|pdf|indd|qxd)            # "report.pdf"
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


def load_pdf(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the text of the pages of .pdf, and where each page begins in it."""
    from pypdfium2 import PdfiumError

    try:
        pages, unread, title, author, headline = _read_pdf(path)
    except PdfiumError as error:
        if error.err_code == _WRONG_PASSWORD:
            raise ValueError(LOCKED) from None
        raise ValueError(f"expected a whole PDF, found: {what_failed(error)}") from None
    if not any(page.strip() for page in pages):
        if unread:
            raise ValueError("expected a whole PDF, found no page that can be read")
        raise ValueError("there is no text in it; a scan must be read by OCR first")
    text, starts = joined(pages, headline)
    notes = (f"pages that cannot be read: {unread:,} of {len(pages):,}",) if unread else ()
    yield Fields(
        text,
        title=real_title(title) or as_one_line(headline) or title_in(text),
        source=outlet_in(text),
        published=published_in(text),
        authors=names_in_line(author),
        pages=starts,
        notes=notes,
    )


def read_pages(document: Any) -> Iterator[str | None]:
    """Yield the text of each page of a document; None for a damaged one."""
    from pypdfium2 import PdfiumError

    for number in range(len(document)):
        try:
            page = document[number]
            words = page.get_textpage()
            text = words.get_text_bounded()
        except PdfiumError:
            yield None
            continue
        words.close()
        page.close()
        yield _HYPHEN_AT_LINE_END.sub("-\n", text)


def joined(pages: Sequence[str], headline: Sequence[str] = ()) -> tuple[str, tuple[int, ...]]:
    """Return the text of all pages, and where each page starts in it.

    `headline` are the lines of the headline on the first page. Lines are joined to paragraphs. A
    sentence that goes on over the page stays one sentence. A page without text starts where the
    next one does.
    """
    lines = _without_heads([_lines_of_page(without_glyphs(page)) for page in pages])
    full = _full_length(lines)
    lines[:1] = [with_headline(page, headline, BREAK) for page in lines[:1]]
    lines = [move_footnotes(page, lambda line: len(line) < full) for page in lines]
    lines = [[without_soft_hyphens(line) for line in page] for page in lines]
    known = english_words() | words_in(chain.from_iterable(lines))
    lines = [[without_breaks(line, known) for line in page] for page in lines]
    text, last, flows = "", "", False
    starts: list[int | None] = []
    for page in lines:
        if not page:
            starts.append(None)
        for number, line in enumerate(page):
            if line == BREAK:
                text, last, flows = f"{text}\n\n", "", False
                continue
            whole = join_lines(last, line, known)
            if whole is not None:
                text = text[: len(text) - len(last)] + whole
                flows = True
            elif flows and len(last) < full and _goes_on(last, line):
                text, flows = f"{text} ", False  # one short line, not all of a list
            elif last:
                between = _separator(last, full, at_page_start=number == 0)
                text, flows = text + between, between == " "
            if number == 0:
                starts.append(len(text))
            text += line
            last = line
    return text, _filled(starts, len(text))


def real_title(title: str | None) -> str | None:
    """Return a title unless a program made it up ("Document1")."""
    if not title or _NO_TITLE.match(title):
        return None
    return title


def what_failed(error: Exception) -> str:
    """Return what an error says, or its kind if it says nothing."""
    return str(error) or type(error).__name__


def _read_pdf(path: Path) -> tuple[list[str], int, str, str, tuple[str, ...]]:
    """Return the pages of a PDF, how many are damaged, title, author and headline.

    Raises ValueError for more text than an article may have.
    """
    from pypdfium2 import PdfDocument

    most = bounds().article_characters
    pages: list[str] = []
    unread = length = 0
    with PdfDocument(path) as document:
        for page in read_pages(document):
            if page is None:
                unread += 1
            pages.append(page or "")
            length += len(pages[-1])
            if length > most:
                raise ValueError(too_long(most, length))
        title, author = map(document.get_metadata_value, ("Title", "Author"))
        headline = headline_of(document[0]) if pages and pages[0] else ()
    return pages, unread, title.strip(), author.strip(), headline


def _lines_of_page(page: str) -> list[str]:
    """Return the lines that hold something, single-spaced."""
    lines = [" ".join(line.split()) for line in page.splitlines()]
    return [line for line in lines if line]


def _full_length(pages: list[list[str]]) -> float:
    """Return the length from which a line counts as full, in characters."""
    lengths: list[int] = []
    for page in pages:
        lengths += map(len, page)
    if not lengths:
        return 0.0
    lengths.sort()
    return 0.75 * lengths[int(0.8 * (len(lengths) - 1))]


def _goes_on(last: str, line: str) -> bool:
    """Return whether a short line within a paragraph ends in the middle of a sentence."""
    return line[0].islower() and re.search(r"[.!?:;][\"”’')]*$", last) is None


def _separator(last: str, full: float, at_page_start: bool) -> str:
    """Return what stands between a line and the next: a space, or a new paragraph.

    A full line goes on, except after the end of a sentence at the foot of a page.
    """
    if len(last) < full:
        return "\n\n"
    if at_page_start and re.search(r"[.!?:][\"”’']?$", last):
        return "\n\n"
    return " "


def _filled(starts: list[int | None], end: int) -> tuple[int, ...]:
    """Return the starts of pages; one without (None) has that of the next."""
    filled: list[int] = []
    following = end
    for start in reversed(starts):
        if start is not None:
            following = start
        filled.append(following)
    filled.reverse()
    return (0, *filled[1:])


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """Return the pages without the heads and feet that most of them have.

    These are first and last lines. Numbers in them may differ. Left and right pages may have heads
    of their own. Two pages lose the numbers of pages, and what is the same to the letter.
    """
    for _ in range(_HEAD_LINES):
        repeated = _repeated(pages, 0)
        pages = [page[1:] if page and _shape(page[0]) in repeated else page for page in pages]
        repeated = _repeated(pages, -1)
        pages = [page[:-1] if page and _shape(page[-1]) in repeated else page for page in pages]
    return pages


def _repeated(pages: list[list[str]], place: int) -> set[str]:
    """Return the shapes of the lines that stand at a place of many pages."""
    lines = [page[place] for page in pages if page]
    printed = Counter(map(_shape, lines))
    repeated = {shape for shape, count in printed.items() if count >= max(3, 0.4 * len(pages))}
    if len(pages) == len(lines) == 2 and lines[0] == lines[1] and _LETTER.search(lines[0]):
        repeated.add(_shape(lines[0]))
    numbers = [int(line) for line in lines if re.fullmatch(r"\d{1,4}", line)]
    if len(numbers) == len(pages) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        repeated.add("0")
    return repeated


def _shape(line: str) -> str:
    """Return a line with its numbers made alike."""
    return re.sub(r"\d+", "0", line)
