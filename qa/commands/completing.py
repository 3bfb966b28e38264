"""The command that lets a shell complete dateline's words: completion."""

from __future__ import annotations

import argparse
from pathlib import Path

from qa.commands.options import Commands, commands_of


def completion(commands: Commands) -> None:
    """Declare `dateline completion`."""
    parser = commands.add(
        "completion",
        _run_completion,
        "print the script that lets a shell complete dateline's words",
        example='eval "$(dateline completion bash)"',
    )
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")
    parser.set_defaults(parser=commands.parser)


def _run_completion(options: argparse.Namespace) -> None:
    import shtab

    parser: argparse.ArgumentParser = options.parser
    for command in (parser, *commands_of(parser).values()):
        for action in command._actions:
            if action.type is Path:
                complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
                action.complete = complete  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))
