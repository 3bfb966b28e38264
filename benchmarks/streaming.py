"""How much memory a build takes, by the number of articles.

    python -m benchmarks.streaming DATA/realtimeqa/2022/articles.jsonl.gz [MORE.jsonl.gz ...]
        [--articles 7000 14000] [--work var/benchmarks/streaming] [--kill]
    python -m benchmarks.streaming --comparing 56000

For each size a corpus is written into --work: the articles, then copies in which a fifth of the
longer words are other words of the same length. It is built in a process of its own. Printed is the
largest resident memory of each step in MB, and what a million passages would take by the two
largest sizes.

Vectors are drawn by the text, since encoding a million passages takes hours. The encoder is opened
and encodes once, so its memory counts. Everything else is what `dateline build` does. With --kill
the largest build is killed after half of its passages and begun again. Printed is how many passages
the second one encodes.

--comparing measures the step that takes most memory by itself, in a minute. Near-copies are looked
for among articles of 1,500 drawn shingles, of which a third are in ten articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import index
from benchmarks.measuring import arguments, memory_mb
from index.models.encoder import DEFAULT_ENCODER, CompiledEncoder, compiled_encoder
from index.text import near_duplicates
from index.types import Article, Vectors

_REPLACED = 0.2
_IN_A_FILE = 1_000  # articles
_WORDS_FROM = 1_000  # articles
_GOAL = 1_000_000  # passages
_SHINGLES = 1_500  # of a drawn article


def main() -> None:
    """Write the corpora that are missing, build each, and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("articles", type=Path, nargs="*")
    parser.add_argument("--sizes", "--articles", type=int, nargs="*", default=[7_000, 14_000])
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/streaming"))
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--comparing", type=int, metavar="ARTICLES")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        print(json.dumps(build(options.articles[0], options.articles[1])))
        return
    if options.comparing is not None:
        compare_drawn(options.comparing)
        return
    rows = []
    for size in options.sizes:
        corpus = options.work / f"corpus{size}"
        if not (corpus / "whole").exists():
            write_corpus(options.articles, corpus, size)
        folder = options.work / f"index{size}"
        shutil.rmtree(folder, ignore_errors=True)
        if options.kill and size == max(options.sizes):
            kill_half_way(corpus, folder)
        rows.append(measured(corpus, folder))
        print_row(rows[-1])
    if len(rows) > 1:
        print_goal(*sorted(rows, key=lambda row: row["passages"])[-2:])


def print_row(row: dict[str, Any]) -> None:
    """Print what a build took."""
    steps = ", ".join(f"{step} {memory:.0f}" for step, memory in row["memory"].items())
    print(
        f"{row['articles']:,} articles, {row['passages']:,} passages, {row['encoded']:,} encoded, "
        f"{row['seconds']:.0f} s: at most {max(row['memory'].values()):.0f} MB ({steps})",
        flush=True,
    )


