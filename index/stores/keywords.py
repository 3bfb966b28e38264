"""Keyword search by Tantivy's BM25.

It covers a passage's text, its title and its description. Questions are analysed into terms and
never parsed as query syntax, so no question is an error and none reaches Tantivy's query language.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.scratch import ScratchFolder
from index.types import DatelineError, Filters, Passage, WordCounts

TITLE_WEIGHT, DESCRIPTION_WEIGHT = 0.5, 0.5
_MAX_TERMS = 64
_SPARE = 32  # more hits that are looked at if dead ones are among the best
# Words of a question that say nothing about its passage, beside Tantivy's own English list.
_QUESTION_WORDS = (
    "who whom whose what which when where why how many much did does do was were has have had is "
    "are can could would should been being about from any some than them us we you your my me i"
).split()
_AROUND_WORDS = "\"'“”‘’?!.,;:()"


def text_analyzer() -> tantivy.TextAnalyzer:
    """Return the analyser that turns texts into terms.

    The terms are folded and stemmed, without English stopwords.
    """
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def question_terms(text: str, analyzer: tantivy.TextAnalyzer) -> list[str]:
    """Return the distinct terms of a question, in order, at most 64.

    Its question words are left out.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no text to Tantivy
    words = [
        word for word in text.split() if word.strip(_AROUND_WORDS).casefold() not in _QUESTION_WORDS
    ]
    return list(dict.fromkeys(analyzer.analyze(" ".join(words))))[:_MAX_TERMS]


def _idf(rows: int, having: int) -> float:
    """Return the weight of a term that so many rows have, as Tantivy's BM25 does."""
    return math.log(1 + (rows - having + 0.5) / (having + 0.5))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("body", "title", "description"):
        builder.add_text_field(name, tokenizer_name="dateline", index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True)
    builder.add_unsigned_field("row", fast=True)
    return builder.build()


def write_keywords(
    passages: Iterable[Passage], folder: Path, first: int = 0, after: Path | None = None
) -> None:
    """Write the keyword index of passages; the n-th has the row `first` + n.

    They are added to those of the index `after`. Raises OSError if it cannot be written.
    """
    writer = KeywordWriter(folder, after)
    for row, passage in enumerate(passages, first):
        writer.add(row, passage)
    writer.finish()


class KeywordWriter:
    """A keyword index that is being written into a folder of its own.

    It begins with the files of the index `after`, which never change and are linked, not copied.
    BM25 counts terms over all of Tantivy's segments, so that what was added later scores as if all
    had been written at once. Each method raises OSError if the index cannot be written.
    """

    def __init__(self, folder: Path, after: Path | None = None) -> None:
        """Begin an index in a new folder."""
        folder.mkdir()
        if after is not None:
            for file in after.iterdir():
                if file.suffix == ".json":  # Tantivy's lists of files
                    shutil.copyfile(file, folder / file.name)
                elif file.suffix != ".lock":
                    link_or_copy(file, folder / file.name)
        with _as_os_error():
            index = tantivy.Index(_schema(), path=str(folder))
            index.register_tokenizer("dateline", text_analyzer())
            self._writer: Any = index.writer(heap_size=64_000_000, num_threads=1)

    def add(self, row: int, passage: Passage) -> None:
        """Add a passage, whose row this is."""
        document = tantivy.Document()
        document.add_unsigned("row", row)
        document.add_text("body", passage.text)
        document.add_text("title", passage.article.title or "")
        document.add_text("description", passage.description)
        if passage.article.source is not None:
            document.add_text("source", passage.article.source.casefold())
        if passage.article.published is not None:
            document.add_integer("day", passage.article.published.toordinal())
        with _as_os_error():
            self._writer.add_document(document)

    def finish(self) -> None:
        """Write what was added."""
        with _as_os_error():
            self._writer.commit()
            self._writer.wait_merging_threads()
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._writer = None


