"""The process of its own: what it gives back, and that it is gone when it is of no more use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.corpus.loaders import sandbox
from index.corpus.loaders.bounds import Bounds
from index.corpus.loaders.fields import Fields, Record
from index.corpus.loaders.registry import LOADERS, read_file
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.loading import load_articles
from index.types import DatelineError, Skipped
from tests.conftest import ROOT
from tests.index.corpus import samples

WITHIN = 30  # seconds, on a machine that does other things too


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Note the ids of the processes that sandboxes start; end what a test leaves alive."""
    pids: list[int] = []
    popen = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = popen(*arguments, **options)
        pids.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", start)
    yield pids
    for pid in pids:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there; one that has ended and waits to be noted is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ends(pid: int) -> bool:
    """Tell whether a process that is no child of ours ends in time."""
    until = time.monotonic() + WITHIN
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_alive(pid)


def write_stand_in(folder: Path, module: str, act: str) -> None:
    """Write a module that is found before the installed one, if `folder` is in PYTHONPATH."""
    (folder / module).mkdir(parents=True)
    (folder / module / "__init__.py").write_text(act)


def test_items_come_back_as_they_were(tmp_path: Path) -> None:
    """Every kind of file gives in the sandbox what it gives in this process."""
    with Sandbox(Bounds()) as other:
        for name, data in samples.files().items():
            (tmp_path / name).write_bytes(data)
            assert list(other.read(tmp_path / name, name)) == list(read_file(tmp_path / name, name))


def test_a_lone_surrogate_and_a_value_that_json_lacks_come_through() -> None:
    fields = Fields("x\ud800y", authors=("A",), pages=(0, 2))
    record = Record({"text": "a", "when": "2022-10-14"}, ":2", "/b.csv", table=True)
    for item in (fields, record, Skipped("/a", "why")):
        line = sandbox._to_json(item)
        assert line.isascii()
        assert sandbox._from_json(json.loads(line)) == item


def test_what_a_builder_does_between_items_is_no_time_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "a.csv"
    table.write_text("text\n" + "".join(f"Boat {number} sank.\n" for number in range(40)))
    later = 0.0
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + later)
    found = []
    with Sandbox(Bounds()) as box:
        for item in box.read(table, "a.csv"):
            found.append(item)
            later += 1_000  # a batch is encoded
    assert len(found) == 40
    assert not any(isinstance(item, Skipped) for item in found)


def test_the_process_is_gone_after_a_build(tmp_path: Path, started: list[int]) -> None:
    (tmp_path / "a.html").write_text(samples.PAGE)
    (tmp_path / "b.html").write_text(samples.PAGE)
    assert len(list(load_articles([tmp_path]))) == 2
    (pid,) = started  # one for both files
    assert not is_alive(pid)


def test_the_process_is_gone_after_a_build_that_is_dropped(
    tmp_path: Path, started: list[int]
) -> None:
    (tmp_path / "a.mbox").write_bytes(samples.mbox())
    items = load_articles([tmp_path])
    next(items)
    (pid,) = started
    assert is_alive(pid)
    items.close()  # type: ignore[attr-defined]
    assert not is_alive(pid)


def test_the_process_is_gone_after_a_build_that_fails(tmp_path: Path, started: list[int]) -> None:
    (tmp_path / "a.html").write_text(samples.PAGE)
    with pytest.raises(DatelineError):
        list(load_articles([tmp_path, tmp_path / "nowhere"]))
    (pid,) = started
    assert not is_alive(pid)


@pytest.mark.slow
def test_a_file_that_hangs_gets_the_next_file_a_new_process(
    tmp_path: Path, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stand_in(tmp_path / "site", "pypdfium2", "while True: pass")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    (tmp_path / "a.pdf").write_bytes(samples.pdf("Text."))
    with Sandbox(Bounds(read_seconds=6)) as other:
        (hung,) = other.read(tmp_path / "a.pdf", "a.pdf")
        assert isinstance(hung, Skipped)
        (first,) = started
        assert not is_alive(first)
        list(other.read(tmp_path / "a.pdf", "a.pdf"))
        assert len(started) == 2
    assert not is_alive(started[1])


@pytest.mark.slow
@pytest.mark.parametrize("act", ["", "while True: pass", "import re; re.match('(a+)+b', 'a' * 99)"])
def test_the_process_ends_with_a_builder_that_is_killed(tmp_path: Path, act: str) -> None:
    """Between two files, and in the middle of one whose parser never ends.

    While a regular expression is searched for, no other thread runs.
    """
    reached = tmp_path / "reached"
    act = f"open({str(reached)!r}, 'w').close()\n{act}\n"
    write_stand_in(tmp_path / "site", "pypdfium2", act)
    (tmp_path / "a.pdf").write_bytes(samples.pdf("Text."))
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from index.corpus.loaders.bounds import Bounds\n"
        "from index.corpus.loaders.sandbox import Sandbox\n"
        "sandbox = Sandbox(Bounds())\n"
        "print(sandbox._start().pid, flush=True)\n"
        "list(sandbox.read(Path(sys.argv[1]), 'a.pdf'))\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path / "site")])}
    command = [sys.executable, "-c", program, str(tmp_path / "a.pdf")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout is not None
        pid = int(builder.stdout.readline())
        until = time.monotonic() + WITHIN
        while not reached.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert is_alive(pid)
        builder.kill()
    ended = ends(pid)
    if not ended:
        os.kill(pid, signal.SIGKILL)
    assert ended


def test_a_folder_for_scratch_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(DatelineError, match="found: No space left on device; free space there"):
        Sandbox(Bounds())


def test_what_a_parser_prints_is_no_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for trafilatura prints a line and finds no story."""
    act = "print('{}', flush=True)\nbare_extraction = lambda *args, **options: print('[]')\n"
    write_stand_in(tmp_path / "site", "trafilatura", act)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    (tmp_path / "a.html").write_text(samples.PAGE)
    with Sandbox(Bounds()) as other:
        (skipped,) = other.read(tmp_path / "a.html", "a.html")
    assert isinstance(skipped, Skipped)
    assert "expected a page with a story" in skipped.reason
    assert ".html" in LOADERS
