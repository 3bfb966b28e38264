"""Checks after the fact: the index whole, and saved replies against the articles as they are indexed now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.stores.places import current, encoder_of, open_index, place_of
from index.types import DatelineError, Place, Store


def verify_index(folder: Path | Place) -> tuple[str, list[str]]:
    """(report, problems) of the live generation: checksums, lined-up rows, slices, vectors, the encoder."""
    problems = place_of(folder).verify()
    if not problems:
        encoder_of(folder, open_index(folder))
    return (
        f"generation {current(folder)} is whole"
        if not problems
        else f"generation {current(folder)} is damaged: {len(problems)} problems"
    ), problems


def verify_replies(file: Path, folder: Path | Place) -> tuple[str, list[str]]:
    """(report, problems) of the citations in replies saved with `ask --json`, one a line.

    A citation holds where its article is indexed with the same text and the slice is the quotation. Else it is said what became of
    it: moved (its sentence stands elsewhere in the article now), edited (the article has another text, without it), or gone.
    """
    store = open_index(folder)
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
                problems += [
                    f"{file}:{number}: {problem}" for problem in _problems(citation, store)
                ]
        except (ValueError, KeyError, TypeError, AttributeError):
            problems.append(
                f"{file}:{number}: expected a reply as ask --json prints it, found something else"
            )
    return (
        f"{checked - len(problems) if len(problems) < checked else 0} of {checked} citations in {len(lines)} replies hold",
        problems,
    )


def _citations(reply: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for answer in reply["answers"]:
        yield from answer["citations"]


def _problems(citation: dict[str, Any], store: Store) -> Iterator[str]:
    id, start, end = citation["article"]["id"], int(citation["start"]), int(citation["end"])
    article = store.article(id)
    if article is None:
        yield f"{citation['text']!r}: gone: the article {id!r} is no longer indexed"
    elif (
        article.text[start:end] != citation["text"]
        or article.sha256 != citation["article"]["sha256"]
    ):
        sentence = str(citation["sentence"])
        place = article.text.find(sentence)
        if article.sha256 == citation["article"]["sha256"]:
            yield f"{citation['text']!r}: never stood there: characters {start} to {end} of {id!r} are {article.text[start:end]!r}"
        elif place >= 0 and citation["text"] in sentence:
            yield f"{citation['text']!r}: moved: the article {id!r} was edited, its sentence now begins at character {place}"
        else:
            yield f"{citation['text']!r}: edited: the article {id!r} no longer has its sentence"
