"""What earlier builds read: a file is read again only if it may have changed.

A file is the same if its size, times and inode are. A file that changed just before it was read
is read again, since it may change once more within one tick of the clock. So is a file of which
something was left out, for another time it may be readable. Within a file that is read again, an
article is the same if its fields are: it keeps its language and its fingerprint.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
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
    it, only their fingerprints.
    """

    def __init__(
        self,
        entries: Mapping[str, Any] | None = None,
        articles: Iterable[Article] = (),
        settings: str = "",
    ) -> None:
        """Take the `entries` of an earlier cache and the articles that they speak of.

        `settings` is all else that decides how files are read: under others, all are read again.
        """
        self.entries: dict[str, Any] = {}
        self._settings = settings
        self._began = time.time_ns()
        self._known = dict(entries) if entries is not None else {}
        self._articles = {article.fingerprint: article for article in articles}
        self._by_fields: dict[str, Article] = {}
        self._fields_of: dict[str, str] = {}  # a fingerprint to the hash of its article's fields
        for entry in self._known.values():
            for kind, fingerprint, content in entry["items"]:
                if kind == "article" and fingerprint in self._articles:
                    self.add_article(content, self._articles[fingerprint])

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

    def get(self, file: CorpusFile, stamp: Stamp | None) -> list[Item] | None:
        """Return the items of a file as it is now; None if it is to be read."""
        if stamp is None:
            return None
        name = self._name(file)
        entry = self._known.get(name)
        if entry is None or entry["stamp"] != stamp:
            return None
        items: list[Item] = []
        for kind, one, other in entry["items"]:
            if kind == "note":
                items.append(Note(one, other))
            elif one in self._articles:
                items.append(self._articles[one])
            else:  # the index that held it is no longer live
                return None
        self.entries[name] = entry
        return items

    def put(self, file: CorpusFile, stamp: Stamp | None, items: Sequence[Item]) -> None:
        """Keep the items of a file; `stamp` is the one from before it was read."""
        kept = []
        for item in items:
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
        """Return the article that was made of these fields; None if none was."""
        return self._by_fields.get(fields_hash)

    def add_article(self, fields_hash: str, article: Article) -> None:
        """Keep which fields an article was made of."""
        self._by_fields[fields_hash] = article
        self._fields_of[article.fingerprint] = fields_hash

    def _name(self, file: CorpusFile) -> str:
        return f"{file.location.resolve()}\n{file.path}\n{self._settings}"


def fields_hash(fields: Fields, path: str) -> str:
    """Return a hash of all that an article is made of: its fields and its path."""
    others = repr((replace(fields, text=""), path))  # `repr` of the text takes long
    found = hashlib.blake2b(others.encode("utf-8", "surrogatepass"), digest_size=16)
    found.update(fields.text.encode("utf-8", "surrogatepass"))
    return found.hexdigest()
