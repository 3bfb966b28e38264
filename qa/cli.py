"""The `dateline` command: arguments in, text or JSON out, one clear line for what cannot be done.

Exit status: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage. What a command needs is
imported when it runs, so that `dateline ask` pays for neither torch nor gradio.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.types import DatelineError
from qa.archive import PASSAGES_READ, Archive, default_folder
from qa.reader import OnnxReader
from qa.showing import hits_as_text, reply_as_text
from qa.types import Reader


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal of another encoding shows "?" for what it lacks
            stream.reconfigure(errors="replace")
    try:
        return int(options.run(options) or 0)
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("dateline: interrupted; the index is as it was", file=sys.stderr)
    except OSError as error:
        print(f"dateline: {error.strerror or error}{f' ({error.filename})' if error.filename else ''}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    anywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    anywhere.add_argument("--index", type=Path, metavar="DIR", help="the index folder (default: $DATELINE_INDEX, or var/index)")
    filters = argparse.ArgumentParser(add_help=False)
    filters.add_argument("--source", action="append", metavar="OUTLET", help="only articles of this outlet; may be repeated")
    filters.add_argument("--from", dest="since", metavar="DAY", help="only articles published on or after YYYY-MM-DD")
    filters.add_argument("--to", dest="until", metavar="DAY", help="only articles published on or before YYYY-MM-DD")
    filters.add_argument(
        "--as-of", metavar="DAY", help="answer as on that day: nothing published later; 'last month' is the month before it"
    )

    parser = argparse.ArgumentParser(
        prog="dateline", description="Answers questions about a folder of news articles with the articles' own words."
    )
    parser.add_argument("--index", type=Path, metavar="DIR", default=default_folder(), help=argparse.SUPPRESS)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str, *parents: argparse.ArgumentParser, example: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=help, description=help[0].upper() + help[1:] + ".", parents=[anywhere, *parents], epilog=f"example: {example}"
        )
        added.set_defaults(run=run)
        return added

    build = command("build", _build, "index the articles of folders or files", example="dateline build corpus/")
    build.add_argument(
        "corpus", nargs="*", type=Path, default=[Path("corpus")], metavar="CORPUS", help="folders or files of articles (default: corpus/)"
    )
    build.add_argument("--full", action="store_true", help="forget cached vectors")
    build.add_argument("--encoder", metavar="MODEL", help="a sentence-transformers model on this machine, by name or path")
    build.add_argument("--json", action="store_true")

    ask = command("ask", _ask, "answer a question, with citations", filters, example='dateline ask "who brokered the September truce?"')
    ask.add_argument("question", metavar="QUESTION", help='the question; "-" reads one a line from standard input')
    ask.add_argument("-k", type=int, default=PASSAGES_READ, metavar="N", help=f"passages to read (default {PASSAGES_READ})")
    ask.add_argument("--json", action="store_true")
    _reader_option(ask)

    retrieve = command(
        "retrieve", _retrieve, "show the passages nearest to a question", filters, example='dateline retrieve "EU mission" -k 3'
    )
    retrieve.add_argument("question", metavar="QUESTION")
    retrieve.add_argument("-k", type=int, default=5, metavar="N", help="how many (default 5)")
    retrieve.add_argument("--json", action="store_true")

    info = command("info", _info, "tell what the index holds", example="dateline info")
    info.add_argument("--json", action="store_true")
    verify = command("verify", _verify, "check the index whole, or saved replies against it", example="dateline verify replies.jsonl")
    verify.add_argument("replies", nargs="?", type=Path, metavar="FILE", help="replies saved with ask --json, one a line")
    command("rollback", _rollback, "go back to the generation before the live one", example="dateline rollback")

    evaluate = command(
        "evaluate",
        _evaluate,
        "measure retrieval and answers on questions with known answers",
        example="dateline evaluate questions.jsonl --json",
    )
    evaluate.add_argument(
        "questions", type=Path, metavar="QUESTIONS", help="questions in .jsonl (or .jsonl.gz), in SQuAD's .json, or a BEIR folder"
    )
    evaluate.add_argument("--given", action="store_true", help="read each question against its own context: the reader alone")
    evaluate.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="write report.html with plots there, and what became of each question; goes on where it was",
    )
    evaluate.add_argument("--json", action="store_true")
    _reader_option(evaluate)

    serve = command("serve", _serve, "open the page in a browser", filters, example="dateline serve --port 7860")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    serve.add_argument("--auth", type=Path, metavar="FILE", help="ask for a password: a line USER:PASSWORD for each user")
    serve.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder of articles that the index is built from, to which the page adds (default: corpus/); may be repeated",
    )
    serve.add_argument("--read-only", action="store_true", help="nothing can be added or removed on the page")
    serve.add_argument("--mcp", action="store_true", help="serve asking and retrieving as tools of MCP too, at /gradio_api/mcp/")
    _reader_option(serve)
    return parser


def _reader_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", metavar="MODEL", help="an extractive question-answering model of Hugging Face, by name or path")


def _reader(options: argparse.Namespace) -> Reader | None:
    """The reader that --reader names; None for Dateline's own."""
    return OnnxReader.named(options.reader) if options.reader is not None else None


