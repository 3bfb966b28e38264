"""Notes of a build that say the same of many files or articles, told once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.types import Note


class MergedNotes:
    """Notes in order, with a few of those that say the same.

    The last of these says how many more there are. Notes say the same if only their numbers differ.
    """

    def __init__(self, most: int = 3) -> None:
        """Keep at most `most` notes that say the same."""
        self._most = most
        self._kept: dict[str, list[Note]] = {}
        self._more: dict[str, int] = {}

    def add(self, note: Note) -> None:
        """Keep a note, or count it."""
        said = re.sub(r"\d[\d,]*", "0", note.text)
        kept = self._kept.setdefault(said, [])
        if len(kept) < self._most:
            kept.append(note)
        else:
            self._more[said] = self._more.get(said, 0) + 1

    def merged(self) -> list[Note]:
        """Return the notes. The last one that is kept tells how many say the same."""
        merged: list[Note] = []
        for said, kept in self._kept.items():
            merged += kept
            if said in self._more:
                last = merged.pop()
                more = f"{last.text} (the same of {self._more[said]:,} more)"
                merged.append(Note(last.path, more))
        return merged


def merge_notes(notes: Iterable[Note], most: int = 3) -> list[Note]:
    """Return the notes in order, with at most `most` of those that say the same."""
    found = MergedNotes(most)
    for note in notes:
        found.add(note)
    return found.merged()
