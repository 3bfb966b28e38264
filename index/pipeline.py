"""The build path: load articles -> chunk -> describe -> encode -> add to stores -> publish."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.build_cache import NOTHING, Compared, load_cache, save_cache
from index.corpus.file_cache import Reading
from index.corpus.loaders.bounds import bounds
from index.corpus.loading import load_articles
from index.models.encoder import (
    DEFAULT_ENCODER,
    compiled_encoder,
    compiled_fingerprint,
)
from index.models.runtime import start_in_pool
from index.profiling import stage
from index.stores.local.generations import Desk
from index.stores.local.store import LocalDraft, LocalStore, numbered
from index.stores.milvus.connection import MilvusPlace
from index.stores.milvus.store import MilvusStore
from index.stores.places import Place, encoders_of, open_index, place_of, writing
from index.text.boilerplate import find_repeated_lines, without_boilerplate
from index.text.chunking import PASSAGE_CHARACTERS, passage_spans
from index.text.dates import describe
from index.text.near_duplicates import find_near_duplicates
from index.types import Article, DatelineError, Embedder, Note, Passage, Skipped, Summary, Vectors

if TYPE_CHECKING:
    from index.engines.ray import RayEngine

# What decides an article's passages and what is encoded of them: vectors made under other settings are not reused.
SETTINGS = {
    "passages": "sentences 2",
    "passage_characters": PASSAGE_CHARACTERS,
    "encoded": "title and text 1",
    "described": "moments 2",
}
_ENCODE_AT_ONCE = 256

Progress = Callable[[str, int, int], None]  # (what, done, of how many)
Load = Callable[[Sequence[Path], Mapping[str, str]], Iterator[Article | Skipped | Note]]


def build(
    corpus: str | Path | Sequence[str | Path] = "corpus",
    folder: str | Path | MilvusPlace = "var/index",
    *,
    encoder: str | None = None,
    embedder: Embedder | None = None,
    full: bool = False,
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda what, done, total: None,
    engine: RayEngine | None = None,
) -> Summary:
    """Index the articles of `corpus` (a folder, a file, or several) into `folder`, or a place in Milvus (index/stores/places.py), and make that index live.

    `encoder` names the model (default: that of the live index, else all-MiniLM-L6-v2); `embedder` is one
    ready-made instead. `full` forgets the vectors of the live index. `columns` says which column of a table holds a field
    ({"text": "story"}), where its name does not. `engine` loads and encodes on Ray (index/engines/ray.py) instead of here. Where nothing changed, nothing is
    written and the summary names the live generation. Raises DatelineError with one clear line where the
    folder is missing or holds no article, or the index cannot be written; the live index is then as it was.
    """
    began = time.perf_counter()
    corpora = [Path(one) for one in ([corpus] if isinstance(corpus, str | Path) else corpus)]
    place = place_of(folder)
    with stage("opening the live index"):
        before = _opened(place)
        entries, left = load_cache(place) if isinstance(place, Path) and not full else ({}, NOTHING)
        learned = left
        kept = _kept(before)
    with stage("loading articles"):
        read = f"{sorted((columns or {}).items())} {bounds()}"
        importing: list[Callable[[], None]] = []
        reading = Reading(
            entries,
            kept.values() if not full else (),
            read,
            lambda: importing.append(start_in_pool(_import_splitter)),
        )
        load = partial(load_articles, reading=reading) if engine is None else engine.load
        articles, skipped, notes = _loaded(
            corpora,
            columns or {},
            load,
            {article.fingerprint for article in kept.values()},
            progress,
        )
        for imported in importing:
            imported()

    with writing(place) as desk:
        live: LocalStore | MilvusStore | None = before
        if (
            before is None or not isinstance(desk, Desk) or before.generation != desk.live_name()
        ):  # another builder was faster
            live = desk.live()
            kept = _kept(live)
        known = live.fingerprints() if live is not None else {}
        changed = sum(
            known.get(article.id, article.fingerprint) != article.fingerprint
            for article in articles
        )
        added = sum(article.id not in known for article in articles)
        removed = len(known.keys() - {article.id for article in articles})
        unchanged = len(articles) - added - changed
        name = encoder or (
            live.manifest["encoder"]["name"] if live is not None else DEFAULT_ENCODER
        )
        fingerprint = (
            embedder.fingerprint
            if embedder is not None
            else compiled_fingerprint(name, encoders_of(place))
        )

        if (
            live is not None
            and not full
            and _made_alike(live, fingerprint)
            and unchanged == len(articles)
            and not removed
        ):
            generation = live.generation
            passages = reused = int(live.manifest["counts"]["passages"])
        else:
            with stage("opening the encoder"):
                if embedder is None:
                    embedder = compiled_encoder(
                        name, encoders_of(place), say=lambda line: progress(line, 0, 0)
                    )
            reusable = (
                live
                if live is not None and not full and _made_alike(live, embedder.fingerprint)
                else None
            )
            with stage("comparing articles"):
                progress("comparing articles", 0, 0)
                articles, left = in_context(articles, left)
            numbers = (
                _room(articles, kept, reusable)
                if isinstance(reusable, LocalStore) and engine is None
                else None
            )
            after = reusable if numbers is not None and isinstance(reusable, LocalStore) else None
            with (
                desk.draft(embedder, SETTINGS, after)
                if isinstance(desk, Desk)
                else desk.draft(embedder, SETTINGS) as draft
            ):
                passages = reused = (
                    int(after.manifest["counts"]["passages"]) if after is not None else 0
                )
                if numbers is not None and isinstance(draft, LocalDraft):
                    draft.tell(
                        [article for article in articles if article.id not in numbers], numbers
                    )
                to_add = (
                    articles
                    if numbers is None
                    else [article for article in articles if article.id in numbers]
                )
                if engine is None:
                    encoded = _encoded(to_add, reusable, embedder, progress)
                else:
                    encoded = engine.encoded(
                        articles,
                        embedder,
                        encoders_of(place),
                        partial(_unchanged, reusable, known),
                        progress,
                    )
                for some, vectors, there in encoded:
                    with stage("adding to the stores"):
                        draft.add(some, vectors)
                    passages, reused = passages + len(some), reused + there
                if engine is not None and engine.failed:
                    skipped += engine.failed
                    articles = [article for article in articles if article.id not in engine.lost]
                    added -= len(engine.lost - known.keys())
                with stage("publishing"):
                    generation = draft.publish()
        if (
            isinstance(place, Path)
            and engine is None
            and (reading.entries != entries or left is not learned)
        ):
            with stage("keeping what was learned"):
                save_cache(place, reading.entries, left)
    seconds = time.perf_counter() - began
    return Summary(
        generation,
        len(articles),
        passages,
        added,
        changed,
        removed,
        unchanged,
        reused,
        tuple(skipped),
        seconds,
        tuple(notes),
    )


def _unchanged(
    live: LocalStore | MilvusStore | None, known: Mapping[str, str], article: Article
) -> tuple[list[Passage], Vectors] | None:
    """The passages and vectors of an article that is as it was; None for another."""
    if live is None or known.get(article.id) != article.fingerprint:
        return None
    passages, vectors = live.indexed(article)
    if not passages or passages[0].article.boilerplate != article.boilerplate:
        return None
    return [replace(passage, article=article) for passage in passages], vectors


def _import_splitter() -> None:
    """Done beside the reading of files, which waits for another process: it takes a quarter of a second, and new files mean new passages."""
    import index.text.splitter  # noqa: F401


def _opened(place: Place) -> LocalStore | None:
    """The live generation of a folder; None where there is none that opens."""
    try:
        return open_index(place) if isinstance(place, Path) else None  # type: ignore[return-value]
    except DatelineError:
        return None


def _kept(live: LocalStore | MilvusStore | None) -> dict[str, Article]:
    """The articles of a generation on disk, by id."""
    return (
        {article.id: article for article in live.articles()} if isinstance(live, LocalStore) else {}
    )


def _room(
    articles: Sequence[Article], kept: Mapping[str, Article], live: LocalStore
) -> dict[str, int] | None:
    """Numbers by id for the articles that are not in `live`, where all of its own, `kept`, are there with the passages they have; else None."""
    same = [
        article
        for article in articles
        if article.id in kept
        and (article.fingerprint, article.boilerplate)
        == (kept[article.id].fingerprint, kept[article.id].boilerplate)
    ]
    return numbered(articles, live.numbers()) if len(same) == len(kept) else None


def _loaded(
    corpora: Sequence[Path],
    columns: Mapping[str, str],
    load: Load,
    known: Collection[str],
    progress: Progress,
) -> tuple[list[Article], list[Skipped], list[Note]]:
    """The articles that have something to answer from, what was left out, and what is to be told of the rest.

    `known`: fingerprints of articles that have.
    """
    articles: list[Article] = []
    skipped: list[Skipped] = []
    notes: list[Note] = []
    for item in load(corpora, columns):
        if isinstance(item, Note):
            notes.append(item)
        elif (
            isinstance(item, Article)
            and item.fingerprint not in known
            and not without_boilerplate(item.text)
        ):
            skipped.append(Skipped(item.path, "there is nothing in it but boilerplate"))
        elif isinstance(item, Article):
            articles.append(item)
            progress("loading articles", len(articles), 0)
        else:
            skipped.append(item)
    if not articles:
        why = (
            f"; {len(skipped)} files skipped, the first {skipped[0].path}: {skipped[0].reason}"
            if skipped
            else ""
        )
        raise DatelineError(
            f"expected articles in {', '.join(map(str, corpora))}, found none{why}. The index is as it was"
        )
    return articles, skipped, notes + _other_languages(articles)


def _other_languages(articles: Sequence[Article]) -> list[Note]:
    counts = Counter(
        article.language for article in articles if article.language not in (None, "en")
    )
    if not counts:
        return []
    listed = ", ".join(f"{language} {count}" for language, count in counts.most_common())
    text = f"not in English: {listed}. They are indexed and marked; the default encoder and reader are made for English"
    return [Note("", f"{text}, a multilingual one can be named with --encoder and --reader")]


def _made_alike(live: LocalStore | MilvusStore, fingerprint: str | None) -> bool:
    return bool(
        live.manifest["encoder"]["fingerprint"] == fingerprint
        and live.manifest["settings"] == SETTINGS
    )


def _encoded(
    articles: Sequence[Article],
    live: LocalStore | MilvusStore | None,
    embedder: Embedder,
    progress: Progress,
) -> Iterator[tuple[list[Passage], Vectors, int]]:
    """(passages, vectors, how many of the vectors were reused), in the order of the articles, some articles at a time."""
    known = live.fingerprints() if live is not None else {}
    waiting: list[Passage] = []
    reusable: dict[str, Vectors] = {}
    for number, article in enumerate(articles, 1):
        passages: list[Passage] = []
        if live is not None and article.id in known:
            passages, vectors = live.indexed(article)
            reusable.update(zip(map(encoded_text, passages), vectors, strict=True))
        if (
            known.get(article.id) == article.fingerprint
            and passages
            and passages[0].article.boilerplate == article.boilerplate
        ):
            passages = [replace(passage, article=article) for passage in passages]
        else:
            passages = passages_of(article)
        waiting += passages
        if len(waiting) >= _ENCODE_AT_ONCE or number == len(articles):
            texts = [encoded_text(passage) for passage in waiting]
            missing = [row for row, text in enumerate(texts) if text not in reusable]
            vectors = np.empty((len(texts), embedder.dimensions), dtype=np.float32)
            with stage("encoding"):
                vectors[missing] = embedder.encode([texts[row] for row in missing])
            for row in set(range(len(texts))).difference(missing):
                vectors[row] = reusable[texts[row]]
            yield waiting, vectors, len(texts) - len(missing)
            waiting, reusable = [], {}
            progress("indexing articles", number, len(articles))


def in_context(
    articles: Sequence[Article], before: Compared = NOTHING
) -> tuple[list[Article], Compared]:
    """The articles with what only the whole corpus shows: which are one story, and what their outlets print under every one.

    `before` is what an earlier comparison left; the second result is what this one leaves.
    """
    places = before.places(articles)
    sketches = find_near_duplicates(articles, before.sketches, places)
    told = [
        _told(article, articles[first].id, article.boilerplate)
        for article, first in zip(articles, sketches.first, strict=True)
    ]
    lines = find_repeated_lines(told, before.lines, places)
    told = [
        _told(article, article.story, boilerplate)
        for article, boilerplate in zip(told, lines.boilerplate(), strict=True)
    ]
    return told, Compared(tuple(article.fingerprint for article in articles), sketches, lines)


def _told(article: Article, story: str | None, boilerplate: tuple[tuple[int, int], ...]) -> Article:
    if (story, boilerplate) == (article.story, article.boilerplate):
        return article
    told = replace(article, story=story, boilerplate=boilerplate)
    told.__dict__["fingerprint"] = (
        article.fingerprint
    )  # of neither of them: where the cached property keeps it
    return told


def passages_of(article: Article) -> list[Passage]:
    """The passages of an article, described, in order."""
    return [
        Passage(article, start, end, describe(article, start, end))
        for start, end in passage_spans(article.text, boilerplate=article.boilerplate)
    ]


def encoded_text(passage: Passage) -> str:
    """What the encoder reads of a passage: its title, which often names whom the passage calls "he", and its text."""
    return f"{passage.article.title}\n{passage.text}" if passage.article.title else passage.text
