"""Commands that ask an index: ask, retrieve. They import neither torch nor gradio."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable

from index.types import DatelineError
from qa.archive import PASSAGES_READ, Archive
from qa.commands.options import (
    Commands,
    filters,
    filters_of,
    json_option,
    print_json,
    profile_of,
    profile_option,
    reader_of,
    reader_option,
    stores,
)
from qa.conversation import Conversation
from qa.rendering.terminal import print_text, shows_styles
from qa.rendering.text import hits_as_text, reply_as_text
from qa.types import Reply

_SHOWN_OF_A_QUESTION = 200  # characters, beside its error


def ask(commands: Commands) -> None:
    """Declare `dateline ask`."""
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
        help='the question; "-" reads one question per line from standard input, each of which '
        "may lean on the ones before it; an empty line begins anew",
    )
    parser.add_argument(
        "-k",
        type=int,
        default=PASSAGES_READ,
        metavar="N",
        help=f"how many passages to read (default {PASSAGES_READ})",
    )
    json_option(parser)
    profile_option(parser)
    reader_option(parser)


def _run_ask(options: argparse.Namespace) -> int:
    limits = filters_of(options)
    archive = Archive.open(options.index, reader=reader_of(options))

    def begin() -> Conversation:
        return archive.conversation(k=options.k, **limits)

    if options.question == "-":
        return _ask_many(sys.stdin, begin, options)
    with profile_of(options):
        reply = begin().ask(options.question)
    _print(reply, options.json)
    return 0


def _ask_many(
    questions: Iterable[str], begin: Callable[[], Conversation], options: argparse.Namespace
) -> int:
    """Print a reply or an error for each question.

    An empty line begins a new conversation. Returns 1 if a question was refused, else 0.
    """
    status, as_json, conversation = 0, options.json, begin()
    for question in map(str.strip, questions):
        if not question:
            conversation = begin()
            continue
        try:
            with profile_of(options):
                reply = conversation.ask(question)
        except DatelineError as error:
            status = 1
            print(_refusal(question[:_SHOWN_OF_A_QUESTION], error, as_json), flush=True)
            continue
        if not as_json:
            print_text(question, sys.stdout)
            if reply.question != question:
                print_text(f"  understood as: {reply.question}", sys.stdout)
        _print(reply, as_json)
        if not as_json:
            print(flush=True)
    return status


def _refusal(question: str, error: DatelineError, as_json: bool) -> str:
    if as_json:
        return json.dumps({"question": question, "error": str(error)})
    return f"{question}\n  {error}\n"


def _print(reply: Reply, as_json: bool) -> None:
    if as_json:
        print_json(reply.to_dict())
    else:
        print_text(reply_as_text(reply, bold=shows_styles(sys.stdout)), sys.stdout)


def retrieve(commands: Commands) -> None:
    """Declare `dateline retrieve`."""
    parser = commands.add(
        "retrieve",
        _run_retrieve,
        "show the passages nearest to a question",
        filters(),
        stores(),
        example='dateline retrieve "EU mission" -k 3',
    )
    parser.add_argument("question", metavar="QUESTION", help="what to look for")
    parser.add_argument(
        "-k", type=int, default=5, metavar="N", help="how many passages to show (default 5)"
    )
    json_option(parser)


def _run_retrieve(options: argparse.Namespace) -> None:
    limits = filters_of(options)
    hits = Archive.open(options.index).retrieve(options.question, options.k, **limits)
    if options.json:
        print_json([hit.to_dict() for hit in hits])
    else:
        print_text(hits_as_text(hits, bold=shows_styles(sys.stdout)), sys.stdout)
