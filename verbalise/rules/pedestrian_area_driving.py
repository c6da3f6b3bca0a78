"""Motor vehicle in a pedestrian area without right (R.412-7 II), version 1.

An entry is judged by the by-law first, then by what the gate's bollard reports. Every badge or operator
opening of an opening covers one passage, in order; the next passage is a claim. Whatever is not sure is
not decidable and claims nothing. `docs/rules/pedestrian-area-driving.md` tells the same to people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from detect.model import ObservedBreak
from ingest.model import CameraId, DeviceEvent
from verbalise.geometry import overlap_of_smaller
from verbalise.model import (
    Claim,
    ClaimId,
    OffenceId,
    Outcome,
    Passage,
    Reason,
    RuleRef,
    Suppression,
    Trigger,
    Verdict,
)
from verbalise.rights import Standing, under_by_laws
from verbalise.rules import wording
from verbalise.rules.bollard import Doubt, Opening, bollard_at
from verbalise.rules.credentials import Credential, credential_of, suppression
from verbalise.rules.memory import CameraMemory, Entry, TrackMemory, with_entry, with_spent
from verbalise.rules.model import SETTLED_BY_LAW, Circumstances, Judged, Judgement, Observed, Rule
from verbalise.site.model import ByLaw, Device, Gate

REF = RuleRef("pedestrian-area-driving", 1)
OFFENCE = OffenceId("pedestrian-area-driving")

ONE_VEHICLE = timedelta(seconds=0.7)
"""Two vehicles cannot pass a gate closer than this: at 15 km/h a car length takes one second."""
SAME_PLACE_RATIO = 0.7
"""Boxes that share so much of the smaller one are two sights of one vehicle, or one hidden by another."""
SEEN_AND_COUNTED = timedelta(seconds=3)
"""Camera and loop may tell of one passage so far apart: their places, and their clocks, differ."""
DEVICES_BEFORE = timedelta(seconds=60)
"""What an agent needs to see of the bollard's life before the facts, where no opening says where to begin."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """A verdict in the making."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    credential: Credential | None = None
    opening: Opening | None = None
    by_law: ByLaw | None = None


def judge(memory: CameraMemory, observed: Observed, known: Circumstances) -> Judgement:
    """Judges every entry that has settled, oldest first; at the end of a stream, all that wait.

    Args:
        memory: The camera's memory with the record already taken in.
    """
    judged: list[Judged] = []
    for entry in memory.waiting():
        settled = observed.video.captured_at >= entry.at + known.settle
        if settled or isinstance(observed, ObservedBreak):
            memory, verdict = _judge_entry(memory, entry, known)
            judged.append(verdict)
    return Judgement(memory, tuple(judged))


def _judge_entry(memory: CameraMemory, entry: Entry, known: Circumstances) -> tuple[CameraMemory, Judged]:
    track = memory.track(entry.track)
    entry = replace(entry, kind=entry.kind if track is None else track.kind)
    finding = _find(memory, entry, track, known)
    by = finding.credential
    settled = replace(
        entry,
        outcome=finding.outcome,
        code=finding.reasons[-1].code,
        credential=None if by is None else by.event.id,
        covered_by=None if by is None else wording.credential_name(by.event),
    )
    memory = with_entry(memory, settled)
    if by is not None and by.spending is not None:
        memory = replace(memory, spent=with_spent(memory.spent, by.spending))
    claim = None
    if finding.outcome is Outcome.CLAIMED and track is not None:
        claim = _claim(memory, settled, track, finding, known)
    verdict = Verdict(finding.outcome, finding.reasons)
    return memory, Judged(REF, settled, verdict, claim, _suppression(settled, by, known))


def _suppression(entry: Entry, by: Credential | None, known: Circumstances) -> Suppression | None:
    """The record of a passage that a badge or call covered, None where none did."""
    if by is None:
        return None
    return suppression(known.camera, OFFENCE, entry.zone, entry.at, by)


def _find(memory: CameraMemory, entry: Entry, track: TrackMemory | None, known: Circumstances) -> _Finding:
    """The steps in order; the first that does not speak for a claim decides."""
    clock = known.site.timezone
    right = under_by_laws(known.site.by_laws, entry.zone, entry.at, frozenset({entry.kind}), clock)
    steps = (*right.reasons[:-1], wording.with_sight(right.reasons[-1], track, entry.kind))
    if right.standing is not Standing.FORBIDDEN:
        return _Finding(SETTLED_BY_LAW[right.standing], steps)
    unsure = _unsure_sight(memory, entry, track)
    if unsure is not None:
        return _Finding(Outcome.NOT_DECIDABLE, (*steps, unsure))
    steps = (*steps, wording.seen_coming(entry, known.camera.zone(entry.zone).place, clock))
    gate = _gate(known, entry)
    if gate is None:
        return _Finding(Outcome.CLAIMED, (*steps, wording.no_gate()), by_law=right.by_law)
    return replace(_at_gate(memory, entry, gate, steps, known), by_law=right.by_law)


def _unsure_sight(memory: CameraMemory, entry: Entry, track: TrackMemory | None) -> Reason | None:
    """Why what was seen does not prove that one more vehicle came in."""
    if not entry.seen_coming or track is None:
        return wording.entry_unseen()
    if entry.nth > 1:
        return wording.same_vehicle()
    if any(_may_be_one_vehicle(memory, other, entry, track) for other in _earlier(memory, entry)):
        return wording.broken_track()
    return None


