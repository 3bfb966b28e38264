"""One generation in Milvus: passages in one collection, the articles' texts in another beside it.

`MilvusDraft` writes one, `MilvusStore` reads one, `Milvus` is the connection of both: each call has a deadline, and each failure is
one clear line. Which generation is live is index/milvus_alias.py's business.

Passages have a vector (HNSW) and three texts, the terms of their own words, title and description as index/keywords.py finds them,
each with a sparse vector that Milvus's BM25 function makes. Their scores are weighed and summed here, and fused with the cosines by
index/local.fused, so that both stores rank alike. (Fusion in the engine agrees less: benchmarks/milvus.py.)
An article is one JSON text, cut to what a VARCHAR holds. It lies in Milvus, not in object storage, so that one alias moves
passages and texts together, and one deadline and one backup hold for both. Its vector is there because Milvus wants one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from index.keywords import DESCRIPTION_WEIGHT, TITLE_WEIGHT, question_terms, text_analyzer
from index.local import fused
from index.types import Article, DatelineError, Filters, Match, Passage, Vectors

TEXTS = "_texts"  # the end of the name of the collection beside a generation's
MANIFEST = -1  # the key of the manifest among the texts; it is written last
_CANDIDATES = 100  # of each ranking, before they are fused, as the local store does
_OF_EACH_TEXT = 1_000  # from words, title and description, whose sum is a ranking: with 100 a title's share is often missing
_WEIGHTS = {"body": 1.0, "title": TITLE_WEIGHT, "description": DESCRIPTION_WEIGHT}
# Parameters are sent as one text named "params", as older clients did: Milvus reads both ways, Milvus Lite 3.2.2 this one alone.
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}  # Tantivy's
_HNSW = {"M": 16, "efConstruction": 200}
_PARTS = 1 << 12  # an article's parts have the keys from its number times this
_PART = 15_000  # characters: at most 60,000 bytes of UTF-8, and a VARCHAR holds 65,535
_AT_ONCE = 200  # rows with texts in one call: at most 12 MB, and a message holds 64
_KEYS_AT_ONCE = 8_192  # rows without texts in one call: a query gives at most 16,384
_MOST_PARTITIONS = 1_000  # of the 1,024 that Milvus allows; later months go where the undated articles are
_UNDATED = "_default"


@dataclass(frozen=True, slots=True)
class MilvusPlace:
    """Where an index is in Milvus: a server's address, or a file of Milvus Lite (*.db), and the alias of the live generation."""

    uri: str
    collection: str
    timeout: float = 10.0  # seconds for a search, and for each step of a build
    token: str = field(default="", repr=False)
    encoders: Path = Path("var/index")  # in whose folder `encoders` the compiled encoder is

    @property
    def server(self) -> bool:
        return self.uri.startswith(("http://", "https://"))

    def __str__(self) -> str:
        return f"milvus://{self.uri.split('://')[1]}/{self.collection}" if self.server else self.uri


