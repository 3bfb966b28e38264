"""Commands for servers and their users: serve, mcp, password, token."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from index.types import DatelineError
from qa.commands.options import (
    Commands,
    corpora_of_index,
    filters,
    filters_of,
    number,
    reader_of,
    reader_option,
    stores,
)


def serve(commands: Commands) -> None:
    """Declare `dateline serve`."""
    parser = commands.add(
        "serve",
        _run_serve,
        "open the page in a browser",
        filters(),
        stores(),
        example="dateline serve --port 7860",
    )
    _add_address(parser)
    _add_permissions(parser)
    _add_records(parser)
    reader_option(parser)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on; by default 127.0.0.1, which only this machine reaches",
    )
    parser.add_argument(
        "--port", type=number("--port", 1, 65_535), default=7860, help="the port (default 7860)"
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="also serve tools for assistants over HTTP, at /mcp; see docs/mcp.md",
    )


def _add_permissions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--auth",
        type=Path,
        metavar="FILE",
        help="ask for a password: FILE has one line of dateline password for each user; "
        "needed if --host lets other machines reach the page",
    )
    parser.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="a folder that the index is built from; the page adds articles to the first "
        "(default: those that it was built from, or corpus/). May be repeated",
    )
    parser.add_argument(
        "--read-only", action="store_true", help="let nothing be added or removed on the page"
    )
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="the address of a proxy in front, or its network, such as 10.244.0.0/16; its "
        "X-Forwarded-For tells who a client is. "
        "Without it all users behind a proxy share what one client may do. May be repeated",
    )
    parser.add_argument(
        "--per-minute",
        type=number("--per-minute", 1, 1_000_000),
        default=600,
        metavar="N",
        help="how many questions and clicks per minute to allow from one address (default 600)",
    )


def _add_records(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-questions", action="store_true", help="write the questions to the log too"
    )
    parser.add_argument(
        "--metrics",
        metavar="[HOST:]PORT",
        help="serve figures for Prometheus there; without a host on 127.0.0.1",
    )


def _run_serve(options: argparse.Namespace) -> None:
    limits = filters_of(options)
    if options.mcp:
        _check_mcp()
    from qa.web import serve as app
    from qa.web.guard import Bounds

    app.serve(
        options.index,
        host=options.host,
        port=options.port,
        auth=options.auth,
        corpora=corpora_of_index(options),
        read_only=options.read_only,
        mcp=options.mcp,
        bounds=Bounds(events=options.per_minute),
        log_words=options.log_questions,
        metrics=options.metrics,
        trusted=options.trusted_proxy,
        reader=reader_of(options),
        **limits,
    )


def mcp(commands: Commands) -> None:
    """Declare `dateline mcp`."""
    parser = commands.add(
        "mcp",
        _run_mcp,
        "serve assistants over standard input and output (MCP)",
        filters(),
        stores(),
        example="dateline mcp --index var/index",
    )
    reader_option(parser)


def _run_mcp(options: argparse.Namespace) -> None:
    limits = filters_of(options)
    _check_mcp()
    from qa.web.addresses import Limits
    from qa.web.assistants import Assistant
    from qa.web.session import Session

    session = Session.open(
        options.index, reader=reader_of(options), limits=Limits.of(*limits.values())
    )
    Assistant(session).server().run()


def _check_mcp() -> None:
    """Raise DatelineError without the package that tools for assistants need."""
    if find_spec("mcp") is None:
        raise DatelineError(
            "expected the package mcp, found none; install it from a clone: pip install '.[mcp]'"
        )


def password(commands: Commands) -> None:
    """Declare `dateline password`."""
    parser = commands.add(
        "password",
        _run_password,
        "make the line for a user of serve --auth, from a password that is typed or piped",
        example="dateline password reader",
    )
    parser.add_argument("name", metavar="NAME", help="the name of the user, without a colon")


def _run_password(options: argparse.Namespace) -> None:
    from qa.web.passwords import line_of

    print(line_of(options.name, _typed_password()))


def token(commands: Commands) -> None:
    """Declare `dateline token`."""
    parser = commands.add(
        "token",
        _run_token,
        "make a token for a program, and the line for it in the file of serve --auth",
        example="dateline token reports >> users",
    )
    parser.add_argument("name", metavar="NAME", help="the name of the program, without a colon")


def _run_token(options: argparse.Namespace) -> None:
    from qa.web.passwords import token_and_line

    secret, line = token_and_line(options.name)
    print(line)
    print(f"the token, which is shown this once: {secret}", file=sys.stderr)


def _typed_password() -> str:
    """Return the password that is typed without being shown, or piped."""
    from getpass import getpass

    if sys.stdin.isatty():
        return getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")
