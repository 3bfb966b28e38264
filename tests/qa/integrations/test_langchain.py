"""The LangChain retriever passes LangChain's own tests; its offsets are those of the articles."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_tests.integration_tests import RetrieversIntegrationTests

import index
import qa
from index.types import DatelineError
from qa.integrations.langchain import DatelineRetriever
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.corpus.samples import PARAGRAPHS

CORPUS = {
    f"{number}.md": f"---\nsource: Outlet {number % 2}\npublished: 2023-03-0{number + 1}\n---\n"
    f"{paragraph}\n"
    for number, paragraph in enumerate(PARAGRAPHS)
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> qa.Archive:
    folder = tmp_path_factory.mktemp("langchain")
    for name, text in CORPUS.items():
        (folder / name).write_text(text)
    index.build(folder, folder / "index", embedder=WordEmbedder())
    return qa.open(folder / "index", embedder=WordEmbedder(), reader=CapitalReader())


class TestStandard(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _opened(self, archive: qa.Archive) -> None:
        self._archive = archive

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return DatelineRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"archive": self._archive}

    @property
    def retriever_query_example(self) -> str:
        return "When was the bridge closed?"


def test_a_document_is_a_slice_of_its_article(archive: qa.Archive) -> None:
    for document in DatelineRetriever(archive=archive, k=4).invoke(
        "When was the harbour bridge closed?"
    ):
        article = archive.article(document.metadata["article_id"])
        assert article is not None
        assert (
            document.page_content
            == article.text[document.metadata["start"] : document.metadata["end"]]
        )
        assert document.metadata["sha256"] == article.sha256
        assert document.metadata["source"] in ("Outlet 0", "Outlet 1")
        assert 0 < document.metadata["score"] <= 1
        json.dumps(document.metadata)
    ids = [document.id for document in DatelineRetriever(archive=archive, k=4).invoke("bridge")]
    assert len(set(ids)) == 4


def test_filters_k_and_async(archive: qa.Archive) -> None:
    retriever = DatelineRetriever(archive=archive, k=4, source="Outlet 1")
    assert {document.metadata["source"] for document in retriever.invoke("bridge")} == {"Outlet 1"}
    assert [
        document.metadata["path"] for document in retriever.invoke("bridge", since="2023-03-04")
    ] == ["3.md"]
    documents = asyncio.run(retriever.ainvoke("bridge", k=1, source=None, until="2023-03-01"))
    assert [document.metadata["path"] for document in documents] == ["0.md"]
    both = asyncio.run(retriever.abatch(["bridge", "ferries"]))
    assert both == [retriever.invoke("bridge"), retriever.invoke("ferries")]
    chain = retriever | RunnableLambda(lambda documents: len(documents))
    assert chain.invoke("bridge") == 2
    with pytest.raises(DatelineError, match="expected a question"):
        retriever.invoke("")


def test_documents_go_to_langchain_and_come_back(archive: qa.Archive, tmp_path: Path) -> None:
    """Saved as a list, what the retriever returns is a corpus again, with outlets and days."""
    documents: list[Document] = DatelineRetriever(archive=archive, k=4).invoke("bridge")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "documents.json").write_text(
        json.dumps([document.model_dump() for document in documents])
    )
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    articles = list(
        qa.open(
            tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader()
        ).store.articles()
    )
    assert {(a.text, a.source, a.published) for a in articles} == {
        (a.text.strip(), a.source, a.published) for a in archive.store.articles()
    }


def test_the_retriever_follows_the_index(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(PARAGRAPHS[0])
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    opened = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    retriever = DatelineRetriever(archive=opened)
    assert len(retriever.invoke("bridge")) == 1
    (tmp_path / "in" / "b.txt").write_text(PARAGRAPHS[3])
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    assert len(retriever.invoke("bridge")) == 2
