"""The manifest of a generation on disk.

It says what the generation's files must be. This module checks whether they are.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.small_files import read_small
from index.threads import start_threads
from index.types import DatelineError

FORMAT = 5
_READ = (4, FORMAT)  # 4 has one segment, and nothing that is dead
MANIFEST = "manifest.json"


class NewerFormat(DatelineError):
    """An index that a newer Dateline wrote: not read, and not written over."""


def read_manifest(generation: Path) -> dict[str, Any]:
    """Return the manifest of a generation.

    Raises DatelineError if it has another format or is damaged.
    """
    path = generation / MANIFEST
    try:
        data = read_small(path)
        manifest = json.loads(data)
        seal = manifest.pop("seal")
        found = manifest["format"]
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise DatelineError(
            f"expected a manifest in {path}, found a damaged file; "
            "run: dateline rollback, or dateline build --full"
        ) from None
    if isinstance(found, int) and found > FORMAT:
        raise NewerFormat(
            f"expected an index of format {FORMAT}, found format {found} in {path}, "
            "written by a newer Dateline; use that one, or run: dateline rollback"
        )
    if found not in _READ:
        raise DatelineError(
            f"expected an index of format {FORMAT}, found format {found!r} in {path}; "
            "run: dateline build --full"
        )
    if seal != seal_of(manifest):
        raise DatelineError(
            f"expected the manifest that was written in {path}, found it damaged; "
            "run: dateline rollback, or dateline build --full"
        )
    assert isinstance(manifest, dict)
    return manifest


def write_manifest(generation: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a generation, sealed."""
    text = json.dumps({**manifest, "seal": seal_of(manifest)}, indent=1) + "\n"
    (generation / MANIFEST).write_text(text, encoding="utf-8")


def seal_of(manifest: Mapping[str, Any]) -> str:
    """Return the checksum of a manifest, which is kept in it."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def checksums(generation: Path, files: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Return the bytes and SHA-256 of each file, by its path within the generation."""
    return {
        path.relative_to(generation).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256}
        for path, sha256 in zip(files, _all_sha256(files), strict=True)
    }


def damage(generation: Path, manifest: Mapping[str, Any], whole: bool = True) -> Iterator[str]:
    """Yield what is wrong with the files of a generation, one line each.

    Unless `whole`, only their sizes are compared.
    """
    there = []
    for name, expected in manifest["files"].items():
        path = generation / name
        if not path.is_file():
            yield f"expected the file {path}, found it missing"
        elif (size := path.stat().st_size) != expected["bytes"]:
            yield f"expected {expected['bytes']} bytes in {path}, found {size}"
        elif whole:
            there.append((path, expected["sha256"]))
    found = _all_sha256([path for path, _ in there])
    for (path, sha256), one in zip(there, found, strict=True):
        if one != sha256:
            yield f"expected the bytes that were written in {path}, found it damaged"


def _all_sha256(paths: Sequence[Path]) -> list[str]:
    # in threads of their own: those that read for questions do not wait for a publishing
    with start_threads(max(1, min(len(paths), os.cpu_count() or 1))) as threads:
        return list(threads.map(sha256_of, paths))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
