"""What is installed is whole: a wheel in a bare environment, outside the repository, builds, asks and reads every kind of file."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from qa.cli import _parser
from tests.conftest import ROOT
from tests.index import samples

BUILD = "import sys; from setuptools import build_meta; out = sys.argv[1]; build_meta.build_wheel(out); build_meta.build_sdist(out)"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the sdist, made from a copy of what git tracks."""
    copy, out = tmp_path_factory.mktemp("source") / "dateline", tmp_path_factory.mktemp("dist")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=copy, capture_output=True, check=True)
    return out


@pytest.mark.slow
def test_a_wheel_works_in_a_bare_environment(built: Path, corpus_index: Path, tmp_path: Path) -> None:
    """The other packages are those of this environment, by a path file: theirs (and our editable install) are not run from there."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    (wheel,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(bare / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    site = next((bare / "lib").glob("python*/site-packages"))
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.html").write_text(samples.PAGE)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATELINE_INDEX")}

    def run(*command: str) -> str:
        return subprocess.run(
            [str(bare / "bin" / command[0]), *command[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert Path(run("python", "-c", "import qa; print(qa.__file__)").strip()).is_relative_to(site)
    assert run("dateline", "ask", "who brokered the September truce?").startswith("the US  (")
    assert "1 article" in run("dateline", "build")
    assert "Ingrid Dahl" in run("dateline", "ask", "Who is the mayor of Norvik?")
    assert run("python", "-c", "import app, qa.integrations.langchain, qa.integrations.llama_index; print('imported')") == "imported\n"


@pytest.mark.slow
def test_the_wheel_and_the_sdist_hold_what_they_should(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    python = {path.relative_to(ROOT).as_posix() for folder in ("index", "qa") for path in (ROOT / folder).rglob("*.py")}
    assert (
        python | {"app.py", "qa/ui/page.css", "qa/ui/page.js", "qa/reader_model/model.int8.onnx", "qa/reader_model/MODEL_CARD.md"} <= names
    )
    assert not [name for name in names if name.startswith(("tests", "training", "benchmarks", "corpus", "var"))]
    assert wheel.stat().st_size < 60 * 2**20
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert python | {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "qa/reader_model/model.int8.onnx"} <= packed
    (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert {f"dateline-{version}" in path.name for path in (wheel, sdist)} == {True}


def test_the_dockerfile_names_what_exists_and_runs_as_nobody_special() -> None:
    """No daemon here to build it with: its sources exist and are not ignored, it drops its rights, and its command parses."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    ignored = (ROOT / ".dockerignore").read_text().split()
    for line in lines:
        if line.startswith("COPY") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert source not in ignored
    stages = [number for number, line in enumerate(lines) if line.startswith("FROM")]
    assert len(stages) == 2
    last = lines[stages[-1] :]
    assert [line for line in last if line.startswith("USER")] == ["USER dateline"]
    assert last.index("USER dateline") < next(number for number, line in enumerate(last) if line.startswith("CMD"))
    for command in re.findall(r"dateline ((?:build|serve)[^&\"]*)", last[-1]):
        assert _parser().parse_args(command.split()).run
    installed = set(
        re.findall(r"^packages = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[0].replace('"', "").split(", ")
    )
    found = {".".join(path.parent.relative_to(ROOT).parts) for folder in ("index", "qa") for path in (ROOT / folder).rglob("__init__.py")}
    assert found == installed  # a package that is forgotten there is in no wheel and no image


def plain(name: str) -> str:
    """A package's name as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(name: str, extras: frozenset[str], seen: set[str]) -> set[str]:
    """The packages that an installed one needs with those extras, and what these need, by plain name."""
    seen.add(f"{name}{sorted(extras)}")
    found = {name}
    for line in requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            other, of = plain(requirement.name), frozenset(requirement.extras)
            if f"{other}{sorted(of)}" not in seen:
                found |= needed(other, of, seen)
    return found


INSTALL = runpy.run_path(str(ROOT / ".ci" / "install.py"))


def test_hashes_are_of_all_that_is_installed_and_of_the_pinned_versions() -> None:
    """What is not among them would come unchecked, or not at all: make lock renews them."""
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    versions = {plain(name): version for name, version in pinned.items()}
    kind, lines, builds = INSTALL["parts"]((ROOT / "hashes.txt").read_text())
    assert kind.startswith("CPython 3.")
    matches = [re.fullmatch(r"([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line) for line in (*lines, *builds)]
    assert None not in matches
    hashed = {plain(match[1]): match[2] for match in matches if match is not None}
    for name, version in hashed.items():
        assert versions[name] == version.partition("+")[0], f"{name}: make lock"
    assert ["+" in line for line in builds] == [True, False]  # the small CPU build is tried first
    if kind == INSTALL["kind"]():
        cuda = {name for name in needed("dateline", frozenset(("dev",)), set()) if name.startswith(("nvidia-", "cuda-", "triton"))}
        assert needed("dateline", frozenset(("dev",)), set()) - cuda - {"dateline"} == hashed.keys()


def test_set_up_holds_every_artifact_to_its_hash_or_says_that_it_does_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """On the kind of machine of hashes.txt an artifact with another hash ends it; nothing but torch is ever tried again without."""
    kind, lines, builds = INSTALL["parts"]((ROOT / "hashes.txt").read_text())
    calls: list[tuple[str, ...]] = []
    refused: list[str] = []
    install = INSTALL["main"].__globals__
    unchecked = ("install", "--constraint", "constraints.txt")

    def pip(*arguments: str, quietly: bool = False) -> bool:
        if "--requirement" in arguments:
            assert {"--no-deps", "--require-hashes"} <= set(arguments)
            asked = Path(arguments[-1]).read_text().splitlines()
            calls.append(tuple(line.partition(" ")[0] for line in asked))
            return not set(asked) & set(refused)
        calls.append(arguments)
        return True

    monkeypatch.setitem(install, "pip", pip)
    monkeypatch.setitem(install, "kind", lambda: kind)
    own = [(*unchecked, "torch"), ("install", "--no-deps", "--no-build-isolation", "--editable", "."), ("check",)]
    everything = tuple(line.partition(" ")[0] for line in lines)
    first, second = ((line.partition(" ")[0],) for line in builds)
    for refusing, strict, status, expected in (
        ([], False, 0, [everything, first, *own]),
        (builds[:1], True, 0, [everything, first, second, *own]),
        (builds, False, 0, [everything, first, second, *own]),
        (builds, True, 1, [everything, first, second]),
        (lines[:1], False, 1, [everything]),
    ):
        calls.clear()
        refused[:] = refusing
        assert (INSTALL["main"](strict), calls) == (status, expected)
        assert ("its hash is not checked" in capfd.readouterr().err) == (refusing == builds)
    monkeypatch.setitem(install, "kind", lambda: "CPython 3.13 on darwin arm64")
    calls.clear()
    assert INSTALL["main"](False) == 0
    assert calls == [(*unchecked, "--editable", ".[dev]")]
    assert "notice: hashes.txt is for CPython" in capfd.readouterr().err
    assert INSTALL["main"](True) == 1
