"""An article to passages: runs of whole sentences, as exact slices of its text.

The packing is that of langchain-text-splitters (`TextSplitter._merge_splits`). Its pieces, without
overlap and stripping, join to the text again, so a passage's start is a running sum. The library's
own `add_start_index` searches for each piece and returns wrong starts.

Boilerplate (index/text/boilerplate.py) is in no passage, so no answer can come from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.text.boilerplate import without_boilerplate
from index.text.sentences import strip

if TYPE_CHECKING:
    from index.text.splitter import SentenceSplitter

PASSAGE_CHARACTERS = 600  # about 130 tokens: fits the reader's 192-token window with its question


def passage_spans(
    text: str, size: int = PASSAGE_CHARACTERS, boilerplate: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the passages, in order.

    A passage has at most `size` characters. Every character that is neither white space nor
    boilerplate is in exactly one span. No span begins or ends with white space. `boilerplate` are
    spans to leave out beside the lines that show themselves to be boilerplate. Raises ValueError
    for a size below 1.
    """
    if size < 1:
        raise ValueError(f"a passage must have at least 1 character, not {size}")
    # Imported here, so that a build without new articles does not wait for it.
    from index.text.splitter import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=size)
    spans: list[tuple[int, int]] = []
    for start, end in without_boilerplate(text, boilerplate):
        spans.extend(_spans_within(text, start, end, splitter))
    return spans


def _spans_within(
    text: str, block_start: int, block_end: int, splitter: SentenceSplitter
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the passages of text[block_start:block_end]."""
    position = block_start
    for piece in splitter.split_text(text[block_start:block_end]):
        start, end = strip(text, position, position + len(piece))
        if start < end:
            yield start, end
        position += len(piece)
    if position != block_end:  # the splitter lost characters: offsets after it would be wrong
        covered = position - block_start
        raise AssertionError(f"pieces cover {covered} of {block_end - block_start} characters")
