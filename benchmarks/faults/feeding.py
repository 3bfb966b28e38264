"""Bad articles and bad questions (benchmarks/bad.py).

Each is indexed, answered, or refused in one line, in bounded time and memory.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks import bad
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import Failures, in_child
from index.corpus.cleaning import printable
from index.corpus.files import composed
from index.stores.local.place import FolderPlace
from index.types import DatelineError

_MOST_NAMED = 101  # reasons for one file


def _build_bad(corpus: Path, folder: Path, told: Any) -> None:
    began = time.perf_counter()
    summary = index.build(corpus, folder, embedder=WordEmbedder())
    here, apart = (
        resource.getrusage(who).ru_maxrss >> 10
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told.send(
        (
            [(one.path, one.reason) for one in summary.skipped],
            time.perf_counter() - began,
            here,
            apart,
        )
    )


def articles(root: Path, count: int = 1000, seed: int = 1) -> tuple[Counter[str], Failures]:
    """Build from so many bad files.

    Each is indexed, or skipped by name with a reason of one line, in bounded time and memory.
    """
    failures = Failures()
    names = bad.write_articles(root / "corpus", count, seed)
    here, there = multiprocessing.Pipe(duplex=False)
    process = in_child(_build_bad, root / "corpus", root / "index", there)
    there.close()
    try:
        skipped, seconds, mb, mb_apart = here.recv()
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
    root: Path, count: int = 500, seed: int = 1, seconds: float = 60, megabytes: int = 1024
) -> tuple[Counter[str], Failures]:
    """Build from so many hostile files, each alone beside a good one.

    Each build ends within so many seconds and megabytes, the reading process included, and the
    good article is indexed.
    """
    counts, failures = Counter[str](), Failures()
    slowest = largest = 0.0
    for number, (name, data) in enumerate(bad.hostile(count, seed)):
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
            skipped, took, mb, mb_apart = here.recv()
        except EOFError:
            failures.append(f"{name!r}: no end within {2 * seconds:.0f} s, or a crash")
            continue
        counts["skipped" if skipped else "indexed"] += 1
        if took > seconds or mb + mb_apart > megabytes:
            failures.append(f"{name!r}: {took:.0f} s, {mb} MB and {mb_apart} MB apart")
        if len(skipped) > _MOST_NAMED or any("\n" in reason for _, reason in skipped):
            failures.append(f"{name!r}: {len(skipped)} reasons")
        archive = qa.open(
            root / f"{number:04d}-index", embedder=WordEmbedder(), reader=CapitalReader()
        )
        if archive.article("good.txt") is None:
            failures.append(f"{name!r} pushed the good article out")
        shutil.rmtree(root / f"{number:04d}-index")
        slowest, largest = max(slowest, took), max(largest, mb + mb_apart)
    counts["seconds, the slowest"] = round(slowest)
    counts["MB, the largest"] = round(largest)
    return counts, failures


def questions(
    root: Path, count: int = 2000, seed: int = 1, seconds: float = 2
) -> tuple[Counter[str], Failures]:
    """Ask so many fuzzed questions of the real index of corpus/.

    Each gets a reply or one clear error, within so many seconds.
    """
    counts, failures, slowest = Counter[str](), Failures(), 0.0
    build_real = index.build("corpus", root / "index")
    archive = qa.open(root / "index")
    archive.ask("is the reader loaded?")
    for question in bad.questions(count, seed):
        began = time.perf_counter()
        try:
            reply = archive.ask(question)
            counts["answered" if reply.answered else "silent"] += 1
            json.dumps(reply.to_dict()).encode()
            for answer in reply.answers:
                failures += [
                    f"{question[:60]!r}: no slice"
                    for c in answer.citations
                    if c.article.text[c.start : c.end] != c.text
                ]
        except DatelineError as error:
            counts["one error"] += 1
            if "\n" in str(error) or len(str(error)) > 300:
                failures.append(f"{question[:60]!r}: {str(error)[:100]!r}")
        except BaseException as error:
            failures.append(f"{question[:60]!r}: {type(error).__name__}: {str(error)[:200]}")
        took = time.perf_counter() - began
        slowest = max(slowest, took)
        if took > seconds:
            failures.append(f"{question[:60]!r}: {took:.1f} s")
    counts["articles"] = build_real.articles
    counts["milliseconds, the slowest"] = round(1000 * slowest)
    return counts, failures
