"""Building on a local Ray with two workers gives the index of a local build.

That holds whatever dies on the way.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

import index
from index.engines.ray import RayEngine
from index.models.encoder import CompiledEncoder
from index.stores.local.generations import OpenIndex, current, open_index
from index.stores.manifest import ENCODERS
from index.types import DatelineError, Embedder, Skipped
from qa.cli import main
from tests.conftest import ROOT
from tests.fakes import FatefulEmbedder, WordEmbedder

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Ray's own


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    """Run a Ray with two CPUs, for all tests of this file."""
    with RayEngine(workers=2):
        yield
    gc.collect()  # what Ray left open is noticed here, not in another file's test


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 120 articles in 41 files.

    Among them are a table, two ids that are taken, a page for the sandbox, and a broken file.
    """
    folder = tmp_path_factory.mktemp("articles")
    for number in range(38):
        (folder / f"{number:02}.txt").write_text(
            f"Title {number}\nExample, 2022-{number % 12 + 1:02}-10\n\n"
            + " ".join(
                f"Sentence {line} of story {number} says that word{number * line} "
                "was seen in Geneva."
                for line in range(30)
            ),
            encoding="utf-8",
        )
    lines = [
        f'{{"id": "r{number % 80}", "title": "Row {number}", '
        f'"text": "Row {number} tells of a harvest."}}\n'
        for number in range(82)
    ]
    (folder / "table.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "page.html").write_text(
        "<html><body><p>A storm closed the harbour of Esbjerg for two days.</p></body></html>",
        encoding="utf-8",
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return folder


def same(one: OpenIndex, other: OpenIndex, tolerance: float = 0.0, but: Sequence[str] = ()) -> None:
    """Check that both hold the same articles and passages, in the same order, to the bit.

    Vectors may differ by `tolerance`. Only `other` has the articles `but`.
    """
    assert list(one.articles()) == [
        article for article in other.articles() if article.id not in but
    ]
    for article in one.articles():
        passages, vectors = one.indexed(article.id)
        others, other_vectors = other.indexed(article.id)
        assert passages == others
        np.testing.assert_allclose(vectors, other_vectors, atol=tolerance, rtol=0)


@pytest.fixture(scope="module")
def local(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[OpenIndex, index.Summary]:
    folder = tmp_path_factory.mktemp("local")
    summary = index.build(corpus, folder, embedder=WordEmbedder())
    return open_index(folder), summary


def test_a_worker_that_is_killed_midway_costs_its_work_alone_and_an_article_that_fails_itself(
    ray: None, corpus: Path, local: tuple[OpenIndex, index.Summary], tmp_path: Path
) -> None:
    embedder = FatefulEmbedder(tmp_path / "log", kills="word385", fails="story 17 ")
    told: list[tuple[str, int, int]] = []
    summary = index.build(
        corpus,
        tmp_path / "index",
        embedder=embedder,
        engine=RayEngine(),
        progress=lambda *line: told.append(line),
    )
    assert (tmp_path / "log.met").exists()
    processes = {line.split()[0] for line in (tmp_path / "log").read_text().splitlines()}
    assert str(os.getpid()) not in processes
    assert len(processes) >= 2  # the dead one, and at least the one in its place
    same(open_index(tmp_path / "index"), local[0], but=("17.txt",))
    assert set(summary.skipped) - set(local[1].skipped) == {
        Skipped("17.txt", "it cannot be encoded: ValueError: no vector for this")
    }
    assert summary.articles == summary.added == local[1].articles - 1
    assert told[-1] == ("encoding articles on Ray", local[1].articles, local[1].articles)


def test_a_build_that_is_cut_off_goes_on_where_it_was(
    ray: None, corpus: Path, local: tuple[OpenIndex, index.Summary], tmp_path: Path
) -> None:
    class Cut(Exception):
        pass

    def cut(what: str, done: int, total: int) -> None:
        if what == "encoding articles on Ray" and done == 60:
            raise Cut

    embedder = FatefulEmbedder(tmp_path / "log")
    with pytest.raises(Cut):
        index.build(corpus, tmp_path / "index", embedder=embedder, engine=RayEngine(), progress=cut)
    with pytest.raises(DatelineError, match="expected an index"):
        current(tmp_path / "index")
    (tmp_path / "log").write_text("")
    summary = index.build(corpus, tmp_path / "index", embedder=embedder, engine=RayEngine())
    encoded = len((tmp_path / "log").read_text().splitlines())
    assert encoded == summary.articles - 60
    same(open_index(tmp_path / "index"), local[0])


BUILDER = """
import sys
from pathlib import Path
import index
from index.engines.ray import RayEngine
from tests.fakes import FatefulEmbedder
def told(what, done, total):
    if what == "encoding articles on Ray": print(done, flush=True)
corpus, folder, log = map(Path, sys.argv[1:])
embedder = FatefulEmbedder(log, waits=0.05)
with RayEngine(workers=2) as engine:
    index.build(corpus, folder, embedder=embedder, engine=engine, progress=told)
"""


def test_a_builder_that_is_killed_as_a_whole_loses_no_article_that_was_encoded(
    ray: None, corpus: Path, local: tuple[OpenIndex, index.Summary], tmp_path: Path
) -> None:
    """The process that builds is killed, Ray and all, with some articles in its checkpoint.

    The next build encodes the others alone.
    """
    command = [
        sys.executable,
        "-c",
        BUILDER,
        str(corpus),
        str(tmp_path / "index"),
        str(tmp_path / "log"),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as builder:
        assert builder.stdout is not None
        for line in builder.stdout:
            if int(line) >= 10:
                builder.kill()
                break
    assert builder.returncode == -signal.SIGKILL
    with pytest.raises(DatelineError, match="expected an index"):
        current(tmp_path / "index")
    with contextlib.closing(
        sqlite3.connect(next((tmp_path / "index").rglob("ray.sqlite")))
    ) as kept:
        ((made,),) = kept.execute("SELECT count(*) FROM made")
    assert 10 <= made < local[1].articles
    summary = index.build(
        corpus, tmp_path / "index", embedder=FatefulEmbedder(tmp_path / "again"), engine=RayEngine()
    )
    assert len((tmp_path / "again").read_text().splitlines()) == summary.articles - made
    same(open_index(tmp_path / "index"), local[0])


def test_the_command_with_the_real_encoder_makes_the_index_of_a_local_build(
    ray: None, corpus_index: Path, tmp_path: Path
) -> None:
    assert (
        main(["build", str(ROOT / "corpus"), "--index", str(tmp_path / "index"), "--engine", "ray"])
        == 0
    )
    one, other = open_index(corpus_index), open_index(tmp_path / "index")
    same(one, other, tolerance=0.05)  # int8 depends a little on what is in the same batch
    for article in one.articles():
        cosines = np.sum(one.indexed(article.id)[1] * other.indexed(article.id)[1], axis=1)
        assert cosines.min() > 0.98
    encoder: Embedder = CompiledEncoder(next((tmp_path / "index" / ENCODERS).iterdir()))
    assert (
        encoder.fingerprint == one.manifest["encoder"]["fingerprint"]
    )  # compiled anew, it is the same to the bit


def test_a_ray_that_does_not_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module = pytest.importorskip("ray")

    def late(**_: object) -> None:
        raise Exception(
            "The current node timed out during startup.\nThis could happen because ..."
        )  # as Ray's own does

    module.shutdown()
    monkeypatch.setattr(module, "init", late)
    assert main(["build", str(ROOT / "corpus"), "--index", str(tmp_path), "--engine", "ray"]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(
        "dateline: expected Ray to start on this machine, found that it does not "
        "(The current node timed out during startup. This"
    )


def test_a_start_that_times_out_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    module, starts = pytest.importorskip("ray"), []

    def late_twice(**_: object) -> None:
        starts.append(1)
        if len(starts) < 3:
            raise Exception("The current node timed out during startup.")

    module.shutdown()
    monkeypatch.setattr(module, "init", late_twice)
    with RayEngine(workers=2):
        assert len(starts) == 3


def test_an_address_where_no_cluster_is_gives_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray").shutdown()
    assert (
        main(
            [
                "build",
                str(ROOT / "corpus"),
                "--index",
                str(tmp_path),
                "--engine",
                "ray",
                "--address",
                "127.0.0.1:1",
            ]
        )
        == 1
    )
    err = capsys.readouterr().err.strip().splitlines()
    assert err[-1].startswith("dateline: expected a Ray cluster at 127.0.0.1:1")
    assert "RAY_AUTH_MODE=token" in err[-1]


def test_an_address_of_ray_client_is_refused_before_anything_is_started() -> None:
    """Ray Data does not run through Ray Client, and fails with a traceback."""
    with pytest.raises(DatelineError, match=r"Ray Data does not run through it.*--address auto"):
        RayEngine("ray://build-head-svc:10001")
