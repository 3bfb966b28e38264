"""The places where an index can be.

The address that a user writes becomes a `Place`, which does the rest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from index.models.encoder import CompiledEncoder, compiled_encoder
from index.stores.local.manifests import sha256_of
from index.stores.local.place import FolderPlace
from index.stores.many import ManyPlaces
from index.stores.milvus.connection import MilvusAddress
from index.stores.milvus.place import MilvusPlace
from index.types import DatelineError, Embedder, Place, Store

_LITE = ".db"
_DEFAULT_COLLECTION, _DEFAULT_PORT = "dateline", 19530


def default_folder() -> Path:
    """Return $DATELINE_INDEX, or var/index."""
    return Path(os.environ.get("DATELINE_INDEX") or "var/index")


def place_of(
    store: str | Path | Place | Sequence[str | Path | Place], encoders: Path | None = None
) -> Place:
    """Return the place that an address names; a place is returned as it is.

    An address is a folder, a file of Milvus Lite (NAME.db), or a Milvus server:
    milvus://[USER:PASSWORD@]HOST[:PORT]/COLLECTION[?timeout=SECONDS&tls=1]. A token may stand in
    $DATELINE_MILVUS_TOKEN instead of the address. `encoders` is the index folder that holds the
    compiled encoder of an index in Milvus (default: the default index folder). Several are asked as
    one (index/stores/many.py). Raises DatelineError for an address of another form.
    """
    if isinstance(store, (list, tuple)) and store:
        places = tuple(place_of(one, encoders) for one in store)
        return places[0] if len(places) == 1 else ManyPlaces(places)
    if not isinstance(store, str | Path):
        if not isinstance(store, Sequence) and hasattr(store, "current"):
            return store
        raise DatelineError(
            "expected an index folder, an address of Milvus or a Place, "
            f"found {type(store).__name__}"
        )
    beside = encoders
    if beside is None:
        beside = default_folder()
    text = str(store)
    if text.startswith("milvus:"):
        return MilvusPlace(_server(text), beside)
    if text.endswith(_LITE):
        return MilvusPlace(MilvusAddress(text, _DEFAULT_COLLECTION), beside)
    return FolderPlace(Path(store))


def _server(text: str) -> MilvusAddress:
    try:
        return _parsed(urlsplit(text))
    except ValueError:
        shown = re.sub(r"//[^/@]*@", "//", text)  # no password
        raise DatelineError(
            "expected milvus://HOST[:PORT]/COLLECTION[?timeout=SECONDS&tls=1], "
            f"found {shown[:200]!r}"
        ) from None


def _parsed(address: SplitResult) -> MilvusAddress:
    """Return what an address says.

    Raises ValueError if a part of it is not as expected.
    """
    name, host, port = address.path.strip("/"), address.hostname, address.port
    query = parse_qs(address.query, strict_parsing=bool(address.query))
    options = {key: values[-1] for key, values in query.items()}
    timeout = float(options.pop("timeout", "10"))
    scheme = "https"
    if options.pop("tls", "0") in ("0", "false", "no"):
        scheme = "http"
    if not host or options or not timeout > 0:
        raise ValueError
    if not re.fullmatch(r"[A-Za-z]\w{0,199}", name, re.ASCII):
        raise ValueError
    if ":" in host:  # of IPv6
        host = f"[{host}]"
    if port is None:
        port = _DEFAULT_PORT
    return MilvusAddress(f"{scheme}://{host}:{port}", name, timeout, _token(address))


def _token(address: SplitResult) -> str:
    if not address.username:
        return os.environ.get("DATELINE_MILVUS_TOKEN", "")
    return f"{unquote(address.username)}:{unquote(address.password or '')}"


def current(place: str | Path | Place) -> str:
    """Return the name of the live generation. Raises DatelineError if there is none."""
    return place_of(place).current()


def open_index(place: str | Path | Place) -> Store:
    """Open the live generation, checked. Raises DatelineError."""
    return place_of(place).open()


def encoder_of(place: str | Path | Place, store: Store, given: Embedder | None = None) -> Embedder:
    """Return the encoder of an index, or the `given` one if it is the same.

    An encoder that is not compiled here yet, as beside Milvus, is compiled. Raises DatelineError
    for another encoder than the one that made the index.
    """
    wanted = store.manifest["encoder"]
    embedder = given
    if embedder is None:
        if wanted["folder"] is None:
            raise DatelineError(
                f"expected the encoder {wanted['name']!r} that made this index to be given; "
                "pass it as embedder="
            )
        folder = place_of(place).encoders / wanted["folder"]
        embedder = _compiled(folder, wanted["name"], wanted["fingerprint"])
    if embedder.fingerprint != wanted["fingerprint"]:
        raise DatelineError(
            f"expected the encoder of this index, {wanted['name']} "
            f"({wanted['fingerprint'][:12]}), found {embedder.name} "
            f"({embedder.fingerprint[:12]}); build again with it"
        )
    return embedder


def _compiled(folder: Path, name: str, fingerprint: str) -> CompiledEncoder:
    """Return the compiled encoder in a folder.

    Raises DatelineError unless it is the right one.
    """
    if not folder.exists():
        try:
            compiled_encoder(name, folder.parent)
        except OSError as error:
            raise DatelineError(
                f"expected to compile the encoder {name!r} into {folder.parent}, "
                f"found: {error.strerror}; copy the folder of the index that it made"
            ) from None
    embedder = CompiledEncoder(folder)
    found = sha256_of(folder / "encoder.onnx")
    if found != fingerprint:
        raise DatelineError(
            f"expected encoder.onnx with sha256 {fingerprint[:12]}… in {folder.parent}, "
            f"found {found[:12]}…; build again"
        )
    return embedder
