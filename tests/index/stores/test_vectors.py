"""Vectors: nearly all nearest neighbours of a compressed index are the exact ones.

A row keeps its vector, and what was added later is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest

import index
from index.stores.local import vectors as module
from index.stores.local.generations import open_index
from index.stores.local.place import FolderPlace
from index.stores.local.vectors import (
    COMPRESSED,
    EXACT,
    EXACT_UP_TO,
    VectorIndex,
    kind_for,
    write_codes,
    write_vectors,
)
from index.types import DatelineError, Filters, Vectors
from qa.cli import main
from tests.conftest import Write
from tests.fakes import WordEmbedder

ROWS, DIMENSIONS = 6_000, 48


def some_vectors(rows: int, seed: int = 0, dimensions: int = DIMENSIONS) -> Vectors:
    """Return unit vectors of two hundred stories: near ones are really near, as in news."""
    rng = np.random.default_rng(seed)
    stories = np.random.default_rng(1).standard_normal((200, dimensions))
    found = stories[rng.integers(0, 200, rows)] + 0.7 * rng.standard_normal((rows, dimensions))
    unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


VECTORS, QUESTIONS = some_vectors(ROWS), some_vectors(40, seed=2)


@pytest.fixture(scope="module")
def compressed(tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    folder = tmp_path_factory.mktemp("vectors")
    assert write_vectors([VECTORS[:1000], VECTORS[1000:]], DIMENSIONS, folder / "v") == ROWS
    write_codes(folder / "v", folder / "c")
    return VectorIndex(folder / "v", folder / "c")


def recall(
    found: VectorIndex, vectors: Vectors, allowed: np.ndarray | None = None, k: int = 10
) -> float:
    """Return the share of the k nearest by brute force that is found.

    What is found must be allowed, best first, and have its own cosine.
    """
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    hits = 0
    for question in QUESTIONS:
        cosines = vectors[rows] @ question
        nearest = found.nearest(question, k, allowed)
        assert len(nearest) == min(k, len(rows))
        assert [score for _, score in nearest] == sorted(
            (score for _, score in nearest), reverse=True
        )
        assert np.allclose(
            [vectors[row] @ question for row, _ in nearest],
            [score for _, score in nearest],
            atol=1e-5,
        )
        hits += len({row for row, _ in nearest} & set(rows[np.argsort(-cosines)[:k]].tolist()))
    return hits / (len(QUESTIONS) * min(k, len(rows)))


def test_the_kind_is_chosen_by_size() -> None:
    assert [kind_for(rows) for rows in (1, EXACT_UP_TO, EXACT_UP_TO + 1, 10**9)] == [
        EXACT,
        EXACT,
        COMPRESSED,
        COMPRESSED,
    ]


def test_codes_find_the_exact_neighbours(compressed: VectorIndex) -> None:
    assert recall(compressed, VECTORS) >= 0.99
    assert recall(compressed, VECTORS, k=100) >= 0.98


@pytest.mark.parametrize("share", [0.5, 0.05, 0.001])
def test_a_filter_hides_no_neighbour(compressed: VectorIndex, share: float) -> None:
    """Allowed are the rows farthest from the questions: none is among the nearest of all."""
    farthest = np.argsort((VECTORS @ QUESTIONS.T).max(axis=1))[: int(share * ROWS)]
    allowed = np.zeros(ROWS, dtype=bool)
    allowed[farthest] = True
    assert recall(compressed, VECTORS, allowed) >= 0.99


def test_a_row_gives_its_own_vector_back(compressed: VectorIndex) -> None:
    rows = np.array([5_999, 0, 777, 777])
    assert np.array_equal(compressed.rows_from(rows), VECTORS[rows])
    assert np.array_equal(compressed._read(rows), VECTORS[rows])


def test_rows_added_to_codes_are_found_as_if_written_at_once(
    compressed: VectorIndex, tmp_path: Path
) -> None:
    later = some_vectors(500, seed=3)
    write_vectors([VECTORS], DIMENSIONS, tmp_path / "v1")
    write_codes(tmp_path / "v1", tmp_path / "c1")
    write_vectors([later], DIMENSIONS, tmp_path / "v2", tmp_path / "v1")
    write_codes(tmp_path / "v2", tmp_path / "c2", tmp_path / "c1")
    assert (
        recall(VectorIndex(tmp_path / "v2", tmp_path / "c2"), np.concatenate([VECTORS, later]))
        >= 0.99
    )


@pytest.mark.parametrize("rows", [0, 1, 5, 700])
def test_vectors_are_written_as_faiss_itself_writes_them(tmp_path: Path, rows: int) -> None:
    """All at once, in parts, and below those that are there."""
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(VECTORS[:rows])
    faiss.write_index(flat, str(tmp_path / "faiss"))
    wanted = (tmp_path / "faiss").read_bytes()
    assert write_vectors([VECTORS[:rows]], DIMENSIONS, tmp_path / "v") == rows
    assert (tmp_path / "v").read_bytes() == wanted
    for cut in {0, rows // 3, rows}:
        write_vectors([VECTORS[:cut]], DIMENSIONS, tmp_path / "before")
        parts = (
            [VECTORS[cut : cut + 2], VECTORS[cut + 2 : rows]]
            if rows > cut + 2
            else [VECTORS[cut:rows]]
        )
        assert write_vectors(parts, DIMENSIONS, tmp_path / "after", tmp_path / "before") == rows
        assert (tmp_path / "after").read_bytes() == wanted


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data[: -4 * DIMENSIONS],
        lambda data: b"",
        lambda data: b"x" + data[1:],
    ],
)
def test_nothing_is_added_to_damaged_vectors(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """Cut within a vector, by a vector, to nothing; of another kind."""
    write_vectors([VECTORS[:7]], DIMENSIONS, tmp_path / "whole")
    (tmp_path / "before").write_bytes(damage((tmp_path / "whole").read_bytes()))
    with pytest.raises(OSError, match="damaged"):
        write_vectors([VECTORS[7:9]], DIMENSIONS, tmp_path / "after", tmp_path / "before")


@pytest.mark.parametrize("dimensions", [7, 8])
def test_any_number_of_dimensions(tmp_path: Path, dimensions: int) -> None:
    vectors = some_vectors(100, dimensions=dimensions)
    write_vectors([vectors], dimensions, tmp_path / "v")
    write_codes(tmp_path / "v", tmp_path / "c")
    assert VectorIndex(tmp_path / "v", tmp_path / "c").nearest(vectors[42], 1)[0][0] == 42


def test_codes_of_other_rows_are_refused(tmp_path: Path) -> None:
    write_vectors([VECTORS[:100]], DIMENSIONS, tmp_path / "v")
    write_codes(tmp_path / "v", tmp_path / "c")
    write_vectors([VECTORS[:101]], DIMENSIONS, tmp_path / "other")
    with pytest.raises(DatelineError, match="damaged"):
        VectorIndex(tmp_path / "other", tmp_path / "c")


def test_an_index_that_grows_past_the_bound_is_compressed_and_says_so(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a rebuild adds to it or writes it anew, with the vectors that are there, reused."""
    monkeypatch.setattr(module, "EXACT_UP_TO", 30)
    embedder, folder = WordEmbedder(), tmp_path / "index"
    texts = {
        f"{number}.txt": f"Town {number} elected mayor Name{number} on Monday."
        for number in range(40)
    }
    built = [dict(list(texts.items())[:count]) for count in (20, 36, 40)]
    kinds = []
    for files in [*built, {**built[-1], "0.txt": "Town 0 has no mayor."}, built[0]]:
        encoded = len(embedder.encoded)
        summary = index.build(write(files), folder, embedder=embedder)
        store = open_index(folder)
        kinds.append(store.manifest["vectors"])
        assert FolderPlace(folder).verify() == []
        assert len(embedder.encoded) - encoded == summary.passages - summary.vectors_reused
        for number in (3, 19, len(files) - 1):
            (best, *_) = store.search(
                embedder.encode_question(texts[f"{number}.txt"]), "zzz", 5, Filters()
            )
            assert best.passage.text == texts[f"{number}.txt"]
    assert kinds == [EXACT, COMPRESSED, COMPRESSED, COMPRESSED, EXACT]


def test_info_says_how_the_vectors_are_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus").mkdir()
    for number in range(40):
        (tmp_path / "corpus" / f"{number}.txt").write_text(
            f"Ship {number} left the harbour of town {number}."
        )
    for most, kind in ((100_000, "exact"), (10, "4-bit codes, re-ranked")):
        monkeypatch.setattr("index.stores.local.vectors.EXACT_UP_TO", most)
        index.build(tmp_path / "corpus", tmp_path / str(most), embedder=WordEmbedder())
        assert main(["info", "--json", "--index", str(tmp_path / str(most))]) == 0
        assert json.loads(capsys.readouterr().out)["vectors"] == kind
