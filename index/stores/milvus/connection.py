"""The connection to Milvus.

Each call has a deadline, and each failure is one clear line. A generation lies in two collections.
One holds the passages, with a vector (HNSW) and three texts: the terms of their own words, title
and description. index/stores/keywords.py finds the terms. Each text has a sparse vector that
Milvus's BM25 function makes. The other, beside it, holds the articles: each is one JSON text, cut
to what a VARCHAR holds. They lie in Milvus, not in object storage. So one alias moves passages and
texts together, and one deadline and one backup hold for both.

index/stores/milvus/writer.py writes a generation, store.py reads one, generations.py says which is
live.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.stores.keywords import DESCRIPTION_WEIGHT, TITLE_WEIGHT
from index.types import DatelineError

TEXTS = "_texts"  # the end of the name of the collection beside a generation's
# Of the three texts of a passage.
WEIGHTS = {"body": 1.0, "title": TITLE_WEIGHT, "description": DESCRIPTION_WEIGHT}
PARTS = 1 << 12  # an article's parts have the keys from its number times this
AT_ONCE = 200  # rows with texts in one call: at most 12 MB, and a message holds 64
UNDATED = "_default"  # the partition of what has no month


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """The address of a Milvus server or file, and an alias.

    The file is one of Milvus Lite (*.db). The alias names the live generation.
    """

    uri: str
    collection: str
    timeout: float = 10.0  # seconds for a search, and for each step of a build
    token: str = field(default="", repr=False)

    @property
    def server(self) -> bool:
        """Whether this is a server, not a file."""
        return self.uri.startswith(("http://", "https://"))

    def __str__(self) -> str:
        if not self.server:
            return self.uri
        return f"milvus://{self.uri.split('://')[1]}/{self.collection}"


class Milvus:
    """A connection. Safe to use from several threads.

    Calls are pymilvus's, by name; `until` is a moment of time.monotonic().
    """

    def __init__(self, address: MilvusAddress) -> None:
        """Connect to Milvus.

        Raises DatelineError if the package is missing, nobody answers, or the file is open
        elsewhere.
        """
        self.address = address
        # read when grpc is imported: it writes to stderr what is told here in a line
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        try:
            import grpc
            import pymilvus

            if not address.server:
                import milvus_lite  # noqa: F401
        except ImportError:
            raise DatelineError(
                f"expected the package pymilvus for {address}, found none; "
                "install it, in a clone of Dateline: pip install '.[milvus]'"
            ) from None
        for name in ("pymilvus", "milvus_lite"):
            # they log each failure with its traceback, which is told here in a line
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._failures = (
            pymilvus.MilvusException,
            grpc.RpcError,
            grpc.FutureTimeoutError,
            OSError,
            ValueError,
        )
        if not address.server:
            Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
        with self._in_one_line("connecting"):
            self._client: Any = pymilvus.MilvusClient(
                address.uri, token=address.token, timeout=address.timeout
            )

    @property
    def lite(self) -> bool:
        """Whether this is Milvus Lite.

        It counts words in each segment by itself, so each partition and each part would rank by
        its own counts.
        """
        return "lite" in str(self.call("get_server_version")).casefold()

    def deadline(self) -> float:
        """Return the moment when a call that begins now must have ended."""
        return time.monotonic() + self.address.timeout

    def call(self, method: str, *values: Any, until: float | None = None, **named: Any) -> Any:
        """Call a method of pymilvus's client.

        Raises DatelineError for any failure, and if it takes longer than the address allows or
        `until` is over.
        """
        if until is None:
            until = self.deadline()
        left = until - time.monotonic()
        with self._in_one_line(method.replace("_", " ")):
            if left <= 0:
                raise TimeoutError("no time was left")
            return getattr(self._client, method)(*values, timeout=left, **named)

    def package(self) -> Any:
        """Return the package pymilvus, imported."""
        import pymilvus

        return pymilvus

    @contextlib.contextmanager
    def _in_one_line(self, doing: str) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise DatelineError(
                f"expected Milvus at {self.address} to answer within "
                f"{self.address.timeout:g} s, found it failing while {doing}: {_reason(error)}; "
                f"{self._advice()}"
            ) from None

    def _advice(self) -> str:
        if self.address.server:
            slower = f"{self.address}?timeout={self.address.timeout * 3:g}"
            return f"try again when the server is up; for a slow one say {slower}"
        return (
            "try again when no other process has it open; several need a server (docs/scaling.md)"
        )


def _reason(error: Exception) -> str:
    """Return what a library says about its failure, on one line."""
    said = getattr(error, "message", None)
    if not said and hasattr(error, "details"):
        said = error.details()
    if not said:
        said = str(error) or type(error).__name__
    return " ".join(str(said).split())[:200]


@lru_cache(maxsize=16)
def connection_to(address: MilvusAddress) -> Milvus:
    """Return the connection of this process to an address. Raises DatelineError.

    It is made once, because a file of Milvus Lite can be open once.
    """
    return Milvus(address)


def load(milvus: Milvus, name: str) -> None:
    """Have a collection in memory, ready to be searched."""
    loaded = milvus.package().client.types.LoadState.Loaded
    if milvus.call("get_load_state", name)["state"] == loaded:
        return
    milvus.call("load_collection", name, _async=milvus.address.server)
    while milvus.call("get_load_state", name)["state"] != loaded:
        time.sleep(0.5)


def month_partition(day: dt.date) -> str:
    """Return the name of the partition of a month."""
    return f"m{day.year:04d}_{day.month:02d}"
