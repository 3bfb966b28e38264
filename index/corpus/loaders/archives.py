"""Archives of articles: .zip and .tar (plain or compressed).

Each member is unpacked alone, read and removed. Bounds against bombs: so many members, so many
bytes each and in all (`Bounds`), as declared and as found. Nothing is unpacked under a name of
the archive. Links, devices and archives within the archive are left closed.
"""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields, Record
from index.types import Skipped

BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError)
_BROKEN_MEMBER = (ValueError, OSError, EOFError, RecursionError, NotImplementedError, *BROKEN)

Items = Iterator[Fields | Record | Skipped]
Load = Callable[[Path], Iterable[Fields | Record | Skipped]]
LoaderOf = Callable[[str], Load | str]  # the loader for a member's name, or why there is none
_Member = TypeVar("_Member")


def load_zip(path: Path, loader_of: LoaderOf) -> Items:
    """Yield what is in the members of .zip, each read by its own suffix."""
    with zipfile.ZipFile(path) as archive:
        members = (
            (member.filename, member.file_size, member)
            for member in archive.infolist()
            if not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16)
        )

        def opened(member: zipfile.ZipInfo) -> IO[bytes]:
            if member.flag_bits & 1:
                raise ValueError("it is locked with a password; save it without one")
            return archive.open(member)

        yield from _members(members, opened, loader_of)


def load_tar(path: Path, loader_of: LoaderOf) -> Items:
    """Yield what is in the files of .tar, each read by its own suffix.

    They are read in one pass. Compressed ones too: .tar.gz, .tgz, .tar.bz2, .tar.xz.
    """
    with tarfile.open(path, "r|*") as archive:
        members = ((member.name, member.size, member) for member in archive if member.isreg())

        def opened(member: tarfile.TarInfo) -> IO[bytes]:
            file = archive.extractfile(member)
            assert file is not None  # only regular files come here
            return file

        yield from _members(members, opened, loader_of)


def _members(
    members: Iterable[tuple[str, int, _Member]],
    opened: Callable[[_Member], IO[bytes]],
    loader_of: LoaderOf,
) -> Items:
    """Yield what is in the members, given as (name, size in bytes, member).

    Raises ValueError if they are more than `Bounds` allow.
    """
    total, limits = 0, bounds()
    for number, (name, size, member) in enumerate(members):
        total += size
        if number >= limits.members or total > limits.archive_mb << 20:
            raise ValueError(
                f"expected at most {limits.members:,} members and {limits.archive_mb} MB unpacked; "
                "the rest is left out. Split it, or set DATELINE_MEMBERS or DATELINE_ARCHIVE_MB"
            )
        within = f"/{PurePosixPath(name.replace(chr(92), '/')).as_posix().lstrip('/')}"
        parts = within.split("/")
        if ".." in parts:
            yield Skipped(f"/{parts[-1]}", "its name leads out of the archive")
            continue
        if any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        load = loader_of(name)
        if isinstance(load, str):
            yield Skipped(within, load)
        elif size > limits.member_mb << 20:
            found = f"expected at most {limits.member_mb} MB, found {size >> 20} MB"
            yield Skipped(within, f"{found}; or set DATELINE_MEMBER_MB")
        else:
            yield from load_member(within, partial(opened, member), load)


def load_member(within: str, opened: Callable[[], IO[bytes]], load: Load) -> Items:
    """Unpack a member to a file and yield what its loader reads in it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"member{''.join(PurePosixPath(within).suffixes[-2:])}"
        try:
            with opened() as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            for item in load(copy):
                if isinstance(item, Skipped):
                    yield Skipped(within + item.path, item.reason)
                else:
                    yield replace(item, within=within)
        except _BROKEN_MEMBER as error:
            yield Skipped(within, f"it cannot be read: {error}")
