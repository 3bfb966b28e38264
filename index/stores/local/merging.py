"""Writing segments as one.

Rows stay what they were, and texts of the dead are left out.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from index.stores.local.vectors import VectorFile, write_vectors


def merge_tables(parts: Sequence[Path], target: Path, gone: Sequence[int], _: int) -> None:
    """Write the tables of articles and passages of segments as one.

    `gone` are the numbers of articles that are dead. Raises sqlite3.Error or OSError.
    """
    first, *others = parts
    shutil.copyfile(first, target)
    table = sqlite3.connect(target)
    try:
        table.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        table.execute("DROP TABLE IF EXISTS positions")  # once they stood here
        table.execute("CREATE TEMP TABLE gone (number INTEGER PRIMARY KEY)")
        table.executemany("INSERT INTO gone VALUES (?)", [(number,) for number in gone])
        table.execute("DELETE FROM passages WHERE article IN (SELECT number FROM gone)")
        table.execute("DELETE FROM articles WHERE number IN (SELECT number FROM gone)")
        table.commit()
        for part in others:
            table.execute("ATTACH ? AS part", (str(part),))
            for name, key in (("articles", "number"), ("passages", "article")):
                table.execute(
                    f"INSERT INTO {name} SELECT * FROM part.{name} "
                    f"WHERE {key} NOT IN (SELECT number FROM gone)"
                )
            table.commit()
            table.execute("DETACH part")
    finally:
        table.close()


def merge_vectors(
    parts: Sequence[Path], target: Path, gone: Sequence[int], dimensions: int
) -> None:
    """Write the vectors of segments as one, those of dead rows too. Raises OSError."""
    first, *others = parts
    blocks = chain.from_iterable(VectorFile(part).blocks() for part in others)
    write_vectors(blocks, dimensions, target, first)
