"""The application as programs meet it, over an archive, without a port."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.testclient import TestClient

import qa
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.application import application
from qa.web.guard import Bounds
from qa.web.logins import Logins
from qa.web.passwords import Passwords, line_of, token_and_line
from qa.web.session import Session


def client_of(
    archive: qa.Archive,
    logins: Logins | None = None,
    limits: Limits = NO_LIMITS,
    bounds: Bounds = Bounds(),
    mcp: bool = False,
    corpora: Sequence[Path] = (),
) -> TestClient:
    """Return a client of the whole application; use it in a `with`."""
    session = Session.over(archive, limits)
    app = application(session, logins=logins, bounds=bounds, mcp=mcp, corpora=corpora)
    return TestClient(app, base_url="http://127.0.0.1")


def users_file(folder: Path) -> tuple[Path, str]:
    """Write a file with the password of "reader" and a token of "reports"; return both."""
    token, line = token_and_line("reports")
    file = folder / "users"
    file.write_text(f"{line_of('reader', 'secret')}\n{line}\n", encoding="utf-8")
    return file, token


def logins_of(folder: Path, secret: str | None = None) -> tuple[Logins, str]:
    """Return the logins of a new file of users, and a token that it knows."""
    file, token = users_file(folder)
    return Logins(Passwords.of(file), secret), token
