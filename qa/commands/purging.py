"""The command that takes an article out of everything: purge."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from qa.commands.options import Commands, json_option, print_json, stores


def purge(commands: Commands) -> None:
    """Declare `dateline purge`."""
    parser = commands.add(
        "purge",
        _run_purge,
        "remove an article and every trace of it: older generations and caches too",
        stores(),
        example="dateline purge reports/ferry.txt",
    )
    parser.add_argument("id", metavar="ID", help="the article's id; retrieve --json shows it")
    parser.add_argument(
        "--corpus",
        action="append",
        type=Path,
        metavar="DIR",
        help="the folder of articles, from which a file that the page added is deleted too "
        "(default: corpus/); may be repeated",
    )
    json_option(parser)


def _run_purge(options: argparse.Namespace) -> None:
    from index.purging import purge as purge_article
    from index.stores.places import open_index
    from qa.web.corpus_files import purge_files

    corpora = [Path("corpus")] if options.corpus is None else options.corpus
    done = purge_article(options.index, options.id)
    shared = any(
        article.path == done.article.path for article in open_index(options.index).articles()
    )
    deleted, left = purge_files(done.article, shared, corpora)
    if options.json:
        print_json(
            {
                "id": done.article.id,
                "generation": done.generation,
                "generations_removed": list(done.gone),
                "files_deleted": deleted,
                "file_left": left,
            }
        )
        return
    print(f"purged {done.article.id}: generation {done.generation} is without it")
    for path in deleted:
        print(f"  deleted {path}")
    if left is not None:
        print(
            f"dateline: {left} is still there; delete it, or the next build adds it again",
            file=sys.stderr,
        )
