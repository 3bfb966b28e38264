"""The file of users who may see the page: a line NAME:HASH for each.

The hash of a password is argon2 (RFC 9106). A check takes as long for an unknown name as for a
wrong password. Two are made at once, each with 64 MB; others wait. A program has a bearer token
instead: 32 random bytes, of which the file holds the SHA-256. A name may have several lines.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from index.types import DatelineError

_HASHED = "$argon2"
_TOKEN = "$token$sha256$"  # what the hash of a token begins with
_LONGEST = 1_000  # characters
_WORKERS = 2
_hasher = PasswordHasher()


def line_of(name: str, password: str) -> str:
    """Return the line for a user.

    Raises DatelineError for a name or password it cannot hold.
    """
    name = _checked_name(name)
    if not password or len(password) > _LONGEST:
        raise DatelineError(
            f"expected a password of 1 to {_LONGEST} characters, found {len(password)}"
        )
    return f"{name}:{_hasher.hash(password)}"


def token_and_line(name: str) -> tuple[str, str]:
    """Return a new bearer token, and the line for its user, which does not hold it.

    Raises DatelineError for a name that a line cannot hold.
    """
    token = f"dateline_{secrets.token_urlsafe(32)}"
    return token, f"{_checked_name(name)}:{_TOKEN}{_digest(token)}"


def _checked_name(name: str) -> str:
    if not name.strip() or ":" in name or not name.isprintable():
        raise DatelineError(f"expected the name of a user, without a colon, found {name[:40]!r}")
    return name.strip()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Passwords:
    """The users of a file.

    `hashes` are by name; `unhashed` are those whose password stands there as plain text.
    `tokens` are names by the digest of a token.
    """

    def __init__(
        self,
        hashes: Mapping[str, str],
        unhashed: tuple[str, ...] = (),
        tokens: Mapping[str, str] | None = None,
    ) -> None:
        self.hashes, self.unhashed = dict(hashes), unhashed
        self._tokens = dict(tokens or {})
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="passwords")

    @classmethod
    def of(cls, file: Path) -> Passwords:
        """Read a file.

        Raises DatelineError unless each line is NAME:HASH or NAME:PASSWORD.
        """
        pairs = _pairs(file)
        if not pairs or not all(name and password for name, password in pairs):
            raise DatelineError(
                f"expected a line USER:PASSWORD for each user in {file}, found one without"
            )
        tokens = {value: name for name, value in pairs if value.startswith(_TOKEN)}
        hashes, unhashed = {}, []
        for name, password in dict(pair for pair in pairs if pair[1] not in tokens).items():
            if password.startswith(_HASHED):
                _check_hash(password, name, file)
                hashes[name] = password
            else:
                hashes[name] = _hasher.hash(password)
                unhashed.append(name)
        return cls(hashes, tuple(unhashed), tokens)

    async def verify(self, name: str, password: str) -> bool:
        """Return whether this is the user's password; wait for a turn."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, self._verify, name, password)

    def holder(self, token: str) -> str | None:
        """Return the name of the user who holds a bearer token, or None."""
        return self._tokens.get(_TOKEN + _digest(token))

    def _verify(self, name: str, password: str) -> bool:
        known = self.hashes.get(name)
        compared = self._nobodys_hash if known is None else known
        try:
            _hasher.verify(compared, password[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return known is not None and len(password) <= _LONGEST

    @cached_property
    def _nobodys_hash(self) -> str:
        """A hash to compare with for a name that nobody has, so that both take as long."""
        return _hasher.hash("nobody's")


def _pairs(file: Path) -> list[tuple[str, str]]:
    """Return the name and the password or hash of each line that is not empty."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DatelineError(
            f"expected a file of USER:PASSWORD lines at {file}, found none that can be read; "
            "make one with: dateline password NAME > FILE"
        ) from None
    parts = [line.strip().partition(":") for line in lines if line.strip()]
    return [(name, password) for name, _, password in parts]


def _check_hash(password: str, name: str, file: Path) -> None:
    try:
        _hasher.check_needs_rehash(password)
    except InvalidHashError:
        raise DatelineError(
            f"expected a hash of argon2 for {name[:40]} in {file}, found a damaged one; "
            "make it with: dateline password"
        ) from None
