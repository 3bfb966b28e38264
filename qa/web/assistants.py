"""The tools for assistants (MCP): ask, retrieve, article, outlets. All only read.

An answer is short, about 1,200 characters: an assistant pays for each. It has quotations with their
place in an article. What is left out is there to be asked for by the other tools.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from index.types import DatelineError
from qa.rendering.wording import differing, reason_in_words
from qa.types import Citation, Hit, Reply
from qa.web.addresses import Limits
from qa.web.calls import Calls
from qa.web.holdings import outlets, whole_article
from qa.web.session import Session
from qa.web.wording import first_error

LENGTH = 1_200  # characters of an answer, or of a part of an article
_LONGEST_PART = 20_000
_OUTLETS = 50
_AT_ONCE = 4
_READS = ToolAnnotations(
    readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
)
_INSTRUCTIONS = """Answers from an archive of news articles, quoted and cited, never generated.
Ask one plain question at a time. Quote what `ask` returns word for word, with its outlet and date.
If it says that the articles do not say, say so too. If outlets differ, give each figure with its
outlet. `retrieve` finds passages on a subject, `article` reads on around a quotation."""

Source = Annotated[list[str] | None, Field(description="only articles of these outlets")]
Since = Annotated[str | None, Field(description="published on this day or later, YYYY-MM-DD")]
Until = Annotated[str | None, Field(description="published on this day or earlier, YYYY-MM-DD")]
AsOf = Annotated[
    str | None,
    Field(description="the day asked on, YYYY-MM-DD: nothing later is used"),
]


class Quotation(BaseModel):
    """A sentence of an article: characters `start` to `end` of its text."""

    quote: str
    says: str = Field(description="the words that answer")
    outlet: str | None
    published: str | None
    title: str | None
    article: str = Field(description="the id of the article")
    start: int
    end: int
    link: str | None
    stance: str


class Answers(BaseModel):
    """The quotations that answer a question, best first, or the reason for none."""

    answered: bool
    probability: float | None = Field(description="how likely the first answer is right")
    differ: str | None = Field(description="what outlets contradict each other on")
    reason: str | None
    quotations: list[Quotation]
    left_out: int = Field(description="quotations that were left out to be short")


class Part(BaseModel):
    """A passage of an article: characters `start` to `end` of its text."""

    text: str
    outlet: str | None
    published: str | None
    title: str | None
    article: str
    start: int
    end: int


class Parts(BaseModel):
    """Passages, the nearest first."""

    passages: list[Part]


class ArticlePart(BaseModel):
    """A part of an article, and how long the article is."""

    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    text: str
    start: int
    end: int
    length: int


class OutletFacts(BaseModel):
    """An outlet with its articles and their first and last day."""

    name: str
    articles: int
    first_day: str | None
    last_day: str | None


class Outlets(BaseModel):
    """The outlets with most articles first, and how many there are in all."""

    outlets: list[OutletFacts]
    all: int


class Tools(FastMCP[Any]):
    """A server of tools whose refusals are one clear line."""

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool. Raises ToolError with one line."""
        try:
            return await super().call_tool(name, arguments)
        except ToolError as error:
            raise ToolError(_line(error)) from None