def _earlier(memory: CameraMemory, entry: Entry) -> list[Entry]:
    """Entries over the same threshold before this one, whatever became of them."""
    return [
        other
        for other in memory.entries
        if other.threshold == entry.threshold and (other.at, other.track) < (entry.at, entry.track)
    ]


def _may_be_one_vehicle(memory: CameraMemory, other: Entry, entry: Entry, track: TrackMemory) -> bool:
    if entry.at - other.at < ONE_VEHICLE:
        return True
    other_track = memory.track(other.track)
    if other_track is None or other.track == entry.track:
        return False
    boxes = {point.video.seq: point.box for point in other_track.path}
    return any(
        point.video.seq in boxes and overlap_of_smaller(point.box, boxes[point.video.seq]) >= SAME_PLACE_RATIO
        for point in track.path
        if abs(point.video.captured_at - entry.at) < ONE_VEHICLE
    )


def _gate(known: Circumstances, entry: Entry) -> Gate | None:
    return next((gate for gate in known.camera.gates if gate.id == entry.threshold), None)


def _at_gate(
    memory: CameraMemory, entry: Entry, gate: Gate, steps: tuple[Reason, ...], known: Circumstances
) -> _Finding:
    """What the bollard's reports make of a passage that the by-law forbids."""
    clock = known.site.timezone
    events = known.devices.of(*known.site.beside(gate.device))
    for event in events:
        if event.id in known.devices.claimed and abs(event.at - entry.at) <= SEEN_AND_COUNTED:
            return _Finding(Outcome.NOT_DECIDABLE, (*steps, wording.claimed_by_device(event, clock)))
    opening = bollard_at(events, entry.at)
    if isinstance(opening, Doubt):
        return _Finding(Outcome.NOT_DECIDABLE, (*steps, wording.doubtful(opening)))
    earlier = _earlier(memory, entry)
    gone = {other.credential for other in earlier if other.at < opening.start}
    own = [event for event in opening.credentials if event.id not in gone]
    if not own:
        return _Finding(Outcome.NOT_DECIDABLE, (*steps, wording.unexplained_opening(opening.start, clock)))
    device: Device = known.site.devices[gate.device]
    steps = (*steps, wording.opened_for(device.name, opening.start, own[0], clock))
    used = {other.credential for other in earlier}
    for event in own:
        if event.id in used:
            continue
        credential = credential_of(event, entry.zone, known.site, known.hasher, memory.spent + known.devices.spent)
        if not credential.is_spent:
            return _Finding(Outcome.ALLOWED, (*steps, wording.covered(event, clock)), credential, opening)
        steps = (*steps, wording.spent(event, clock))
    passages = _counted_since(memory, entry, opening)
    steps = (
        *steps,
        *(wording.earlier_passage(other, clock) for other in passages),
        wording.nth_passage(len(passages) + 1),
        wording.no_credential(),
    )
    return _Finding(Outcome.CLAIMED, steps, None, opening)


def _counted_since(memory: CameraMemory, entry: Entry, opening: Opening) -> list[Entry]:
    """Earlier passages of the same opening that used a right or had none; doubtful ones are not counted."""
    return [
        other
        for other in _earlier(memory, entry)
        if other.at >= opening.start and (other.outcome is Outcome.CLAIMED or other.credential is not None)
    ]


def claim_id(camera: CameraId, entry: Entry) -> ClaimId:
    """The same for the same passage however often it is judged."""
    parts = (camera, REF.id, str(REF.version), entry.track, entry.at.isoformat())
    return ClaimId(sha256("\n".join(parts).encode()).hexdigest()[:16])


def _claim(memory: CameraMemory, entry: Entry, track: TrackMemory, finding: _Finding, known: Circumstances) -> Claim:
    camera, gate = known.camera, _gate(known, entry)
    passages = [entry] if finding.opening is None else [*_counted_since(memory, entry, finding.opening), entry]
    return Claim(
        id=claim_id(camera.camera.id, entry),
        camera=camera.camera.id,
        stream=track.stream,
        offence=OFFENCE,
        rule=REF,
        trigger=Trigger.ANALYSIS,
        at=entry.at,
        zone=entry.zone,
        place=camera.zone(entry.zone).place,
        track=entry.track,
        kind=entry.kind,
        event=entry.event,
        path=track.path,
        devices=() if gate is None else _devices_around(entry, gate, finding.opening, known),
        passages=tuple(Passage(other.track, other.at, other.kind, other.covered_by) for other in passages),
        verdict=Verdict(finding.outcome, finding.reasons),
        site_version=known.site.version,
        by_law=None if finding.by_law is None else finding.by_law.reference,
        detector=entry.detector,
    )


def _devices_around(entry: Entry, gate: Gate, opening: Opening | None, known: Circumstances) -> tuple[DeviceEvent, ...]:
    """From the opening's first credential to the moment of judgement: what comes later is not known every time."""
    start = entry.at - DEVICES_BEFORE
    if opening is not None:
        start = min(opening.start, *(event.at for event in opening.credentials))
    return known.devices.between(start, entry.at + known.settle, *known.site.beside(gate.device))


RULE = Rule(REF, OFFENCE, judge)
