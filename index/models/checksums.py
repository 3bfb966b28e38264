"""Models are checked when they are loaded: their SHA-256 lie beside them in SHA256SUMS, as `sha256sum` writes and reads it.

That tells a damaged or exchanged file, not one whose sums were exchanged with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from index.types import DatelineError

SUMS = "SHA256SUMS"


def write_checksums(folder: Path, names: Sequence[str]) -> None:
    """Write down the sums of the files of a folder."""
    (folder / SUMS).write_text(
        "".join(f"{_sum(folder / name)}  {name}\n" for name in names), encoding="ascii"
    )


def check_checksums(folder: Path, mend: str) -> None:
    """Raises DatelineError, naming the file, where one is not as it was sealed; `mend` says what to do. A folder without sums passes."""
    try:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise DatelineError(
            f"expected sums of files in {folder / SUMS}, found it unreadable; {mend}"
        ) from None
    for line in lines:
        wanted, _, name = line.partition("  ")
        try:
            found = _sum(folder / name)
        except OSError:
            found = "none"
        if not name or found != wanted:
            raise DatelineError(
                f"expected {name or SUMS} with sha256 {wanted[:12]}… in {folder}, found {found[:12]}…: it is missing or damaged; {mend}"
            )


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
