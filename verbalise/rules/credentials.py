"""The right behind a badge or an opening by hand, and the record of a passage that it covered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from detect.model import MOTOR_VEHICLES
from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import OffenceId, PermitId, Suppression, ZoneId
from verbalise.plate_kinds import without_plate
from verbalise.rights import Question, held_permit
from verbalise.rules import wording
from verbalise.rules.memory import Spent
from verbalise.site.model import Site, SiteCamera
from verbalise.site.permits import TokenHasher, TokenKind


@dataclass(frozen=True, slots=True)
class Credential:
    """A badge accepted or an opening by hand, as the site knows it.

    Attributes:
        permit: The site's permit behind the badge; None where none holds, or nobody used a badge.
        once: Whether that permit is for one passage.
        holder: Who benefits: the permit's holder, or the number of the operator who opened.
        reason: Why the permit was given or the operator opened; else why no permit is named.
        is_spent: Whether its permit was for one passage and has covered another. Such a badge covers nobody; any
            other does, listed or not: the city's own system let the vehicle in.
    """

    event: DeviceEvent
    permit: PermitId | None
    once: bool
    holder: str
    reason: str
    is_spent: bool = False

    @property
    def spending(self) -> Spent | None:
        """What is used up once this has covered a passage."""
        return Spent(self.permit, self.event.id) if self.once and self.permit is not None else None


def credential_of(
    event: DeviceEvent, zone: ZoneId, site: Site, hasher: TokenHasher | None, spent: Iterable[Spent]
) -> Credential:
    """What the site knows of a badge or opening, as of the instant that the device names.

    Args:
        spent: Permits for one passage that have covered one, this event's own among them.
    """
    if event.kind is DeviceEventKind.OPERATOR_OPENED:
        # Operators type what they open for, and auditors read it: a plate among it stays out.
        return Credential(
            event, None, False, without_plate(event.operator or ""), without_plate(event.why or wording.NO_WHY)
        )
    if event.permit is None or hasher is None:
        return Credential(event, None, False, "", wording.NO_REFERENCE if event.permit is None else wording.NO_KEY)
    token = hasher.hash(TokenKind.BADGE, event.permit)
    used = frozenset(one.permit for one in spent if one.credential != event.id)
    asked = Question(zone, event.at, MOTOR_VEHICLES, frozenset({token}))
    permit, notes = held_permit(site.permits, asked, site.timezone, used)
    if permit is not None:
        return Credential(event, permit.id, permit.one_off, permit.holder, permit.reason)
    why = notes[0].text_fr if notes else wording.UNKNOWN_BADGE
    return Credential(event, None, False, "", why, is_spent=any(note.code == "permit-used" for note in notes))


def suppression(camera: SiteCamera, offence: OffenceId, zone: ZoneId, at: datetime, by: Credential) -> Suppression:
    """The record of a passage that would have been a claim, had nothing covered it.

    A badge or call covers one passage, so its report names the record: a passage that a loop counts and cameras see
    is one, whoever judges it first.
    """
    return Suppression(
        id=sha256(f"{offence}\n{by.event.id}".encode()).hexdigest()[:16],
        camera=camera.camera.id,
        offence=offence,
        zone=zone,
        place=camera.zone(zone).place,
        at=at,
        permit=by.permit,
        reference=without_plate(by.event.permit or ""),
        holder=by.holder,
        reason=by.reason,
    )
