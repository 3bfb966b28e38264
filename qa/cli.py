"""The `dateline` command: arguments in, text or JSON out, one clear line for what cannot be done.

Exit status: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage. What a command needs is
imported when it runs, so that `dateline ask` pays for neither torch nor gradio.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.profiling import as_text, profiled
from index.stores import default_folder, place_of
from index.types import DatelineError
from qa.archive import PASSAGES_READ, Archive
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
        if getattr(options, "store", None) is not None:
            options.index = place_of(options.store, options.index)
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
    stores = argparse.ArgumentParser(add_help=False)
    stores.add_argument(
        "--store",
        metavar="STORE",
        help="an index elsewhere than in a folder: milvus://HOST:PORT/COLLECTION, or a file of Milvus Lite (NAME.db); see docs/scaling.md",
    )
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
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str, *parents: argparse.ArgumentParser, example: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=help, description=help[0].upper() + help[1:] + ".", parents=[anywhere, *parents], epilog=f"example: {example}"
        )
        added.set_defaults(run=run)
        return added

    build = command("build", _build, "index the articles of folders or files", stores, example="dateline build corpus/")
    build.add_argument(
        "corpus", nargs="*", type=Path, default=[Path("corpus")], metavar="CORPUS", help="folders or files of articles (default: corpus/)"
    )
    build.add_argument("--full", action="store_true", help="forget cached vectors")
    _map_option(build)
    build.add_argument("--encoder", metavar="MODEL", help="a sentence-transformers model on this machine, by name or path")
    build.add_argument("--engine", choices=["ray"], help="load and encode on Ray: on this machine's cores, or the cluster at --address")
    build.add_argument("--address", metavar="HOST:PORT", help='the Ray cluster for --engine ray ("auto": the one this machine is in)')
    build.add_argument("--json", action="store_true")
    _profile_option(build)

    add = command(
        "add",
        _add,
        "fetch pages or feeds into a corpus folder and index it",
        example="dateline add https://example.org/feed.xml --corpus corpus/",
    )
    add.add_argument("urls", nargs="+", metavar="URL", help="the address of a page, a PDF, or an RSS or Atom feed, whose pages are fetched")
    add.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder they go to (default: corpus/); may be repeated to name further folders that the index is made of",
    )
    add.add_argument("--most", type=int, default=50, metavar="N", help="pages of a feed, the newest first (default 50)")
    add.add_argument("--no-build", action="store_true", help="fetch only")
    add.add_argument("--json", action="store_true")

    watch = command("watch", _watch, "index articles now and whenever their files change, until Ctrl-C", example="dateline watch corpus/")
    watch.add_argument(
        "corpus", nargs="*", type=Path, default=[Path("corpus")], metavar="CORPUS", help="folders or files of articles (default: corpus/)"
    )
    _map_option(watch)
    watch.add_argument("--json", action="store_true", help="a line of JSON for each build")

    ask = command(
        "ask", _ask, "answer a question, with citations", filters, stores, example='dateline ask "who brokered the September truce?"'
    )
    ask.add_argument("question", metavar="QUESTION", help='the question; "-" reads one a line from standard input')
    ask.add_argument("-k", type=int, default=PASSAGES_READ, metavar="N", help=f"passages to read (default {PASSAGES_READ})")
    ask.add_argument("--json", action="store_true")
    _profile_option(ask)
    _reader_option(ask)

    retrieve = command(
        "retrieve", _retrieve, "show the passages nearest to a question", filters, stores, example='dateline retrieve "EU mission" -k 3'
    )
    retrieve.add_argument("question", metavar="QUESTION")
    retrieve.add_argument("-k", type=int, default=5, metavar="N", help="how many (default 5)")
    retrieve.add_argument("--json", action="store_true")

    info = command("info", _info, "tell what the index holds", stores, example="dateline info")
    info.add_argument("--json", action="store_true")
    verify = command(
        "verify", _verify, "check the index whole, or saved replies against it", stores, example="dateline verify replies.jsonl"
    )
    verify.add_argument("replies", nargs="?", type=Path, metavar="FILE", help="replies saved with ask --json, one a line")
    verify.add_argument("--json", action="store_true")
    rollback = command("rollback", _rollback, "go back to the generation before the live one", stores, example="dateline rollback")
    rollback.add_argument("--json", action="store_true")

    copy = command(
        "copy",
        _copy,
        "copy an index to another place, without encoding anew",
        example="dateline copy --from var/index --to milvus://HOST/news",
    )
    for name, which in (("--from", "copied from"), ("--to", "copied to")):
        copy.add_argument(
            name, dest=name.strip("-") + "_", required=True, metavar="STORE", help=f"the index that is {which}: a folder, or as for --store"
        )
    copy.add_argument("--json", action="store_true")

    evaluate = command(
        "evaluate",
        _evaluate,
        "measure retrieval and answers on questions with known answers",
        stores,
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

    serve = command("serve", _serve, "open the page in a browser", filters, stores, example="dateline serve --port 7860")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    serve.add_argument(
        "--auth",
        type=Path,
        metavar="FILE",
        help="ask for a password: a line of dateline password for each user; needed where --host is not this machine alone",
    )
    serve.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder of articles that the index is built from, to which the page adds (default: corpus/); may be repeated",
    )
    serve.add_argument("--read-only", action="store_true", help="nothing can be added or removed on the page")
    serve.add_argument("--mcp", action="store_true", help="serve asking and retrieving as tools of MCP too, at /gradio_api/mcp/")
    serve.add_argument(
        "--per-minute", type=int, default=600, metavar="N", help="at most so many questions and clicks of one address (default 600)"
    )
    serve.add_argument("--log-questions", action="store_true", help="the lines of the log hold the questions too")
    serve.add_argument("--metrics", type=int, metavar="PORT", help="figures for Prometheus on this port of 127.0.0.1")
    _reader_option(serve)

    password = command(
        "password",
        _password,
        "make the line of a user for serve --auth, of a password that is typed or piped",
        example="dateline password reader",
    )
    password.add_argument("name", metavar="NAME", help="of the user, without a colon")

    completion = command(
        "completion", _completion, "print what makes a shell complete dateline's words", example='eval "$(dateline completion bash)"'
    )
    completion.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    return parser


def _reader_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", metavar="MODEL", help="an extractive question-answering model of Hugging Face, by name or path")


def _profile_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", action="store_true", help="print to standard error how long each stage took; one within another counts to both"
    )


@contextmanager
def _profiled(options: argparse.Namespace) -> Iterator[None]:
    with profiled() as stages:
        yield
    if options.profile:
        print(as_text(stages), file=sys.stderr, flush=True)


class _Version(argparse.Action):
    """The version of the package that is installed; read when it is asked for, as most commands are not."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"dateline {version('dateline')}")
        parser.exit()


