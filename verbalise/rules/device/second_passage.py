"""A loop counts more vehicles through one opening than badges and calls account for. Version 1."""

from __future__ import annotations

from ingest.model import DeviceEvent
from verbalise.model import Outcome, RuleRef
from verbalise.rules import wording
from verbalise.rules.device.model import DeviceRule, Finding, Surroundings
from verbalise.rules.device.passages import claimed, crossing_of
from verbalise.rules.pedestrian_area_driving import OFFENCE


def judge(event: DeviceEvent, known: Surroundings) -> Finding | None:
    """Judges one passage over a loop; None for any other report."""
    crossing = crossing_of(event, known)
    if crossing is None or crossing.settled is not None:
        return None if crossing is None else crossing.settled
    if not crossing.counted.own:
        unexplained = wording.unexplained_opening(crossing.opened_at, known.site.timezone)
        return Finding(Outcome.NOT_DECIDABLE, (*crossing.steps, unexplained))
    return claimed(crossing, known, wording.nth_passage(len(crossing.earlier) + 1), wording.no_credential())


RULE = DeviceRule(RuleRef("second-passage", 1), OFFENCE, judge)
