"""Which names an item of evidence may have, the same in every store."""

from __future__ import annotations

from ingest.errors import Reject

MAX_KEY_BYTES = 1024
"""What S3 takes."""
MAX_PART_BYTES = 250
"""What a folder takes as one name, with room for the suffix of the file beside it."""


def checked_key(key: str) -> str:
    """The key, if it names an item.

    Raises:
        Reject: empty, absolute, with `.` or `..` or an empty part, with a backslash or a control
            character, or too long.
    """
    parts = checked_prefix(key).split("/")
    if "" in parts:
        raise Reject(f"evidence key {key!r}: every part between slashes needs a name")
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix, if keys can begin with it; empty means every key. Raises Reject as `checked_key`."""
    if prefix.startswith("/") or "\\" in prefix or not all(character.isprintable() for character in prefix):
        raise Reject(f"evidence key {prefix!r}: write relative/parts without backslash or control characters")
    parts = prefix.split("/")
    if "." in parts or ".." in parts or "" in parts[:-1]:
        raise Reject(f"evidence key {prefix!r}: no '.', '..' or empty part")
    if len(prefix.encode()) > MAX_KEY_BYTES or any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        raise Reject(
            f"evidence key of {len(prefix)} characters: {MAX_KEY_BYTES} bytes at most, {MAX_PART_BYTES} a part"
        )
    return prefix
