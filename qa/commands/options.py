"""What several commands share: how one is declared, its options, and what these mean."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.profiling import as_text, profiled
from qa.answering.reader import OnnxReader
from qa.types import Reader

Run = Callable[[argparse.Namespace], int | None]


class Commands:
    """The commands of a parser, in the order in which they are added."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(
        self, name: str, run: Run, help: str, *shared: argparse.ArgumentParser, example: str
    ) -> argparse.ArgumentParser:
        """The parser of a new command, with --index and the `shared` options; `run` gives its exit status, None for 0."""
        added = self._parsers.add_parser(
            name,
            help=help,
            description=help[0].upper() + help[1:] + ".",
            parents=[_anywhere(), *shared],
            epilog=f"example: {example}",
        )
        added.set_defaults(run=run)
        return added


def _anywhere() -> argparse.ArgumentParser:
    """--index, which may stand before the command too."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="the index folder (default: $DATELINE_INDEX, or var/index)",
    )
    return parser


def stores() -> argparse.ArgumentParser:
    """--store, for those that work on Milvus too."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--store",
        metavar="STORE",
        help="an index elsewhere than in a folder: milvus://HOST:PORT/COLLECTION, or a file of Milvus Lite (NAME.db); see docs/scaling.md",
    )
    return parser


def filters() -> argparse.ArgumentParser:
    """--source, --from, --to and --as-of; `filters_of` reads them."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--source",
        action="append",
        metavar="OUTLET",
        help="only articles of this outlet; may be repeated",
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
        help="answer as on that day: nothing published later; 'last month' is the month before it",
    )
    return parser


def filters_of(options: argparse.Namespace) -> dict[str, Any]:
    """What `Archive.ask` and `Archive.retrieve` take of them."""
    return {
        "source": options.source,
        "since": options.since,
        "until": options.until,
        "as_of": options.as_of,
    }


def corpora_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "corpus",
        nargs="*",
        type=Path,
        default=[Path("corpus")],
        metavar="CORPUS",
        help="folders or files of articles (default: corpus/)",
    )


def json_option(parser: argparse.ArgumentParser, help: str = "print JSON") -> None:
    parser.add_argument("--json", action="store_true", help=help)


def map_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column of a table that holds text, title, source, published, url, authors, id or language, where its name does not tell; may be repeated",
    )


def reader_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reader",
        metavar="MODEL",
        help="an extractive question-answering model of Hugging Face, by name or path",
    )


def reader_of(options: argparse.Namespace) -> Reader | None:
    """The reader that --reader names; None for Dateline's own."""
    return OnnxReader.named(options.reader) if options.reader is not None else None


def profile_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        action="store_true",
        help="print to standard error how long each stage took; one within another counts to both",
    )


@contextmanager
def profile_of(options: argparse.Namespace) -> Iterator[None]:
    """Times what is done within, and tells it where --profile is given."""
    with profiled() as stages:
        yield
    if options.profile:
        print(as_text(stages), file=sys.stderr, flush=True)
