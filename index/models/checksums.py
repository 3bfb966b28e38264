"""Checksums of a model's files.

They are kept beside the files in SHA256SUMS, which `sha256sum` reads too. They show that a file was
damaged or exchanged. They do not show it if its checksum was exchanged with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from index.types import DatelineError

SUMS = "SHA256SUMS"


def write_checksums(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums of the named files of a folder to its SHA256SUMS."""
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")


def verify_checksums(folder: Path, mend: str) -> None:
    """Check the files of a folder against its SHA256SUMS; a folder without one passes.

    Raises DatelineError if a file is missing or differs. The message names it and ends with
    `mend`, which says what to do.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise DatelineError(
            f"expected sums of files in {folder / SUMS}, found it unreadable; {mend}"
        ) from None
    for line in lines:
        expected, _, name = line.partition("  ")
        try:
            found = _sha256(folder / name)
        except OSError:
            found = "none"
        if not name or found != expected:
            raise DatelineError(
                f"expected {name or SUMS} with sha256 {expected[:12]}… in {folder}, "
                f"found {found[:12]}…: it is missing or damaged; {mend}"
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
