"""How long a warm `Archive.ask` takes, and where that time goes.

    python -m benchmarks.asking DATA/realtimeqa/2022/questions.jsonl --index DIR [--questions 200]

Every question is a different one. Each is asked once, one after the other, in one process; the
first 10 warm up. Stages are means, so that they add up; those within "retrieving" and "reading"
count to these two as well.

"Tokenising" is the time of the reader's tokeniser on all cores together: passages and sentences
with their question, in threads. Its share of the wait is at most that time divided by the cores.

The last figure is a lower bound: the int8 matrix products alone, on all cores, of all that was
read for each question. This reader cannot be faster on the same texts in onnxruntime.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import qa
from benchmarks.measuring import arguments
from benchmarks.products import matrix_products
from index.models.runtime import on_all_cores
from index.profiling import profiled
from qa.answering.reader import OnnxReader
from qa.evaluation.questions import read_questions

_WARM = 10


class TimedTokenizer:
    """A tokeniser that counts its seconds and its texts."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self._lock = tokenizer, threading.Lock()
        self.seconds, self.texts = 0.0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode(self, *texts: str) -> Any:
        """Return what the tokeniser returns."""
        began = time.perf_counter()
        encoded = self._tokenizer.encode(*texts)
        with self._lock:
            self.seconds += time.perf_counter() - began
            self.texts += 1
        return encoded


class CountedSession:
    """An onnxruntime session that notes the number of tokens of each run."""

    def __init__(self, session: Any) -> None:
        self._session, self.tokens = session, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Any, given: dict[str, Any]) -> Any:
        """Return what the session returns."""
        self.tokens.append(next(iter(given.values())).shape[1])
        return self._session.run(outputs, given)


def main() -> None:
    """Ask the questions and print where the time went."""
    parser = arguments(__doc__)
    parser.add_argument("file", type=Path, metavar="QUESTIONS")
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    known = [question.question for question in read_questions(options.file)]
    questions = random.Random(0).sample(known, min(options.questions + _WARM, len(known)))
    reader = OnnxReader()
    tokenizer = TimedTokenizer(reader._tokenizer)
    sessions = [CountedSession(session) for session in reader._sessions]
    reader._tokenizer, reader._sessions = tokenizer, sessions  # type: ignore[assignment]
    archive = qa.open(options.index, reader=reader)
    stages: dict[str, list[float]] = {}
    read: list[list[list[int]]] = []  # for each question, the tokens of each run of each part
    for number, question in enumerate(questions):
        if number == _WARM:
            stages, read = {}, []
            tokenizer.seconds, tokenizer.texts = 0.0, 0
        with profiled() as spent:
            archive.ask(question)
        for name, taken in spent.items():
            stages.setdefault(name, []).append(taken)
        read.append([session.tokens for session in sessions])
        for session in sessions:
            session.tokens = []
    print_stages(stages, archive.store.manifest["counts"]["passages"])
    print_tokenising(tokenizer, stages["in all"])
    print_products(reader, read)
    with profiled() as again:
        archive.ask(questions[-1])
    print(f"{'the last question again':<28}{again['encoding the question']:>8.2f} ms to encode it")


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def print_stages(stages: dict[str, list[float]], passages: int) -> None:
    """Print the median and 95th percentile, then one line for each stage."""
    whole = stages["in all"]
    p50, p95 = np.percentile(whole, [50, 95])
    print(
        f"{len(whole)} questions, {passages:,} passages, {cores()} cores: "
        f"median {p50:.0f} ms, p95 {p95:.0f} ms"
    )
    for name, some in stages.items():
        mean = sum(some) / len(whole)
        print(f"{name:<28}{mean:>8.1f} ms{100 * mean / np.mean(whole):>7.1f}%")


def print_tokenising(tokenizer: TimedTokenizer, whole: Sequence[float]) -> None:
    """Print the tokeniser's time for one question, and its largest share of the wait."""
    mean = 1000 * tokenizer.seconds / len(whole)
    share = 100 * mean / cores() / float(np.mean(whole))
    print(
        f"{'tokenising for the reader':<28}{mean:>8.1f} ms{share:>7.1f}% "
        f"({tokenizer.texts / len(whole):.0f} texts, on {cores()} cores)"
    )


def print_products(reader: OnnxReader, read: Sequence[Sequence[Sequence[int]]]) -> None:
    """Print how long the matrix products alone take for what was read for each question."""
    products = [matrix_products(file)[0] for file in reader._files]
    alone = []
    for parts in read:
        began = time.perf_counter()
        for multiply, tokens in zip(products, parts, strict=True):
            on_all_cores(multiply, tokens)
        alone.append(1000 * (time.perf_counter() - began))
    runs = np.mean([list(map(len, parts)) for parts in read], axis=0)
    size = np.mean(np.concatenate([parts[0] for parts in read]))
    print(
        f"{'its int8 products alone':<28}{np.median(alone):>8.1f} ms "
        f"(median; p95 {np.percentile(alone, 95):.0f}): {runs[0]:.1f} and {runs[-1]:.1f} "
        f"texts through the lower and upper layers, {size:.0f} tokens each"
    )


if __name__ == "__main__":
    main()
