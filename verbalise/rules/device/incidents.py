"""What is asked of a report that a bollard was forced or struck, before any rule."""

from __future__ import annotations

from datetime import timedelta

from ingest.model import DeviceEvent
from verbalise.model import Reason
from verbalise.rules.bollard import Doubt
from verbalise.rules.device import wording
from verbalise.rules.device.model import Surroundings
from verbalise.rules.spells import do_not_verbalise

ONE_INCIDENT = timedelta(seconds=60)
"""A bollard that is forced or struck may say so several times while the vehicle leans on it."""

_EXPLAINS = frozenset({Doubt.FAULT, Doubt.WORKS, Doubt.HELD_OPEN})
"""Of these a bollard can report force without any vehicle, or because of those who work on it."""


def unsure_incident(event: DeviceEvent, known: Surroundings) -> Reason | None:
    """Why a report of force accuses nobody: the bollard was out of order before it, or said the same just before.

    A fault reported at the same instant or later may be what the vehicle did, and excuses nothing.
    """
    events, clock = known.beside(event), known.site.timezone
    spells = do_not_verbalise(events)
    for spell in spells:
        if spell.doubt in _EXPLAINS and spell.since < event.at and spell.holds(event.at):
            return wording.doubtful(spell.doubt, [spell], event.at, clock)
    for other in events:
        if other.id == event.id:
            return None
        if other.kind is event.kind and event.at - other.at < ONE_INCIDENT:
            return wording.repeated(other, clock)
    return None
