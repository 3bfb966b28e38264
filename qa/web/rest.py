"""The addresses for programs: questions, passages, articles and outlets as JSON.

They answer with the JSON of `dateline ask --json`, by the same path. /api/docs shows them.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from qa.web.addresses import Limits
from qa.web.calls import Calls
from qa.web.contract import Asked, Found, Outlet, Refused, Replied, Sought, WholeArticle
from qa.web.holdings import outlets, whole_article
from qa.web.session import Session

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refused, "description": "No token, or an unknown one"},
    422: {"model": Refused, "description": "Bad input, in one line"},
    429: {"model": Refused, "description": "Too many calls"},
}


class Api:
    """The addresses below /api/, over a session."""

    def __init__(self, session: Session, calls: Calls) -> None:
        self._session, self._calls = session, calls

    def router(self, *dependencies: Depends) -> APIRouter:
        """Return the routes; `dependencies` decide who may call them."""
        router = APIRouter(prefix="/api", dependencies=list(dependencies), responses=REFUSALS)
        router.add_api_route("/ask", self.ask, methods=["POST"], response_model=Replied)
        router.add_api_route(
            "/retrieve", self.retrieve, methods=["POST"], response_model=list[Found]
        )
        router.add_api_route(
            "/articles/{id:path}",
            self.article,
            methods=["GET"],
            response_model=WholeArticle,
            responses={404: {"model": Refused, "description": "No such article"}},
        )
        router.add_api_route("/outlets", self.outlets, methods=["GET"], response_model=list[Outlet])
        return router

    async def ask(self, asked: Asked) -> JSONResponse:
        """Answer a question with cited stretches of articles.

        If the articles do not say, `answers` is empty and `reason` says why.
        """
        limits = limits_of(asked)
        reply = await self._calls.run(self._session.ask, asked.question, limits, asked.k)
        return JSONResponse(reply.to_dict())

    async def retrieve(self, sought: Sought) -> JSONResponse:
        """Find the passages nearest to a question, best first."""
        limits = limits_of(sought)
        hits = await self._calls.run(self._session.retrieve, sought.question, sought.k, limits)
        return JSONResponse([hit.to_dict() for hit in hits])

    async def article(self, id: str) -> JSONResponse:
        """Return an article with its text."""
        found = await self._calls.run(whole_article, self._session, id)
        if found is None:
            raise HTTPException(404, "expected the id of an article that is here, found no such id")
        return JSONResponse(found)

    async def outlets(self) -> JSONResponse:
        """List the outlets, the one with the most articles first."""
        return JSONResponse(await self._calls.run(outlets, self._session))


def limits_of(asked: Asked | Sought) -> Limits:
    """Return the limits of a call.

    Raises DatelineError for an outlet or a day that is none.
    """
    return Limits.of(asked.source, asked.since, asked.until, asked.as_of)
