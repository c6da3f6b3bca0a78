"""The ledger's chain: every entry's digest covers the entry and the digest before it. Pure.

Whoever changes an entry must change every digest after it, and whoever noted one of those
(`LedgerHead`) can tell. Cutting entries off the end is seen only against a noted head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.wire import JsonCodec
from storage.model import LedgerBreak, LedgerHead
from verbalise.model import AccessEntry

ENTRY: JsonCodec[AccessEntry] = JsonCodec(AccessEntry, "access-entry")
BEGINNING = LedgerHead(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as it is kept.

    Attributes:
        number: Counted from 1, without holes.
        subject: The entry's subject once more, to search by.
        entry: The entry as versioned JSON, exactly the text that the digest covers.
        previous: Digest of the entry before, 64 zeros for the first.
        digest: SHA-256 in hex over all the fields above.
    """

    number: int
    subject: str
    entry: str
    previous: str
    digest: str


def next_link(head: LedgerHead, entry: AccessEntry) -> Link:
    """The entry as the one after `head`."""
    number, text = head.number + 1, ENTRY.encode(entry).decode()
    return Link(number, entry.subject, text, head.digest, _digest(number, entry.subject, text, head.digest))


def first_break(links: Iterable[Link], noted: LedgerHead | None = None) -> LedgerBreak | None:
    """The first entry that does not hold, None if all do.

    Args:
        links: Every entry, by rising number.
        noted: A head kept from earlier, whose entry must be among them.
    """
    head = BEGINNING
    for link in links:
        reason = _fault(link, head)
        if reason is None and noted and noted.number == link.number and noted.digest != link.digest:
            reason = "its digest is not the one that was noted"
        if reason is not None:
            return LedgerBreak(head.number + 1, reason)
        head = LedgerHead(link.number, link.digest)
    if noted and noted.number > head.number:
        return LedgerBreak(
            head.number + 1, f"it is missing: {noted.number} entries were noted, {head.number} are there"
        )
    return None


def _fault(link: Link, head: LedgerHead) -> str | None:
    if link.number != head.number + 1:
        return f"it is missing: number {link.number} follows {head.number}"
    if link.previous != head.digest:
        return "it does not name the digest of the entry before"
    if link.digest != _digest(link.number, link.subject, link.entry, link.previous):
        return "its content is not what its digest covers"
    return None


def _digest(number: int, subject: str, entry: str, previous: str) -> str:
    covered = json.dumps([number, subject, entry, previous], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(covered.encode()).hexdigest()
