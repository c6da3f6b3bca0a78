"""The city's key, under which permits' plates and badges are hashed: the secret `permit-key`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ingest.errors import Halt
from verbalise.site.permits import TokenHasher

PERMIT_KEY = "permit-key"


def token_hasher(secret_of: Callable[[str], str | None]) -> TokenHasher | None:
    """The hasher of this installation, None where it has no key. Raises Halt for a key that is too short."""
    key = secret_of(PERMIT_KEY)
    if key is None:
        return None
    try:
        return TokenHasher(key.encode())
    except ValueError as error:
        raise Halt(f"secret {PERMIT_KEY!r}: {error}") from error


def throwaway_hasher() -> TokenHasher:
    """A hasher with a key that nobody keeps: enough to find contradictions, and its hashes fit nothing."""
    return TokenHasher(secrets.token_bytes(32))


def make_permit_key(folder: Path) -> None:
    """Put a fresh key into a folder of secrets, readable by its owner alone, unless there is one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / PERMIT_KEY
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32) + "\n")
