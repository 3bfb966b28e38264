"""A folder of files to `Article`s. One loader a suffix, in LOADERS; a file that cannot be read is a `Skipped`.

A loader takes the file's path and yields `Fields`, `Record`s (rows, whose columns are then guessed) or `Skipped`: what
the file says, no more. This module adds the identity (id, path) and cleans what no index can hold (NULs, lone
surrogates). Limits: what costs more than `Bounds` is skipped; links that lead out of the corpus folder are not followed.
What is not in TRUSTED, or is large, is read in a process of its own (index/corpus/loaders/sandbox.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from index.corpus.file_cache import Made, Reading
from index.corpus.languages import language_of
from index.corpus.loaders.archives import BROKEN, load_tar, load_zip
from index.corpus.loaders.bounds import Bounds, bounds
from index.corpus.loaders.documents import load_docx, load_epub, load_pdf
from index.corpus.loaders.fields import Fields, Record
from index.corpus.loaders.mail import load_eml, load_mbox
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.loaders.tables import articles_of, load_csv, load_json, load_jsonl, load_parquet
from index.corpus.loaders.text import load_markdown, load_text
from index.corpus.loaders.web import load_feed, load_html, load_mhtml, load_warc
from index.types import Article, DatelineError, Note, Skipped

_TRUSTED_BYTES = (
    2**20
)  # a larger file of a trusted kind is read apart too: its parser may swell or take long
_LONGEST_FIELD, _MOST_AUTHORS = (
    1_000,
    100,
)  # characters of a title, an outlet, ...; the title is encoded with every passage

Loader = Callable[[Path], Iterable[Fields | Record | Skipped]]

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RecursionError,
    MemoryError,
    NotImplementedError,
    *BROKEN,
)


def _loader_of(name: str) -> Loader | str:
    """The loader for a member of an archive, by its name; or why there is none."""
    suffix, load = _suffix_and_loader(name)
    if load is None:
        return _unknown(suffix)
    return "an archive within an archive is not opened" if suffix in ARCHIVES else load


LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".jsonl": load_jsonl,
    ".jsonl.gz": load_jsonl,
    ".json": load_json,
    ".csv": load_csv,
    ".parquet": load_parquet,
    **dict.fromkeys((".html", ".htm", ".xhtml"), load_html),
    **dict.fromkeys((".mhtml", ".mht"), load_mhtml),
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".epub": load_epub,
    ".eml": load_eml,
    ".mbox": load_mbox,
    **dict.fromkeys((".rss", ".atom", ".xml"), load_feed),
    **dict.fromkeys((".warc", ".warc.gz"), load_warc),
    ".zip": partial(load_zip, loader_of=_loader_of),
    **dict.fromkeys(
        (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"), partial(load_tar, loader_of=_loader_of)
    ),
}
ARCHIVES = frozenset(
    (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".warc", ".warc.gz")
)
TRUSTED = frozenset(
    (".txt", ".md", ".jsonl", ".json", ".csv")
)  # read by Python's own parsers, in this process


def load_articles(
    corpora: Sequence[Path],
    mapping: Mapping[str, str] | None = None,
    reading: Reading | None = None,
) -> Iterator[Article | Skipped | Note]:
    """The articles of each folder or file, in the order of their paths, and what was left out, with its reason.

    `mapping` names the columns of tables ({"text": "story"}); a `Note` shows those that were used. `reading` remembers
    files that were read before. Raises DatelineError where a folder is missing. An id seen before gets its folder's name in front.
    """
    seen: set[str] = set()
    limits = bounds()
    reading = reading if reading is not None else Reading()
    with Sandbox(limits) as apart:
        for corpus in corpora:
            if not corpus.exists():
                raise DatelineError(
                    f"expected a folder of articles at {corpus}, found nothing there; name one that exists"
                )
            for file, path, problem in _files(corpus):
                if problem is not None:
                    yield Skipped(_shown(path), problem)
                    continue
                yield from _distinct(
                    _load_file(file, path, mapping or {}, apart, limits, reading), corpus, seen
                )


def _distinct(
    items: Iterable[Article | Skipped | Note], corpus: Path, seen: set[str]
) -> Iterator[Article | Skipped | Note]:
    """The items, each article with an id that is not in `seen`, which grows; the paths of what was left out fit to be shown."""
    for item in items:
        if isinstance(item, Article) and item.id in seen:
            item = _renamed(item, f"{corpus.name}/{item.id}", seen)
        if isinstance(item, Article):
            seen.add(item.id)
        elif isinstance(item, Skipped):
            item = Skipped(_shown(item.path), item.reason)
        yield item


def read_here(path: Path, name: str) -> Iterator[Fields | Record | Skipped]:
    """What the loader for `name` reads in the file, its failure last; in this process."""
    _, load = _suffix_and_loader(name)
    assert load is not None
    try:
        yield from load(path)
    except _UNREADABLE as error:  # one bad file never stops a build
        yield Skipped("", f"it cannot be read: {_reason(error)}")
    except Exception as error:  # a parser's own bug, met by a broken file, must not stop it either
        yield Skipped(
            "",
            f"it cannot be read: its parser failed with {type(error).__name__}: {_reason(error)}",
        )


def _renamed(article: Article, id: str, seen: set[str]) -> Article | Skipped:
    if id in seen:
        return Skipped(
            article.path, f"its id {article.id!r} is another article's; give each record its own"
        )
    return replace(article, id=id)


def _files(corpus: Path) -> Iterator[tuple[Path, str, str | None]]:
    """(file, its path within the corpus, why it is not read) in the order of their paths."""
    if corpus.is_file():
        yield corpus, corpus.name, None
        return
    root = corpus.resolve()
    for file in sorted(corpus.rglob("*")):
        relative = file.relative_to(corpus)
        if any(part.startswith(".") for part in relative.parts):
            continue
        path = relative.as_posix()
        if file.is_symlink() and not _leads_into(root, file):
            yield file, path, "a link that leads out of the folder is not followed"
        elif file.is_dir():
            if file.is_symlink():
                yield file, path, "a link to a folder is not followed"
            elif not os.access(file, os.R_OK | os.X_OK):
                yield file, path, "expected a folder that can be read, found no permission"
        else:
            yield file, path, None


def _leads_into(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself: no regular file, which is said of it later
        return True


def _suffix_and_loader(name: str) -> tuple[str, Loader | None]:
    path = PurePath(name.lower())
    for suffix in ("".join(path.suffixes[-2:]), path.suffix):
        if suffix in LOADERS:
            return suffix, LOADERS[suffix]
    return path.suffix, None


def _unknown(suffix: str) -> str:
    return f"expected one of {' '.join(LOADERS)}, found {suffix or 'no suffix'}"


def _load_file(
    file: Path,
    path: str,
    mapping: Mapping[str, str],
    apart: Sandbox,
    limits: Bounds,
    reading: Reading,
) -> Iterator[Article | Skipped | Note]:
    suffix, load = _suffix_and_loader(file.name)
    if (file.parent.name == "qrels" and (file.parent.parent / "corpus.jsonl").is_file()) or (
        file.name.split(".")[0] == "queries" and (file.parent / "corpus.jsonl").is_file()
    ):
        yield Skipped(
            path,
            "questions of a BEIR folder are no articles; measure on them with: dateline evaluate FOLDER",
        )
    elif load is None:
        yield Skipped(path, _unknown(suffix))
    elif not file.is_file():
        yield Skipped(path, "expected a regular file; it is a pipe, a device or a broken link")
    elif (size := _size(file)) > limits.file_mb << 20:
        yield Skipped(
            path,
            f"expected at most {limits.file_mb} MB, found {size // 2**20} MB; split it, or set DATELINE_FILE_MB",
        )
    else:
        here = suffix in TRUSTED and size <= _TRUSTED_BYTES

        def read(made: Made) -> Iterator[Article | Skipped | Note]:
            items = read_here(file, file.name) if here else apart.read(file, file.name)
            return _articles(items, path, mapping, limits, made)

        yield from reading.file(file, path, read)


def _size(file: Path) -> int:
    """Bytes; 0 for a file that has gone meanwhile, which its loader then says."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _articles(
    items: Iterable[Fields | Record | Skipped],
    path: str,
    mapping: Mapping[str, str],
    limits: Bounds,
    made: Made,
) -> Iterator[Article | Skipped | Note]:
    empty = True
    try:
        for item in articles_of(items, mapping, path):
            empty = False
            if isinstance(item, Note):
                yield item
            elif isinstance(item, Skipped):
                yield Skipped(path + item.path, item.reason)
            elif not item.text.strip():
                yield Skipped(path + item.within, "there is no text in it")
            elif len(item.text) > limits.article_characters:
                yield Skipped(
                    path + item.within + item.part,
                    f"expected an article of at most {limits.article_characters:,} characters, found {len(item.text):,}; "
                    "split it, or set DATELINE_ARTICLE_CHARACTERS",
                )
            else:
                place = path + item.within
                yield made(item, place, partial(_article, item, place))
        if empty:
            yield Skipped(path, "there is no article in it")
    except ValueError as error:  # a table without a column of text
        yield Skipped(path, _reason(error))


