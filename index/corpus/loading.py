"""From folders of files to articles.

A file that cannot be read is a `Skipped` with its reason. `load_file` reads one file.
`load_articles` reads all files of some folders, with a `FileCache` in front: a file that did not
change is not read again. Limits: what costs more than `Bounds` is skipped. A file that is not of a
trusted kind, or is large, is read in a process of its own (index/corpus/loaders/sandbox.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.corpus.cleaning import make_article, printable
from index.corpus.copies import ALL_COPIES, Copies
from index.corpus.corrections import corrected, read_corrections
from index.corpus.file_cache import FileCache, Item, Stamp, fields_hash
from index.corpus.files import CorpusFile, corpus_files
from index.corpus.loaders.bounds import Bounds, bounds, too_long, too_many
from index.corpus.loaders.columns import Columns
from index.corpus.loaders.fields import Fields, Record, reason_of
from index.corpus.loaders.registry import TRUSTED, find_loader, read_file
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.notes import MergedNotes
from index.types import Article, DatelineError, Note, Skipped, described

_MEGABYTE = 2**20
_GIVEN = "given"  # stands for the file of a record that has none
# A larger file of a trusted kind is read in the sandbox too: its parser may swell or take long.
_TRUSTED_BYTES = _MEGABYTE
_NAMED = 100  # rows or parts of a file that are left out; more are counted


def load_articles(
    corpora: Sequence[Path],
    columns: Mapping[str, str] | None = None,
    cache: FileCache | None = None,
) -> Iterator[Item]:
    """Yield the articles of folders and files, in the order of their paths.

    Titles, outlets and days that were corrected by hand are as corrected.
    What was left out comes between them as `Skipped`. `columns` says which column of a table
    holds a field ({"text": "story"}); a `Note` shows those that were used. Raises DatelineError for
    a missing folder.
    """
    limits = bounds()
    ids = Ids()
    corrections = read_corrections(corpora)
    if columns is None:
        columns = {}
    if cache is None:
        cache = FileCache()
    with Sandbox(limits) as sandbox:
        for corpus in corpora:
            for file in corpus_files(corpus):
                items = _load_if_changed(file, columns, sandbox, limits, cache)
                for item in ids.distinct(items, corpus):
                    yield corrected(item, corrections) if isinstance(item, Article) else item


def load_records(
    records: Iterable[Article | Mapping[str, Any]], columns: Mapping[str, str] | None = None
) -> Iterator[Item]:
    """Yield the articles that a program gives, and what was left out.

    A record is an article, or a dictionary whose fields are found as the columns of a table are.
    Raises DatelineError for anything else.
    """
    limits = bounds()
    table = Columns({} if columns is None else columns)

    def made() -> Iterator[Item]:
        try:
            for item in table.fields(_given_fields(records)):
                if isinstance(item, Skipped):
                    yield Skipped(_GIVEN + item.path, item.reason)
                else:
                    yield _given(item, limits)
        except ValueError as error:  # no record has a text
            yield Skipped(_GIVEN, reason_of(error))
        yield from table.notes(_GIVEN)

    yield from Ids().distinct(made(), Path(_GIVEN))


def _given(fields: Fields, limits: Bounds) -> Article | Skipped:
    """Return the article of a record that a program gives, with the record's own id."""
    article = _article(fields, fields.within or _GIVEN, limits, None)
    if isinstance(article, Article) and fields.id is not None:
        return replace(article, id=article.record_id)
    return article


def _given_fields(
    records: Iterable[Article | Mapping[str, Any]],
) -> Iterator[Fields | Record]:
    for number, record in enumerate(records, 1):
        if isinstance(record, Article):
            yield Fields(
                record.text,
                record.title,
                record.source,
                record.published,
                record.url,
                record.authors,
                record.id,
                within=record.path or record.id,
                pages=record.pages,
                language=record.language,
            )
        elif isinstance(record, Mapping):
            yield Record({str(name): value for name, value in record.items()}, part=f":{number}")
        else:
            raise DatelineError(
                f"expected articles or dictionaries, found {type(record).__name__} "
                f"at place {number}; give each a text, as in {{'text': '...', 'title': '...'}}"
            )


def load_file(
    file: CorpusFile,
    columns: Mapping[str, str],
    sandbox: Sandbox,
    limits: Bounds,
    cache: FileCache | None = None,
) -> Iterator[Item]:
    """Yield the articles of a file, and what was left out of it.

    What was guessed or is damaged, and the columns of a table, come last, as notes. `cache` knows
    articles of an earlier reading, which need not be made again.
    """
    problem = _problem(file, limits)
    if problem is not None:
        yield Skipped(file.path, problem)
        return
    table = Columns(columns)
    notes = MergedNotes(most=1)
    count = left_out = 0
    copies = Copies()
    items = table.fields(_read(file, sandbox))
    try:
        for item in items:
            count += 1
            if count > limits.rows:
                yield Skipped(file.path, too_many(limits.rows))
                break
            made = copies.without(_made(item, file.path, limits, cache, notes))
            if copies.are_all:
                yield Skipped(file.path, ALL_COPIES)
                break
            left_out += isinstance(made, Skipped)
            if left_out <= _NAMED or isinstance(made, Article):
                yield made
    except ValueError as error:  # no row of this table has a text
        yield Skipped(file.path, reason_of(error))
        return
    finally:
        items.close()
    if left_out > _NAMED:
        yield Skipped(file.path, f"left out for such reasons too: {left_out - _NAMED:,} more")
    if not count:
        yield Skipped(file.path, "there is no article in it")
    yield from notes.merged()
    yield from table.notes(file.path)


