"""The `dateline` command: arguments in, text or JSON out, one clear line for what cannot be done.

Exit status: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage. The commands are in qa/commands/. What a
command needs is imported when it runs, so that `dateline ask` pays for neither torch nor gradio.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from index.stores.places import default_folder, place_of
from index.types import DatelineError
from qa.commands import asking, building, checking, serving
from qa.commands.options import Commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # a terminal of another encoding shows "?" for what it lacks
            stream.reconfigure(errors="replace")
    try:
        if getattr(options, "store", None) is not None:
            options.index = place_of(options.store, options.index)
        return int(options.run(options) or 0)
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("dateline: interrupted; the index is as it was", file=sys.stderr)
    except OSError as error:
        print(
            f"dateline: {error.strerror or error}{f' ({error.filename})' if error.filename else ''}",
            file=sys.stderr,
        )
    return 1


_EXAMPLES = """examples:
  dateline build corpus/                                  index the articles of a folder
  dateline ask "who brokered the September truce?"        what they say, with the sentences
  dateline ask - --json < questions.txt                   a question a line, a line of JSON each
  dateline serve                                          the same in a browser

dateline COMMAND --help tells a command's arguments; docs/cli.md has all of them."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Answers questions about a folder of news articles with the articles' own words.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", default=default_folder(), help=argparse.SUPPRESS
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = Commands(parser)
    for declare in (
        building.build,
        building.add,
        building.watch,
        asking.ask,
        asking.retrieve,
        checking.info,
        checking.verify,
        building.rollback,
        building.copy,
        checking.evaluate,
        serving.serve,
        serving.password,
        completion,
    ):
        declare(commands)
    return parser


class _Version(argparse.Action):
    """The version of the package that is installed; read when it is asked for, as most commands are not."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"dateline {version('dateline')}")
        parser.exit()


def completion(commands: Commands) -> None:
    parser = commands.add(
        "completion",
        _run_completion,
        "print what makes a shell complete dateline's words",
        example='eval "$(dateline completion bash)"',
    )
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")


def _run_completion(options: argparse.Namespace) -> None:
    import shtab

    parser = _parser()
    for command in (parser, *commands_of(parser).values()):
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its name."""
    (commands,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    return dict(commands.choices)
