"""A folder of files to `Article`s. One loader a suffix, in LOADERS; a file that cannot be read is a `Skipped`.

A loader takes the file's path and yields `Fields` (or `Skipped`): what the file says, no more. This
module adds the identity (id, path) and cleans what no index can hold (NULs, lone surrogates).
Limits: a file over MAX_FILE_BYTES is skipped; links that lead out of the corpus folder are not followed.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import charset_normalizer
import frontmatter
import yaml

from index.metadata import outlet_in, published_in, title_in
from index.types import Article, DatelineError, Skipped

MAX_FILE_BYTES = 256 * 1024 * 1024

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a loader reads from a file: an article before it has an identity. `id` None: the path serves."""

    text: str
    title: str | None = None
    source: str | None = None
    published: dt.date | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    id: str | None = None


def load_text(path: Path) -> Iterator[Fields | Skipped]:
    """.txt: the text as it is; title, outlet and date where the text itself says them."""
    text = _decode(path.read_bytes())
    yield Fields(text, title=title_in(text), source=outlet_in(text), published=published_in(text))


def load_markdown(path: Path) -> Iterator[Fields | Skipped]:
    """.md: YAML front matter (title, source, published or date, url, authors), then the text."""
    try:
        meta, text = frontmatter.parse(_decode(path.read_bytes()))
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        yield Skipped("", f"expected YAML front matter between --- lines, found: {problem}; mend it or remove it")
        return
    heading = re.match(r"\s*#\s+(.+)", text)
    title = _string(meta.get("title")) or (heading.group(1).strip() if heading else title_in(text))
    yield Fields(
        text,
        title=title,
        source=_string(meta.get("source")) or outlet_in(text),
        published=_day(meta["published"]) if "published" in meta else _day(meta.get("date")) or published_in(text),
        url=_string(meta.get("url")),
        authors=_names(meta.get("authors", meta.get("author"))),
    )


def load_jsonl(path: Path) -> Iterator[Fields | Skipped]:
    """.jsonl, .jsonl.gz: an article a line, {"text", and optionally "id", "title", "source", "published", "url", "authors"}."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Skipped(f":{number}", f"expected a JSON object on the line, found: {error}")
                continue
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                yield Skipped(f":{number}", 'expected a JSON object with a string "text"')
                continue
            yield Fields(
                record["text"],
                title=_string(record.get("title")),
                source=_string(record.get("source")),
                published=_day(record.get("published")),
                url=_string(record.get("url")),
                authors=_names(record.get("authors")),
                id=_string(record.get("id")) or f"{path.name}:{number}",
            )


LOADERS: dict[str, Callable[[Path], Iterable[Fields | Skipped]]] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".jsonl": load_jsonl,
    ".jsonl.gz": load_jsonl,
}


def load_articles(corpora: Sequence[Path]) -> Iterator[Article | Skipped]:
    """The articles of each folder or file, in the order of their paths, and what was left out, with its reason.

    Raises DatelineError where a folder is missing. An id seen before gets its folder's name in front.
    """
    seen: set[str] = set()
    for corpus in corpora:
        if not corpus.exists():
            raise DatelineError(f"expected a folder of articles at {corpus}, found nothing there; name one that exists")
        for file, path in _files(corpus):
            for item in _load_file(file, path):
                if isinstance(item, Article) and item.id in seen:
                    item = _renamed(item, f"{corpus.name}/{item.id}", seen)
                if isinstance(item, Article):
                    seen.add(item.id)
                yield item


def _renamed(article: Article, id: str, seen: set[str]) -> Article | Skipped:
    if id in seen:
        return Skipped(article.path, f"its id {article.id!r} is another article's; give each record its own")
    return Article(id, *(getattr(article, name) for name in ("text", "title", "source", "published", "url", "path", "authors")))


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


def _load_file(file: Path, path: str) -> Iterator[Article | Skipped]:
    suffix = "".join(file.suffixes[-2:]).lower()
    load = LOADERS.get(suffix) or LOADERS.get(file.suffix.lower())
    if load is None:
        yield Skipped(path, f"expected one of {' '.join(LOADERS)}, found {file.suffix or 'no suffix'}")
    elif not file.is_file():
        yield Skipped(path, "expected a regular file; it is a pipe, a device or a broken link")
    elif (size := file.stat().st_size) > MAX_FILE_BYTES:
        yield Skipped(path, f"expected at most {MAX_FILE_BYTES // 2**20} MB, found {size // 2**20} MB; split it")
    else:
        yield from _articles(load, file, path)


def _articles(load: Callable[[Path], Iterable[Fields | Skipped]], file: Path, path: str) -> Iterator[Article | Skipped]:
    try:
        for item in load(file):
            if isinstance(item, Skipped):
                yield Skipped(path + item.path, item.reason)
                continue
            text = _clean(item.text)
            if not text.strip():
                yield Skipped(path, "there is no text in it")
                continue
            yield Article(
                id=_clean(item.id or path),
                text=text,
                title=_line(item.title),
                source=_line(item.source),
                published=item.published,
                url=_line(item.url),
                path=_clean(path),
                authors=tuple(filter(None, map(_line, item.authors))),
            )
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:  # one bad file never stops a build
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield Skipped(path, f"it cannot be read: {' '.join(reason.split())}")


def _decode(data: bytes) -> str:
    """Text of a file in UTF-8, or in the encoding its bytes tell. Raises ValueError for what is not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _lines(data.decode("utf-16"))
    if b"\x00" in data[:4096]:
        raise ValueError("expected text, found binary data")
    try:
        return _lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(data[: 2**20]).best()
        if guess is None:
            raise ValueError("expected text in UTF-8, found bytes of no known encoding") from None
        return _lines(data.decode(guess.encoding, errors="replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _clean(text: str) -> str:
    """The same length of text, with a replacement character for what UTF-8 or a terminal cannot hold."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _line(value: str | None) -> str | None:
    return (" ".join(_clean(value).split()) or None) if value is not None else None


def _string(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and str(value).strip() else None


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


def _day(value: Any) -> dt.date | None:
    """A date of front matter or JSON: a YAML date, or a string that starts with YYYY-MM-DD."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
