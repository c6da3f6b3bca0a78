"""The times in which a device's reports accuse nobody: fault, works, force, held open. For rules and for pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.rules.bollard import OPENING_LIMIT, Doubt

_STARTS = {
    DeviceEventKind.FAULT: Doubt.FAULT,
    DeviceEventKind.WORKS: Doubt.WORKS,
    DeviceEventKind.FORCED: Doubt.FORCED,
    DeviceEventKind.STRUCK: Doubt.FORCED,
    DeviceEventKind.LOWERING: Doubt.HELD_OPEN,
    DeviceEventKind.LOWERED: Doubt.HELD_OPEN,
}
_ENDS = {
    DeviceEventKind.FAULT_CLEARED: (Doubt.FAULT,),
    DeviceEventKind.WORKS_ENDED: (Doubt.WORKS,),
    DeviceEventKind.RAISED: (Doubt.FORCED, Doubt.HELD_OPEN),
}


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of "do not verbalise".

    Attributes:
        since: When it began; for a bollard held open, when it had been down for longer than a vehicle needs.
        until: None while nothing has ended it.
    """

    doubt: Doubt
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether an instant falls in it."""
        return self.since <= at and (self.until is None or at < self.until)


def do_not_verbalise(events: Iterable[DeviceEvent]) -> tuple[Spell, ...]:
    """The spells that the reports of one bollard or signal tell of, by their beginning.

    Args:
        events: Its reports and those of its readers and loops, in order (`Site.beside`).
    """
    began: dict[Doubt, datetime] = {}
    spells: list[Spell] = []
    for event in events:
        started = _STARTS.get(event.kind)
        if started is not None:
            began.setdefault(started, event.at)
        ended = [doubt for doubt in _ENDS.get(event.kind, ()) if doubt in began]
        spells += [Spell(doubt, began.pop(doubt), event.at) for doubt in ended]
    spells += [Spell(doubt, since, None) for doubt, since in began.items()]
    lasting = (_past_limit(spell) for spell in spells)
    return tuple(sorted((spell for spell in lasting if spell is not None), key=lambda spell: spell.since))


def _past_limit(spell: Spell) -> Spell | None:
    """An opening counts only from when it has lasted too long, None where it never did."""
    if spell.doubt is not Doubt.HELD_OPEN:
        return spell
    since = spell.since + OPENING_LIMIT
    return Spell(spell.doubt, since, spell.until) if spell.until is None or spell.until > since else None
