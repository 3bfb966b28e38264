"""The application of the server: the page, addresses for programs, the guard before."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.requests import Request
from starlette.responses import JSONResponse

from qa.web.chat import Chat
from qa.web.corpus_editor import CorpusEditor
from qa.web.guard import Bounds, Guard
from qa.web.logins import COOKIE_ID, Logins
from qa.web.page import page
from qa.web.refusals import add_refusals
from qa.web.rest import Api, Turns
from qa.web.session import Session
from qa.web.theme import theme

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
) -> FastAPI:
    """Return the application over a session.

    Without `logins` everybody is let in. `hosts` are the names it may be called by; None: any.
    `uploads` is the folder of uploaded files; None: nothing can be uploaded.
    """
    app = FastAPIOffline(
        title="Dateline",
        description="Questions about an archive of news, answered with cited quotations.",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        static_url="/api/static",
        swagger_ui_oauth2_redirect_url="/api/docs/oauth2-redirect",
    )
    add_refusals(app)
    app.add_api_route("/healthz", partial(_health, session), include_in_schema=False)
    allowed = [] if logins is None else [Depends(logins.required)]
    turns = Turns(_AT_ONCE)
    app.include_router(Api(session, turns).router(*allowed))
    app.include_router(Chat(session, turns).router(*allowed))
    if logins is not None:
        app.include_router(logins.router())
    _mount_page(app, page(session, editor), logins, mcp)
    app.add_middleware(Guard, bounds=bounds, hosts=hosts, uploads=uploads)
    return app


def end_streams(app: FastAPI) -> None:
    """Tell the page's open connections that the server ends."""
    _gradio(app).stop_event.set()


async def _health(session: Session, request: Request) -> JSONResponse:
    """Tell whether the page is well, and nothing else."""
    status = session.status()
    return JSONResponse({"status": status}, 200 if status == "ok" else 503)


def _mount_page(app: FastAPI, blocks: gr.Blocks, logins: Logins | None, mcp: bool) -> None:
    """Mount the page at "/", after every other address."""
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
        mcp_server=mcp,
        theme=theme(),
        css_paths=_LOOKS / "page.css",
        js=(_LOOKS / "page.js").read_text(encoding="utf-8"),
    )
    blocks.has_launched = True  # or Gradio takes any file of this machine for an upload
    mounted = _gradio(app)
    if logins is not None:
        mounted.cookie_id, mounted.tokens = COOKIE_ID, logins


def _gradio(app: FastAPI) -> Any:
    """Return Gradio's own application, which is mounted last."""
    return app.routes[-1].app  # type: ignore[attr-defined]
