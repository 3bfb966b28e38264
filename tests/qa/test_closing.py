"""What an archive gives back: its models, its files and their memory, as soon as it is closed."""

from __future__ import annotations

import gc
import os
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import qa
from benchmarks.measuring import memory_mb

pytestmark = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux")
_LEVEL = 100  # MB: three readers that stay are far more


@pytest.fixture
def by_counting_alone() -> Iterator[None]:
    """Leave circles of references lie: what they hold comes back at any time or never."""
    gc.disable()
    yield
    gc.enable()


def held(folder: Path) -> list[str]:
    """Return what the process has open or mapped below a folder."""
    opened = []
    for one in os.scandir("/proc/self/fd"):
        try:
            opened.append(os.readlink(one.path))
        except OSError:  # that of this very listing
            continue
    mapped = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in (*opened, *mapped) if str(folder) in line]


def ask_and_close(folder: Path) -> tuple[qa.Archive, list[weakref.ref[Any]]]:
    """Ask as much as a question may ask for; return the closed archive, and what it held."""
    with qa.open(folder) as archive:
        assert archive.ask("who brokered the truce? " * 40, k=100).passages
        parts = (archive.store, archive._live[1], archive.reader)
        assert held(folder)
    return archive, [weakref.ref(part) for part in parts]


def test_a_closed_archive_gives_back_its_models_its_files_and_their_memory(
    corpus_index: Path, tmp_path: Path, by_counting_alone: None
) -> None:
    """It does so though somebody keeps the archive, as a `with` block does by its name."""
    folder = tmp_path / "index"
    shutil.copytree(corpus_index, folder)
    ask_and_close(folder)
    before = memory_mb()
    archives = []
    for _ in range(3):
        archive, parts = ask_and_close(folder)
        archives.append(archive)
        assert [part() for part in parts] == [None, None, None]
        assert held(folder) == []
    assert memory_mb() - before < _LEVEL
