"""The server of the page, for a browser.

It opens an archive, puts its page together and answers requests.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from index.stores.places import place_of
from index.types import DatelineError, Place
from qa.types import Reader
from qa.web.addresses import Limits
from qa.web.corpus_editor import CorpusEditor
from qa.web.guard import Bounds
from qa.web.listening import Network, bound, listen
from qa.web.logins import Logins, secret_of_environment
from qa.web.passwords import Passwords
from qa.web.session import Session
from qa.web.telemetry import log_to_stderr, serve_metrics
from qa.web.uploads import temporary_uploads

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
    metrics: str | None = None,
    trusted: Sequence[str] = (),
) -> None:
    """Open an index and serve its page and programs until interrupted.

    The page is served before its models are loaded.

    `source`, `since`, `until` and `as_of` hold for every question. Articles are added to and
    removed from `corpora`, unless `read_only`, or the index is built elsewhere. With `mcp`
    assistants find tools at /mcp. `bounds` is what one client may do.

    A line of JSON for each question goes to standard error, with its words if `log_words`.
    `metrics` is where Prometheus finds figures, "PORT" or "HOST:PORT". `trusted` are addresses or
    networks of proxies. Raises DatelineError for no index, a port that is taken, a bad password
    file, and none for a page that others can reach.
    """
    place, local = place_of(place), _is_local(host)
    logins = _logins(auth, host)
    limits = Limits.of(source, since, until, as_of)
    proxies = _networks(trusted)
    editor = None if read_only else _editor(place, corpora, private=local)
    empty = editor is not None and editor.begin_empty()
    if not empty:
        place.current()  # raises if there is no index, before anything is begun
    with bound(host, port) as sockets, temporary_uploads() as uploads:
        from qa.web.application import application, end_streams  # imports gradio, for seconds

        log_to_stderr(log_words)
        os.environ["GRADIO_TEMP_DIR"] = str(uploads)  # before the session starts a thread
        session = Session.open(place, reader=reader, limits=limits, empty=empty)
        if metrics is not None:
            serve_metrics(metrics, lambda: int(session.store().generation.split("_")[0]))
        hosts = frozenset((*_LOOPBACK_NAMES, host)) if local else None
        kept = None if editor is None else uploads
        app = application(session, editor, logins, bounds, hosts, kept, mcp, corpora)
        print(f"Dateline on http://{host}:{port}  (Ctrl-C ends it)", flush=True)

        def ending() -> None:
            session.ending.set()
            end_streams(app)

        listen(app, sockets, proxies, ending)


def _logins(auth: Path | None, host: str) -> Logins | None:
    """Read the password file. None: the page is open, to this machine alone."""
    if auth is None:
        if _is_local(host):
            return None
        raise DatelineError(
            f"expected --auth FILE for a page that others can reach (--host {host}), found none; "
            "make one with: dateline password NAME > FILE"
        )
    users = Passwords.of(auth)
    if users.unhashed:
        _warn_of_unhashed(users, auth)
    return Logins(users, secret_of_environment())


def _warn_of_unhashed(users: Passwords, auth: Path) -> None:
    print(
        f"dateline: {auth} holds passwords that are not hashed "
        f"({', '.join(users.unhashed)[:80]}); make such lines with: dateline password NAME",
        file=sys.stderr,
    )


def _editor(place: Place, corpora: Sequence[Path], private: bool) -> CorpusEditor | None:
    """Return the editor of an index, or None if a build of it keeps nothing here."""
    if place.cache is None:
        return None
    return CorpusEditor(corpora, place, private=private)


def _networks(trusted: Sequence[str]) -> frozenset[Network]:
    """Return the networks of proxies. An address is a network of its own.

    Raises DatelineError for what is neither.
    """
    found: set[Network] = set()
    for one in trusted:
        try:
            found.add(ipaddress.ip_network(one))
        except ValueError:
            raise DatelineError(
                "expected an address for --trusted-proxy, such as 10.0.0.2, or a network, such as "
                f"10.244.0.0/16, found {one[:80]!r}"
            ) from None
    return frozenset(found)


def _is_local(host: str) -> bool:
    """Return whether only this machine can reach a page that is bound to `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
