"""Bad files (benchmarks/bad_files.py, bombs.py), indexed or named in bounded time and memory."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks.bad_files import write_articles
from benchmarks.bombs import hostile
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import Failures, in_child
from index.corpus.cleaning import printable
from index.corpus.files import composed
from index.stores.local.place import FolderPlace

_MOST_NAMED = 102  # reasons for one file: 100 rows, how many more, and why it ended


def _build_bad(corpus: Path, folder: Path, told: Any) -> None:
    began = time.perf_counter()
    summary = index.build(corpus, folder, embedder=WordEmbedder())
    seconds = time.perf_counter() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    busy = sum(one.ru_utime + one.ru_stime for one in used)
    skipped = [(one.path, one.reason) for one in summary.skipped]
    told.send((skipped, seconds, busy, *(one.ru_maxrss >> 10 for one in used)))


def articles(root: Path, count: int = 1000, seed: int = 1) -> tuple[Counter[str], Failures]:
    """Build from so many bad files.

    Each is indexed, or skipped by name with a reason of one line, in bounded time and memory.
    """
    failures = Failures()
    names = write_articles(root / "corpus", count, seed)
    here, there = multiprocessing.Pipe(duplex=False)
    process = in_child(_build_bad, root / "corpus", root / "index", there)
    there.close()
    try:
        skipped, seconds, _, mb, mb_apart = here.recv()
    except EOFError:
        return Counter({"files": len(names)}), [f"the build ended with {process.exitcode}"]
    finally:
        process.join()
    archive = qa.open(root / "index", embedder=WordEmbedder(), reader=CapitalReader())
    stored = list(archive.store.articles())
    indexed = {article.path for article in stored}
    named = {path for path, _ in skipped}
    shown = {printable(path) for path in indexed | named}
    for name in names:
        wanted = printable(composed(name))
        if not any(
            path == wanted or path.startswith((f"{wanted}:", f"{wanted}/")) for path in shown
        ):
            failures.append(f"{name!r} is neither indexed nor named")
    failures += [
        f"{path!r}: {reason!r} is not one line"
        for path, reason in skipped
        if not reason or "\n" in reason
    ]
    failures += [
        f"{article.path}: a secret was read" for article in stored if "root:" in article.text
    ]
    failures += FolderPlace(root / "index").verify()
    answers = archive.ask("who wrote the good article?").answers
    if not any("Alma" in answer.text for answer in answers):
        failures.append("the good article is not found")
    counts = {
        "files": len(names),
        "articles": len(stored),
        "skipped": len(skipped),
        "seconds": round(seconds),
        "MB": mb,
        "MB apart": mb_apart,
    }
    if mb > 2048 or mb_apart > 4096:
        failures.append(f"{mb} MB, {mb_apart} MB apart")
    return Counter(counts), failures


def files(
    root: Path,
    times: int = 500,
    seed: int = 1,
    seconds: float = 60,
    megabytes: int = 1024,
    first: int = 0,
) -> tuple[Counter[str], Failures]:
    """Build from so many hostile files, each alone beside a good one.

    Each build ends within so many seconds of a core and megabytes, the reading process included,
    and the good article is indexed. By the clock it may take twice as long, for a busy machine.
    """
    counts, failures = Counter[str](), Failures()
    slowest = busiest = largest = 0.0
    for number, (name, data) in enumerate(hostile(times, seed, first)):
        corpus = root / f"{number:04d}"
        corpus.mkdir()
        (corpus / name).write_bytes(data)
        (corpus / "good.txt").write_text("The good article was written by Alma Lind.")
        here, there = multiprocessing.Pipe(duplex=False)
        process = in_child(_build_bad, corpus, root / f"{number:04d}-index", there)
        there.close()
        whole = here.poll(2 * seconds)
        if not whole:
            process.kill()
        process.join()
        shutil.rmtree(corpus)
        try:
            skipped, took, busy, mb, mb_apart = here.recv()
        except EOFError:
            failures.append(f"{name!r}: no end within {2 * seconds:.0f} s, or a crash")
            continue
        counts["files"] += 1
        counts["files skipped or in part" if skipped else "files indexed"] += 1
        if busy > seconds or mb + mb_apart > megabytes:
            failures.append(f"{name!r}: {busy:.0f} s of a core, {mb} MB and {mb_apart} MB apart")
        if len(skipped) > _MOST_NAMED or any("\n" in reason for _, reason in skipped):
            failures.append(f"{name!r}: {len(skipped)} reasons")
        archive = qa.open(
            root / f"{number:04d}-index", embedder=WordEmbedder(), reader=CapitalReader()
        )
        if archive.article("good.txt") is None:
            failures.append(f"{name!r} pushed the good article out")
        shutil.rmtree(root / f"{number:04d}-index")
        slowest, busiest = max(slowest, took), max(busiest, busy)
        largest = max(largest, mb + mb_apart)
    counts["seconds, the slowest"] = round(slowest)
    counts["seconds of a core, the slowest"] = round(busiest)
    counts["MB, the largest"] = round(largest)
    return counts, failures
