"""An agent's key on the live view becomes a claim about the picture that the agent was shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from detect.model import Point
from ingest.model import PacketRef, StreamId
from verbalise.gate import may_trigger
from verbalise.geometry import is_inside
from verbalise.law.catalogue import Handling, Offence
from verbalise.model import (
    CITY,
    Agent,
    Capacity,
    Claim,
    ClaimId,
    Mark,
    OffenceId,
    Outcome,
    Reason,
    RuleRef,
    Sight,
    Trigger,
    Verdict,
)
from verbalise.rights import closure_at
from verbalise.site.model import Line, LineKind, Site, SiteCamera, Zone

RULE = RuleRef("agent-mark", 1)
LIVE_WITHIN = timedelta(seconds=5)
"""A picture older than that when it is marked was not live: the road has moved on."""
ON_LINE: Mapping[LineKind, tuple[OffenceId, ...]] = {
    LineKind.STOP: (OffenceId("red-light"), OffenceId("stop-sign"), OffenceId("cycle-box")),
    LineKind.CONTINUOUS: (OffenceId("solid-line-crossing"), OffenceId("solid-line-straddling")),
    LineKind.CROSSING: (OffenceId("pedestrian-priority-crossing"), OffenceId("crossing-parking")),
}
"""What happens at a line of each kind."""
_SIGNALLED, _SIGNED = OffenceId("red-light"), OffenceId("stop-sign")
_IN_ZONE = (OffenceId("pedestrian-area-driving"), OffenceId("pedestrian-area-parking"))
_AT_GATE = (OffenceId("bollard-damage"),)
_MARKED = frozenset({Handling.FINE, Handling.REFER})


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture that was marked: where its packet lies, and the stream it is of."""

    stream: StreamId
    packet: PacketRef


def offences_to_mark(
    known: Iterable[Offence], agent: Agent, site: Site, camera: SiteCamera, at: datetime
) -> tuple[Offence, ...]:
    """What an agent may mark on a camera: what the agent's capacity can establish, or an operator report to one.

    Empty where the gate is shut for marks, and for agents of another party.
    """
    if agent.party != CITY or not may_trigger(site, camera, at).allowed:
        return ()
    return tuple(
        offence
        for offence in known
        if Trigger.AGENT in offence.triggers
        and offence.handling in _MARKED
        and (agent.capacity is Capacity.CSU_OPERATOR or agent.capacity in offence.capacities)
    )


def likely_on(camera: SiteCamera) -> tuple[OffenceId, ...]:
    """What can be expected where a camera looks, told from its lines, zones and gates; a page offers these first."""
    zones = _IN_ZONE if camera.zones else ()
    gates = _AT_GATE if camera.gates else ()
    return (*zones, *gates, *dict.fromkeys(offence for line in camera.lines for offence in _at(line)))


def _at(line: Line) -> tuple[OffenceId, ...]:
    """A stop line has a signal or a sign, never both."""
    impossible = _SIGNED if line.signal is not None else _SIGNALLED
    return tuple(offence for offence in ON_LINE[line.kind] if offence != impossible)


def sight_of(shown: Shown, at: datetime) -> Sight:
    """Whether the picture was live when it was marked."""
    return Sight.LIVE if at - shown.packet.captured_at <= LIVE_WITHIN else Sight.REPLAYED


def zone_of(camera: SiteCamera, spot: Point | None) -> Zone | None:
    """The zone that holds the spot, else the camera's only one, else None."""
    held = [zone for zone in camera.zones if spot is not None and is_inside(zone.polygon, spot)]
    if held:
        return held[0]
    return camera.zones[0] if len(camera.zones) == 1 else None


def place_of(camera: SiteCamera, zone: Zone | None, offence: OffenceId) -> str:
    """Where it happened, as agents say it: the zone, else the line that the offence is about, else the camera."""
    if zone is not None:
        return zone.place
    return next((line.place for line in camera.lines if offence in _at(line)), camera.name)


def by_law_reason(site: Site, zone: Zone, at: datetime) -> Reason:
    """What the by-law on a zone says at an instant: for information, it stops no mark."""
    law = site.by_law_on(zone.id, at)
    if law is None:
        return Reason("no-by-law", False, f"Aucun arrêté en vigueur à cet instant : {zone.place}")
    suspension = next((each for each in law.suspensions if each.in_force(at)), None)
    if suspension is not None:
        return Reason("by-law-suspended", False, f"Arrêté {law.reference} suspendu à cet instant : {suspension.text}")
    if closure_at(law, at, site.timezone) is None:
        return Reason("open-hours", False, f"Arrêté {law.reference} en vigueur, mais hors de ses heures à cet instant")
    return Reason("by-law-in-force", True, f"Arrêté {law.reference} en vigueur à cet instant : {law.title}")


def claim_from_mark(
    request: str, site: Site, camera: SiteCamera, offence: Offence, agent: Agent, shown: Shown, mark: Mark
) -> Claim:
    """The claim that a mark makes. The same request makes the same one.

    Args:
        request: Names the page and the picture as the browser sent them.
        site: As it was at the instant of the picture.
    """
    at, zone = shown.packet.captured_at, zone_of(camera, mark.spot)
    law = site.by_law_on(zone.id, at) if zone is not None else None
    return Claim(
        id=_claim_id(request, camera, offence),
        camera=camera.camera.id,
        stream=shown.stream,
        offence=offence.id,
        rule=RULE,
        trigger=Trigger.AGENT,
        at=at,
        zone=zone.id if zone is not None else None,
        place=place_of(camera, zone, offence.id),
        track=None,
        kind=None,
        event=shown.packet,
        path=(),
        devices=(),
        passages=(),
        verdict=Verdict(Outcome.CLAIMED, _reasons(site, zone, agent, mark, at)),
        site_version=site.version,
        by_law=law.reference if law is not None else None,
        detector="",
        mark=mark,
    )


def _reasons(site: Site, zone: Zone | None, agent: Agent, mark: Mark, at: datetime) -> tuple[Reason, ...]:
    seen = "en direct" if mark.sight is Sight.LIVE else "sur une image qui n’était plus en direct"
    marked = Reason("agent-mark", True, f"Relevé par l’agent {agent.number}, {seen}")
    return (marked,) if zone is None else (marked, by_law_reason(site, zone, at))


def _claim_id(request: str, camera: SiteCamera, offence: Offence) -> ClaimId:
    parts = (RULE.id, str(RULE.version), camera.camera.id, offence.id, request)
    return ClaimId(sha256("\n".join(parts).encode()).hexdigest()[:16])
