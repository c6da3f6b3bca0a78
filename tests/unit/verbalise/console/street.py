"""A street in a test: one camera, one bollard, a van that may pass and a car that follows it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from detect.model import Box, PlateRead, PlateReading, PlateStatus, Point, RoadUser, TrackId
from ingest.model import (
    Camera,
    CameraId,
    DeviceEvent,
    DeviceEventKind,
    DeviceId,
    PacketRef,
    StreamId,
)
from verbalise.model import (
    CITY,
    Agent,
    AgentId,
    Capacity,
    Case,
    CaseId,
    CaseState,
    Claim,
    ClaimId,
    Desk,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    OffenceId,
    Outcome,
    Passage,
    PermitId,
    Reason,
    RuleRef,
    TrackPoint,
    Trigger,
    Verdict,
    ZoneId,
)
from verbalise.site.agreements import Aim, Authorisation, Hours, Network
from verbalise.site.model import ByLaw, Device, Gate, Site, SiteCamera, Zone
from verbalise.site.permits import Permit, PermitReason, TokenHasher, TokenKind

START = datetime(2026, 11, 23, 13, 7, 24, tzinfo=UTC)
FRAME = timedelta(seconds=0.1)
YEAR = timedelta(days=365)
FACTS = START + timedelta(seconds=7.2)
PASSWORD = "quatre chats gris"
OFFENCE = OffenceId("pedestrian-area-driving")
CAMERA, BOLLARD, ZONE = CameraId("B1"), DeviceId("bollard-1"), ZoneId("gros-horloge")
VAN, CAR = TrackId("s1:1"), TrackId("s1:2")
MACHINE_PLATE = "XB-123-CD"
HASHER = TokenHasher(b"a key that only tests use")
ELEMENTS = ("beyond-bollard", "no-right", "no-exemption")

CAR_BOXES = [
    (3.0, (0.359, 0.128, 0.425, 0.228)),
    (4.0, (0.367, 0.162, 0.450, 0.287)),
    (5.0, (0.377, 0.203, 0.481, 0.361)),
    (6.0, (0.387, 0.247, 0.516, 0.448)),
    (7.0, (0.402, 0.313, 0.573, 0.586)),
    (7.5, (0.412, 0.360, 0.616, 0.690)),
    (8.0, (0.426, 0.421, 0.678, 0.844)),
    (8.5, (0.439, 0.479, 0.742, 0.999)),
]
"""Where the blue car is in the demo's footage: seconds, then left, top, right, bottom."""


def packet(seconds: float) -> PacketRef:
    """The packet of an instant of the clip."""
    seq = round(seconds * 10)
    return PacketRef(0, seq, 0, seq, seq * 100, START + timedelta(seconds=seconds))


def car_path() -> tuple[TrackPoint, ...]:
    """The car on every picture, between the boxes measured by hand."""
    points = []
    for (t0, first), (t1, last) in pairwise(CAR_BOXES):
        for step in range(round((t1 - t0) * 10)):
            share = step / ((t1 - t0) * 10)
            left, top, right, bottom = (a + (b - a) * share for a, b in zip(first, last, strict=True))
            points.append(TrackPoint(packet(t0 + step / 10), Box(left, top, right, bottom), 0.9))
    return tuple(points)


def reported(kind: DeviceEventKind, seconds: float, permit: str | None = None) -> DeviceEvent:
    """The bollard says something."""
    at = START + timedelta(seconds=seconds)
    return DeviceEvent(f"{kind}-{seconds}", BOLLARD, kind, at, at + timedelta(seconds=0.1), permit)


def claim(number: int = 1, **changes: object) -> Claim:
    """The car's claim."""
    values: dict[str, object] = {
        "id": ClaimId(f"claim-{number}"),
        "camera": CAMERA,
        "stream": StreamId("s1"),
        "offence": OFFENCE,
        "rule": RuleRef("tailgating", 1),
        "trigger": Trigger.DEVICE,
        "at": FACTS,
        "zone": ZONE,
        "place": "Rue du Gros-Horloge",
        "track": CAR,
        "kind": RoadUser.CAR,
        "event": packet(7.2),
        "path": car_path(),
        "devices": (
            reported(DeviceEventKind.BADGE_ACCEPTED, -1.2, "livraison 017"),
            reported(DeviceEventKind.LOWERING, -1.0),
            reported(DeviceEventKind.LOWERED, -0.4),
            reported(DeviceEventKind.RAISING, 8.2),
            reported(DeviceEventKind.RAISED, 8.8),
        ),
        "passages": (
            Passage(VAN, START + timedelta(seconds=1.4), RoadUser.TRUCK, "livraison 017"),
            Passage(CAR, FACTS, RoadUser.CAR, None),
        ),
        "verdict": Verdict(
            Outcome.CLAIMED,
            (
                Reason("opened-for", True, "La borne s’est ouverte pour le badge livraison 017"),
                Reason("second-passage", True, "Deuxième véhicule à passer dans la même ouverture"),
                Reason("no-permit", True, "Aucun badge ni appel lu pour ce véhicule"),
                Reason("in-force", True, "Arrêté 2025-118 en vigueur, rue fermée à cette heure"),
            ),
        ),
        "site_version": "site-1",
        "by_law": "2025-118",
        "detector": "test",
    }
    return Claim(**(values | changes))  # type: ignore[arg-type]  # a test names only the fields it changes


