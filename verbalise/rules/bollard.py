"""What a bollard's reports say of an instant: whether it was open, for whom, and whether that can be relied on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from verbalise.rules.memory import Spent

BADGE_LEAD = timedelta(seconds=30)
"""From a badge to the lowering it causes: walkers clear the way, a supervisor or an operator answers."""
CLOCK_TOLERANCE = timedelta(seconds=1)
"""Device and camera clocks may differ by this much; within it the order of events speaks for the driver."""
OPENING_LIMIT = timedelta(minutes=5)
"""A bollard goes down for a vehicle and up at once; one that stays down longer is held open, and proves nothing."""
HISTORY_KEPT = timedelta(minutes=15)
"""Longer than the longest opening that is judged, its badges and any delay of reports together."""
MOST_EVENTS = 1_000
"""Per device; more within the time kept is a device gone mad."""

_DOWN = frozenset({DeviceEventKind.LOWERING, DeviceEventKind.LOWERED})
_POSITION = _DOWN | {DeviceEventKind.RAISING, DeviceEventKind.RAISED}
_FAULT = frozenset({DeviceEventKind.FAULT, DeviceEventKind.FAULT_CLEARED})
_WORKS = frozenset({DeviceEventKind.WORKS, DeviceEventKind.WORKS_ENDED})
_FORCE = frozenset({DeviceEventKind.FORCED, DeviceEventKind.STRUCK})
_TROUBLE = _FAULT | _WORKS | _FORCE
JUDGED = frozenset({DeviceEventKind.PASSAGE, DeviceEventKind.FORCED, DeviceEventKind.STRUCK})
"""Reports that are judged by themselves, once each."""
CREDENTIALS = frozenset({DeviceEventKind.BADGE_ACCEPTED, DeviceEventKind.OPERATOR_OPENED})


@dataclass(frozen=True, slots=True)
class DeviceHistory:
    """What the devices of one camera reported, by the devices' own instants, each report once.

    Attributes:
        judged: Ids of the reports that device rules have judged, among `events`.
        claimed: Those of them that made a claim.
        spent: Permits for one passage that covered one which only devices counted.
    """

    events: tuple[DeviceEvent, ...] = ()
    judged: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    spent: tuple[Spent, ...] = ()

    def waiting(self) -> tuple[DeviceEvent, ...]:
        """Reports that are still to be judged, in order."""
        return tuple(event for event in self.events if event.kind in JUDGED and event.id not in self.judged)

    def of(self, *devices: DeviceId) -> tuple[DeviceEvent, ...]:
        """The reports of one or several devices, in order."""
        return tuple(event for event in self.events if event.device in devices)

    def between(self, start: datetime, end: datetime, *devices: DeviceId) -> tuple[DeviceEvent, ...]:
        """The same from `start` to `end`, both included."""
        return tuple(event for event in self.of(*devices) if start <= event.at <= end)


class Doubt(StrEnum):
    """Why a bollard's reports decide nothing about a passage."""

    RAISED = "bollard-raised"
    UNKNOWN = "bollard-unknown"
    FAULT = "bollard-fault"
    WORKS = "bollard-works"
    FORCED = "bollard-forced"
    HELD_OPEN = "bollard-held-open"


