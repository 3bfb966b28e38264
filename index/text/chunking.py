"""An article to passages: runs of whole sentences of at most `size` characters, as exact slices.

The packing is langchain-text-splitters' own (`TextSplitter._merge_splits`) over sentencex's
sentences. With no overlap and no stripping its pieces join to the text again, so a passage's start
is a running sum: its own `add_start_index` searches for the piece and goes wrong (see STYLE.md's
traps). A sentence longer than `size` is cut at commas, spaces and at last anywhere.

Boilerplate (index/text/boilerplate.py) is in no passage, so no answer can come from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.text.boilerplate import without_boilerplate
from index.text.sentences import strip

if TYPE_CHECKING:
    from index.text.splitter import SentenceSplitter

PASSAGE_CHARACTERS = 600  # about 130 tokens: with its question inside the reader's 192-token window


def passage_spans(
    text: str, size: int = PASSAGE_CHARACTERS, boilerplate: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Spans (start, end) of the passages of `text`, in order, without overlap or white space at the edges.

    `boilerplate`: spans to leave out beside those that the lines themselves show to be boilerplate.

    Every character that is neither white space nor boilerplate is in exactly one span.
    Raises ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError(f"a passage must have at least 1 character, not {size}")
    from index.text.splitter import (
        SentenceSplitter,
    )  # where it is needed: a build that meets no new article does not wait for it

    return list(_spans(text, SentenceSplitter(chunk_size=size), boilerplate))


def _spans(
    text: str, splitter: SentenceSplitter, boilerplate: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for block_start, block_end in without_boilerplate(text, boilerplate):
        position = block_start
        for piece in splitter.split_text(text[block_start:block_end]):
            start, end = strip(text, position, position + len(piece))
            if start < end:
                yield start, end
            position += len(piece)
        if position != block_end:  # the splitter lost characters: offsets after it would be wrong
            raise AssertionError(
                f"pieces cover {position - block_start} of {block_end - block_start} characters"
            )
