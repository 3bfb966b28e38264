"""Stand-ins for tests. They depend on the text they are given: no chance, no patching."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fakes import CapitalReader, WordEmbedder
from index.types import Vectors

__all__ = ["CapitalReader", "FatefulEmbedder", "WordEmbedder"]


class FatefulEmbedder(WordEmbedder):
    """An embedder for Ray's workers that logs what it encodes, and fails as it is told.

    Kills its process once at the word `kills`, raises at the word `fails`, and waits each time.
    """

    def __init__(self, log: Path, kills: str = "", fails: str = "", waits: float = 0.0) -> None:
        super().__init__()
        self._log, self._kills, self._fails, self._waits = log, kills, fails, waits

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors; log the process and the number of texts first."""
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
