"""An index in Milvus, as a `Place`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.stores.manifest import ENCODERS
from index.stores.milvus.connection import Milvus, MilvusAddress, connection_to, load
from index.stores.milvus.generations import (
    collection_of,
    current,
    make_live,
    open_generation,
    open_live,
    tidy,
)
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
    def cache(self) -> None:
        """None: a build keeps nothing of what it learned."""
        return None

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
        if before is None or not milvus.call("has_collection", collection_of(milvus, before)):
            raise DatelineError(
                f"expected a generation before {store.generation} in {self}, found none; "
                "build again instead"
            )
        load(milvus, collection_of(milvus, before))
        open_generation(milvus, before)
        make_live(milvus, before, store.generation)
        return str(before)

    def verify(self) -> list[str]:
        """Return all that is wrong with the live generation, one line each.

        Raises DatelineError if it does not open.
        """
        return list(self.open().problems())
