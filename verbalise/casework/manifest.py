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
from verbalise.model import CaseId, Claim, Evidence, EvidenceItem, Sighting
from verbalise.ports import EvidenceConflict, EvidenceMissing, EvidenceStore

VERSION = 1
MANIFEST_TYPE = "application/json"


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
    """One dossier. Nothing in it depends on when it was made, so that making it twice gives the same bytes.

    Attributes:
        sighting: The vehicle as machine help found it; beside the claim, which stays as it was made.
    """

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
    clip_ends_at: datetime | None = None
    sighting: Sighting | None = None


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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest as it lies in the store.

    Attributes:
        sha256: Of the stored bytes, whatever version of Constat wrote them.
    """

    manifest: Manifest
    key: str
    sha256: str

    @property
    def evidence(self) -> Evidence:
        """What the case keeps of it."""
        held = self.manifest
        return Evidence(
            manifest_key=self.key,
            manifest_sha256=self.sha256,
            items=held.items,
            clip_starts_at=held.clip_starts_at,
            complete=held.complete,
            remarks=held.remarks,
            clip_ends_at=held.clip_ends_at,
            sighting=held.sighting,
        )


def read_sealed(store: EvidenceStore, key: str) -> Sealed | None:
    """The manifest under a key, None if there is none.

    Raises:
        Reject: it cannot be read, or an item that it names is gone or changed; the text names the key.
        RetryLater: the store is away.
    """
    try:
        data = store.read(key)
    except EvidenceMissing:
        return None
    sealed = Sealed(decode(data), key, hashlib.sha256(data).hexdigest())
    fault = next(filter(None, (_fault_of_stored(store, item) for item in sealed.manifest.items)), None)
    if fault is not None:
        raise Reject(
            f"{key} is sealed, but does not hold: {fault}. Restore it from a backup, then send the claim again"
        )
    return sealed


def seal(store: EvidenceStore, key: str, manifest: Manifest) -> Sealed:
    """Store a manifest under a key that has none yet; whoever sealed first counts.

    Raises:
        RetryLater: the store is away or full.
    """
    data = encode(manifest)
    try:
        stored = store.put(key, data, MANIFEST_TYPE)
    except EvidenceConflict:
        # Another worker that held the claim before a rebalance was faster: its dossier is as good.
        sealed = read_sealed(store, key)
        if sealed is None:
            raise
        return sealed
    return Sealed(manifest, stored.key, stored.sha256)


def digest_of(packets: Iterable[Packet]) -> PacketDigest:
    """Count and digest of packets, in the order sent."""
    total, count = hashlib.sha256(), 0
    for packet in packets:
        total.update(packet.data)
        count += 1
    return PacketDigest(count, total.hexdigest())


def first_fault(store: EvidenceStore, key: str, sha256: str | None = None) -> str | None:
    """The first thing of a dossier that does not hold, None if all does. Reads every byte.

    Args:
        sha256: The manifest's digest as the case has it; without it, a manifest replaced together with its items
            would pass.

    Raises:
        RetryLater: the store is away.
    """
    try:
        data = store.read(key)
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            return f"{key}: it is not the manifest that the case was opened with"
        manifest = decode(data)
        if encode(manifest) != data:
            return f"{key}: it is not as it was written"
        if key != manifest_key(manifest.case):
            return f"{key}: it is the manifest of case {manifest.case}"
        return next(filter(None, (_fault_of_bytes(store.read(item.key), item) for item in manifest.items)), None)
    except (EvidenceMissing, Reject) as error:
        return str(error)


def manifest_key(case: CaseId) -> str:
    """Where a case's manifest lies."""
    return f"cases/{case}/manifest.json"


def _fault_of_bytes(data: bytes, item: EvidenceItem) -> str | None:
    if len(data) != item.size_bytes:
        return f"{item.key}: {item.size_bytes} bytes were sealed, {len(data)} are there"
    if hashlib.sha256(data).hexdigest() != item.sha256:
        return f"{item.key}: its bytes are not those that were sealed"
    return None


def _fault_of_stored(store: EvidenceStore, item: EvidenceItem) -> str | None:
    """Judged by what the store says of the item, without reading it."""
    try:
        stored = store.stat(item.key)
    except EvidenceMissing:
        return f"{item.key} is missing"
    is_same = (stored.sha256, stored.size_bytes) == (item.sha256, item.size_bytes)
    return None if is_same else f"{item.key} is not what was sealed"