class Assistant:
    """The four tools, over a session."""

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, Calls(_AT_ONCE)

    def server(self) -> FastMCP[Any]:
        """Return a server of the tools, for standard input and output or for HTTP."""
        server = Tools(
            "dateline",
            instructions=_INSTRUCTIONS,
            log_level="CRITICAL",  # a log of errors may hold a question
            stateless_http=True,
            json_response=True,
            # qa/web/guard.py checks names and sites for every address.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        for tool in (self.ask, self.retrieve, self.article, self.outlets):
            server.add_tool(tool, annotations=_READS, structured_output=True)
        return server

    async def ask(
        self,
        question: Annotated[str, Field(description="one question, in English")],
        source: Source = None,
        since: Since = None,
        until: Until = None,
        as_of: AsOf = None,
    ) -> Answers:
        """Answer a question with sentences quoted from the news archive.

        If the articles do not say, the reason says so, and there are no quotations.
        """
        limits = Limits.of(source, since, until, as_of)
        return _answers(await self._calls.run(self._session.ask, question, limits))

    async def retrieve(
        self,
        question: Annotated[str, Field(description="what to look for, in English")],
        k: Annotated[int, Field(ge=1, le=20, description="how many passages")] = 2,
        source: Source = None,
        since: Since = None,
        until: Until = None,
        as_of: AsOf = None,
    ) -> Parts:
        """Find the passages of the news archive nearest to a subject, best first."""
        limits = Limits.of(source, since, until, as_of)
        hits = await self._calls.run(self._session.retrieve, question, k, limits)
        return Parts(passages=[_part(hit) for hit in hits])

    async def article(
        self,
        id: Annotated[str, Field(description="the id of an article, from a quotation")],
        start: Annotated[int, Field(ge=0, description="the first character")] = 0,
        length: Annotated[int, Field(ge=1, le=_LONGEST_PART, description="characters")] = LENGTH,
    ) -> ArticlePart:
        """Read a part of an article, from a character on."""
        found = await self._calls.run(whole_article, self._session, id)
        if found is None:
            raise DatelineError("expected the id of an article that is here, found no such id")
        text = found["text"]
        start = min(start, len(text))
        end = min(start + length, len(text))
        return ArticlePart(
            title=found["title"],
            outlet=found["source"],
            published=found["published"],
            url=found["url"],
            text=text[start:end],
            start=start,
            end=end,
            length=len(text),
        )

    async def outlets(self) -> Outlets:
        """List the outlets of the news archive, with how many articles of which days."""
        found = await self._calls.run(outlets, self._session)
        facts = [OutletFacts(**one) for one in found[:_OUTLETS]]
        return Outlets(outlets=facts, all=len(found))


def _answers(reply: Reply) -> Answers:
    """Return a reply in short: as many quotations as fit, the first in any case."""
    citations = [one for answer in reply.answers for one in answer.citations]
    quotations = _that_fit([_quotation(citation) for citation in _distinct(citations)])
    return Answers(
        answered=reply.answered,
        probability=round(reply.answers[0].probability, 2) if reply.answers else None,
        differ=differing(reply) or None,
        reason=reason_in_words(reply)[:LENGTH] or None,
        quotations=quotations,
        left_out=len(_distinct(citations)) - len(quotations),
    )


def _distinct(citations: Sequence[Citation]) -> list[Citation]:
    """Return one citation for each sentence."""
    return list({(one.article.id, one.sentence_span): one for one in reversed(citations)}.values())[
        ::-1
    ]


def _that_fit(quotations: Sequence[Quotation]) -> list[Quotation]:
    fit: list[Quotation] = []
    taken = 0
    for quotation in quotations:
        taken += len(json.dumps(quotation.model_dump(), ensure_ascii=False))
        if fit and taken > LENGTH:
            break
        fit.append(quotation)
    return fit


def _quotation(citation: Citation) -> Quotation:
    article = citation.article
    start, end = citation.sentence_span
    return Quotation(
        quote=citation.sentence,
        says=citation.best_words,
        outlet=article.source,
        published=_day(article.published),
        title=article.title,
        article=article.id,
        start=start,
        end=end,
        link=citation.link,
        stance=citation.stance,
    )


def _part(hit: Hit) -> Part:
    article = hit.article
    return Part(
        text=hit.text,
        outlet=article.source,
        published=_day(article.published),
        title=article.title,
        article=article.id,
        start=hit.start,
        end=hit.end,
    )


def _day(day: Any) -> str | None:
    return None if day is None else str(day)


def _line(error: ToolError) -> str:
    """Return what an assistant is told of an error; one of our own says nothing else."""
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        return first_error(cause.errors(), "the tool's description")
    if isinstance(cause, DatelineError):
        return str(cause)
    if cause is None:  # no such tool
        return str(error)[:200]
    return "expected an answer, found an error of Dateline's own"
