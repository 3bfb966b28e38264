"""Boosted regression trees (Friedman 2001), read from a file of plain arrays.

`training.follow_ups` fits and writes them. Nothing is unpickled.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trees:
    """The nodes of trees, one row a tree; a leaf leads to itself."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: NDArray[np.float32]
    base: NDArray[np.float32]  # one number, added to the trees' sum

    @classmethod
    def read(cls, file: Path) -> Trees:
        """Return the trees of a file."""
        with np.load(file, allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def write(self, file: Path) -> None:
        """Write the trees, compressed."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        with file.open("wb") as out:
            np.savez_compressed(out, **arrays)

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the trees' value for each row of features."""
        trees = np.arange(len(self.feature))
        nodes = np.zeros((len(features), len(trees)), np.int16)
        while True:
            values = np.take_along_axis(features, self.feature[trees, nodes].astype(int), axis=1)
            goes_left = values <= self.threshold[trees, nodes]
            after = np.where(goes_left, self.left[trees, nodes], self.right[trees, nodes])
            if np.array_equal(after, nodes):
                gained = self.value[trees, nodes].sum(axis=1, dtype=np.float64)
                return np.asarray(self.base + gained, np.float64)
            nodes = after
