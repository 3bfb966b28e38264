"""Retrieval over ten thousand, a hundred thousand and a million passages.

    python -m benchmarks.million DATA/realtimeqa/2022/questions.jsonl --index DIR
        [--sizes 10000 100000 1000000] [--work var/benchmarks/million]
        [--plot docs/images/million.svg]

Printed: milliseconds, memory, and the share of the exact nearest neighbours that is found.

DIR is an index of real news. Its articles, shuffled, are taken whole until a size is reached. If
they are too few, copies follow that differ from them:

- a fifth of a copy's longer words are other words of the corpus, as frequent as they are there;
- it was published weeks earlier;
- a passage's vector is moved by the difference of two other passages' vectors, until its cosine
  with its own is 0.9.

So copies are as near to each other as different news of one story. The indexes are written as
`dateline build` writes them, into --work, and kept for the next run.

Each size is measured in a process of its own. A question of QUESTIONS is encoded, and both searches
run. Their results are fused, the passages are read from disk, and near-copies are collapsed. Every
third question asks for one outlet, every third for half a year. The first 20 warm up. An index is
opened twice. The second time none of its files are in memory, and the first questions are asked so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import arguments, memory_mb
from index.passages import SETTINGS
from index.profiling import profiled
from index.stores.local.generations import open_index
from index.stores.local.segments import VECTORS
from index.stores.local.store import LocalStore
from index.stores.local.vectors import VectorIndex
from index.stores.manifest import ENCODERS
from index.stores.places import encoder_of, place_of
from index.types import Article, Filters, Passage, Vectors
from qa.evaluation.questions import read_questions

_COSINE, _REPLACED, _WARM = 0.9, 0.2, 20
_STAGES = ("encoding the question", "searching vectors", "searching keywords")
_COLUMNS = (  # (title, key of a row, width, digits)
    ("passages", "passages", 10, 0),
    ("written s", "written", 11, 0),
    ("opened s", "opened", 10, 2),
    ("cold", "cold", 7, 2),
    ("first ms", "first", 10, 0),
    ("p50 ms", "p50", 8, 1),
    ("p95 ms", "p95", 8, 1),
    ("encode", "encoding the question", 8, 1),
    ("vectors", "searching vectors", 9, 1),
    ("words", "searching keywords", 7, 1),
    ("RSS MB", "rss", 8, 0),
    ("exact ms", "exact", 10, 1),
    ("@10", "recall@10", 7, 3),
    ("@100", "recall@100", 7, 3),
)


def main() -> None:
    """Write the indexes that are missing, measure each, and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--most", type=int, default=320, help="questions, with those that warm up")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/million"))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        questions = sampled(options.questions, options.most)
        if options.cold:
            figures = measure_cold(options.measure, questions[:20])
        else:
            figures = measure_warm(options.measure, questions)
        print(json.dumps(figures))
        return
    print("".join(f"{title:>{width}}" for title, _, width, _ in _COLUMNS) + "  vectors")
    rows = []
    for size in options.sizes:
        folder = options.work / str(size)
        if not (folder / "CURRENT").exists():
            write(options.index, folder, size)
        command = [sys.executable, "-m", "benchmarks.million", str(options.questions)]
        command += ["--most", str(options.most), "--measure", str(folder)]
        row = json.loads(subprocess.check_output(command))
        row |= json.loads(subprocess.check_output([*command, "--cold"]))
        rows.append(row)
        cells = "".join(f"{row[key]:>{width},.{digits}f}" for _, key, width, digits in _COLUMNS)
        print(f"{cells}  {row['kind']}", flush=True)
    if options.plot is not None:
        plot(rows, options.plot)


def sampled(file: Path, most: int) -> list[tuple[str, Filters]]:
    """Return questions: a third for one outlet, a third for half a year."""
    questions = [question.question for question in read_questions(file)]
    filters = (
        Filters(),
        Filters(sources=("usatoday.com",)),
        Filters(since=dt.date(2022, 3, 1), until=dt.date(2022, 8, 31)),
    )
    chosen = random.Random(0).sample(questions, min(most, len(questions)))
    return [(text, filters[number % 3]) for number, text in enumerate(chosen)]


