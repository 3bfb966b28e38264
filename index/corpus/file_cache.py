"""What earlier builds read: a file is read again only if it may have changed.

A file is the same if its size, times and inode are. A file that changed just before it was read
is read again, since it may change once more within one tick of the clock. So is a file of which
something was left out, for another time it may be readable. Within a file that is read again, an
article is the same if its fields are: it keeps its language and its fingerprint.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from index.corpus.files import CorpusFile
from index.corpus.loaders.fields import Fields
from index.types import Article, Note, Skipped

_SETTLED = 2 * 10**9  # nanoseconds: coarser clocks of file systems are not in use

Item = Article | Skipped | Note
Stamp = list[int]  # size, times of change and inode, as JSON keeps them


class FileCache:
    """The items of files that were read before, and their articles by fields.

    `entries` holds, after loading, what the next build is given. Articles themselves are not in
    it, only their fingerprints, and they are read when they are asked for.
    """

    def __init__(
        self,
        entries: Mapping[str, Any] | None = None,
        articles: Mapping[str, Article] | None = None,
        settings: str = "",
    ) -> None:
        """Take the `entries` of an earlier cache, and their articles by fingerprint.

        `settings` is all else that decides how files are read: under others, all are read again.
        """
        self.entries: dict[str, Any] = {}
        self._settings = settings
        self._began = time.time_ns()
        self._known = dict(entries) if entries is not None else {}
        self._articles = articles if articles is not None else {}
        self._by_fields: dict[str, str] = {}  # and back
        self._fields_of: dict[str, str] = {}  # a fingerprint to the hash of its article's fields
        for entry in self._known.values():
            for kind, fingerprint, content in entry["items"]:
                if kind == "article" and fingerprint in self._articles:
                    self._by_fields[content] = fingerprint
                    self._fields_of[fingerprint] = content

    def stamp(self, file: CorpusFile) -> Stamp | None:
        """Return what changes when the file does; None if it changed just now."""
        if file.problem is not None:
            return None
        try:
            found = file.location.stat()
        except OSError:
            return None
        if max(found.st_mtime_ns, found.st_ctime_ns) >= self._began - _SETTLED:
            return None
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]

    def get(self, file: CorpusFile, stamp: Stamp | None) -> Iterator[Item] | None:
        """Return the items of a file as it is now; None if it is to be read."""
        if stamp is None:
            return None
        name = self._name(file)
        entry = self._known.get(name)
        if entry is None or entry["stamp"] != stamp:
            return None
        known = [one for kind, one, _ in entry["items"] if kind == "article"]
        if any(one not in self._articles for one in known):
            return None  # the index that held it is no longer live
        self.entries[name] = entry
        return self._items(entry["items"])

    def _items(self, kept: Sequence[Sequence[str]]) -> Iterator[Item]:
        for kind, one, other in kept:
            yield Note(one, other) if kind == "note" else self._articles[one]

    def keeping(
        self, file: CorpusFile, stamp: Stamp | None, items: Iterable[Item]
    ) -> Iterator[Item]:
        """Yield the items of a file, and then keep what they are.

        `stamp` is the one from before it was read.
        """
        kept = []
        for item in items:
            yield item
            if isinstance(item, Article):
                fields = self._fields_of.get(item.fingerprint, "")
                kept.append(["article", item.fingerprint, fields])
            elif isinstance(item, Note):
                kept.append(["note", item.path, item.text])
            else:
                stamp = None  # another time it may be readable: more memory, a library installed
        if kept:
            self.entries[self._name(file)] = {"stamp": stamp, "items": kept}

    def article(self, fields_hash: str) -> Article | None:
        """Return the article that an earlier build made of these fields; None if none did."""
        fingerprint = self._by_fields.get(fields_hash)
        if fingerprint is None:
            return None
        return self._articles[fingerprint]

    def add_article(self, fields_hash: str, article: Article) -> None:
        """Keep which fields an article was made of."""
        self._fields_of[article.fingerprint] = fields_hash

    def _name(self, file: CorpusFile) -> str:
        return f"{file.location.resolve()}\n{file.path}\n{self._settings}"


def fields_hash(fields: Fields, path: str) -> str:
    """Return a hash of all that an article is made of: its fields and its path."""
    others = repr((replace(fields, text=""), path))  # `repr` of the text takes long
    found = hashlib.blake2b(others.encode("utf-8", "surrogatepass"), digest_size=16)
    found.update(fields.text.encode("utf-8", "surrogatepass"))
    return found.hexdigest()
