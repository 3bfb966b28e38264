"""The index folder: generations are written aside, checked, published at one instant, kept two deep.

    CURRENT              the name of the live generation, replaced atomically
    000007/              manifest.json, articles.sqlite, vectors.faiss, keywords/, and nearest.faiss in a large one
    encoders/KEY/        the compiled encoder that made the vectors
    .lock  .draft-*  .trash-*      one builder at a time; what an interrupted one left, removed by the next

A crash at any instant leaves CURRENT naming a whole generation: files are synced to disk before the
generation gets its name, and the name before CURRENT says it. A reader holds a shared lock on its
generation's manifest, so a generation in use is not removed (on systems with flock).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import filelock

from index.models.encoder import CompiledEncoder
from index.stores.local.store import ARTICLES, LocalDraft, LocalStore
from index.types import DatelineError, Embedder, Store

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there anyway
    fcntl = None  # type: ignore[assignment]

FORMAT = 3
ENCODERS, _LOCK = "encoders", ".lock"
_CHECKED_ON_OPEN = (
    256 * 1024 * 1024
)  # bytes: whole checksums up to here (0.2 s), sizes alone above; `verify` checks all
_NAME = re.compile(r"\d{6,}")


class NewerFormat(DatelineError):
    """An index that a newer Dateline wrote: not read, and not written over."""


class OpenIndex(LocalStore):
    """The live generation at the moment it was opened, held against removal for as long as this object lives."""

    def __init__(self, generation: Path) -> None:
        handle = os.open(generation / "manifest.json", os.O_RDONLY)
        weakref.finalize(self, os.close, handle)
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_SH)
        manifest = _manifest(generation)
        whole = sum(part["bytes"] for part in manifest["files"].values()) <= _CHECKED_ON_OPEN
        for problem in damage(generation, manifest, whole):
            raise DatelineError(f"{problem}; run: dateline rollback, or dateline build --full")
        super().__init__(generation, manifest, whole)


def current(folder: Path) -> str:
    """The name of the live generation. Raises DatelineError where there is none."""
    try:
        name = (folder / "CURRENT").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise DatelineError(
            f"expected an index in {folder}, found none; make one with: dateline build --index {folder}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatelineError(
            f"expected the name of a generation in {folder / 'CURRENT'}, found it unreadable ({error}); build again"
        ) from None
    if not _NAME.fullmatch(name):
        raise DatelineError(
            f"expected the name of a generation in {folder / 'CURRENT'}, found {name[:20]!r}; build again"
        )
    return name


def open_index(folder: Path) -> OpenIndex:
    """The live generation, checked. Raises DatelineError: no index, another format, a damaged file (by name)."""
    for attempt in range(
        20
    ):  # a builder may retire the generation between reading its name and holding it
        name = current(folder)
        with contextlib.suppress(FileNotFoundError):
            return OpenIndex(folder / name)
        if current(folder) == name and attempt > 2:
            break
    raise DatelineError(
        f"expected generation {name} in {folder}, found files of it missing; run: dateline rollback, or dateline build --full"
    )


def _manifest(generation: Path) -> dict[str, Any]:
    path = generation / "manifest.json"
    data = path.read_bytes()
    try:
        manifest = json.loads(data)
        seal = manifest.pop("seal")
        found = manifest["format"]
    except (ValueError, KeyError, AttributeError, TypeError):
        raise DatelineError(
            f"expected a manifest in {path}, found a damaged file; run: dateline rollback, or dateline build --full"
        ) from None
    if isinstance(found, int) and found > FORMAT:
        raise NewerFormat(
            f"expected an index of format {FORMAT}, found format {found} in {path}, written by a newer Dateline; use that one, or run: dateline rollback"
        )
    if found != FORMAT:
        raise DatelineError(
            f"expected an index of format {FORMAT}, found format {found!r} in {path}; run: dateline build --full"
        )
    if seal != _seal(manifest):
        raise DatelineError(
            f"expected the manifest that was written in {path}, found it damaged; run: dateline rollback, or dateline build --full"
        )
    assert isinstance(manifest, dict)
    return manifest


def _seal(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def damage(generation: Path, manifest: Mapping[str, Any], whole: bool = True) -> Iterator[str]:
    """What is wrong with the files of a generation, a line each; by size alone where not `whole`."""
    there = []
    for name, expected in manifest["files"].items():
        path = generation / name
        if not path.is_file():
            yield f"expected the file {path}, found it missing"
        elif (size := path.stat().st_size) != expected["bytes"]:
            yield f"expected {expected['bytes']} bytes in {path}, found {size}"
        elif whole:
            there.append((path, expected["sha256"]))
    found = _sha256_of([path for path, _ in there])
    yield from (
        f"expected the bytes that were written in {path}, found it damaged"
        for (path, sha256), one in zip(there, found, strict=True)
        if one != sha256
    )


def encoder_of(folder: Path, store: Store, given: Embedder | None = None) -> Embedder:
    """The encoder of the index, or the `given` one if it is the same. Raises DatelineError where it is another."""
    wanted = store.manifest["encoder"]
    embedder = given
    if embedder is None:
        if wanted["folder"] is None:
            raise DatelineError(
                f"expected the encoder {wanted['name']!r} that made this index to be given; pass it as embedder="
            )
        embedder = CompiledEncoder(folder / ENCODERS / wanted["folder"])
        if (found := _sha256(folder / ENCODERS / wanted["folder"] / "encoder.onnx")) != wanted[
            "fingerprint"
        ]:
            raise DatelineError(
                f"expected encoder.onnx with sha256 {wanted['fingerprint'][:12]}… in {folder / ENCODERS}, found {found[:12]}…; build again"
            )
    if embedder.fingerprint != wanted["fingerprint"]:
        raise DatelineError(
            f"expected the encoder of this index, {wanted['name']} ({wanted['fingerprint'][:12]}), "
            f"found {embedder.name} ({embedder.fingerprint[:12]}); build again with it"
        )
    return embedder


class Desk:
    """An index folder held for writing. Made by `writing`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = (folder / _LOCK).stat()

    def live(self) -> OpenIndex | None:
        """The live generation; None where there is none that opens. Raises DatelineError for one of a newer format."""
        try:
            return open_index(self.folder)
        except NewerFormat:
            raise
        except DatelineError:
            return None

    def check_lock(self) -> None:
        """Raises OSError where the lock file is another than the one that is held: somebody removed it, and another may build."""
        if not os.path.samestat(self._lock, (self.folder / _LOCK).stat()):
            raise OSError(
                f"{self.folder / _LOCK} is not the file that this builder locked; leave it in its place"
            )

    def live_name(self) -> str | None:
        with contextlib.suppress(DatelineError):
            return current(self.folder)
        return None

    @contextlib.contextmanager
    def draft(
        self, embedder: Embedder, settings: Mapping[str, Any], after: LocalStore | None = None
    ) -> Iterator[LocalDraft]:
        """A draft of the next generation, which begins with all of `after` where one is given; gone on leaving, unless it was published."""
        names = [int(path.name) for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        name = f"{max(names, default=0) + 1:06d}"
        aside = self.folder / f".draft-{name}"
        encoder = {
            "name": embedder.name,
            "fingerprint": embedder.fingerprint,
            "dimensions": embedder.dimensions,
            "folder": embedder.folder.name if isinstance(embedder, CompiledEncoder) else None,
        }

        def finish(counts: Mapping[str, int], vectors: str) -> str:
            for lock in aside.rglob(".tantivy-*.lock"):
                lock.unlink()
            files = [path for path in sorted(aside.rglob("*")) if path.is_file()]
            for path in files:
                path.chmod(
                    (aside / ARTICLES).stat().st_mode
                )  # Tantivy's are for their owner alone, whatever the umask
            manifest = {
                "format": FORMAT,
                "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "previous": self.live_name(),
                "encoder": encoder,
                "settings": dict(settings),
                "counts": dict(counts),
                "vectors": vectors,
                "files": {
                    path.relative_to(aside).as_posix(): {
                        "bytes": path.stat().st_size,
                        "sha256": sha256,
                    }
                    for path, sha256 in zip(files, _sha256_of(files), strict=True)
                },
            }
            (aside / "manifest.json").write_text(
                json.dumps({**manifest, "seal": _seal(manifest)}, indent=1) + "\n", encoding="utf-8"
            )
            for path in [*aside.rglob("*"), aside]:
                _sync(path)
            self.check_lock()
            aside.rename(self.folder / name)
            _sync(self.folder)
            _point(self.folder, name)
            return name

        draft = None
        try:
            aside.mkdir()
            draft = LocalDraft(aside, finish, after)
            yield draft
        finally:
            if draft is not None:
                draft.close()
            shutil.rmtree(aside, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what interrupted builds left, and all generations but the live one, the one before, and those in use."""
        for path in [
            *self.folder.glob(".draft-*"),
            *self.folder.glob(".trash-*"),
            *self.folder.glob(f"{ENCODERS}/.*"),
        ]:
            shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(DatelineError, FileNotFoundError):
            name = current(self.folder)
            manifest = _manifest(self.folder / name)
            for path in self.folder.iterdir():
                # one newer than the live one was rolled back from: it keeps its number from being given again
                older = _NAME.fullmatch(path.name) is not None and int(path.name) < int(name)
                if older and path.name != manifest["previous"] and not _in_use(path):
                    path.rename(trash := path.with_name(f".trash-{path.name}"))
                    shutil.rmtree(trash, ignore_errors=True)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Desk]:
    """Hold the index folder for writing; makes it where it is missing.

    Raises DatelineError where another builder holds it, and for any failure to write (full disk,
    no permission): the live generation is then as it was.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / _LOCK, timeout=0):
            desk = Desk(folder)
            desk.tidy()
            yield desk
            desk.tidy()
    except filelock.Timeout:
        raise DatelineError(
            f"expected to be the only builder of {folder}, found another at work; try again when it has ended"
        ) from None
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatelineError(
            f"expected to write the index in {folder}, found: {reason}; the index is as it was. Free space or permission, then build again"
        ) from None


def rollback(folder: Path) -> str:
    """Make the generation before the live one live again, and return its name. Raises DatelineError where it is gone."""
    name = current(folder)
    with writing(folder):
        try:
            manifest = _manifest(folder / name)
            before = manifest["previous"]
        except (
            DatelineError,
            FileNotFoundError,
        ):  # the live one is damaged: that is what rollback is for
            older = sorted(
                path.name
                for path in folder.iterdir()
                if _NAME.fullmatch(path.name) and path.name < name
            )
            before = older[-1] if older else None
        if before is None or not (folder / before).is_dir():
            raise DatelineError(
                f"expected a generation before {name} in {folder}, found none; build again instead"
            )
        OpenIndex(folder / before)
        _point(folder, before)
    return str(before)


def verify(folder: Path) -> list[str]:
    """All that is wrong with the live generation, a line each; empty for a whole one. Raises DatelineError if it does not open."""
    generation = folder / current(folder)
    try:
        manifest = _manifest(generation)
    except FileNotFoundError:
        return [f"expected the file {generation / 'manifest.json'}, found it missing"]
    return list(damage(generation, manifest)) or list(open_index(folder).problems())


def _point(folder: Path, name: str) -> None:
    """Name the live generation, at one instant."""
    aside = folder / ".CURRENT"
    aside.write_text(name + "\n", encoding="ascii")
    _sync(aside)
    aside.replace(folder / "CURRENT")
    _sync(folder)


def _in_use(generation: Path) -> bool:
    if fcntl is None:
        return False
    try:
        with (generation / "manifest.json").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256_of(paths: Sequence[Path]) -> list[str]:
    """Of each file, in threads of their own: those that read for questions are not to wait for a publishing."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(_sha256, paths))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
