"""Stand-ins that depend on the text they are given and on nothing else: no chance, no patching."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.types import Vectors
from qa.types import Hit, Span


@lru_cache(maxsize=10_000)
def _direction(word: str, dimensions: int) -> bytes:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32).tobytes()


class WordEmbedder:
    """The sum of a fixed direction for each word, made length 1: texts that share words are near."""

    def __init__(self, dimensions: int = 32, name: str = "words") -> None:
        self.name, self.dimensions, self.fingerprint = name, dimensions, f"{name}-{dimensions}"
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in ["", *re.findall(r"\w+", text.casefold())]:
                row += np.frombuffer(_direction(word, self.dimensions), dtype=np.float32)
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def encode_question(self, question: str) -> Vectors:
        vector: Vectors = self.encode([question])[0]
        self.encoded.pop()
        return vector


class CapitalReader:
    """Every capitalised word or number of a passage is an answer, the likelier the more words its passage shares with the question."""

    threshold = 0.3

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        asked = set(re.findall(r"\w+", question.casefold()))
        spans = []
        for hit in hits:
            shared = len(asked & set(re.findall(r"\w+", hit.text.casefold()))) / max(1, len(asked))
            for match in re.finditer(r"\b(?:[A-Z]\w+|\d[\d,]*)", hit.text):
                first, last = hit.start + match.start(), hit.start + match.end()
                spans += [
                    Span(hit.article, first, last, score=10 * shared, probability=min(1.0, shared))
                ]
        return sorted(spans, key=lambda span: -span.score)


class FatefulEmbedder(WordEmbedder):
    """One that writes down what it encodes, kills its process once at one word, fails at another, and takes its time; for workers of Ray."""

    def __init__(self, log: Path, kills: str = "", fails: str = "", waits: float = 0.0) -> None:
        super().__init__()
        self._log, self._kills, self._fails, self._waits = log, kills, fails, waits

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {len(texts)}\n")
        met = self._log.with_name("log.met")
        if self._kills and any(self._kills in text for text in texts) and not met.exists():
            met.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if self._fails and any(self._fails in text for text in texts):
            raise ValueError("no vector for this")
        time.sleep(self._waits)
        return super().encode(texts)
