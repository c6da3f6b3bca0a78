"""Cases, acts, people, alerts and ledger entries in one readable line each. Every plate is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from detect.model import Box, PlateRead, PlateReading, PlateStatus, RoadUser, TrackId
from ingest.model import CameraId, DeviceEvent, DeviceEventKind, DeviceId, PacketRef, StreamId
from verbalise.model import (
    Access,
    AccessEntry,
    Act,
    Agent,
    AgentId,
    Alert,
    AlertId,
    AlertKind,
    Capacity,
    Case,
    CaseId,
    CaseState,
    Claim,
    ClaimId,
    Decision,
    Desk,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    OffenceId,
    Outcome,
    Passage,
    Reason,
    RejectionReason,
    RuleRef,
    Service,
    TrackPoint,
    Trigger,
    Verdict,
    Viewing,
    ZoneId,
)

NOON = datetime(2026, 7, 1, 10, 0, 0, 250_000, tzinfo=UTC)
"""Summer noon in Paris."""
MACHINE_PLATE = "XB-123-CD"
AGENT_PLATE = "XB-128-CD"
A, B = AgentId("agent-a"), AgentId("agent-b")


def a_case(
    name: str = "case-1",
    at: datetime = NOON,
    *,
    camera: str = "B1",
    place: str = "Rue du Gros-Horloge",
    offence: str = "pedestrian-area-driving",
    trigger: Trigger = Trigger.DEVICE,
) -> Case:
    """An open case that nobody has touched."""
    claim = _claim(name, at, CameraId(camera), place, OffenceId(offence), trigger)
    opened_at = at + timedelta(seconds=30)
    return Case(CaseId(name), claim, _evidence(name), _plate(), opened_at, CaseState.OPEN, None, (), 0)


def _claim(name: str, at: datetime, camera: CameraId, place: str, offence: OffenceId, trigger: Trigger) -> Claim:
    seen = PacketRef(2, 1_050, 1_000, 5_050, 909_000, at)
    track = TrackId(f"{camera}~s1:7")
    return Claim(
        id=ClaimId(f"claim-of-{name}"),
        camera=camera,
        stream=StreamId(f"{camera}~s1"),
        offence=offence,
        rule=RuleRef("second-passage", 3),
        trigger=trigger,
        at=at,
        zone=ZoneId("street"),
        place=place,
        track=track,
        kind=RoadUser.CAR,
        event=seen,
        path=(TrackPoint(seen, Box(0.25, 0.1, 0.5, 0.625), 0.875),),
        devices=(DeviceEvent("e1", DeviceId("bollard-1"), DeviceEventKind.LOWERED, at, at + timedelta(seconds=1)),),
        passages=(Passage(track, at, RoadUser.CAR, None),),
        verdict=Verdict(Outcome.CLAIMED, (Reason("second-passage", True, "Deuxième véhicule sur une ouverture."),)),
        site_version="site-1",
        by_law="ARR-2026-014",
        detector="detector-1",
    )


def _evidence(name: str) -> Evidence:
    clip = EvidenceItem(EvidenceKind.CLIP, f"{name}/clip.mp4", "ab" * 32, 1_234_567, "video/mp4", 5_000, 5_200)
    return Evidence(f"{name}/manifest.json", "cd" * 32, (clip,), NOON, False, ("Trois images manquent.",))


def _plate() -> PlateReading:
    read = PlateRead(5_050, Box(0.3, 0.5, 0.375, 0.5625), MACHINE_PLATE, 0.75, 96)
    return PlateReading(PlateStatus.READ, MACHINE_PLATE, "", (read,), "reader-1")


def an_act(
    request_id: str,
    act: Act = Act.TAKE,
    *,
    case: str = "case-1",
    agent: AgentId = A,
    at: datetime = NOON + timedelta(minutes=5),
) -> Decision:
    """An act with whatever that act needs."""
    return Decision(
        request_id=request_id,
        case=CaseId(case),
        act=act,
        agent=agent,
        at=at,
        plate=AGENT_PLATE if act in {Act.FIND, Act.CORRECT_PLATE} else None,
        reason=RejectionReason.AUTHORISED if act is Act.REJECT else None,
        elements=("vehicle-inside", "no-permit") if act is Act.FIND else (),
        viewing=Viewing(8.5, AGENT_PLATE, True) if act is Act.FIND else None,
        remark="Vu.",
    )


def an_agent(agent_id: AgentId = A, login: str = "a.durand") -> Agent:
    """A sworn agent in office."""
    return Agent(
        id=agent_id,
        login=login,
        name="Agnès Durand",
        number="PM-0042",
        capacity=Capacity.MUNICIPAL_POLICE,
        sworn=True,
        desks=frozenset({Desk.REVIEW, Desk.PATROL}),
        valid_from=NOON - timedelta(days=100),
        valid_until=NOON + timedelta(days=100),
    )


def an_alert(
    name: str = "alert-1",
    at: datetime = NOON,
    case: str | None = "case-1",
    to: Service = Service.MUNICIPAL_POLICE,
) -> Alert:
    """An alert that nobody has answered."""
    return Alert(
        id=AlertId(name),
        kind=AlertKind.BOLLARD_FORCED,
        camera=CameraId("B1"),
        place="Rue du Gros-Horloge",
        text="Borne forcée, fourgon blanc.",
        raised_by=A,
        raised_at=at,
        case=CaseId(case) if case else None,
        to=to,
    )


def an_entry(subject: str = "case-1", access: Access = Access.VIEW_CASE, agent: AgentId | None = A) -> AccessEntry:
    """One line of the ledger."""
    return AccessEntry(NOON, agent, access, subject, "relecture", "192.0.2.7")
