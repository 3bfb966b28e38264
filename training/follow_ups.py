"""Learn which edits complete a follow-up, from questions that people rewrote.

    python -m training.follow_ups FILE ... [--out qa/answering/follow_ups.npz]

Each edit that `qa.answering.edits` proposes is labelled by how much nearer it brings the question
to the person's (F1 of words). Boosted trees (Friedman 2001) learn it from the edit's features and
are written as plain arrays. Each follow-up is seen with its article's title and without.

A quarter of the articles is held out and never seen: `benchmarks.follow_ups` measures on it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.answering.edits import proposed
from qa.answering.trees import Trees
from training.rewritings import Rewriting, f1, read, words_of

_SETTINGS = {
    "max_iter": 300,
    "learning_rate": 0.06,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 30,
    "max_features": 0.3,
}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("qa/answering/follow_ups.npz"))
    options = parser.parse_args()
    rows = [row for titles in (True, False) for row in read(options.files, titles)]
    features, gains = labelled([row for row in rows if not row.is_held_out])
    trees_of(features, gains).write(options.out)
    print(f"{len(gains):,} edits of {len(rows):,} follow-ups; written to {options.out}")


def labelled(rows: Sequence[Rewriting]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the features and the gain of each edit of follow-ups."""
    features, gains = [], []
    for row in rows:
        for edit in proposed(row.question, row.turns):
            features.append(edit.features)
            gains.append(gain_of(row, edit.of(row.question)))
    return np.array(features, np.float32), np.array(gains)


def gain_of(row: Rewriting, text: str) -> float:
    """Return how much nearer a text is to the person's question than what was typed.

    Pronouns count in one half of it, so that replacing one is better than adding to it.
    """
    total = 0.0
    without_pronouns: tuple[tuple[frozenset[str], ...], ...] = ((), (frozenset(),))
    for dropped in without_pronouns:
        mine, typed, theirs = (words_of(t, *dropped) for t in (text, row.question, row.rewritten))
        total += (f1(mine, theirs) - f1(typed, theirs)) / 2
    return total


def trees_of(features: NDArray[np.float32], gains: NDArray[np.float64]) -> Trees:
    """Fit boosted trees; return their nodes."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(**_SETTINGS, max_bins=64, random_state=0)
    model.fit(features, gains)
    trees = [tree.nodes for (tree,) in model._predictors]
    most = max(map(len, trees))
    nodes: NDArray[Any] = np.stack([np.pad(one, (0, most - len(one))) for one in trees])
    leaves, itself = nodes["is_leaf"].astype(bool), np.arange(most)
    return Trees(
        np.where(leaves, 0, nodes["feature_idx"]).astype(np.int16),
        nodes["num_threshold"].astype(np.float32),
        np.where(leaves, itself, nodes["left"]).astype(np.int16),
        np.where(leaves, itself, nodes["right"]).astype(np.int16),
        nodes["value"].astype(np.float32),
        np.float32(model._baseline_prediction.item()).reshape(1),
    )


if __name__ == "__main__":
    main()
