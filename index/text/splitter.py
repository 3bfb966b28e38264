"""The splitter of an article's passages. Sandbox from index/text/chunking.py, since langchain-text-splitters takes a quarter of a second to import."""

from __future__ import annotations

from typing import Any

from langchain_text_splitters.base import TextSplitter
from langchain_text_splitters.character import RecursiveCharacterTextSplitter

from index.text.sentences import sentences


class SentenceSplitter(TextSplitter):
    """Packs whole sentences into pieces of at most `chunk_size` characters that join to the text again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(chunk_overlap=0, strip_whitespace=False, keep_separator=True, **options)
        self._cut = RecursiveCharacterTextSplitter(
            chunk_size=self._chunk_size,
            chunk_overlap=0,
            strip_whitespace=False,
            keep_separator="end",
            separators=["; ", ", ", " ", ""],
        )

    def split_text(self, text: str) -> list[str]:
        splits: list[str] = []
        for start, end in sentences(text):
            splits.extend(
                self._cut.split_text(text[start:end])
                if end - start > self._chunk_size
                else [text[start:end]]
            )
        return self._merge_splits(splits, separator="")
