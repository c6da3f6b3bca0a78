"""Passwords as Argon2id hashes."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_AT_ONCE = BoundedSemaphore(2)
"""A check takes 64 MiB: a burst of guesses waits here instead of in memory."""
MAX_PASSWORD_CHARS = 1_000
"""Longer input is refused unread: hashing it would only cost time."""


def hash_password(password: str) -> str:
    """The Argon2id hash to keep in the agent register."""
    return _HASHER.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash.

    With no hash (an unknown login) the same work is done against a decoy, so that the time taken
    does not tell which logins exist.
    """
    if len(password) > MAX_PASSWORD_CHARS:
        return False
    try:
        with _AT_ONCE:
            _HASHER.verify(password_hash or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _decoy() -> str:
    return _HASHER.hash("decoy")
