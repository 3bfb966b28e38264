"""An index copied to another place: articles, passages and vectors as they are, nothing encoded anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.stores.places import Place, encoder_of, encoders_of, open_index, writing
from index.types import DatelineError, Embedder, Passage, Vectors

_AT_ONCE = 256  # passages


@dataclass(frozen=True, slots=True)
class _Given:
    """The encoder of an index that was made with a ready-made one: it is known, but not at hand."""

    name: str
    fingerprint: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise DatelineError(f"expected the encoder {self.name!r} to be given")

    def encode_question(self, question: str) -> Vectors:
        raise DatelineError(f"expected the encoder {self.name!r} to be given")


def copy(
    source: Place,
    target: Place,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> str:
    """Make the live generation of `source` the next and live one of `target`, and return its name there.

    The compiled encoder goes along. Raises DatelineError where one cannot be read or the other not be written: it is then as it was.
    """
    if source == target:
        raise DatelineError(f"expected two places, found {source} twice")
    store = open_index(source)
    wanted = store.manifest["encoder"]
    embedder: Embedder = _Given(wanted["name"], wanted["fingerprint"], wanted["dimensions"])
    if wanted["folder"] is not None:
        embedder = encoder_of(source, store)
    with writing(target) as desk:
        if (
            wanted["folder"] is not None
            and not (kept := encoders_of(target) / wanted["folder"]).exists()
        ):
            shutil.rmtree(
                aside := kept.with_name(f".{kept.name}"), ignore_errors=True
            )  # what an interrupted copy left
            shutil.copytree(encoders_of(source) / wanted["folder"], aside)
            aside.replace(kept)
        with desk.draft(embedder, store.manifest["settings"]) as draft:
            passages: list[Passage] = []
            vectors: list[Vectors] = []
            total = store.manifest["counts"]["articles"]
            for number, article in enumerate(store.articles(), 1):
                some, rows = store.indexed(article)
                passages, vectors = passages + some, [*vectors, rows]
                if len(passages) >= _AT_ONCE or number == total:
                    draft.add(passages, np.concatenate(vectors))
                    passages, vectors = [], []
                    progress("copying articles", number, total)
            return draft.publish()
