"""Retrieval over ten thousand, a hundred thousand and a million passages: milliseconds, memory, and how many of the exact neighbours are found.

    python -m benchmarks.million DATA/realtimeqa/2022/questions.jsonl --index DIR [--sizes 10000 100000 1000000]
        [--work var/benchmarks/million] [--plot docs/images/million.svg]

DIR is an index of real news. Its articles, shuffled, are taken whole until a size is reached; where they are too few, copies follow that
are not the same: in each a fifth of the longer words are others of the corpus, as frequent as they are there; it was published weeks
earlier; and a passage's vector is moved by the difference of two other passages' vectors, to a cosine of 0.9 with its own. So copies are
as near to each other as different news of one story. The indexes are written as `dateline build` writes them, into --work, and kept for
the next run. Each is measured in a process of its own, where a question is one of QUESTIONS: encoding it, both searches, fusion, reading
the passages from disk, collapsing near-copies. Every third asks of one outlet, every third of half a year. The first 20 warm up. An index is opened twice, the second time with none
of its files in memory, and is asked its first questions so.
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
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.pipeline import SETTINGS
from index.profiling import profiled
from index.stores.local.generations import ENCODERS, OpenIndex, encoder_of, open_index, writing
from index.stores.local.store import VECTORS
from index.stores.local.vectors import VectorIndex
from index.types import Article, Filters, Passage, Vectors

_COSINE, _REPLACED, _WARM = 0.9, 0.2, 20
_STAGES = ("encoding the question", "searching vectors", "searching keywords")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
        questions = asked(options.questions, options.most)
        print(
            json.dumps(
                cold(options.measure, questions[:20])
                if options.cold
                else measured(options.measure, questions)
            )
        )
        return
    rows = []
    print(
        f"{'passages':>10}{'written s':>11}{'opened s':>10}{'cold':>7}{'first ms':>10}{'p50 ms':>8}{'p95 ms':>8}{'encode':>8}{'vectors':>9}{'words':>7}{'RSS MB':>8}"
        f"{'exact ms':>10}{'@10':>7}{'@100':>7}  vectors"
    )
    for size in options.sizes:
        folder = options.work / str(size)
        if not (folder / "CURRENT").exists():
            write(options.index, folder, size)
        command = [
            sys.executable,
            "-m",
            "benchmarks.million",
            str(options.questions),
            "--most",
            str(options.most),
            "--measure",
            str(folder),
        ]
        row = json.loads(subprocess.check_output(command)) | json.loads(
            subprocess.check_output([*command, "--cold"])
        )
        rows.append(row)
        print(
            f"{row['passages']:>10,}{row['written']:>11.0f}{row['opened']:>10.2f}{row['cold']:>7.2f}{row['first']:>10.0f}{row['p50']:>8.1f}{row['p95']:>8.1f}"
            + "".join(
                f"{row[name]:>{width}.1f}" for name, width in zip(_STAGES, (8, 9, 7), strict=True)
            )
            + f"{row['rss']:>8.0f}{row['exact']:>10.1f}{row['recall@10']:>7.3f}{row['recall@100']:>7.3f}  {row['kind']}",
            flush=True,
        )
    if options.plot is not None:
        plot(rows, options.plot)


def asked(file: Path, most: int) -> list[tuple[str, Filters]]:
    """Questions, a third of them of one outlet, a third of half a year."""
    questions = [
        json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()
    ]
    filters = (
        Filters(),
        Filters(sources=("usatoday.com",)),
        Filters(since=dt.date(2022, 3, 1), until=dt.date(2022, 8, 31)),
    )
    return [
        (text, filters[number % 3])
        for number, text in enumerate(random.Random(0).sample(questions, min(most, len(questions))))
    ]


def write(source: Path, folder: Path, size: int) -> None:
    """An index of at least `size` passages out of those of another."""
    store = open_index(source)
    embedder = encoder_of(source, store)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source / ENCODERS, folder / ENCODERS)
    began, count = time.perf_counter(), 0
    with writing(folder) as desk, desk.draft(embedder, SETTINGS) as draft:
        for passages, vectors in news(store):
            draft.add(passages, vectors)
            count += len(passages)
            if count >= size:
                break
        draft.publish()
    (folder / "written").write_text(f"{time.perf_counter() - began}\n")


def news(store: OpenIndex) -> Iterator[tuple[Sequence[Passage], Vectors]]:
    """The articles of an index as passages and vectors, then copies of them without end."""
    rng, numbers = random.Random(0), np.random.default_rng(0)
    real = [store.indexed(article) for article in store.articles()]
    rng.shuffle(real)
    yield from real
    every = np.concatenate([vectors for _, vectors in real])
    split = [re.split(r"([A-Za-z]{4,})", passages[0].article.text) for passages, _ in real]
    by_length: dict[int, list[str]] = {}
    for pieces in split:
        for word in pieces[1::2]:
            by_length.setdefault(len(word), []).append(word)
    turn = 0
    while True:
        turn += 1
        for (passages, vectors), pieces in zip(real, split, strict=True):
            changed = list(pieces)
            for place in rng.sample(range(1, len(pieces), 2), int(_REPLACED * (len(pieces) // 2))):
                changed[place] = rng.choice(
                    by_length[len(pieces[place])]
                )  # of the same length: offsets stay
            article = copy(passages[0].article, "".join(changed), turn)
            one, other = every[numbers.integers(0, len(every), (2, len(vectors)))]
            away = one - other
            away -= (away * vectors).sum(axis=1, keepdims=True) * vectors
            away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
            moved = (_COSINE * vectors + (1 - _COSINE**2) ** 0.5 * away).astype(np.float32)
            yield (
                [replace(passage, article=article) for passage in passages],
                moved / np.linalg.norm(moved, axis=1, keepdims=True),
            )


def copy(article: Article, text: str, turn: int) -> Article:
    published = (
        article.published - dt.timedelta(weeks=turn) if article.published is not None else None
    )
    return replace(
        article,
        id=f"{article.id}~{turn}",
        text=text,
        published=published,
        story=f"{article.id}~{turn}",
    )


def measured(folder: Path, questions: Sequence[tuple[str, Filters]]) -> dict[str, Any]:
    """What one fresh process needs to open the index and to find passages for the questions."""
    from qa.answering.retrieval import retrieve
    from qa.archive import understand

    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as one:
                while one.read(1 << 24):  # into the system's memory, as after some use
                    pass
    began = time.perf_counter()
    store = open_index(folder)
    opened = time.perf_counter() - began
    embedder = encoder_of(folder, store)
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
    row = {
        "passages": store.manifest["counts"]["passages"],
        "kind": store.manifest["vectors"],
        "written": float((folder / "written").read_text()),
        "opened": opened,
        "p50": float(p50),
        "p95": float(p95),
        "rss": resident(),
        **{name: statistics.median(some) for name, some in stages.items()},
    }
    return row | compared(
        store, [(embedder.encode_question(text), filters) for text, filters in questions]
    )


def cold(folder: Path, questions: Sequence[tuple[str, Filters]]) -> dict[str, float]:
    """What opening takes, and the median of the first questions without a filter, where none of its files is in memory."""
    from qa.answering.retrieval import retrieve
    from qa.archive import understand

    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as one:
                os.posix_fadvise(one.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.perf_counter()
    store = open_index(folder)
    opened = time.perf_counter() - began
    embedder = encoder_of(folder, store)
    times = []
    for text, filters in questions:
        if not filters:
            began = time.perf_counter()
            retrieve(store, embedder, understand(text), 16)
            times.append(1000 * (time.perf_counter() - began))
    return {"cold": opened, "first": statistics.median(times)}


def compared(store: OpenIndex, questions: Sequence[tuple[Vectors, Filters]]) -> dict[str, float]:
    """The share of the first 10 and 100 exact neighbours that the index finds, and the exact search's median milliseconds without a filter."""
    flat = VectorIndex(store.folder / VECTORS)
    times, shares = [], []
    for vector, filters in questions:
        allowed = store._allowed(filters) if filters else None
        began = time.perf_counter()
        right = [row for row, _ in flat.nearest(vector, 100, allowed)]
        if not filters:
            times.append(1000 * (time.perf_counter() - began))
        found = [row for row, _ in store._vectors.nearest(vector, 100, allowed)]
        if right:
            shares.append(
                [
                    len({*right[:first]} & {*found[:first]}) / len(right[:first])
                    for first in (10, 100)
                ]
            )
    ten, hundred = np.mean(shares, axis=0)
    return {
        "exact": statistics.median(times),
        "recall@10": float(ten),
        "recall@100": float(hundred),
    }


def resident() -> float:
    """Resident memory of this process in MB (Linux)."""
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )
    return int(line.split()[1]) / 1024


def plot(rows: Sequence[dict[str, Any]], target: Path) -> None:
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
