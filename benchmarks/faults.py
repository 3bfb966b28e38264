"""Fault injection: what docs/RELIABILITY.md promises, tried until it breaks. Prints counts; status 1 where a promise broke.

    python -m benchmarks.faults kills boundaries full readers damage unchecked articles questions     (or some of them)
    python -m benchmarks.faults kills --times 300

tests/test_faults.py runs the same functions in short. The encoder and the reader are stand-ins that depend on the text
alone, but for `questions`, which asks the real index of corpus/. Needs fork (Linux, macOS).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks import bad
from index import folder as index_folder
from index.folder import current, open_index, rollback, verify
from index.types import DatelineError
from tests.fakes import CapitalReader, WordEmbedder

QUESTION = "Who brokered the truce?"
_STORY = "The talks went on for days in the harbour town. "
Failures = list[str]


def corpus_of(folder: Path, number: int) -> Path:
    """A corpus whose every article names Town `number` as the broker: a mix of two generations would show."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in "abcdef":
        (folder / f"{name}.txt").write_text(f"the truce {name} was brokered by Town{number}. {_STORY * 6}")
    return folder


def build(corpus: Path, folder: Path) -> str:
    return index.build(corpus, folder, embedder=WordEmbedder()).generation


def problems(folder: Path, allowed: set[int], archive: qa.Archive | None = None) -> list[str]:
    """What is wrong with the live generation, which must open, verify, and answer with one of the towns `allowed`."""
    try:
        found = [] if archive is not None else verify(folder)
        archive = archive or qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
        reply = archive.ask(QUESTION)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    towns = {answer.text for answer in reply.answers} | {
        hit.text.split("Town")[1].split(".")[0] for hit in reply.passages if "Town" in hit.text
    }
    towns = {town.removeprefix("Town") for town in towns if town.removeprefix("Town").isdecimal()}
    if len(towns) != 1 or not towns <= {str(number) for number in allowed}:
        found.append(f"expected one of {sorted(allowed)}, found towns {sorted(towns)}")
    for answer in reply.answers:
        for citation in answer.citations:
            if citation.article.text[citation.start : citation.end] != citation.text:
                found.append("a citation is no slice of its article")
    return found


def _leftovers(folder: Path) -> int:
    return sum(1 for pattern in (".draft-*", ".trash-*", ".CURRENT") for _ in folder.glob(pattern))


# ---- a process of its own for each build, forked from one that has the libraries loaded


def in_child(target: Callable[..., None], *arguments: Any) -> multiprocessing.process.BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["index.building", "qa.archive", "tests.fakes"])  # else most kills would fall into imports
    process = context.Process(target=target, args=arguments)
    process.start()
    return process


def _build_and_tell(corpus: Path, folder: Path, began: Any) -> None:
    began.send(None)
    build(corpus, folder)


def kills(root: Path, times: int = 300, seed: int = 1) -> tuple[Counter[str], Failures]:
    """kill -9 at a random instant of a build, so many times: the live generation opens, verifies and answers as before or as built."""
    rng, counts, failures = random.Random(seed), Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    live, longest = 0, 0.0
    for number in range(1, times + 1):
        corpus_of(corpus, number)
        here, there = multiprocessing.Pipe(duplex=False)
        process = in_child(_build_and_tell, corpus, folder, there)
        here.recv()
        began = time.perf_counter()
        if number > 3:  # the first three tell how long a build takes
            time.sleep(rng.uniform(0, 1.05) * longest)
            process.kill()
        process.join()
        if number <= 3:
            longest = max(longest, time.perf_counter() - began)
        counts["killed" if process.exitcode == -signal.SIGKILL else "ended before the kill"] += 1
        counts["leftovers of a kill"] += bool(_leftovers(folder))
        failures += [f"kill {number}: {problem}" for problem in problems(folder, {live, number})]
        was, live = live, next(iter(town for town in (number, live) if not problems(folder, {town})), live)
        counts["published before the kill" if live != was else "as it was"] += 1
    build(corpus_of(corpus, times + 1), folder)
    if _leftovers(folder):
        failures.append("the next build left leftovers")
    return counts, failures


