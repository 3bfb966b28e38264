"""Generations in Milvus: each a pair of collections, the live one named by an alias, which moves at one instant.

    NAME                          the alias that readers follow
    NAME_000007_6745f0a1          passages; its number, and when it was begun (seconds, hexadecimal): no two builds share a name
    NAME_000007_6745f0a1_texts    articles, and the manifest, which is written last

A build that fails or is cut off leaves the alias as it was; what it wrote is dropped by it or, a day later, by another. Two builds
on two machines do not lock each other out: the one that ends later finds the alias moved, and is refused. The generation before the
live one is kept for `rollback`; readers of older ones are told to ask again. Limit: between that check and the move lie milliseconds
in which another may publish; then the later one is live, and whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from index.models.encoder import CompiledEncoder
from index.stores.milvus.connection import MANIFEST, TEXTS, Milvus, load
from index.stores.milvus.store import MilvusStore
from index.stores.milvus.writer import MilvusDraft
from index.types import DatelineError, Embedder

FORMAT = "milvus 1"
_ABANDONED = 24 * 3600  # seconds after which a draft that was never published is taken for dead


def current(milvus: Milvus) -> str:
    """The name of the live generation. Raises DatelineError where there is none."""
    place = milvus.place
    found = _aliased(milvus)
    if found is None:
        raise DatelineError(
            f"expected an index in {place}, found none; make one with: dateline build --store {place}"
        )
    return found.removeprefix(f"{place.collection}_")


def open_milvus(milvus: Milvus) -> MilvusStore:
    """The live generation. Raises DatelineError: none, of another format, not whole, nobody answers."""
    generation = current(milvus)
    store = MilvusStore(milvus, f"{milvus.place.collection}_{generation}", generation)
    if store.manifest["format"] != FORMAT:
        raise DatelineError(
            f"expected an index of format {FORMAT!r} in {milvus.place}, found {store.manifest['format']!r}; run: dateline build --full"
        )
    return store


def _aliased(milvus: Milvus) -> str | None:
    """The collection that the alias names."""
    alias = milvus.place.collection
    if alias in milvus.call("list_aliases")["aliases"]:
        return str(milvus.call("describe_alias", alias)["collection_name"])
    if alias in milvus.call("list_collections"):
        raise DatelineError(
            f"expected {alias!r} to be an alias, found a collection of that name that is not Dateline's; give another name"
        )
    return None


class MilvusDesk:
    """An index in Milvus, for writing."""

    def __init__(self, milvus: Milvus) -> None:
        self._milvus = milvus

    def live(self) -> MilvusStore | None:
        """The live generation; None where there is none that is whole. Raises DatelineError where Milvus does not answer."""
        if _aliased(self._milvus) is None:
            return None
        try:
            return open_milvus(self._milvus)
        except DatelineError:
            self._milvus.call("list_collections")  # a server that went away is no damaged index
            return None

    def live_name(self) -> str | None:
        found = _aliased(self._milvus)
        return (
            found.removeprefix(f"{self._milvus.place.collection}_") if found is not None else None
        )

    @contextlib.contextmanager
    def draft(self, embedder: Embedder, settings: Mapping[str, Any]) -> Iterator[MilvusDraft]:
        """A draft of the next generation; gone on leaving, unless it was published."""
        alias, milvus = self._milvus.place.collection, self._milvus
        before = _aliased(milvus)
        number = 1 + max(
            (int(name.removeprefix(f"{alias}_").split("_")[0]) for name in self._generations()),
            default=0,
        )
        name = f"{alias}_{number:06d}_{int(time.time()):08x}"
        encoder = {
            "name": embedder.name,
            "fingerprint": embedder.fingerprint,
            "dimensions": embedder.dimensions,
            "folder": embedder.folder.name if isinstance(embedder, CompiledEncoder) else None,
        }
        published = False

        def finish(counts: Mapping[str, int]) -> str:
            nonlocal published
            manifest = {
                "format": FORMAT,
                "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "previous": before.removeprefix(f"{alias}_") if before is not None else None,
                "encoder": encoder,
                "settings": dict(settings),
                "counts": dict(counts),
                "files": {},
            }
            draft.write_text(MANIFEST, json.dumps(manifest))
            draft.ready()
            MilvusStore(milvus, name, name.removeprefix(f"{alias}_"))  # whole, or refused
            if _aliased(milvus) != before:
                raise DatelineError(
                    f"expected to be the only builder of {milvus.place}, found that another published meanwhile; build again"
                )
            point(milvus, name, before)
            published = True
            return name.removeprefix(f"{alias}_")

        draft = MilvusDraft(milvus, name, embedder.dimensions, finish, by_month=not milvus.lite)
        try:
            yield draft
        finally:
            if not published:
                with contextlib.suppress(DatelineError):
                    self._drop(name)

    def tidy(self) -> None:
        """Drop all generations but the live one, the one before and newer ones, and drafts that were abandoned."""
        live = self.live()
        kept = {live.generation, live.manifest["previous"]} if live is not None else set()
        for name in self._generations():
            generation = name.removeprefix(f"{self._milvus.place.collection}_")
            number, began = generation.split("_")
            older = live is not None and int(number) < int(live.generation.split("_")[0])
            abandoned = int(began, 16) < time.time() - _ABANDONED
            if generation not in kept and abandoned | (older and self._whole(name)):
                self._drop(name)

    def _whole(self, name: str) -> bool:
        """Whether a generation was written to its end; another's draft is not."""
        if not self._milvus.call("has_collection", name + TEXTS):
            return True  # half dropped
        try:
            MilvusStore(self._milvus, name, "")
        except DatelineError:
            return False
        return True

    def _generations(self) -> list[str]:
        pattern = re.compile(rf"{re.escape(self._milvus.place.collection)}_\d{{6,}}_[0-9a-f]{{8}}")
        return sorted(
            name for name in self._milvus.call("list_collections") if pattern.fullmatch(name)
        )

    def _drop(self, name: str) -> None:
        for one in (name + TEXTS, name):
            self._milvus.call("drop_collection", one)


@contextlib.contextmanager
def writing_milvus(milvus: Milvus) -> Iterator[MilvusDesk]:
    """An index in Milvus, for writing. Raises DatelineError for any failure: the alias is then as it was."""
    desk = MilvusDesk(milvus)
    try:
        desk.tidy()
        yield desk
    except DatelineError as error:
        raise DatelineError(f"{error}; the index is as it was") from None
    with contextlib.suppress(
        DatelineError
    ):  # what was published stays so, and the next build tidies
        desk.tidy()


def point(milvus: Milvus, name: str, before: str | None) -> None:
    """Make a generation the live one, at one instant."""
    milvus.call("create_alias" if before is None else "alter_alias", name, milvus.place.collection)


def rollback_milvus(milvus: Milvus) -> str:
    """Make the generation before the live one live again, and return its name. Raises DatelineError where it is gone."""
    alias, place = milvus.place.collection, milvus.place
    store = open_milvus(milvus)
    before = store.manifest["previous"]
    if before is None or not milvus.call("has_collection", f"{alias}_{before}"):
        raise DatelineError(
            f"expected a generation before {store.generation} in {place}, found none; build again instead"
        )
    load(milvus, f"{alias}_{before}")
    MilvusStore(milvus, f"{alias}_{before}", before)
    point(milvus, f"{alias}_{before}", f"{alias}_{store.generation}")
    return str(before)
