"""What the stores say of an item's bytes, and how they notice that those have changed."""

from __future__ import annotations

import hashlib

from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, StoredItem


def described(key: str, data: bytes, content_type: str) -> StoredItem:
    """What a store says of these bytes under this key."""
    return StoredItem(key, hashlib.sha256(data).hexdigest(), len(data), content_type)


def same_item(held: StoredItem, offered: StoredItem) -> StoredItem:
    """The item that is held, if the one offered has the same bytes. Raises EvidenceConflict."""
    if held.sha256 != offered.sha256:
        raise EvidenceConflict(
            f"evidence {offered.key!r} already holds other bytes (sha256 {held.sha256[:12]}…, offered "
            f"{offered.sha256[:12]}…): evidence is never overwritten, put it under another key"
        )
    return held


def undamaged(data: bytes, item: StoredItem) -> bytes:
    """The bytes of a whole item, if they are the ones that were put. Raises EvidenceDamaged."""
    found = hashlib.sha256(data).hexdigest()
    if found != item.sha256:
        raise EvidenceDamaged(
            f"evidence {item.key!r} is damaged: sha256 {item.sha256[:12]}… was stored, {found[:12]}… is there; "
            "restore it from an earlier version or a backup"
        )
    return data


def check_range(start: int, length: int | None) -> None:
    """Refuse a range that no item can have. Raises ValueError."""
    if start < 0 or (length is not None and length < 0):
        raise ValueError(f"a range starts at 0 or later and is not negative: start {start}, length {length}")
