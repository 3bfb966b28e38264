"""Loading and encoding in this process.

Files that did not change since an earlier build are not read again (index/corpus/file_cache.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from index.corpus.file_cache import FileCache
from index.corpus.loaders.bounds import bounds
from index.corpus.loading import load_articles
from index.encoded_file import EncodedFile
from index.models.runtime import start_in_pool
from index.passages import encoded_text, passages_of, unchanged_passages
from index.profiling import stage
from index.types import (
    Article,
    DatelineError,
    Embedder,
    Encoded,
    Note,
    Passage,
    Progress,
    Skipped,
    Store,
    Unencoded,
    Vectors,
    described,
)

_ENCODE_AT_ONCE = 256  # passages
_READING = 3  # change it if files are read in another way: all are read again


def file_cache(
    entries: Mapping[str, Any], articles: Mapping[str, Article], columns: Mapping[str, str]
) -> FileCache:
    """Return what remembers files, from the entries that an earlier build left.

    `articles` are those that files which did not change stand for, by fingerprint.
    """
    return FileCache(entries, articles, f"{_READING} {sorted(columns.items())} {bounds()}")


class LocalEngine:
    """The `Engine` of one process."""

    def __init__(self, files: FileCache | None = None, known: Collection[str] = ()) -> None:
        """Create an engine for this process.

        `files` remembers files. `known` has the fingerprints of articles that are indexed.
        """
        self._files, self._known = files, known

    def load(
        self, corpora: Sequence[Path], columns: Mapping[str, str]
    ) -> Iterator[Article | Skipped | Note]:
        """Yield the articles of folders and files, in order, and what was left out.

        Raises DatelineError for a missing folder.
        """
        imported: Callable[[], None] | None = None
        for item in load_articles(corpora, columns, self._files):
            if imported is None and self._is_new(item):
                imported = start_in_pool(_import_splitter)
            yield item
        if imported is not None:
            imported()

    def _is_new(self, item: Article | Skipped | Note) -> bool:
        return isinstance(item, Article) and item.fingerprint not in self._known

    def encode(
        self,
        articles: Collection[Article],
        embedder: Embedder,
        reusable: Store | None,
        scratch: Path,
        progress: Progress,
    ) -> Iterator[Encoded | Unencoded]:
        """Yield the articles' passages and vectors in order, some articles at a time.

        A text that stands in the article's earlier passages is not encoded again, nor one that an
        interrupted build encoded.
        """
        with EncodedFile(embedder, scratch) as made:
            yield from _encode(articles, embedder, reusable, made, progress)


def _encode(
    articles: Collection[Article],
    embedder: Embedder,
    reusable: Store | None,
    made: EncodedFile,
    progress: Progress,
) -> Iterator[Encoded | Unencoded]:
    fingerprints: Mapping[str, str] = {}
    if reusable is not None:
        fingerprints = reusable.fingerprints()
    waiting: list[Passage] = []
    vectors: dict[str, Vectors] = {}  # by text
    for number, article in enumerate(articles, 1):
        stored: list[Passage] = []
        if reusable is not None and article.id in fingerprints:
            stored, rows = reusable.indexed(article.id)
            vectors.update(zip(map(encoded_text, stored), rows, strict=True))
        passages = unchanged_passages(article, stored, fingerprints.get(article.id))
        if passages is None:
            try:
                passages = passages_of(article)
            except Exception as error:  # one bad article fails by itself
                yield Unencoded(article, described(error))
                passages = []
        waiting += passages
        if len(waiting) >= _ENCODE_AT_ONCE or number == len(articles):
            yield from _encoded_apart(waiting, vectors, embedder, made)
            waiting, vectors = [], {}
            progress("indexing articles", number, len(articles))


def _encoded_apart(
    passages: Sequence[Passage],
    known: Mapping[str, Vectors],
    embedder: Embedder,
    made: EncodedFile,
) -> Iterator[Encoded | Unencoded]:
    """Yield the passages with their vectors; if that fails, each article by itself.

    Raises the encoder's own DatelineError, which is no article's fault.
    """
    if not passages:
        return
    together: list[Encoded | Unencoded] = []
    try:
        together.append(_encoded(passages, known, embedder, made))
    except DatelineError:
        raise
    except Exception:
        for _, group in groupby(passages, key=lambda passage: passage.article.id):
            together.append(_encoded_or_why(list(group), known, embedder, made))
    yield from together


def _encoded_or_why(
    passages: Sequence[Passage],
    known: Mapping[str, Vectors],
    embedder: Embedder,
    made: EncodedFile,
) -> Encoded | Unencoded:
    """Return the vectors of one article's passages, or why there are none."""
    try:
        return _encoded(passages, known, embedder, made)
    except Exception as error:
        return Unencoded(passages[0].article, described(error))


def _encoded(
    passages: Sequence[Passage],
    known: Mapping[str, Vectors],
    embedder: Embedder,
    made: EncodedFile,
) -> Encoded:
    """Return the passages with their vectors, which are encoded unless they are known."""
    texts = [encoded_text(passage) for passage in passages]
    known = {**known, **made.vectors_of([text for text in texts if text not in known])}
    missing = [row for row, text in enumerate(texts) if text not in known]
    vectors = np.empty((len(texts), embedder.dimensions), dtype=np.float32)
    with stage("encoding"):
        vectors[missing] = embedder.encode([texts[row] for row in missing])
    made.add([texts[row] for row in missing], vectors[missing])
    for row, text in enumerate(texts):
        if text in known:
            vectors[row] = known[text]
    return Encoded(passages, vectors, reused=len(texts) - len(missing))


def _import_splitter() -> None:
    """Import the sentence splitter while the next files are read.

    New articles need it.
    """
    import index.text.splitter  # noqa: F401
