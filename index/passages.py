"""The passages of articles, new or kept from an earlier build.

This module finds which passages and vectors of an earlier build are still right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.text.chunking import PASSAGE_CHARACTERS, passage_spans
from index.text.dates import describe
from index.types import Article, Passage, Store

# What decides an article's passages and what is encoded from them. Vectors that were made under
# other settings are not used again.
SETTINGS = {
    "passages": "sentences 2",
    "passage_characters": PASSAGE_CHARACTERS,
    "encoded": "title and text 1",
    "described": "moments 4",
}


def passages_of(article: Article) -> list[Passage]:
    """Return the passages of an article, described, in order."""
    return [
        Passage(article, start, end, describe(article, start, end))
        for start, end in passage_spans(article.text, boilerplate=article.boilerplate)
    ]


def encoded_text(passage: Passage) -> str:
    """Return what the encoder reads of a passage: its title and its text.

    The title often names whom the passage calls "he".
    """
    if not passage.article.title:
        return passage.text
    return f"{passage.article.title}\n{passage.text}"


def made_alike(store: Store, fingerprint: str | None) -> bool:
    """Whether an index has the vectors that this encoder would make now."""
    manifest = store.manifest
    return bool(
        manifest["encoder"]["fingerprint"] == fingerprint and manifest["settings"] == SETTINGS
    )


def unchanged_passages(
    article: Article, stored: Sequence[Passage], fingerprint: str | None
) -> list[Passage] | None:
    """Return the stored passages as those of the article.

    Returns None if they are no longer its own. `fingerprint` is the one that the article was stored
    with.
    """
    if fingerprint != article.fingerprint or not stored:
        return None
    if stored[0].article.boilerplate != article.boilerplate:
        return None
    return [replace(passage, article=article) for passage in stored]
