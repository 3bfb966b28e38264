"""What several tests need: the index of corpus/, built once; small corpora; a browser."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import hypothesis
import pytest

import index
import qa

ROOT = Path(__file__).parent.parent
# No test calls a hub. Set before a test module imports transformers, which reads it once.
os.environ["HF_HUB_OFFLINE"] = "1"

hypothesis.settings.register_profile("dateline", deadline=None, max_examples=60, derandomize=True)
hypothesis.settings.load_profile("dateline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first if processes share them, so that none ends alone.

    Each process is given whole files (--dist loadfile), in this order.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """Collect garbage after each file, so that a leak is reported in the file that made it."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Build the index of corpus/ with the real encoder, once for all processes of a run.

    No test changes it: those that write take a copy.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "real" / "index"
    with filelock.FileLock(f"{folder.parent}.lock"):
        if not (folder / "CURRENT").exists():
            index.build(ROOT / "corpus", folder)
    return folder


@pytest.fixture(scope="session")
def archive(corpus_index: Path) -> qa.Archive:
    """Open the index of corpus/ with the real reader."""
    return qa.open(corpus_index)


Write = Callable[[dict[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes {relative path: text} into an empty corpus folder."""

    def write_files(files: dict[str, str]) -> Path:
        corpus = tmp_path / "articles"
        shutil.rmtree(corpus, ignore_errors=True)
        for name, text in files.items():
            (corpus / name).parent.mkdir(parents=True, exist_ok=True)
            (corpus / name).write_text(text, encoding="utf-8")
        return corpus

    return write_files


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium. Without one the browser tests are skipped, but fail in CI."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    if os.environ.get("CI"):
        pytest.fail("expected Chromium for the browser tests, found none; make test installs it")
    pytest.skip("no Chromium on this machine; install it, or set CHROMIUM")
