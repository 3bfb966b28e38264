"""The build path: load articles -> chunk -> describe -> encode -> add to stores -> publish."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.chunking import PASSAGE_CHARACTERS, passage_spans
from index.copies import stories
from index.describing import describe
from index.embedding import DEFAULT_ENCODER, compiled_encoder
from index.furniture import repeated_lines, without_furniture
from index.loading import load_articles
from index.local import LocalStore
from index.milvus import MilvusPlace, MilvusStore
from index.stores import encoders_of, place_of, writing
from index.types import Article, DatelineError, Embedder, Note, Passage, Skipped, Summary, Vectors

if TYPE_CHECKING:
    from index.ray_build import RayEngine

# What decides an article's passages and what is encoded of them: vectors made under other settings are not reused.
SETTINGS = {"passages": "sentences 2", "passage_characters": PASSAGE_CHARACTERS, "encoded": "title and text 1"}
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
    """Index the articles of `corpus` (a folder, a file, or several) into `folder`, or a place in Milvus (index/stores.py), and make that index live.

    `encoder` names the model (default: that of the live index, else all-MiniLM-L6-v2); `embedder` is one
    ready-made instead. `full` forgets the vectors of the live index. `columns` says which column of a table holds a field
    ({"text": "story"}), where its name does not. `engine` loads and encodes on Ray (index/ray_build.py) instead of here. Where nothing changed, nothing is
    written and the summary names the live generation. Raises DatelineError with one clear line where the
    folder is missing or holds no article, or the index cannot be written; the live index is then as it was.
    """
    began = time.perf_counter()
    corpora = [Path(one) for one in ([corpus] if isinstance(corpus, str | Path) else corpus)]
    place = place_of(folder)
    articles, skipped, notes = _loaded(corpora, columns or {}, progress, load_articles if engine is None else engine.load)

    with writing(place) as desk:
        live = desk.live()
        if embedder is None:
            name = encoder or (live.manifest["encoder"]["name"] if live is not None else DEFAULT_ENCODER)
            embedder = compiled_encoder(name, encoders_of(place), say=lambda line: progress(line, 0, 0))
        reusable = live if live is not None and not full and _made_alike(live, embedder) else None
        known = live.fingerprints() if live is not None else {}
        changed = sum(known.get(article.id, article.fingerprint) != article.fingerprint for article in articles)
        added = sum(article.id not in known for article in articles)
        removed = len(known.keys() - {article.id for article in articles})
        unchanged = len(articles) - added - changed

        if reusable is not None and unchanged == len(articles) and not removed:
            generation, passages, reused = (
                reusable.generation,
                int(reusable.manifest["counts"]["passages"]),
                reusable.manifest["counts"]["passages"],
            )
        else:
            articles = in_context(articles, progress)
            with desk.draft(embedder, SETTINGS) as draft:
                passages = reused = 0
                encoded = _encoded(articles, reusable, embedder, progress)
                if engine is not None:
                    encoded = engine.encoded(articles, embedder, encoders_of(place), partial(_unchanged, reusable, known), progress)
                for some, vectors, kept in encoded:
                    draft.add(some, vectors)
                    passages, reused = passages + len(some), reused + kept
                if engine is not None and engine.failed:
                    skipped += engine.failed
                    articles = [article for article in articles if article.id not in engine.lost]
                    added -= len(engine.lost - known.keys())
                generation = draft.publish()
    seconds = time.perf_counter() - began
    return Summary(generation, len(articles), passages, added, changed, removed, unchanged, reused, tuple(skipped), seconds, tuple(notes))


def _unchanged(live: LocalStore | MilvusStore | None, known: Mapping[str, str], article: Article) -> tuple[list[Passage], Vectors] | None:
    """The passages and vectors of an article that is as it was; None for another."""
    if live is None or known.get(article.id) != article.fingerprint:
        return None
    passages, vectors = live.indexed(article)
    if not passages or passages[0].article.furniture != article.furniture:
        return None
    return [replace(passage, article=article) for passage in passages], vectors


def _loaded(
    corpora: Sequence[Path], columns: Mapping[str, str], progress: Progress, load: Load = load_articles
) -> tuple[list[Article], list[Skipped], list[Note]]:
    """The articles that have something to answer from, what was left out, and what is to be told of the rest."""
    articles: list[Article] = []
    skipped: list[Skipped] = []
    notes: list[Note] = []
    for item in load(corpora, columns):
        if isinstance(item, Note):
            notes.append(item)
        elif isinstance(item, Article) and not without_furniture(item.text):
            skipped.append(Skipped(item.path, "there is nothing in it but page furniture"))
        elif isinstance(item, Article):
            articles.append(item)
            progress("loading articles", len(articles), 0)
        else:
            skipped.append(item)
    if not articles:
        why = f"; {len(skipped)} files skipped, the first {skipped[0].path}: {skipped[0].reason}" if skipped else ""
        raise DatelineError(f"expected articles in {', '.join(map(str, corpora))}, found none{why}. The index is as it was")
    return articles, skipped, notes + _other_languages(articles)


def _other_languages(articles: Sequence[Article]) -> list[Note]:
    counts = Counter(article.language for article in articles if article.language not in (None, "en"))
    if not counts:
        return []
    listed = ", ".join(f"{language} {count}" for language, count in counts.most_common())
    text = f"not in English: {listed}. They are indexed and marked; the default encoder and reader are made for English"
    return [Note("", f"{text}, a multilingual one can be named with --encoder and --reader")]


def _made_alike(live: LocalStore | MilvusStore, embedder: Embedder) -> bool:
    return bool(live.manifest["encoder"]["fingerprint"] == embedder.fingerprint and live.manifest["settings"] == SETTINGS)


def _encoded(
    articles: Sequence[Article], live: LocalStore | MilvusStore | None, embedder: Embedder, progress: Progress
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
        if known.get(article.id) == article.fingerprint and passages and passages[0].article.furniture == article.furniture:
            passages = [replace(passage, article=article) for passage in passages]
        else:
            passages = passages_of(article)
        waiting += passages
        if len(waiting) >= _ENCODE_AT_ONCE or number == len(articles):
            texts = [encoded_text(passage) for passage in waiting]
            missing = [row for row, text in enumerate(texts) if text not in reusable]
            vectors = np.empty((len(texts), embedder.dimensions), dtype=np.float32)
            vectors[missing] = embedder.encode([texts[row] for row in missing])
            for row in set(range(len(texts))).difference(missing):
                vectors[row] = reusable[texts[row]]
            yield waiting, vectors, len(texts) - len(missing)
            waiting, reusable = [], {}
            progress("indexing articles", number, len(articles))


def in_context(articles: Sequence[Article], progress: Progress) -> list[Article]:
    """The articles with what only the whole corpus shows: which are one story, and what their outlets print under every one."""
    progress("comparing articles", 0, 0)
    first = stories(articles)
    told = [replace(article, story=articles[number].id) for article, number in zip(articles, first, strict=True)]
    return [replace(article, furniture=lines) for article, lines in zip(told, repeated_lines(told), strict=True)]


def passages_of(article: Article) -> list[Passage]:
    """The passages of an article, described, in order."""
    return [
        Passage(article, start, end, describe(article, start, end))
        for start, end in passage_spans(article.text, furniture=article.furniture)
    ]


def encoded_text(passage: Passage) -> str:
    """What the encoder reads of a passage: its title, which often names whom the passage calls "he", and its text."""
    return f"{passage.article.title}\n{passage.text}" if passage.article.title else passage.text
