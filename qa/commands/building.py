"""Commands that make and move an index: build, add, watch, copy, rollback.

What each of them needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.stores.places import open_index, place_of
from index.types import DatelineError, Place, Skipped, Summary
from qa.commands.options import (
    Commands,
    columns_of,
    corpora_argument,
    corpora_of,
    corpora_of_index,
    json_option,
    map_option,
    number,
    print_json,
    profile_of,
    profile_option,
    stores,
)
from qa.rendering.terminal import build_progress, print_text
from qa.rendering.text import summary_as_text

if TYPE_CHECKING:
    from index.corpus.fetching import Added


def build(commands: Commands) -> None:
    """Declare `dateline build`."""
    parser = commands.add(
        "build",
        _run_build,
        "index the articles of folders or files",
        stores(),
        example="dateline build corpus/",
    )
    corpora_argument(parser)
    parser.add_argument(
        "--full", action="store_true", help="encode everything anew: use no cached vectors"
    )
    map_option(parser)
    parser.add_argument(
        "--encoder",
        metavar="MODEL",
        help="a sentence-transformers model on this machine, by name or path",
    )
    parser.add_argument(
        "--engine",
        choices=["ray"],
        help="load and encode with Ray: on the cores of this machine, "
        "or on the cluster at --address",
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help='the Ray cluster for --engine ray ("auto": the one that this machine is in)',
    )
    json_option(parser)
    profile_option(parser)


def _run_build(options: argparse.Namespace) -> None:
    import index

    columns = columns_of(options)
    with contextlib.ExitStack() as held:
        held.enter_context(profile_of(options))
        engine = None
        if options.engine == "ray":
            from index.engines.ray import RayEngine

            engine = held.enter_context(RayEngine(options.address))
        progress = held.enter_context(build_progress(sys.stderr))
        summary = index.build(
            corpora_of(options),
            options.index,
            full=options.full,
            encoder=options.encoder,
            columns=columns,
            progress=progress,
            engine=engine,
        )
    _print_summary(summary, options.json)


def _print_summary(summary: Summary, as_json: bool) -> None:
    if as_json:
        print_json(asdict(summary))
    else:
        print_text(summary_as_text(summary), sys.stdout)


def add(commands: Commands) -> None:
    """Declare `dateline add`."""
    parser = commands.add(
        "add",
        _run_add,
        "fetch pages or feeds into a corpus folder and index it",
        stores(),
        example="dateline add https://example.org/feed.xml --corpus corpus/",
    )
    parser.add_argument(
        "urls",
        nargs="+",
        metavar="URL",
        help="the address of a page, of a PDF, or of an RSS or Atom feed whose pages to fetch",
    )
    parser.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder that they go to (default: those that the index was built from, or "
        "corpus/). Repeat it to name the other folders of the index",
    )
    parser.add_argument(
        "--most",
        type=number("--most", 1, 10_000),
        default=50,
        metavar="N",
        help="how many pages of a feed to fetch, the newest first (default 50)",
    )
    parser.add_argument("--no-build", action="store_true", help="fetch only")
    json_option(parser)


def _run_add(options: argparse.Namespace) -> int:
    import index
    from index.corpus.fetching import Added, fetch

    corpora = corpora_of_index(options)
    added: list[Added] = []
    skipped: list[Skipped] = []
    for found in fetch(options.urls, corpora[0], most=options.most):
        if isinstance(found, Added):
            added.append(found)
            line = f"added {found.path}: {found.title or found.url}"
        else:
            skipped.append(found)
            line = f"skipped {found.path}: {found.reason}"
        if not options.json:
            print(line)
    summary = None
    if added and not options.no_build:
        _refuse_other_folders(options.index, corpora)
        with build_progress(sys.stderr) as progress:
            summary = index.build(corpora, options.index, progress=progress)
    if options.json:
        _print_fetched(added, skipped, summary)
    elif summary is not None:
        print_text(summary_as_text(summary), sys.stdout)
    return int(not added)


def _print_fetched(
    added: Sequence[Added], skipped: Sequence[Skipped], summary: Summary | None
) -> None:
    print_json(
        {
            "added": [asdict(page) | {"path": page.path.as_posix()} for page in added],
            "skipped": [asdict(page) for page in skipped],
            "build": None if summary is None else asdict(summary),
        }
    )


def _refuse_other_folders(place: Path | Place, corpora: Sequence[Path]) -> None:
    """Check that the index holds no article of a folder that is not named.

    A build would drop it. Raises DatelineError.
    """
    try:
        paths = {Path(article.path) for article in open_index(place).articles()}
    except DatelineError:  # no index yet, or none that opens: a build makes one
        return
    gone = [path for path in paths if not _is_in_one_of(corpora, path)]
    if gone:
        raise DatelineError(
            f"expected all articles of the index below {', '.join(map(str, corpora))}, "
            f"found {len(gone)} elsewhere ({min(gone)}); what was fetched is kept. "
            "Name their folder with another --corpus, or run: dateline build FOLDER ..."
        )


def _is_in_one_of(corpora: Sequence[Path], path: Path) -> bool:
    """Return whether a corpus folder has a path.

    The archive or table that the path is in counts too.
    """
    from index.corpus.files import on_disk

    places = (path, *path.parents[:-1])
    return any(on_disk(corpus, place.as_posix()).exists() for corpus in corpora for place in places)


def watch(commands: Commands) -> None:
    """Declare `dateline watch`."""
    parser = commands.add(
        "watch",
        _run_watch,
        "index articles now and whenever their files change, until Ctrl-C",
        stores(),
        example="dateline watch corpus/",
    )
    corpora_argument(parser)
    map_option(parser)
    json_option(parser, "print one line of JSON for each build")


def _run_watch(options: argparse.Namespace) -> int:
    import index
    from index.corpus.watching import rebuilds

    columns, corpora = columns_of(options), corpora_of(options)

    def build_once() -> Summary:
        return index.build(corpora, options.index, columns=columns)

    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        folder = place_of(options.index).encoders.parent  # changes in it are the build's own
        for done in rebuilds(corpora, folder, build_once):
            if isinstance(done, DatelineError):
                print(f"dateline: {done}; trying again", file=sys.stderr, flush=True)
            else:
                _print_summary(done, options.json)
    return 0


def copy(commands: Commands) -> None:
    """Declare `dateline copy`."""
    parser = commands.add(
        "copy",
        _run_copy,
        "copy an index to another place, without encoding anew",
        example="dateline copy --from var/index --to milvus://HOST/news",
    )
    for direction in ("from", "to"):
        parser.add_argument(
            f"--{direction}",
            dest=f"{direction}_",
            required=True,
            metavar="STORE",
            help=f"the index to copy {direction}: a folder, or an address as for --store",
        )
    json_option(parser)


def _run_copy(options: argparse.Namespace) -> None:
    from index.stores.copying import copy as copy_index

    source = place_of(options.from_, options.index)
    target = place_of(options.to_, options.index)
    with build_progress(sys.stderr) as progress:
        generation = copy_index(source, target, progress)
    if options.json:
        print_json({"generation": generation})
    else:
        print(f"generation {generation} of {options.to_} is live")


def rollback(commands: Commands) -> None:
    """Declare `dateline rollback`."""
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
    if options.json:
        print_json({"generation": generation})
    else:
        print(f"generation {generation} is live again")
