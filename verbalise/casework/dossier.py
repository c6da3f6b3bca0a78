"""Puts a dossier together: clip, stills, plate reading, manifest, each stored under the case's own folder.

Everything is derived from the claim and the packets, so that building twice stores the same bytes. Where it does
not (another version of a library wrote a file before a crash), the later item gets a name with its own digest and
the manifest, written last and only once, names the one that counts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from detect.model import PlateReading, PlateStatus
from detect.plates.crops import PLATE_MARGIN, cut
from detect.plates.model import Picture, VehicleCrop
from ingest.model import Packet
from verbalise.casework import clip, stills
from verbalise.casework.footage import Footage
from verbalise.casework.manifest import VERSION, Manifest, decode, digest_of, encode
from verbalise.casework.ports import PlateHelp
from verbalise.model import CaseId, Claim, ClaimId, EvidenceItem, EvidenceKind, TrackPoint
from verbalise.ports import EvidenceConflict, EvidenceMissing, EvidenceStore

MP4 = "video/mp4"
JPEG = "image/jpeg"
JSON = "application/json"
_ID_CHARS = 10


def case_id_of(claim: ClaimId) -> CaseId:
    """The case of a claim: `C-` and ten characters of its digest, so that a claim has one case for ever."""
    digest = base64.b32encode(hashlib.sha256(claim.encode()).digest()).decode()
    return CaseId(f"C-{digest[:_ID_CHARS]}")


def manifest_key(case: CaseId) -> str:
    """Where a case's manifest lies."""
    return f"cases/{case}/manifest.json"


def sealed_before(store: EvidenceStore, case: CaseId) -> Manifest | None:
    """The manifest of a case that has been sealed already, None if it has not."""
    try:
        return decode(store.read(manifest_key(case)))
    except EvidenceMissing:
        return None


@dataclass(frozen=True, slots=True)
class Item:
    """One file to store."""

    kind: EvidenceKind
    name: str
    data: bytes
    content_type: str
    from_seq: int
    to_seq: int


def seal(
    claim: Claim, footage: Footage, store: EvidenceStore, plate_help: Callable[[], PlateHelp] | None, plate_frames: int
) -> Manifest:
    """Build and store the whole dossier; the manifest last.

    Args:
        plate_help: None where the site does not permit it: then no model is loaded.

    Raises:
        RetryLater: the store is away or full.
        Reject: the packets cannot be cut.
    """
    case = case_id_of(claim.id)
    packets = [located.packet for located in footage.packets]
    points = stills.best_points(claim, {packet.seq for packet in packets}, plate_frames)
    pictures = _pictures(claim, footage, points)
    plate = _read_plate(points, pictures, plate_help)
    items = [*_clips(packets), *_stills(claim, points, pictures, plate)]
    manifest = Manifest(
        version=VERSION,
        case=case,
        claim=claim,
        items=tuple(_store(store, case, item) for item in items),
        packets=digest_of(packets),
        clip_starts_at=min((packet.captured_at for packet in packets), default=None),
        clock=packets[0].clock if packets else None,
        complete=footage.is_complete,
        remarks=footage.remarks,
        plate=plate,
        software=f"constat {version('constat')}",
    )
    store.put(manifest_key(case), encode(manifest), JSON)
    return manifest


def _pictures(claim: Claim, footage: Footage, points: Sequence[TrackPoint]) -> dict[int, Picture]:
    wanted = {claim.event.seq, *(point.video.seq for point in points)}
    return stills.pictures_of(footage.packets, claim.event.partition, wanted)


def _read_plate(
    points: Sequence[TrackPoint], pictures: dict[int, Picture], plate_help: Callable[[], PlateHelp] | None
) -> PlateReading:
    if plate_help is None:
        return PlateReading(PlateStatus.NOT_ATTEMPTED, None, "lecture automatique non autorisée sur ce site", (), "")
    crops = [
        VehicleCrop(point.video.seq, pictures[point.video.seq], point.box)
        for point in points
        if point.video.seq in pictures
    ]
    if not crops:
        return PlateReading(PlateStatus.UNREADABLE, None, "aucune image du véhicule", (), "")
    return plate_help().read(crops)


def _clips(packets: Sequence[Packet]) -> list[Item]:
    if not packets:
        return []
    first, last = packets[0].seq, packets[-1].seq
    original = clip.cut(packets)
    items = [Item(EvidenceKind.CLIP, "clip.mp4", original, MP4, first, last)]
    if packets[0].codec not in clip.PLAYABLE_CODECS:
        copy = clip.playable_copy(original)
        items.append(Item(EvidenceKind.PLAYABLE_CLIP, "clip-playable.mp4", copy, MP4, first, last))
    return items


def _stills(
    claim: Claim, points: Sequence[TrackPoint], pictures: dict[int, Picture], plate: PlateReading
) -> list[Item]:
    items = []
    if claim.event.seq in pictures:
        items.append(_still(EvidenceKind.SCENE, pictures[claim.event.seq], claim.event.seq))
    point = stills.largest([point for point in points if point.video.seq in pictures])
    if point is not None:
        picture = stills.vehicle_of(pictures[point.video.seq], point.box)
        items.append(_still(EvidenceKind.VEHICLE, picture, point.video.seq))
    read = max((r for r in plate.reads if r.seq in pictures), key=lambda r: (r.width_px, -r.seq), default=None)
    if read is not None:
        items.append(_still(EvidenceKind.PLATE, cut(pictures[read.seq], read.box, PLATE_MARGIN), read.seq))
    return items


def _still(kind: EvidenceKind, picture: Picture, seq: int) -> Item:
    return Item(kind, f"{kind.value}.jpg", stills.jpeg(picture), JPEG, seq, seq)


def _store(store: EvidenceStore, case: CaseId, item: Item) -> EvidenceItem:
    digest = hashlib.sha256(item.data).hexdigest()
    key = f"cases/{case}/{item.name}"
    try:
        stored = store.put(key, item.data, item.content_type)
    except EvidenceConflict:
        stem, _, ending = item.name.rpartition(".")
        stored = store.put(f"cases/{case}/{stem}-{digest[:12]}.{ending}", item.data, item.content_type)
    return EvidenceItem(
        item.kind, stored.key, stored.sha256, stored.size_bytes, item.content_type, item.from_seq, item.to_seq
    )
