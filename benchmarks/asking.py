"""How long a warm `Archive.ask` takes, and where that goes.

    python -m benchmarks.asking DATA/realtimeqa/2022/questions.jsonl --index DIR [--questions 200]

Each question is another, asked once, one after the other, in one process; the first 10 warm up. Stages are means, so that they add up
(those within "retrieving" and "reading" count to them too). Tokenising is what the reader's tokeniser takes of both cores' time: passages and
sentences with their question, in threads, so its share of the wait is at most that by the number of cores. Last, the int8 matrix products
alone of all that was read for each question, on all cores: what this reader, run by onnxruntime on the same texts, cannot go below.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

import qa
from benchmarks.products import matrix_products
from index.models.runtime import on_all_cores
from index.profiling import profiled
from qa.answering.reader import OnnxReader

_WARM = 10


class Timed:
    """A tokeniser that counts its seconds."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self._lock, self.seconds, self.texts = tokenizer, threading.Lock(), 0.0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode(self, *texts: str) -> Any:
        began = time.perf_counter()
        encoded = self._tokenizer.encode(*texts)
        with self._lock:
            self.seconds += time.perf_counter() - began
            self.texts += 1
        return encoded


class Counted:
    """A session that notes how many tokens each run was of."""

    def __init__(self, session: Any) -> None:
        self._session, self.tokens = session, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Any, given: dict[str, Any]) -> Any:
        self.tokens.append(next(iter(given.values())).shape[1])
        return self._session.run(outputs, given)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--questions", type=int, default=200, dest="most")
    options = parser.parse_args()
    known = [
        json.loads(line)["question"]
        for line in options.questions.read_text(encoding="utf-8").splitlines()
    ]
    questions = random.Random(0).sample(known, min(options.most + _WARM, len(known)))
    reader = OnnxReader()
    timed = Timed(reader._tokenizer)
    reader._tokenizer = timed  # type: ignore[assignment]
    lower, upper = Counted(reader._lower), Counted(reader._upper)
    reader._lower, reader._upper = lower, upper
    archive = qa.open(options.index, reader=reader)
    stages: dict[str, list[float]] = {}
    read: list[tuple[list[int], list[int]]] = []  # tokens of the runs of each part, a question each
    for number, question in enumerate(questions):
        if number == _WARM:
            stages, timed.seconds, timed.texts = {}, 0.0, 0
        with profiled() as spent:
            archive.ask(question)
        for name, taken in spent.items():
            stages.setdefault(name, []).append(taken)
        read.append((lower.tokens, upper.tokens))
        lower.tokens, upper.tokens = [], []
    p50, p95 = np.percentile(stages["in all"], [50, 95])
    asked, cores = len(stages["in all"]), len(os.sched_getaffinity(0))
    print(
        f"{asked} questions, {archive.store.manifest['counts']['passages']:,} passages, {cores} cores: median {p50:.0f} ms, p95 {p95:.0f} ms"
    )
    whole = float(np.mean(stages["in all"]))
    for name, some in stages.items():
        print(f"{name:<28}{sum(some) / asked:>8.1f} ms{100 * sum(some) / asked / whole:>7.1f}%")
    tokenising = 1000 * timed.seconds / asked
    print(
        f"{'tokenising for the reader':<28}{tokenising:>8.1f} ms{100 * tokenising / cores / whole:>7.1f}% ({timed.texts / asked:.0f} texts, on {cores} cores)"
    )
    products = [matrix_products(file)[0] for file in reader._files]
    alone = []
    for parts in read[_WARM:]:
        began = time.perf_counter()
        for multiply, tokens in zip(products, parts, strict=True):
            on_all_cores(multiply, tokens)
        alone.append(1000 * (time.perf_counter() - began))
    runs = " and ".join(
        f"{np.mean([len(parts[part]) for parts in read[_WARM:]]):.1f}" for part in (0, 1)
    )
    size = np.mean([tokens for parts in read[_WARM:] for tokens in parts[0]])
    print(
        f"{'its int8 products alone':<28}{np.median(alone):>8.1f} ms (median; p95 {np.percentile(alone, 95):.0f}): {runs} texts through the lower and upper layers, {size:.0f} tokens each"
    )
    with profiled() as again:
        archive.ask(questions[-1])
    print(f"{'the last question again':<28}{again['encoding the question']:>8.2f} ms to encode it")


if __name__ == "__main__":
    main()
