"""`dateline completion SHELL` prints what the shell itself can complete by."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from qa.cli import main
from qa.commands.completing import fish_script
from qa.commands.options import commands_of
from qa.commands.parser import dateline_parser


def completed_by_fish(script: Path, line: str, home: Path) -> list[str]:
    """Return the words that fish offers at the end of a line."""
    done = subprocess.run(
        ["fish", "--private", "-c", f"source {script}; complete -C {shlex.quote(line)}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
    )
    assert done.stderr == ""
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dateline ro", ["rollback"]),
        ("dateline ask --as", ["--as-of"]),
        ("dateline build --engine ", ["ray"]),
        ("dateline completion z", ["zsh"]),
        ("dateline rollback --as", []),  # it is an option of other commands
    ],
)
def test_fish_completes(
    line: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "fish"]) == 0
    script = tmp_path / "dateline.fish"
    script.write_text(capsys.readouterr().out)
    assert completed_by_fish(script, line, tmp_path) == words


def test_each_command_and_option_has_a_line_for_fish() -> None:
    """It holds where fish is not installed too."""
    parser = dateline_parser()
    script = [shlex.split(line.replace("\\'", "’")) for line in fish_script(parser).splitlines()]
    offered = [words[words.index("-a") + 1] for words in script if "-f" in words[:5]]
    assert offered == list(commands_of(parser))
    for name, command in commands_of(parser).items():
        condition = f"__fish_seen_subcommand_from {name}"
        lines = [words[5:] for words in script if words[4] == condition]
        for action in command._actions:
            for option in action.option_strings:
                flag = ["-l" if option.startswith("--") else "-s", option.lstrip("-")]
                (found,) = [line for line in lines if flag in (line[:2], line[2:4])]
                assert ("-r" in found) == (action.nargs != 0)


def test_what_a_help_says_is_data_for_fish() -> None:
    """A quote, a dollar and a backslash in a help end no string and run nothing."""
    parser = argparse.ArgumentParser()
    help = "it's $HOME; (touch /tmp/x) \\ 'end'"
    parser.add_subparsers().add_parser("go", description=help).add_argument("--to", help=help)
    line = fish_script(parser).splitlines()[-1]
    assert line.endswith(r"-l to -r -d 'it\'s $HOME; (touch /tmp/x) \\ \'end\''")


def test_bash_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "dateline.bash"
    script.write_text(capsys.readouterr().out)
    ask = (
        f"source {script}; COMP_WORDS=(dateline ro); COMP_CWORD=1; "
        "$(complete -p dateline | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "rollback", done.stderr
