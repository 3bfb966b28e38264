"""The density check of `make lint` finds what it should, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CLEAN = '''"""A module."""


def larger(a: int, b: int) -> int:
    """Return the larger number."""
    if a > b:
        return a
    return b
'''
THIRTY = "\n".join(["Word", *["word"] * 29])
BRANCHES = "\n".join(["", "", "def many(a):", *["    if a:", "        a += 1"] * 20, ""])


def density(package: Path) -> tuple[int, list[str]]:
    """Return the exit status and the lines printed for a package."""
    command = [sys.executable, str(ROOT / ".ci" / "density.py"), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def checked(folder: Path, text: str) -> tuple[int, list[str]]:
    """Return what is said about a package of one file, with paths relative to it."""
    (folder / "a.py").write_text(text)
    status, lines = density(folder)
    return status, [line.replace(f"{folder}/", "") for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        CLEAN,
        # 1 conditional expression in 50 lines is 20 per 1,000, and 1 nested comprehension in 1,000.
        "a = 1 if b else 2\n" + "\n" * 49,
        "a = [[c for c in d] for d in e]\n" + "\n" * 999,
        "if a:\n    a = 1 if b else 2\n    c = 3 if d else 4\n" + "\n" * 97,
        BRANCHES,
        f'"""{"a" * 80}"""\n',
        f'"""Add.\n\n{THIRTY}. {THIRTY}:\n- {THIRTY}\n"""\n',
    ],
)
def test_what_is_within_its_limits_passes(text: str, tmp_path: Path) -> None:
    assert checked(tmp_path, text) == (0, ["No place over its limit."])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a = 1 if b else 2\n" + "\n" * 48,
            [
                "a.py:1: conditional expressions",
                "20.4 conditional expressions per 1,000 lines, expected 20 at most",
            ],
        ),
        (
            "a = [[c for c in d] for d in e]\n" + "\n" * 499,
            [
                "a.py:1: nested comprehensions",
                "2.0 nested comprehensions per 1,000 lines, expected 1 at most",
            ],
        ),
        (
            "a = (1 if b else 2, 3 if d else 4)\n" + "\n" * 99,
            ["a.py:1: two conditional expressions in one statement"],
        ),
        (
            BRANCHES + "    return a and b\n",
            ["a.py:3: many has 21 branches, expected 20 at most"],
        ),
        (
            f'\n"""{"a" * 81}\n\nMore.\n"""\n',
            ["a.py:1: first line of a docstring over 80 characters"],
        ),
        (
            f'"""Add.\n\nOne {THIRTY}.\n"""\n',
            ["a.py:1: 31 words in a sentence of a docstring, expected 30 at most"],
        ),
    ],
    ids=["conditional", "nested", "two in a statement", "branches", "docstring", "sentence"],
)
def test_what_is_over_its_limit_is_named_with_its_line(
    text: str, said: list[str], tmp_path: Path
) -> None:
    assert checked(tmp_path, text) == (1, said)
