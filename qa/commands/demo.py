"""The command that shows Dateline on its sample articles: demo."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from index.types import DatelineError
from qa.archive import Archive
from qa.commands.options import Commands
from qa.rendering.terminal import build_progress, print_text, shows_styles
from qa.rendering.text import reply_as_text, summary_as_text

_QUESTIONS = (
    "who brokered the September truce?",  # a value
    "how many people died in September?",  # outlets that differ
    "what did the Kremlin say about Macron?",  # sentences
    "how many tanks did Armenia lose?",  # silence
)


def demo(commands: Commands) -> None:
    """Declare `dateline demo`."""
    commands.add(
        "demo",
        _run_demo,
        "index the sample articles in a temporary folder and ask a few questions",
        example="dateline demo",
    )


def _run_demo(options: argparse.Namespace) -> None:
    import index

    corpus = _sample_articles()
    with tempfile.TemporaryDirectory(prefix="dateline-demo-") as folder:
        with build_progress(sys.stderr) as progress:
            summary = index.build(corpus, folder, progress=progress)
        print_text(summary_as_text(summary), sys.stdout)
        archive = Archive.open(folder)
        for question in _QUESTIONS:
            print_text(f'\n$ dateline ask "{question}"', sys.stdout)
            reply = archive.ask(question)
            print_text(reply_as_text(reply, bold=shows_styles(sys.stdout)), sys.stdout)
    print_text(
        "\nNext, your own articles: dateline build FOLDER, then dateline ask or dateline serve",
        sys.stdout,
    )


def _sample_articles() -> Path:
    """Return the folder of sample articles, which a clone of Dateline has."""
    for folder in (Path(__file__).parents[2] / "corpus", Path("corpus")):
        if folder.is_dir():
            return folder
    raise DatelineError(
        "expected the sample articles in corpus/, found none; run this in a clone of Dateline"
    )
