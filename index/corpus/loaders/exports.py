"""Many articles in one document, as Factiva and LexisNexis export them.

What tells an export are the lines that begin or end its articles: "End of Document", "1 of 20
DOCUMENTS", or "Document" with a number. Each article is a block of paragraphs: its fields, its
words, and more fields. nexis.py and factiva.py read such a block. Limits: the fields are known in
English alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from index.corpus.loaders import factiva, nexis
from index.corpus.loaders.fields import Fields
from index.types import Skipped

Read = Callable[[list[str]], Fields | None]  # an article from the lines of its block

# Whatever else an export is, it has one of these.
MAY_BE_EXPORT = re.compile(
    rb"""End\ of\ Document | \d\ of\ \d+\ DOCUMENTS | Document\ [A-Za-z]{2,10}\d{8}""", re.VERBOSE
)
_CODE_BESIDE = re.compile(r"^\s*([A-Z]{2,3})(?:\t| {2,})\s*")  # "HD<tab>Bridge closed"
_LONGEST_REST = 200  # characters after the last article that are none
_NO_ARTICLE = ("Search Summary",)  # how what follows the last article of Factiva begins


def articles_of_export(paragraphs: Sequence[str]) -> list[Fields | Skipped]:
    """Return the articles of an export; none if the paragraphs are no export.

    A part without the fields of an article is a `Skipped`.
    """
    lines = [" ".join(_CODE_BESIDE.sub(r"\1 | ", line).split()) for line in paragraphs]
    lines = [line for line in lines if line]
    if nexis.END in lines:
        return _read(_blocks_to(lines, nexis.END.__eq__), nexis.article)
    if any(map(nexis.BEGIN.fullmatch, lines)):
        return _read(_blocks_from(lines, nexis.BEGIN), nexis.old_article)
    if any(map(factiva.END.search, lines)):
        return _read(_blocks_to(lines, factiva.END.search), factiva.article)
    return []


def with_notes(
    articles: Iterable[Fields | Skipped], notes: tuple[str, ...]
) -> Iterator[Fields | Skipped]:
    """Yield the articles of a file, the first with the notes of the file."""
    for article in articles:
        if isinstance(article, Fields):
            article, notes = replace(article, notes=(*article.notes, *notes)), ()
        yield article


def _read(blocks: Iterable[list[str]], read: Read) -> list[Fields | Skipped]:
    """Return the article of each block, or why there is none in it."""
    found: list[Fields | Skipped] = []
    for number, block in enumerate(blocks, 1):
        fields = read(block)
        if fields is None:
            began = " ".join(block)[:40]
            reason = f"expected title, outlet and day above an article, found {began!r}"
            found.append(Skipped(f":{number}", reason))
        else:
            found.append(replace(fields, part=fields.part or f":{number}"))
    if not any(isinstance(one, Fields) for one in found):  # it only looked like an export
        return []
    return found


def _blocks_to(lines: Iterable[str], is_end: Callable[[str], object]) -> Iterator[list[str]]:
    """Yield the lines up to each end, with it, and many lines after the last."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if is_end(line):
            yield block
            block = []
    if len(" ".join(block)) > _LONGEST_REST and not block[0].startswith(_NO_ARTICLE):
        yield block


def _blocks_from(lines: Sequence[str], begin: re.Pattern[str]) -> Iterator[list[str]]:
    """Yield the lines after each beginning."""
    starts = [at for at, line in enumerate(lines) if begin.fullmatch(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield list(lines[start + 1 : end])