class Milvus:
    """A connection. Safe to use from several threads. Calls are pymilvus's, by name; `until` is a moment of time.monotonic()."""

    def __init__(self, place: MilvusPlace) -> None:
        """Raises DatelineError: no package, nobody answers in time, a file that another process has open."""
        self.place = place
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when grpc is imported: it writes to stderr what is told here in a line
        try:
            import grpc
            import pymilvus

            if not place.server:
                import milvus_lite  # noqa: F401
        except ImportError:
            raise DatelineError(
                f"expected the package pymilvus for {place}, found none; install it with: pip install 'dateline[milvus]'"
            ) from None
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # they log each failure with its traceback, which is told here in a line
        self._failures = (pymilvus.MilvusException, grpc.RpcError, grpc.FutureTimeoutError, OSError, ValueError)
        if not place.server:
            Path(place.uri).parent.mkdir(parents=True, exist_ok=True)
        with self._told("connecting"):
            self._client: Any = pymilvus.MilvusClient(place.uri, token=place.token, timeout=place.timeout)

    @property
    def lite(self) -> bool:
        """Whether this is Milvus Lite, which counts words in each segment apart: partitions would each rank by their own."""
        return "lite" in str(self.call("get_server_version")).casefold()

    def deadline(self) -> float:
        return time.monotonic() + self.place.timeout

    def call(self, method: str, *values: Any, until: float | None = None, **named: Any) -> Any:
        """Raises DatelineError for any failure, and where it takes longer than the place allows or `until` is over."""
        left = (until if until is not None else self.deadline()) - time.monotonic()
        with self._told(method.replace("_", " ")):
            if left <= 0:
                raise TimeoutError("no time was left")
            return getattr(self._client, method)(*values, timeout=left, **named)

    def package(self) -> Any:
        """The package pymilvus, imported."""
        import pymilvus

        return pymilvus

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close()

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            said = getattr(error, "message", None) or getattr(error, "details", lambda: "")() or str(error) or type(error).__name__
            reason = " ".join(str(said).split())[:200]
            advice = (
                f"try again when the server is up; for a slow one say {self.place}?timeout={self.place.timeout * 3:g}"
                if self.place.server
                else "try again when no other process has it open; several need a server (docs/scaling.md)"
            )
            raise DatelineError(
                f"expected Milvus at {self.place} to answer within {self.place.timeout:g} s, found it failing while {doing}: {reason}; {advice}"
            ) from None


