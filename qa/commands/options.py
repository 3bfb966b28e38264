"""What several commands share.

This is how a command is declared, its options, and what these mean.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.corpora import remembered_corpora
from index.profiling import as_text, profiled
from index.stores.places import place_of
from index.types import DatelineError
from qa.answering.reader import OnnxReader
from qa.answering.understanding import parse_day
from qa.types import Reader

Run = Callable[[argparse.Namespace], int | None]


class Commands:
    """The commands of a parser, in the order in which they are added."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser
        self._parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(
        self, name: str, run: Run, help: str, *shared: argparse.ArgumentParser, example: str
    ) -> argparse.ArgumentParser:
        """Return the parser of a new command, with --index and the `shared` options.

        `run` carries the command out and returns its exit status, None for 0.
        """
        added = self._parsers.add_parser(
            name,
            help=help,
            description=help[0].upper() + help[1:] + ".",
            parents=[_index_option(), *shared],
            epilog=f"example: {example}",
        )
        added.set_defaults(run=run, parser=added)
        return added


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command, by its name."""
    (commands,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    return dict(commands.choices)


class Indexes(argparse.Action):
    """Take one index; several, if --index is given again, are asked as one."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        value: Any,
        option: str | None = None,
    ) -> None:
        namespace.indexes = [*getattr(namespace, "indexes", []), value]
        namespace.index = value


def _index_option() -> argparse.ArgumentParser:
    """Return a parser with --index, which may stand before the command too."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument(
        "--index",
        type=Path,
        action=Indexes,
        metavar="DIR",
        help="the index folder (default: $DATELINE_INDEX, or var/index)",
    )
    return parser


def stores() -> argparse.ArgumentParser:
    """Return a parser with --store, for the commands that work on Milvus too."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--store",
        metavar="STORE",
        help="an index that is not in a folder: milvus://HOST:PORT/COLLECTION, "
        "or a file of Milvus Lite (NAME.db); see docs/scaling.md",
    )
    return parser


def filters() -> argparse.ArgumentParser:
    """Return a parser with --source, --from, --to and --as-of.

    `filters_of` reads these options.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--source",
        action="append",
        metavar="OUTLET",
        help="only articles from this outlet; may be repeated",
    )
    parser.add_argument(
        "--from", dest="since", metavar="DAY", help="only articles published on or after YYYY-MM-DD"
    )
    parser.add_argument(
        "--to", dest="until", metavar="DAY", help="only articles published on or before YYYY-MM-DD"
    )
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help="answer as on that day: use nothing published later; "
        "'last month' is the month before it",
    )
    return parser


def filters_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments that limit the articles of a command.

    They are arguments of `Archive.ask` and `Archive.retrieve`. Raises DatelineError, naming the
    option, for a day that is none.
    """
    days = {"--from": options.since, "--to": options.until, "--as-of": options.as_of}
    for option, day in days.items():
        parse_day(day, f"a day for {option}")
    return {
        "source": options.source,
        "since": options.since,
        "until": options.until,
        "as_of": options.as_of,
    }


def corpora_argument(parser: argparse.ArgumentParser) -> None:
    """Add the folders and files to index, which `corpora_of` reads."""
    parser.add_argument(
        "corpus",
        nargs="*",
        type=Path,
        default=[],
        metavar="CORPUS",
        help="folders or files of articles (default: corpus/, or if there is no such folder, "
        "those that the index was built from)",
    )


def corpora_of(options: argparse.Namespace) -> list[Path]:
    """Return the folders and files to index."""
    corpora: list[Path] = list(options.corpus or ())
    default = Path("corpus")
    if corpora or default.exists():
        return corpora or [default]
    return remembered_corpora(place_of(options.index).cache) or [default]


def corpora_of_index(options: argparse.Namespace) -> list[Path]:
    """Return the folders that --corpus names.

    Without any these are the folders that the index was built from, else corpus/.
    """
    if options.corpus:
        return list(options.corpus)
    return remembered_corpora(place_of(options.index).cache) or [Path("corpus")]


def number(option: str, least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` to `most`, for an option.

    It raises DatelineError for a number that is too small or too large.
    """

    def read(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise DatelineError(
                f"expected a number from {least} to {most} for {option}, found {text[:40]}"
            )
        return value

    read.__name__ = "number"  # argparse says: invalid number value: 'x'
    return read


def json_option(parser: argparse.ArgumentParser, help: str = "print JSON") -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help=help)


def print_json(value: object) -> None:
    """Print a value as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def map_option(parser: argparse.ArgumentParser) -> None:
    """Add --map, which `columns_of` reads."""
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="name the column of a table that holds a field, if its own name does not tell. "
        "Fields: text, title, source, published, url, authors, id, language. May be repeated",
    )


def columns_of(options: argparse.Namespace) -> dict[str, str]:
    """Return the fields that --map names, with their columns.

    Raises DatelineError, naming the option, for anything else than FIELD=COLUMN.
    """
    from index.corpus.loaders.columns import read_mapping

    try:
        return read_mapping(options.map)
    except DatelineError as error:
        raise DatelineError(f"--map: {error}") from None


def reader_option(parser: argparse.ArgumentParser) -> None:
    """Add --reader, which `reader_of` reads."""
    parser.add_argument(
        "--reader",
        metavar="MODEL",
        help="a Hugging Face model for extractive question answering, by name or path",
    )


def reader_of(options: argparse.Namespace) -> Reader | None:
    """Return the reader that --reader names; None for Dateline's own."""
    if options.reader is None:
        return None
    return OnnxReader.named(options.reader)


def profile_option(parser: argparse.ArgumentParser) -> None:
    """Add --profile, which `profile_of` reads."""
    parser.add_argument(
        "--profile",
        action="store_true",
        help="print to standard error how long each stage took; "
        "a stage within another counts towards both",
    )


@contextmanager
def profile_of(options: argparse.Namespace) -> Iterator[None]:
    """Time what is done within, and print the times if --profile is given."""
    with profiled() as stages:
        yield
    if options.profile:
        print(as_text(stages), file=sys.stderr, flush=True)