def _build_until(corpus: Path, folder: Path, boundary: int, what: str) -> None:
    """Build, and at the boundary-th fsync, rename or replace: "kill" before it, "killed after" it, or make it fail with ENOSPC or EACCES."""
    seen = 0

    def bounded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen - 1 == boundary and what == "kill before":
                os.kill(os.getpid(), signal.SIGKILL)
            if seen - 1 == boundary and what.startswith("E"):
                import errno

                raise OSError(getattr(errno, what), os.strerror(getattr(errno, what)))
            result = real(*arguments, **options)
            if seen - 1 == boundary and what == "kill after":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in ("fsync", "rename", "replace", "mkdir"):
        setattr(os, name, bounded(getattr(os, name)))
    try:
        build(corpus, folder)
    except DatelineError as error:
        os._exit(3 if "\n" not in str(error) else 4)
    except BaseException:
        os._exit(5)
    os._exit(0 if seen <= boundary else 6)


def boundaries(
    root: Path, every: int = 1, kinds: tuple[str, ...] = ("kill before", "kill after", "ENOSPC", "EACCES")
) -> tuple[Counter[str], Failures]:
    """A kill or a failure at each fsync, rename, replace and mkdir of a build: the live generation is the old one or the new one, whole."""
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    build(corpus_of(corpus, 1), folder)
    shutil.copytree(folder, kept := root / "kept")
    corpus_of(corpus, 2)
    for what in kinds:
        for boundary in range(0, 1000, every):
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            process = in_child(_build_until, corpus, folder, boundary, what)
            process.join()
            if process.exitcode == 0:
                break
            counts[what] += 1
            told = {3: "one line", 4: "several lines", 5: "a traceback", 6: "went on", -signal.SIGKILL: "killed"}[process.exitcode or 0]
            counts[f"{what}: {told}"] += 1
            if told in ("several lines", "a traceback"):
                failures.append(f"{what} at {boundary}: {told}")
            failures += [f"{what} at {boundary}: {problem}" for problem in problems(folder, {1, 2})]
            if what.startswith("E") and told == "one line" and (left := _leftovers(folder)) and list(folder.glob(".draft-*")):
                failures.append(f"{what} at {boundary}: {left} leftovers of a build that failed")
            build(corpus, folder)
            failures += [f"{what} at {boundary}, built again: {problem}" for problem in problems(folder, {2})]
            if _leftovers(folder):
                failures.append(f"{what} at {boundary}: the next build left leftovers")
    return counts, failures


def _build_within(corpus: Path, folder: Path, most: int | None) -> None:
    """Build where no file may be longer than `most` bytes: the kernel fails the write, inside whichever library writes."""
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        build(corpus, folder)
    except DatelineError as error:
        os._exit(3 if "\n" not in str(error) else 4)
    except BaseException as error:
        print(f"  {most}: {type(error).__name__}: {error}", file=sys.stderr)
        os._exit(5)
    os._exit(0)


