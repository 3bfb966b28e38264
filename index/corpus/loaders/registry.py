"""Which loader reads which kind of file, by its suffix.

A new kind of file is one function in a module beside this one, and one line in LOADERS.
A loader takes a file's path. It yields `Fields`, `Record`s (rows, whose columns are guessed later)
or `Skipped`: what the file says, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePath

from index.corpus.loaders.archives import BROKEN, load_tar, load_zip
from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.crawls import load_warc
from index.corpus.loaders.epub import load_epub
from index.corpus.loaders.fields import Fields, Record, reason_of
from index.corpus.loaders.json_records import load_json, load_jsonl
from index.corpus.loaders.mail import load_eml, load_mbox
from index.corpus.loaders.pdf import load_pdf
from index.corpus.loaders.rtf import load_rtf
from index.corpus.loaders.tables import load_csv, load_parquet
from index.corpus.loaders.text import load_markdown, load_text
from index.corpus.loaders.web import load_feed, load_feed_links, load_html, load_mhtml
from index.corpus.loaders.word import load_docx
from index.corpus.loaders.workbooks import load_xlsx
from index.types import Skipped

Loader = Callable[[Path], Iterable[Fields | Record | Skipped]]

_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RecursionError,
    NotImplementedError,
    *BROKEN,
)


def find_loader(name: str) -> tuple[str, Loader | None]:
    """Return the suffix of a file's name, and its loader or None.

    For example ".jsonl.gz" and its loader for "News.JSONL.gz".
    """
    path = PurePath(name.lower())
    for suffix in ("".join(path.suffixes[-2:]), path.suffix):
        if suffix in LOADERS:
            return suffix, LOADERS[suffix]
    return path.suffix, None


def unknown_suffix(suffix: str) -> str:
    """Return the reason for skipping a file that no loader reads."""
    return f"expected one of {' '.join(LOADERS)}, found {suffix or 'no suffix'}"


def read_file(path: Path, name: str) -> Iterator[Fields | Record | Skipped]:
    """Yield what the loader for `name` reads in a file, and how it failed, if it did.

    The file is read in this process. `name` has a known suffix, or is FEED_LINKS.
    """
    _, load = find_loader(name)
    if load is None:
        load = _FOR_FETCHING[name]
    try:
        yield from load(path)
    except MemoryError:
        most = f"{bounds().read_mb} MB of memory; split it, or set DATELINE_READ_MB"
        yield Skipped("", f"it cannot be read in {most}")
    except _UNREADABLE as error:  # one bad file never stops a build
        yield Skipped("", f"it cannot be read: {reason_of(error)}")
    except Exception as error:  # a parser's own bug, met by a broken file, must not stop it either
        failure = f"its parser failed with {type(error).__name__}: {reason_of(error)}"
        yield Skipped("", f"it cannot be read: {failure}")


def _member_loader(name: str) -> Loader | str:
    """Return the loader for a member of an archive, or why there is none."""
    suffix, load = find_loader(name)
    if load is None:
        return unknown_suffix(suffix)
    if suffix in ARCHIVES:
        return "an archive within an archive is not opened"
    return load


_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".md": load_markdown,
    **dict.fromkeys((".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"), load_jsonl),
    **dict.fromkeys((".json", ".json.gz"), load_json),
    **dict.fromkeys((".csv", ".csv.gz", ".tsv", ".tsv.gz"), load_csv),
    ".parquet": load_parquet,
    **dict.fromkeys((".xlsx", ".xlsm"), load_xlsx),
    **dict.fromkeys((".html", ".htm", ".xhtml"), load_html),
    **dict.fromkeys((".mhtml", ".mht"), load_mhtml),
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".rtf": load_rtf,
    ".epub": load_epub,
    ".eml": partial(load_eml, loader_of=_member_loader),
    ".mbox": partial(load_mbox, loader_of=_member_loader),
    **dict.fromkeys((".rss", ".atom", ".xml"), load_feed),
    **dict.fromkeys((".warc", ".warc.gz"), load_warc),
    ".zip": partial(load_zip, loader_of=_member_loader),
    **dict.fromkeys(_TAR_SUFFIXES, partial(load_tar, loader_of=_member_loader)),
}
FEED_LINKS = "the links of a feed"  # no name of a file: what fetching asks for
_FOR_FETCHING: dict[str, Loader] = {FEED_LINKS: load_feed_links}
ARCHIVES = frozenset((".zip", *_TAR_SUFFIXES, ".warc", ".warc.gz"))
# Not parsed, so read in the building process.
TRUSTED = frozenset((".txt",))
