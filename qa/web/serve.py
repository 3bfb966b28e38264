"""The server of the page, for a browser.

It opens an archive, puts its page together and answers requests.
"""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from index.stores.places import place_of
from index.types import DatelineError, Place
from qa.types import Reader
from qa.web.addresses import Limits
from qa.web.corpus_editor import CorpusEditor
from qa.web.guard import Bounds, Guard
from qa.web.page import page
from qa.web.passwords import Passwords
from qa.web.session import Session
from qa.web.telemetry import log_to_stderr, serve_metrics
from qa.web.theme import theme

_LOOKS = Path(__file__).parent
_LARGEST_UPLOAD = "64mb"  # of one file; qa/web/guard.py bounds a request and an hour
# Kept by Gradio, 80 KB each. An older one loses the order of its table of articles alone: its
# conversation is in its browser.
_SESSIONS = 1_000
_WAITING = 256  # questions and clicks, of all clients together
_AT_ONCE = 4  # questions and clicks that are answered at the same time
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def serve(
    place: str | Path | Place,
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
    """Open an index and serve its page until interrupted.

    The page is served before its models are loaded.

    `source`, `since`, `until` and `as_of` hold for every question. Articles are added to and
    removed from `corpora`, unless `read_only`, or the index is built elsewhere. With `mcp` /ask
    and /retrieve are tools of an MCP server too, at /gradio_api/mcp/. `bounds` is what one client
    may do. A line of JSON for each question goes to standard error, with its words if
    `log_words`. `metrics` is a port of 127.0.0.1 for Prometheus. Raises DatelineError for no
    index, a port that is taken, a bad password file or none for a page that others can reach,
    and for MCP without its package or with passwords.
    """
    place, local = place_of(place), _is_local(host)
    users = _users(auth, host)
    if mcp:
        _check_mcp(users)
    limits = Limits.of(source, since, until, as_of)
    log_to_stderr(log_words)
    os.environ["GRADIO_TEMP_DIR"] = _uploads_folder()  # before the session starts a thread
    editor = None if read_only else _editor(place, corpora, private=local)
    empty = editor is not None and editor.begin_empty()
    session = Session.open(place, reader=reader, limits=limits, empty=empty)
    if metrics is not None:
        serve_metrics(metrics, lambda: int(session.store().generation.split("_")[0]))
    if users is not None and users.unhashed:
        _warn_of_unhashed(users, auth)
    blocks = page(session, editor)
    print(f"Dateline on http://{host}:{port}  (Ctrl-C ends it)", flush=True)
    hosts = frozenset((*_LOOPBACK_NAMES, host)) if local else None
    blocks.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING)
    try:
        blocks.launch(
            server_name=host,
            server_port=port,
            auth=None if users is None else users.verify,  # type: ignore[arg-type]  # is awaited
            prevent_thread_lock=not wait,
            app_kwargs=_app_options(session, bounds, hosts),
            mcp_server=mcp,
            **_launch_options(),
        )
    except OSError:
        raise DatelineError(
            f"expected port {port} of {host} to be free, found it taken; give another with --port"
        ) from None
    return blocks


def _users(auth: Path | None, host: str) -> Passwords | None:
    """Read the password file. None: the page is open, to this machine alone."""
    if auth is None:
        if _is_local(host):
            return None
        raise DatelineError(
            f"expected --auth FILE for a page that others can reach (--host {host}), found none; "
            "make one with: dateline password NAME > FILE"
        )
    return Passwords.of(auth)


def _warn_of_unhashed(users: Passwords, auth: Path | None) -> None:
    print(
        f"dateline: {auth} holds passwords that are not hashed "
        f"({', '.join(users.unhashed)[:80]}); make such lines with: dateline password NAME",
        file=sys.stderr,
    )


def _uploads_folder() -> str:
    """Make a folder for uploads that is this user's alone; no route leads there."""
    folder = tempfile.mkdtemp(prefix="dateline-uploads-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _editor(place: Place, corpora: Sequence[Path], private: bool) -> CorpusEditor | None:
    """Return the editor of an index, or None if a build of it keeps nothing here."""
    if place.cache is None:
        return None
    return CorpusEditor(corpora, place, private=private)


def _app_options(session: Session, bounds: Bounds, hosts: frozenset[str] | None) -> dict[str, Any]:
    """Return what stands before the page, and the address of its health.

    The address tells whether the page is well.
    """

    def health(request: Request) -> JSONResponse:
        status = session.status()
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    return {
        "middleware": [Middleware(Guard, bounds, hosts)],
        "routes": [Route("/healthz", health)],
    }


def _launch_options() -> dict[str, Any]:
    """Return what holds for every page: how it looks, and what Gradio is to leave out."""
    return {
        "quiet": True,
        "share": False,
        "footer_links": [],
        "run_history": False,
        "max_file_size": _LARGEST_UPLOAD,
        "state_session_capacity": _SESSIONS,
        "ssr_mode": False,
        "theme": theme(),
        "css_paths": _LOOKS / "page.css",
        "js": (_LOOKS / "page.js").read_text(encoding="utf-8"),
    }


def _is_local(host: str) -> bool:
    """Return whether only this machine can reach a page that is bound to `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_mcp(users: Passwords | None) -> None:
    """Raise DatelineError if tools of MCP cannot be served."""
    if users is not None:  # Gradio lists its tools to anybody, and then cannot call them
        raise DatelineError(
            "expected --mcp or --auth, found both; tools of MCP know no password: "
            "serve them apart, on 127.0.0.1"
        )
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise DatelineError(
            "expected the package mcp for --mcp, found none; "
            "install it with: pip install 'dateline[mcp]'"
        ) from None