def items(number: int, pictures: Mapping[EvidenceKind, bytes]) -> tuple[EvidenceItem, ...]:
    """The sealed items of a case, for the pictures that it has."""
    return tuple(
        EvidenceItem(
            kind,
            f"cases/case-{number}/{kind}",
            hashlib.sha256(data).hexdigest(),
            len(data),
            "video/mp4" if kind is EvidenceKind.CLIP else "image/jpeg",
            0 if kind is EvidenceKind.CLIP else 72,
            99 if kind is EvidenceKind.CLIP else 72,
        )
        for kind, data in pictures.items()
    )


def reading() -> PlateReading:
    """What the machine made of the car's plate."""
    box = Box(0.4, 0.5, 0.45, 0.53)
    reads = tuple(PlateRead(70 + n, box, text, 0.8, 90) for n, text in enumerate(("XB-123-CD",) * 4 + ("XB-123-GD",)))
    return PlateReading(PlateStatus.READ, MACHINE_PLATE, "", reads, "test")


def case(number: int, pictures: Mapping[EvidenceKind, bytes], **changes: object) -> Case:
    """An open case about the car, one minute after the facts."""
    evidence = Evidence(f"cases/case-{number}/manifest", "0" * 64, items(number, pictures), START, True, ())
    return Case(
        id=CaseId(f"case-{number}"),
        claim=claim(number, **changes),
        evidence=evidence,
        plate=reading(),
        opened_at=FACTS + timedelta(minutes=1),
        state=CaseState.OPEN,
        holder=None,
        decisions=(),
        version=0,
    )


def agent(
    name: str,
    number: str = "PM 0427",
    capacity: Capacity = Capacity.MUNICIPAL_POLICE,
    *,
    sworn: bool = True,
    desks: frozenset[Desk] = frozenset(Desk),
    valid_until: datetime = datetime(2027, 3, 31, 22, tzinfo=UTC),
) -> Agent:
    """A person who may sign in."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Agent(AgentId(name), name, name.title(), number, capacity, sworn, desks, since, valid_until)


def permit(plate: str = MACHINE_PLATE, zone: ZoneId = ZONE) -> Permit:
    """A baker's right to deliver in the street, by plate."""
    return Permit(
        id=PermitId("livraison-017"),
        zone=zone,
        kind=TokenKind.PLATE,
        token_sha256=HASHER.hash(TokenKind.PLATE, plate),
        reason=PermitReason.DELIVERY,
        holder="Boulangerie du Gros",
        given_by="Ville de Rouen",
        valid_from=START - YEAR,
        valid_until=START + YEAR,
    )


def site(**changes: object) -> Site:
    """One street of Rouen."""
    line = (Point(0.241, 0.524), Point(0.696, 0.505))
    polygon = (*line, Point(0.9999, 0.952), Point(0.9999, 1.0), Point(0.134, 1.0))
    camera = SiteCamera(
        camera=Camera(CAMERA, "file:ped.mp4"),
        name="Rue du Gros-Horloge · borne 1",
        owner=CITY,
        network=Network.BOLLARD,
        area="centre",
        width_px=1600,
        height_px=900,
        zones=(Zone(ZONE, "Rue du Gros-Horloge", polygon),),
        gates=(Gate("borne-1", ZONE, BOLLARD, line),),
        analysis=(),
        authorisations=(Authorisation("76-2026-001", frozenset(Aim), START - YEAR, START + YEAR, 30),),
    )
    always = Hours(frozenset(range(7)), time.min, time.max)
    law = ByLaw(
        "2025-118",
        ZONE,
        "Aire piétonne",
        datetime(2025, 6, 1, tzinfo=UTC),
        None,
        (always,),
        frozenset({RoadUser.BICYCLE}),
    )
    described = Site(
        version="site-1",
        commune="Rouen",
        insee="76540",
        timezone=ZoneInfo("Europe/Paris"),
        cameras={CAMERA: camera},
        devices={BOLLARD: Device(BOLLARD, "bollard", "Borne 1")},
        by_laws=(law,),
    )
    return replace(described, **changes)  # type: ignore[arg-type]  # a test names only the fields it changes
