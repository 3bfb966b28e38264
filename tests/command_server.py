"""Run commands of Dateline in processes forked from one that has imported what they need.

Each is a process of its own, with its own arguments, folder, environment, standard streams and
status, as from a shell. Only the imports are paid once. `python tests/command_server.py` reads a
request a line and prints a status a line. It ends with its input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from tests.forking import ask_server

_SECONDS = 120  # then a command that hangs is ended


def run_command(
    arguments: list[str],
    folder: Path,
    environment: dict[str, str],
    streams: tuple[str, str, str],
) -> int:
    """Run a command; returns its status, negative for a signal.

    `streams` are the paths that it has as standard input, output and error.
    """
    return ask_server(__file__, [arguments, str(folder), environment, streams])


def _serve() -> int:
    """Fork for each request. In the fork, returns the status of its command.

    Nothing is imported that starts threads, as onnxruntime does: a fork would lack them.
    """
    import faiss  # noqa: F401
    import langchain_text_splitters  # noqa: F401
    import tantivy  # noqa: F401
    import tokenizers  # noqa: F401

    import index.pipeline  # noqa: F401
    from qa.answering import parsing
    from qa.cli import main

    parsing.load()
    requests, statuses = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    while line := requests.readline():
        process = os.fork()
        if not process:
            arguments, folder, environment, streams = json.loads(line)
            for number, path in enumerate(streams):
                os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY), number)
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(number, "r" if number == 0 else "w", closefd=False) for number in range(3)
            )
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            signal.alarm(_SECONDS)
            sys.argv[1:] = arguments
            return main(arguments)
        statuses.write(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n")
        statuses.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_serve())
