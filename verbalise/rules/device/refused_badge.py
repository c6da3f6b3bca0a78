"""A badge is refused, and soon after a vehicle passes all the same, with no right read in between. Version 1."""

from __future__ import annotations

from datetime import timedelta

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import RuleRef
from verbalise.rules import wording
from verbalise.rules.bollard import CLOCK_TOLERANCE, CREDENTIALS
from verbalise.rules.device import wording as device_wording
from verbalise.rules.device.model import DeviceRule, Finding, Surroundings
from verbalise.rules.device.passages import claimed, crossing_of
from verbalise.rules.pedestrian_area_driving import OFFENCE

REACH = timedelta(seconds=30)
"""A driver who is refused and goes in all the same does so while somebody else's opening lasts, or tries again.
After half a minute the passage may well be another's."""


def judge(event: DeviceEvent, known: Surroundings) -> Finding | None:
    """Judges a passage that follows a refusal; None for any other report."""
    refusal = _refusal_before(event, known)
    crossing = None if refusal is None else crossing_of(event, known)
    if refusal is None or crossing is None or crossing.settled is not None:
        return None if crossing is None else crossing.settled
    return claimed(crossing, known, device_wording.refused(refusal, known.site), wording.no_credential())


def _refusal_before(event: DeviceEvent, known: Surroundings) -> DeviceEvent | None:
    """The latest refusal that a passage follows, None if there is none or a right was read since."""
    latest = None
    for other in known.beside(event):
        if event.at - REACH <= other.at <= event.at and other.kind is DeviceEventKind.BADGE_REFUSED:
            latest = other
        elif other.at <= event.at + CLOCK_TOLERANCE and other.kind in CREDENTIALS:
            latest = None
    return latest


RULE = DeviceRule(RuleRef("refused-badge", 1), OFFENCE, judge)
