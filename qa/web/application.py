"""The application of the server: the page and programs, and the guard before them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.web.calls import Calls
from qa.web.chat import Chat
from qa.web.corpus_editor import CorpusEditor
from qa.web.events import tell_errors
from qa.web.guard import Bounds, Guard
from qa.web.logins import COOKIE_ID, TOKEN_WANTED, Logins, bearer_of
from qa.web.page import page
from qa.web.printed import Printed
from qa.web.refusals import add_malformed, add_refusals, refusal
from qa.web.rest import Api
from qa.web.session import Session
from qa.web.theme import theme

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

_LOOKS = Path(__file__).parent
_LARGEST_UPLOAD = "64mb"  # of one file; qa/web/guard.py bounds a request and an hour
# Kept by Gradio, 80 KB each. An older one loses the order of its table of articles alone: its
# conversation is in its browser.
_SESSIONS = 1_000
_WAITING = 256  # questions and clicks, of all clients together
_AT_ONCE = 4  # questions and clicks of the page that are answered at the same time; and calls


def application(
    session: Session,
    editor: CorpusEditor | None = None,
    logins: Logins | None = None,
    bounds: Bounds = Bounds(),
    hosts: frozenset[str] | None = None,
    uploads: Path | None = None,
    mcp: bool = False,
    corpora: Sequence[Path] = (),
) -> FastAPI:
    """Return the application over a session.

    Without `logins` everybody is let in. `hosts` are the names it may be called by; None: any.
    `uploads` is the folder of uploaded files; None: nothing can be uploaded. `corpora` are the
    folders of the articles, whose PDFs are shown.
    """
    tools = _tools(session) if mcp else None
    app = FastAPIOffline(
        title="Dateline",
        description="Questions about an archive of news, answered with cited quotations.",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        static_url="/api/static",
        swagger_ui_oauth2_redirect_url="/api/docs/oauth2-redirect",
        lifespan=None if tools is None else _running(tools),
    )
    add_refusals(app)
    app.add_api_route("/healthz", partial(_health, session), include_in_schema=False)
    allowed = [] if logins is None else [Depends(logins.required)]
    calls = Calls(_AT_ONCE)
    app.include_router(Api(session, calls).router(*allowed))
    app.include_router(Chat(session, calls).router(*allowed))
    app.include_router(Printed(session, corpora).router(*allowed))
    if logins is not None:
        app.include_router(logins.router())
    if tools is not None:
        app.router.routes.append(Route("/mcp", endpoint=_Mcp(tools, logins)))
    asyncio.run(_mount_page(app, session, editor, logins))
    app.add_middleware(Guard, bounds=bounds, hosts=hosts, uploads=uploads)
    return app


def end_streams(app: FastAPI) -> None:
    """Tell the page's open connections that the server ends."""
    _gradio(app).stop_event.set()


async def _health(session: Session, request: Request) -> JSONResponse:
    """Tell whether the page is well, and nothing else."""
    status = session.status()
    return JSONResponse({"status": status}, 200 if status == "ok" else 503)


def _tools(session: Session) -> FastMCP[Any]:
    """Return the tools for assistants; the package mcp is imported only then."""
    from qa.web.assistants import Assistant

    server = Assistant(session).server()
    server.streamable_http_app()  # makes its session manager
    return server


def _running(tools: FastMCP[Any]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what holds the tools ready for as long as the application runs."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with tools.session_manager.run():
            yield

    return running


class _Mcp:
    """The address of the tools for assistants, who send a token as programs do."""

    def __init__(self, tools: FastMCP[Any], logins: Logins | None) -> None:
        self._tools, self._logins = tools, logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the tools, if its sender is known."""
        request = Request(scope)
        if self._logins is not None and self._logins.user(request, bearer_of(request)) is None:
            await refusal(request, 401, TOKEN_WANTED)(scope, receive, send)
            return
        await self._tools.session_manager.handle_request(scope, receive, send)


async def _mount_page(
    app: FastAPI, session: Session, editor: CorpusEditor | None, logins: Logins | None
) -> None:
    """Mount the page at "/", after every other address.

    It runs in a loop: outside of one, Gradio makes a dozen and closes none.
    """
    blocks = page(session, editor)
    blocks.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING)
    blocks.state_session_capacity = _SESSIONS
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=None if logins is None else logins.users.verify,
        footer_links=[],
        run_history=False,
        show_error=False,  # an error of Gradio's own may name a path
        max_file_size=_LARGEST_UPLOAD,
        ssr_mode=False,
        mcp_server=False,
        theme=theme(),
        css_paths=_LOOKS / "page.css",
        js=(_LOOKS / "page.js").read_text(encoding="utf-8"),
    )
    tell_errors(blocks)
    blocks.has_launched = True  # or Gradio takes any file of this machine for an upload
    mounted = _gradio(app)
    add_malformed(mounted)
    if logins is not None:
        mounted.cookie_id, mounted.tokens = COOKIE_ID, logins


def _gradio(app: FastAPI) -> Any:
    """Return Gradio's own application, which is mounted last."""
    return app.routes[-1].app  # type: ignore[attr-defined]