def print_goal(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print what a million passages would take, step by step on a straight line."""
    found = {}
    for step, memory in large["memory"].items():
        more = large["passages"] - small["passages"]
        slope = (memory - small["memory"].get(step, memory)) / more
        found[step] = memory + max(0.0, slope) * (_GOAL - large["passages"])
    steps = ", ".join(f"{step} {memory:.0f}" for step, memory in found.items())
    print(f"{_GOAL:,} passages by these two: at most {max(found.values()):.0f} MB ({steps})")


def write_corpus(sources: Sequence[Path], corpus: Path, size: int) -> None:
    """Write so many articles, in files of a thousand."""
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    for number, line in enumerate(repeated(sources, size)):
        with (corpus / f"{number // _IN_A_FILE:05d}.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    (corpus / "whole").touch()


def repeated(sources: Sequence[Path], size: int) -> Iterator[str]:
    """Yield the articles of the sources as JSON lines, then altered copies of them."""
    rng, by_length = random.Random(0), dict[int, list[str]]()
    count = turn = 0
    while True:
        for source in sources:
            with gzip.open(source, "rt", encoding="utf-8") as lines:
                for line in lines:
                    fields = json.loads(line)
                    if turn:
                        fields["text"] = altered(fields["text"], by_length, rng)
                        fields["id"] = f"{fields.get('id', count)}~{turn}"
                    elif count < _WORDS_FROM:
                        for word in re.findall(r"[A-Za-z]{4,}", fields["text"]):
                            by_length.setdefault(len(word), []).append(word)
                    yield json.dumps(fields, ensure_ascii=False)
                    count += 1
                    if count >= size:
                        return
        turn += 1


def altered(text: str, by_length: dict[int, list[str]], rng: random.Random) -> str:
    """Return a text with a fifth of its longer words replaced by others of the same length."""
    pieces = re.split(r"([A-Za-z]{4,})", text)
    places = range(1, len(pieces), 2)
    for place in rng.sample(places, int(_REPLACED * len(places))):
        pieces[place] = rng.choice(by_length.get(len(pieces[place]), [pieces[place]]))
    return "".join(pieces)


def compare_drawn(count: int) -> None:
    """Look for near-copies among articles of drawn shingles, and print the memory."""
    rng = np.random.default_rng(0)
    own = rng.integers(0, 2**32, (count // 10 + 1, _SHINGLES), dtype=np.uint32)
    signatures = iter(rng.integers(0, 2**32, (count, 96), dtype=np.uint32))
    turns = iter(range(count))

    def drawn(text: str) -> NDArray[np.uint32]:
        turn, group = divmod(next(turns), len(own))
        found = own[group] + np.uint32(turn * 7919)
        found[: _SHINGLES // 3] = own[group][: _SHINGLES // 3]
        return np.unique(found)

    before = memory_mb()
    with patch.multiple(near_duplicates, shingles_of=drawn, _signature=lambda _: next(signatures)):
        articles = [Article(str(number), "", source=f"{number % 50}") for number in range(count)]
        found = near_duplicates.find_near_duplicates(articles)
    print(
        f"{count:,} articles, {len(found.shingles):,} shingles: at most "
        f"{memory_mb(kind='VmHWM'):.0f} MB, {before:.0f} before; {memory_mb():.0f} stay"
    )


def command(corpus: Path, folder: Path) -> list[str]:
    """Return the command that builds in a process of its own."""
    return [sys.executable, "-m", "benchmarks.streaming", str(corpus), str(folder), "--build"]


def measured(corpus: Path, folder: Path) -> dict[str, Any]:
    """Build in a process of its own and return what it took."""
    found: dict[str, Any] = json.loads(subprocess.check_output(command(corpus, folder)))
    return found


def kill_half_way(corpus: Path, folder: Path) -> None:
    """Begin a build and kill it when it has written half of what it will encode."""
    process = subprocess.Popen(command(corpus, folder), stdout=subprocess.DEVNULL)
    file = folder / "encoders" / "encoded.vectors"
    wanted = 1540 * 9 * sum(1 for part in corpus.glob("*.jsonl") for _ in part.open("rb"))
    while process.poll() is None and not (file.exists() and file.stat().st_size > wanted):
        time.sleep(0.2)
    process.kill()
    process.wait()


class DrawnVectors:
    """An embedder whose vectors are drawn by the text; it has the real encoder's memory."""

    def __init__(self, encoder: CompiledEncoder) -> None:
        self._encoder, self.encoded = encoder, 0
        self.name, self.fingerprint, self.dimensions = "drawn", "drawn", encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text."""
        if not self.encoded:
            self._encoder.encode(texts)
        self.encoded += len(texts)
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = zlib.crc32(text.encode("utf-8", "replace"))
            row[:] = np.random.default_rng(seed).standard_normal(self.dimensions, np.float32)
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def encode_question(self, question: str) -> Vectors:
        """Return the vector of a question."""
        vector: Vectors = self.encode([question])[0]
        return vector


def build(corpus: Path, folder: Path) -> dict[str, Any]:
    """Build, and return the counts and the largest memory of each step in MB."""
    memory: dict[str, float] = {}
    doing = "opening"
    embedder = DrawnVectors(compiled_encoder(DEFAULT_ENCODER, folder / "encoders"))

    def progress(what: str, done: int, total: int) -> None:
        nonlocal doing
        if what != doing:
            note(doing)
            doing = what
        elif what == "indexing articles" and done == total:
            note(doing)
            doing = "publishing"

    def note(step: str) -> None:
        """Keep the peak of a step, and begin the next one's."""
        memory[step] = max(memory.get(step, 0.0), memory_mb(kind="VmHWM"))
        Path("/proc/self/clear_refs").write_text("5")

    summary = index.build(corpus, folder, embedder=embedder, progress=progress)
    note(doing)
    return {
        "articles": summary.articles,
        "passages": summary.passages,
        "encoded": embedder.encoded,
        "seconds": summary.seconds,
        "memory": memory,
    }


if __name__ == "__main__":
    main()
