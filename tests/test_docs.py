"""The README says what is true: its script runs, its commands parse, its make targets and files exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import faults
from qa.cli import _parser
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md") if path.exists()]


def test_the_script_in_the_readme_runs(corpus_index: Path, tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DATELINE_INDEX", None)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    answer, title, passage = done.stdout.split("\n", 2)
    assert answer == "the US"
    assert title.startswith("Kremlin shrugs off Macron's critique of its part")
    assert "mission" in passage


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")], ids=lambda page: page.name)
def test_the_code_in_the_docs_runs(page: Path, corpus_index: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    script = "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DATELINE_INDEX", None)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout


@pytest.mark.slow
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    """A link that leads nowhere or a name without its docstring's object fails it; nothing of it is loaded from elsewhere."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "reference" / "index.html").read_text(encoding="utf-8")
    assert "Answer from the" in reference  # a docstring
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe)[^>]+src=\"(https?:[^\"]+)|<link[^>]+rel=\"stylesheet\"[^>]+href=\"(https?:[^\"]+)",
            page.read_text(encoding="utf-8"),
        )
        assert loaded == [], page


@pytest.mark.slow
@pytest.mark.parametrize("notebook", sorted((ROOT / "examples").glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_notebooks_run(notebook: Path, corpus_index: Path, tmp_path: Path) -> None:
    """Their code, cell by cell in one process; what a cell ends with is shown as a notebook would, by its HTML where it has any."""
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    cells = ["".join(cell["source"]) for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    program = (
        "import ast, json, sys\nspace = {}\nfor cell in json.load(sys.stdin):\n"
        "    *most, last = ast.parse(cell).body\n"
        "    exec(compile(ast.Module(most, []), 'cell', 'exec'), space)\n"
        "    if isinstance(last, ast.Expr):\n"
        "        value = eval(compile(ast.Expression(last.value), 'cell', 'eval'), space)\n"
        "        print(getattr(value, '_repr_html_', lambda: value)())\n"
        "    else:\n"
        "        exec(compile(ast.Module([last], []), 'cell', 'exec'), space)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DATELINE_INDEX", None)
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(cells), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not any(cell.get("outputs") for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"])  # none is committed


COMMANDS = sorted(
    {
        command
        for text in (README, *(page.read_text(encoding="utf-8") for page in PAGES))
        for command in re.findall(r"^ {4}(dateline [^#\n]+)|`(dateline [a-z]+ [^`]*)`", text, re.MULTILINE)
        if "[options]" not in command[0]
    }
)


@pytest.mark.parametrize("command", [one or other for one, other in COMMANDS])
def test_the_commands_in_the_readme_and_docs_parse(command: str) -> None:
    words = shlex.split(re.sub(r"\[FILE\]|\[CORPUS \.\.\.\]|[<>].*", "", command))
    assert _parser().parse_args(words[1:]).run


def test_the_targets_and_files_that_the_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s(),])", re.sub(r"make (?:it|sure|a|the)\b", "", text))) <= targets
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / link).exists(), link
    for path in re.findall(r"`((?:index|qa)/\w+\.\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def test_every_proof_that_the_documents_name_is_there() -> None:
    named = {proof for page in PAGES for proof in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8"))}
    assert len(named) > 20
    for file, name in named:
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
    reliability = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`faults (\w+)`", reliability)) == {name for name, _, _ in faults.campaigns()}
