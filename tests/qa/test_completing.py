"""The script for fish, line by line; tests/qa/rendering/test_terminal.py asks the shells."""

from __future__ import annotations

import argparse
import shlex

from qa.commands.completing import fish_script
from qa.commands.options import commands_of
from qa.commands.parser import dateline_parser


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
