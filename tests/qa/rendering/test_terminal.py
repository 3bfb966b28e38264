"""The command at a terminal and in a pipe.

A terminal shows bold, links and a bar, a pipe plain text. Ctrl-C ends any command well. A shell
completes the words of a command.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.cli import main
from qa.commands.options import commands_of
from qa.commands.parser import dateline_parser
from qa.rendering.terminal import print_text
from tests.command_server import run_command
from tests.conftest import ROOT, Write
from tests.index.corpus import samples
from tests.qa.test_cli import QUESTION, dateline


def terminal(*arguments: str | Path, **environment: str) -> str:
    """Return what a command writes on a terminal, on standard output and error."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    surrounding = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **environment}

    def run() -> int:
        status = run_command([str(word) for word in arguments], ROOT, surrounding, (name,) * 3)
        os.close(theirs)  # the terminal closes with the last who has it
        return status

    with ThreadPoolExecutor() as beside:
        ended = beside.submit(run)
        out = b""
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 4096):
                out += piece
        os.close(ours)
        assert ended.result() == 0
    return out.decode().replace("\r\n", "\n")


@pytest.mark.slow
def test_a_terminal_gets_bold_a_pipe_plain_text(corpus_index: Path) -> None:
    ask = ("ask", QUESTION, "--index", corpus_index)
    assert terminal(*ask).startswith("\x1b[1mUS\x1b[0m  (")
    assert "\x1b" not in terminal(*ask, NO_COLOR="1")
    assert "\x1b" not in terminal(*ask, TERM="dumb")
    assert terminal("retrieve", "EU mission", "-k", "1", "--index", corpus_index).startswith(
        "1. \x1b[1mafter "
    )
    assert "\x1b" not in terminal("retrieve", "EU mission", "--json", "--index", corpus_index)


@pytest.mark.slow
def test_a_build_shows_a_bar_on_a_terminal_and_none_in_a_pipe(
    corpus_index: Path, tmp_path: Path, write: Write
) -> None:
    corpus = write({f"{number}.txt": f"Ship {number} left the harbour." for number in range(9)})
    for name in ("bar", "pipe"):
        shutil.copytree(corpus_index, tmp_path / name)
    shown = terminal("build", corpus, "--index", tmp_path / "bar")
    assert "━" in shown
    assert "9/9" in shown
    assert re.search(r"\d:\d\d:\d\d", shown)  # the time it has taken
    assert "0/?" not in shown
    assert "0/1" not in shown
    assert "9 articles, 9 passages" in shown
    done = dateline("build", corpus, "--index", tmp_path / "pipe")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("generation 000002: 9 articles, 9 passages")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_completion_names_the_commands_and_their_options(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in commands_of(dateline_parser()))
    assert "as-of" in script
    assert len(commands_of(dateline_parser())) > 10
    if shutil.which(shell) and shell != "tcsh":  # tcsh has no way to only parse
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("re", ["retrieve"]),
        ("ask --as", ["--as-of"]),
        ("build --en", ["--encoder", "--engine"]),
        ("build --engine r", ["ray"]),
        ("completion z", ["zsh"]),
    ],
)
def test_bash_completes_what_is_typed(
    typed: str, offered: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "bash"]) == 0
    words = ["dateline", *typed.split()]
    state = (
        f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        f"COMP_LINE='dateline {typed}'; COMP_POINT={len(typed) + 9}"
    )
    program = f'{capsys.readouterr().out}\n{state}; _shtab_dateline; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == offered


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish on this machine")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("dateline retr", ["retrieve"]),
        ("dateline ask --as", ["--as-of"]),
        ("dateline build --en", ["--encoder", "--engine"]),
        ("dateline build --engine r", ["ray"]),
        ("dateline completion z", ["zsh"]),
        ("dateline rollback --as", []),  # an option of other commands
    ],
)
def test_fish_completes_what_is_typed(
    typed: str, offered: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "fish"]) == 0
    (tmp_path / "dateline.fish").write_text(capsys.readouterr().out)
    program = f"source {tmp_path}/dateline.fish; complete --do-complete '{typed}'"
    done = subprocess.run(
        ["fish", "--no-config", "--command", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.stderr == ""
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == offered


class Terminal(io.StringIO):
    """A terminal of 40 columns."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_wraps_lines_at_words_and_keeps_their_indent(
    colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "" if colour else "1")
    link = "\x1b]8;;https://example.org/\x1b\\Globe [1]\x1b]8;;\x1b\\"
    text = "\x1b[1mUS\x1b[0m\n  " + "the truce was brokered there " * 3 + link
    shown = Terminal()
    print_text(text, shown)
    lines = shown.getvalue().splitlines()
    plain = [re.sub(r"\x1b\[[\d;]*m|\x1b\]8;.*?\x1b\\", "", line).rstrip() for line in lines]
    assert plain == [
        "US",
        "  the truce was brokered there the truce",
        "  was brokered there the truce was",
        "  brokered there Globe [1]",
    ]
    assert ("\x1b[1mUS" in lines[0], "https://example.org/" in lines[-1]) == (colour, colour)
    piped = io.StringIO()
    print_text(text, piped)
    assert piped.getvalue() == f"{text}\n"


@contextlib.contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command that Ctrl-C reaches, and end it with its test.

    A shell has Ctrl-C ignored by what it runs in the background, as it may run the tests.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "qa", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_ctrl_c_ends_watch_well(corpus_index: Path, tmp_path: Path, write: Write) -> None:
    shutil.copytree(corpus_index, tmp_path / "index")
    corpus = write({"a.txt": "The lighthouse was repaired by Maria Olsen."})
    with started("watch", corpus, "--json", "--index", tmp_path / "index") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["articles"] == 1
        (corpus / "b.html").write_text(samples.PAGE)
        assert json.loads(process.stdout.readline())["articles"] == 2
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert "whole" in dateline("verify", "--index", tmp_path / "index").stdout


@pytest.mark.slow
def test_ctrl_c_in_a_build_leaves_the_index_as_it_was(
    corpus_index: Path, tmp_path: Path, write: Write
) -> None:
    shutil.copytree(corpus_index, tmp_path / "index")
    corpus = write(
        {f"{number}.txt": f"Ship {number} left the harbour. " * 40 for number in range(400)}
    )
    with started("build", corpus, "--index", tmp_path / "index") as process:
        until = time.monotonic() + 60
        while not list((tmp_path / "index").glob(".draft-*")):
            assert time.monotonic() < until
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (
        1,
        "",
        "dateline: interrupted; the index is as it was\n",
    )
    facts = json.loads(dateline("info", "--json", "--index", tmp_path / "index").stdout)
    assert (facts["generation"], facts["articles"]) == ("000001", 5)
    assert "whole" in dateline("verify", "--index", tmp_path / "index").stdout
    assert not list((tmp_path / "index").glob(".draft-*"))


@pytest.mark.slow
def test_ctrl_c_between_questions_is_one_line(corpus_index: Path) -> None:
    with started("ask", "-", "--index", corpus_index) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{QUESTION}\n")
        process.stdin.flush()
        assert (
            process.stdout.readline() == f"{QUESTION}\n"
        )  # it has answered, and waits for the next
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, "dateline: interrupted; the index is as it was\n")
