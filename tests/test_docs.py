"""The README and docs/ say what is true.

Their code runs, their commands parse, what they name exists, and the site builds.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import index
from benchmarks import faults
from qa.commands.parser import dateline_parser
from qa.rendering.text import summary_as_text
from tests.conftest import ROOT
from tests.fakes import WordEmbedder

SENTENCES = runpy.run_path(str(ROOT / ".ci" / "sentences.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))
RUNNER = runpy.run_path(str(ROOT / ".ci" / "documents.py"))
FOLLOWED = [ROOT / name for name in RUNNER["PAGES"]]  # with their outputs
DOCUMENTS = [path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md") if path.exists()]


@pytest.mark.slow
@pytest.mark.parametrize("program", ["documents", "notebooks"])
def test_what_is_shown_is_what_is_printed(program: str) -> None:
    """README, tutorial and tools are followed in order; the notebooks run in their folder."""
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / f"{program}.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_another_output_is_told() -> None:
    """The figures of a processor are no difference; a word is."""
    for shown, printed, same in (
        ("US  (one report, 77%) in 0.9 s", "US  (one report, 78%) in 2.1 s", True),
        ("US  (one report, 77%)", "EU  (one report, 77%)", False),
    ):
        assert (RUNNER["alike"](shown) == RUNNER["alike"](printed)) is same
    script = "```python\nprint(1 + 1)\n```\n```text\n"
    page = f"```console\n$ echo one\nother\n$ echo two\n```\n{script}```\n"
    assert RUNNER["run_page"](page) == (
        f"```console\n$ echo one\none\n$ echo two\ntwo\n```\n{script}2\n```\n"
    )
    with pytest.raises(ValueError, match="false"):
        RUNNER["run_page"]("```console\n$ false\n```\n")


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= 750


def test_install_advice_is_for_a_clone() -> None:
    """Dateline is on no registry: `pip install dateline` would bring something else."""
    sources = [file for package in ("index", "qa") for file in (ROOT / package).rglob("*.py")]
    advice = 0
    for file in (ROOT / "README.md", *PAGES, *sources):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"pip install ['\"]?dateline\b", text), file
        advice += len(re.findall(r"pip install '\.\[[a-z-]+\]'", text))
    assert advice >= 15


def test_no_sentence_of_a_document_is_long() -> None:
    """`python .ci/sentences.py` lists them."""
    pages = [page for pattern in SENTENCES["DOCUMENTS"] for page in ROOT.glob(pattern)]
    assert {ROOT / "README.md", *PAGES} <= set(pages)
    for page in pages:
        assert list(SENTENCES["long_sentences"](page.read_text(encoding="utf-8"))) == [], page


def test_a_long_sentence_is_found_wherever_it_stands() -> None:
    words = " ".join(["word"] * 25)
    for text, long in (
        (f"A {words}", 1),
        (f"{words}. A {words}.", 1),
        (f"{words}. Another: {words}", 1),
        (f"- {words} `one more`", 1),
        (f"| a |\n|---|\n| {words} more |", 1),
        (f"| a |\n|---|\n| {words}, more |", 0),
        (f"{words}, see [this]({words.replace(' ', '/')}).", 1),
        (f"{words[:-5]} `a b c d`. W{words}!\n\n    {words} {words}", 0),
    ):
        assert len(list(SENTENCES["long_sentences"](text))) == long, text


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the language and the text of each block of code on a page, fenced or indented.

    The language is "shell" for indented commands, and "" for what is printed.
    """
    found = []
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "code_block" and _COMMAND.match(token.content):
            found.append(("shell", token.content))
        elif token.type in ("fence", "code_block"):
            found.append((token.info, token.content))
    return found


_COMMAND = re.compile(r"(?:dateline|make|cp|curl|hf|pip) ")

