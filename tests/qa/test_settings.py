"""The command's defaults: dateline.toml, the folders an index remembers, numbers with bounds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import index
from index.corpora import CORPORA, remembered_corpora
from qa.cli import main
from qa.commands.options import corpora_of, corpora_of_index
from qa.commands.parser import dateline_parser
from qa.commands.settings import NAME, apply_settings
from tests.conftest import Write
from tests.fakes import WordEmbedder


def parsed(*arguments: str) -> dict[str, object]:
    """Return what arguments mean in the current folder."""
    parser = dateline_parser()
    apply_settings(parser)
    return vars(parser.parse_args(arguments))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder, without $DATELINE_INDEX."""
    monkeypatch.delenv("DATELINE_INDEX", raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_project_has_defaults_of_its_own(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / NAME).write_text(
        'index = "built"\ncorpus = ["news", "more"]\nauth = "users"\nport = 8000\n'
    )
    assert parsed("info")["index"] == Path("built")
    assert parsed("build")["corpus"] == [Path("news"), Path("more")]
    served = parsed("serve")
    assert (served["auth"], served["port"]) == (Path("users"), 8000)
    assert served["corpus"] == [Path("news"), Path("more")]
    # An argument wins, and so does the environment.
    assert parsed("build", "other")["corpus"] == [Path("other")]
    assert parsed("serve", "--port", "9000")["port"] == 9000
    assert parsed("info", "--index", "there")["index"] == Path("there")
    monkeypatch.setenv("DATELINE_INDEX", "elsewhere")
    assert parsed("info")["index"] == Path("elsewhere")


def test_a_project_without_settings_has_the_usual_defaults(project: Path) -> None:
    assert parsed("info")["index"] == Path("var/index")
    assert (parsed("serve")["port"], parsed("serve")["auth"]) == (7860, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = ", "expected TOML in dateline.toml, found: "),
        ('host = "0.0.0.0"', "expected index, corpus, auth or port in dateline.toml, found 'host'"),
        ("port = 99999", "expected port in dateline.toml to be a number from 1 to 65535"),
        ('port = "80"', "expected port in dateline.toml to be a number"),
        ("port = true", "expected port in dateline.toml to be a number"),
        ("corpus = []", "expected corpus in dateline.toml to be a folder, or a list of folders"),
        ("[index]", "expected index in dateline.toml to be a folder as text, found {}"),
        ("index = 1", "expected index in dateline.toml to be a folder as text, found 1"),
    ],
)
def test_settings_that_cannot_be_are_one_line(
    text: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / NAME).write_text(text)
    assert main(["info"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dateline: {said}")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["serve", "--port", "99999"], "for --port, found 99999"),
        (["serve", "--port", "0"], "for --port, found 0"),
        (["serve", "--per-minute", "0"], "for --per-minute, found 0"),
        (["add", "https://example.org/", "--most", "-3"], "for --most, found -3"),
    ],
)
def test_a_bad_number_is_one_line(
    arguments: list[str], found: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dateline: expected a number from 1 to ")
    assert line.endswith(found)


def test_an_index_remembers_what_it_was_built_from(project: Path, write: Write) -> None:
    corpus = write({"a.txt": "The lighthouse was repaired."})
    index.build(corpus, "var/index", embedder=WordEmbedder())
    serve = dateline_parser().parse_args(["serve"])
    build = dateline_parser().parse_args(["build"])
    assert corpora_of_index(serve) == corpora_of(build) == [corpus]
    (project / "corpus").mkdir()
    assert corpora_of(build) == [Path("corpus")]  # the usual folder, once it is there
    assert corpora_of_index(serve) == [corpus]
    named = dateline_parser().parse_args(["serve", "--corpus", "x"])
    assert corpora_of_index(named) == [Path("x")]
    # A build that changes nothing else remembers its own folders too.
    moved = corpus.rename(corpus.with_name("moved"))
    index.build(moved, "var/index", embedder=WordEmbedder())
    assert corpora_of_index(serve) == [moved]
    shutil.rmtree(moved)
    assert corpora_of_index(serve) == [Path("corpus")]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '["\\u0000"]', "[" * 100_000, '["/no/such"]'])
def test_a_damaged_memory_of_folders_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / CORPORA).write_text(text)
    assert remembered_corpora(tmp_path) == []
    assert remembered_corpora(None) == []


@pytest.mark.slow
def test_the_demo_answers_and_leaves_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "generation 000001: 5 articles" in shown
    assert "\nUS  (one report, " in shown
    assert "\nThe articles differ: " in shown
    assert "\nNo clear answer found.\n" in shown
    assert shown.count("\n$ dateline ask ") == 4
    assert list(project.iterdir()) == []