def _build(options: argparse.Namespace) -> None:
    import index
    from qa.showing import build_progress, summary_as_text

    with build_progress(sys.stderr) as progress:
        summary = index.build(options.corpus, options.index, full=options.full, encoder=options.encoder, progress=progress)
    print(json.dumps(asdict(summary), ensure_ascii=False) if options.json else summary_as_text(summary))


def _ask(options: argparse.Namespace) -> int:
    archive = Archive.open(options.index, reader=_reader(options))
    many = options.question == "-"
    failed = False
    for question in sys.stdin if many else [options.question]:
        if many and not question.strip():
            continue
        try:
            reply = archive.ask(question, k=options.k, **_filters(options))
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
        shown = json.dumps(reply.to_dict(), ensure_ascii=False) if options.json else reply_as_text(reply, bold=sys.stdout.isatty())
        print(f"{reply.question}\n{shown}\n" if many and not options.json else shown, flush=True)
    return int(failed)


def _retrieve(options: argparse.Namespace) -> None:
    hits = Archive.open(options.index).retrieve(options.question, options.k, **_filters(options))
    print(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False) if options.json else hits_as_text(hits))


def _info(options: argparse.Namespace) -> None:
    from index.folder import open_index

    store = open_index(options.index)
    articles = list(store.articles())
    days = sorted(article.published.isoformat() for article in articles if article.published is not None)
    facts = {
        "index": str(options.index),
        "generation": store.generation,
        "created": store.manifest["created"],
        "articles": len(articles),
        "passages": store.manifest["counts"]["passages"],
        "encoder": store.manifest["encoder"]["name"],
        "dimensions": store.manifest["encoder"]["dimensions"],
        "bytes": sum(part["bytes"] for part in store.manifest["files"].values()),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "undated": len(articles) - len(days),
        "outlets": dict(Counter(article.source or "unknown" for article in articles).most_common()),
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        shown = ", ".join(f"{outlet} {count}" for outlet, count in list(value.items())[:20]) if isinstance(value, dict) else value
        print(f"{name.replace('_', ' '):<12} {shown if shown is not None else 'unknown'}")


def _verify(options: argparse.Namespace) -> int:
    from qa.verifying import verify_index, verify_replies

    report, problems = verify_replies(options.replies, options.index) if options.replies is not None else verify_index(options.index)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(report)
    return int(bool(problems))


def _rollback(options: argparse.Namespace) -> None:
    from index.folder import rollback

    print(f"generation {rollback(options.index)} is live again")


def _evaluate(options: argparse.Namespace) -> None:
    from qa.evaluation import evaluate, figures_as_text
    from qa.showing import build_progress

    with build_progress(sys.stderr) as progress:
        figures = evaluate(
            options.questions,
            None if options.given else options.index,
            report=options.report,
            reader=_reader(options),
            progress=lambda done, total: progress("asking", done, total),
        )
    print(json.dumps(figures) if options.json else figures_as_text(figures))


def _serve(options: argparse.Namespace) -> None:
    import app

    app.serve(
        options.index,
        host=options.host,
        port=options.port,
        auth=options.auth,
        corpora=options.corpus if options.corpus is not None else [Path("corpus")],
        read_only=options.read_only,
        mcp=options.mcp,
        reader=_reader(options),
        **_filters(options),
    )


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    return {"source": options.source, "since": options.since, "until": options.until, "as_of": options.as_of}