@contextlib.contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # Tantivy's own for a full disk, too
        reason = " ".join(str(error).split())[:200]
        raise OSError(f"the keyword index cannot be written ({reason})") from None


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that never changes a second name.

    It is copied if the file system has no links.
    """
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class KeywordIndex:
    """A written index: read-only, safe to search from several threads."""

    def __init__(
        self,
        folder: Path,
        title_weight: float = TITLE_WEIGHT,
        description_weight: float = DESCRIPTION_WEIGHT,
    ) -> None:
        """Open the index in a folder. Raises DatelineError if there is none that is whole.

        The weights are those of a term in the title and the description; in the text it has 1.
        """
        self._folder = folder
        with self._whole():
            self._index = tantivy.Index.open(str(self._view(folder)))
            self._searcher = self._index.searcher()
        self._fields = (("body", 1.0), ("title", title_weight), ("description", description_weight))
        self._analyzer = text_analyzer()
        self._schema = self._index.schema

    def _view(self, folder: Path) -> Path:
        """Return a temporary folder of links to the index.

        Tantivy locks where it reads, and a generation is never written to.
        """
        self._scratch = ScratchFolder()
        view = self._scratch.path
        try:
            for file in folder.iterdir():
                if file.suffix != ".lock":
                    (view / file.name).symlink_to(file.resolve())
        except OSError:
            return folder  # Windows without the right to make links
        return view

    @property
    def rows(self) -> int:
        """How many passages the index holds."""
        return int(self._searcher.num_docs)

    def terms(self, text: str) -> list[str]:
        """Return the terms of a question that are searched for."""
        return question_terms(text, self._analyzer)

    def matching(
        self,
        text: str,
        k: int,
        filters: Filters = Filters(),
        alive: NDArray[np.bool_] | None = None,
        counts: WordCounts | None = None,
    ) -> list[tuple[int, float]]:
        """Return (row, BM25 score) of the best `k` rows that hold a term of `text`.

        They are best first, ties by row. `alive`, shape (rows,), says which rows may be found;
        None: all. `counts` says how rare words are; None: as they are here.
        """
        terms = self.terms(text)
        if not terms or k < 1:
            return []
        with self._whole():
            query = self._any_of(terms, counts)
            if filters:
                query = tantivy.Query.boolean_query(
                    [(tantivy.Occur.Must, query), *self._filter(filters)]
                )
            limit = k
            while True:
                found = self._best(query, limit)
                hits = found
                if alive is not None:
                    hits = [hit for hit in found if hit[0] < len(alive) and alive[hit[0]]]
                if len(hits) >= k or len(found) < limit:
                    break
                limit = 2 * limit + _SPARE  # the dead were in the way
        return sorted(hits[:k], key=lambda hit: (-hit[1], hit[0]))

    def _best(self, query: tantivy.Query, limit: int) -> list[tuple[int, float]]:
        found = self._searcher.search(query, limit=limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found])
        return [
            (int(row), float(score))
            for row, (score, _) in zip(rows, found, strict=True)
            if row is not None and score is not None
        ]

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """Raise DatelineError for what Tantivy meets in damaged files.

        They are not always read whole on opening.
        """
        try:
            yield
        except BaseException as error:
            panic = type(error).__name__ == "PanicException"  # Rust's, which is no Exception
            if not panic and not isinstance(error, ValueError | OSError):
                raise
            raise DatelineError(
                f"expected a keyword index in {self._folder}, found damaged files; "
                "run: dateline rollback, or dateline build --full"
            ) from None

    def counts(self, text: str) -> WordCounts:
        """Return in how many rows the terms of a question are, by field and term."""
        with self._whole():
            counts = {
                (field, term): int(self._searcher.doc_freq(field, term))
                for term in self.terms(text)
                for field, _ in self._fields
            }
        return WordCounts(self.rows, counts)

    def _rarity(self, field: str, term: str, counts: WordCounts | None) -> float:
        """Return how much rarer a term is by these counts than in this index.

        That is the quotient of the two weights that BM25 gives it.
        """
        if counts is None:
            return 1.0
        own = int(self._searcher.doc_freq(field, term))
        if not own:  # nothing here has it
            return 1.0
        return _idf(counts.rows, counts.counts[field, term]) / _idf(self.rows, own)

    def _any_of(self, terms: Sequence[str], counts: WordCounts | None) -> tantivy.Query:
        """Return one flat union of every term in every field.

        That alone Tantivy searches without scoring each passage (block-max WAND, Ding and Suel
        2011).
        """
        clauses = []
        for term in terms:
            for field, weight in self._fields:
                query = tantivy.Query.term_query(self._schema, field, term, "freq")
                weight_here = weight * self._rarity(field, term, counts)
                weighted = tantivy.Query.boost_query(query, weight_here)
                clauses.append((tantivy.Occur.Should, weighted))
        return tantivy.Query.boolean_query(clauses)

    def _filter(self, filters: Filters) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Return the clauses that a passage must pass; they add nothing to its score."""
        clauses = []
        if filters.sources:
            sources = [
                tantivy.Query.term_query(self._schema, "source", source.casefold(), "basic")
                for source in filters.sources
            ]
            clauses.append(
                tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in sources])
            )
        if filters.since is not None or filters.until is not None:
            first, last = filters.since or dt.date.min, filters.until or dt.date.max
            clauses.append(
                tantivy.Query.range_query(
                    self._schema,
                    "day",
                    tantivy.FieldType.Integer,
                    first.toordinal(),
                    last.toordinal(),
                )
            )
        return [(tantivy.Occur.Must, tantivy.Query.boost_query(clause, 0.0)) for clause in clauses]
