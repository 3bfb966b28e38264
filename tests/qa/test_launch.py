"""`python -m qa` and `dateline` run Dateline's own packages, or refuse in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.index.test_child_process import decoys_run, write_decoys

COMMAND = "import sys; from dateline_command import main; sys.exit(main())"  # as pip writes it


def run(*command: str, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with `path` before Dateline's own folder on its path."""
    entries = [path, str(ROOT)] if path else [str(ROOT)]
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entries)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_file_of_the_current_folder_is_run(tmp_path: Path) -> None:
    """All but qa.py, which Python itself would run as the module qa."""
    write_decoys(tmp_path, ("index", "app", "json", "queue", "typing", "numpy", "threading"))
    done = run("-m", "qa", "--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dateline ")
    assert decoys_run(tmp_path) == []


def test_dateline_runs_in_its_own_folder() -> None:
    done = run("-m", "qa", "--version", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_another_program_that_imports_qa_keeps_its_path(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "__init__.py").write_text("import qa\n")
    (tmp_path / "other" / "__main__.py").write_text("import beside\n")
    (tmp_path / "beside.py").write_text("print('imported')\n")
    assert run("-m", "other", cwd=tmp_path).stdout == "imported\n"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("index", ("-m", "qa", "--version")),
        ("index", ("-P", "-c", COMMAND, "--version")),
        ("qa", ("-P", "-c", COMMAND, "--version")),
    ],
)
def test_a_foreign_module_is_one_clear_line(
    tmp_path: Path, name: str, command: tuple[str, ...]
) -> None:
    (tmp_path / "site").mkdir()
    write_decoys(tmp_path / "site", (name,))
    done = run(*command, cwd=tmp_path, path=str(tmp_path / "site"))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    found = f"expected Dateline's own package {name}, found {tmp_path}/site/{name}.py; "
    assert found + "run dateline from another folder" in line
    assert decoys_run(tmp_path) == []


def test_a_library_that_is_missing_keeps_its_traceback(tmp_path: Path) -> None:
    """Only a foreign module is said in one line: any other failure is a fault to be seen whole."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "numpy.py").write_text("raise ImportError('no numpy here')\n")
    done = run("-P", "-c", COMMAND, "--version", cwd=tmp_path, path=str(tmp_path / "site"))
    assert "Traceback" in done.stderr
    assert "no numpy here" in done.stderr
