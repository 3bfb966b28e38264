"""Commands that make and move an index: build, add, watch, copy, rollback. What each needs is imported when it runs."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.stores.places import place_of
from index.types import DatelineError
from qa.commands.options import (
    Commands,
    corpora_argument,
    json_option,
    map_option,
    profile_of,
    profile_option,
    stores,
)


def build(commands: Commands) -> None:
    parser = commands.add(
        "build",
        _run_build,
        "index the articles of folders or files",
        stores(),
        example="dateline build corpus/",
    )
    corpora_argument(parser)
    parser.add_argument("--full", action="store_true", help="forget cached vectors")
    map_option(parser)
    parser.add_argument(
        "--encoder",
        metavar="MODEL",
        help="a sentence-transformers model on this machine, by name or path",
    )
    parser.add_argument(
        "--engine",
        choices=["ray"],
        help="load and encode on Ray: on this machine's cores, or the cluster at --address",
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help='the Ray cluster for --engine ray ("auto": the one this machine is in)',
    )
    json_option(parser)
    profile_option(parser)


def _run_build(options: argparse.Namespace) -> None:
    import index
    from index.corpus.loaders.tables import read_mapping
    from qa.rendering.text import build_progress, summary_as_text

    columns = read_mapping(options.map)
    with contextlib.ExitStack() as held:
        held.enter_context(profile_of(options))
        engine = None
        if options.engine == "ray":
            from index.engines.ray import RayEngine

            engine = held.enter_context(RayEngine(options.address))
        progress = held.enter_context(build_progress(sys.stderr))
        summary = index.build(
            options.corpus,
            options.index,
            full=options.full,
            encoder=options.encoder,
            columns=columns,
            progress=progress,
            engine=engine,
        )
    print(
        json.dumps(asdict(summary), ensure_ascii=False)
        if options.json
        else summary_as_text(summary)
    )


def add(commands: Commands) -> None:
    parser = commands.add(
        "add",
        _run_add,
        "fetch pages or feeds into a corpus folder and index it",
        example="dateline add https://example.org/feed.xml --corpus corpus/",
    )
    parser.add_argument(
        "urls",
        nargs="+",
        metavar="URL",
        help="the address of a page, a PDF, or an RSS or Atom feed, whose pages are fetched",
    )
    parser.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder they go to (default: corpus/); may be repeated to name further folders that the index is made of",
    )
    parser.add_argument(
        "--most",
        type=int,
        default=50,
        metavar="N",
        help="pages of a feed, the newest first (default 50)",
    )
    parser.add_argument("--no-build", action="store_true", help="fetch only")
    json_option(parser)


def _run_add(options: argparse.Namespace) -> int:
    import index
    from index.corpus.fetching import Added, fetch
    from qa.rendering.text import build_progress, summary_as_text

    corpora = options.corpus or [Path("corpus")]
    found_all = []
    for found in fetch(options.urls, corpora[0], most=options.most):
        found_all.append(found)
        if not options.json:
            print(
                f"added {found.path}: {found.title or found.url}"
                if isinstance(found, Added)
                else f"skipped {found.path}: {found.reason}"
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
    from index.stores.local.generations import open_index

    try:
        paths = {Path(article.path) for article in open_index(folder).articles()}
    except DatelineError:  # no index yet, or none that opens: a build makes one
        return
    gone = [
        path
        for path in paths
        if not any(
            (corpus / place).exists() for corpus in corpora for place in (path, *path.parents[:-1])
        )
    ]
    if gone:
        raise DatelineError(
            f"expected all articles of the index below {', '.join(map(str, corpora))}, found {len(gone)} elsewhere ({min(gone)}); "
            "what was fetched is kept. Name their folder with another --corpus, or run: dateline build FOLDER ..."
        )


def watch(commands: Commands) -> None:
    parser = commands.add(
        "watch",
        _run_watch,
        "index articles now and whenever their files change, until Ctrl-C",
        example="dateline watch corpus/",
    )
    corpora_argument(parser)
    map_option(parser)
    json_option(parser, "a line of JSON for each build")


def _run_watch(options: argparse.Namespace) -> int:
    import index
    from index.corpus.loaders.tables import read_mapping
    from index.corpus.watching import rebuilds
    from qa.rendering.text import summary_as_text

    columns = read_mapping(options.map)
    try:
        for done in rebuilds(
            options.corpus,
            options.index,
            lambda: index.build(options.corpus, options.index, columns=columns),
        ):
            if isinstance(done, DatelineError):
                print(f"dateline: {done}; trying again", file=sys.stderr, flush=True)
            else:
                print(
                    json.dumps(asdict(done), ensure_ascii=False)
                    if options.json
                    else summary_as_text(done),
                    flush=True,
                )
    except KeyboardInterrupt:  # the way to end it
        pass
    return 0


def copy(commands: Commands) -> None:
    parser = commands.add(
        "copy",
        _run_copy,
        "copy an index to another place, without encoding anew",
        example="dateline copy --from var/index --to milvus://HOST/news",
    )
    for name, which in (("--from", "copied from"), ("--to", "copied to")):
        parser.add_argument(
            name,
            dest=name.strip("-") + "_",
            required=True,
            metavar="STORE",
            help=f"the index that is {which}: a folder, or as for --store",
        )
    json_option(parser)


def _run_copy(options: argparse.Namespace) -> None:
    from index.stores.copying import copy as copied
    from qa.rendering.text import build_progress

    with build_progress(sys.stderr) as progress:
        generation = copied(
            place_of(options.from_, options.index), place_of(options.to_, options.index), progress
        )
    print(
        json.dumps({"generation": generation})
        if options.json
        else f"generation {generation} of {options.to_} is live"
    )


def rollback(commands: Commands) -> None:
    parser = commands.add(
        "rollback",
        _run_rollback,
        "go back to the generation before the live one",
        stores(),
        example="dateline rollback",
    )
    json_option(parser)


def _run_rollback(options: argparse.Namespace) -> None:
    generation = place_of(options.index).rollback()
    print(
        json.dumps({"generation": generation})
        if options.json
        else f"generation {generation} is live again"
    )
