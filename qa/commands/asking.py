"""Commands that ask an index: ask, retrieve. They import neither torch nor gradio."""

from __future__ import annotations

import argparse
import json
import os
import sys

from index.types import DatelineError
from qa.archive import PASSAGES_READ, Archive
from qa.commands.options import (
    Commands,
    filters,
    filters_of,
    json_option,
    profile_of,
    profile_option,
    reader_of,
    reader_option,
    stores,
)
from qa.rendering.text import hits_as_text, reply_as_text


def ask(commands: Commands) -> None:
    parser = commands.add(
        "ask",
        _run_ask,
        "answer a question, with citations",
        filters(),
        stores(),
        example='dateline ask "who brokered the September truce?"',
    )
    parser.add_argument(
        "question",
        metavar="QUESTION",
        help='the question; "-" reads one a line from standard input',
    )
    parser.add_argument(
        "-k",
        type=int,
        default=PASSAGES_READ,
        metavar="N",
        help=f"passages to read (default {PASSAGES_READ})",
    )
    json_option(parser)
    profile_option(parser)
    reader_option(parser)


def _run_ask(options: argparse.Namespace) -> int:
    archive = Archive.open(options.index, reader=reader_of(options))
    many = options.question == "-"
    failed = False
    for question in sys.stdin if many else [options.question]:
        if many and not question.strip():
            continue
        try:
            with profile_of(options):
                reply = archive.ask(question, k=options.k, **filters_of(options))
        except DatelineError as error:
            if not many:
                raise
            failed = True
            print(
                json.dumps({"question": question.strip()[:200], "error": str(error)})
                if options.json
                else f"{question.strip()[:200]}\n  {error}\n",
                flush=True,
            )
            continue
        shown = (
            json.dumps(reply.to_dict(), ensure_ascii=False)
            if options.json
            else reply_as_text(reply, bold=_styled())
        )
        print(f"{reply.question}\n{shown}\n" if many and not options.json else shown, flush=True)
    return int(failed)


def retrieve(commands: Commands) -> None:
    parser = commands.add(
        "retrieve",
        _run_retrieve,
        "show the passages nearest to a question",
        filters(),
        stores(),
        example='dateline retrieve "EU mission" -k 3',
    )
    parser.add_argument("question", metavar="QUESTION", help="what to look for")
    parser.add_argument("-k", type=int, default=5, metavar="N", help="how many (default 5)")
    json_option(parser)


def _run_retrieve(options: argparse.Namespace) -> None:
    hits = Archive.open(options.index).retrieve(options.question, options.k, **filters_of(options))
    print(
        json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False)
        if options.json
        else hits_as_text(hits, bold=_styled())
    )


def _styled() -> bool:
    """Whether standard output is a terminal that shows bold and links (https://no-color.org)."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
