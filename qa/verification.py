"""Checks after the fact.

They check the whole index, and saved replies against the articles indexed now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.stores.places import current, encoder_of, open_index, place_of
from index.types import Article, DatelineError, Place, Store

# What is raised by what is no reply: nested too deep, an infinite place, another shape.
_NO_REPLY = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


def verify_index(place: str | Path | Place) -> tuple[str, list[str]]:
    """Return a report on the live generation, and its problems.

    Checksums, the order of rows, slices, vectors and the encoder are checked. Raises
    DatelineError if it does not open.
    """
    problems = place_of(place).verify()
    generation = current(place)
    if problems:
        return f"generation {generation} is damaged: {len(problems)} problems", problems
    encoder_of(place, open_index(place))
    return f"generation {generation} is whole", []


def verify_replies(file: Path, place: str | Path | Place) -> tuple[str, list[str]]:
    """Return a report on the citations in saved replies, and their problems.

    The file holds replies from `ask --json`, one per line. A citation holds if its article is
    indexed with the same text and the slice is the quotation. Otherwise the problem says what
    became of it. It moved (the article has its sentence elsewhere), was edited (the article has
    it no more), is gone (the article is), or never stood there. Raises DatelineError for a file
    that cannot be read.
    """
    store = open_index(place)
    try:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DatelineError(
            f"expected saved replies in {file}, found it unreadable ({error})"
        ) from None
    problems, checked = [], 0
    for number, line in enumerate(lines, 1):
        try:
            for citation in _citations(json.loads(line)):
                checked += 1
                problem = _problem(citation, store)
                if problem is not None:
                    problems.append(f"{file}:{number}: {citation['text']!r}: {problem}")
        except _NO_REPLY:
            problems.append(
                f"{file}:{number}: expected a reply as ask --json prints it, found something else"
            )
    held = max(0, checked - len(problems))
    return f"{held} of {checked} citations in {len(lines)} replies hold", problems


def _citations(reply: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for answer in reply["answers"]:
        yield from answer["citations"]


def _problem(citation: Mapping[str, Any], store: Store) -> str | None:
    """Return what became of a citation that does not hold; None if it holds."""
    id, start, end = citation["article"]["id"], int(citation["start"]), int(citation["end"])
    article = store.article(id)
    if article is None:
        return f"gone: the article {id!r} is no longer indexed"
    same_text = article.sha256 == citation["article"]["sha256"]
    found = article.text[start:end]
    if same_text and found == citation["text"]:
        return None
    if same_text:
        return f"never stood there: characters {start} to {end} of {id!r} are {found!r}"
    return _what_an_edit_did(citation, article)


def _what_an_edit_did(citation: Mapping[str, Any], article: Article) -> str:
    sentence = str(citation["sentence"])
    place = article.text.find(sentence)
    if place >= 0 and citation["text"] in sentence:
        return (
            f"moved: the article {article.id!r} was edited, "
            f"its sentence now begins at character {place}"
        )
    return f"edited: the article {article.id!r} no longer has its sentence"
