"""The generations in Milvus.

The live one is named by an alias, which moves at one instant.

    NAME                          the alias that readers follow
    NAME_000007_6745f0a1          passages. Its number, and when it was begun (seconds,
                                  hexadecimal): no two builds share a name
    NAME_000007_6745f0a1_texts    articles, and the manifest, which is written last

A build that fails or is cut off leaves the alias as it was. What it wrote is dropped by itself or,
a day later, by another build. Two builds on two machines do not lock each other out: the one that
ends later finds the alias moved, and is refused. The generation before the live one is kept for
`rollback`; readers of older ones are told to ask again. Limit: between that check and the move lie
milliseconds in which another may publish; then the later one is live, and whole.
"""

from __future__ import annotations

import re
import time

from index.stores.milvus.connection import TEXTS, Milvus
from index.stores.milvus.store import MilvusStore
from index.types import DatelineError

FORMAT = "milvus 2"
_ABANDONED = 24 * 3600  # seconds after which a draft that was never published is taken for dead


def current(milvus: Milvus) -> str:
    """Return the name of the live generation. Raises DatelineError if there is none."""
    found = current_or_none(milvus)
    if found is None:
        raise DatelineError(
            f"expected an index in {milvus.address}, found none; "
            f"make one with: dateline build --store {milvus.address}"
        )
    return found


def current_or_none(milvus: Milvus) -> str | None:
    """Return the name of the live generation, None if there is none.

    Raises DatelineError if the name of the alias is taken by a collection.
    """
    alias = milvus.address.collection
    if alias in milvus.call("list_aliases")["aliases"]:
        found = str(milvus.call("describe_alias", alias)["collection_name"])
        return found.removeprefix(f"{alias}_")
    if alias in milvus.call("list_collections"):
        raise DatelineError(
            f"expected {alias!r} to be an alias, found a collection of that name "
            "that is not Dateline's; give another name"
        )
    return None


def collection_of(milvus: Milvus, generation: str) -> str:
    """Return the name of the collection that holds the passages of a generation."""
    return f"{milvus.address.collection}_{generation}"


def open_generation(milvus: Milvus, generation: str) -> MilvusStore:
    """Open a generation. Raises DatelineError: it is not whole, or nobody answers."""
    return MilvusStore(milvus, collection_of(milvus, generation), generation)


def open_live(milvus: Milvus) -> MilvusStore:
    """Open the live generation.

    Raises DatelineError: none, of another format, not whole, nobody answers.
    """
    store = open_generation(milvus, current(milvus))
    found = store.manifest["format"]
    if found != FORMAT:
        raise DatelineError(
            f"expected an index of format {FORMAT!r} in {milvus.address}, found {found!r}; "
            "run: dateline build --full"
        )
    return store


def live_or_none(milvus: Milvus) -> MilvusStore | None:
    """Open the live generation; None if there is none that is whole.

    Raises DatelineError if Milvus does not answer.
    """
    if current_or_none(milvus) is None:
        return None
    try:
        return open_live(milvus)
    except DatelineError:
        milvus.call("list_collections")  # a server that went away is no damaged index
        return None


def make_live(milvus: Milvus, generation: str, before: str | None) -> None:
    """Make a generation the live one, in the place of the one `before`.

    The change happens at one instant.
    """
    method = "alter_alias"
    if before is None:
        method = "create_alias"
    milvus.call(method, collection_of(milvus, generation), milvus.address.collection)


def generations(milvus: Milvus) -> list[str]:
    """Return the names of all generations and drafts, oldest first."""
    alias = milvus.address.collection
    pattern = re.compile(rf"{re.escape(alias)}_(\d{{6,}}_[0-9a-f]{{8}})")
    found = map(pattern.fullmatch, milvus.call("list_collections"))
    return sorted(match[1] for match in found if match is not None)


def next_name(milvus: Milvus) -> str:
    """Return a name for a generation that is begun now."""
    number = 1 + max(map(_number, generations(milvus)), default=0)
    return f"{number:06d}_{int(time.time()):08x}"


def _number(generation: str) -> int:
    return int(generation.split("_")[0])


def drop(milvus: Milvus, generation: str) -> None:
    """Remove a generation, its texts first.

    So a generation that is half removed is known for what it is.
    """
    name = collection_of(milvus, generation)
    milvus.call("drop_collection", name + TEXTS)
    milvus.call("drop_collection", name)


def tidy(milvus: Milvus) -> None:
    """Drop generations that are no longer needed, and drafts that were abandoned.

    Kept are the live generation, the one before it, newer ones, and drafts that another writes.
    """
    live = live_or_none(milvus)
    for generation in generations(milvus):
        if live is not None and generation in (live.generation, live.manifest["previous"]):
            continue
        began = int(generation.split("_")[1], 16)
        if began < time.time() - _ABANDONED or _is_retired(milvus, generation, live):
            drop(milvus, generation)


def _is_retired(milvus: Milvus, generation: str, live: MilvusStore | None) -> bool:
    """Whether a generation is older than the live one, and was written to its end."""
    if live is None or _number(generation) >= _number(live.generation):
        return False
    if not milvus.call("has_collection", collection_of(milvus, generation) + TEXTS):
        return True  # half dropped
    try:
        open_generation(milvus, generation)
    except DatelineError:  # another's draft
        return False
    return True
