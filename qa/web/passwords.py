"""The file of users who may see the page: a line NAME:HASH for each.

The hash is argon2 (RFC 9106). A check takes as long for an unknown name as for a wrong password,
and runs in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from index.types import DatelineError

_HASHED = "$argon2"
_LONGEST = 1_000  # characters
_hasher = PasswordHasher()


def line_of(name: str, password: str) -> str:
    """Return the line for a user.

    Raises DatelineError for a name or password it cannot hold.
    """
    if not name.strip() or ":" in name or not name.isprintable():
        raise DatelineError(f"expected the name of a user, without a colon, found {name[:40]!r}")
    if not password or len(password) > _LONGEST:
        raise DatelineError(
            f"expected a password of 1 to {_LONGEST} characters, found {len(password)}"
        )
    return f"{name.strip()}:{_hasher.hash(password)}"


class Passwords:
    """The users of a file.

    `unhashed` are those whose password stands there as plain text.
    """

    def __init__(self, hashes: Mapping[str, str], unhashed: tuple[str, ...] = ()) -> None:
        self._hashes, self.unhashed = dict(hashes), unhashed

    @classmethod
    def of(cls, file: Path) -> Passwords:
        """Read a file.

        Raises DatelineError unless each line is NAME:HASH or NAME:PASSWORD.
        """
        passwords = dict(_pairs(file))
        if not passwords or not all(name and password for name, password in passwords.items()):
            raise DatelineError(
                f"expected a line USER:PASSWORD for each user in {file}, found one without"
            )
        hashes, unhashed = {}, []
        for name, password in passwords.items():
            if password.startswith(_HASHED):
                _check_hash(password, name, file)
                hashes[name] = password
            else:
                hashes[name] = _hasher.hash(password)
                unhashed.append(name)
        return cls(hashes, tuple(unhashed))

    async def verify(self, name: str, password: str) -> bool:
        """Return whether this is the user's password."""
        return await anyio.to_thread.run_sync(self._verify, name, password)

    def _verify(self, name: str, password: str) -> bool:
        known = self._hashes.get(name)
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
