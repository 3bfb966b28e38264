"""Serve the page in a browser: open an archive, put its page together, answer requests."""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from index.stores.places import Place
from qa import DatelineError
from qa.types import Reader
from qa.web.corpus_editor import CorpusEditor
from qa.web.guard import Bounds, Guard
from qa.web.page import page
from qa.web.passwords import Passwords
from qa.web.session import Limits, Session
from qa.web.telemetry import log_to_stderr, serve_metrics
from qa.web.theme import theme

_LOOKS = Path(__file__).parent
_LARGEST_UPLOAD = "64mb"  # of one file; qa/web/guard.py bounds a request and an hour
_SESSIONS = 1_000  # kept by Gradio, 80 KB each; of an older one the order of its table of articles is lost, its conversation is in its browser
_WAITING = 256  # questions and clicks, of all clients together


def serve(
    folder: Place,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Path | None = None,
    source: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    reader: Reader | None = None,
    corpora: Sequence[Path] = (Path("corpus"),),
    read_only: bool = False,
    mcp: bool = False,
    bounds: Bounds = Bounds(),
    log_words: bool = False,
    metrics: int | None = None,
    wait: bool = True,
) -> gr.Blocks:
    """Open the archive and serve its page until interrupted; the filters hold for every question asked on it.

    The page is there before the models are loaded. `corpora`: where articles are added and removed, unless `read_only`, or the index is in Milvus.
    `mcp`: /ask and /retrieve are tools of an MCP server too, at /gradio_api/mcp/. `bounds`: what one client may do.
    A line of JSON for each question goes to standard error, with its words where `log_words` is true; `metrics`: the port
    of 127.0.0.1 for Prometheus. Raises DatelineError: no index, no such port, a bad password file, none where others can
    reach the page, --mcp without its package or with passwords.
    """
    local = _is_local(host)
    users = Passwords.of(auth) if auth is not None else None
    if users is None and not local:
        raise DatelineError(
            f"expected --auth FILE for a page that others can reach (--host {host}), found none; make one with: dateline password NAME > FILE"
        )
    if mcp:
        _check_mcp(users)
    log_to_stderr(log_words)
    uploads = tempfile.mkdtemp(
        prefix="dateline-uploads-"
    )  # this user's alone, and no route leads there
    atexit.register(shutil.rmtree, uploads, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = uploads  # as above: the session starts a thread
    session = Session(folder, reader=reader, limits=Limits.of(source, since, until, as_of))
    if metrics is not None:
        serve_metrics(metrics, lambda: int(session.store().generation.split("_")[0]))
    if users is not None and users.unhashed:
        print(
            f"dateline: {auth} holds passwords that are not hashed ({', '.join(users.unhashed)[:80]}); make such lines with: dateline password NAME",
            file=sys.stderr,
        )
    editor = (
        None
        if read_only or not isinstance(folder, Path)
        else CorpusEditor(corpora, folder, private=local)
    )
    blocks = page(session, editor)
    print(f"Dateline on http://{host}:{port}  (Ctrl-C ends it)", flush=True)

    def health(request: Request) -> JSONResponse:
        status = session.status()
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    try:
        blocks.queue(default_concurrency_limit=4, max_size=_WAITING)
        blocks.launch(
            server_name=host,
            server_port=port,
            auth=users.right if users is not None else None,  # type: ignore[arg-type]  # Gradio awaits it
            quiet=True,
            share=False,
            prevent_thread_lock=not wait,
            footer_links=[],
            run_history=False,
            app_kwargs={
                "middleware": [
                    Middleware(
                        Guard,
                        bounds,
                        frozenset(("127.0.0.1", "localhost", "::1", host)) if local else None,
                    )
                ],
                "routes": [Route("/healthz", health)],
            },
            max_file_size=_LARGEST_UPLOAD,
            state_session_capacity=_SESSIONS,
            mcp_server=mcp,
            ssr_mode=False,
            theme=theme(),
            css_paths=_LOOKS / "page.css",
            js=(_LOOKS / "page.js").read_text(encoding="utf-8"),
        )
    except OSError:
        raise DatelineError(
            f"expected port {port} of {host} to be free, found it taken; give another with --port"
        ) from None
    return blocks


def _is_local(host: str) -> bool:
    """Whether only this machine can reach a page that is bound to `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_mcp(users: Passwords | None) -> None:
    if users is not None:  # Gradio lists its tools to anybody, and then cannot call them
        raise DatelineError(
            "expected --mcp or --auth, found both; tools of MCP know no password: serve them apart, on 127.0.0.1"
        )
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise DatelineError(
            "expected the package mcp for --mcp, found none; install it with: pip install 'dateline[mcp]'"
        ) from None
