"""Checksums of a model's files.

They are kept beside the files in SHA256SUMS, which `sha256sum` reads too. They show that a file was
damaged or exchanged. They do not show it if its checksum was exchanged with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from index.small_files import check_regular
from index.types import DatelineError

SUMS = "SHA256SUMS"
_LARGEST_SUMS = 2**16  # bytes


def write_checksums(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums of the named files of a folder to its SHA256SUMS."""
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")


def verify_checksums(folder: Path, names: Sequence[str], mend: str) -> None:
    """Check the files of a folder against its SHA256SUMS.

    Raises DatelineError if a file is missing or differs, and if one of `names` has no sum. The
    message names it and ends with `mend`, which says what to do.
    """
    sums = _sums(folder, mend)
    for name in names:
        if name not in sums:
            raise DatelineError(
                f"expected the sum of {name} in {folder / SUMS}, found none; {mend}"
            )
    for name, expected in sums.items():
        try:
            found = _sha256(folder / name)
        except OSError:
            found = "none"
        if not name or found != expected:
            raise DatelineError(
                f"expected {name or SUMS} with sha256 {expected[:12]}… in {folder}, "
                f"found {found[:12]}…: it is missing or damaged; {mend}"
            )


def _sums(folder: Path, mend: str) -> dict[str, str]:
    """Return the sums of SHA256SUMS by the names of their files."""
    path = folder / SUMS
    try:
        if path.stat().st_size > _LARGEST_SUMS:
            raise OSError
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        raise DatelineError(f"expected sums of files in {path}, found none; {mend}") from None
    except (OSError, UnicodeDecodeError):
        raise DatelineError(
            f"expected sums of files in {path}, found it unreadable; {mend}"
        ) from None
    found = {}
    for line in lines:
        expected, _, name = line.partition("  ")
        found[name] = expected
    return found


def _sha256(path: Path) -> str:
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
