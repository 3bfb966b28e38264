"""Vectors on disk and their nearest neighbours, by FAISS. Row n is passage n.

`vectors.faiss` holds every vector as it was given, mapped into memory. A rebuild takes them again
from there, and up to EXACT_UP_TO rows a question is compared with each. Above, that takes too long
and makes the whole file resident. So `nearest.faiss` is written beside: the same rows as 4-bit
codes, two dimensions each, a sixteenth as large (Jégou et al. 2011; scanned by SIMD, André et al.
2015). All codes are looked at, so that no filter hides a neighbour, as it would if only some
clusters were. The best are then ordered by their own vectors, exactly.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.types import DatelineError, Vectors

EXACT_UP_TO = 25_000  # rows. Trade-off: docs/speed.md
EXACT, COMPRESSED = "exact", "4-bit codes, re-ranked"
_RERANKED = 4  # times as many rows as are asked for,
_AT_LEAST = 400  # and no fewer than these
_TRAINED_ON = 4_096  # rows; FAISS looks at no more than 256 for each of 16 codes
_AT_ONCE = 16_384  # rows that are coded at once


def kind_for(rows: int) -> str:
    """Return how so many rows are searched: EXACT or COMPRESSED. The manifest says it."""
    if rows <= EXACT_UP_TO:
        return EXACT
    return COMPRESSED


def write_vectors(
    parts: Iterable[Vectors], dimensions: int, path: Path, after: Path | None = None
) -> int:
    """Write unit vectors; return the number of all rows in the file.

    Each part is float32, (rows, dimensions). The file is a flat inner-product index of FAISS, and
    the inner product of unit vectors is their cosine. The vectors of the index `after` stand above
    them. FAISS's own `write_index` would hold all rows in memory, twice if some are added. Raises
    OSError if the file cannot be written, or `after` is damaged.
    """
    writer = VectorWriter(path, dimensions, after)
    try:
        for part in parts:
            writer.add(part)
        return writer.finish()
    finally:
        writer.close()


class VectorWriter:
    """A file of vectors that is being written, below those of the index `after`."""

    def __init__(self, path: Path, dimensions: int, after: Path | None = None) -> None:
        """Begin a file. Raises OSError if it cannot be written, or `after` is damaged."""
        self._rows, mode = 0, "wb"
        if after is not None:
            self._rows, mode = _whole_rows(after, dimensions), "r+b"
            shutil.copyfile(after, path)
        self._dimensions = dimensions
        self._file = path.open(mode)
        self._file.write(_header(self._rows, dimensions))
        self._file.seek(0, os.SEEK_END)

    def add(self, vectors: Vectors) -> None:
        """Add unit vectors, (rows, dimensions)."""
        self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
        self._rows += len(vectors)

    def finish(self) -> int:
        """Write how many there are, and return it."""
        self._file.seek(0)
        self._file.write(_header(self._rows, self._dimensions))
        self._file.close()
        return self._rows

    def close(self) -> None:
        """Close the file; nothing is written any more."""
        # what is left to write of a file that is given up may not fit on the disk
        with contextlib.suppress(OSError):
            self._file.close()


def _whole_rows(path: Path, dimensions: int) -> int:
    """Return the number of rows of a file of vectors. Raises OSError if it is damaged."""
    length = len(_header(0, dimensions))
    rows, rest = divmod(path.stat().st_size - length, max(4, 4 * dimensions))
    damaged = OSError(f"the vectors of the live index, {path}, are damaged")
    if rest or rows < 0:
        raise damaged
    with path.open("rb") as file:
        if file.read(length) != _header(rows, dimensions):
            raise damaged
    return rows


def _header(rows: int, dimensions: int) -> bytes:
    """Return the header of FAISS's file of a flat inner-product index.

    It stands before the vectors. Little-endian: the kind, dimensions, rows, two fields that are not
    used, whether it is trained, the metric, and the length of the vectors in floats
    (faiss/impl/index_write.cpp).
    """
    return struct.pack(
        "<4siqqq?iq",
        b"IxFI",
        dimensions,
        rows,
        1 << 20,
        1 << 20,
        True,
        faiss.METRIC_INNER_PRODUCT,
        rows * dimensions,
    )


class VectorFile:
    """A file of vectors, read from its beginning to its end past the memory map.

    What a map reads counts to the memory of this process.
    """

    def __init__(self, path: Path) -> None:
        """Read how many there are. Raises OSError if the file is damaged."""
        self._path = path
        with path.open("rb") as file:
            head = file.read(len(_header(0, 0)))
        try:
            _, self.dimensions, *_ = struct.unpack_from("<4si", head)
        except struct.error:
            raise OSError(f"the vectors of the live index, {path}, are damaged") from None
        self.rows = _whole_rows(path, self.dimensions)

    def read(self, first: int, count: int) -> Vectors:
        """Return `count` vectors from the row `first` on."""
        start = len(_header(0, 0)) + 4 * self.dimensions * first
        found = np.fromfile(self._path, "<f4", count * self.dimensions, offset=start)
        return found.reshape(count, self.dimensions)

    def blocks(self, first: int = 0) -> Iterator[Vectors]:
        """Yield the vectors from the row `first` on, some at a time."""
        for row in range(first, self.rows, _AT_ONCE):
            yield self.read(row, min(_AT_ONCE, self.rows - row))


def write_codes(vectors: Path, path: Path, after: Path | None = None) -> None:
    """Write the codes of a file of vectors. Raises OSError if they cannot be written.

    `after` is a file with the codes of its first rows: the others are coded as these were.
    """
    exact = VectorFile(vectors)
    index = _trained(exact) if after is None else faiss.read_index(str(after))
    for block in exact.blocks(index.ntotal):
        index.add(block)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[-200:]
        raise OSError(f"the codes of the vectors cannot be written ({reason})") from None
    written, whole = path.stat().st_size, faiss.serialize_index(index).nbytes
    if written != whole:
        raise OSError(f"the codes of the vectors cannot be written ({written} of {whole} bytes)")


def _trained(exact: VectorFile) -> Any:
    """Return an empty index of codes for such vectors.

    It has one cluster and is of the kind that knows filters.
    """
    dimensions = parts = exact.dimensions
    if dimensions % 2 == 0:
        parts = dimensions // 2
    index = faiss.index_factory(dimensions, f"IVF1,PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT)
    rows = np.linspace(0, exact.rows - 1, min(exact.rows, _TRAINED_ON)).astype(np.int64)
    some = np.concatenate([exact.read(row, 1) for row in rows.tolist()])
    # In this thread: many short parallel loops wait for each other if the cores are busy.
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    index.train(some)
    faiss.omp_set_num_threads(threads)
    return index


class VectorIndex:
    """The written vectors, opened by memory map.

    Their codes, if there are any, are in memory. Read-only, safe to search from several threads. A
    search takes the thread that asks and no other, as FAISS divides work by questions.
    """

    def __init__(self, path: Path, codes: Path | None = None) -> None:
        """Open the files. Raises DatelineError for damage, and for codes of other rows."""
        self._path = path
        self._codes: Any = None
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            if codes is not None:  # by a map FAISS copies them, page by page from the disk
                self._codes = faiss.read_index(str(codes))
        except RuntimeError:
            raise self._damaged() from None
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._begin = len(_header(0, self.dimensions))
        shape = (self._index.ntotal, self._index.d)
        if self._codes is not None and (self._codes.ntotal, self._codes.d) != shape:
            raise self._damaged()

    def _damaged(self) -> DatelineError:
        return DatelineError(
            f"expected a FAISS index in {self._path}, found a damaged file; "
            "run: dateline build --full"
        )

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self._index.d)

    def rows_from(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of `rows`, float32, (len(rows), dimensions)."""
        if not hasattr(os, "pread"):
            return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)
        if not len(rows) or (np.diff(rows) != 1).any():
            return self._read(rows)
        width = 4 * self.dimensions  # rows in a row, such as those of an article, are read at once
        data = os.pread(self._file, width * len(rows), self._begin + width * int(rows[0]))
        if len(data) != width * len(rows):
            raise self._damaged()
        return np.frombuffer(data, dtype="<f4").reshape(-1, self.dimensions)

    def nearest(
        self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Return (row, cosine) of the `k` nearest rows, best first.

        `allowed`, shape (rows,), says which rows may be found; None: all.
        """
        selector = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        if self._codes is None:
            return self._exactly(vector, k, selector)
        return self._by_codes(vector, k, selector)

    def _exactly(self, vector: Vectors, k: int, selector: Any) -> list[tuple[int, float]]:
        parameters = None
        if selector is not None:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        (scores,), (rows,) = self._index.search(vector.reshape(1, -1), k, params=parameters)
        found = zip(rows, scores, strict=True)
        return [(int(row), float(score)) for row, score in found if row >= 0]

    def _by_codes(self, vector: Vectors, k: int, selector: Any) -> list[tuple[int, float]]:
        """Return the best rows by their codes, ordered by their own vectors."""
        parameters = faiss.SearchParametersIVF(nprobe=1, sel=selector)  # type: ignore[call-arg]
        candidates = max(_RERANKED * k, _AT_LEAST)
        _, (found,) = self._codes.search(vector.reshape(1, -1), candidates, params=parameters)
        found = np.sort(found[found >= 0])
        # no BLAS, whose threads would crowd the cores
        cosines = np.einsum("ij,j->i", self._read(found), vector)
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(int(found[place]), float(cosines[place])) for place in best]

    def _read(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of `rows`, read past the memory map.

        A page that the map touches brings fifteen neighbours along, and soon the whole file would
        be resident.
        """
        if not hasattr(os, "pread"):
            return self.rows_from(rows)
        width = 4 * self.dimensions
        places = [self._begin + width * row for row in rows.tolist()]
        if hasattr(os, "posix_fadvise"):
            # rows that are not in memory come from the disk side by side
            for place in places:
                os.posix_fadvise(self._file, place, width, os.POSIX_FADV_WILLNEED)
        data = b"".join(os.pread(self._file, width, place) for place in places)
        if len(data) != width * len(rows):
            raise self._damaged()
        return np.frombuffer(data, dtype="<f4").reshape(-1, self.dimensions)
