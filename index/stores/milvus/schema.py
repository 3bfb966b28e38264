"""The two collections of a generation in Milvus.

They are made empty, and indexed when they are full. An article's vector is there because Milvus
wants one. Parameters are sent as one text named "params", as older clients did: Milvus reads both
ways, Milvus Lite this one alone.
"""

from __future__ import annotations

import time
from typing import Any

from index.stores.milvus.connection import TEXTS, WEIGHTS, Milvus, load

LONGEST = 15_000  # characters: at most 60,000 bytes of UTF-8, and a VARCHAR holds 65,535
_BYTES = 65_535
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}  # Tantivy's
_HNSW = {"M": 16, "efConstruction": 200}
_WAIT = 0.5  # seconds between two looks at whether an index is ready


def create_collections(milvus: Milvus, name: str, dimensions: int) -> None:
    """Make the collection `name` for passages, and the one beside it for articles."""
    milvus.call("create_collection", name, schema=_passages(milvus.package(), dimensions))
    milvus.call("create_collection", name + TEXTS, schema=_texts(milvus.package()))


def _passages(pymilvus: Any, dimensions: int) -> Any:
    types = pymilvus.DataType
    schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", types.INT64, is_primary=True)
    # part: index/stores/milvus/parts.py; day: proleptic ordinal, 0 if undated
    for name in ("part", "article", "start", "end", "day"):
        schema.add_field(name, types.INT64)
    for name in ("outlet", "language", "said"):  # outlet: case-folded; said: the description
        schema.add_field(name, types.VARCHAR, max_length=_BYTES)
    schema.add_field("vector", types.FLOAT_VECTOR, dim=dimensions)
    for name in WEIGHTS:
        schema.add_field(
            name,
            types.VARCHAR,
            max_length=_BYTES,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "standard"},
        )
        sparse = f"{name}_bm25"
        schema.add_field(sparse, types.SPARSE_FLOAT_VECTOR)
        schema.add_function(pymilvus.Function(name, pymilvus.FunctionType.BM25, [name], [sparse]))
    return schema


def _texts(pymilvus: Any) -> Any:
    types = pymilvus.DataType
    schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", types.INT64, is_primary=True)
    schema.add_field("article", types.INT64)
    for name in ("id", "fingerprint", "part"):
        schema.add_field(name, types.VARCHAR, max_length=_BYTES)
    schema.add_field("nothing", types.FLOAT_VECTOR, dim=2)
    return schema


def index_and_load(milvus: Milvus, name: str) -> None:
    """Index both collections and load them.

    There is no limit of time, as long as Milvus answers.
    """
    prepare = milvus.package().MilvusClient.prepare_index_params
    texts = prepare()
    texts.add_index("nothing", index_type="FLAT", metric_type="L2", params={})
    for column in ("article", "id"):
        texts.add_index(column, index_type="INVERTED")
    _index(milvus, name + TEXTS, texts)
    passages = prepare()
    passages.add_index("vector", index_type="HNSW", metric_type="IP", params={"params": _HNSW})
    for column in WEIGHTS:
        passages.add_index(
            f"{column}_bm25",
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            params={"params": _BM25},
        )
    for column in ("part", "article", "day", "outlet"):
        passages.add_index(column, index_type="INVERTED")
    _index(milvus, name, passages)


def _index(milvus: Milvus, name: str, wanted: Any) -> None:
    milvus.call("flush", name)
    milvus.call("create_index", name, wanted, sync=False)
    while any(_unindexed(milvus, name, index.field_name) for index in wanted):
        time.sleep(_WAIT)
    load(milvus, name)


def _unindexed(milvus: Milvus, name: str, column: str) -> int:
    """Return how many rows of a column wait for their index."""
    found = milvus.call("describe_index", name, column) or {}
    return int(found.get("pending_index_rows") or 0)
