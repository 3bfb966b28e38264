"""An index in Milvus, as a `Place`."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.stores.manifest import ENCODERS
from index.stores.milvus.connection import (
    TEXTS,
    Milvus,
    MilvusAddress,
    connection_to,
    load,
)
from index.stores.milvus.generations import (
    collection_of,
    current,
    make_live,
    open_generation,
    open_live,
    tidy,
)
from index.stores.milvus.parts import has_manifest
from index.stores.milvus.store import MilvusStore
from index.stores.milvus.writer import MilvusWriter
from index.types import DatelineError


@dataclass(frozen=True, slots=True)
class MilvusPlace:
    """An index at an address.

    `beside` is the index folder that holds its compiled encoder.
    """

    address: MilvusAddress
    beside: Path = Path("var/index")

    def __str__(self) -> str:
        return str(self.address)

    @property
    def connection(self) -> Milvus:
        """The connection of this process. Raises DatelineError if Milvus does not answer."""
        return connection_to(self.address)

    @property
    def encoders(self) -> Path:
        """The folder of compiled encoders, in an index folder of this machine."""
        return self.beside / ENCODERS

    @property
    def cache(self) -> Path:
        """The folder of what a build learned, beside the compiled encoder on this machine."""
        name = hashlib.blake2b(str(self.address).encode(), digest_size=8).hexdigest()
        return self.beside / "stores" / f"{self.address.collection}-{name}"

    def current(self) -> str:
        """Return the name of the live generation. Raises DatelineError if there is none."""
        return current(self.connection)

    def open(self) -> MilvusStore:
        """Open the live generation.

        Raises DatelineError: none, of another format, not whole, nobody answers.
        """
        return open_live(self.connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[MilvusWriter]:
        """Write the next generation. Raises DatelineError for any failure.

        The alias is then as it was. Another writer is not locked out, but refused on publishing.
        """
        milvus = self.connection
        try:
            tidy(milvus)
            with contextlib.closing(MilvusWriter(milvus)) as writer:
                yield writer
        except DatelineError as error:
            found = str(error).removesuffix(". The index is as it was")
            raise DatelineError(f"{found}; the index is as it was") from None
        # what was published stays so, and the next build tidies
        with contextlib.suppress(DatelineError):
            tidy(milvus)

    def rollback(self) -> str:
        """Make the generation before the live one live again, and return its name.

        Raises DatelineError if it is gone.
        """
        milvus = self.connection
        store = open_live(milvus)
        before = store.manifest["previous"]
        name = None if before is None else collection_of(milvus, before)
        if before is None or name is None or not _has(milvus, name, before):
            raise DatelineError(
                f"expected a generation before {store.generation} in {self}, found none; "
                "build again instead"
            )
        open_generation(milvus, before)
        make_live(milvus, name, before)
        return str(before)

    def verify(self) -> list[str]:
        """Return all that is wrong with the live generation, one line each.

        Raises DatelineError if it does not open.
        """
        return list(self.open().problems())


def _has(milvus: Milvus, collection: str, generation: str) -> bool:
    """Return whether a collection is there and has a generation."""
    if not milvus.call("has_collection", collection):
        return False
    load(milvus, collection + TEXTS)
    return has_manifest(milvus, collection, generation)