# Lines that need more than this machine and corpus/, or that do not end; and the tests that run
# them, or lines like them.
ELSEWHERE = {
    "make run": ".ci/run",  # make test, and all that make run needs except the page
    "make test": ".ci/run",
    "dateline serve": "tests/browser/test_ask.py",
    "dateline mcp": "tests/qa/web/test_assistants.py",
    "milvus://HOST": "tests/index/stores/test_milvus.py",
    "--engine ray": "tests/index/engines/test_ray.py",
    "hf download": "tests/qa/test_multilingual.py",
    "MiniLM-L12-v2": "tests/qa/test_multilingual.py",
    "xlm-roberta": "tests/qa/test_multilingual.py",
    "curl": "tests/browser/test_endpoints.py",
    "dateline password": "tests/qa/web/test_passwords.py",
    "git clone": ".ci/run",  # the tutorial's five commands: CI makes a clean clone and sets it up
    "make -C dateline setup": ".ci/run",
    ". dateline/.venv": ".ci/run",
    "--index my-index": ".ci/documents.py",  # the README's blocks have the same two commands
}
WITH_CODE = [  # cli.md is made from the parser
    page for page in PAGES if page.name != "cli.md" and page not in FOLLOWED and blocks(page)
]


def runnable(language: str, text: str) -> list[tuple[str, str]]:
    """Return what is run here of a block: a whole script, or each command."""
    if language == "python":
        return [(language, text)]
    if language != "shell":
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    return [(language, line) for line in lines if not any(mark in line for mark in ELSEWHERE)]


RUN = """
import json, shlex, subprocess, sys
from qa.cli import main
space = {"__name__": "__main__"}
for language, text in json.load(sys.stdin):
    if language == "python":
        exec(compile(text, "block", "exec"), space)
    elif text.startswith("dateline "):
        assert main(shlex.split(text, comments=True)[1:]) == 0, text
    else:
        subprocess.run(["sh", "-c", text], check=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_the_code_of_a_page_runs_from_its_top_to_its_end(
    page: Path, corpus_index: Path, tmp_path: Path
) -> None:
    """Run it in a folder with corpus/, its index, some other articles, and a labelled question."""
    steps = [step for block in blocks(page) for step in runnable(*block)]
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    for name in ("my-articles", "articles"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ferry.txt").write_text(
            "The ferry to Norvik sails every twenty minutes, the port said on Monday."
        )
    (tmp_path / "questions.jsonl").write_text(
        '{"question": "Who repaired the lighthouse?", "answers": ["Maria Olsen"]}\n'
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DATELINE_INDEX", None)
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(steps),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout or not steps


def test_no_block_of_a_page_is_left_out() -> None:
    """Every block is run here, or one like it elsewhere, or it is compared with what is printed."""
    for mark, test in ELSEWHERE.items():
        assert (ROOT / test).exists(), mark
    printed = [text for page in WITH_CODE for language, text in blocks(page) if language == ""]
    assert len(printed) == 3  # all of articles.md, by the next test
    languages = {language for page in WITH_CODE for language, _ in blocks(page)}
    assert languages == {"", "json", "sh", "shell"}  # "sh": tests/test_packaging.py installs it
    assert {page.name for page in WITH_CODE} == {
        "articles.md",
        "deploying.md",
        "http.md",
        "mcp.md",
        "scaling.md",
    }
    for page in (ROOT / "README.md", *PAGES):
        for language, text in blocks(page):
            assert language != "json" or json.loads(text)["mcpServers"]["dateline"]["args"]
    for page in FOLLOWED:
        for language, text in blocks(page):
            lines = text.splitlines()
            assert language in {"console", "python", "text", "json"} or all(
                any(mark in line for mark in ELSEWHERE) for line in lines
            )


def test_what_the_docs_show_as_printed_is_printed(tmp_path: Path) -> None:
    given = {
        "a.txt": "The mill cost £5 million. “It is paid,” she said.".encode("cp1252"),
        "b.txt": ("The café of Nes is open again. " * 20).encode() + b"It has \xff six tables.",
        "news.csv": b"headline,publisher,content\nFerries,Courier,The ferry sails.\n",
        "dated/news.csv": b"title,text,date\nA,Rain fell.,soon\nB,Snow fell.,soon\n",
    }
    printed: list[str] = []
    for place, (name, content) in enumerate(given.items()):
        corpus = tmp_path / str(place)
        corpus.mkdir()
        (corpus / Path(name).name).write_bytes(content)
        summary = index.build(corpus, tmp_path / f"index{place}", embedder=WordEmbedder())
        printed += [line.strip() for line in summary_as_text(summary).splitlines()]
    for language, shown in blocks(ROOT / "docs" / "articles.md"):
        if language == "":
            assert set(shown.splitlines()) <= set(printed)


def build_site(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the site of docs/ into a folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.mark.slow
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    """A link or a name that leads nowhere fails it, and nothing is loaded from elsewhere."""
    done = build_site(tmp_path)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "reference" / "index.html").read_text(encoding="utf-8")
    assert "Answer a question from the" in reference  # a docstring
    for name in ("qa.ask", "qa.retrieve", "qa.archive.Archive.open", "index.pipeline.build"):
        assert f'id="{name}"' in reference
    for page in tmp_path.rglob("*.html"):
        assert LOADED_FROM_ELSEWHERE.findall(page.read_text(encoding="utf-8")) == [], page


LOADED_FROM_ELSEWHERE = re.compile(
    r"""
      <(?:script|img|iframe)[^>]+src="https?:[^"]+               # <script src="https://...">
    | <link[^>]+rel="stylesheet"[^>]+href="https?:[^"]+          # <link rel="stylesheet" href=...
    """,
    re.VERBOSE,
)


@pytest.mark.slow
def test_a_picture_that_is_not_there_fails_the_site(tmp_path: Path) -> None:
    """If mkdocs is told to be quiet it counts no warnings, and nothing is strict."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "index.md").write_text("![A picture](images/nowhere.png)")
    (tmp_path / "mkdocs.yml").write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: {tmp_path / 'docs'}\nplugins: [search]\n"
    )
    done = build_site(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))
    assert done.returncode != 0
    assert "images/nowhere.png" in done.stderr


