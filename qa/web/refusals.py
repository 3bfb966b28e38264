"""What a program is told that cannot be served: a status, and one clear line.

An error never shows a traceback or a path, and none of its words reaches a log.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from index.types import DatelineError
from qa.web.wording import first_error

_LOG = logging.getLogger("dateline.http")
_OWN = "expected an answer, found an error of Dateline's own; the server's log tells its place"
_TYPES = {401: "authentication_error", 422: "invalid_request_error", 500: "server_error"}


def add_refusals(app: FastAPI) -> None:
    """Answer every error of an app in one line."""
    add_malformed(app)
    app.add_exception_handler(DatelineError, _refused)
    app.add_exception_handler(HTTPException, _failed)


def add_malformed(app: FastAPI) -> None:
    """Answer a body that is not of the form an address of an app takes in one line."""
    app.add_exception_handler(RequestValidationError, _malformed)


def refusal(request: Request, status: int, line: str) -> JSONResponse:
    """Return an answer with a status and one line, in the form that the address has."""
    content: dict[str, Any] = {"detail": line}
    if request.url.path.startswith("/v1/"):  # as OpenAI's own server says it
        kind = _TYPES.get(status, "invalid_request_error")
        content = {"error": {"message": line, "type": kind, "param": None, "code": None}}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(content, status, headers)


def own_error(request: Request) -> JSONResponse:
    """Log the error under way by its place, and return what is said of it."""
    _LOG.exception("error")
    return refusal(request, 500, _OWN)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return refusal(request, 422, first_error(error.errors(), "/api/docs"))


async def _refused(request: Request, error: Exception) -> JSONResponse:
    return refusal(request, 422, str(error))


async def _failed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return refusal(request, error.status_code, str(error.detail))
