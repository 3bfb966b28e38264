"""Commands for the page in a browser: serve, password."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from index.types import DatelineError
from qa.commands.options import Commands, filters, filters_of, reader_of, reader_option, stores


def serve(commands: Commands) -> None:
    parser = commands.add(
        "serve",
        _run_serve,
        "open the page in a browser",
        filters(),
        stores(),
        example="dateline serve --port 7860",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address it is bound to; 127.0.0.1, this machine alone, by default",
    )
    parser.add_argument("--port", type=int, default=7860, help="the port (default 7860)")
    parser.add_argument(
        "--auth",
        type=Path,
        metavar="FILE",
        help="ask for a password: a line of dateline password for each user; needed where --host is not this machine alone",
    )
    parser.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder of articles that the index is built from, to which the page adds (default: corpus/); may be repeated",
    )
    parser.add_argument(
        "--read-only", action="store_true", help="nothing can be added or removed on the page"
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="serve asking and retrieving as tools of MCP too, at /gradio_api/mcp/",
    )
    parser.add_argument(
        "--per-minute",
        type=int,
        default=600,
        metavar="N",
        help="at most so many questions and clicks of one address (default 600)",
    )
    parser.add_argument(
        "--log-questions", action="store_true", help="the lines of the log hold the questions too"
    )
    parser.add_argument(
        "--metrics",
        type=int,
        metavar="PORT",
        help="figures for Prometheus on this port of 127.0.0.1",
    )
    reader_option(parser)


def _run_serve(options: argparse.Namespace) -> None:
    from qa.web import serve as app
    from qa.web.guard import Bounds

    if options.per_minute < 1:
        raise DatelineError(f"expected at least 1 for --per-minute, found {options.per_minute}")
    app.serve(
        options.index,
        host=options.host,
        port=options.port,
        auth=options.auth,
        corpora=options.corpus if options.corpus is not None else [Path("corpus")],
        read_only=options.read_only,
        mcp=options.mcp,
        bounds=Bounds(events=options.per_minute),
        log_words=options.log_questions,
        metrics=options.metrics,
        reader=reader_of(options),
        **filters_of(options),
    )


def password(commands: Commands) -> None:
    parser = commands.add(
        "password",
        _run_password,
        "make the line of a user for serve --auth, of a password that is typed or piped",
        example="dateline password reader",
    )
    parser.add_argument("name", metavar="NAME", help="of the user, without a colon")


def _run_password(options: argparse.Namespace) -> None:
    from getpass import getpass

    from qa.web.passwords import line_of

    typed = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    print(line_of(options.name, typed))
