"""The generations in Milvus.

The live one is the last that was published in the collection that an alias names.

    NAME                          the alias that readers follow
    NAME_000007_6745f0a1          passages. Its number, and when it was begun (seconds,
                                  hexadecimal): no two builds share a name
    NAME_000007_6745f0a1_texts    articles, and a manifest for each generation

A build that changes most articles makes a collection, and the alias moves to it. One that changes a
few adds a part to the live one (index/stores/milvus/parts.py), and its name is written there. Both
happen at one instant. A build that fails or is cut off leaves the live generation as it was. What
it wrote is dropped by itself or, a day later, by another build. Two builds on two machines do not
lock each other out: the one that ends later finds that another published, and is refused. The
generation before the live one is kept for `rollback`; readers of older ones are told to ask again.
Limit: between that check and publishing lie milliseconds in which another may publish; then the
later one is live, and whole.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Collection

from index.stores.milvus.connection import TEXTS, Milvus, load
from index.stores.milvus.parts import (
    begun,
    delete_articles,
    delete_manifest,
    delete_part,
    forget_published,
    has_manifest,
    part_of,
    publish,
    published,
)
from index.stores.milvus.store import MilvusStore, manifest_of
from index.types import DatelineError

FORMAT = "milvus 3"
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
    """Return the name of the live generation, None if there is none."""
    found = live_collection(milvus)
    if found is None:
        return None
    load(milvus, found + TEXTS)
    return published(milvus, found) or found.removeprefix(f"{milvus.address.collection}_")


def live_collection(milvus: Milvus) -> str | None:
    """Return the collection that the alias names, None if there is no alias.

    Raises DatelineError if its name is taken by a collection.
    """
    alias = milvus.address.collection
    if alias in milvus.call("list_aliases")["aliases"]:
        return str(milvus.call("describe_alias", alias)["collection_name"])
    if alias in milvus.call("list_collections"):
        raise DatelineError(
            f"expected {alias!r} to be an alias, found a collection of that name "
            "that is not Dateline's; give another name"
        )
    return None


def collection_of(milvus: Milvus, generation: str) -> str:
    """Return the name of the collection that has a generation, or would have it."""
    own = f"{milvus.address.collection}_{generation}"
    live = live_collection(milvus)
    if live in (None, own) or milvus.call("has_collection", own):
        return own
    for base in (live.removeprefix(f"{milvus.address.collection}_"), *bases(milvus)):
        name = f"{milvus.address.collection}_{base}"
        with contextlib.suppress(DatelineError):  # a draft cannot be loaded yet, and has none
            load(milvus, name + TEXTS)
            if generation in begun(milvus, name):
                return name
    return own


def open_generation(milvus: Milvus, generation: str, collection: str | None = None) -> MilvusStore:
    """Open a generation. Raises DatelineError: it is not whole, or nobody answers."""
    if collection is None:
        collection = collection_of(milvus, generation)
    return MilvusStore(milvus, collection, generation)


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


def make_live(milvus: Milvus, collection: str, generation: str) -> None:
    """Make a generation the live one, at one instant."""
    live = live_collection(milvus)
    if published(milvus, collection) != generation:
        publish(milvus, collection, generation)
    if live != collection:
        method = "create_alias" if live is None else "alter_alias"
        milvus.call(method, collection, milvus.address.collection)


def bases(milvus: Milvus) -> list[str]:
    """Return the generations that made a collection, drafts too, oldest first."""
    alias = milvus.address.collection
    pattern = re.compile(rf"{re.escape(alias)}_(\d{{6,}}_[0-9a-f]{{8}})")
    found = map(pattern.fullmatch, milvus.call("list_collections"))
    return sorted(match[1] for match in found if match is not None)


def next_name(milvus: Milvus) -> str:
    """Return a name for a generation that is begun now."""
    live, names = live_collection(milvus), bases(milvus)
    if live is not None:
        names += begun(milvus, live)
    number = 1 + max(map(_number, names), default=0)
    return f"{number:06d}_{int(time.time()):08x}"


def _number(generation: str) -> int:
    return int(generation.split("_")[0])


def drop(milvus: Milvus, name: str) -> None:
    """Remove a collection, its texts first.

    So one that is half removed is known for what it is.
    """
    milvus.call("drop_collection", name + TEXTS)
    milvus.call("drop_collection", name)


def tidy(milvus: Milvus) -> None:
    """Drop generations that are no longer needed, and drafts that were abandoned.

    Kept are the live generation, the one before it, newer ones, and drafts that another writes.
    """
    live, before, kept = live_or_none(milvus), None, set[str]()
    if live is not None:
        before = live.manifest["previous"]
        kept.add(live.collection)
    if before is not None:
        kept.add(collection_of(milvus, before))
    for generation in bases(milvus):
        name = f"{milvus.address.collection}_{generation}"
        if name not in kept and (
            _is_old(generation) or _is_retired(milvus, name, generation, live)
        ):
            drop(milvus, name)
    if live is not None:
        _tidy_parts(milvus, live, before)


def _is_old(generation: str) -> bool:
    """Whether a draft that was begun then would have been given up."""
    return int(generation.split("_")[1], 16) < time.time() - _ABANDONED


def _is_retired(milvus: Milvus, name: str, generation: str, live: MilvusStore | None) -> bool:
    """Whether a collection is older than the live generation, and was published."""
    if live is None or _number(generation) >= _number(live.generation):
        return False
    if not milvus.call("has_collection", name + TEXTS):
        return True  # half dropped
    try:
        return published(milvus, name) is not None
    except DatelineError:  # another's draft, that is not loaded
        return False


def _tidy_parts(milvus: Milvus, live: MilvusStore, before: str | None) -> None:
    """Remove what no kept generation has from the live collection."""
    name, parts, dead = live.collection, set(live.parts), list[int]()
    names = begun(milvus, name)
    if before in names:
        manifest, _ = manifest_of(milvus, name, before)
        parts |= set(manifest["parts"])
        dead = manifest["dead"]
    for generation in names:
        if generation in (live.generation, before):
            continue
        ended = has_manifest(milvus, name, generation)
        if _is_old(generation) or (ended and _number(generation) < _number(live.generation)):
            give_up(milvus, name, generation, parts)
    delete_articles(milvus, name, dead)
    forget_published(milvus, name)


def give_up(milvus: Milvus, collection: str, generation: str, parts: Collection[int]) -> None:
    """Remove a generation from a collection, and its part unless that is kept."""
    delete_manifest(milvus, collection, generation)
    part = part_of(generation, collection)
    if part not in parts:
        delete_part(milvus, collection, part)
