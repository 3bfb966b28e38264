"""Boosted trees: values worked by hand, and the same after they are written and read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qa.answering.trees import Trees

# The first tree: feature 1 <= 5 ? (feature 0 <= 1 ? 1 : 2) : 4.
# The second: feature 0 <= 0 ? 8 : 16.
TREES = Trees(
    np.array([[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]], np.int16),
    np.array([[5, 1, 0, 0, 0], [0, 0, 0, 0, 0]], np.float32),
    np.array([[1, 3, 2, 3, 4], [1, 1, 2, 3, 4]], np.int16),
    np.array([[2, 4, 2, 3, 4], [2, 1, 2, 3, 4]], np.int16),
    np.array([[0, 0, 4, 1, 2], [0, 8, 16, 0, 0]], np.float32),
    np.array([0.5], np.float32),
)
ROWS = np.array([[0, 5], [1, 5], [2, 5], [2, 6], [-1, 6]], np.float32)


def test_each_row_is_led_to_its_leaves(tmp_path: Path) -> None:
    expected = [0.5 + 1 + 8, 0.5 + 1 + 16, 0.5 + 2 + 16, 0.5 + 4 + 16, 0.5 + 4 + 8]
    assert TREES.predict(ROWS).tolist() == expected
    TREES.write(tmp_path / "trees.npz")
    assert Trees.read(tmp_path / "trees.npz").predict(ROWS).tolist() == expected
