"""The parser of `dateline`: its commands in order, and what holds for all of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from index.stores.places import default_folder
from index.version import __version__
from qa.commands import asking, building, checking, completing, demo, purging, serving
from qa.commands.options import Commands, Indexes

_EXAMPLES = """examples:
  dateline demo                                           the sample articles, asked a few questions
  dateline build corpus/                                  index the articles of a folder
  dateline ask "who brokered the September truce?"        what they say, with the sentences
  dateline ask - --json < questions.txt                   one question and one reply per line
  dateline serve                                          the same in a browser

dateline COMMAND --help shows the arguments of a command; docs/cli.md has all of them."""


def dateline_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    A command is added by its line in the list here.
    """
    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Answer questions about a folder of news articles in the articles' words.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--index",
        type=Path,
        action=Indexes,
        metavar="DIR",
        default=default_folder(),
        help=argparse.SUPPRESS,
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
        purging.purge,
        checking.evaluate,
        serving.serve,
        serving.mcp,
        serving.password,
        serving.token,
        completing.completion,
        demo.demo,
    ):
        declare(commands)
    return parser


def refuse_unknown(command: argparse.ArgumentParser, unknown: Sequence[str]) -> None:
    """End with the usage of a command and its option that is most like an unknown one."""
    known = [name for action in command._actions for name in action.option_strings]
    like = get_close_matches(unknown[0].partition("=")[0], known, n=1)
    hint = f"; did you mean {like[0]}?" if like else ""
    command.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")


class _Version(argparse.Action):
    """The option that prints the version."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"dateline {__version__}")
        parser.exit()