COMMANDS = sorted(
    {
        command
        for text in (README, *(page.read_text(encoding="utf-8") for page in PAGES))
        for command in re.findall(
            r"^(?: {4}|\$ )(dateline [^#|\n]+)|`(dateline [a-z]+ [^`]*)`", text, re.MULTILINE
        )
        if "[options]" not in command[0]
    }
)


@pytest.mark.parametrize("command", [one or other for one, other in COMMANDS])
def test_the_commands_in_the_readme_and_docs_parse(command: str) -> None:
    words = shlex.split(re.sub(r"\[FILE\]|\[CORPUS \.\.\.\]|[<>].*", "", command))
    assert dateline_parser().parse_args(words[1:]).run


def test_the_targets_and_files_that_the_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        prose = re.sub(r"make (?:it|sure|a|the)\b", "", text)
        assert set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s(),])", prose)) <= targets
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / link).exists(), link
    for document in (*DOCUMENTS, *PAGES):
        for module in MODULES.findall(document.read_text(encoding="utf-8")):
            place = module.replace(".", "/")
            found = (ROOT / f"{place}.py").exists() or (ROOT / place / "__main__.py").exists()
            assert found, module


MODULES = re.compile(r"python -m ((?:benchmarks|training|qa|index)(?:\.\w+)+)")
FOLDERS = ("index", "qa", "tests", "training", "benchmarks", "docs", "deploy")


def test_the_paths_that_contributing_names_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w/.]*)`", text))
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    for package in ("index", "qa"):  # each folder of the packages is named
        folders = {f"{package}/{file.parent.name}/" for file in ROOT.glob(f"{package}/*/*.py")}
        assert folders - paths <= {"qa/reader_model/"}


def test_the_documents_that_the_source_points_to_exist() -> None:
    for package in ("index", "qa", "training", "benchmarks"):
        for file in sorted((ROOT / package).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            for path in re.findall(r"\b(?:docs|benchmarks)/[\w/]+\.(?:md|py)\b", text):
                assert (ROOT / path).exists(), f"{file}: {path}"


@pytest.mark.parametrize("changed", [False, True])
def test_the_diagram_in_contributing_is_drawn_from_the_layers(
    changed: bool, tmp_path: Path
) -> None:
    """It is the one that .ci/diagram.py draws from pyproject.toml; another one is told."""
    (tmp_path / ".ci").mkdir()
    for name in (".ci/diagram.py", "pyproject.toml", "CONTRIBUTING.md"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    if changed:
        layers = (tmp_path / "pyproject.toml").read_text().replace('"text | models"', '"text"')
        (tmp_path / "pyproject.toml").write_text(layers)
    command = [sys.executable, ".ci/diagram.py", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == int(changed), done.stderr
    assert ("run: python .ci/diagram.py" in done.stderr) is changed


def test_every_proof_that_the_documents_name_is_there() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text))
    assert len(named) > 20
    for file, name in named:
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
    reliability = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`faults (\w+)[^`]*`", reliability)) == {
        name for name, _ in faults.campaigns()
    }
