"""What a build learned that the next need not learn again.

It is `.cache.npz` in the index folder, and holds which articles each file gave
(index/corpus/file_cache.py), and what comparing all articles needs of each. Articles themselves are
taken from the live generation by their fingerprints. So a cache that is older or newer than it, or
from another folder, makes a build slower and never wrong. Without it, or if it is damaged or was
made by other code of this package, everything is read and compared anew. It may be deleted at any
time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.small_files import check_regular
from index.text.boilerplate import Lines
from index.text.near_duplicates import Sketches
from index.types import Listed

CACHE = ".cache.npz"
_Table = TypeVar("_Table", Sketches, Lines)


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing articles left; row n of both is the article of `fingerprints[n]`."""

    fingerprints: tuple[str, ...] = ()
    sketches: Sketches | None = None
    lines: Lines | None = None

    def places(self, articles: Sequence[Listed]) -> list[int]:
        """Return the row of each article, or -1."""
        rows = {fingerprint: row for row, fingerprint in enumerate(self.fingerprints)}
        return [rows.get(article.fingerprint, -1) for article in articles]


NOTHING = Compared()


def load_cache(folder: Path) -> tuple[dict[str, Any], Compared]:
    """Return the entries of a `FileCache` and what comparing left.

    Both are empty if there is no cache that this code made.
    """
    try:
        check_regular(folder / CACHE)
        # numpy would leave the file of a damaged cache open.
        with (folder / CACHE).open("rb") as source, np.load(source, allow_pickle=False) as file:
            if bytes(file["code"]).decode() != _code():
                return {}, NOTHING
            found = json.loads(bytes(file["files"]))
            compared = Compared(
                tuple(found["fingerprints"]), _table(Sketches, file), _table(Lines, file)
            )
            return found["entries"], compared
    # RuntimeError: a damaged zip that reads as encrypted, or as packed by an unknown method.
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile):
        return {}, NOTHING


def save_cache(folder: Path, entries: Mapping[str, Any], compared: Compared) -> None:
    """Replace the cache at one instant. A cache that cannot be written is none."""
    text = json.dumps({"entries": entries, "fingerprints": compared.fingerprints})
    arrays: dict[str, NDArray[Any]] = {
        "code": np.frombuffer(_code().encode(), np.uint8),
        "files": np.frombuffer(text.encode(), np.uint8),
    }
    for table in (compared.sketches, compared.lines):
        if table is not None:
            for field in fields(table):
                arrays[_name(type(table), field.name)] = getattr(table, field.name)
    aside = folder / f"{CACHE}.new"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as target:
            np.savez(target, allow_pickle=False, **arrays)
        os.replace(aside, folder / CACHE)


def _table(kind: type[_Table], arrays: Mapping[str, NDArray[Any]]) -> _Table | None:
    """Return the table that is in a cache; None if it holds none."""
    if _name(kind, "ends") not in arrays:
        return None
    return kind(**{field.name: arrays[_name(kind, field.name)] for field in fields(kind)})


def _name(kind: type, column: str) -> str:
    """Return the name of a column of a table in the cache."""
    return f"{kind.__name__}.{column}"


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a hash of this package's source.

    Other code may read a file, or compare articles, in another way.
    """
    code = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()
