"""The `dateline` command: arguments in, text or JSON out, one clear line if it cannot be done.

Exit status: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage. The commands are in
qa/commands/. What a command needs is imported when it runs, so that `dateline ask` pays for
neither torch nor gradio.
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
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # "?" for what a terminal's encoding lacks
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
        print(f"dateline: {_os_error(error)}", file=sys.stderr)
    return 1


def _os_error(error: OSError) -> str:
    message = str(error.strerror or error)
    if not error.filename:
        return message
    return f"{message} ({error.filename})"


_EXAMPLES = """examples:
  dateline build corpus/                                  index the articles of a folder
  dateline ask "who brokered the September truce?"        what they say, with the sentences
  dateline ask - --json < questions.txt                   one question and one reply per line
  dateline serve                                          the same in a browser

dateline COMMAND --help shows the arguments of a command; docs/cli.md has all of them."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Answer questions about a folder of news articles in the articles' words.",
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
    """Prints the version of the installed package; most commands do not need to read it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"dateline {version('dateline')}")
        parser.exit()


def completion(commands: Commands) -> None:
    """Declare `dateline completion`."""
    parser = commands.add(
        "completion",
        _run_completion,
        "print the script that lets a shell complete dateline's words",
        example='eval "$(dateline completion bash)"',
    )
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")


def _run_completion(options: argparse.Namespace) -> None:
    import shtab

    parser = _parser()
    for command in (parser, *commands_of(parser).values()):
        for action in command._actions:
            if action.type is Path:
                complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
                action.complete = complete  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command, by its name."""
    (commands,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    return dict(commands.choices)
