"""Take an article out of an index with every trace of it.

`remove` by a build leaves an article in the generation before, which rollback needs. A generation
that took over segments still holds the text of what was changed or removed. Purging writes the live
generation anew without it, from the vectors that exist. Then it deletes every other generation and
the build cache. Nothing of the old files is taken over.

Limits: what a file system or a backup keeps of deleted files is beyond this. An open archive moves
to the new generation with its next question.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.article_file import ArticleFile, ListedArticle, WholeArticles
from index.build_cache import CACHE
from index.encoded_file import ENCODED
from index.stores.local.generations import OpenIndex, generations
from index.stores.local.place import FolderPlace
from index.stores.local.store import LocalStore
from index.stores.manifest import notes_of
from index.stores.places import encoder_of, place_of
from index.types import Article, DatelineError, Embedder, IndexWriter, Passage, Place, Store


@dataclass(frozen=True, slots=True)
class Purged:
    """What purging did: the article, the live generation, and those that are gone."""

    article: Article
    generation: str
    gone: tuple[str, ...]


def purge(place: str | Path | Place, id: str, embedder: Embedder | None = None) -> Purged:
    """Remove an article and every trace of it from an index.

    `embedder` is the one that the index was made with; None opens it. Raises DatelineError for an
    unknown id, and if no other article is left. The index is then as it was.
    """
    place = place_of(place)
    live = place.open()
    article = live.article(id)
    if isinstance(place, FolderPlace):
        return _purge_folder(place, live, article, id, embedder)
    if article is None:
        raise _unknown(id)
    _forget(place)
    # The one before the live generation is kept for rollback: after two, both are without it.
    names = [live.generation]
    for _ in range(2):
        with place.writing() as writer:
            store = place.open()
            encoder = encoder_of(place, store, embedder)
            names.append(_write_without(place.encoders.parent, store, writer, id, encoder))
    return Purged(article, names.pop(), tuple(names))


def _purge_folder(
    place: FolderPlace, live: Store, article: Article | None, id: str, embedder: Embedder | None
) -> Purged:
    left = _left_in(live, id)
    found = article or left or next(_in_others(place.folder, live.generation, id), None)
    if found is None:
        raise _unknown(id)
    with place.writing() as writer:
        generation = live.generation
        if place.current() != generation:
            raise DatelineError(
                f"expected generation {generation} to be live still, found another; purge again"
            )
        if article is not None or left is not None:
            encoder = encoder_of(place, live, embedder)
            generation = _write_without(place.folder, live, writer, id, encoder)
        gone = [name for name in generations(place.folder) if name != generation]
        for name in gone:
            shutil.rmtree(place.folder / name)
        _forget(place)
    return Purged(found, generation, tuple(gone))


def _forget(place: Place) -> None:
    """Delete what builds learned: names of articles, and hashes of their words."""
    kept = [place.encoders / ENCODED]
    if place.cache is not None:
        kept += place.cache.glob(f"{CACHE}*")
    for file in kept:
        file.unlink(missing_ok=True)


def _left_in(live: Store, id: str) -> Article | None:
    """Return an article that was changed or removed and whose text is left."""
    if isinstance(live, LocalStore):
        return live.dead_article(id)
    return None


def _in_others(folder: Path, live: str, id: str) -> Iterator[Article]:
    """Yield the article from each generation that is not live and has it."""
    for name in generations(folder):
        if name == live:
            continue
        try:
            store = OpenIndex(folder / name)
            article = store.article(id) or store.dead_article(id)
        except (DatelineError, OSError):  # a damaged one is deleted with the others
            continue
        if article is not None:
            yield article


def _write_without(
    folder: Path, live: Store, writer: IndexWriter, id: str, embedder: Embedder
) -> str:
    """Publish a generation without an article, and return its name."""
    gone = live.article(id)
    with ArticleFile(folder, live) as texts:
        others = [texts.add(one) for one in live.articles() if one.id != id]
        staying = list(_with_stories(others, id))
        if not staying:
            raise DatelineError(
                "expected other articles in the index, found this one alone; "
                "delete the index folder instead"
            )
        notes = [note for note in notes_of(live.manifest) if gone is None or note.path != gone.path]
        writer.begin(embedder, live.manifest["settings"], staying, None, notes)
        for article in WholeArticles(staying):
            passages, vectors = live.indexed(article.id)
            moved = [
                Passage(article, passage.start, passage.end, passage.description)
                for passage in passages
            ]
            if moved:
                writer.add(moved, vectors)
        return writer.publish()


def _with_stories(articles: list[ListedArticle], id: str) -> Iterator[ListedArticle]:
    """Yield articles; near-copies of the one that goes are named by the first of them."""
    first = next((one.id for one in articles if one.story == id), None)
    for article in articles:
        yield replace(article, story=first) if article.story == id else article


def _unknown(id: str) -> DatelineError:
    return DatelineError(
        f"expected the id of an article in the index, found {id[:200]!r}; "
        "dateline retrieve --json shows ids"
    )
