"""How claims, case events and alerts travel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest import topics
from ingest.bus import Message
from ingest.model import CameraId
from ingest.wire import JsonCodec
from verbalise.model import Alert, Case, CaseId, CaseState, Claim, OffenceId, Suppression, Trigger


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """What happened to a case, without plate or person: the newest per case is kept."""

    case: CaseId
    camera: CameraId
    offence: OffenceId
    trigger: Trigger
    at: datetime
    state: CaseState
    version: int


CLAIM: JsonCodec[Claim] = JsonCodec(Claim, "claim")
CASE_EVENT: JsonCodec[CaseEvent] = JsonCodec(CaseEvent, "case-event")
ALERT: JsonCodec[Alert] = JsonCodec(Alert, "alert")
SUPPRESSION: JsonCodec[Suppression] = JsonCodec(Suppression, "suppression")


def claim_message(claim: Claim) -> Message:
    """A claim as a `claims` message, keyed by camera."""
    return CLAIM.message(
        topics.CLAIMS, claim.camera, claim, event_id=claim.id, source=f"camera/{claim.camera}", at=claim.at
    )


def case_message(case: Case) -> Message:
    """Where a case now stands as a `cases` message, keyed by case."""
    claim = case.claim
    event = CaseEvent(case.id, claim.camera, claim.offence, claim.trigger, claim.at, case.state, case.version)
    return CASE_EVENT.message(
        topics.CASES, case.id, event, event_id=f"{case.id}/{case.version}", source=f"case/{case.id}", at=claim.at
    )


def alert_message(alert: Alert, area: str) -> Message:
    """An alert as an `alerts` message, keyed by the zone of the city that patrols share."""
    return ALERT.message(
        topics.ALERTS,
        area,
        alert,
        event_id=f"{alert.id}/{alert.version}",
        source=f"camera/{alert.camera}",
        at=alert.raised_at,
    )


def suppression_message(suppression: Suppression) -> Message:
    """A passage that a right covered as a `suppressed` message, keyed by camera."""
    return SUPPRESSION.message(
        topics.SUPPRESSED,
        suppression.camera,
        suppression,
        event_id=suppression.id,
        source=f"camera/{suppression.camera}",
        at=suppression.at,
    )