@dataclass(frozen=True, slots=True)
class Source:
    """An article of an index as indexed, and its text split at the longer words."""

    passages: Sequence[Passage]
    vectors: Vectors
    pieces: list[str]

    @property
    def article(self) -> Article:
        """The article itself."""
        return self.passages[0].article


def write(source: Path, folder: Path, size: int) -> None:
    """Write an index of at least `size` passages, made from those of another index."""
    store = open_index(source)
    embedder = encoder_of(place_of(source), store)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source / ENCODERS, folder / ENCODERS)
    began = time.perf_counter()
    rng = random.Random(0)
    sources = shuffled(store, rng)
    articles = enough_articles(sources, size, rng)
    with place_of(folder).writing() as writer:
        writer.begin(embedder, SETTINGS, articles, None)
        for passages, vectors in passages_of(sources, articles):
            writer.add(passages, vectors)
        writer.publish()
    (folder / "written").write_text(f"{time.perf_counter() - began}\n")


def shuffled(store: LocalStore, rng: random.Random) -> list[Source]:
    """Return the articles of an index in a random order."""
    found = []
    for article in store.articles():
        passages, vectors = store.indexed(article.id)
        found.append(Source(passages, vectors, re.split(r"([A-Za-z]{4,})", article.text)))
    rng.shuffle(found)
    return found


def enough_articles(sources: Sequence[Source], size: int, rng: random.Random) -> list[Article]:
    """Return the sources' articles, then copies, until they have `size` passages."""
    by_length: dict[int, list[str]] = {}
    for source in sources:
        for word in source.pieces[1::2]:
            by_length.setdefault(len(word), []).append(word)
    articles: list[Article] = []
    count = turn = 0
    while True:
        for source in sources:
            if turn:
                articles.append(copy_of(source, turn, by_length, rng))
            else:
                articles.append(source.article)
            count += len(source.passages)
            if count >= size:
                return articles
        turn += 1


def copy_of(
    source: Source, turn: int, by_length: dict[int, list[str]], rng: random.Random
) -> Article:
    """Return the article with a fifth of its longer words replaced, published weeks earlier.

    Words are replaced by others of the same length, so offsets stay.
    """
    changed = list(source.pieces)
    places = range(1, len(changed), 2)
    for place in rng.sample(places, int(_REPLACED * len(places))):
        changed[place] = rng.choice(by_length[len(changed[place])])
    published = source.article.published
    if published is not None:
        published -= dt.timedelta(weeks=turn)
    id = f"{source.article.id}~{turn}"
    return replace(source.article, id=id, text="".join(changed), published=published, story=id)


def passages_of(
    sources: Sequence[Source], articles: Sequence[Article]
) -> Iterator[tuple[Sequence[Passage], Vectors]]:
    """Yield the passages and vectors of the articles; those of copies are moved."""
    numbers = np.random.default_rng(0)
    every = np.concatenate([source.vectors for source in sources])
    for number, article in enumerate(articles):
        source = sources[number % len(sources)]
        if number < len(sources):
            yield source.passages, source.vectors
        else:
            passages = [replace(passage, article=article) for passage in source.passages]
            yield passages, moved(source.vectors, every, numbers)


