"""What articles may cost: bytes, characters, seconds and memory.

docs/articles.md lists all bounds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from index.types import DatelineError


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds that every command and the page hold to.

    Each is set by $DATELINE_ and its name in capitals.
    """

    file_mb: int = 256
    article_characters: int = 2_000_000  # of one article, as of a long book
    read_seconds: int = 40  # in a process of its own: an article, and a file for each MB it has
    read_mb: int = 768  # memory of that process, and 12 MB for each MB of the file
    page_mb: int = 20  # a page of the web, a chapter of a book
    document_mb: int = 512  # all parts of a .docx or .epub, unpacked
    members: int = 100_000  # of an archive
    member_mb: int = 64
    archive_mb: int = 1024  # all members, unpacked
    line_mb: int = 16  # of .jsonl; a cell of .csv
    table_mb: int = 4096  # a table that is packed as .gz, unpacked
    packed: int = 100  # times the size of a .gz that it may unpack to
    rows: int = 1_000_000  # articles of a file

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Bounds:
        """Return the bounds that an environment sets.

        Raises DatelineError for one that is no number from 1.
        """
        found = {}
        for name in cls.__slots__:
            value = environment.get(variable(name))
            if value:
                if not (value.isascii() and value.isdecimal() and int(value) >= 1):
                    raise DatelineError(
                        f"expected a number from 1 in ${variable(name)}, found {value[:40]!r}"
                    )
                found[name] = int(value)
        return cls(**found)

    def environment(self) -> dict[str, str]:
        """Return the variables that set these bounds in another process."""
        return {variable(name): str(value) for name, value in asdict(self).items()}


def bounds() -> Bounds:
    """Return the bounds of this process.

    Raises DatelineError for one that is no number from 1.
    """
    return Bounds.of(os.environ)


def variable(name: str) -> str:
    """Return the name of the variable that sets a bound."""
    return f"DATELINE_{name.upper()}"


def too_many(most: int) -> str:
    """Return the reason for leaving out the articles beyond the bound."""
    return f"expected at most {most:,} articles in a file, found more; or set {variable('rows')}"


def too_long(most: int, found: int) -> str:
    """Return the reason for skipping an article with too many characters."""
    return (
        f"expected an article of at most {most:,} characters, found {found:,}; "
        f"split it, or set {variable('article_characters')}"
    )
