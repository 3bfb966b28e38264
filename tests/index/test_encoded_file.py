"""A build that was killed goes on with the vectors it had made."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import index
from index.encoded_file import ENCODED, EncodedFile, forget_encoded
from index.stores.places import open_index
from tests.conftest import ROOT
from tests.fakes import FatefulEmbedder, WordEmbedder

TEXTS = [f"Rain fell on Town{n}." for n in range(9)]
_BUILD = """
import sys
from pathlib import Path
import index
from tests.fakes import FatefulEmbedder
embedder = FatefulEmbedder(Path(sys.argv[3]), kills="Town400")
index.build(sys.argv[1], sys.argv[2], embedder=embedder)
"""


def write(embedder: WordEmbedder, folder: Path, texts: list[str]) -> None:
    with EncodedFile(embedder, folder) as file:
        file.add(texts, embedder.encode(texts))


def found(embedder: WordEmbedder, folder: Path) -> dict[str, list[float]]:
    with EncodedFile(embedder, folder) as file:
        return {text: vector.tolist() for text, vector in file.vectors_of(TEXTS).items()}


def test_vectors_come_back_by_text_and_more_are_added(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    rows = dict(zip(TEXTS, embedder.encode(TEXTS).tolist(), strict=True))
    assert found(embedder, tmp_path / "new") == {}
    assert not (tmp_path / "new").exists()
    for count in (3, 9):
        write(embedder, tmp_path / "new", TEXTS[:count])
        assert found(embedder, tmp_path / "new") == {text: rows[text] for text in TEXTS[:count]}
    forget_encoded(tmp_path / "new")
    forget_encoded(tmp_path / "new")
    assert found(embedder, tmp_path / "new") == {}


def test_those_of_another_encoder_are_not_used(tmp_path: Path) -> None:
    write(WordEmbedder(name="one"), tmp_path, TEXTS)
    assert found(WordEmbedder(name="two"), tmp_path) == {}
    assert found(WordEmbedder(dimensions=16, name="one"), tmp_path) == {}
    write(WordEmbedder(name="two"), tmp_path, TEXTS[:1])
    assert found(WordEmbedder(name="one"), tmp_path) == {}
    assert list(found(WordEmbedder(name="two"), tmp_path)) == TEXTS[:1]


def test_a_file_cut_or_damaged_anywhere_gives_whole_vectors_alone(tmp_path: Path) -> None:
    """And what is written after it is found again."""
    embedder = WordEmbedder(dimensions=4)
    rows = dict(zip(TEXTS, embedder.encode(TEXTS).tolist(), strict=True))
    write(embedder, tmp_path, TEXTS[:8])
    file = tmp_path / ENCODED
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place])
        assert found(embedder, tmp_path).items() <= rows.items()
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        some = found(embedder, tmp_path)
        assert some.items() <= rows.items()
        assert len(some) == (0 if place < 16 else 7)
    for place in (0, 10, 16, 17, len(whole) - 1):
        file.write_bytes(whole[:place])
        write(embedder, tmp_path, TEXTS[8:])
        assert TEXTS[8] in found(embedder, tmp_path)


def test_a_file_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    write(WordEmbedder(), tmp_path / "file", TEXTS)
    assert found(WordEmbedder(), tmp_path / "file") == {}


@pytest.mark.slow
def test_a_killed_build_goes_on_without_encoding_again(tmp_path: Path) -> None:
    corpus, folder, log = tmp_path / "corpus", tmp_path / "index", tmp_path / "log"
    corpus.mkdir()
    for number in range(500):
        (corpus / f"{number:03d}.txt").write_text(f"Rain fell on Town{number} all day long.")
    command = [sys.executable, "-c", _BUILD, str(corpus), str(folder), str(log)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    log.unlink()
    summary = index.build(corpus, folder, embedder=FatefulEmbedder(log))
    counts = [int(line.split()[1]) for line in log.read_text().splitlines()]
    assert sum(counts) == 500 - 256
    assert (summary.articles, summary.passages, summary.vectors_reused) == (500, 500, 256)
    assert not (folder / "encoders" / ENCODED).exists()
    store = open_index(folder)
    for number in (0, 255, 256, 499):
        (passage,), vectors = store.indexed(f"{number:03d}.txt")
        assert np.array_equal(vectors, WordEmbedder().encode([passage.text]))
