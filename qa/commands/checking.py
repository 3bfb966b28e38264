"""Commands that tell what an index holds and how good it is: info, verify, evaluate."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from qa.commands.options import Commands, json_option, reader_of, reader_option, stores


def info(commands: Commands) -> None:
    parser = commands.add(
        "info", _run_info, "tell what the index holds", stores(), example="dateline info"
    )
    json_option(parser)


def _run_info(options: argparse.Namespace) -> None:
    from index.stores.places import open_index

    store = open_index(options.index)
    articles = list(store.articles())
    days = sorted(
        article.published.isoformat() for article in articles if article.published is not None
    )
    facts = {
        "index": str(options.index),
        "generation": store.generation,
        "created": store.manifest["created"],
        "articles": len(articles),
        "passages": store.manifest["counts"]["passages"],
        "encoder": store.manifest["encoder"]["name"],
        "dimensions": store.manifest["encoder"]["dimensions"],
        "vectors": store.manifest.get("vectors", "exact"),
        "bytes": sum(part["bytes"] for part in store.manifest["files"].values()),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "undated": len(articles) - len(days),
        "languages": dict(
            Counter(article.language or "unknown" for article in articles).most_common()
        ),
        "outlets": dict(Counter(article.source or "unknown" for article in articles).most_common()),
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        shown = (
            ", ".join(f"{outlet} {count}" for outlet, count in list(value.items())[:20])
            if isinstance(value, dict)
            else value
        )
        print(f"{name.replace('_', ' '):<12} {shown if shown is not None else 'unknown'}")


def verify(commands: Commands) -> None:
    parser = commands.add(
        "verify",
        _run_verify,
        "check the index whole, or saved replies against it",
        stores(),
        example="dateline verify replies.jsonl",
    )
    parser.add_argument(
        "replies",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="replies saved with ask --json, one a line",
    )
    json_option(parser)


def _run_verify(options: argparse.Namespace) -> int:
    from qa.verification import verify_index, verify_replies

    report, problems = (
        verify_replies(options.replies, options.index)
        if options.replies is not None
        else verify_index(options.index)
    )
    if options.json:
        print(json.dumps({"report": report, "problems": list(problems)}, ensure_ascii=False))
        return int(bool(problems))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(report)
    return int(bool(problems))


def evaluate(commands: Commands) -> None:
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
        help="read each question against its own context: the reader alone",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="write report.html with plots there, and what became of each question; goes on where it was",
    )
    json_option(parser)
    reader_option(parser)


def _run_evaluate(options: argparse.Namespace) -> None:
    from qa.evaluation.run import evaluate as evaluated
    from qa.evaluation.run import figures_as_text
    from qa.rendering.text import build_progress

    with build_progress(sys.stderr) as progress:
        figures = evaluated(
            options.questions,
            None if options.given else options.index,
            report=options.report,
            reader=reader_of(options),
            progress=lambda done, total: progress("asking", done, total),
        )
    print(json.dumps(figures) if options.json else figures_as_text(figures))
