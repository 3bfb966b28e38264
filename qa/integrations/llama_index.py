"""A LlamaIndex retriever over a Dateline archive.

from qa.integrations.llama_index import DatelineRetriever
DatelineRetriever("var/index", k=4).retrieve("who brokered the truce?")
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )
except ImportError:
    raise ImportError(
        "expected llama-index-core, found none; "
        "do, in a clone of Dateline: pip install '.[llama-index]'"
    ) from None

from qa.archive import Archive
from qa.integrations.metadata import metadata, passage_id
from qa.types import Hit


class DatelineRetriever(BaseRetriever):
    """The `k` passages nearest to a question, as nodes.

    `archive` is an open archive, or the folder or address of an index. `text` is the slice
    start_char_idx:end_char_idx of the article's text. `filters` are those of `Archive.retrieve`:
    source, since, until, as_of. The retriever follows the index as it is rebuilt. Raises
    DatelineError for a bad question, `k` or day.
    """

    def __init__(self, archive: Archive | str | Path, k: int = 5, **filters: Any) -> None:
        super().__init__()
        if isinstance(archive, str | Path):
            archive = Archive.open(archive)
        self._archive, self._k, self._filters = archive, k, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        self._archive.refresh()
        hits = self._archive.retrieve(query_bundle.query_str, self._k, **self._filters)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit) -> TextNode:
    node = TextNode(
        id_=passage_id(hit),
        text=hit.text,
        metadata=metadata(hit),
        start_char_idx=hit.start,
        end_char_idx=hit.end,
    )
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=hit.article.id)
    # A language model is shown the dateline beside the text, not offsets and checksums.
    hidden = sorted(node.metadata.keys() - {"title", "source", "published"})
    node.excluded_llm_metadata_keys = hidden
    node.excluded_embed_metadata_keys = hidden
    return node