@dataclass(frozen=True, slots=True)
class Opening:
    """The bollard was down for a reason that its reports give.

    Attributes:
        start: Instant of the lowering.
        credentials: Badges accepted and operator openings that may cover a passage at the instant asked, in order.
    """

    start: datetime
    credentials: tuple[DeviceEvent, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """Where the bollard stands after some of its reports. `trouble` lasts to the end of the opening it fell in."""

    opened_at: datetime | None = None
    raised: bool = False
    fault: bool = False
    works: bool = False
    forced: bool = False
    trouble: Doubt | None = None


def bollard_at(events: tuple[DeviceEvent, ...], at: datetime) -> Opening | Doubt:
    """The opening that an instant falls in, or why there is none to rely on.

    Args:
        events: Reports of one bollard and of its readers and loops, in order (`Site.beside`).
    """
    state = _State()
    for event in events:
        if event.at <= at:
            state = _after(state, event)
        elif event.at <= at + CLOCK_TOLERANCE and event.kind in _TROUBLE:
            state = _troubled(state, event)
    if state.trouble is not None:
        return state.trouble
    if state.opened_at is None:
        return Doubt.RAISED if state.raised else Doubt.UNKNOWN
    if at - state.opened_at > OPENING_LIMIT:
        return Doubt.HELD_OPEN
    return Opening(state.opened_at, _credentials(events, state.opened_at, at))


def _credentials(events: tuple[DeviceEvent, ...], opened_at: datetime, at: datetime) -> tuple[DeviceEvent, ...]:
    return tuple(
        event
        for event in events
        if event.kind in CREDENTIALS and opened_at - BADGE_LEAD <= event.at <= at + CLOCK_TOLERANCE
    )


def _after(state: _State, event: DeviceEvent) -> _State:
    """The state after one more report."""
    if event.kind in _TROUBLE:
        return _troubled(state, event)
    if event.kind in _DOWN and state.opened_at is None:
        return replace(state, opened_at=event.at, raised=False, trouble=_lasting(state))
    if event.kind is DeviceEventKind.RAISED:
        settled = replace(state, opened_at=None, raised=True, forced=False)
        return replace(settled, trouble=_lasting(settled))
    return state


def _troubled(state: _State, event: DeviceEvent) -> _State:
    kind = event.kind
    if kind in _FAULT:
        return replace(state, fault=kind is DeviceEventKind.FAULT, trouble=Doubt.FAULT)
    if kind in _WORKS:
        return replace(state, works=kind is DeviceEventKind.WORKS, trouble=Doubt.WORKS)
    return replace(state, forced=True, trouble=Doubt.FORCED)


def _lasting(state: _State) -> Doubt | None:
    """Trouble that outlives an opening: what nobody has yet reported as over."""
    if state.fault:
        return Doubt.FAULT
    if state.works:
        return Doubt.WORKS
    return Doubt.FORCED if state.forced else None


def with_event(history: DeviceHistory, event: DeviceEvent) -> DeviceHistory:
    """The history with a report added; one that is known already, or too old to matter, changes nothing."""
    if any(known.id == event.id for known in history.events):
        return history
    of_device = sorted((*history.of(event.device), event), key=_order)
    others = [known for known in history.events if known.device != event.device]
    waiting = [known.at for known in (*history.waiting(), event) if known.kind in JUDGED]
    kept = _kept(of_device, min(waiting, default=None))
    if event not in kept:
        return history
    events = tuple(sorted((*others, *kept), key=_order))
    ids = {known.id for known in events}
    judged, claimed = (tuple(each for each in of if each in ids) for of in (history.judged, history.claimed))
    return replace(history, events=events, judged=judged, claimed=claimed)


def _order(event: DeviceEvent) -> tuple[datetime, datetime, str]:
    return (event.at, event.received_at, event.id)


def _kept(events: list[DeviceEvent], waiting_since: datetime | None) -> list[DeviceEvent]:
    """One device's reports that may still matter: the recent ones, the latest opening's, and the state before them.

    While a report waits to be judged, as after a pause of the worker, what went before it matters too.
    """
    horizon = events[-1].at - HISTORY_KEPT
    if waiting_since is not None:
        horizon = min(horizon, waiting_since - HISTORY_KEPT)
    opened_at = _latest_opening(events)
    if opened_at is not None:
        horizon = min(horizon, opened_at - BADGE_LEAD)
    recent = [event for event in events if event.at >= horizon][-MOST_EVENTS:]
    older = events[: len(events) - len(recent)]
    lasting = {_last(older, group) for group in (_POSITION, _FAULT, _WORKS, _FORCE)}
    return sorted((event for event in lasting if event is not None), key=_order) + recent


def _latest_opening(events: list[DeviceEvent]) -> datetime | None:
    state, latest = _State(), None
    for event in events:
        state = _after(state, event)
        latest = state.opened_at or latest
    return latest


def _last(events: list[DeviceEvent], group: frozenset[DeviceEventKind]) -> DeviceEvent | None:
    return next((event for event in reversed(events) if event.kind in group), None)
