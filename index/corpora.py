"""The corpus folders that an index was last built from.

They are `.corpora.json` in the index folder, with absolute paths. What comes after a build, such as
adding an article on the page, need not ask for them again. The file may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from index.small_files import read_small

CORPORA = ".corpora.json"


def remember_corpora(folder: Path | None, corpora: Sequence[Path]) -> None:
    """Keep the folders and files of a build in an index folder, if it has one and can."""
    known = [str(corpus.absolute()) for corpus in corpora]
    if folder is None or known == _read(folder):
        return
    aside = folder / f"{CORPORA}.new"
    with contextlib.suppress(OSError, UnicodeEncodeError):  # a path that is no text is not kept
        folder.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(known), encoding="utf-8")
        os.replace(aside, folder / CORPORA)


def remembered_corpora(folder: Path | None) -> list[Path]:
    """Return the folders and files of the last build that are still there."""
    if folder is None:
        return []
    return [Path(one) for one in _read(folder) if Path(one).exists()]


def _read(folder: Path) -> list[str]:
    try:
        known = json.loads(read_small(folder / CORPORA))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(known, list):
        return []
    return [one for one in known if isinstance(one, str) and "\0" not in one]
