"""Where an index is, a folder or Milvus, and what opens, writes, checks and rolls back each: index/stores/local/generations.py's functions for both."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from index.models.encoder import compiled_encoder
from index.stores.local import generations as folder
from index.stores.local.generations import ENCODERS, Desk, OpenIndex
from index.stores.milvus import generations as milvus_alias
from index.stores.milvus.connection import Milvus, MilvusPlace
from index.stores.milvus.store import MilvusStore
from index.types import DatelineError, Embedder

Place = Path | MilvusPlace
LITE = ".db"
_DEFAULT_COLLECTION = "dateline"


def default_folder() -> Path:
    """$DATELINE_INDEX, or var/index."""
    return Path(os.environ.get("DATELINE_INDEX") or "var/index")


def place_of(store: str | Path | MilvusPlace, encoders: Path | None = None) -> Place:
    """A folder; a file of Milvus Lite (NAME.db); or milvus://[USER:PASSWORD@]HOST[:PORT]/COLLECTION[?timeout=SECONDS&tls=1].

    A token may stand in $DATELINE_MILVUS_TOKEN instead of the address. `encoders` is the folder where the compiled encoder of an
    index in Milvus is, or is made (default: the default index folder). Raises DatelineError for an address that is none.
    """
    if isinstance(store, MilvusPlace):
        return store if encoders is None else replace(store, encoders=encoders)
    encoders = encoders if encoders is not None else default_folder()
    text = str(store)
    if not text.startswith("milvus:"):
        return (
            MilvusPlace(text, _DEFAULT_COLLECTION, encoders=encoders)
            if text.endswith(LITE)
            else Path(store)
        )
    address = urlsplit(text)
    try:
        name, port = address.path.strip("/"), address.port or 19530
        asked = {
            key: values[-1]
            for key, values in parse_qs(address.query, strict_parsing=bool(address.query)).items()
        }
        timeout, tls = (
            float(asked.pop("timeout", "10")),
            asked.pop("tls", "0") not in ("0", "false", "no"),
        )
        if (
            not address.hostname
            or not re.fullmatch(r"[A-Za-z]\w{0,199}", name, re.ASCII)
            or asked
            or not timeout > 0
        ):
            raise ValueError
    except ValueError:
        shown = re.sub(r"//[^/@]*@", "//", text)
        raise DatelineError(
            f"expected milvus://HOST[:PORT]/COLLECTION[?timeout=SECONDS&tls=1], found {shown[:200]!r}"
        ) from None
    token = (
        f"{unquote(address.username)}:{unquote(address.password or '')}"
        if address.username
        else os.environ.get("DATELINE_MILVUS_TOKEN", "")
    )
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    return MilvusPlace(f"http{'s' if tls else ''}://{host}:{port}", name, timeout, token, encoders)


@lru_cache(maxsize=16)
def connected(place: MilvusPlace) -> Milvus:
    """The connection of this process to a place; made once, as a file of Milvus Lite can be open once. Raises DatelineError."""
    return Milvus(place)


def current(place: Place) -> str:
    """The name of the live generation. Raises DatelineError where there is none."""
    return (
        milvus_alias.current(connected(place))
        if isinstance(place, MilvusPlace)
        else folder.current(place)
    )


def open_index(place: Place) -> OpenIndex | MilvusStore:
    """The live generation, checked. Raises DatelineError."""
    return (
        milvus_alias.open_milvus(connected(place))
        if isinstance(place, MilvusPlace)
        else folder.open_index(place)
    )


@contextlib.contextmanager
def writing(place: Place) -> Iterator[Desk | milvus_alias.MilvusDesk]:
    """Hold an index for writing. Raises DatelineError for any failure to write: the live generation is then as it was."""
    with (
        milvus_alias.writing_milvus(connected(place))
        if isinstance(place, MilvusPlace)
        else folder.writing(place) as desk
    ):
        yield desk


def rollback(place: Place) -> str:
    """Make the generation before the live one live again, and return its name. Raises DatelineError where it is gone."""
    return (
        milvus_alias.rollback_milvus(connected(place))
        if isinstance(place, MilvusPlace)
        else folder.rollback(place)
    )


def verify(place: Place) -> list[str]:
    """All that is wrong with the live generation, a line each; empty for a whole one. Raises DatelineError if it does not open."""
    if not isinstance(place, MilvusPlace):
        return folder.verify(place)
    return list(milvus_alias.open_milvus(connected(place)).problems())


def encoders_of(place: Place) -> Path:
    """The folder of compiled encoders: in the index folder, or beside an index in Milvus."""
    return (place.encoders if isinstance(place, MilvusPlace) else place) / ENCODERS


def encoder_of(
    place: Place, store: OpenIndex | MilvusStore, given: Embedder | None = None
) -> Embedder:
    """The encoder of the index, or the `given` one if it is the same. Raises DatelineError where it is another.

    Beside Milvus it is compiled where it is not yet; one that comes out otherwise than the builder's is refused, and must be copied.
    """
    name = store.manifest["encoder"]["folder"]
    if (
        isinstance(place, MilvusPlace)
        and given is None
        and name is not None
        and not (encoders_of(place) / name).exists()
    ):
        compiled_encoder(store.manifest["encoder"]["name"], encoders_of(place))
    return folder.encoder_of(encoders_of(place).parent, store, given)
