"""Corrections by hand of an article's title, outlet and day.

They lie in a hidden file of a corpus folder, by the article's id. Every build puts them in the
place of what the article's own file says, which is left as it is.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.small_files import read_small
from index.types import Article, DatelineError

FILE = ".corrections.json"
FIELDS = ("title", "source", "published")

Fields = dict[str, str | None]  # of FIELDS those that are corrected; None: not known


def read_corrections(corpora: Iterable[Path]) -> dict[str, Fields]:
    """Return the corrections of some folders, by the ids of their articles.

    Raises DatelineError for a file of them that is damaged.
    """
    found: dict[str, Fields] = {}
    for corpus in corpora:
        found.update(_read(corpus / FILE))
    return found


def corrected(article: Article, corrections: Mapping[str, Fields]) -> Article:
    """Return an article with its correction, if there is one."""
    fields: dict[str, Any] = dict(corrections.get(article.id, {}))
    if not fields:
        return article
    if fields.get("published") is not None:
        fields["published"] = dt.date.fromisoformat(fields["published"])
    return replace(article, **fields)


def save_correction(corpus: Path, id: str, fields: Fields | None) -> None:
    """Add to the correction of an article in a folder; None takes it away."""
    path = corpus / FILE
    kept = _read(path)
    if fields is None:
        if kept.pop(id, None) is None:
            return
    else:
        kept[id] = {**kept.get(id, {}), **fields}
    written = path.with_suffix(".new")
    written.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(written, path)


def _read(path: Path) -> dict[str, Fields]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(read_small(path))
        sound = all(_is_sound(fields) for fields in found.values())
    except (OSError, ValueError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise DatelineError(
            f"expected corrections of articles in {path}, found another content; "
            "mend or remove that file"
        )
    return dict(found)


def _is_sound(fields: object) -> bool:
    """Return whether a correction has known fields alone.

    Raises ValueError for a bad day.
    """
    if not isinstance(fields, dict) or not set(fields) <= set(FIELDS):
        return False
    dt.date.fromisoformat(fields.get("published") or "2000-01-01")
    return all(value is None or isinstance(value, str) for value in fields.values())
