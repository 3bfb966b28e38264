"""The vectors that a killed build made, for the next one to go on with.

Each is written when it is made, with a hash of its text. The next build finds it and does not
encode that text again. The file goes when an index is published. A record has a checksum, so what a
power cut left half written is passed over. Limit: hashes are in memory, 16 bytes for each vector.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder, Vectors

ENCODED = "encoded.vectors"  # in the folder of compiled encoders
_KEY = 16  # bytes
_AT_ONCE = 4_096  # records that are read at once


class EncodedFile:
    """The file of vectors by text; a context manager that closes it.

    A file that cannot be written is none: then the next build encodes all again.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """Find what an interrupted build with the same encoder left in a folder."""
        self._path = folder / ENCODED
        fields = [("key", f"V{_KEY}"), ("sum", "<u4"), ("vector", "<f4", (embedder.dimensions,))]
        self._record = np.dtype(fields)
        self._head = _hash(f"1 {embedder.fingerprint} {embedder.dimensions}")
        self._file: int | None = None
        self._broken = False
        self._hashes, self._places = self._found()

    def __enter__(self) -> EncodedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)

    def vectors_of(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Return the vectors of those texts that the file has."""
        if not len(self._hashes):
            return {}
        keys = [_hash(text) for text in texts]
        hashes = np.array([_short(key) for key in keys], dtype=np.uint64)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found: dict[str, Vectors] = {}
        with self._path.open("rb") as file:
            for row in np.flatnonzero(self._hashes[places] == hashes).tolist():
                file.seek(self._places[places[row]])
                (record,) = np.frombuffer(file.read(self._record.itemsize), self._record)
                if record["key"].tobytes() == keys[row]:
                    found[texts[row]] = record["vector"].astype(np.float32)
        return found

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Write the vectors of texts."""
        if not texts:
            return
        records = np.zeros(len(texts), dtype=self._record)
        for record, text, vector in zip(records, texts, vectors, strict=True):
            key = _hash(text)
            record["key"], record["vector"] = np.void(key), vector
            record["sum"] = zlib.crc32(record["vector"].tobytes(), zlib.crc32(key))
        try:
            if not self._broken:
                _write(self._opened(), records.tobytes())
        except OSError:
            self._broken = True

    def _opened(self) -> int:
        """Return the file, opened, without a record that is not whole."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0))
            if os.read(self._file, _KEY) != self._head:
                os.ftruncate(self._file, 0)
                os.lseek(self._file, 0, os.SEEK_SET)
                _write(self._file, self._head)
            rest = (os.fstat(self._file).st_size - _KEY) % self._record.itemsize
            os.ftruncate(self._file, os.lseek(self._file, -rest, os.SEEK_END))
        return self._file

    def _found(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return the hashes of the whole records, rising, and where each lies."""
        hashes: list[int] = []
        places: list[int] = []
        with contextlib.suppress(OSError), self._path.open("rb") as file:
            while file.tell() or file.read(_KEY) == self._head:
                place = file.tell()
                data = file.read(_AT_ONCE * self._record.itemsize)
                whole = len(data) // self._record.itemsize
                for record in np.frombuffer(data, self._record, count=whole):
                    key = record["key"].tobytes()
                    if zlib.crc32(record["vector"].tobytes(), zlib.crc32(key)) == record["sum"]:
                        hashes.append(_short(key))
                        places.append(place)
                    place += self._record.itemsize
                if not whole:
                    break
        found = np.array(hashes, dtype=np.uint64)
        order = np.argsort(found, kind="stable")
        return found[order], np.array(places, dtype=np.int64)[order]


def forget_encoded(folder: Path) -> None:
    """Remove the file, and its folder if nothing else is in it."""
    with contextlib.suppress(OSError):
        (folder / ENCODED).unlink(missing_ok=True)
        folder.rmdir()


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def _short(key: bytes) -> int:
    return int.from_bytes(key[:8], "little")


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
