"""The device rules in the order in which they are asked, and what is asked before them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from ingest.model import CameraId, DeviceEvent
from verbalise.gate import may_trigger
from verbalise.model import Claim, ClaimId, Outcome, Reason, RuleRef, Suppression, Trigger, Verdict
from verbalise.rules.bollard import CLOCK_TOLERANCE, OPENING_LIMIT, DeviceHistory
from verbalise.rules.credentials import suppression
from verbalise.rules.device import (
    bollard_forced,
    bollard_struck,
    red_phase_passage,
    refused_badge,
    second_passage,
    wording,
)
from verbalise.rules.device.model import DeviceJudged, DeviceRule, Finding, Surroundings
from verbalise.rules.memory import with_spent

RULES: tuple[DeviceRule, ...] = (
    bollard_struck.RULE,
    bollard_forced.RULE,
    refused_badge.RULE,
    second_passage.RULE,
    red_phase_passage.RULE,
)
CLOCK_LIMIT = timedelta(seconds=300)
"""A report that comes so long after its own instant tells of a wrong clock or of a line that was down: what else
happened at that instant may not be known either. One that comes before it tells of a wrong clock at once."""
DEVICES_BEFORE = timedelta(seconds=60)
"""What an agent needs to see of the devices' life before the facts, where no opening says where to begin."""
DEVICES_AFTER = timedelta(seconds=5)
"""And after: shorter than reports settle, so that judging again finds the same."""


def due(history: DeviceHistory, now: datetime, settle: timedelta) -> tuple[DeviceEvent, ...]:
    """Reports that wait to be judged and have settled: late ones that bear on them have had their time."""
    return tuple(event for event in history.waiting() if event.received_at + settle <= now)


def judge(event: DeviceEvent, known: Surroundings) -> DeviceJudged | None:
    """The verdict on one report: of the first rule that claims, else of the last that it concerns; None for none.

    A report is one fact, so two rules never both claim it.
    """
    found = [(rule, finding) for rule in RULES if (finding := rule.judge(event, known)) is not None]
    if not found:
        return None
    barred = _barred(event, known)
    if barred is not None:
        return _judged(found[0][0], event, Finding(Outcome.NOT_DECIDABLE, (barred,)), known)
    claiming = [each for each in found if each[1].outcome is Outcome.CLAIMED]
    rule, finding = (claiming or found[-1:])[0]
    return _judged(rule, event, finding, known)


def with_judged(history: DeviceHistory, events: Iterable[DeviceEvent], judged: Iterable[DeviceJudged]) -> DeviceHistory:
    """The history once reports have been judged, and permits for one passage used."""
    ids = [event.id for event in events if event.id not in history.judged]
    claimed, spent = history.claimed, history.spent
    for one in judged:
        if one.claim is not None:
            claimed = (*claimed, one.event.id)
        if one.credential is not None and one.credential.spending is not None:
            spent = with_spent(spent, one.credential.spending)
    return replace(history, judged=(*history.judged, *ids), claimed=claimed, spent=spent)


def claim_id(camera: CameraId, rule: RuleRef, event: DeviceEvent) -> ClaimId:
    """The same for the same report however often it is judged."""
    parts = (camera, rule.id, str(rule.version), event.id)
    return ClaimId(sha256("\n".join(parts).encode()).hexdigest()[:16])


def _barred(event: DeviceEvent, known: Surroundings) -> Reason | None:
    """Why nothing may be claimed from a report, whatever it says."""
    permission = may_trigger(known.site, known.camera, event.at)
    if not permission.allowed:
        return wording.not_authorised(permission.text_fr)
    for other in known.beside(event):
        near = min(abs(other.at - event.at), abs(other.received_at - event.received_at)) <= OPENING_LIMIT
        if near and not -CLOCK_TOLERANCE <= other.received_at - other.at <= CLOCK_LIMIT:
            return wording.clock_off(other, known.site)
    return None


def _judged(rule: DeviceRule, event: DeviceEvent, finding: Finding, known: Surroundings) -> DeviceJudged:
    verdict = Verdict(finding.outcome, finding.reasons)
    claim = _claim(rule, event, finding, known) if finding.outcome is Outcome.CLAIMED else None
    covered = _suppression(rule, event, finding, known)
    return DeviceJudged(rule.ref, event, verdict, claim, covered, finding.credential)


def _suppression(rule: DeviceRule, event: DeviceEvent, finding: Finding, known: Surroundings) -> Suppression | None:
    if finding.credential is None or finding.zone is None:
        return None
    return suppression(known.camera, rule.offence, finding.zone, event.at, finding.credential)


def _claim(rule: DeviceRule, event: DeviceEvent, finding: Finding, known: Surroundings) -> Claim:
    camera = known.camera.camera.id
    since = min(finding.since or event.at, event.at - DEVICES_BEFORE)
    around = (each for each in known.beside(event) if since <= each.at <= event.at + DEVICES_AFTER)
    return Claim(
        id=claim_id(camera, rule.ref, event),
        camera=camera,
        stream=None,
        offence=rule.offence,
        rule=rule.ref,
        trigger=Trigger.DEVICE,
        at=event.at,
        zone=finding.zone,
        place=finding.place,
        track=None,
        kind=None,
        event=None,
        path=(),
        devices=tuple(around),
        passages=finding.passages,
        verdict=Verdict(finding.outcome, finding.reasons),
        site_version=known.site.version,
        by_law=finding.by_law,
        detector="",
        device=event.device,
    )
