"""Writing a generation into Milvus: two collections that are made, filled, indexed and loaded; publishing is given.

An article's vector is there because Milvus wants one.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from index.stores.keywords import text_analyzer
from index.stores.milvus.connection import (
    AT_ONCE,
    PARTS,
    TEXTS,
    UNDATED,
    WEIGHTS,
    Milvus,
    load,
    month_partition,
)
from index.types import Article, DatelineError, Passage, Vectors

# Parameters are sent as one text named "params", as older clients did: Milvus reads both ways, Milvus Lite 3.2.2 this one alone.
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}  # Tantivy's
_HNSW = {"M": 16, "efConstruction": 200}
_PART = 15_000  # characters: at most 60,000 bytes of UTF-8, and a VARCHAR holds 65,535
_MOST_PARTITIONS = (
    1_000  # of the 1,024 that Milvus allows; later months go where the undated articles are
)


class MilvusDraft:
    """A generation being written into two collections that are made here. `finish` is given: it publishes."""

    def __init__(
        self,
        milvus: Milvus,
        name: str,
        dimensions: int,
        finish: Callable[[Mapping[str, int]], str],
        by_month: bool = True,
    ) -> None:
        """`by_month`: a partition for each month, which searches between two days use."""
        self._milvus, self._name, self._finish, self.by_month = milvus, name, finish, by_month
        self._numbers: dict[str, int] = {}
        self._days: list[int] = []
        self._rows = 0
        self._partitions = {UNDATED}
        self._analyzer = text_analyzer()
        self._create(dimensions)

    def _create(self, dimensions: int) -> None:
        pymilvus = self._milvus.package()
        types = pymilvus.DataType
        schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", types.INT64, is_primary=True)
        for name in (
            "article",
            "start",
            "end",
            "day",
        ):  # day: proleptic ordinal, 0 where there is none
            schema.add_field(name, types.INT64)
        for name in (
            "outlet",
            "language",
            "said",
        ):  # outlet: case-folded; said: the description as it is
            schema.add_field(name, types.VARCHAR, max_length=65_535)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=dimensions)
        for name in WEIGHTS:
            schema.add_field(
                name,
                types.VARCHAR,
                max_length=65_535,
                enable_analyzer=True,
                analyzer_params={"tokenizer": "standard"},
            )
            schema.add_field(f"{name}_bm25", types.SPARSE_FLOAT_VECTOR)
            schema.add_function(
                pymilvus.Function(name, pymilvus.FunctionType.BM25, [name], [f"{name}_bm25"])
            )
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
            raise ValueError(
                f"expected a vector for each of {len(passages)} passages, found {len(vectors)}"
            )
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
            for first in range(0, len(some), AT_ONCE):
                self._milvus.call(
                    "insert", self._name, some[first : first + AT_ONCE], partition_name=partition
                )

    def _terms(self, text: str) -> str:
        return _bounded(" ".join(self._analyzer.analyze(text)))

    def _partition(self, day: dt.date | None) -> str:
        name = month_partition(day) if day is not None and self.by_month else UNDATED
        if name not in self._partitions and len(self._partitions) >= _MOST_PARTITIONS:
            return UNDATED
        if name not in self._partitions:
            self._milvus.call("create_partition", self._name, name)
            self._partitions.add(name)
        return name

    def _add_article(self, article: Article) -> None:
        number = self._numbers[article.id] = len(self._numbers)
        self.write_text(number * PARTS, _as_json(article), article.id, article.fingerprint)

    def write_text(self, key: int, text: str, id: str = "", fingerprint: str = "") -> None:
        """Write a text among the articles', as many parts as it needs. Raises DatelineError for one of more than 61 million characters."""
        parts = [text[first : first + _PART] for first in range(0, len(text), _PART)]
        if len(parts) > PARTS:
            raise DatelineError(
                f"expected at most {PARTS * _PART:,} characters in an article, found {len(text):,} in {id}; split it"
            )
        rows = [
            {
                "key": key + number,
                "article": key // PARTS,
                "id": id if not number else "",
                "fingerprint": fingerprint if not number else "",
                "part": part,
                "nothing": [0, 1],
            }
            for number, part in enumerate(parts)
        ]
        for first in range(0, len(rows), AT_ONCE):
            self._milvus.call("insert", self._name + TEXTS, rows[first : first + AT_ONCE])

    def publish(self) -> str:
        days = {"first_day": min(self._days), "last_day": max(self._days)} if self._days else {}
        return self._finish({"articles": len(self._numbers), "passages": self._rows} | days)

    def ready(self, said: Callable[[str], None] = lambda line: None) -> None:
        """Index what was written and load it. Takes as long as it takes, while the server answers."""
        indexes = self._milvus.package().MilvusClient.prepare_index_params()
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params={"params": _HNSW})
        for column in WEIGHTS:
            indexes.add_index(
                f"{column}_bm25",
                index_type="SPARSE_INVERTED_INDEX",
                metric_type="BM25",
                params={"params": _BM25},
            )
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
        return int(
            (self._milvus.call("describe_index", name, column) or {}).get("pending_index_rows") or 0
        )


def _bounded(text: str) -> str:
    return text[:_PART]


def _as_json(article: Article) -> str:
    fields = asdict(article) | {
        "published": article.published.isoformat() if article.published is not None else None
    }
    return json.dumps(fields, ensure_ascii=False)
