"""What a generation says about itself, the same in every place.

A place may add keys of its own: what it needs to open a generation, and to check it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from index.models.encoder import CompiledEncoder
from index.types import Embedder, Note

ENCODERS = "encoders"  # the folder of compiled encoders in an index folder
_MOST_NOTES = 50


def new_manifest(
    format: int | str,
    previous: str | None,
    embedder: Embedder,
    settings: Mapping[str, Any],
    counts: Mapping[str, int],
    notes: Sequence[Note] = (),
) -> dict[str, Any]:
    """Return the manifest of a new generation.

    `encoder` has the name, fingerprint and dimensions of the embedder, and its folder below the
    place's encoders (None for one that no folder holds). `settings` decide the passages and what
    is encoded from them. `counts` has the articles and the passages, and `first_day` and
    `last_day` if an article is dated. `previous` is the generation that was live before. `notes`
    are what the build told of its files, the first of them.
    """
    encoder = {
        "name": embedder.name,
        "fingerprint": embedder.fingerprint,
        "dimensions": embedder.dimensions,
        "folder": None,
    }
    if isinstance(embedder, CompiledEncoder):
        encoder["folder"] = embedder.folder.name
    return {
        "format": format,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "previous": previous,
        "encoder": encoder,
        "settings": dict(settings),
        "counts": dict(counts),
        "notes": [[note.path, note.text] for note in notes[:_MOST_NOTES]],
        "files": {},
    }


def notes_of(manifest: Mapping[str, Any]) -> list[Note]:
    """Return the notes that a manifest keeps; none of one from before there were any."""
    return [Note(path, text) for path, text in manifest.get("notes", ())]


def counts_of(articles: int, passages: int, days: Sequence[int]) -> dict[str, int]:
    """Return the counts of a manifest.

    `days` are those of the dated articles, as ordinals.
    """
    counts = {"articles": articles, "passages": passages}
    if days:
        counts |= {"first_day": min(days), "last_day": max(days)}
    return counts
