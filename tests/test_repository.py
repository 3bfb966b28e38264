"""What lies around the code: a citation, hooks, templates, and the shape of the changelog."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import yaml

from tests.conftest import ROOT


def test_the_citation_is_a_citation() -> None:
    """It has the fields that the format (citation-file-format 1.2.0) asks for."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["license"] == project["license"]
    assert citation["authors"] == project["authors"]


def test_the_hooks_are_the_steps_of_make_lint() -> None:
    """mypy alone is left out: it takes a minute or more."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["entry"] for repository in config["repos"] for hook in repository["hooks"]}
    target = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    steps = {line.strip() for line in target.splitlines()[1:]}
    named = {step.replace("$(BIN)", ".venv/bin").removesuffix(" .") for step in steps}
    assert hooks == named - {".venv/bin/mypy"}
    for hook in hooks:
        program = Path(shlex.split(hook)[0])
        assert program.parts[:2] == (".venv", "bin")


def test_the_changelog_has_a_version_and_kinds_of_change() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions
    for version in versions:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - (?:\d{4}-\d{2}-\d{2}|Unreleased)", version)
    newest = text.split("\n## ")[1]
    kinds = re.findall(r"^### (.+)$", newest, re.MULTILINE)
    assert kinds
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
