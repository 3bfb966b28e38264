"""Temporary folders go with their process, and those of killed processes with the next start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index import scratch
from index.scratch import ScratchFolder, remove_leftovers
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary folders in one of their own, none of them too young to be removed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(scratch, "_YOUNG", -1.0)
    return tmp_path


def other_process(ending: str) -> subprocess.Popen[str]:
    """Start a process that makes a folder with a file in it, tells its path, and waits."""
    program = (
        "import os, sys\nfrom index.scratch import ScratchFolder\n"
        "folder = ScratchFolder()\n(folder.path / 'a').write_text('x')\n"
        f"print(folder.path, flush=True)\nsys.stdin.read()\n{ending}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_folder_goes_with_its_owner(place: Path) -> None:
    folder = ScratchFolder()
    (folder.path / "a").write_text("x")
    folder.remove()
    other = ScratchFolder()
    del other
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("ending", ["", "os._exit(1)"])
def test_what_a_killed_process_left_is_removed_and_nothing_of_a_living_one(
    place: Path, ending: str
) -> None:
    mine = ScratchFolder()
    (place / "dateline-other").mkdir()
    (place / "dateline-scratch-link").symlink_to(mine.path)
    with other_process(ending) as process:
        assert process.stdout is not None
        theirs = Path(process.stdout.readline().strip())
        remove_leftovers()
        assert theirs.is_dir()
        process.communicate()
    assert theirs.is_dir() == bool(ending)  # a process that ends as it should leaves none
    remove_leftovers()
    assert not theirs.exists()
    assert mine.path.is_dir()
    assert (place / "dateline-other").is_dir()
    mine.remove()


def test_a_folder_that_is_being_made_is_left(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_YOUNG", 60.0)
    (place / "dateline-scratch-new").mkdir()
    remove_leftovers()
    assert (place / "dateline-scratch-new").is_dir()
