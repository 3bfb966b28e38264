"""A child of Dateline runs Dateline's module, and no file that lies in the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.child_process import module_command, module_environment
from index.corpus.loaders.bounds import Bounds
from index.corpus.loaders.fields import Fields
from index.corpus.loaders.sandbox import Sandbox
from tests.conftest import ROOT
from tests.index.corpus import samples

DECOYS = ("index", "qa", "app", "json", "queue", "trafilatura", "sitecustomize")


def write_decoys(folder: Path, names: tuple[str, ...] = DECOYS) -> None:
    """Write modules that leave a file NAME.ran beside them if they are run, and fail."""
    for name in names:
        marker = f"open({str(folder / f'{name}.ran')!r}, 'w').close()"
        (folder / f"{name}.py").write_text(f"{marker}\nraise SystemExit('{name}.py was run')\n")


def decoys_run(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.rglob("*.ran"))


def test_decoys_are_found_out(tmp_path: Path) -> None:
    write_decoys(tmp_path, ("json", "queue"))
    command = [sys.executable, "-c", "import queue"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert decoys_run(tmp_path) == ["queue"]


@pytest.mark.parametrize("python_path", [None, "", ":", ".", ":.:", "sub/..", "{folder}"])
def test_the_sandbox_runs_no_file_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python_path: str | None
) -> None:
    """An empty entry of PYTHONPATH names the current folder too, and so does a relative one."""
    (tmp_path / "sub").mkdir()
    write_decoys(tmp_path)
    (tmp_path / "a.html").write_text(samples.PAGE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if python_path is not None:
        monkeypatch.setenv("PYTHONPATH", python_path.format(folder=tmp_path))
    with Sandbox(Bounds()) as sandbox:
        (page,) = sandbox.read(Path("a.html"), "a.html")
    assert isinstance(page, Fields)
    assert decoys_run(tmp_path) == []


def test_folders_named_in_full_stay_on_the_path_of_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages may be installed there. Dateline's own folder comes first."""
    monkeypatch.chdir(tmp_path)
    site = str(tmp_path / "site")
    found = module_environment({"PYTHONPATH": f"{site}:lib::{tmp_path}", "OTHER": "kept"})
    assert found == {"PYTHONPATH": f"{ROOT}{os.pathsep}{site}", "OTHER": "kept"}
    assert module_environment({}) == {"PYTHONPATH": str(ROOT)}


def test_the_folder_of_dateline_stays_if_it_is_the_current_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert module_environment({"PYTHONPATH": "."}) == {"PYTHONPATH": str(ROOT)}
    assert module_command("index.x", "a") == [sys.executable, "-P", "-m", "index.x", "a"]
