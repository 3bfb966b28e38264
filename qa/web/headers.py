"""The headers of every answer: they keep a browser to this page."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message

_UNCHANGING = ("/assets/", "/static/", "/svelte/")  # what a browser may keep
_POLICY = (
    # Gradio's page is started by an inline script and makes functions of the page's own `js`.
    # Nothing comes from elsewhere.
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def add_headers(message: Message, path: str) -> None:
    """Add what guards a browser to the start of an answer.

    Its cookies are kept to this site.
    """
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers[name] = value
    if not path.startswith(_UNCHANGING):
        headers["Cache-Control"] = "no-store"
    message["headers"] = [
        (name, _same_site(value) if name == b"set-cookie" else value)
        for name, value in message["headers"]
    ]


def _same_site(cookie: bytes) -> bytes:
    """Return a cookie as one that no request of another site carries."""
    kept = [part for part in cookie.split(b";") if not part.strip().lower().startswith(b"samesite")]
    return b";".join([*kept, b" SameSite=lax"])
