"""Reading a generation in Milvus. BM25 scores are weighed and summed here, and fused with the cosines by index/local.fused, so that
both stores rank alike. (Fusion in the engine agrees less: benchmarks/milvus.py.)
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from index.stores.keywords import question_terms, text_analyzer
from index.stores.local.store import fused
from index.stores.milvus.connection import (
    AT_ONCE,
    MANIFEST,
    PARTS,
    TEXTS,
    UNDATED,
    WEIGHTS,
    Milvus,
    load,
    month_partition,
)
from index.types import Article, DatelineError, Filters, Match, Passage, Vectors

_CANDIDATES = 100  # of each ranking, before they are fused, as the local store does
_OF_EACH_TEXT = 1_000  # from words, title and description, whose sum is a ranking: with 100 a title's share is often missing
_KEYS_AT_ONCE = 8_192  # rows without texts in one call: a query gives at most 16,384


class MilvusStore:
    """A published generation, open for reading."""

    def __init__(self, milvus: Milvus, name: str, generation: str) -> None:
        """Raises DatelineError where it is not whole: without its manifest, or of another number of passages."""
        self.generation, self._milvus, self._name = generation, milvus, name
        load(milvus, name)
        load(milvus, name + TEXTS)
        text = self._texts(f"article == {MANIFEST // PARTS}")
        if not text:
            raise DatelineError(
                f"expected a whole generation {generation} in {milvus.place}, found none; build again, or run: dateline rollback"
            )
        self.manifest: dict[str, Any] = json.loads(text[MANIFEST // PARTS])
        found = milvus.call("query", name, output_fields=["count(*)"], consistency_level="Strong")[
            0
        ]["count(*)"]
        if found != self.manifest["counts"]["passages"]:
            raise DatelineError(
                f"expected {self.manifest['counts']['passages']} passages in {milvus.place}, found {found}; build again, or run: dateline rollback"
            )
        self.partitions = set(milvus.call("list_partitions", name))
        self._analyzer = text_analyzer()

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """The best `k` passages, the two searches fused, best first."""
        until, candidates = self._milvus.deadline(), max(_CANDIDATES, k)
        within = _within(filters, self.partitions)
        params = {"ef": 5 * candidates}
        by_meaning = self._found(
            "vector",
            [np.asarray(vector, dtype=np.float32).tolist()],
            candidates,
            until,
            params=params,
            **within,
        )
        by_words = self.matching(text, candidates, filters, until)
        best = fused(by_meaning, by_words)[:k]
        passages = self.passages([row for row, _ in best], until)
        return [Match(passages[row], score) for row, score in best]

    def matching(
        self, text: str, k: int, filters: Filters = Filters(), until: float | None = None
    ) -> list[tuple[int, float]]:
        """(row, weighed BM25 score) of the best `k` rows that hold a term of `text`, best first, ties by row."""
        terms = " ".join(question_terms(text, self._analyzer))
        if not terms or k < 1:
            return []
        within = _within(filters, self.partitions)
        until = until if until is not None else self._milvus.deadline()
        scores: dict[int, float] = {}
        for column, weight in WEIGHTS.items():
            for row, score in self._found(
                f"{column}_bm25", [terms], max(k, _OF_EACH_TEXT), until, **within
            ):
                scores[row] = scores.get(row, 0.0) + weight * score
        return sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:k]

    def _found(
        self, column: str, what: list[Any], k: int, until: float, **options: Any
    ) -> list[tuple[int, float]]:
        metric = "IP" if column == "vector" else "BM25"
        params = {"metric_type": metric, "params": options.pop("params", {})}
        (hits,) = self._milvus.call(
            "search",
            self._name,
            what,
            limit=k,
            anns_field=column,
            search_params=params,
            output_fields=["row"],
            until=until,
            **options,
        )
        found = [(int(hit["row"]), float(hit["distance"])) for hit in hits]
        if (
            metric == "BM25"
        ):  # Milvus Lite 3.2.2 gives these scores below zero, Milvus above; 0 is no match
            found = [(row, abs(score)) for row, score in found if score]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def passages(self, rows: Sequence[int], until: float | None = None) -> dict[int, Passage]:
        """The passages of `rows`, by row."""
        if not rows:
            return {}
        found = self._milvus.call(
            "query",
            self._name,
            filter=f"row in {list(rows)}",
            output_fields=["row", "article", "start", "end", "said"],
            until=until,
        )
        numbers = sorted({int(row["article"]) for row in found})
        articles: dict[int, Article] = {}
        for first in range(0, len(numbers), AT_ONCE):
            texts = self._texts(f"article in {numbers[first : first + AT_ONCE]}", until)
            articles |= {number: _article(text) for number, text in texts.items()}
        return {
            int(row["row"]): Passage(
                articles[int(row["article"])], int(row["start"]), int(row["end"]), row["said"]
            )
            for row in found
        }

    def article(self, id: str) -> Article | None:
        number = self._number(id)
        return _article(self._texts(f"article == {number}")[number]) if number is not None else None

    def _number(self, id: str) -> int | None:
        found = self._milvus.call(
            "query", self._name + TEXTS, filter=f"id == {_quoted(id)}", output_fields=["article"]
        )
        return int(found[0]["article"]) if found and id else None

    def articles(self) -> Iterator[Article]:
        count = self.manifest["counts"]["articles"]
        for first in range(0, count, AT_ONCE):
            texts = self._texts(f"article >= {first} and article < {first + AT_ONCE}")
            yield from (_article(texts[number]) for number in sorted(texts))

    def fingerprints(self) -> dict[str, str]:
        """Article id to the fingerprint it was indexed with."""
        known: dict[str, str] = {}
        for first in range(0, self.manifest["counts"]["articles"], _KEYS_AT_ONCE):
            some = f"article >= {first} and article < {first + _KEYS_AT_ONCE} and fingerprint != ''"
            rows = self._milvus.call(
                "query", self._name + TEXTS, filter=some, output_fields=["id", "fingerprint"]
            )
            known |= {row["id"]: row["fingerprint"] for row in rows}
        return known

    def indexed(self, article: Article) -> tuple[list[Passage], Vectors]:
        """The passages and vectors kept for the article of this id, as it was when this generation was made."""
        number, dimensions = self._number(article.id), self.manifest["encoder"]["dimensions"]
        if number is None:
            return [], np.empty((0, dimensions), dtype=np.float32)
        old = _article(self._texts(f"article == {number}")[number])
        fields = ["row", "start", "end", "said", "vector"]
        rows = self._milvus.call(
            "query", self._name, filter=f"article == {number}", output_fields=fields
        )
        rows.sort(key=lambda row: row["row"])
        vectors = np.array([row["vector"] for row in rows], dtype=np.float32).reshape(
            -1, dimensions
        )
        return [
            Passage(old, int(row["start"]), int(row["end"]), row["said"]) for row in rows
        ], vectors

    def problems(self) -> Iterator[str]:
        """What is wrong with the content, a line each: bad slices, vectors not of length 1, passages of no article."""
        seen = 0
        for article in self.articles():
            passages, vectors = self.indexed(article)
            seen += len(passages)
            for passage, length in zip(passages, np.linalg.norm(vectors, axis=1), strict=True):
                if not 0 <= passage.start < passage.end <= len(article.text):
                    yield f"{article.id}: expected a slice within {len(article.text)} characters, found {passage.start}:{passage.end}"
                if abs(length - 1) > 1e-3:
                    yield f"{article.id}: expected a vector of length 1 at {passage.start}, found {float(length):.3f}"
        if seen != self.manifest["counts"]["passages"]:
            yield f"expected {self.manifest['counts']['passages']} passages of articles, found {seen}"

    def _texts(self, filter: str, until: float | None = None) -> dict[int, str]:
        """The texts whose keys pass, whole, by the number of their article."""
        rows = self._milvus.call(
            "query",
            self._name + TEXTS,
            filter=filter,
            output_fields=["key", "article", "part"],
            until=until,
        )
        texts: dict[int, str] = {}
        for row in sorted(rows, key=lambda row: row["key"]):
            number = int(row["article"])
            texts[number] = texts.get(number, "") + row["part"]
        return texts


def _within(filters: Filters, partitions: set[str]) -> dict[str, Any]:
    """Milvus's filter, and the partitions that can hold what passes it; months between two days, and what has no month."""
    clauses = []
    if filters.sources:
        clauses.append(
            f"outlet in [{', '.join(_quoted(source.casefold()) for source in filters.sources)}]"
        )
    if filters.since is not None:
        clauses.append(f"day >= {filters.since.toordinal()}")
    if filters.until is not None:
        clauses.append(f"day <= {filters.until.toordinal()} and day > 0")
    if not clauses:
        return {}
    first = month_partition(filters.since) if filters.since is not None else ""
    last = month_partition(filters.until) if filters.until is not None else "n"
    possible = sorted(name for name in partitions if name == UNDATED or first <= name <= last)
    return {"filter": " and ".join(clauses), "partition_names": possible}


def _quoted(text: str) -> str:
    """A string of Milvus's filters, in which nothing of `text` is read as anything else."""
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)


def _article(text: str) -> Article:
    fields = json.loads(text)
    day = dt.date.fromisoformat(fields["published"]) if fields["published"] is not None else None
    boilerplate = tuple((start, end) for start, end in fields["boilerplate"])
    return Article(
        **fields
        | {
            "published": day,
            "authors": tuple(fields["authors"]),
            "pages": tuple(fields["pages"]),
            "boilerplate": boilerplate,
        }
    )