def _article(fields: Fields, path: str) -> Article:
    text = _clean(fields.text)
    return Article(
        id=_clean(fields.id or path + fields.part)[:_LONGEST_FIELD],
        text=text,
        title=_line(fields.title),
        source=_line(fields.source),
        published=fields.published,
        url=_line(fields.url) if len(fields.url or "") <= _LONGEST_FIELD else None,
        path=_clean(path),
        authors=tuple(filter(None, map(_line, fields.authors[:_MOST_AUTHORS]))),
        pages=fields.pages,
        language=_code(fields.language) or language_of(text),
    )


def _code(language: str | None) -> str | None:
    """ "en" of "en-GB" or "EN"; None for what is no code, "English" say: the text then tells."""
    found = re.match(r"[a-z]{2,3}(?![^_-])", (language or "").strip().lower())
    return found.group() if found else None


def _reason(error: BaseException) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(reason.split()) or type(error).__name__


def _clean(text: str) -> str:
    """The same length of text, with a replacement character for what UTF-8 or a terminal cannot hold."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _shown(path: str) -> str:
    """A path on one line, whatever its name holds."""
    return "".join(character if character.isprintable() else "\ufffd" for character in path)


def _line(value: str | None) -> str | None:
    return (
        (" ".join(_clean(value[: 2 * _LONGEST_FIELD]).split())[:_LONGEST_FIELD] or None)
        if value is not None
        else None
    )
