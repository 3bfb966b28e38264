"""Reading a generation in Milvus.

BM25 scores are weighted and summed here, and fused with the cosines by index/stores/fusion.py, so
that both stores rank alike. Trade-off of fusion in the engine: benchmarks/milvus.py.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from index.stores.fusion import fused
from index.stores.keywords import question_terms, text_analyzer
from index.stores.milvus.connection import (
    AT_ONCE,
    TEXTS,
    UNDATED,
    WEIGHTS,
    Milvus,
    load,
    month_partition,
)
from index.stores.milvus.parts import (
    Place,
    belonging,
    has_manifest,
    in_parts,
    manifest_number,
    part_of,
)
from index.types import (
    Article,
    DatelineError,
    Filters,
    Match,
    Passage,
    Ranking,
    Vectors,
    WordCounts,
)

_CANDIDATES = 100  # from each ranking, before they are fused, as the local store does
# From words, title and description, whose sum is a ranking: from few a title's share is missing.
_OF_EACH_TEXT = 1_000
_KEYS_AT_ONCE = 8_192  # rows without texts in one call: a query gives at most 16,384
_SETTLED = 10.0  # seconds after which every node of Milvus has what was published


class MilvusStore:
    """A published generation, open for reading."""

    def __init__(self, milvus: Milvus, name: str, generation: str) -> None:
        """Open a generation in the collection `name` and the one beside it.

        Raises DatelineError if it is not whole: no manifest, or another number of passages.
        """
        self.generation, self.collection = generation, name
        self.milvus, self._name, self._opened = milvus, name, time.monotonic()
        load(milvus, name)
        load(milvus, name + TEXTS)
        self.manifest, self.places = manifest_of(milvus, name, generation)
        self.parts: list[int] = self.manifest["parts"]
        self.dead: list[int] = self.manifest["dead"]
        self._own = belonging(self.parts, self.dead)
        self._order = {place.number: order for order, place in enumerate(self.places)}
        expected, found = self.manifest["counts"]["passages"], self._count()
        if found != expected:
            raise DatelineError(
                f"expected {expected} passages in {milvus.address}, found {found}; "
                "build again, or run: dateline rollback"
            )
        self.partitions = set(milvus.call("list_partitions", name))
        self._analyzer = text_analyzer()

    def _count(self) -> int:
        return self.count_of(self._own)

    def count_of(self, filter: str) -> int:
        """Return how many rows pass a filter."""
        (found,) = self.milvus.call(
            "query",
            self._name,
            filter=filter,
            output_fields=["count(*)"],
            consistency_level="Strong",
        )
        return int(found["count(*)"])

    def _check_kept(self, until: float) -> None:
        """Raise DatelineError if this generation is not kept any more: rows may be gone."""
        if not has_manifest(self.milvus, self._name, self.generation, until):
            raise DatelineError(
                f"expected generation {self.generation} in {self.milvus.address}, "
                "found it replaced by newer ones; ask again"
            )

    def _consistent(self) -> dict[str, str]:
        """Return the consistency of a search: strong soon after opening."""
        if time.monotonic() < self._opened + _SETTLED:
            return {"consistency_level": "Strong"}
        return {}

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages of the two searches fused, best first."""
        until = self.milvus.deadline()
        rankings = self._rankings(vector, text, max(_CANDIDATES, k), filters, until)
        ranked = fused(*rankings)
        least = ranked[min(k, len(ranked)) - 1][1] if ranked else 0.0
        best = [(row, score) for row, score in ranked if score >= least]
        passages = self.passages([row for row, _ in best], until)
        order = {row: place for place, row in enumerate(passages)}
        best.sort(key=lambda found: (-found[1], order[found[0]]))
        self._check_kept(until)
        return [Match(passages[row], score) for row, score in best[:k]]

    def rankings(
        self,
        vector: Vectors,
        text: str,
        k: int,
        filters: Filters = Filters(),
        counts: WordCounts | None = None,
    ) -> tuple[Ranking, Ranking]:
        """Return the best `k` rows by vector and by keywords.

        `counts` is left out: Milvus itself counts words.
        """
        until = self.milvus.deadline()
        rankings = self._rankings(vector, text, k, filters, until)
        self._check_kept(until)
        return rankings

    def word_counts(self, text: str) -> None:
        """Return None: Milvus does not tell how often it has a word."""
        return

    def _rankings(
        self, vector: Vectors, text: str, candidates: int, filters: Filters, until: float
    ) -> tuple[Ranking, Ranking]:
        within = self._within(filters)
        params = {"ef": 5 * candidates}
        by_meaning = self._found(
            "vector",
            [np.asarray(vector, dtype=np.float32).tolist()],
            candidates,
            until,
            params=params,
            **within,
        )
        return by_meaning, self.matching(text, candidates, filters, until)

    def matching(
        self, text: str, k: int, filters: Filters = Filters(), until: float | None = None
    ) -> list[tuple[int, float]]:
        """Return the best `k` rows that hold a term of `text`, with their scores.

        Each is (row, weighted BM25 score). They are best first, ties by row.
        """
        terms = " ".join(question_terms(text, self._analyzer))
        if not terms or k < 1:
            return []
        within = self._within(filters)
        if until is None:
            until = self.milvus.deadline()
        scores: dict[int, float] = {}
        for column, weight in WEIGHTS.items():
            found = self._found(f"{column}_bm25", [terms], max(k, _OF_EACH_TEXT), until, **within)
            for row, score in found:
                scores[row] = scores.get(row, 0.0) + weight * score
        return sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:k]

    def _within(self, filters: Filters) -> dict[str, Any]:
        within = _within(filters, self.partitions)
        clauses = [self._own, *([within["filter"]] if within else [])]
        return {**within, "filter": " and ".join(clauses)}

    def _found(
        self, column: str, what: list[Any], k: int, until: float, **options: Any
    ) -> list[tuple[int, float]]:
        metric = "BM25"
        if column == "vector":
            metric = "IP"
        params = {"metric_type": metric, "params": options.pop("params", {})}
        (hits,) = self.milvus.call(
            "search",
            self._name,
            what,
            limit=k,
            anns_field=column,
            search_params=params,
            output_fields=["row"],
            until=until,
            **options,
            **self._consistent(),
        )
        found = [(int(hit["row"]), float(hit["distance"])) for hit in hits]
        if metric == "BM25":
            # Milvus Lite gives these scores below zero, Milvus above; 0 is no match
            found = [(row, abs(score)) for row, score in found if score]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def passages(self, rows: Sequence[int], until: float | None = None) -> dict[int, Passage]:
        """Return the passages of `rows`, by row, in the order of their articles."""
        if not rows:
            return {}
        found = self.milvus.call(
            "query",
            self._name,
            filter=f"row in {list(rows)}",
            output_fields=["row", "article", "start", "end", "said"],
            until=until,
        )
        numbers = sorted({int(row["article"]) for row in found}, key=self._order.__getitem__)
        articles = dict(self._read(numbers, until))
        if len(found) != len(set(rows)) or len(articles) != len(numbers):
            raise self._gone()
        found.sort(key=lambda row: (self._order[int(row["article"])], int(row["row"])))
        return {int(row["row"]): _passage(row, articles[int(row["article"])]) for row in found}

    def _gone(self) -> DatelineError:
        return DatelineError(
            f"expected whole articles in {self.milvus.address}, found some gone; "
            "ask again, or run: dateline verify"
        )

    def _read(
        self, numbers: Sequence[int], until: float | None = None
    ) -> Iterator[tuple[int, Article]]:
        """Yield articles with their numbers, in the order given."""
        for some in in_parts(numbers, AT_ONCE):
            texts = self._texts(f"article in {some}", until)
            for number in some:
                if number in texts:
                    yield number, self._article(number, texts[number])

    def _article(self, number: int, text: str) -> Article:
        """Return the article of a text, of the story that it is of in this generation."""
        fields = json.loads(text)
        story = self.places[self._order[number]].story
        fields["story"] = fields["id"] if story == "" else story
        return _article(fields)

    def article(self, id: str) -> Article | None:
        """Return the article of this id, None if there is none."""
        number = self._number(id)
        if number is None:
            return None
        for _, article in self._read([number]):
            return article
        raise self._gone()

    def _number(self, id: str) -> int | None:
        if not id:
            return None
        found = self.milvus.call(
            "query", self._name + TEXTS, filter=f"id == {_quoted(id)}", output_fields=["article"]
        )
        numbers = [int(row["article"]) for row in found]
        return next((number for number in numbers if number in self._order), None)

    def articles(self) -> Iterator[Article]:
        """Yield the articles in the order of the corpus."""
        count = 0
        for _, article in self._read([place.number for place in self.places]):
            count += 1
            yield article
        if count != len(self.places):
            raise self._gone()

    def fingerprints(self) -> dict[str, str]:
        """Return each article's id and the fingerprint it was indexed with."""
        return {id: fingerprint for id, (fingerprint, _) in self.stored().items()}

    def stored(self) -> dict[str, tuple[str, Place]]:
        """Return each article's fingerprint and place, by id."""
        known: dict[str, tuple[str, Place]] = {}
        fields = ["article", "id", "fingerprint"]
        for some in in_parts([place.number for place in self.places], _KEYS_AT_ONCE):
            within = f"article in {some} and fingerprint != ''"
            rows = self.milvus.call(
                "query", self._name + TEXTS, filter=within, output_fields=fields
            )
            for row in rows:
                place = self.places[self._order[int(row["article"])]]
                known[row["id"]] = row["fingerprint"], place
        return known

    def indexed(self, id: str) -> tuple[list[Passage], Vectors]:
        """Return the passages and vectors of an article, in order.

        Both are empty for an unknown id.
        """
        number, dimensions = self._number(id), self.manifest["encoder"]["dimensions"]
        if number is None:
            return [], np.empty((0, dimensions), dtype=np.float32)
        article = self.article(id)
        if article is None:
            raise self._gone()
        fields = ["row", "start", "end", "said", "vector"]
        rows = self.milvus.call(
            "query", self._name, filter=f"article == {number}", output_fields=fields
        )
        rows.sort(key=lambda row: row["row"])
        vectors = np.array([row["vector"] for row in rows], dtype=np.float32)
        return [_passage(row, article) for row in rows], vectors.reshape(-1, dimensions)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the content, one line each.

        That is bad slices, vectors that are not of length 1, and passages of no article.
        """
        expected, seen = self.manifest["counts"]["passages"], 0
        for article in self.articles():
            passages, vectors = self.indexed(article.id)
            seen += len(passages)
            for passage, length in zip(passages, np.linalg.norm(vectors, axis=1), strict=True):
                start, end = passage.start, passage.end
                if not 0 <= start < end <= len(article.text):
                    yield (
                        f"{article.id}: expected a slice within {len(article.text)} characters, "
                        f"found {start}:{end}"
                    )
                if abs(length - 1) > 1e-3:
                    yield (
                        f"{article.id}: expected a vector of length 1 at {start}, "
                        f"found {float(length):.3f}"
                    )
        if seen != expected:
            yield f"expected {expected} passages of articles, found {seen}"

    def _texts(self, filter: str, until: float | None = None) -> dict[int, str]:
        """Return the texts that pass a filter, whole, by the number of their article."""
        return _texts(self.milvus, self._name, filter, until, **self._consistent())


def manifest_of(
    milvus: Milvus, collection: str, generation: str
) -> tuple[dict[str, Any], list[Place]]:
    """Return a generation's manifest, and what it says of its articles, in order.

    Raises DatelineError if the generation is not whole.
    """
    number = manifest_number(part_of(generation, collection))
    filter = f"article == {number}"
    text = _texts(milvus, collection, filter, consistency_level="Strong").get(number)
    if not text:
        raise DatelineError(
            f"expected a whole generation {generation} in {milvus.address}, found none; "
            "build again, or run: dateline rollback"
        )
    manifest = json.loads(text)
    return manifest, [Place(*fields) for fields in manifest.pop("articles")]


def _texts(
    milvus: Milvus, collection: str, filter: str, until: float | None = None, **options: str
) -> dict[int, str]:
    rows = milvus.call(
        "query",
        collection + TEXTS,
        filter=filter,
        output_fields=["key", "article", "part"],
        until=until,
        **options,
    )
    texts: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: row["key"]):
        number = int(row["article"])
        texts[number] = texts.get(number, "") + row["part"]
    return texts


def _within(filters: Filters, partitions: set[str]) -> dict[str, Any]:
    """Return Milvus's filter, and the partitions that can hold what passes it.

    These are the months between two days, and the partition of what has no month.
    """
    clauses = []
    if filters.sources:
        outlets = ", ".join(_quoted(source.casefold()) for source in filters.sources)
        clauses.append(f"outlet in [{outlets}]")
    first, last = "", "n"  # before and after the name of every month
    if filters.since is not None:
        clauses.append(f"day >= {filters.since.toordinal()}")
        first = month_partition(filters.since)
    if filters.until is not None:
        clauses.append(f"day <= {filters.until.toordinal()} and day > 0")
        last = month_partition(filters.until)
    if not clauses:
        return {}
    possible = sorted(name for name in partitions if name == UNDATED or first <= name <= last)
    return {"filter": " and ".join(clauses), "partition_names": possible}


def _quoted(text: str) -> str:
    """Return `text` as a quoted string of Milvus's filters.

    No part of it is read as syntax.
    """
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)


def _passage(row: Mapping[str, Any], article: Article) -> Passage:
    return Passage(article, int(row["start"]), int(row["end"]), row["said"])


def _article(fields: dict[str, Any]) -> Article:
    if fields["published"] is not None:
        fields["published"] = dt.date.fromisoformat(fields["published"])
    for name in ("authors", "pages"):
        fields[name] = tuple(fields[name])
    fields["boilerplate"] = tuple((start, end) for start, end in fields["boilerplate"])
    return Article(**fields)
