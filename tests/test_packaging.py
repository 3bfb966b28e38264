"""What is installed is whole: a wheel in a bare environment, outside the repository.

It builds, asks and reads every kind of file, and runs no file of the user's.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import qa
from index.stores.local.generations import open_index
from qa.commands.parser import dateline_parser
from tests.conftest import ROOT
from tests.index.corpus import samples
from tests.index.test_child_process import decoys_run, write_decoys

BUILD = (
    "import sys; from setuptools import build_meta; out = sys.argv[1]; "
    "build_meta.build_wheel(out); build_meta.build_sdist(out)"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the wheel and the sdist from a copy of what git tracks."""
    copy, out = tmp_path_factory.mktemp("source") / "dateline", tmp_path_factory.mktemp("dist")
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    subprocess.run(
        [sys.executable, "-c", BUILD, str(out)], cwd=copy, capture_output=True, check=True
    )
    return out


def wanted(requirements: Sequence[str]) -> dict[str, set[str]]:
    """Return what pip would install for them: {name of a distribution: its extras}."""
    found: dict[str, set[str]] = {}
    left = [Requirement(line) for line in requirements]
    while left:
        one = left.pop()
        name = canonicalize_name(one.name)
        if name in found and one.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(one.extras)
        for line in metadata.distribution(one.name).requires or []:
            other = Requirement(line)
            if other.marker is None or any(
                other.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)
            ):
                left.append(other)
    return found


def lend(site: Path, names: Iterable[str]) -> None:
    """Link the files of these distributions, and no others, into another environment's packages."""
    owners: dict[str, set[str]] = {}
    files: dict[str, list[Path]] = {}
    for distribution in metadata.distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        files[name] = [
            Path(file)
            for file in distribution.files or []
            if ".." not in file.parts and file.parts[0] != "__pycache__"
        ]
        for file in files[name]:
            owners.setdefault(file.parts[0], set()).add(name)
    home, lent = Path(sysconfig.get_path("purelib")), set(names)
    for one in lent:
        for file in files[one]:
            place = (
                Path(file.parts[0]) if owners[file.parts[0]] <= lent else file
            )  # file by file where a stranger shares the folder
            if (home / place).exists() and not (site / place).exists():
                (site / place).parent.mkdir(parents=True, exist_ok=True)
                (site / place).symlink_to(home / place)