def _map_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column of a table that holds text, title, source, published, url, authors, id or language, where its name does not tell; may be repeated",
    )


def _reader(options: argparse.Namespace) -> Reader | None:
    """The reader that --reader names; None for Dateline's own."""
    return OnnxReader.named(options.reader) if options.reader is not None else None


def _build(options: argparse.Namespace) -> None:
    import index
    from index.loaders.tables import read_mapping
    from qa.showing import build_progress, summary_as_text

    columns = read_mapping(options.map)
    with contextlib.ExitStack() as held:
        held.enter_context(_profiled(options))
        engine = None
        if options.engine == "ray":
            from index.ray_build import RayEngine

            engine = held.enter_context(RayEngine(options.address))
        progress = held.enter_context(build_progress(sys.stderr))
        summary = index.build(
            options.corpus, options.index, full=options.full, encoder=options.encoder, columns=columns, progress=progress, engine=engine
        )
    print(json.dumps(asdict(summary), ensure_ascii=False) if options.json else summary_as_text(summary))


def _add(options: argparse.Namespace) -> int:
    import index
    from index.fetching import Added, fetch
    from qa.showing import build_progress, summary_as_text

    corpora = options.corpus or [Path("corpus")]
    found_all = []
    for found in fetch(options.urls, corpora[0], most=options.most):
        found_all.append(found)
        if not options.json:
            print(
                f"added {found.path}: {found.title or found.url}" if isinstance(found, Added) else f"skipped {found.path}: {found.reason}"
            )
    added = [found for found in found_all if isinstance(found, Added)]
    skipped = [found for found in found_all if not isinstance(found, Added)]
    summary = None
    if added and not options.no_build:
        _refuse_other_folders(options.index, corpora)
        with build_progress(sys.stderr) as progress:
            summary = index.build(corpora, options.index, progress=progress)
    if options.json:
        told = {
            "added": [asdict(one) | {"path": one.path.as_posix()} for one in added],
            "skipped": [asdict(one) for one in skipped],
            "build": asdict(summary) if summary is not None else None,
        }
        print(json.dumps(told, ensure_ascii=False))
    elif summary is not None:
        print(summary_as_text(summary))
    return int(not added)


