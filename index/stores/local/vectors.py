"""Vectors on disk and their nearest neighbours, by FAISS. Row n is passage n.

`vectors.faiss` holds every vector as it was given, mapped into memory: what a rebuild takes again, and what a question is compared with,
row by row, up to EXACT_UP_TO rows. Above, that takes too long and makes the whole file resident, so `nearest.faiss` is written beside:
the same rows as 4-bit codes, two dimensions each (Jégou et al. 2011; scanned by SIMD, André et al. 2015), a sixteenth as large. All codes are looked
at, so that no filter hides a neighbour as it would where only some clusters are; the best are then ordered by their own vectors, exactly.
"""

from __future__ import annotations

import os
import shutil
import struct
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.types import DatelineError, Vectors

EXACT_UP_TO = 25_000  # rows: an exact search of so many takes 3 ms, and four times as many 12 where that of codes takes 2 (docs/speed.md)
EXACT, COMPRESSED = "exact", "4-bit codes, re-ranked"
_RERANKED, _AT_LEAST = 4, 400  # of as many rows as are asked for; rows
_TRAINED_ON, _AT_ONCE = 4_096, 16_384  # rows; FAISS looks at no more than 256 for each of 16 codes


def kind_for(rows: int) -> str:
    """How an index of so many rows is searched: EXACT or COMPRESSED. Its manifest says it."""
    return EXACT if rows <= EXACT_UP_TO else COMPRESSED


def write_vectors(
    parts: Iterable[Vectors], dimensions: int, path: Path, after: Path | None = None
) -> int:
    """Write unit vectors, each part of shape (rows, dimensions), as a flat inner-product index (inner product is cosine here), below those of the index `after`.

    In the form of FAISS's own `write_index`, which would hold all rows in memory, twice where some are added. Returns the number of all rows.
    Raises OSError where it cannot be written.
    """
    rows, width = 0, 4 * dimensions
    if after is not None:
        shutil.copyfile(after, path)
        rows, rest = divmod(path.stat().st_size - len(_header(0, dimensions)), width)
        with path.open("rb") as file:
            if (
                rest
                or rows < 0
                or file.read(len(_header(0, dimensions))) != _header(rows, dimensions)
            ):
                raise OSError(f"the vectors of the live index, {after}, are damaged")
    with path.open("wb" if after is None else "r+b") as file:
        file.write(_header(rows, dimensions))
        file.seek(0, os.SEEK_END)
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype="<f4").tobytes())
            rows += len(part)
        file.seek(0)
        file.write(_header(rows, dimensions))
    return rows


def _header(rows: int, dimensions: int) -> bytes:
    """What stands before the vectors in FAISS's file of a flat inner-product index (faiss/impl/index_write.cpp), little-endian.

    Its kind, dimensions, rows, two places that are not used, whether it is trained, the metric, and the length of the vectors in floats.
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


def write_codes(vectors: Path, path: Path, after: Path | None = None) -> None:
    """Write the codes of a file of vectors; below the codes `after`, of its first rows, and as these were made. Raises OSError where it cannot be written."""
    exact = faiss.read_index(str(vectors), faiss.IO_FLAG_MMAP_IFC)
    if after is None:
        parts = exact.d // 2 if exact.d % 2 == 0 else exact.d
        index = faiss.index_factory(
            exact.d, f"IVF1,PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT
        )  # one cluster: the kind that knows filters
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(
            1
        )  # of this thread; many short parallel loops wait for each other where the cores are busy
        index.train(
            exact.reconstruct_batch(
                np.linspace(0, exact.ntotal - 1, min(exact.ntotal, _TRAINED_ON)).astype(np.int64)
            )
        )
        faiss.omp_set_num_threads(threads)
    else:
        index = faiss.read_index(str(after))
    for first in range(index.ntotal, exact.ntotal, _AT_ONCE):
        index.add(exact.reconstruct_n(first, min(_AT_ONCE, exact.ntotal - first)))
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(
            f"the codes of the vectors cannot be written ({' '.join(str(error).split())[-200:]})"
        ) from None
    if path.stat().st_size != (whole := faiss.serialize_index(index).nbytes):
        raise OSError(
            f"the codes of the vectors cannot be written ({path.stat().st_size} of {whole} bytes)"
        )


class VectorIndex:
    """Written vectors, opened by memory map, and in memory their codes where there are any: read-only, safe to search from several threads.

    A search takes the thread that asks and no other, as FAISS divides work by questions.
    """

    def __init__(self, path: Path, codes: Path | None = None) -> None:
        """Raises DatelineError for a file that is not such an index, and for codes of other rows."""
        self._path = path
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self._codes: Any = (
                faiss.read_index(str(codes)) if codes is not None else None
            )  # by a map FAISS copies them, page by page from the disk
        except RuntimeError:
            raise self._damaged() from None
        if self._codes is not None:
            if (self._codes.ntotal, self._codes.d) != (self._index.ntotal, self._index.d):
                raise self._damaged()
            self._file = os.open(path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._file)
            self._begin = len(_header(0, self.dimensions))

    def _damaged(self) -> DatelineError:
        return DatelineError(
            f"expected a FAISS index in {self._path}, found a damaged file; run: dateline build --full"
        )

    @property
    def rows(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    def rows_from(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of `rows`, float32, (len(rows), dimensions)."""
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

    def nearest(
        self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """(row, cosine) of the `k` nearest rows, only of rows `allowed`, shape (rows,), where given; best first."""
        selector = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        if self._codes is None:
            parameters = faiss.SearchParameters(sel=selector) if selector is not None else None  # type: ignore[call-arg]
            scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
            return [
                (int(row), float(score))
                for row, score in zip(rows[0], scores[0], strict=True)
                if row >= 0
            ]
        parameters = faiss.SearchParametersIVF(nprobe=1, sel=selector)  # type: ignore[call-arg]
        _, (found,) = self._codes.search(
            vector.reshape(1, -1), max(_RERANKED * k, _AT_LEAST), params=parameters
        )
        found = np.sort(found[found >= 0])
        cosines = np.einsum(
            "ij,j->i", self._read(found), vector
        )  # no BLAS, whose threads would crowd the cores
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(int(found[place]), float(cosines[place])) for place in best]

    def _read(self, rows: NDArray[np.int64]) -> Vectors:
        """As `rows_from`, past the memory map: a page that it touches brings fifteen neighbours along, and soon the whole file would be resident."""
        if not hasattr(os, "pread"):
            return self.rows_from(rows)
        width = 4 * self.dimensions
        if hasattr(
            os, "posix_fadvise"
        ):  # rows that are not in memory come from the disk side by side: a quarter of the wait
            for row in rows.tolist():
                os.posix_fadvise(
                    self._file, self._begin + width * row, width, os.POSIX_FADV_WILLNEED
                )
        data = b"".join(
            os.pread(self._file, width, self._begin + width * row) for row in rows.tolist()
        )
        if len(data) != width * len(rows):
            raise self._damaged()
        return np.frombuffer(data, dtype="<f4").reshape(-1, self.dimensions)
