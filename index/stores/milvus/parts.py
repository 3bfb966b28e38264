"""What a generation is made of, in a collection that it shares with others.

A build that changes most articles makes a collection. One that changes a few adds a part to the
live one: rows and texts that carry its number. A generation is the parts that its manifest names,
without the articles that are dead. So nothing that is published changes, and nothing that stays is
written again. Beside the articles, a collection's texts hold for each part the manifest of the
generation that added it. What was published is there too, in order: the last is live.

Limits: a manifest lists all articles, some 40 bytes each, and every build writes one. A part has at
most 16 million articles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from index.stores.milvus.connection import PARTS, TEXTS, Milvus

MOST_PARTS = 64  # with more, all is written anew
_FIRST = 0  # the part of the build that made the collection
_BITS = 26  # of the number of a part
_NUMBER_BITS, _ROW_BITS = 24, 36
_PUBLISHED = -1  # the number of the texts that say what was published
_FIRST_KEY = -(2**62)  # of those texts, one after the other
_AT_ONCE = 4_096  # numbers in a filter
MANIFEST = "manifest"  # the id of the first text of one


class Place(NamedTuple):
    """What a manifest says of an article: its number, story, boilerplate and day.

    `story` is empty if it is its own, and None if nobody looked. Day 0 is none.
    """

    number: int
    story: str | None
    boilerplate: list[list[int]]
    day: int


def part_of(generation: str, collection: str) -> int:
    """Return the number of the part that a generation adds to a collection."""
    if collection.endswith(f"_{generation}"):
        return _FIRST
    digest = hashlib.blake2b(generation.encode(), digest_size=8).digest()
    number: int = int.from_bytes(digest, "big") % (2**_BITS - 1)
    return 1 + number


def first_row(part: int) -> int:
    """Return the first row that a part may have."""
    return part << _ROW_BITS


def first_number(part: int) -> int:
    """Return the first number that an article of a part may have."""
    return part << _NUMBER_BITS


def manifest_number(part: int) -> int:
    """Return the number of the texts that hold the manifest of a part's generation."""
    return -(part + 2)


def belonging(parts: Sequence[int], dead: Sequence[int]) -> str:
    """Return Milvus's filter for the rows of a generation."""
    clause = f"part in {list(parts)}"
    if dead:
        clause += f" and not (article in {list(dead)})"
    return clause


def published(milvus: Milvus, collection: str) -> str | None:
    """Return the generation that was published last in a collection."""
    rows = _published_rows(milvus, collection)
    if not rows:
        return None
    return str(rows[-1]["fingerprint"])


def publish(milvus: Milvus, collection: str, generation: str) -> None:
    """Say that a generation is live, at one instant."""
    rows = _published_rows(milvus, collection)
    key = rows[-1]["key"] + 1 if rows else _FIRST_KEY
    row = text_row(key, _PUBLISHED, "", "published", generation)
    milvus.call("insert", collection + TEXTS, [row])


def forget_published(milvus: Milvus, collection: str) -> None:
    """Leave out all that was published but the last two."""
    if keys := [row["key"] for row in _published_rows(milvus, collection)[:-2]]:
        milvus.call("delete", collection + TEXTS, ids=keys)


def _published_rows(milvus: Milvus, collection: str) -> list[dict[str, Any]]:
    found = milvus.call(
        "query",
        collection + TEXTS,
        filter=f"article == {_PUBLISHED} and id == 'published'",
        output_fields=["key", "fingerprint"],
        consistency_level="Strong",
    )
    return sorted(found, key=lambda row: int(row["key"]))


def begun(milvus: Milvus, collection: str) -> list[str]:
    """Return the generations that have a part in a collection, oldest first."""
    found = milvus.call(
        "query",
        collection + TEXTS,
        filter=f"article < {_PUBLISHED} and fingerprint != ''",
        output_fields=["fingerprint"],
        consistency_level="Strong",
    )
    return sorted({row["fingerprint"] for row in found})


def has_manifest(
    milvus: Milvus, collection: str, generation: str, until: float | None = None
) -> bool:
    """Return whether a collection has the manifest of a generation."""
    number = manifest_number(part_of(generation, collection))
    filter = f"article == {number} and id == '{MANIFEST}'"
    return bool(
        milvus.call("query", collection + TEXTS, filter=filter, output_fields=["key"], until=until)
    )


def begin_part(milvus: Milvus, collection: str, generation: str) -> None:
    """Say that a generation begins a part, so that it is found if it is given up."""
    number = manifest_number(part_of(generation, collection))
    row = text_row(key_of(number) + PARTS - 1, number, "", "begun", generation)
    milvus.call("insert", collection + TEXTS, [row])


def delete_part(milvus: Milvus, collection: str, part: int) -> None:
    """Remove all rows and texts of a part."""
    milvus.call("delete", collection, filter=f"part == {part}")
    first, end = first_number(part), first_number(part + 1)
    milvus.call("delete", collection + TEXTS, filter=f"article >= {first} and article < {end}")


def delete_manifest(milvus: Milvus, collection: str, generation: str) -> None:
    """Remove a manifest, so that who has the generation open is told that it is gone."""
    number = manifest_number(part_of(generation, collection))
    milvus.call("delete", collection + TEXTS, filter=f"article == {number}")


def delete_articles(milvus: Milvus, collection: str, numbers: Iterable[int]) -> None:
    """Remove the rows and texts of articles."""
    for some in in_parts(sorted(numbers)):
        milvus.call("delete", collection, filter=f"article in {some}")
        milvus.call("delete", collection + TEXTS, filter=f"article in {some}")


def in_parts(numbers: Sequence[int], at_once: int = _AT_ONCE) -> list[list[int]]:
    """Return numbers in lists that a filter may have."""
    return [list(numbers[first : first + at_once]) for first in range(0, len(numbers), at_once)]


def text_row(
    key: int, number: int, part: str, id: str = "", fingerprint: str = ""
) -> dict[str, Any]:
    """Return a row of the texts."""
    return {
        "key": key,
        "article": number,
        "id": id,
        "fingerprint": fingerprint,
        "part": part,
        "nothing": [0, 1],
    }


def key_of(number: int) -> int:
    """Return the key of the first text of an article or a manifest."""
    return number * PARTS
