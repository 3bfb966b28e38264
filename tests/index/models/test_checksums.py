"""Models are checked by their sums when they are loaded: the shipped reader, and the encoder that an index compiled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.models.checksums import verify_checksums, write_checksums
from index.types import DatelineError
from qa import Archive
from qa.answering.reader import MODEL, PARTS, OnnxReader


@pytest.mark.parametrize("name", PARTS)
def test_the_shipped_reader_is_checked_when_it_is_loaded(name: str, tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    verify_checksums(tmp_path / "model", "renew it: sha256sum the four files > SHA256SUMS")
    assert {
        line.partition("  ")[2] for line in (MODEL / "SHA256SUMS").read_text().splitlines()
    } == set(PARTS)
    data = bytearray((tmp_path / "model" / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "model" / name).write_bytes(data)
    with pytest.raises(
        DatelineError,
        match=f"expected {name} with sha256 .* it is missing or damaged; install Dateline again",
    ):
        OnnxReader(tmp_path / "model")
    write_checksums(tmp_path / "model", PARTS)
    verify_checksums(tmp_path / "model", "")


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "encoder.json"])
def test_the_compiled_encoder_is_checked_when_it_is_loaded(
    name: str, corpus_index: Path, tmp_path: Path
) -> None:
    shutil.copytree(corpus_index, tmp_path / "index")
    (file,) = (tmp_path / "index" / "encoders").glob(f"*/{name}")
    data = file.read_bytes()
    file.write_bytes(data.replace(b"1", b"2") if name.endswith("json") else data[:-1] + b"\x00")
    with pytest.raises(
        DatelineError,
        match=r"expected .*encoder.*(damaged|found .*; build again)|it is missing or damaged; delete that folder",
    ):
        Archive.open(tmp_path / "index")


def test_sums_that_are_no_sums_are_refused(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_bytes(b"\xff\xfe")
    with pytest.raises(DatelineError, match="unreadable"):
        verify_checksums(tmp_path, "")
    (tmp_path / "SHA256SUMS").write_text("abc  gone.onnx\n")
    with pytest.raises(DatelineError, match=r"expected gone\.onnx .*found none"):
        verify_checksums(tmp_path, "")
