"""The page docs/cli.md, made of the parser itself: python -m qa.commands.manual > docs/cli.md"""

from __future__ import annotations

import argparse

from qa.cli import _parser, commands_of

_HEAD = """# The command line

This page is made of the parser: `python -m qa.commands.manual > docs/cli.md`. A test compares the two.

`dateline` (or `python -m qa`) ends with status 0 when it is done, 1 when it is refused or fails, with one line on
standard error, and 2 for wrong usage. `--json` prints JSON for a program to read, `verify` and `ask -` end with 1 where
a part of what was asked failed. Ctrl-C leaves the index as it was (status 1; it is how `watch` ends, with 0). Output is
plain where it is piped, or where `NO_COLOR` is set. `--index` may stand before the command or after it.

Completion of words: `eval "$(dateline completion bash)"` in the shell's start file; zsh and tcsh likewise.
"""


def manual() -> str:
    """The page as Markdown."""
    parser = _parser()
    return "\n".join(
        [_HEAD, *(_section(name, command) for name, command in commands_of(parser).items())]
    )


def _section(name: str, command: argparse.ArgumentParser) -> str:
    actions = [
        action
        for action in command._actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
    ]
    usage = " ".join(
        [
            "dateline",
            name,
            *(_shape(action) for action in actions if not action.option_strings),
            "[options]",
        ]
    )
    lines = [
        f"## dateline {name}",
        "",
        command.description or "",
        "",
        f"    {usage}",
        "",
        "| argument | meaning |",
        "|---|---|",
    ]
    for action in actions:
        shown = ", ".join(
            _with_value(option, action) for option in action.option_strings
        ) or _shape(action)
        lines.append(f"| `{shown}` | {_meaning(action)} |")
    return "\n".join(
        [*lines, "", f"Example: `{(command.epilog or '').removeprefix('example: ')}`", ""]
    )


def _shape(action: argparse.Action) -> str:
    name = str(
        action.metavar
        or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest)
    )
    return {"*": f"[{name} ...]", "+": f"{name} [{name} ...]", "?": f"[{name}]"}.get(
        str(action.nargs), name
    )


def _with_value(option: str, action: argparse.Action) -> str:
    return (
        option
        if action.nargs == 0
        else f"{option} {_shape(action) if action.choices else action.metavar or action.dest.upper()}"
    )


def _meaning(action: argparse.Action) -> str:
    words = (action.help or "").replace("|", "\\|")
    if (
        action.nargs != 0
        and action.default not in (None, argparse.SUPPRESS, [])
        and "default" not in words
    ):
        words = f"{words} (default {action.default})".strip()
    return words


if __name__ == "__main__":
    print(manual(), end="")
