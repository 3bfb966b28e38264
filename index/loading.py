"""A folder of files to `Article`s. One loader a suffix, in LOADERS; a file that cannot be read is a `Skipped`.

A loader takes the file's path and yields `Fields`, `Record`s (rows, whose columns are then guessed) or `Skipped`: what
the file says, no more. This module adds the identity (id, path) and cleans what no index can hold (NULs, lone
surrogates). Limits: a file over MAX_FILE_BYTES is skipped; links that lead out of the corpus folder are not followed.
What is not in TRUSTED is read in a process of its own (index/loaders/apart.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from index.languages import language_of
from index.loaders.apart import Apart
from index.loaders.documents import load_docx, load_epub, load_pdf
from index.loaders.fields import Fields, Record
from index.loaders.mail import load_eml, load_mbox
from index.loaders.packed import BROKEN, load_tar, load_zip
from index.loaders.tables import articles_of, load_csv, load_json, load_jsonl, load_parquet
from index.loaders.text import load_markdown, load_text
from index.loaders.web import load_feed, load_html, load_mhtml, load_warc
from index.reading import Made, Reading
from index.types import Article, DatelineError, Note, Skipped

MAX_FILE_BYTES = 256 * 1024 * 1024

Loader = Callable[[Path], Iterable[Fields | Record | Skipped]]

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNREADABLE = (OSError, EOFError, ValueError, RecursionError, MemoryError, NotImplementedError, *BROKEN)


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
    **dict.fromkeys((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"), partial(load_tar, loader_of=_loader_of)),
}
ARCHIVES = frozenset((".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".warc", ".warc.gz"))
TRUSTED = frozenset((".txt", ".md", ".jsonl", ".jsonl.gz", ".json", ".csv"))  # read by Python's own parsers, in this process


def load_articles(
    corpora: Sequence[Path], mapping: Mapping[str, str] | None = None, reading: Reading | None = None
) -> Iterator[Article | Skipped | Note]:
    """The articles of each folder or file, in the order of their paths, and what was left out, with its reason.

    `mapping` names the columns of tables ({"text": "story"}); a `Note` shows those that were used. `reading` remembers
    files that were read before. Raises DatelineError where a folder is missing. An id seen before gets its folder's name in front.
    """
    seen: set[str] = set()
    reading = reading if reading is not None else Reading()
    with Apart() as apart:
        for corpus in corpora:
            if not corpus.exists():
                raise DatelineError(f"expected a folder of articles at {corpus}, found nothing there; name one that exists")
            for file, path in _files(corpus):
                for item in _load_file(file, path, mapping or {}, apart, reading):
                    if isinstance(item, Article) and item.id in seen:
                        item = _renamed(item, f"{corpus.name}/{item.id}", seen)
                    if isinstance(item, Article):
                        seen.add(item.id)
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
        yield Skipped("", f"it cannot be read: its parser failed with {type(error).__name__}: {_reason(error)}")


def _renamed(article: Article, id: str, seen: set[str]) -> Article | Skipped:
    if id in seen:
        return Skipped(article.path, f"its id {article.id!r} is another article's; give each record its own")
    return replace(article, id=id)


def _files(corpus: Path) -> Iterator[tuple[Path, str]]:
    if corpus.is_file():
        yield corpus, corpus.name
        return
    root = corpus.resolve()
    for file in sorted(corpus.rglob("*")):
        relative = file.relative_to(corpus)
        if any(part.startswith(".") for part in relative.parts) or file.is_dir():
            continue
        if file.resolve().is_relative_to(root):
            yield file, relative.as_posix()


def _suffix_and_loader(name: str) -> tuple[str, Loader | None]:
    path = PurePath(name.lower())
    for suffix in ("".join(path.suffixes[-2:]), path.suffix):
        if suffix in LOADERS:
            return suffix, LOADERS[suffix]
    return path.suffix, None


def _unknown(suffix: str) -> str:
    return f"expected one of {' '.join(LOADERS)}, found {suffix or 'no suffix'}"


def _load_file(file: Path, path: str, mapping: Mapping[str, str], apart: Apart, reading: Reading) -> Iterator[Article | Skipped | Note]:
    suffix, load = _suffix_and_loader(file.name)
    if (file.parent.name == "qrels" and (file.parent.parent / "corpus.jsonl").is_file()) or (
        file.name.split(".")[0] == "queries" and (file.parent / "corpus.jsonl").is_file()
    ):
        yield Skipped(path, "questions of a BEIR folder are no articles; measure on them with: dateline evaluate FOLDER")
    elif load is None:
        yield Skipped(path, _unknown(suffix))
    elif not file.is_file():
        yield Skipped(path, "expected a regular file; it is a pipe, a device or a broken link")
    elif (size := _size(file)) > MAX_FILE_BYTES:
        yield Skipped(path, f"expected at most {MAX_FILE_BYTES // 2**20} MB, found {size // 2**20} MB; split it")
    else:

        def read(made: Made) -> Iterator[Article | Skipped | Note]:
            items = read_here(file, file.name) if suffix in TRUSTED else apart.read(file, file.name)
            return _articles(items, path, mapping, made)

        yield from reading.file(file, path, read)


def _size(file: Path) -> int:
    """Bytes; 0 for a file that has gone meanwhile, which its loader then says."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _articles(
    items: Iterable[Fields | Record | Skipped], path: str, mapping: Mapping[str, str], made: Made
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
        id=_clean(fields.id or path + fields.part),
        text=text,
        title=_line(fields.title),
        source=_line(fields.source),
        published=fields.published,
        url=_line(fields.url),
        path=_clean(path),
        authors=tuple(filter(None, map(_line, fields.authors))),
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


def _line(value: str | None) -> str | None:
    return (" ".join(_clean(value).split()) or None) if value is not None else None
