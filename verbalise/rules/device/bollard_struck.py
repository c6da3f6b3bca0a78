"""A bollard reports that it was struck: damage to public property (a délit), whatever the hour. Version 1."""

from __future__ import annotations

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import OffenceId, Outcome, RuleRef
from verbalise.rules.device import wording
from verbalise.rules.device.incidents import unsure_incident
from verbalise.rules.device.model import DeviceRule, Finding, Surroundings
from verbalise.rules.device.passages import gate_of


def judge(event: DeviceEvent, known: Surroundings) -> Finding | None:
    """Judges one report of a blow; None for any other report."""
    gate = gate_of(event, known)
    if event.kind is not DeviceEventKind.STRUCK or gate is None:
        return None
    unsure = unsure_incident(event, known)
    if unsure is not None:
        return Finding(Outcome.NOT_DECIDABLE, (unsure,))
    place = known.camera.zone(gate.zone).place
    return Finding(Outcome.CLAIMED, (wording.struck(event, known.site),), place=place)


RULE = DeviceRule(RuleRef("bollard-struck", 1), OffenceId("bollard-damage"), judge)
