"""The connection to Milvus, and how a generation lies there: passages in one collection, the articles' texts in another beside it.

Each call has a deadline, and each failure is one clear line. index/stores/milvus/writer.py writes a generation, index/stores/milvus/store.py reads
one; which is live is index/stores/milvus/generations.py's business.

Passages have a vector (HNSW) and three texts, the terms of their own words, title and description as index/stores/keywords.py finds them,
each with a sparse vector that Milvus's BM25 function makes. An article is one JSON text, cut to what a VARCHAR holds. It lies in
Milvus, not in object storage, so that one alias moves passages and texts together, and one deadline and one backup hold for both.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.stores.keywords import DESCRIPTION_WEIGHT, TITLE_WEIGHT
from index.types import DatelineError

TEXTS = "_texts"  # the end of the name of the collection beside a generation's
MANIFEST = -1  # the key of the manifest among the texts; it is written last
WEIGHTS = {
    "body": 1.0,
    "title": TITLE_WEIGHT,
    "description": DESCRIPTION_WEIGHT,
}  # of the three texts of a passage
PARTS = 1 << 12  # an article's parts have the keys from its number times this
AT_ONCE = 200  # rows with texts in one call: at most 12 MB, and a message holds 64
UNDATED = "_default"  # the partition of what has no month


@dataclass(frozen=True, slots=True)
class MilvusPlace:
    """Where an index is in Milvus: a server's address, or a file of Milvus Lite (*.db), and the alias of the live generation."""

    uri: str
    collection: str
    timeout: float = 10.0  # seconds for a search, and for each step of a build
    token: str = field(default="", repr=False)
    encoders: Path = Path("var/index")  # in whose folder `encoders` the compiled encoder is

    @property
    def server(self) -> bool:
        return self.uri.startswith(("http://", "https://"))

    def __str__(self) -> str:
        return f"milvus://{self.uri.split('://')[1]}/{self.collection}" if self.server else self.uri


class Milvus:
    """A connection. Safe to use from several threads. Calls are pymilvus's, by name; `until` is a moment of time.monotonic()."""

    def __init__(self, place: MilvusPlace) -> None:
        """Raises DatelineError: no package, nobody answers in time, a file that another process has open."""
        self.place = place
        os.environ.setdefault(
            "GRPC_VERBOSITY", "NONE"
        )  # read when grpc is imported: it writes to stderr what is told here in a line
        try:
            import grpc
            import pymilvus

            if not place.server:
                import milvus_lite  # noqa: F401
        except ImportError:
            raise DatelineError(
                f"expected the package pymilvus for {place}, found none; install it with: pip install 'dateline[milvus]'"
            ) from None
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(
                logging.CRITICAL
            )  # they log each failure with its traceback, which is told here in a line
        self._failures = (
            pymilvus.MilvusException,
            grpc.RpcError,
            grpc.FutureTimeoutError,
            OSError,
            ValueError,
        )
        if not place.server:
            Path(place.uri).parent.mkdir(parents=True, exist_ok=True)
        with self._told("connecting"):
            self._client: Any = pymilvus.MilvusClient(
                place.uri, token=place.token, timeout=place.timeout
            )

    @property
    def lite(self) -> bool:
        """Whether this is Milvus Lite, which counts words in each segment apart: partitions would each rank by their own."""
        return "lite" in str(self.call("get_server_version")).casefold()

    def deadline(self) -> float:
        return time.monotonic() + self.place.timeout

    def call(self, method: str, *values: Any, until: float | None = None, **named: Any) -> Any:
        """Raises DatelineError for any failure, and where it takes longer than the place allows or `until` is over."""
        left = (until if until is not None else self.deadline()) - time.monotonic()
        with self._told(method.replace("_", " ")):
            if left <= 0:
                raise TimeoutError("no time was left")
            return getattr(self._client, method)(*values, timeout=left, **named)

    def package(self) -> Any:
        """The package pymilvus, imported."""
        import pymilvus

        return pymilvus

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close()

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            said = (
                getattr(error, "message", None)
                or getattr(error, "details", lambda: "")()
                or str(error)
                or type(error).__name__
            )
            reason = " ".join(str(said).split())[:200]
            advice = (
                f"try again when the server is up; for a slow one say {self.place}?timeout={self.place.timeout * 3:g}"
                if self.place.server
                else "try again when no other process has it open; several need a server (docs/scaling.md)"
            )
            raise DatelineError(
                f"expected Milvus at {self.place} to answer within {self.place.timeout:g} s, found it failing while {doing}: {reason}; {advice}"
            ) from None


def load(milvus: Milvus, name: str) -> None:
    """Have a collection in memory, ready to be searched."""
    loaded = milvus.package().client.types.LoadState.Loaded
    if milvus.call("get_load_state", name)["state"] == loaded:
        return
    milvus.call("load_collection", name, _async=milvus.place.server)
    while milvus.call("get_load_state", name)["state"] != loaded:
        time.sleep(0.5)


def month_partition(day: dt.date) -> str:
    return f"m{day.year:04d}_{day.month:02d}"