def full(root: Path, times: int = 60) -> tuple[Counter[str], Failures]:
    """A write that the kernel refuses, at sizes from nothing to all that a build writes; on a disk that is full, where one may be mounted."""
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 0), folder)
    corpus_of(corpus, 1)
    longest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    told = {0: "built", 3: "one line", 4: "several lines", 5: "a traceback"}
    for number in range(times):
        process = in_child(_build_within, corpus, folder, longest * number // times)
        process.join()
        said = told.get(process.exitcode or 0, f"ended by signal {-(process.exitcode or 0)}")
        counts[f"no more than so many bytes a file: {said}"] += 1
        if said not in ("built", "one line"):
            failures.append(f"a file of {longest * number // times} bytes: {said}")
        failures += [f"a file of {longest * number // times} bytes: {problem}" for problem in problems(folder, {0, 1})]
    if os.geteuid() == 0 and sys.platform == "linux":
        failures += _full_disk(root, times, told, counts)
    return counts, failures


def _full_disk(root: Path, times: int, told: dict[int, str], counts: Counter[str]) -> Failures:
    import subprocess

    failures, disk = Failures(), root / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        counts["a full disk: none could be mounted"] += 1
        return failures
    try:
        build(corpus_of(root / "corpus", 0), disk / "index")
        used = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
        corpus_of(root / "corpus", 1)
        for number in range(times):
            filler = disk / "filler"
            filler.unlink(missing_ok=True)
            space = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filler.write_bytes(b"x" * max(0, space - 2 * used * number // times))
            process = in_child(_build_within, root / "corpus", disk / "index", None)
            process.join()
            said = told.get(process.exitcode or 0, f"ended by signal {-(process.exitcode or 0)}")
            counts[f"a full disk: {said}"] += 1
            if said not in ("built", "one line"):
                failures.append(f"{2 * used * number // times} bytes left: {said}")
            failures += [f"{2 * used * number // times} bytes left: {problem}" for problem in problems(disk / "index", {0, 1})]
            if said == "built":
                break
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
    return failures


def readers(root: Path, seconds: float = 60, generations: int = 20, threads: int = 32) -> tuple[Counter[str], Failures]:
    """So many threads ask while so many generations are published: no error, each reply wholly of one generation."""
    counts, failures = Counter[str](), Failures()
    corpus, folder = root / "corpus", root / "index"
    build(corpus_of(corpus, 1), folder)
    archive = qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                archive.refresh()
                generation = int(archive.ask(QUESTION).index_generation)
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}")
                return
            counts["replies"] += 1
            counts[f"generation {generation}"] += 1
            failures.extend(problems(folder, set(range(1, generations + 2)), archive))

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in asking:
        thread.start()
    began = time.perf_counter()
    for number in range(2, generations + 2):
        build(corpus_of(corpus, number), folder)
        counts["published"] += 1
        time.sleep(max(0.0, number * seconds / (generations + 1) - (time.perf_counter() - began)))
    stop.set()
    for thread in asking:
        thread.join()
    seen = sum(name.startswith("generation") for name in counts)
    return Counter({"replies": counts["replies"], "published": counts["published"], "generations seen": seen}), failures


def damage(root: Path, places: int = 200, seed: int = 1) -> tuple[Counter[str], Failures]:
    """A bit flipped, or the file cut, at so many places of each file of a generation: refused with the file's name, and rolled back from."""
    rng, counts, failures = random.Random(seed), Counter[str](), Failures()
    folder = root / "index"
    build(corpus_of(root / "corpus", 0), folder)
    build(corpus_of(root / "corpus", 1), folder)
    generation = folder / current(folder)
    for path in sorted(path for path in generation.rglob("*") if path.is_file()):
        original = path.read_bytes()
        for _ in range(places):
            where, bit = rng.randrange(len(original)), 1 << rng.randrange(8)
            for what, content in (
                ("cut", original[:where]),
                ("flipped", original[:where] + bytes([original[where] ^ bit]) + original[where + 1 :]),
            ):
                path.unlink()
                path.write_bytes(content)
                try:
                    open_index(folder)
                    failures.append(f"{path.name} {what} at {where}: it opened")
                except DatelineError as error:
                    counts[f"{what}: refused"] += 1
                    if path.name not in str(error) or "\n" in str(error):
                        failures.append(f"{path.name} {what} at {where}: {error}")
                except BaseException as error:
                    failures.append(f"{path.name} {what} at {where}: {type(error).__name__}: {error}")
        path.unlink()
        path.write_bytes(original[: len(original) // 2])
        rollback(folder)
        counts["rolled back"] += 1
        failures += [f"{path.name}, rolled back: {problem}" for problem in problems(folder, {0})]
        path.write_bytes(original)
        (folder / "CURRENT").write_text(f"{generation.name}\n")
    return counts, failures


def _ask_unchecked(folder: Path, told: Any) -> None:
    """Ask an index whose files are checked by size alone, as those of over 256 MB are."""
    index_folder._CHECKED_ON_OPEN = 0
    try:
        archive = qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
        reply = archive.ask(QUESTION)
        untrue = [
            c
            for answer in reply.answers
            for c in answer.citations
            if c.article.text[c.start : c.end] not in _STORY and "Town1" not in c.text and c.text not in c.article.text
        ]
        texts = {hit.article.text for hit in reply.passages}
        wrong = [text for text in texts if not any(text == f"the truce {name} was brokered by Town1. {_STORY * 6}" for name in "abcdef")]
        told.send("an untrue text" if untrue or wrong else "answered")
    except DatelineError as error:
        told.send("refused" if "\n" not in str(error) else "several lines")
    except BaseException as error:
        told.send(f"a traceback: {type(error).__name__}: {str(error)[:100]}")


def unchecked(root: Path, places: int = 40, seed: int = 1) -> tuple[Counter[str], Failures]:
    """A bit flipped in a file that is not read whole on opening: no untrue text, no traceback, no crash, no hang."""
    rng, counts, failures = random.Random(seed), Counter[str](), Failures()
    folder = root / "index"
    build(corpus_of(root / "corpus", 1), folder)
    generation = folder / current(folder)
    for path in sorted(path for path in generation.rglob("*") if path.is_file() and path.name != "manifest.json"):
        original = path.read_bytes()
        for _ in range(places):
            where = rng.randrange(len(original))
            path.unlink()
            path.write_bytes(original[:where] + bytes([original[where] ^ 1 << rng.randrange(8)]) + original[where + 1 :])
            here, there = multiprocessing.Pipe(duplex=False)
            process = in_child(_ask_unchecked, folder, there)
            there.close()
            said = "ended by a signal"
            with contextlib.suppress(EOFError):
                said = here.recv() if here.poll(20) else "it hangs"
            process.kill()
            process.join()
            counts[f"{path.suffix or path.name}: {said.partition(':')[0]}"] += 1
            if said not in ("answered", "refused"):
                failures.append(f"{path.name} at {where}: {said}")
        path.unlink()
        path.write_bytes(original)
    return counts, failures


def _build_bad(corpus: Path, folder: Path, told: Any) -> None:
    began = time.perf_counter()
    summary = index.build(corpus, folder, embedder=WordEmbedder())
    here, apart = (resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told.send(([(one.path, one.reason) for one in summary.skipped], time.perf_counter() - began, here, apart))


def articles(root: Path, count: int = 1000, seed: int = 1) -> tuple[Counter[str], Failures]:
    """So many bad files: each is indexed, or skipped by name with a reason of one line; in bounded time and memory."""
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
    shown = {"".join(character if character.isprintable() else "\ufffd" for character in path) for path in indexed | named}
    for name in names:
        wanted = "".join(character if character.isprintable() else "\ufffd" for character in name)
        if not any(path == wanted or path.startswith((f"{wanted}:", f"{wanted}/")) for path in shown):
            failures.append(f"{name!r} is neither indexed nor named")
    failures += [f"{path!r}: {reason!r} is not one line" for path, reason in skipped if not reason or "\n" in reason]
    failures += [f"{article.path}: a secret was read" for article in stored if "root:" in article.text]
    failures += verify(root / "index")
    if "Alma" not in str(archive.ask("who wrote the good article?").answers):
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


def questions(root: Path, count: int = 2000, seed: int = 1, seconds: float = 2) -> tuple[Counter[str], Failures]:
    """So many fuzzed questions of the real index of corpus/: a reply or one clear error, none in over so many seconds."""
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
                failures += [f"{question[:60]!r}: no slice" for c in answer.citations if c.article.text[c.start : c.end] != c.text]
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


def run(name: str, campaign: Callable[..., tuple[Counter[str], Failures]], **options: Any) -> bool:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="dateline-faults-") as root:
        counts, failures = campaign(Path(root), **options)
    print(f"{name}: {len(failures)} failures in {time.perf_counter() - began:.0f} s")
    for what, count in sorted(counts.items()):
        print(f"  {count:6d}  {what}")
    for failure in failures[:20]:
        print(f"  FAILED {failure}")
    sys.stdout.flush()
    return not failures


def campaigns() -> Iterator[tuple[str, Callable[..., tuple[Counter[str], Failures]], str]]:
    yield "kills", kills, "times"
    yield "boundaries", boundaries, "every"
    yield "full", full, "times"
    yield "readers", readers, "seconds"
    yield "damage", damage, "places"
    yield "unchecked", unchecked, "places"
    yield "articles", articles, "count"
    yield "questions", questions, "count"


def main() -> int:
    known = {name: (campaign, option) for name, campaign, option in campaigns()}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="+", choices=[*known, "all"])
    parser.add_argument("--times", type=int, help="kills, places, seconds ... of each, instead of its own number")
    options = parser.parse_args()
    whole = True
    for name in known if "all" in options.names else options.names:
        campaign, option = known[name]
        whole &= run(name, campaign, **({option: options.times} if options.times is not None else {}))
    return int(not whole)


if __name__ == "__main__":
    sys.exit(main())
