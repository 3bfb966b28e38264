"""A LangChain retriever over a Dateline archive.

from qa.integrations.langchain import DatelineRetriever
DatelineRetriever(archive="var/index", k=4).invoke("who brokered the truce?")
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

try:
    from langchain_core.callbacks import (
        AsyncCallbackManagerForRetrieverRun,
        CallbackManagerForRetrieverRun,
    )
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import run_in_executor
    from pydantic import field_validator
except ImportError:
    raise ImportError(
        "expected langchain-core, found none; "
        "do, in a clone of Dateline: pip install '.[langchain]'"
    ) from None

from qa.answering.understanding import Day
from qa.archive import Archive
from qa.integrations.metadata import metadata, passage_id


class DatelineRetriever(BaseRetriever):
    """The `k` passages nearest to a question, as Documents.

    `archive` is an open archive, or the folder or address of an index. `page_content` is the slice
    start:end of the article's text. `source`, `since`, `until` and `as_of` filter as
    `Archive.retrieve` does. They and `k` may be given to `invoke` too. The retriever follows the
    index as it is rebuilt. Raises DatelineError for a bad question, `k` or day.
    """

    archive: Archive
    k: int = 5
    source: str | list[str] | None = None
    since: Day = None
    until: Day = None
    as_of: Day = None

    @field_validator("archive", mode="before")
    @classmethod
    def _opened(cls, archive: Any) -> Any:
        return Archive.open(archive) if isinstance(archive, str | Path) else archive

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun | None = None,
        k: int | None = None,
        **filters: Any,
    ) -> list[Document]:
        self.archive.refresh()
        if k is None:
            k = self.k
        own = {"source": self.source, "since": self.since, "until": self.until, "as_of": self.as_of}
        hits = self.archive.retrieve(query, k, **{**own, **filters})
        return [
            Document(page_content=hit.text, metadata=metadata(hit), id=passage_id(hit))
            for hit in hits
        ]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun | None = None,
        k: int | None = None,
        **filters: Any,
    ) -> list[Document]:
        return await run_in_executor(None, self._get_relevant_documents, query, k=k, **filters)
