"""Who is signed in: a browser by a signed cookie, a program by a bearer token.

A cookie holds the user's name and a mark of the password, signed (itsdangerous). No process keeps
it, so it survives a restart and holds for every replica with the same secret. The secret is
$DATELINE_SECRET, or else made of the file of users. A changed password ends its sessions.
Signing out ends all sessions of a user in this process, and the cookie in the browser.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordRequestForm
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from index.types import DatelineError
from qa.web.passwords import Passwords

COOKIE_ID = "dateline"  # the end of the names of Gradio's cookies
SECRET = "DATELINE_SECRET"  # the name of a variable
TOKEN_WANTED = (
    "expected a token that is known here (Authorization: Bearer TOKEN), found none; "
    "make one with: dateline token NAME"
)
_SHORTEST_SECRET = 32  # characters
_LASTS = 14 * 86_400  # seconds
_COOKIES = {True: f"access-token-{COOKIE_ID}", False: f"access-token-unsecure-{COOKIE_ID}"}
_BEARER = HTTPBearer(auto_error=False, description="A token from: dateline token NAME")


class Logins:
    """The users of a server, and their sessions, as a table that Gradio reads."""

    def __init__(self, users: Passwords, secret: str | None = None) -> None:
        self.users = users
        if secret is None:
            secret = "\n".join(sorted(users.hashes.values())) or secrets.token_hex()
        self._signer = URLSafeTimedSerializer(secret, salt="dateline session")
        self._signed_out: dict[str, float] = {}

    def cookie(self, name: str) -> str:
        """Return the value of a cookie for a user."""
        return str(self._signer.dumps([name, self._mark(name), round(time.time(), 3)]))

    def get(self, cookie: str | None, default: str | None = None) -> str | None:
        """Return the user of a cookie; `default` if it is forged, old or ended."""
        try:
            name, mark, began = self._signer.loads(cookie or "", max_age=_LASTS)
        except (BadSignature, ValueError, TypeError):
            return default
        known = name in self.users.hashes and mark == self._mark(name)
        return name if known and began > self._signed_out.get(name, 0.0) else default

    def user(self, request: Request, token: str | None = None) -> str | None:
        """Return who sends a request, by its token or its cookie; None if nobody known."""
        if token is not None:
            return self.users.holder(token)
        cookies = (request.cookies.get(name) for name in _COOKIES.values())
        return next(filter(None, map(self.get, cookies)), None)

    async def required(
        self,
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> None:
        """Refuse a request of nobody known."""
        if self.user(request, None if bearer is None else bearer.credentials) is None:
            raise HTTPException(401, TOKEN_WANTED)

    def router(self) -> APIRouter:
        """Return the routes for signing in and out, in place of Gradio's."""
        router = APIRouter(include_in_schema=False)
        for path in ("/login", "/login/"):
            router.add_api_route(path, self._sign_in, methods=["POST"])
        router.add_api_route("/logout", self._sign_out, methods=["GET"])
        return router

    async def _sign_in(
        self, request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()]
    ) -> Response:
        name = form.username.strip()
        if not await self.users.verify(name, form.password):
            raise HTTPException(400, "Incorrect credentials.")  # Gradio's page knows these words
        response = JSONResponse({"success": True})
        secure = request.url.scheme == "https"
        response.set_cookie(
            _COOKIES[secure], self.cookie(name), httponly=True, secure=secure, samesite="lax"
        )
        return response

    async def _sign_out(self, request: Request) -> Response:
        name = self.user(request)
        if name is not None:
            self._signed_out[name] = time.time()
        response = RedirectResponse("/", 302)
        for cookie in _COOKIES.values():
            response.delete_cookie(cookie)
        return response

    def _mark(self, name: str) -> str:
        """Return what changes with a user's password."""
        return hashlib.sha256(self.users.hashes.get(name, "").encode()).hexdigest()[:16]


def bearer_of(request: Request) -> str | None:
    """Return the bearer token that a request carries, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def secret_of_environment() -> str | None:
    """Return $DATELINE_SECRET, or None.

    Raises DatelineError for one that is too short.
    """
    secret = os.environ.get(SECRET)
    if secret is not None and len(secret) < _SHORTEST_SECRET:
        raise DatelineError(
            f"expected at least {_SHORTEST_SECRET} characters in {SECRET}, found {len(secret)}; "
            'make it with: python -c "import secrets; print(secrets.token_hex())"'
        )
    return secret
