"""Counts the passages that a bollard's loop reported, and what covers each: credentials, in order.

The same account as `pedestrian_area_driving` keeps of what it sees; here a loop counts and nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detect.model import MOTOR_VEHICLES
from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.gate import may_analyse
from verbalise.model import Outcome, Passage, Reason, ZoneId
from verbalise.rights import Right, Standing, under_by_laws
from verbalise.rules import wording
from verbalise.rules.bollard import Doubt, Opening, bollard_at
from verbalise.rules.credentials import Credential, credential_of
from verbalise.rules.device import wording as device_wording
from verbalise.rules.device.model import Finding, Surroundings
from verbalise.rules.model import SETTLED_BY_LAW
from verbalise.rules.pedestrian_area_driving import OFFENCE, SEEN_AND_COUNTED
from verbalise.rules.spells import do_not_verbalise
from verbalise.site.model import Gate

ONE_VEHICLE = timedelta(seconds=0.7)
"""A loop that fires twice within it counted an axle or a trailer: a car length at 15 km/h takes one second."""
BETWEEN_LOOPS = timedelta(seconds=3)
"""Two loops of one bollard, a few metres apart, count the same vehicle at walking pace within it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One passage over a loop.

    Attributes:
        opening: The opening that it falls in, or why there is none to rely on.
        own: Credentials of that opening that no passage of an earlier one used.
        credential: The one that covers it.
        exhausted: Badges that cover nobody, their permit having had its one passage.
        repeats: The earlier report of what was probably the same vehicle.
    """

    event: DeviceEvent
    opening: Opening | Doubt
    own: tuple[DeviceEvent, ...] = ()
    credential: Credential | None = None
    exhausted: tuple[DeviceEvent, ...] = ()
    repeats: DeviceEvent | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a passage of its opening for sure."""
        return self.repeats is None and bool(self.own)

    @property
    def shown(self) -> Passage:
        """As the time line shows it."""
        by = None if self.credential is None else wording.credential_name(self.credential.event)
        return Passage(None, self.event.at, None, by)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A passage that a loop counted at a gate, with what the law and the bollard say of it.

    Attributes:
        steps: The steps so far; all speak for a claim.
        settled: What decides already, None where it is for the rules to say.
        earlier: Passages of the same opening before it.
    """

    gate: Gate
    right: Right
    counted: Counted
    steps: tuple[Reason, ...] = ()
    settled: Finding | None = None
    earlier: tuple[Counted, ...] = ()

    @property
    def opened_at(self) -> datetime:
        """Start of the opening of a crossing that is not settled; the report's own instant otherwise."""
        opening = self.counted.opening
        return opening.start if isinstance(opening, Opening) else self.counted.event.at


def claimed(crossing: Crossing, known: Surroundings, *reasons: Reason) -> Finding:
    """The finding that claims a crossing which nothing has settled."""
    credentials = crossing.counted.own
    gate, law = crossing.gate, crossing.right.by_law
    return Finding(
        Outcome.CLAIMED,
        (*crossing.steps, *reasons),
        zone=gate.zone,
        place=known.camera.zone(gate.zone).place,
        by_law=None if law is None else law.reference,
        since=min([crossing.opened_at, *(event.at for event in credentials)]),
        passages=tuple(one.shown for one in (*crossing.earlier, crossing.counted)),
    )


def crossing_of(event: DeviceEvent, known: Surroundings) -> Crossing | None:
    """What is to be said of a loop's report before any rule; None where it tells of no passage at a gate."""
    gate = gate_of(event, known)
    if event.kind is not DeviceEventKind.PASSAGE or gate is None:
        return None
    events, clock = known.beside(event), known.site.timezone
    right = law_at(event, gate, known)
    every = count(events, gate.zone, known)
    counted = next(one for one in every if one.event.id == event.id)
    crossing = Crossing(gate, right, counted)
    if right.standing is not Standing.FORBIDDEN:
        return _settled(crossing, SETTLED_BY_LAW[right.standing], *right.reasons)
    unsure = left_to_analysis(event, gate, known) or _unsure(counted, events, known)
    if unsure is not None:
        return _settled(crossing, Outcome.NOT_DECIDABLE, *right.reasons, unsure)
    steps = (*right.reasons, device_wording.passed(event, known.site))
    if counted.credential is not None:
        covered = wording.covered(counted.credential.event, clock)
        return _settled(crossing, Outcome.ALLOWED, *steps, covered, by=counted.credential)
    return _told(crossing, steps, every, known)


def gate_of(event: DeviceEvent, known: Surroundings) -> Gate | None:
    """The camera's gate at the bollard that a report belongs to, None if it has none there."""
    main = known.site.served_by(event.device)
    return next((gate for gate in known.camera.gates if gate.device == main), None)


