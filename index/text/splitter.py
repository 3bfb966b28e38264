"""The splitter of text into passages.

It stands apart from chunking.py, since its library is slow to import.
"""

from __future__ import annotations

from typing import Any

from langchain_text_splitters.base import TextSplitter
from langchain_text_splitters.character import RecursiveCharacterTextSplitter

from index.text.sentences import sentences


class SentenceSplitter(TextSplitter):
    """Packs whole sentences into pieces of at most `chunk_size` characters.

    The pieces join to the text again. A longer sentence is cut after a semicolon or comma, else at
    a space, else anywhere.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(chunk_overlap=0, strip_whitespace=False, keep_separator=True, **options)
        self._long_sentences = RecursiveCharacterTextSplitter(
            chunk_size=self._chunk_size,
            chunk_overlap=0,
            strip_whitespace=False,
            keep_separator="end",
            separators=["; ", ", ", " ", ""],
        )

    def split_text(self, text: str) -> list[str]:
        """Return the pieces of the text, in order."""
        parts: list[str] = []
        for start, end in sentences(text):
            sentence = text[start:end]
            if len(sentence) > self._chunk_size:
                parts.extend(self._long_sentences.split_text(sentence))
            else:
                parts.append(sentence)
        return self._merge_splits(parts, separator="")
