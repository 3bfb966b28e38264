"""The LlamaIndex retriever, by the methods that LlamaIndex calls."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import MetadataMode, QueryBundle

import index
import qa
from index.types import DatelineError
from qa.integrations.llama_index import DatelineRetriever
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.corpus.samples import PARAGRAPHS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> qa.Archive:
    folder: Path = tmp_path_factory.mktemp("llama")
    for number, paragraph in enumerate(PARAGRAPHS):
        (folder / f"{number}.md").write_text(
            f"---\ntitle: T{number}\nsource: Outlet {number % 2}\n---\n{paragraph}\n"
        )
    index.build(folder, folder / "index", embedder=WordEmbedder())
    return qa.open(folder / "index", embedder=WordEmbedder(), reader=CapitalReader())


def test_a_node_is_a_slice_of_its_article(archive: qa.Archive) -> None:
    retriever = DatelineRetriever(archive, k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("When was the harbour bridge closed?")
    assert len(found) == 3
    hits = archive.retrieve("When was the harbour bridge closed?", k=3)
    for one, hit in zip(found, hits, strict=True):
        node = one.node
        article = archive.article(node.metadata["article_id"])
        assert article is not None
        assert (
            node.get_content()
            == article.text[node.metadata["start"] : node.metadata["end"]]
            == hit.text
        )
        assert one.score == hit.score
        assert node.source_node is not None
        assert node.source_node.node_id == article.id
        assert "Outlet" in node.get_content(MetadataMode.LLM)
        assert article.sha256 not in node.get_content(MetadataMode.LLM)
    assert len({one.node.node_id for one in found}) == 3


def test_bundles_filters_and_async(archive: qa.Archive) -> None:
    retriever = DatelineRetriever(archive, k=4, source="Outlet 1")
    found = retriever.retrieve(QueryBundle("bridge"))
    assert {one.node.metadata["source"] for one in found} == {"Outlet 1"}
    later = asyncio.run(retriever.aretrieve("bridge"))
    assert [one.node.node_id for one in later] == [one.node.node_id for one in found]
    with pytest.raises(DatelineError, match="expected a question"):
        retriever.retrieve("?")
