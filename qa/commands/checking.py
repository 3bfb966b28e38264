"""Commands that show what an index holds and how good it is.

They are info, verify and evaluate.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.types import Store
from qa.commands.options import (
    Commands,
    json_option,
    print_json,
    reader_of,
    reader_option,
    stores,
)

_OUTLETS_SHOWN = 20


def info(commands: Commands) -> None:
    """Declare `dateline info`."""
    parser = commands.add(
        "info", _run_info, "show what the index holds", stores(), example="dateline info"
    )
    json_option(parser)


def _run_info(options: argparse.Namespace) -> None:
    from index.stores.places import open_index

    facts = {"index": str(options.index), **_facts(open_index(options.index))}
    if options.json:
        print_json(facts)
        return
    notes = facts.pop("notes")
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<12} {_shown(value)}")
    for note in notes:
        print(f"{'note':<12} {note['path']}: {note['text']}")


def _facts(store: Store) -> dict[str, Any]:
    """Return what a generation holds, from its manifest and its articles."""
    from index.stores.manifest import notes_of

    manifest = store.manifest
    articles = list(store.articles())
    days = [article.published.isoformat() for article in articles if article.published is not None]
    return {
        "generation": store.generation,
        "created": manifest["created"],
        "articles": len(articles),
        "passages": manifest["counts"]["passages"],
        "encoder": manifest["encoder"]["name"],
        "dimensions": manifest["encoder"]["dimensions"],
        "vectors": manifest.get("vectors", "exact"),
        "bytes": sum(part["bytes"] for part in manifest["files"].values()),
        "first_day": min(days, default=None),
        "last_day": max(days, default=None),
        "undated": len(articles) - len(days),
        "languages": _counts(article.language for article in articles),
        "outlets": _counts(article.source for article in articles),
        "notes": [asdict(note) for note in notes_of(manifest)],
    }


def _counts(names: Iterable[str | None]) -> dict[str, int]:
    """Return how often each name stands there, the most frequent first."""
    return dict(Counter(name or "unknown" for name in names).most_common())


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, dict):
        first = list(value.items())[:_OUTLETS_SHOWN]
        return ", ".join(f"{name} {count}" for name, count in first)
    return str(value)


def verify(commands: Commands) -> None:
    """Declare `dateline verify`."""
    parser = commands.add(
        "verify",
        _run_verify,
        "check that the index is whole, or check saved replies against it",
        stores(),
        example="dateline verify replies.jsonl",
    )
    parser.add_argument(
        "replies",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="replies saved with ask --json, one per line",
    )
    json_option(parser)


def _run_verify(options: argparse.Namespace) -> int:
    from qa.verification import verify_index, verify_replies

    if options.replies is None:
        report, problems = verify_index(options.index)
    else:
        report, problems = verify_replies(options.replies, options.index)
    if options.json:
        print_json({"report": report, "problems": problems})
    else:
        for problem in problems:
            print(problem, file=sys.stderr)
        print(report)
    return int(bool(problems))


def evaluate(commands: Commands) -> None:
    """Declare `dateline evaluate`."""
    parser = commands.add(
        "evaluate",
        _run_evaluate,
        "measure retrieval and answers on questions with known answers",
        stores(),
        example="dateline evaluate questions.jsonl --json",
    )
    parser.add_argument(
        "questions",
        type=Path,
        metavar="QUESTIONS",
        help="questions in .jsonl (or .jsonl.gz), in SQuAD's .json, or a BEIR folder",
    )
    parser.add_argument(
        "--given",
        action="store_true",
        help="read each question against its own context: the reader alone, without an index",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="write report.html, its plots and the outcome of each question there; "
        "an interrupted evaluation goes on",
    )
    json_option(parser)
    reader_option(parser)


def _run_evaluate(options: argparse.Namespace) -> None:
    from qa.evaluation.report import figures_as_text
    from qa.evaluation.run import evaluate as evaluate_questions
    from qa.rendering.terminal import build_progress

    with build_progress(sys.stderr) as progress:
        figures = evaluate_questions(
            options.questions,
            None if options.given else options.index,
            report=options.report,
            reader=reader_of(options),
            progress=lambda done, total: progress("asking", done, total),
        )
    if options.json:
        print(json.dumps(figures))
    else:
        print(figures_as_text(figures))
