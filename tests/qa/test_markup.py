"""No HTML is made of unescaped text: not by a string, an f-string, nor by joining."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from qa.web.markup import bidi, join_parts, web_link
from tests.conftest import ROOT

TAG = re.compile(  # "<p>", "</{}>"; no group of a regular expression
    r"(?<!\?P)<(?:/?[a-z][a-z0-9]*(?:\s[^<>]*)?>|/\{\}>|!doctype)", re.IGNORECASE
)


def html_outside_markup(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of strings that hold a tag and are no literal of a `Markup`."""
    literals = {
        id(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Markup"
        and call.args
    }
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    reprs = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name == "__repr__"
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if id(node) not in literals | docstrings | reprs and TAG.search(text_of(node)):
            yield node.lineno  # type: ignore[attr-defined]


def text_of(node: ast.AST) -> str:
    """Return the text of a string, or of an f-string with "{}" for what is put in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) or "{}" for part in parts)
    return ""


@pytest.mark.parametrize(
    "line",
    [
        'shown = f"<p>{title}</p>"',
        'shown = "<p>" + title + "</p>"',
        'shown = "<p>%s</p>" % title',
        'shown = "<p>{}</p>".format(title)',
        'shown = Markup(f"<p>{title}</p>")',
        "shown = f'<a href=\"{address}\" data-again>{title}</a>'",
        'shown = f"<{level}>{title}</{level}>"',
        'shown = "".join(["<li>", title, "</li>"])',
    ],
)
def test_an_interpolation_that_nobody_escapes_is_found(line: str) -> None:
    assert list(html_outside_markup(ast.parse(line))) != []


def test_a_literal_that_is_filled_passes() -> None:
    text = '"""Return a <p>."""\nshown = Markup("<p>{}</p>").format(title)\nless = "a < b > c"\n'
    assert list(html_outside_markup(ast.parse(text))) == []


def test_no_html_of_the_package_is_made_of_a_bare_string() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "qa").rglob("*.py"))
        for line in html_outside_markup(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ('Markup(f"<p>{title}</p>")', True),
        ("Markup(title)", True),
        ('Markup("<p>" + title)', True),
        ('Markup("<p>{}</p>").format(title)', False),
    ],
)
def test_lint_refuses_markup_of_anything_but_a_literal(
    line: str, refused: bool, tmp_path: Path
) -> None:
    module = tmp_path / "page.py"
    module.write_text(
        f'"""Show a title."""\n\nfrom markupsafe import Markup\n\ntitle = input()\nshown = {line}\n'
    )
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--no-cache", str(module)], capture_output=True, text=True, check=False
    )
    assert ("S704" in done.stdout) == refused
    assert done.returncode == int(refused)


def test_what_is_filled_in_is_escaped_once_and_so_is_what_is_joined() -> None:
    hostile = "<img onload='x'>&amp;\""
    for made in (bidi(hostile), join_parts(hostile, bidi(hostile)), Markup("").join([hostile])):
        assert isinstance(made, Markup)
        assert "<img" not in made
        assert "&amp;lt;" not in made
    link = web_link("https://example.org/?a=1&b='", hostile)
    assert "a=1&amp;b=&#39;" in link
    assert web_link("javascript:alert(1)", "x") == ""
    assert bidi(hostile).unescape() == f"<bdi>{hostile}</bdi>"
