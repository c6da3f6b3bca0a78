"""Secrets as storage needs them: two parts under one name."""

from __future__ import annotations

from ingest.errors import Halt
from storage.model import SecretOf


def no_secrets(_name: str) -> None:
    """Knows no secret: for stores that need none."""


def two_parts(name: str, secret_of: SecretOf) -> tuple[str, str]:
    """The secret of that name, split at its first colon. Raises Halt; the text names it and shows nothing of it."""
    first, colon, second = (secret_of(name) or "").partition(":")
    if not (first and colon and second):
        raise Halt(f"secret {name!r}: write it as two parts with a colon between, user:password")
    return first, second