class MilvusDraft:
    """A generation being written into two collections that are made here. `finish` is given: it publishes."""

    def __init__(
        self, milvus: Milvus, name: str, dimensions: int, finish: Callable[[Mapping[str, int]], str], by_month: bool = True
    ) -> None:
        """`by_month`: a partition for each month, which searches between two days use."""
        self._milvus, self._name, self._finish, self.by_month = milvus, name, finish, by_month
        self._numbers: dict[str, int] = {}
        self._days: list[int] = []
        self._rows = 0
        self._partitions = {_UNDATED}
        self._analyzer = text_analyzer()
        self._create(dimensions)

    def _create(self, dimensions: int) -> None:
        pymilvus = self._milvus.package()
        types = pymilvus.DataType
        schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", types.INT64, is_primary=True)
        for name in ("article", "start", "end", "day"):  # day: proleptic ordinal, 0 where there is none
            schema.add_field(name, types.INT64)
        for name in ("outlet", "language", "said"):  # outlet: case-folded; said: the description as it is
            schema.add_field(name, types.VARCHAR, max_length=65_535)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=dimensions)
        for name in _WEIGHTS:
            schema.add_field(name, types.VARCHAR, max_length=65_535, enable_analyzer=True, analyzer_params={"tokenizer": "standard"})
            schema.add_field(f"{name}_bm25", types.SPARSE_FLOAT_VECTOR)
            schema.add_function(pymilvus.Function(name, pymilvus.FunctionType.BM25, [name], [f"{name}_bm25"]))
        self._milvus.call("create_collection", self._name, schema=schema)
        texts = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        texts.add_field("key", types.INT64, is_primary=True)
        texts.add_field("article", types.INT64)
        for name in ("id", "fingerprint", "part"):
            texts.add_field(name, types.VARCHAR, max_length=65_535)
        texts.add_field("nothing", types.FLOAT_VECTOR, dim=2)
        self._milvus.call("create_collection", self._name + TEXTS, schema=texts)

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Raises ValueError where `vectors` has not one row a passage."""
        if len(passages) != len(vectors):
            raise ValueError(f"expected a vector for each of {len(passages)} passages, found {len(vectors)}")
        rows: dict[str, list[dict[str, Any]]] = {}
        for passage, vector in zip(passages, np.asarray(vectors, dtype=np.float32), strict=True):
            article = passage.article
            if article.id not in self._numbers:
                self._add_article(article)
            day = article.published.toordinal() if article.published is not None else 0
            row = {
                "row": self._rows,
                "article": self._numbers[article.id],
                "start": passage.start,
                "end": passage.end,
                "day": day,
                "outlet": _bounded((article.source or "").casefold()),
                "language": article.language or "",
                "said": _bounded(passage.description),
                "vector": vector,
                "body": self._terms(passage.text),
                "title": self._terms(article.title or ""),
                "description": self._terms(passage.description),
            }
            rows.setdefault(self._partition(article.published), []).append(row)
            self._rows += 1
            self._days += [day] if day else []
        for partition, some in rows.items():
            for first in range(0, len(some), _AT_ONCE):
                self._milvus.call("insert", self._name, some[first : first + _AT_ONCE], partition_name=partition)

    def _terms(self, text: str) -> str:
        return _bounded(" ".join(self._analyzer.analyze(text)))

    def _partition(self, day: dt.date | None) -> str:
        name = month_partition(day) if day is not None and self.by_month else _UNDATED
        if name not in self._partitions and len(self._partitions) >= _MOST_PARTITIONS:
            return _UNDATED
        if name not in self._partitions:
            self._milvus.call("create_partition", self._name, name)
            self._partitions.add(name)
        return name

    def _add_article(self, article: Article) -> None:
        number = self._numbers[article.id] = len(self._numbers)
        self.write_text(number * _PARTS, _as_json(article), article.id, article.fingerprint)

    def write_text(self, key: int, text: str, id: str = "", fingerprint: str = "") -> None:
        """Write a text among the articles', as many parts as it needs. Raises DatelineError for one of more than 61 million characters."""
        parts = [text[first : first + _PART] for first in range(0, len(text), _PART)]
        if len(parts) > _PARTS:
            raise DatelineError(f"expected at most {_PARTS * _PART:,} characters in an article, found {len(text):,} in {id}; split it")
        rows = [
            {
                "key": key + number,
                "article": key // _PARTS,
                "id": id if not number else "",
                "fingerprint": fingerprint if not number else "",
                "part": part,
                "nothing": [0, 1],
            }
            for number, part in enumerate(parts)
        ]
        for first in range(0, len(rows), _AT_ONCE):
            self._milvus.call("insert", self._name + TEXTS, rows[first : first + _AT_ONCE])

    def publish(self) -> str:
        days = {"first_day": min(self._days), "last_day": max(self._days)} if self._days else {}
        return self._finish({"articles": len(self._numbers), "passages": self._rows} | days)

    def ready(self, said: Callable[[str], None] = lambda line: None) -> None:
        """Index what was written and load it. Takes as long as it takes, while the server answers."""
        indexes = self._milvus.package().MilvusClient.prepare_index_params()
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params={"params": _HNSW})
        for column in _WEIGHTS:
            indexes.add_index(f"{column}_bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"params": _BM25})
        for column in ("article", "day", "outlet"):
            indexes.add_index(column, index_type="INVERTED")
        flat = self._milvus.package().MilvusClient.prepare_index_params()
        flat.add_index("nothing", index_type="FLAT", metric_type="L2", params={})
        for column in ("article", "id"):
            flat.add_index(column, index_type="INVERTED")
        for name, wanted in ((self._name + TEXTS, flat), (self._name, indexes)):
            self._milvus.call("flush", name)
            self._milvus.call("create_index", name, wanted, sync=False)
            while any(self._unindexed(name, index.field_name) for index in wanted):
                time.sleep(0.5)
            load(self._milvus, name)

    def _unindexed(self, name: str, column: str) -> int:
        return int((self._milvus.call("describe_index", name, column) or {}).get("pending_index_rows") or 0)


def load(milvus: Milvus, name: str) -> None:
    """Have a collection in memory, ready to be searched."""
    loaded = milvus.package().client.types.LoadState.Loaded
    if milvus.call("get_load_state", name)["state"] == loaded:
        return
    milvus.call("load_collection", name, _async=milvus.place.server)
    while milvus.call("get_load_state", name)["state"] != loaded:
        time.sleep(0.5)


class MilvusStore:
    """A published generation, open for reading."""

    def __init__(self, milvus: Milvus, name: str, generation: str) -> None:
        """Raises DatelineError where it is not whole: without its manifest, or of another number of passages."""
        self.generation, self._milvus, self._name = generation, milvus, name
        load(milvus, name)
        load(milvus, name + TEXTS)
        text = self._texts(f"article == {MANIFEST // _PARTS}")
        if not text:
            raise DatelineError(
                f"expected a whole generation {generation} in {milvus.place}, found none; build again, or run: dateline rollback"
            )
        self.manifest: dict[str, Any] = json.loads(text[MANIFEST // _PARTS])
        found = milvus.call("query", name, output_fields=["count(*)"], consistency_level="Strong")[0]["count(*)"]
        if found != self.manifest["counts"]["passages"]:
            raise DatelineError(
                f"expected {self.manifest['counts']['passages']} passages in {milvus.place}, found {found}; build again, or run: dateline rollback"
            )
        self.partitions = set(milvus.call("list_partitions", name))
        self._analyzer = text_analyzer()

    def search(self, vector: Vectors, text: str, k: int, filters: Filters = Filters()) -> list[Match]:
        """The best `k` passages, the two searches fused, best first."""
        until, candidates = self._milvus.deadline(), max(_CANDIDATES, k)
        within = _within(filters, self.partitions)
        params = {"ef": 5 * candidates}
        by_meaning = self._found("vector", [np.asarray(vector, dtype=np.float32).tolist()], candidates, until, params=params, **within)
        by_words = self.matching(text, candidates, filters, until)
        best = fused(by_meaning, by_words)[:k]
        passages = self.passages([row for row, _ in best], until)
        return [Match(passages[row], score) for row, score in best]

    def matching(self, text: str, k: int, filters: Filters = Filters(), until: float | None = None) -> list[tuple[int, float]]:
        """(row, weighed BM25 score) of the best `k` rows that hold a term of `text`, best first, ties by row."""
        terms = " ".join(question_terms(text, self._analyzer))
        if not terms or k < 1:
            return []
        within = _within(filters, self.partitions)
        until = until if until is not None else self._milvus.deadline()
        scores: dict[int, float] = {}
        for column, weight in _WEIGHTS.items():
            for row, score in self._found(f"{column}_bm25", [terms], max(k, _OF_EACH_TEXT), until, **within):
                scores[row] = scores.get(row, 0.0) + weight * score
        return sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:k]

    def _found(self, column: str, what: list[Any], k: int, until: float, **options: Any) -> list[tuple[int, float]]:
        metric = "IP" if column == "vector" else "BM25"
        params = {"metric_type": metric, "params": options.pop("params", {})}
        (hits,) = self._milvus.call(
            "search", self._name, what, limit=k, anns_field=column, search_params=params, output_fields=["row"], until=until, **options
        )
        found = [(int(hit["row"]), float(hit["distance"])) for hit in hits]
        if metric == "BM25":  # Milvus Lite 3.2.2 gives these scores below zero, Milvus above; 0 is no match
            found = [(row, abs(score)) for row, score in found if score]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def passages(self, rows: Sequence[int], until: float | None = None) -> dict[int, Passage]:
        """The passages of `rows`, by row."""
        if not rows:
            return {}
        found = self._milvus.call(
            "query", self._name, filter=f"row in {list(rows)}", output_fields=["row", "article", "start", "end", "said"], until=until
        )
        numbers = sorted({int(row["article"]) for row in found})
        articles: dict[int, Article] = {}
        for first in range(0, len(numbers), _AT_ONCE):
            texts = self._texts(f"article in {numbers[first : first + _AT_ONCE]}", until)
            articles |= {number: _article(text) for number, text in texts.items()}
        return {int(row["row"]): Passage(articles[int(row["article"])], int(row["start"]), int(row["end"]), row["said"]) for row in found}

    def article(self, id: str) -> Article | None:
        number = self._number(id)
        return _article(self._texts(f"article == {number}")[number]) if number is not None else None

    def _number(self, id: str) -> int | None:
        found = self._milvus.call("query", self._name + TEXTS, filter=f"id == {_quoted(id)}", output_fields=["article"])
        return int(found[0]["article"]) if found and id else None

    def articles(self) -> Iterator[Article]:
        count = self.manifest["counts"]["articles"]
        for first in range(0, count, _AT_ONCE):
            texts = self._texts(f"article >= {first} and article < {first + _AT_ONCE}")
            yield from (_article(texts[number]) for number in sorted(texts))

    def fingerprints(self) -> dict[str, str]:
        """Article id to the fingerprint it was indexed with."""
        known: dict[str, str] = {}
        for first in range(0, self.manifest["counts"]["articles"], _KEYS_AT_ONCE):
            some = f"article >= {first} and article < {first + _KEYS_AT_ONCE} and fingerprint != ''"
            rows = self._milvus.call("query", self._name + TEXTS, filter=some, output_fields=["id", "fingerprint"])
            known |= {row["id"]: row["fingerprint"] for row in rows}
        return known

    def indexed(self, article: Article) -> tuple[list[Passage], Vectors]:
        """The passages and vectors kept for the article of this id, as it was when this generation was made."""
        number, dimensions = self._number(article.id), self.manifest["encoder"]["dimensions"]
        if number is None:
            return [], np.empty((0, dimensions), dtype=np.float32)
        old = _article(self._texts(f"article == {number}")[number])
        fields = ["row", "start", "end", "said", "vector"]
        rows = self._milvus.call("query", self._name, filter=f"article == {number}", output_fields=fields)
        rows.sort(key=lambda row: row["row"])
        vectors = np.array([row["vector"] for row in rows], dtype=np.float32).reshape(-1, dimensions)
        return [Passage(old, int(row["start"]), int(row["end"]), row["said"]) for row in rows], vectors

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
        rows = self._milvus.call("query", self._name + TEXTS, filter=filter, output_fields=["key", "article", "part"], until=until)
        texts: dict[int, str] = {}
        for row in sorted(rows, key=lambda row: row["key"]):
            number = int(row["article"])
            texts[number] = texts.get(number, "") + row["part"]
        return texts


def month_partition(day: dt.date) -> str:
    return f"m{day.year:04d}_{day.month:02d}"


def _within(filters: Filters, partitions: set[str]) -> dict[str, Any]:
    """Milvus's filter, and the partitions that can hold what passes it; months between two days, and what has no month."""
    clauses = []
    if filters.sources:
        clauses.append(f"outlet in [{', '.join(_quoted(source.casefold()) for source in filters.sources)}]")
    if filters.since is not None:
        clauses.append(f"day >= {filters.since.toordinal()}")
    if filters.until is not None:
        clauses.append(f"day <= {filters.until.toordinal()} and day > 0")
    if not clauses:
        return {}
    first = month_partition(filters.since) if filters.since is not None else ""
    last = month_partition(filters.until) if filters.until is not None else "n"
    possible = sorted(name for name in partitions if name == _UNDATED or first <= name <= last)
    return {"filter": " and ".join(clauses), "partition_names": possible}


def _quoted(text: str) -> str:
    """A string of Milvus's filters, in which nothing of `text` is read as anything else."""
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)


def _bounded(text: str) -> str:
    return text[:_PART]


def _as_json(article: Article) -> str:
    fields = asdict(article) | {"published": article.published.isoformat() if article.published is not None else None}
    return json.dumps(fields, ensure_ascii=False)


def _article(text: str) -> Article:
    fields = json.loads(text)
    day = dt.date.fromisoformat(fields["published"]) if fields["published"] is not None else None
    furniture = tuple((start, end) for start, end in fields["furniture"])
    return Article(
        **fields | {"published": day, "authors": tuple(fields["authors"]), "pages": tuple(fields["pages"]), "furniture": furniture}
    )
