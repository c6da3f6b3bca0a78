"""Puts a dossier together: clip, stills, plate reading, manifest, each stored under the case's own folder.

Everything is derived from the claim and the packets, so that building twice stores the same bytes. Where it does
not (another version of a library wrote a file before a crash), the later item gets a name with its own digest and
the manifest, written last and only once, names the one that counts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from detect.plates.crops import PLATE_MARGIN, cut
from detect.plates.model import Picture
from ingest.errors import Reject
from ingest.model import Packet
from verbalise.casework import clip, stills
from verbalise.casework.looking import Look
from verbalise.casework.manifest import VERSION, Manifest, digest_of
from verbalise.model import CaseId, ClaimId, EvidenceItem, EvidenceKind
from verbalise.ports import EvidenceConflict, EvidenceStore

_log = structlog.get_logger("casework")

NOT_CUT = "Le format de la caméra n’a pas permis de découper un extrait."
NOT_PLAYABLE = "L’extrait est scellé, mais les navigateurs ne peuvent pas le lire."
NO_SCENE = "L’image des faits n’a pas pu être décodée."
MP4 = "video/mp4"
JPEG = "image/jpeg"
_ID_CHARS = 10


def case_id_of(claim: ClaimId) -> CaseId:
    """The case of a claim: `C-` and ten characters of its digest, so that a claim has one case for ever."""
    digest = base64.b32encode(hashlib.sha256(claim.encode()).digest()).decode()
    return CaseId(f"C-{digest[:_ID_CHARS]}")


@dataclass(frozen=True, slots=True)
class Item:
    """One file to store."""

    kind: EvidenceKind
    name: str
    data: bytes
    content_type: str
    from_seq: int
    to_seq: int


def build(look: Look, store: EvidenceStore) -> Manifest:
    """Build the dossier and store every item of it; the manifest is left to be sealed.

    Packets that cannot be cut or decoded are remarked: what can be shown of a claim is always put before a person.

    Raises:
        RetryLater: the store is away or full.
    """
    claim, footage = look.found.claim, look.found.footage
    case = case_id_of(claim.id)
    packets = [located.packet for located in footage.packets]
    clips, clip_faults = _clips(packets)
    faults = [*clip_faults, *([NO_SCENE] if packets and look.scene is None else [])]
    instants = [packet.captured_at for packet in packets]
    return Manifest(
        version=VERSION,
        case=case,
        claim=claim,
        items=tuple(_store(store, case, item) for item in [*clips, *_stills(look)]),
        packets=digest_of(packets),
        clip_starts_at=min(instants, default=None),
        clock=packets[0].clock if packets else None,
        complete=footage.is_complete and not faults,
        remarks=(*footage.remarks, *faults, *look.remarks),
        plate=look.plate,
        software=f"constat {version('constat')}",
        clip_ends_at=max(instants, default=None),
        sighting=look.sighting,
    )


def _clips(packets: Sequence[Packet]) -> tuple[list[Item], list[str]]:
    """The clip and, where browsers need it, its copy; with remarks on what could not be made."""
    if not packets:
        return [], []
    camera, first, last = packets[0].camera, packets[0].seq, packets[-1].seq
    items: list[Item] = []
    try:
        original = clip.cut(packets)
        items.append(Item(EvidenceKind.CLIP, "clip.mp4", original, MP4, first, last))
        if packets[0].codec not in clip.PLAYABLE_CODECS:
            copy = clip.playable_copy(original)
            items.append(Item(EvidenceKind.PLAYABLE_CLIP, "clip-playable.mp4", copy, MP4, first, last))
    except Reject as error:
        _log.warning("casework.not_cut", camera=camera, error=str(error))
        return items, [NOT_PLAYABLE if items else NOT_CUT]
    return items, []


def _stills(look: Look) -> list[Item]:
    items, pictures, scene = [], look.pictures, look.scene
    if scene is not None:
        items.append(_still(EvidenceKind.SCENE, pictures[scene], scene))
    point = stills.clearest([point for point in look.points if point.video.seq in pictures], pictures)
    if point is not None:
        picture = stills.vehicle_of(pictures[point.video.seq], point.box)
        items.append(_still(EvidenceKind.VEHICLE, picture, point.video.seq))
    read = max((r for r in look.plate.reads if r.seq in pictures), key=lambda r: (r.width_px, -r.seq), default=None)
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
