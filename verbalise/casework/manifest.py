"""The manifest: what a dossier holds, with the digest of everything, and how to check it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from detect.model import PlateReading
from ingest.errors import Reject
from ingest.model import ClockState, Packet
from verbalise.model import CaseId, Claim, Evidence, EvidenceItem
from verbalise.ports import EvidenceMissing, EvidenceStore

VERSION = 1


@dataclass(frozen=True, slots=True)
class PacketDigest:
    """The camera's packets in the clip.

    Attributes:
        sha256: Over their bytes, one after the other, as the camera sent them.
    """

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One dossier. Nothing in it depends on when it was made, so that making it twice gives the same bytes."""

    version: int
    case: CaseId
    claim: Claim
    items: tuple[EvidenceItem, ...]
    packets: PacketDigest
    clip_starts_at: datetime | None
    clock: ClockState | None
    complete: bool
    remarks: tuple[str, ...]
    plate: PlateReading
    software: str


_WIRE: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def encode(manifest: Manifest) -> bytes:
    """Canonical JSON: keys sorted, UTF-8, no spaces."""
    plain: Any = _WIRE.dump_python(manifest, mode="json")
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes) -> Manifest:
    """A manifest from its bytes. Raises Reject, naming the field that does not fit."""
    try:
        return _WIRE.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise Reject(f"manifest: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def evidence_of(manifest: Manifest, key: str) -> Evidence:
    """What the case keeps of a manifest."""
    digest = hashlib.sha256(encode(manifest)).hexdigest()
    return Evidence(key, digest, manifest.items, manifest.clip_starts_at, manifest.complete, manifest.remarks)


def digest_of(packets: Iterable[Packet]) -> PacketDigest:
    """Count and digest of packets, in the order sent."""
    total, count = hashlib.sha256(), 0
    for packet in packets:
        total.update(packet.data)
        count += 1
    return PacketDigest(count, total.hexdigest())


def first_fault(store: EvidenceStore, key: str) -> str | None:
    """The first thing of a dossier that does not hold, None if all does.

    Raises:
        RetryLater: the store is away.
    """
    try:
        manifest = decode(store.read(key))
        for item in manifest.items:
            data = store.read(item.key)
            if hashlib.sha256(data).hexdigest() != item.sha256:
                return f"{item.key}: its bytes are not those that were sealed"
    except (EvidenceMissing, Reject) as error:
        return str(error)
    return None
