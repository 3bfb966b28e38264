"""The browser app: opens an archive, puts its page together and serves it. What the page shows is qa/ui's.

python app.py            (or: dateline serve)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio is imported: the page calls nobody

import gradio as gr

from index.stores import Place
from qa import DatelineError
from qa.cli import main
from qa.desk import Desk
from qa.types import Reader
from qa.ui.page import page
from qa.ui.room import Limits, Room
from qa.ui.theme import theme

_LOOKS = Path(__file__).parent / "qa" / "ui"
_LARGEST_UPLOAD = "64mb"


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
    wait: bool = True,
) -> gr.Blocks:
    """Open the archive and serve its page until interrupted; the filters hold for every question asked on it.

    The page is there before the models are loaded. `corpora`: where articles are added and removed, unless `read_only`, or the index is in Milvus.
    `mcp`: /ask and /retrieve are tools of an MCP server too, at /gradio_api/mcp/. Raises DatelineError: no index, no such
    port, a bad password file, --mcp without its package or with passwords.
    """
    users = _users(auth)
    if mcp:
        _check_mcp(users)
    room = Room(folder, reader=reader, limits=Limits.of(source, since, until, as_of))
    local = host in ("127.0.0.1", "localhost", "::1")
    desk = None if read_only or not isinstance(folder, Path) else Desk(corpora, folder, private=local)
    blocks = page(room, desk)
    print(f"Dateline on http://{host}:{port}  (Ctrl-C ends it)", flush=True)
    if desk is not None and not local and users is None:
        print("dateline: whoever reaches this page can add and remove articles; give --auth FILE or --read-only", file=sys.stderr)
    try:
        blocks.queue(default_concurrency_limit=4)
        blocks.launch(
            server_name=host,
            server_port=port,
            auth=users,
            quiet=True,
            share=False,
            prevent_thread_lock=not wait,
            footer_links=[],
            max_file_size=_LARGEST_UPLOAD,
            mcp_server=mcp,
            ssr_mode=False,
            theme=theme(),
            css_paths=_LOOKS / "page.css",
            js=(_LOOKS / "page.js").read_text(encoding="utf-8"),
        )
    except OSError:
        raise DatelineError(f"expected port {port} of {host} to be free, found it taken; give another with --port") from None
    return blocks


def _check_mcp(users: list[tuple[str, str]] | None) -> None:
    if users is not None:  # Gradio lists its tools to anybody, and then cannot call them
        raise DatelineError("expected --mcp or --auth, found both; tools of MCP know no password: serve them apart, on 127.0.0.1")
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise DatelineError("expected the package mcp for --mcp, found none; install it with: pip install 'dateline[mcp]'") from None


def _users(file: Path | None) -> list[tuple[str, str]] | None:
    if file is None:
        return None
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise DatelineError(f"expected a file of USER:PASSWORD lines at {file}, found none that can be read") from None
    users = [(name, password) for name, _, password in (line.partition(":") for line in lines)]
    if not users or not all(name and password for name, password in users):
        raise DatelineError(f"expected a line USER:PASSWORD for each user in {file}, found one without")
    return users


if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
