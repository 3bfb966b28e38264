"""Notes of a build that say the same of many files or articles, told once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.types import Note


def merge_notes(notes: Iterable[Note], most: int = 3) -> list[Note]:
    """Return the notes in order, with at most `most` of those that say the same.

    Notes say the same if only their numbers differ. The last of them that is kept tells how many
    more there are.
    """
    alike: dict[str, list[Note]] = {}
    for note in notes:
        alike.setdefault(re.sub(r"\d[\d,]*", "0", note.text), []).append(note)
    merged: list[Note] = []
    for group in alike.values():
        kept, more = group[:most], len(group) - most
        if more > 0:
            kept[-1] = Note(kept[-1].path, f"{kept[-1].text} (the same of {more:,} more)")
        merged += kept
    return merged
