"""Vectors on disk and their nearest neighbours, exactly, by FAISS. Row n is passage n."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.types import DatelineError, Vectors


def write_vectors(vectors: Vectors, path: Path, after: Path | None = None) -> None:
    """Write unit vectors, shape (rows, dimensions), as a flat inner-product index (inner product is cosine here); below those of the index `after`.

    Raises OSError where it cannot be written.
    """
    empty = faiss.IndexFlatIP(vectors.shape[1])
    whole = faiss.serialize_index(empty).nbytes
    index = empty if after is None else faiss.read_index(str(after))
    whole += 4 * (index.ntotal * vectors.shape[1] + vectors.size)
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"the vectors cannot be written ({' '.join(str(error).split())[-200:]})") from None
    if path.stat().st_size != whole:  # FAISS says nothing of a disk that is full when it closes the file
        raise OSError(f"the vectors cannot be written ({path.stat().st_size} of {whole} bytes)")


class VectorIndex:
    """A written index, opened by memory map: read-only, safe to search from several threads."""

    def __init__(self, path: Path) -> None:
        """Raises DatelineError for a file that is not a flat index."""
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError:
            raise DatelineError(f"expected a FAISS index in {path}, found a damaged file; run: dateline build --full") from None

    @property
    def rows(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    def rows_from(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of `rows`, float32, (len(rows), dimensions)."""
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

    def nearest(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> list[tuple[int, float]]:
        """(row, cosine) of the `k` nearest rows, only of rows `allowed`, shape (rows,), where given; best first."""
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits)))  # type: ignore[call-arg]
        scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
