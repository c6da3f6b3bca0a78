"""A bollard reports that it was forced while the by-law keeps motor vehicles out. Version 1."""

from __future__ import annotations

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import Outcome, RuleRef
from verbalise.rights import Standing
from verbalise.rules import wording
from verbalise.rules.bollard import BADGE_LEAD, CLOCK_TOLERANCE, CREDENTIALS
from verbalise.rules.credentials import Credential, credential_of
from verbalise.rules.device import wording as device_wording
from verbalise.rules.device.incidents import unsure_incident
from verbalise.rules.device.model import DeviceRule, Finding, Surroundings
from verbalise.rules.device.passages import count, gate_of, law_at, left_to_analysis
from verbalise.rules.model import SETTLED_BY_LAW
from verbalise.rules.pedestrian_area_driving import OFFENCE
from verbalise.site.model import Gate


def judge(event: DeviceEvent, known: Surroundings) -> Finding | None:
    """Judges one report of force; None for any other report."""
    gate = gate_of(event, known)
    if event.kind is not DeviceEventKind.FORCED or gate is None:
        return None
    right = law_at(event, gate, known)
    if right.standing is not Standing.FORBIDDEN:
        return Finding(SETTLED_BY_LAW[right.standing], right.reasons)
    unsure = left_to_analysis(event, gate, known) or unsure_incident(event, known)
    if unsure is not None:
        return Finding(Outcome.NOT_DECIDABLE, (*right.reasons, unsure))
    steps = (*right.reasons, device_wording.forced(event, known.site))
    credential = _unused_credential(event, gate, known)
    if credential is not None:
        covered = wording.covered(credential.event, known.site.timezone)
        return Finding(Outcome.ALLOWED, (*steps, covered), gate.zone, credential=credential)
    return Finding(
        Outcome.CLAIMED,
        (*steps, wording.no_credential()),
        zone=gate.zone,
        place=known.camera.zone(gate.zone).place,
        by_law=None if right.by_law is None else right.by_law.reference,
    )


def _unused_credential(event: DeviceEvent, gate: Gate, known: Surroundings) -> Credential | None:
    """A right read just before that no passage used: who has it may be impatient, but may drive."""
    events = known.beside(event)
    used = {
        one.credential.event.id
        for one in count(events, gate.zone, known)
        if one.credential is not None and one.event.at < event.at
    }
    spent = known.memory.spent + known.devices.spent
    for other in events:
        near = event.at - BADGE_LEAD <= other.at <= event.at + CLOCK_TOLERANCE
        if near and other.kind in CREDENTIALS and other.id not in used:
            credential = credential_of(other, gate.zone, known.site, known.hasher, spent)
            if not credential.is_spent:
                return credential
    return None


RULE = DeviceRule(RuleRef("bollard-forced", 1), OFFENCE, judge)
