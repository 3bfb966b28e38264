"""The writer of the next generation of an index folder.

A generation is written aside (index/stores/local/drafts.py), checked, and then made live at one
instant. Files that stay as they are have a name in both generations, and go with the last of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.stores.local.drafts import Draft, kept_of
from index.stores.local.generations import (
    LOCK,
    current_or_none,
    make_live,
    next_generation,
    open_index,
    sync,
)
from index.stores.local.manifests import NewerFormat
from index.stores.local.store import LocalStore
from index.types import AnyListed, DatelineError, Embedder, Note, Passage, Store, Vectors


class LocalWriter:
    """The `IndexWriter` of an index folder, which its maker has locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = (folder / LOCK).stat()
        self._aside: Path | None = None
        self._draft: Draft | None = None

    def live(self, opened: Store | None = None) -> Store | None:
        """Return the live generation, or None if none opens.

        Returns `opened` itself if that is the live one. Raises DatelineError for an index that a
        newer Dateline wrote.
        """
        if opened is not None and opened.generation == current_or_none(self._folder):
            return opened
        try:
            return open_index(self._folder)
        except NewerFormat:
            raise
        except DatelineError:
            return None

    def begin(
        self,
        embedder: Embedder,
        settings: Mapping[str, Any],
        articles: Sequence[AnyListed],
        unchanged: Store | None,
        notes: Sequence[Note] = (),
    ) -> Sequence[AnyListed]:
        """Begin the next generation; return the articles whose passages are to be added.

        Those of `unchanged` are taken over if they stay as they are, and most do.
        """
        kept = None
        if isinstance(unchanged, LocalStore):
            kept = kept_of(unchanged, articles)
        self._aside = self._folder / f".draft-{next_generation(self._folder)}"
        self._aside.mkdir()
        draft = Draft(self._aside, embedder, settings, articles, notes, kept)
        self._draft = draft
        return [article for article in articles if article.id not in draft.numbers]

    @property
    def passages(self) -> int:
        """Return how many passages the next generation holds by now."""
        return self._begun().passages

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages in order. Raises ValueError unless each has a row of `vectors`."""
        self._begun().add(passages, vectors)

    def publish(self) -> str:
        """Make the generation live, at one instant, and return its name."""
        draft = self._begun()
        draft.finish(current_or_none(self._folder))
        for path in [*draft.folder.rglob("*"), draft.folder]:
            sync(path)
        self.check_lock()
        name = draft.folder.name.removeprefix(".draft-")
        draft.folder.rename(self._folder / name)
        sync(self._folder)
        make_live(self._folder, name)
        return name

    def check_lock(self) -> None:
        """Raise OSError if the lock file is not the one that is held.

        Somebody removed it then, and another may build.
        """
        path = self._folder / LOCK
        if not os.path.samestat(self._lock, path.stat()):
            raise OSError(f"{path} is not the file that this builder locked; leave it in its place")

    def close(self) -> None:
        """Remove what was not published."""
        if self._draft is not None:
            self._draft.close()
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def _begun(self) -> Draft:
        if self._draft is None:
            raise ValueError("expected a generation that was begun, found none; call begin first")
        return self._draft
