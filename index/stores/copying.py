"""An index copied to another place: articles, passages and vectors as they are.

Nothing is encoded anew. Articles pass through one by one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article_file import ArticleFile, ListedArticle
from index.stores.places import encoder_of, place_of
from index.types import (
    DatelineError,
    Embedder,
    Note,
    Passage,
    Place,
    Progress,
    Store,
    Vectors,
    no_progress,
)

_AT_ONCE = 256  # passages


def copy(
    source: str | Path | Place,
    target: str | Path | Place,
    progress: Progress = no_progress,
) -> str:
    """Copy the live generation of `source` to `target` and return its new name.

    It becomes the next and live generation of `target`. The compiled encoder goes along. Raises
    DatelineError if `source` cannot be read or `target` cannot be written, which is then as it was.
    """
    source, target = place_of(source), place_of(target)
    if source == target:
        raise DatelineError(f"expected two places, found {source} twice")
    store = source.open()
    embedder = _embedder(source, store)
    with ArticleFile(target.encoders.parent, store) as texts, target.writing() as writer:
        articles = [texts.add(article) for article in store.articles()]
        _copy_encoder(source, target, store.manifest["encoder"]["folder"])
        settings = store.manifest["settings"]
        notes = [Note(path, text) for path, text in store.manifest.get("notes", ())]
        writer.begin(embedder, settings, articles, None, notes)
        for passages, vectors, done in _indexed(store, articles):
            writer.add(passages, vectors)
            progress("copying articles", done, len(articles))
        return writer.publish()


def _indexed(
    store: Store, articles: Sequence[ListedArticle]
) -> Iterator[tuple[list[Passage], Vectors, int]]:
    """Yield passages and vectors in parts, and how many articles are done with each."""
    passages: list[Passage] = []
    vectors: list[Vectors] = []
    for number, article in enumerate(articles, 1):
        some, rows = store.indexed(article.id)
        passages += some
        vectors.append(rows)
        if len(passages) >= _AT_ONCE or number == len(articles):
            yield passages, np.concatenate(vectors), number
            passages, vectors = [], []


def _copy_encoder(source: Place, target: Place, name: str | None) -> None:
    """Copy a compiled encoder, unless the target has it."""
    if name is None or (target.encoders / name).exists():
        return
    aside = target.encoders / f".{name}"
    shutil.rmtree(aside, ignore_errors=True)  # what an interrupted copy left
    shutil.copytree(source.encoders / name, aside)
    aside.replace(target.encoders / name)


def _embedder(place: Place, store: Store) -> Embedder:
    wanted = store.manifest["encoder"]
    if wanted["folder"] is None:
        return _NotAtHand(wanted["name"], wanted["fingerprint"], wanted["dimensions"])
    return encoder_of(place, store)


@dataclass(frozen=True, slots=True)
class _NotAtHand:
    """The ready-made encoder of an index, known but not at hand."""

    name: str
    fingerprint: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise DatelineError(f"expected the encoder {self.name!r} to be given")

    def encode_question(self, question: str) -> Vectors:
        raise DatelineError(f"expected the encoder {self.name!r} to be given")
