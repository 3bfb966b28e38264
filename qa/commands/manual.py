"""The page docs/cli.md, made from the parser.

To make it: python -m qa.commands.manual > docs/cli.md.
"""

from __future__ import annotations

import argparse

from qa.commands.options import commands_of
from qa.commands.parser import dateline_parser

_HEAD = """# The command line

This page is made from the parser: `python -m qa.commands.manual > docs/cli.md`. A test compares
the two.

`dateline` (or `python -m qa`) ends with status 0 if it is done. It ends with 1 if it is refused or
fails, with one line on standard error, and with 2 for wrong usage. `verify` and `ask -` end with 1
if a part of what was asked failed. `--json` prints JSON for a program to read. Ctrl-C leaves the
index as it was, with status 1; it is how `watch` ends, with 0. Output is plain if it is piped, or
if `NO_COLOR` is set. `--index` may stand before or after the command.

To complete words in a shell, add `eval "$(dateline completion bash)"` to its start file; zsh and
tcsh likewise. For fish: `dateline completion fish > ~/.config/fish/completions/dateline.fish`.

A file `dateline.toml` in the folder where the command runs sets defaults of your own. An argument
wins over it, and so does `$DATELINE_INDEX`. Each line is optional:

    index = "var/index"
    corpus = ["articles", "more-articles"]
    auth = "users"
    port = 7860
"""


def manual() -> str:
    """Return the page as Markdown."""
    commands = commands_of(dateline_parser())
    return "\n".join([_HEAD, *(_section(name, command) for name, command in commands.items())])


def _section(name: str, command: argparse.ArgumentParser) -> str:
    actions = [
        action
        for action in command._actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
    ]
    places = [_shape(action) for action in actions if not action.option_strings]
    example = (command.epilog or "").removeprefix("example: ")
    return "\n".join(
        [
            f"## dateline {name}",
            "",
            command.description or "",
            "",
            f"    {' '.join(['dateline', name, *places, '[options]'])}",
            "",
            "| argument | meaning |",
            "|---|---|",
            *(f"| `{_argument(action)}` | {_meaning(action)} |" for action in actions),
            "",
            f"Example: `{example}`",
            "",
        ]
    )


def _argument(action: argparse.Action) -> str:
    if not action.option_strings:
        return _shape(action)
    return ", ".join(_with_value(option, action) for option in action.option_strings)


def _shape(action: argparse.Action) -> str:
    """Return how an argument is typed: "URL [URL ...]"."""
    name = _name(action)
    if action.nargs == "*":
        return f"[{name} ...]"
    if action.nargs == "+":
        return f"{name} [{name} ...]"
    if action.nargs == "?":
        return f"[{name}]"
    return name


def _name(action: argparse.Action) -> str:
    if action.metavar:
        return str(action.metavar)
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest


def _with_value(option: str, action: argparse.Action) -> str:
    if action.nargs == 0:
        return option
    if action.choices:
        return f"{option} {_shape(action)}"
    return f"{option} {action.metavar or action.dest.upper()}"


def _meaning(action: argparse.Action) -> str:
    words = (action.help or "").replace("|", "\\|")
    has_default = action.nargs != 0 and action.default not in (None, argparse.SUPPRESS, [])
    if has_default and "default" not in words:
        words = f"{words} (default {action.default})".strip()
    return words


if __name__ == "__main__":
    print(manual(), end="")