class Ids:
    """The ids that the articles of a build have; no two have the same."""

    def __init__(self) -> None:
        self._corpora: dict[str, Path] = {}  # by id: the folder of the article that has it
        self._counts: Counter[str] = Counter()  # of articles that wanted an id

    def distinct(self, items: Iterable[Item], corpus: Path) -> Iterator[Item]:
        """Yield the items of a folder, with another id for an article whose id is taken.

        It has its folder's name in front if that helps, else a number behind it. Paths of what
        was left out are made fit to be shown.
        """
        for item in items:
            if isinstance(item, Article):
                yield self._distinct(item, corpus)
            elif isinstance(item, Skipped):
                yield Skipped(printable(item.path), item.reason)
            else:
                yield Note(printable(item.path), item.text)

    def _distinct(self, article: Article, corpus: Path) -> Article:
        id = article.id
        if self._corpora.get(id, corpus) != corpus:
            id = f"{corpus.name}/{id}"
        wanted = id
        while id in self._corpora:
            self._counts[wanted] += 1
            id = f"{wanted} ({self._counts[wanted] + 1})"
        self._corpora[id] = corpus
        return article if id == article.id else replace(article, id=id)


def _load_if_changed(
    file: CorpusFile,
    columns: Mapping[str, str],
    sandbox: Sandbox,
    limits: Bounds,
    cache: FileCache,
) -> Iterator[Item]:
    """Yield the items of a file from the cache, or load it and put its items there."""
    stamp: Stamp | None = cache.stamp(file)  # before the file is read: it may change meanwhile
    known = cache.get(file, stamp)
    if known is not None:
        yield from known
        return
    yield from cache.keeping(file, stamp, load_file(file, columns, sandbox, limits, cache))


def _problem(file: CorpusFile, limits: Bounds) -> str | None:
    """Return why a file is not read; None if it is."""
    if file.problem is not None:
        return file.problem
    if not file.location.is_file():
        return "expected a regular file; it is a pipe, a device or a broken link"
    size = _size(file)
    if size > limits.file_mb * _MEGABYTE:
        found = f"expected at most {limits.file_mb} MB, found {size // _MEGABYTE} MB"
        return f"{found}; split it, or set DATELINE_FILE_MB"
    return None


def _read(file: CorpusFile, sandbox: Sandbox) -> Iterator[Fields | Record | Skipped]:
    """Read a small file of a trusted kind here, any other in the sandbox."""
    suffix, _ = find_loader(file.location.name)
    if suffix in TRUSTED and _size(file) <= _TRUSTED_BYTES:
        return read_file(file.location, file.location.name)
    return sandbox.read(file.location, file.location.name)


def _size(file: CorpusFile) -> int:
    """Return the size in bytes.

    0 for a file that has gone, which its loader then says.
    """
    try:
        return file.location.stat().st_size
    except OSError:
        return 0


def _made(
    item: Fields | Skipped,
    path: str,
    limits: Bounds,
    cache: FileCache | None,
    notes: MergedNotes,
) -> Article | Skipped:
    """Return the article of one item, or why there is none; add its notes."""
    if isinstance(item, Skipped):
        return Skipped(path + item.path, item.reason)
    path += item.within
    for note in item.notes:
        notes.add(Note(path + item.part, note))
    return _article(item, path, limits, cache)


def _article(
    fields: Fields, path: str, limits: Bounds, cache: FileCache | None
) -> Article | Skipped:
    """Return the article of a file's fields, or why there is none."""
    if not fields.text.strip():
        return Skipped(path, "there is no text in it")
    if len(fields.text) > limits.article_characters:
        reason = too_long(limits.article_characters, len(fields.text))
        return Skipped(path + fields.part, reason)
    try:
        return _made_or_known(fields, path, cache)
    except Exception as error:  # one bad article fails by itself
        return Skipped(path + fields.part, f"it cannot be read: {described(error)}")


def _made_or_known(fields: Fields, path: str, cache: FileCache | None) -> Article:
    """Return the article of a file's fields, from the cache if it is there."""
    if cache is None:
        return make_article(fields, path)
    content = fields_hash(fields, path)
    article = cache.article(content)
    if article is None:
        article = make_article(fields, path)
        cache.add_article(content, article)
    return article