def moved(vectors: Vectors, every: Vectors, numbers: np.random.Generator) -> Vectors:
    """Return unit vectors at a cosine of 0.9 to these, moved as two others differ."""
    one, other = every[numbers.integers(0, len(every), (2, len(vectors)))]
    away = one - other
    away -= (away * vectors).sum(axis=1, keepdims=True) * vectors
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    found = (_COSINE * vectors + (1 - _COSINE**2) ** 0.5 * away).astype(np.float32)
    unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def measure_warm(folder: Path, questions: Sequence[tuple[str, Filters]]) -> dict[str, Any]:
    """Measure a fresh process that opens the index and finds passages, its files in memory."""
    from qa.answering.retrieval import retrieve
    from qa.answering.understanding import understand

    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                while opened.read(1 << 24):
                    pass
    began = time.perf_counter()
    store = open_index(folder)
    opened_in = time.perf_counter() - began
    embedder = encoder_of(place_of(folder), store)
    times: list[float] = []
    stages: dict[str, list[float]] = {name: [] for name in _STAGES}
    for number, (text, filters) in enumerate(questions):
        with profiled() as spent:
            retrieve(store, embedder, replace(understand(text), filters=filters), 16)
        if number >= _WARM:
            times.append(spent["in all"])
            for name in _STAGES:
                stages[name].append(spent[name])
    p50, p95 = np.percentile(times, [50, 95])
    vectors = [(embedder.encode_question(text), filters) for text, filters in questions]
    return {
        "passages": store.manifest["counts"]["passages"],
        "kind": store.manifest["vectors"],
        "written": float((folder / "written").read_text()),
        "opened": opened_in,
        "p50": float(p50),
        "p95": float(p95),
        "rss": memory_mb(),
        **{name: statistics.median(some) for name, some in stages.items()},
        **compare_with_exact(store, vectors),
    }


def measure_cold(folder: Path, questions: Sequence[tuple[str, Filters]]) -> dict[str, Any]:
    """Measure opening, and the first questions without a filter, with no file in memory."""
    from qa.answering.retrieval import retrieve
    from qa.answering.understanding import understand

    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.perf_counter()
    store = open_index(folder)
    opened_in = time.perf_counter() - began
    embedder = encoder_of(place_of(folder), store)
    times = []
    for text, filters in questions:
        if not filters:
            began = time.perf_counter()
            retrieve(store, embedder, understand(text), 16)
            times.append(1000 * (time.perf_counter() - began))
    return {"cold": opened_in, "first": statistics.median(times)}


def compare_with_exact(
    store: LocalStore, questions: Sequence[tuple[Vectors, Filters]]
) -> dict[str, float]:
    """Return the share of the exact neighbours that the index finds, of the first 10 and 100.

    Also returns the median milliseconds of the exact search without a filter.
    """
    flat = VectorIndex(store.folder / VECTORS)
    times: list[float] = []
    tens: list[float] = []
    hundreds: list[float] = []
    for vector, filters in questions:
        allowed = store._allowed(filters) if filters else None
        began = time.perf_counter()
        right = [row for row, _ in flat.nearest(vector, 100, allowed)]
        if not filters:
            times.append(1000 * (time.perf_counter() - began))
        found = [row for row, _ in store._vectors.nearest(vector, 100, allowed)]
        if right:
            tens.append(share_found(right[:10], found[:10]))
            hundreds.append(share_found(right, found))
    return {
        "exact": statistics.median(times),
        "recall@10": float(np.mean(tens)),
        "recall@100": float(np.mean(hundreds)),
    }


def share_found(right: Sequence[int], found: Sequence[int]) -> float:
    """Return the share of the right rows that are among those found."""
    return len({*right} & {*found}) / len(right)


def plot(rows: Sequence[dict[str, Any]], target: Path) -> None:
    """Draw milliseconds and memory against the number of passages, as SVG."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "million"
    import matplotlib.pyplot as plt

    sizes = [row["passages"] for row in rows]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for name, key, style in (
        ("p95", "p95", "o-"),
        ("median", "p50", "o--"),
        ("of it: vectors", "searching vectors", "s:"),
        ("of it: words", "searching keywords", "^:"),
    ):
        left.plot(sizes, [row[key] for row in rows], style, label=name)
    left.plot(
        sizes,
        [row["exact"] for row in rows],
        "x:",
        color="grey",
        label="vectors, if searched exactly",
    )
    left.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms", title="one retrieval")
    right.plot(sizes, [row["rss"] for row in rows], "o-")
    right.set(
        xscale="log",
        xlabel="passages",
        ylabel="MB",
        ylim=(0, None),
        title="resident memory after the questions",
    )
    left.legend(fontsize="small")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