def _refuse_other_folders(folder: Path, corpora: Sequence[Path]) -> None:
    """Raises DatelineError where the index holds articles of folders that are not named: a build would drop them."""
    from index.folder import open_index

    try:
        paths = {Path(article.path) for article in open_index(folder).articles()}
    except DatelineError:  # no index yet, or none that opens: a build makes one
        return
    gone = [path for path in paths if not any((corpus / place).exists() for corpus in corpora for place in (path, *path.parents[:-1]))]
    if gone:
        raise DatelineError(
            f"expected all articles of the index below {', '.join(map(str, corpora))}, found {len(gone)} elsewhere ({min(gone)}); "
            "what was fetched is kept. Name their folder with another --corpus, or run: dateline build FOLDER ..."
        )


def _watch(options: argparse.Namespace) -> int:
    import index
    from index.loaders.tables import read_mapping
    from index.watching import rebuilds
    from qa.showing import summary_as_text

    columns = read_mapping(options.map)
    try:
        for done in rebuilds(options.corpus, options.index, lambda: index.build(options.corpus, options.index, columns=columns)):
            if isinstance(done, DatelineError):
                print(f"dateline: {done}; trying again", file=sys.stderr, flush=True)
            else:
                print(json.dumps(asdict(done), ensure_ascii=False) if options.json else summary_as_text(done), flush=True)
    except KeyboardInterrupt:  # the way to end it
        pass
    return 0


def _ask(options: argparse.Namespace) -> int:
    archive = Archive.open(options.index, reader=_reader(options))
    many = options.question == "-"
    failed = False
    for question in sys.stdin if many else [options.question]:
        if many and not question.strip():
            continue
        try:
            with _profiled(options):
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
        shown = json.dumps(reply.to_dict(), ensure_ascii=False) if options.json else reply_as_text(reply, bold=_styled())
        print(f"{reply.question}\n{shown}\n" if many and not options.json else shown, flush=True)
    return int(failed)


def _styled() -> bool:
    """Whether standard output is a terminal that shows bold and links (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _retrieve(options: argparse.Namespace) -> None:
    hits = Archive.open(options.index).retrieve(options.question, options.k, **_filters(options))
    print(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False) if options.json else hits_as_text(hits))


def _info(options: argparse.Namespace) -> None:
    from index.stores import open_index

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
        "vectors": store.manifest.get("vectors", "exact"),
        "bytes": sum(part["bytes"] for part in store.manifest["files"].values()),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "undated": len(articles) - len(days),
        "languages": dict(Counter(article.language or "unknown" for article in articles).most_common()),
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
    if options.json:
        print(json.dumps({"report": report, "problems": list(problems)}, ensure_ascii=False))
        return int(bool(problems))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(report)
    return int(bool(problems))


def _rollback(options: argparse.Namespace) -> None:
    from index.stores import rollback

    generation = rollback(options.index)
    print(json.dumps({"generation": generation}) if options.json else f"generation {generation} is live again")


def _copy(options: argparse.Namespace) -> None:
    from index.copying import copy
    from qa.showing import build_progress

    with build_progress(sys.stderr) as progress:
        generation = copy(place_of(options.from_, options.index), place_of(options.to_, options.index), progress)
    print(json.dumps({"generation": generation}) if options.json else f"generation {generation} of {options.to_} is live")


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


def _password(options: argparse.Namespace) -> None:
    from getpass import getpass

    from qa.passwords import line_of

    typed = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    print(line_of(options.name, typed))


def _serve(options: argparse.Namespace) -> None:
    import app
    from qa.ui.guard import Bounds

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
        reader=_reader(options),
        **_filters(options),
    )


def _completion(options: argparse.Namespace) -> None:
    import shtab

    parser = _parser()
    for command in (parser, *commands_of(parser).values()):
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its name."""
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands.choices)


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    return {"source": options.source, "since": options.since, "until": options.until, "as_of": options.as_of}
