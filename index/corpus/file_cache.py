"""Reading files again only where they may have changed: a file is the same by size, times and inode, an article by what its file says.

A file that changed in the last moments before it was read is read again, since it may change once more within one tick
of the clock; so is one of which something was left out, for another time it may be readable.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.corpus.loaders.fields import Fields
from index.types import Article, Note, Skipped

_SETTLED = 2 * 10**9  # nanoseconds: coarser clocks of file systems are not in use

Item = Article | Skipped | Note
Made = Callable[
    [Fields, str, Callable[[], Article]], Article
]  # the article of fields at a place: as it was, or else as it is made


class Reading:
    """Files read through this give their items again without being read, where nothing can have changed in them."""

    def __init__(
        self,
        known: Mapping[str, Any] | None = None,
        articles: Iterable[Article] = (),
        settings: str = "",
        begins: Callable[[], object] = lambda: None,
    ) -> None:
        """`known`: the `entries` of an earlier reading; `articles`: where its articles are found; `settings`: what else decides how files are read.

        `begins` is called once, before the first file that is read.
        """
        self._begins: Callable[[], object] | None = begins
        self.entries: dict[str, Any] = {}
        self._known, self._settings, self._began = known or {}, settings, time.time_ns()
        self._articles = {article.fingerprint: article for article in articles}
        self._by_content = {
            content: self._articles[fingerprint]
            for entry in self._known.values()
            for kind, fingerprint, content in entry["items"]
            if kind == "article" and fingerprint in self._articles
        }

    def file(self, file: Path, path: str, read: Callable[[Made], Iterator[Item]]) -> Iterator[Item]:
        """The items of a file: as they were, or those that `read` yields, which it makes by the function it is given."""
        name, stamp = f"{file.resolve()}\n{path}\n{self._settings}", self._stamp(file)
        entry = self._known.get(name)
        if entry is not None and stamp is not None and entry["stamp"] == stamp:
            items = [self._again(*item) for item in entry["items"]]
            if None not in items:
                self.entries[name] = entry
                yield from (item for item in items if item is not None)
                return
        if self._begins is not None:
            self._begins()
            self._begins = None
        contents: dict[int, str] = {}

        def made(fields: Fields, place: str, make: Callable[[], Article]) -> Article:
            content = _content(fields, place)
            item = self._by_content.get(content) or make()
            contents[id(item)] = content
            return item

        kept = []
        for item in read(made):
            if isinstance(item, Article):
                kept.append(("article", item.fingerprint, contents.get(id(item), "")))
            else:
                kept.append(
                    ("note", item.path, item.text)
                    if isinstance(item, Note)
                    else ("skipped", item.path, item.reason)
                )
                if isinstance(item, Skipped):
                    stamp = (
                        None  # another time it may be readable: more memory, a library installed
                    )
            yield item
        self.entries[name] = {"stamp": stamp, "items": kept}

    def _again(self, kind: str, one: str, other: str) -> Item | None:
        return self._articles.get(one) if kind == "article" else Note(one, other)

    def _stamp(self, file: Path) -> list[int] | None:
        """What changes when a file does; None where it changed just now."""
        try:
            found = file.stat()
        except OSError:
            return None
        settled = max(found.st_mtime_ns, found.st_ctime_ns) < self._began - _SETTLED
        return (
            [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino] if settled else None
        )


def _content(fields: Fields, place: str) -> str:
    """A fingerprint of all that an article is made of. The text goes in as it is: `repr` of it would take longer than to read it."""
    said = hashlib.blake2b(
        repr((replace(fields, text=""), place)).encode("utf-8", "surrogatepass"), digest_size=16
    )
    said.update(fields.text.encode("utf-8", "surrogatepass"))
    return said.hexdigest()
