"""Who may see the page: a file with a line NAME:HASH for each user, where the hash is argon2's (RFC 9106).

Each check takes as long for a name that nobody has as for a wrong password, and runs in a thread of its own.
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
    """The line of the file for a user. Raises DatelineError for a name or a password that no such line can hold."""
    if not name.strip() or ":" in name or not name.isprintable():
        raise DatelineError(f"expected the name of a user, without a colon, found {name[:40]!r}")
    if not password or len(password) > _LONGEST:
        raise DatelineError(
            f"expected a password of 1 to {_LONGEST} characters, found {len(password)}"
        )
    return f"{name.strip()}:{_hasher.hash(password)}"


class Passwords:
    """The users of a file. `unhashed`: the names whose password stood there as it is."""

    def __init__(self, hashes: Mapping[str, str], unhashed: tuple[str, ...] = ()) -> None:
        self._hashes, self.unhashed = dict(hashes), unhashed

    @classmethod
    def of(cls, file: Path) -> Passwords:
        """Raises DatelineError where the file cannot be read or a line is not NAME:HASH (or NAME:PASSWORD)."""
        try:
            lines = [
                line.strip()
                for line in file.read_text(encoding="utf-8").splitlines()
                if line.strip()
            ]
        except (OSError, UnicodeDecodeError):
            raise DatelineError(
                f"expected a file of USER:PASSWORD lines at {file}, found none that can be read; make one with: dateline password NAME > FILE"
            ) from None
        users = {name: password for name, _, password in (line.partition(":") for line in lines)}
        if not users or not all(name and password for name, password in users.items()):
            raise DatelineError(
                f"expected a line USER:PASSWORD for each user in {file}, found one without"
            )
        for name, password in users.items():
            if password.startswith(_HASHED):
                try:
                    _hasher.check_needs_rehash(password)
                except InvalidHashError:
                    raise DatelineError(
                        f"expected a hash of argon2 for {name[:40]} in {file}, found a damaged one; make it with: dateline password"
                    ) from None
        unhashed = tuple(
            name for name, password in users.items() if not password.startswith(_HASHED)
        )
        return cls(
            {
                name: _hasher.hash(users[name]) if name in unhashed else users[name]
                for name in users
            },
            unhashed,
        )

    async def right(self, name: str, password: str) -> bool:
        """Whether this is the user's password."""
        return await anyio.to_thread.run_sync(self._right, name, password)

    def _right(self, name: str, password: str) -> bool:
        known = self._hashes.get(name)
        try:
            _hasher.verify(known if known is not None else self._nobodys, password[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return known is not None and len(password) <= _LONGEST

    @cached_property
    def _nobodys(self) -> str:
        return _hasher.hash("nobody's")
