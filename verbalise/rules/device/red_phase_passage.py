"""A loop behind a stop line counts a vehicle while the signal is red. Version 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import OffenceId, Outcome, Passage, Reason, RuleRef
from verbalise.rules.bollard import CLOCK_TOLERANCE
from verbalise.rules.device import wording
from verbalise.rules.device.model import DeviceRule, Finding, Surroundings
from verbalise.rules.device.passages import earlier_sight
from verbalise.rules.spells import do_not_verbalise
from verbalise.site.model import Line, LineKind

RED_TOLERANCE = timedelta(seconds=2)
"""One second for the clocks of signal and loop, one for the way from the line to a loop behind it."""
RED_LIMIT = timedelta(minutes=5)
"""No cycle in town is so long: a signal that says red for longer is stuck, or its reports are."""

_PHASES = frozenset({DeviceEventKind.GREEN, DeviceEventKind.AMBER, DeviceEventKind.RED, DeviceEventKind.DARK})


def judge(event: DeviceEvent, known: Surroundings) -> Finding | None:
    """Judges one passage over a loop that serves a signal; None for any other report."""
    line = _stop_line(event, known)
    if event.kind is not DeviceEventKind.PASSAGE or line is None:
        return None
    events, clock = known.beside(event), known.site.timezone
    twin = earlier_sight(event, events)
    if twin is not None:
        return Finding(Outcome.NOT_DECIDABLE, (wording.repeated(twin, clock),))
    trouble = [spell for spell in do_not_verbalise(events) if spell.holds(event.at)]
    if trouble:
        return Finding(Outcome.NOT_DECIDABLE, (wording.doubtful(trouble[-1].doubt, trouble, event.at, clock),))
    outcome, reason, since = _by_phase(event.at, events, known)
    if outcome is not Outcome.CLAIMED:
        return Finding(outcome, (reason,))
    if not _is_red_as_received(event, events, known):
        return Finding(Outcome.NOT_DECIDABLE, (wording.red_not_confirmed(),))
    steps = (wording.passed(event, known.site), reason)
    shown = Passage(None, event.at, None, None)
    return Finding(outcome, steps, place=line.place, since=since, passages=(shown,))


def _stop_line(event: DeviceEvent, known: Surroundings) -> Line | None:
    """The stop line that the camera sees at the signal which the loop serves."""
    signal = known.site.served_by(event.device)
    lines = (line for line in known.camera.lines if line.signal == signal and line.kind is LineKind.STOP)
    return next(lines, None)


def _by_phase(
    at: datetime, events: Iterable[DeviceEvent], known: Surroundings
) -> tuple[Outcome, Reason, datetime | None]:
    """What the phase at an instant makes of a passage, and since when it held."""
    phases = [event for event in events if event.kind in _PHASES and event.at <= at + CLOCK_TOLERANCE]
    until_then = [phase for phase in phases if phase.at <= at]
    if not until_then:
        return Outcome.NOT_DECIDABLE, wording.phase_unknown(), None
    kind, since = until_then[-1].kind, _since(until_then)
    clock = known.site.timezone
    if kind is not DeviceEventKind.RED:
        dark = kind is DeviceEventKind.DARK
        outcome = Outcome.NOT_DECIDABLE if dark else Outcome.ALLOWED
        return outcome, wording.not_red(kind, since, clock), since
    if at - since <= RED_TOLERANCE:
        return Outcome.NOT_DECIDABLE, wording.red_too_fresh(since, at), since
    if at - since > RED_LIMIT:
        return Outcome.NOT_DECIDABLE, wording.red_too_long(since, clock), since
    if phases[-1].kind is not DeviceEventKind.RED:
        return Outcome.NOT_DECIDABLE, wording.red_ending(), since
    return Outcome.CLAIMED, wording.red(since, at, known.site), since


def _is_red_as_received(event: DeviceEvent, events: Iterable[DeviceEvent], known: Surroundings) -> bool:
    """Whether the red also holds by the one clock that saw both reports come.

    Signal and loop have a clock each: by theirs alone, one that is a phase off would make every green a red.
    """
    received = sorted((replace(other, at=other.received_at) for other in events), key=lambda other: other.at)
    outcome, *_ = _by_phase(event.received_at, received, known)
    return outcome is Outcome.CLAIMED


def _since(phases: list[DeviceEvent]) -> datetime:
    """When the last phase began: a signal may repeat a phase that goes on."""
    since = phases[-1].at
    for phase in reversed(phases):
        if phase.kind is not phases[-1].kind:
            break
        since = phase.at
    return since


RULE = DeviceRule(RuleRef("red-phase-passage", 1), OffenceId("red-light"), judge)
