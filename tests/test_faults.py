"""The fault campaigns of benchmarks/faults in short, in every run of the tests.

They try what docs/RELIABILITY.md promises.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import qa
from benchmarks import faults
from benchmarks.faults import __main__ as command
from benchmarks.faults import fuzzing, world
from index.stores.local.generations import current
from index.types import DatelineError
from tests.fakes import CapitalReader, WordEmbedder

pytestmark = pytest.mark.slow
SLOWEST = 60  # seconds: how fast is measured by the campaigns, on a machine at rest


def test_a_kill_at_any_instant(tmp_path: Path) -> None:
    counts, failures = faults.kills(tmp_path, times=12)
    assert failures == []
    assert counts["killed"] == 12
    assert counts["leftovers of a kill"] > 2
    assert counts["built again"] > 2


def test_a_kill_at_any_instant_of_a_build_that_changes_little(tmp_path: Path) -> None:
    counts, failures = faults.increments(tmp_path, times=8)
    assert failures == []
    assert counts["killed"] == 8
    assert counts["with a segment more"] > 3
    counts, failures = faults.boundaries(
        tmp_path / "boundaries",
        every=7,
        kinds=("kill before", "ENOSPC"),
        write=faults.mostly_unchanged,
    )
    assert failures == []


def test_a_kill_or_a_failure_at_every_few_boundaries(tmp_path: Path) -> None:
    counts, failures = faults.boundaries(tmp_path, every=4)
    assert failures == []
    for kind in ("kill before", "kill after", "ENOSPC", "EACCES"):
        assert counts[kind] > 3


def test_a_full_disk(tmp_path: Path) -> None:
    counts, failures = faults.full(tmp_path, times=6)
    assert failures == []
    assert counts["no more than so many bytes a file: one line"] > 3


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="tells a file's path by /proc")
def test_the_power_goes_at_every_few_syncs(tmp_path: Path) -> None:
    counts, failures = faults.power(tmp_path, every=7)
    assert failures == []
    for kind in ("names first", "names with their folder"):
        assert counts[f"cuts, {kind}"] > 3


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_a_build_without_memory(tmp_path: Path) -> None:
    counts, failures = faults.memory(tmp_path, times=3, patience=60)
    assert failures == []
    assert counts.total() - counts["built"] > 0


def test_many_ask_while_generations_are_published(tmp_path: Path) -> None:
    counts, failures = faults.readers(tmp_path, seconds=2, generations=8, threads=32)
    assert failures == []
    assert counts["generations seen"] > 2


def test_damage_to_any_file(tmp_path: Path) -> None:
    counts, failures = faults.damage(tmp_path, places=4)
    assert failures == []
    assert counts["rolled back"] > 8


def test_damage_that_is_not_seen_on_opening(tmp_path: Path) -> None:
    counts, failures = faults.unchecked(tmp_path, places=2)
    assert failures == []
    assert sum(counts.values()) > 15


def test_bad_articles(tmp_path: Path) -> None:
    counts, failures = faults.articles(tmp_path, count=110)
    assert failures == []
    assert counts["skipped"] > 40


def test_bad_questions(tmp_path: Path) -> None:
    counts, failures = faults.questions(tmp_path, times=40, seed=2, seconds=SLOWEST)
    assert failures == []
    assert counts["one error"] >= 5


def test_bad_arguments(tmp_path: Path) -> None:
    counts, failures = faults.arguments(tmp_path, times=48, seconds=SLOWEST)
    assert failures == []
    assert counts["one error"] > 24
    assert counts["answered"] > 0


def test_what_does_not_belong_in_an_index(tmp_path: Path) -> None:
    counts, failures = faults.storage(tmp_path, times=6, first=12)
    assert failures == []
    assert counts["opening: one line"] > 1
    assert counts["a build: mended"] > 2


def test_hostile_files(tmp_path: Path) -> None:
    """Only small ones, of one kind after another; the campaign has all."""
    counts, failures = faults.files(tmp_path, times=6, first=100, seconds=SLOWEST)
    assert failures == []
    assert counts["files"] == 6


def test_whatever_comes_after_loading(tmp_path: Path) -> None:
    counts, failures = faults.fuzz(tmp_path, times=8)
    assert failures == []
    assert counts["cases"] == 8 + len(fuzzing.findings())


def test_a_campaign_goes_on_where_it_stopped(tmp_path: Path) -> None:
    tries: list[tuple[int, int]] = []

    def campaign(
        root: Path, times: int, seed: int, first: int
    ) -> tuple[Counter[str], faults.Failures]:
        tries.append((first, times))
        if first == 4 and len(tries) == 3:
            raise KeyboardInterrupt
        return Counter({"tries": times, "ms, the slowest": first}), [f"of {first}"]

    one, state = faults.Campaign(campaign, "times", 5, 2), tmp_path / "state"
    with pytest.raises(KeyboardInterrupt):
        list(command.run_batches("one", one, 5, 1, state))
    batches = list(command.run_batches("one", one, 5, 1, state))
    assert tries == [(0, 2), (2, 2), (4, 1), (4, 1)]
    assert command.total(batches) == (
        Counter({"tries": 5, "ms, the slowest": 4}),
        ["of 0", "of 2", "of 4"],
    )
    list(command.run_batches("one", one, 5, 2, state))  # another seed begins anew
    assert tries[-3:] == [(0, 2), (2, 2), (4, 1)]


def _build_as_nobody(corpus: Path, folder: Path, told: Any) -> None:
    warm = Path(tempfile.mkdtemp()) / "index"
    # Twice, so that all is imported that "nobody" may not read: for writing what was learned, and
    # for reading it.
    for _ in range(2):
        world.build(corpus, warm)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    try:
        told.send(world.build(corpus, folder))
    except BaseException as error:
        told.send(f"{type(error).__name__}: {error}")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)
def test_a_folder_of_another_user_is_one_line_and_unharmed() -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        root.chmod(0o755)
        corpus, folder = world.corpus_of(root / "corpus", 1), root / "index"
        world.build(corpus, folder)
        world.corpus_of(corpus, 2)
        for mode in (0o755, 0o555, 0o700):
            folder.chmod(mode)
            here, there = multiprocessing.Pipe(duplex=False)
            process = world.in_child(_build_as_nobody, corpus, folder, there)
            said = here.recv()
            process.join()
            assert said.startswith("DatelineError: expected"), said
            assert "Permission denied" in said
            assert "\n" not in said
            assert world.problems(folder, {1}) == []


def _ask_twice(folder: Path, told: Any) -> None:
    archive = qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader())
    for _ in range(2):
        try:
            told.send(f"answered: {archive.ask(world.QUESTION).answers[0].text}")
        except DatelineError as error:
            told.send(str(error))
        told.recv()


@pytest.mark.parametrize(
    "name",
    ["vectors.faiss", "articles.sqlite", "keywords/*.term", "keywords/*.idx", "keywords/*.fast"],
)
def test_a_file_that_is_cut_in_place_while_it_is_open_is_one_line(
    name: str, tmp_path: Path
) -> None:
    """The system would end a process that reads a memory map past the end of its file (SIGBUS)."""
    folder = tmp_path / "index"
    world.build(world.corpus_of(tmp_path / "corpus", 1), folder)
    here, there = multiprocessing.Pipe()
    process = world.in_child(_ask_twice, folder, there)
    there.close()
    assert here.recv() == "answered: Town1"
    for file in (folder / current(folder)).glob(name):
        os.truncate(file, 0)
    here.send("cut")
    said = here.recv()  # EOFError where the process was ended
    here.send("done")
    process.join()
    assert process.exitcode == 0
    assert "\n" not in said
    assert "dateline rollback" in said
    assert (name.partition("*")[2] or name) in said
