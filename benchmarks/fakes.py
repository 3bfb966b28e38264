"""An embedder and a reader that depend on the text they are given and on nothing else.

They need no model and use no chance, so fault campaigns and tests run fast and fail only for a
reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.types import Vectors
from qa.types import Hit, Span


@lru_cache(maxsize=10_000)
def _direction(word: str, dimensions: int) -> bytes:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32).tobytes()


class WordEmbedder:
    """Embeds a text as the sum of a fixed direction for each of its words, made length 1.

    Texts that share words are near each other. `encoded` holds the texts encoded so far.
    """

    def __init__(self, dimensions: int = 32, name: str = "words") -> None:
        self.name, self.dimensions, self.fingerprint = name, dimensions, f"{name}-{dimensions}"
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each text: float32, (len(texts), dimensions)."""
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in ["", *re.findall(r"\w+", text.casefold())]:
                row += np.frombuffer(_direction(word, self.dimensions), dtype=np.float32)
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def encode_question(self, question: str) -> Vectors:
        """Return the unit vector of a question; it does not count as encoded."""
        vector: Vectors = self.encode([question])[0]
        self.encoded.pop()
        return vector


class CapitalReader:
    """Takes every capitalised word or number for an answer.

    It is the likelier, the more words its passage shares with the question. `most` is how many it
    returns.
    """

    threshold = 0.3
    most: int | None = None

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """Return the capitalised words and numbers of the hits, the likeliest first."""
        asked = set(re.findall(r"\w+", question.casefold()))
        spans = []
        for hit in hits:
            shared = len(asked & set(re.findall(r"\w+", hit.text.casefold()))) / max(1, len(asked))
            for match in re.finditer(r"\b(?:[A-Z]\w+|\d[\d,]*)", hit.text):
                start, end = hit.start + match.start(), hit.start + match.end()
                spans.append(
                    Span(hit.article, start, end, score=10 * shared, probability=min(1.0, shared))
                )
        return sorted(spans, key=lambda span: -span.score)[: self.most]
