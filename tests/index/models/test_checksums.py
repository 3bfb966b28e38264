"""The shipped reader and a compiled encoder are checked by their checksums when they are loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.models.checksums import verify_checksums, write_checksums
from index.types import DatelineError
from qa import Archive
from qa.answering.reader import MODEL, PARTS, OnnxReader

NAMES = ["model.onnx", "model.json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of two files with checksums and one without."""
    (tmp_path / "model.onnx").write_bytes(b"abc")
    (tmp_path / "model.json").write_bytes(b"")
    (tmp_path / "notes.md").write_bytes(b"notes")
    write_checksums(tmp_path, NAMES)
    return tmp_path


def test_checksums_are_written_as_sha256sum_writes_them(folder: Path) -> None:
    """The two are the test vectors of SHA-256 for "abc" and for nothing."""
    assert (folder / "SHA256SUMS").read_text() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  model.onnx\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  model.json\n"
    )


def test_files_as_they_were_pass(folder: Path) -> None:
    verify_checksums(folder, NAMES, "")
    (folder / "notes.md").write_bytes(b"other notes")  # it has no checksum
    verify_checksums(folder, NAMES, "")


@pytest.mark.parametrize("name", ["model.onnx", "model.json"])
@pytest.mark.parametrize(("data", "found"), [(b"abd", "a52d159f262b…"), (None, "none…")])
def test_a_file_that_changed_or_is_gone_is_named(
    folder: Path, name: str, data: bytes | None, found: str
) -> None:
    if data is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(data)
    with pytest.raises(
        DatelineError,
        match=f"^expected {name} with sha256 .*, found {found}: .*; copy it again$",
    ):
        verify_checksums(folder, NAMES, "copy it again")


@pytest.mark.parametrize(
    ("sums", "reason"),
    [
        (None, "expected sums of files in .*SHA256SUMS, found none; copy it again"),
        (b"", "expected the sum of model.onnx in .*SHA256SUMS, found none; copy it again"),
        (b"\n", "expected the sum of model.onnx"),
        (b"x" * 2**17, "expected sums of files in .*, found it unreadable; copy it again"),
    ],
)
def test_missing_sums_are_no_pass(folder: Path, sums: bytes | None, reason: str) -> None:
    (folder / "SHA256SUMS").unlink()
    if sums is not None:
        (folder / "SHA256SUMS").write_bytes(sums)
    with pytest.raises(DatelineError, match=f"^{reason}"):
        verify_checksums(folder, NAMES, "copy it again")


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_counts_has_a_sum(folder: Path, name: str) -> None:
    write_checksums(folder, [one for one in NAMES if one != name])
    with pytest.raises(DatelineError, match=f"expected the sum of {name}"):
        verify_checksums(folder, NAMES, "")


def test_the_shipped_reader_without_its_sums_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    (tmp_path / "model" / "SHA256SUMS").unlink()
    with pytest.raises(DatelineError, match="found none; install Dateline again"):
        OnnxReader(tmp_path / "model")


@pytest.mark.parametrize("name", PARTS)
def test_the_shipped_reader_is_checked_when_it_is_loaded(name: str, tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    verify_checksums(tmp_path / "model", PARTS, "renew it: sha256sum the four files > SHA256SUMS")
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
    verify_checksums(tmp_path / "model", PARTS, "")


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
        match=r"expected .*encoder.*(damaged|found .*; build again)"
        r"|it is missing or damaged; build again, which compiles it anew",
    ):
        Archive.open(tmp_path / "index")


def test_sums_that_are_no_sums_are_refused(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_bytes(b"\xff\xfe")
    with pytest.raises(DatelineError, match="unreadable"):
        verify_checksums(tmp_path, [], "")
    (tmp_path / "SHA256SUMS").write_text("abc  gone.onnx\n")
    with pytest.raises(DatelineError, match=r"expected gone\.onnx .*found none"):
        verify_checksums(tmp_path, [], "")
