"""The `dateline` command: arguments in, text or JSON out.

What cannot be done is said in one clear line. Exit status: 0 done, 1 refused or failed (one line on
stderr), 2 wrong usage. The commands are in qa/commands/. What a command needs is imported when it
runs, so that `dateline ask` pays for neither torch nor gradio.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from index.stores.places import place_of
from index.types import DatelineError
from qa.commands.parser import dateline_parser, refuse_unknown
from qa.commands.settings import apply_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # "?" for what a terminal's encoding lacks
    try:
        parser = dateline_parser()
        if arguments is None:
            arguments = sys.argv[1:]
        if not arguments:  # somebody who does not know the commands yet
            parser.print_help(sys.stderr)
            parser.exit(2)
        apply_settings(parser)
        options, unknown = parser.parse_known_args(arguments)
        if unknown:
            refuse_unknown(options.parser, unknown)
        if len(getattr(options, "indexes", [])) > 1:
            options.index = place_of(options.indexes)
        if getattr(options, "store", None) is not None:
            options.index = place_of(options.store, options.index)
        return int(options.run(options) or 0)
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("dateline: interrupted; the index is as it was", file=sys.stderr)
    except (MemoryError, OSError) as error:
        print(f"dateline: {_in_one_line(error)}", file=sys.stderr)
    return 1


def _in_one_line(error: MemoryError | OSError) -> str:
    if isinstance(error, MemoryError):
        return "expected more memory, found none left; end other programs and try again"
    message = str(error.strerror or error)
    if not error.filename:
        return message
    return f"{message} ({error.filename})"
