"""The path of a build, from loading articles to publishing an index.

The steps are: load articles -> chunk -> describe -> encode -> add to stores -> publish. `build` is
the whole path. The engine loads, chunks, describes and encodes (index/engines); the writer of the
place adds and publishes (index/stores). What only the whole corpus shows is found by comparing all
articles (index/comparing.py). An article that raises in any step is skipped by name.

Articles pass through: their texts are on the disk between the steps (index/article_file.py). So
memory grows by signatures and counts, not by texts. A build that was killed goes on with the
vectors that it had made (index/encoded_file.py).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from index.article_file import ArticleFile, ArticlesInTurn, ListedArticle, WholeArticles
from index.build_cache import NOTHING, load_cache, save_cache
from index.comparing import compare
from index.corpora import remember_corpora
from index.corpus.loading import load_records
from index.corpus.notes import merge_notes
from index.encoded_file import forget_encoded
from index.engines.local import LocalEngine, file_cache
from index.models.encoder import DEFAULT_ENCODER, compiled_encoder, compiled_fingerprint
from index.passages import SETTINGS, made_alike
from index.profiling import stage
from index.stores.places import place_of
from index.text.boilerplate import without_boilerplate
from index.types import (
    Article,
    DatelineError,
    Embedder,
    Encoded,
    Engine,
    IndexWriter,
    Note,
    Place,
    Progress,
    Skipped,
    Store,
    Summary,
    Unencoded,
    described,
    no_progress,
)

Corpus = str | Path | Iterable[str | Path] | Iterable[Article | Mapping[str, Any]]


def build(
    corpus: Corpus = "corpus",
    folder: str | Path | Place = "var/index",
    *,
    encoder: str | None = None,
    embedder: Embedder | None = None,
    full: bool = False,
    columns: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
    engine: Engine | None = None,
) -> Summary:
    """Index the articles of folders and files, and make that index live.

    `corpus` may be the articles themselves too: `Article`s, dictionaries with a "text", or a
    DataFrame with one row for each. `folder` is an index folder or another place
    (index/stores/places.py). `encoder` names the model (default: that of the live index, else
    all-MiniLM-L6-v2); `embedder` is a ready-made one instead. `full` forgets the vectors of the
    live index. `columns` says which column of a table holds a field ({"text": "story"}), if its
    name does not. `engine` loads and encodes instead of this process, for example on Ray. If
    nothing changed, nothing is written and the summary names the live generation.

    Raises DatelineError, on one line, if a folder is missing or holds no article, or the index
    cannot be written. The live index is then as it was.
    """
    began = time.perf_counter()
    place = place_of(folder)
    corpora, records = _paths_or_records(corpus)
    if columns is None:
        columns = {}
    with stage("opening the live index"):
        opened = _opened(place)
        memory = _Memory(place, opened, columns, full)
    engine = _engine_or_local(engine, memory)
    with ArticleFile(place.encoders.parent, memory.live) as texts:
        with stage("loading articles"):
            items = engine.load(corpora, columns)
            if records is not None:
                items = load_records(records, columns)
            articles, skipped, notes = _sorted_out(items, corpora, memory.known, texts, progress)

        with place.writing() as writer:
            live = writer.live(opened)
            changes = _Changes.between(live, articles)
            name = _encoder_name(encoder, live)
            fingerprint = _fingerprint(embedder, name, place)
            if live is not None and not full and changes.none and made_alike(live, fingerprint):
                generation, passages = live.generation, live.manifest["counts"]["passages"]
                reused = passages
                memory.save()
            else:
                if embedder is None:
                    embedder = _compiled(name, place, progress)
                reusable = _reusable(live, embedder, full)
                with stage("comparing articles"):
                    articles, memory.compared, apart = compare(articles, memory.compared, progress)
                    skipped += apart
                memory.save()
                missing = WholeArticles(writer.begin(embedder, SETTINGS, articles, reusable, notes))
                encoded = engine.encode(missing, embedder, reusable, place.encoders, progress)
                reused, failed = _add(writer, encoded)
                _check_some_left(articles, failed)
                with stage("publishing"):
                    generation = writer.publish()
                forget_encoded(place.encoders)
                passages = writer.passages
                articles, skipped = _without(failed, articles, skipped)
                changes = _Changes.between(live, articles)
            if records is None:
                remember_corpora(place.cache, corpora)
    return Summary(
        generation,
        len(articles),
        passages,
        changes.added,
        changes.changed,
        changes.removed,
        changes.unchanged,
        reused,
        tuple(skipped),
        time.perf_counter() - began,
        (*notes, *_other_languages(articles)),
    )


def _paths_or_records(
    corpus: Corpus,
) -> tuple[list[Path], Iterable[Article | Mapping[str, Any]] | None]:
    """Return folders and files, or the articles themselves.

    Raises DatelineError for anything else.
    """
    if isinstance(corpus, str | Path):
        return [Path(corpus)], None
    if hasattr(corpus, "to_dict") and hasattr(corpus, "notna"):  # a DataFrame; NaN is no value
        whole: Any = corpus
        return [], whole.astype(object).where(whole.notna(), None).to_dict("records")
    if isinstance(corpus, Mapping) or not isinstance(corpus, Iterable):
        raise DatelineError(
            "expected a folder, a list of folders, or a list of articles or dictionaries, "
            f"found {type(corpus).__name__}"
        )
    given: Iterator[Any] = iter(corpus)
    first = next(given, None)
    if first is None or isinstance(first, str | Path):
        paths = [] if first is None else [first, *given]
        if all(isinstance(one, str | Path) for one in paths):
            return [Path(one) for one in paths], None
        return [], paths
    return [], chain([first], given)


def _opened(place: Place) -> Store | None:
    """Return the live generation, or None if none opens.

    Returns None too if the place has no cache: then a build keeps nothing of it.
    """
    if place.cache is None:
        return None
    try:
        return place.open()
    except DatelineError:
        return None


class _Memory:
    """The memory of an earlier build.

    It holds what that build learned of files and of all articles. So this build need not learn it.
    It lies beside the generations (index/build_cache.py). Without it a build takes longer. Articles
    are read from the live generation.
    """

    def __init__(
        self, place: Place, opened: Store | None, columns: Mapping[str, str], full: bool
    ) -> None:
        self._folder = place.cache
        self._entries: dict[str, Any] = {}
        self._compared = NOTHING
        self.live: Store | None = None  # whose articles are not read from the corpus again
        if self._folder is not None and not full:
            self._entries, self._compared = load_cache(self._folder)
            self.live = opened
        articles = ArticlesInTurn(self.live)
        self.known: frozenset[str] = frozenset()  # fingerprints of the articles that are indexed
        if opened is not None:
            self.known = frozenset(opened.fingerprints().values())
        self.files = file_cache(self._entries, articles, columns)
        self.compared = self._compared

    def save(self) -> None:
        """Keep what was learned, if it is anything new, and let go of it."""
        entries = self.files.entries
        if not entries:  # another engine read the files, and keeps none
            entries = self._entries
        new = entries != self._entries or self.compared is not self._compared
        if self._folder is not None and new:
            with stage("keeping what was learned"):
                save_cache(self._folder, entries, self.compared)
        self.compared = self._compared = NOTHING


def _engine_or_local(given: Engine | None, memory: _Memory) -> Engine:
    if given is not None:
        return given
    return LocalEngine(memory.files, memory.known)


def _sorted_out(
    items: Iterable[Article | Skipped | Note],
    corpora: Sequence[Path],
    known: frozenset[str],
    texts: ArticleFile,
    progress: Progress,
) -> tuple[list[ListedArticle], list[Skipped], list[Note]]:
    """Return the usable articles, what was left out, and the notes to show.

    An article is usable if it can answer something. `known` has the fingerprints of articles that
    can. Its text goes to `texts`. Raises DatelineError if there is no article.
    """
    articles: list[ListedArticle] = []
    skipped: list[Skipped] = []
    notes: list[Note] = []
    for item in items:
        if isinstance(item, Note):
            notes.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        elif (reason := _unusable(item, known)) is not None:
            skipped.append(Skipped(item.path, reason))
        else:
            articles.append(texts.add(item))
            progress("loading articles", len(articles), 0)
    if not articles:
        raise DatelineError(
            f"expected articles in {_named(corpora)}, found none{_why(skipped)}. "
            "The index is as it was"
        )
    return articles, skipped, merge_notes(notes)


def _unusable(article: Article, known: frozenset[str]) -> str | None:
    """Return why an article can answer nothing; None if it can."""
    try:
        if article.fingerprint in known or without_boilerplate(article.text):
            return None
    except Exception as error:  # one bad article fails by itself
        return f"it cannot be read: {described(error)}"
    return "there is nothing in it but boilerplate"


def _named(corpora: Sequence[Path]) -> str:
    return ", ".join(map(str, corpora)) or "what is given"


def _why(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    first = skipped[0]
    return f"; {len(skipped)} files skipped, the first {first.path}: {first.reason}"


def _other_languages(articles: Sequence[ListedArticle]) -> list[Note]:
    counts = Counter(
        article.language for article in articles if article.language not in (None, "en")
    )
    if not counts:
        return []
    listed = ", ".join(f"{language} {count}" for language, count in counts.most_common())
    return [
        Note(
            "",
            f"not in English: {listed}. They are indexed and marked; the default encoder and "
            "reader are made for English, a multilingual encoder and reader can be named",
        )
    ]


@dataclass(frozen=True, slots=True)
class _Changes:
    """The changes that a build makes to the live generation.

    They count the articles that it adds, changes, removes and keeps.
    """

    added: int
    changed: int
    removed: int
    unchanged: int

    @classmethod
    def between(cls, live: Store | None, articles: Sequence[ListedArticle]) -> _Changes:
        known: Mapping[str, str] = {}
        if live is not None:
            known = live.fingerprints()
        added = changed = 0
        for article in articles:
            if article.id not in known:
                added += 1
            elif article.fingerprint != known[article.id]:
                changed += 1
        removed = len(known.keys() - {article.id for article in articles})
        return cls(added, changed, removed, len(articles) - added - changed)

    @property
    def none(self) -> bool:
        return not self.added and not self.changed and not self.removed


def _encoder_name(encoder: str | None, live: Store | None) -> str:
    if encoder is not None:
        return encoder
    if live is not None:
        return str(live.manifest["encoder"]["name"])
    return DEFAULT_ENCODER


def _fingerprint(embedder: Embedder | None, name: str, place: Place) -> str | None:
    """Return the encoder's fingerprint without opening the encoder.

    Returns None if it is not compiled yet.
    """
    if embedder is not None:
        return embedder.fingerprint
    return compiled_fingerprint(name, place.encoders)


def _compiled(name: str, place: Place, progress: Progress) -> Embedder:
    with stage("opening the encoder"):
        return compiled_encoder(name, place.encoders, say=lambda line: progress(line, 0, 0))


def _reusable(live: Store | None, embedder: Embedder, full: bool) -> Store | None:
    """Return the live generation if its vectors may be used again."""
    if live is None or full or not made_alike(live, embedder.fingerprint):
        return None
    return live


def _add(
    writer: IndexWriter, encoded: Iterable[Encoded | Unencoded]
) -> tuple[int, dict[str, Skipped]]:
    """Add what the engine encodes to the index.

    Returns how many vectors are reused, and what failed, by id.
    """
    reused = writer.passages  # those of the articles that were taken over
    failed: dict[str, Skipped] = {}
    for item in encoded:
        if isinstance(item, Unencoded):
            reason = f"it cannot be encoded: {item.reason}"
            failed[item.article.id] = Skipped(item.article.path, reason)
            continue
        with stage("adding to the stores"):
            writer.add(item.passages, item.vectors)
        reused += item.reused
    return reused, failed


def _check_some_left(articles: Sequence[ListedArticle], failed: Mapping[str, Skipped]) -> None:
    """Raise DatelineError if every article failed: then the fault is not theirs."""
    if not failed or len(failed) < len(articles):
        return
    reason = next(iter(failed.values())).reason
    raise DatelineError(
        f"expected articles that can be indexed, found none among {len(articles)}: {reason}. "
        "The index is as it was"
    )


def _without(
    failed: Mapping[str, Skipped],
    articles: Sequence[ListedArticle],
    skipped: Sequence[Skipped],
) -> tuple[list[ListedArticle], list[Skipped]]:
    """Return the articles that did not fail, and everything left out.

    What is left out includes the articles that failed.
    """
    kept = [article for article in articles if article.id not in failed]
    return kept, [*skipped, *failed.values()]