@dataclass(frozen=True, slots=True)
class Bare:
    """An environment that holds the wheel and what it asks for, without extras; a folder beside."""

    bin: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "DATELINE_INDEX")
        }
        return kept | {"PATH": f"{self.bin}:{kept['PATH']}"}

    def run(self, *command: str, status: int = 0) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def bare(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """Make an environment as pip would leave it after requirements-slim.txt.

    Tests call no network, so the other packages are links to those of this environment.
    """
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    (wheel,) = built.glob("*.whl")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(folder / "venv" / "bin" / "python"),
        "install",
    ]
    subprocess.run(
        [*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True
    )
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    (installed,) = metadata.distributions(name="dateline", path=[str(site)])
    assert installed.version == qa.__version__
    needs = wanted(slim())
    assert not {
        *TORCH_FAMILY,
        "pytest",
        "llama-index-core",
        "pyarrow",
        "mkdocs",
        "pymilvus",
        "ray",
        "dateline",
    } & set(needs)
    lend(site, needs)
    (folder / "work").mkdir()
    return Bare(folder / "venv" / "bin", folder / "work")


@pytest.mark.slow
def test_a_wheel_works_in_a_bare_environment(bare: Bare, corpus_index: Path) -> None:
    """It reads every kind of file with the packages that it declares and no others.

    An extra is named if it is missing.
    """
    assert Path(bare.run("python", "-c", "import qa; print(qa.__file__)").strip()).is_relative_to(
        bare.bin.parent
    )
    shutil.copytree(corpus_index, bare.folder / "var" / "index")
    assert bare.run("dateline", "ask", "who brokered the September truce?").startswith("US  (")
    names = "import dateline; print(dateline.__version__, dateline.ask('who won?').question)"
    assert bare.run("python", "-c", names) == f"{qa.__version__} who won?\n"
    corpus = bare.folder / "corpus"
    corpus.mkdir()
    (corpus / "own.md").write_text(
        "---\ntitle: Own\n---\nThe lighthouse was repaired by Maria Olsen."
    )
    for name, data in samples.files().items():
        (corpus / name).write_bytes(data)
    summary = json.loads(bare.run("dateline", "build", "--json"))
    assert {skipped["path"].split(":")[0] for skipped in summary["skipped"]} == {
        "a.rss",
        "a.warc",
        "a.warc.gz",
        "a.parquet",
    }
    assert "pip install '.[parquet]'" in next(
        one["reason"] for one in summary["skipped"] if one["path"] == "a.parquet"
    )
    ids = {
        article.id.partition(":")[0].partition("/")[0]
        for article in open_index(bare.folder / "var" / "index").articles()
    }
    assert ids >= {"own.md", *samples.files()} - {
        "a.parquet",
        "a.csv",
        "a.json",
    }  # rows of these have ids of their own
    assert "Ingrid Dahl" in bare.run("dateline", "ask", "Who is the mayor of Norvik?")
    for command in (
        ("build", "--full", "--encoder", "some/encoder"),
        ("ask", "who?", "--reader", "some/reader"),
    ):
        assert "do: pip install " in bare.run("dateline", *command, status=1)
    assert (
        bare.run(
            "python", "-c", "import qa.web.serve, qa.integrations.langchain; print('imported')"
        )
        == "imported\n"
    )  # langchain-core comes along
    assert "pip install '.[llama-index]'" in bare.run(
        "python", "-c", "import qa.integrations.llama_index", status=1
    )


@pytest.mark.slow
def test_no_file_of_the_users_is_run(bare: Bare, tmp_path: Path) -> None:
    """Decoys lie in the current folder and in the corpus; the page is read in a child.

    tests/index/models/test_encoder.py does the same where another encoder is compiled.
    """
    corpus = tmp_path / "articles"
    corpus.mkdir()
    (corpus / "a.html").write_text(samples.PAGE)
    (corpus / "b.docx").write_bytes(samples.docx())
    for folder in (tmp_path, corpus):
        write_decoys(folder)
    options = ("--index", str(tmp_path / "index"))
    for folder in (tmp_path, corpus):
        here = dataclasses.replace(bare, folder=folder)
        summary = json.loads(here.run("dateline", "build", str(corpus), "--json", *options))
        assert summary["articles"] == 2
        assert "Ingrid Dahl" in here.run("dateline", "ask", "Who is the mayor of Norvik?", *options)
    assert decoys_run(tmp_path) == []


@pytest.mark.slow
def test_the_page_is_served_beside_an_app_of_the_users(bare: Bare, tmp_path: Path) -> None:
    """All decoys but qa.py, which Python itself would run in the place of our package."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.html").write_text(samples.PAGE)
    here = dataclasses.replace(bare, folder=tmp_path)
    write_decoys(tmp_path, ("index", "app", "json", "queue", "trafilatura"))
    here.run("python", "-m", "qa", "build", "articles", "--index", "kept")
    command = ["python", "-m", "qa", "serve", "--index", "kept", "--port", str(free_port())]
    with subprocess.Popen(
        command, cwd=tmp_path, env=bare.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        try:
            assert wait_for_health(server, command[-1]) == 200
        finally:
            server.terminate()
            server.communicate(timeout=30)
    assert decoys_run(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index", "qa"])
def test_a_foreign_module_is_one_clear_line(bare: Bare, tmp_path: Path, name: str) -> None:
    write_decoys(tmp_path, (name,))
    done = subprocess.run(
        ["dateline", "info"],
        env=bare.environment | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"dateline: expected Dateline's own package {name}, found {tmp_path}/")
    assert (done.returncode, done.stdout) == (1, "")
    assert decoys_run(tmp_path) == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_health(server: subprocess.Popen[bytes], port: str) -> int:
    """Return the status of /healthz, once the server answers."""
    until = time.monotonic() + 120
    while True:
        assert server.poll() is None, server.communicate()
        assert time.monotonic() < until
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                status: int = answer.status
                return status
        except OSError:
            time.sleep(0.5)


@pytest.mark.slow
def test_what_the_image_runs_answers_its_health_check(bare: Bare, tmp_path: Path) -> None:
    """The Dockerfile's CMD and HEALTHCHECK run in what its first stage installs.

    There is no daemon here to build it with.
    """
    dockerfile = (ROOT / "Dockerfile").read_text()
    (shell, option, line) = json.loads(re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)[0])
    check = json.loads(re.findall(r"^HEALTHCHECK .*? CMD (\[.*\])$", dockerfile, re.MULTILINE)[0])
    port = free_port()
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("The lighthouse was repaired by Maria Olsen.")
    line_of_user = subprocess.run(
        ["dateline", "password", "reader"],
        env=bare.environment,
        input="secret\n",
        capture_output=True,
        text=True,
        check=True,
    )
    (tmp_path / "users").write_text(line_of_user.stdout)
    line = (
        line.replace("/articles", f"{tmp_path}/articles").replace("/users", f"{tmp_path}/users")
        + f" --port {port}"
    )
    environment = bare.environment | {
        "DATELINE_INDEX": str(tmp_path / "index"),
        "HF_HUB_OFFLINE": "1",
    }
    with subprocess.Popen(
        [shell, option, line],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            until = time.monotonic() + 120
            check[2] = check[2].replace("7860", str(port))
            while subprocess.run(
                check, env=environment, capture_output=True, check=False
            ).returncode:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(0.5)
        finally:
            process.terminate()  # as docker stop does: the shell gave its place to the server
            process.communicate(timeout=30)


def shipped(folder: Path) -> set[str]:
    """Return the files of the packages that git tracks, and the command beside them."""
    listed = subprocess.run(
        ["git", "ls-files", "index", "qa"], cwd=folder, capture_output=True, text=True, check=True
    )
    names = {name for name in listed.stdout.splitlines() if (folder / name).is_file()}
    return names | {"dateline.py", "dateline_command.py"}


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_nothing_beside(built: Path) -> None:
    """app.py is not in it: somebody's own app.py may lie in the folder where Dateline runs."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name for name in names if ".dist-info/" not in name} == shipped(ROOT)
    assert {"qa/web/page.css", "qa/reader_model/MODEL_CARD.md", "index/py.typed"} <= names
    assert {name.rpartition("/")[0] for name in names if name.endswith(".onnx")} == {
        "index/encoder_model",
        "qa/reader_model",
    }
    assert wheel.stat().st_size < 80 * 2**20
    assert f"dateline-{qa.__version__}" in wheel.name


@pytest.mark.slow
def test_the_sdist_holds_what_the_wheel_is_made_of(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert shipped(ROOT) | {"pyproject.toml", "README.md", "LICENSE", "NOTICE"} <= packed
    unwanted = ("app.py", "tests", "training", "benchmarks", "corpus", "var", "data", "shared")
    assert [name for name in packed if name.partition("/")[0] in unwanted] == []
    assert f"dateline-{qa.__version__}" in sdist.name


@pytest.mark.slow
def test_the_sdist_makes_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    (tmp_path / "dist").mkdir()
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "dist")],
        cwd=source,
        capture_output=True,
        check=True,
    )
    (again,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        parts = {part.filename: part.CRC for part in one.infolist()}
        assert {part.filename: part.CRC for part in other.infolist()} == parts


def test_every_package_that_is_imported_is_asked_for() -> None:
    """A package that another one happens to bring may be gone with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [
        line
        for name, lines in project["optional-dependencies"].items()
        if name not in ("dev", "docs", "bench")
        for line in lines
    ]
    asked = {
        canonicalize_name(Requirement(line).name) for line in (*project["dependencies"], *extras)
    }
    homes = {
        module: set(map(canonicalize_name, names))
        for module, names in metadata.packages_distributions().items()
    }
    folders = [*(ROOT / "qa").rglob("*.py"), *(ROOT / "index").rglob("*.py")]
    for path in (*map(ROOT.joinpath, ("app.py", "dateline.py", "dateline_command.py")), *folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for module in (
                {name.partition(".")[0] for name in names}
                - sys.stdlib_module_names
                - {"app", "index", "qa"}
            ):
                assert homes.get(module, set()) & asked, f"{path}: {module}"


TORCH_FAMILY = {"onnx", "sentence-transformers", "torch", "transformers"}


def slim() -> list[str]:
    """Return the packages of requirements-slim.txt."""
    lines = (ROOT / "requirements-slim.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "--"))]


def test_the_slim_requirements_are_all_but_the_torch_family() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dependencies: list[str] = project["dependencies"]
    assert slim() == [line for line in dependencies if Requirement(line).name not in TORCH_FAMILY]
    assert not TORCH_FAMILY & set(wanted(slim()))  # nor does one of them bring it


def test_the_image_is_slim_and_its_extras_are_those_that_the_package_names() -> None:
    """The line of the Dockerfile that lists the packages of extras runs here."""
    runs = re.findall(r"^RUN .*?[^\\]$", (ROOT / "Dockerfile").read_text(), re.M | re.S)
    assert "--requirement requirements-slim.txt" in runs[0]
    (program,) = re.findall(r'-c "(import re.*?)" "\$EXTRAS"', runs[1])
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for chosen in ([], ["milvus"], ["milvus", "ray"]):
        done = subprocess.run(
            [sys.executable, "-c", program, ",".join(chosen)],
            capture_output=True,
            text=True,
            check=True,
        )
        listed = {Requirement(line).name for line in done.stdout.split("\n") if line}
        assert listed == {Requirement(line).name for name in chosen for line in extras[name]}


def test_the_dockerfile_names_what_exists_and_runs_as_nobody_special() -> None:
    """Its sources exist and are not ignored, it drops its rights, and its command parses."""
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
        if line and not line.startswith("#")
    ]
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
    assert last.index("USER dateline") < next(
        number for number, line in enumerate(last) if line.startswith("CMD")
    )
    for command in re.findall(r"dateline ((?:build|serve)[^&\"]*)", last[-1]):
        assert dateline_parser().parse_args(command.split()).run


INSTALL = runpy.run_path(str(ROOT / ".ci" / "install.py"))


def test_hashes_are_of_all_that_is_installed_and_of_the_pinned_versions() -> None:
    """What is not among them would come unchecked, or not at all: make lock renews them."""
    pinned = dict(
        re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    )
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    kind, lines, builds = INSTALL["parts"]((ROOT / "hashes.txt").read_text())
    assert kind.startswith("CPython 3.")
    matches = [
        re.fullmatch(r"([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line)
        for line in (*lines, *builds)
    ]
    assert None not in matches
    hashed = {canonicalize_name(match[1]): match[2] for match in matches if match is not None}
    for name, version in hashed.items():
        assert versions[name] == version.partition("+")[0], f"{name}: make lock"
    assert ["+" in line for line in builds] == [True, False]  # the small CPU build is tried first
    if kind == INSTALL["kind"]():
        cuda = {
            name
            for name in wanted(["dateline[dev]"])
            if name.startswith(("nvidia-", "cuda-", "triton"))
        }
        assert wanted(["dateline[dev]"]).keys() - cuda - {"dateline"} == hashed.keys()


def test_set_up_holds_every_artifact_to_its_hash_or_says_that_it_does_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """On the kind of machine of hashes.txt an artifact with another hash ends it.

    Nothing but torch is ever tried again without its hash.
    """
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
    own = [
        (*unchecked, "torch"),
        ("install", "--no-deps", "--no-build-isolation", "--editable", "."),
        ("check",),
    ]
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