def law_at(event: DeviceEvent, gate: Gate, known: Surroundings) -> Right:
    """What the by-laws say of a motor vehicle that nobody saw, beyond a gate at the instant of a report.

    A ban must hold by the device's clock and by Constat's, or a clock that is minutes off would move the hours.
    """
    laws, clock = known.site.by_laws, known.site.timezone
    right, received = (
        under_by_laws(laws, gate.zone, at, MOTOR_VEHICLES, clock) for at in (event.at, event.received_at)
    )
    if right.standing is not Standing.FORBIDDEN or received.standing is Standing.FORBIDDEN:
        return right
    doubt = device_wording.not_banned_when_received(event, known.site)
    return replace(right, standing=Standing.NOT_DECIDABLE, reasons=(*right.reasons, doubt))


def left_to_analysis(event: DeviceEvent, gate: Gate, known: Surroundings) -> Reason | None:
    """Why a passage is not for devices to judge: analysis, allowed here, has settled it. One passage, one case."""
    if not may_analyse(known.site, known.camera, OFFENCE, event.at).allowed:
        return None
    for entry in known.memory.entries:
        near = abs(entry.at - event.at) <= SEEN_AND_COUNTED
        if near and entry.threshold == gate.id and entry.outcome in (Outcome.CLAIMED, Outcome.ALLOWED):
            return device_wording.left_to_analysis(entry.outcome)
    return None


def count(events: Sequence[DeviceEvent], zone: ZoneId, known: Surroundings) -> list[Counted]:
    """Every passage among a bollard's reports, in order, each credential covering one."""
    counted: list[Counted] = []
    for event in events:
        if event.kind is DeviceEventKind.PASSAGE:
            counted.append(_count_one(event, tuple(events), counted, zone, known))
    return counted


def earlier_sight(event: DeviceEvent, events: Iterable[DeviceEvent]) -> DeviceEvent | None:
    """An earlier report of a loop that probably tells of the same vehicle."""
    for other in events:
        if other.id == event.id:
            return None
        reach = ONE_VEHICLE if other.device == event.device else BETWEEN_LOOPS
        if other.kind is DeviceEventKind.PASSAGE and event.at - other.at < reach:
            return other
    return None


def _count_one(
    event: DeviceEvent, events: tuple[DeviceEvent, ...], before: Sequence[Counted], zone: ZoneId, known: Surroundings
) -> Counted:
    opening = bollard_at(events, event.at)
    repeats = earlier_sight(event, events)
    if isinstance(opening, Doubt) or repeats is not None:
        return Counted(event, opening, repeats=repeats)
    covering = [(one.event.at, one.credential) for one in before if one.credential is not None]
    gone = {by.event.id for at, by in covering if at < opening.start}
    own = tuple(each for each in opening.credentials if each.id not in gone)
    spent = (*known.memory.spent, *known.devices.spent, *(by.spending for _, by in covering if by.spending))
    used = {by.event.id for _, by in covering}
    exhausted: list[DeviceEvent] = []
    for each in own:
        if each.id in used:
            continue
        credential = credential_of(each, zone, known.site, known.hasher, spent)
        if not credential.is_spent:
            return Counted(event, opening, own, credential, tuple(exhausted))
        exhausted.append(each)
    return Counted(event, opening, own, None, tuple(exhausted))


def _unsure(counted: Counted, events: tuple[DeviceEvent, ...], known: Surroundings) -> Reason | None:
    """Why a report does not prove that one more vehicle went in."""
    clock = known.site.timezone
    if counted.repeats is not None:
        return device_wording.repeated(counted.repeats, clock)
    if isinstance(counted.opening, Doubt):
        return device_wording.doubtful(counted.opening, do_not_verbalise(events), counted.event.at, clock)
    return None


def _told(crossing: Crossing, steps: tuple[Reason, ...], every: Iterable[Counted], known: Surroundings) -> Crossing:
    """The crossing with the story of its opening up to it."""
    counted, clock = crossing.counted, known.site.timezone
    start = crossing.opened_at
    earlier = tuple(one for one in every if one.counts and start <= one.event.at and one.event.at < counted.event.at)
    story = [device_wording.lowered(start, clock)]
    story += [device_wording.earlier_passage(one.event.at, one.shown.covered_by, clock) for one in earlier]
    story += [wording.spent(badge, clock) for badge in counted.exhausted]
    return replace(crossing, steps=(*steps, *story), earlier=earlier)


def _settled(crossing: Crossing, outcome: Outcome, *reasons: Reason, by: Credential | None = None) -> Crossing:
    return replace(crossing, settled=Finding(outcome, reasons, zone=crossing.gate.zone, credential=by))
