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
    parser.add_argument("shell", choices=["bash", "zsh", "fish", "tcsh"], help="the shell")
    parser.set_defaults(parser=commands.parser)


def _run_completion(options: argparse.Namespace) -> None:
    import shtab

    parser: argparse.ArgumentParser = options.parser
    if options.shell == "fish":  # shtab does not know it
        print(fish_script(parser), end="")
        return
    for command in (parser, *commands_of(parser).values()):
        for action in command._actions:
            if action.type is Path:
                complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
                action.complete = complete  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))


def fish_script(parser: argparse.ArgumentParser) -> str:
    """Return the script by which fish completes dateline's words.

    Words that are no option are completed as files, as fish does by itself.
    """
    commands = commands_of(parser)
    none_yet = "not __fish_seen_subcommand_from " + " ".join(commands)
    lines = []
    for name, command in commands.items():
        summary = _quoted(command.description or "")
        lines.append(f"complete -c dateline -f -n {_quoted(none_yet)} -a {name} -d {summary}")
        given = _quoted(f"__fish_seen_subcommand_from {name}")
        for action in command._actions:
            lines += [f"complete -c dateline -n {given} {words}" for words in _fish_words(action)]
    return "\n".join([*lines, ""])


def _fish_words(action: argparse.Action) -> list[str]:
    """Return what fish's `complete` is told of one argument; none if files will do."""
    choices = " ".join(map(str, action.choices or ()))
    if not action.option_strings:
        return [f"-f -a {_quoted(choices)}"] if choices else []
    words = []
    for option in action.option_strings:
        kind = "-l" if option.startswith("--") else "-s"
        words.append(f"{kind} {option.lstrip('-')}")
    if action.nargs != 0:
        words.append("-r")
    if choices:
        words.append(f"-f -a {_quoted(choices)}")
    if action.help and action.help != argparse.SUPPRESS:
        words.append(f"-d {_quoted(action.help)}")
    return [" ".join(words)]


def _quoted(text: str) -> str:
    """Return text as a string of fish's in single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
