"""Which findings may leave by the PVe chain by themselves, and which a person must send on: pure.

The chain finds the holder by the plate alone. Whatever could make that another person's name goes by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from detect.model import PlateStatus, RoadUser
from detect.plates.grammar import bare
from verbalise.model import Act, Case, Decision
from verbalise.plate_kinds import PlateKind, plate_kind
from verbalise.site.permits import Permit


class Lane(StrEnum):
    """By which way a finding leaves."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class LaneReason(StrEnum):
    """Why a finding needs a hand; the console has a sentence for each."""

    NO_PLATE = "no-plate"
    TEMPORARY = "temporary"
    TRADE = "trade"
    DIPLOMATIC = "diplomatic"
    MILITARY = "military"
    TRANSIT = "transit"
    FOREIGN = "foreign"
    MISMATCH = "mismatch"
    """The agent and the machine did not read the same."""
    CORRECTED = "corrected"
    """The agent changed the plate afterwards."""
    TWO_WHEELER = "two-wheeler"
    """It carries one plate only, at the rear, and no picture of it was read."""
    INCOMPLETE = "incomplete"
    """Pictures are missing from the dossier."""
    PERMIT = "permit"
    """The plate as corrected has a right in the zone."""


@dataclass(frozen=True, slots=True)
class Routing:
    """The lane of a finding and every reason for it; none where it is automatic."""

    lane: Lane
    reasons: tuple[LaneReason, ...]


_BY_KIND: Mapping[PlateKind, LaneReason] = {
    PlateKind.TEMPORARY: LaneReason.TEMPORARY,
    PlateKind.TRADE: LaneReason.TRADE,
    PlateKind.DIPLOMATIC: LaneReason.DIPLOMATIC,
    PlateKind.MILITARY: LaneReason.MILITARY,
    PlateKind.TRANSIT: LaneReason.TRANSIT,
    PlateKind.FOREIGN: LaneReason.FOREIGN,
}


def lane_of(case: Case, covered: Permit | None = None) -> Routing:
    """The lane of a found case.

    Args:
        covered: The permit of the plate that the agent now stands for, if it has one.
    """
    reasons = tuple(_plate_reasons(case)) + tuple(reason for reason, holds in _CHECKS if holds(case))
    if covered is not None:
        reasons += (LaneReason.PERMIT,)
    return Routing(Lane.MANUAL if reasons else Lane.AUTOMATIC, reasons)


def _plate_reasons(case: Case) -> Iterator[LaneReason]:
    plate = case.agent_plate
    if plate is None:
        yield LaneReason.NO_PLATE
    elif plate_kind(plate) in _BY_KIND:
        yield _BY_KIND[plate_kind(plate)]


def _readings_differ(case: Case) -> bool:
    """Whether the machine read another plate than the agent typed before seeing it, or now stands for."""
    if case.plate.status is not PlateStatus.READ or case.plate.text is None:
        return False
    finding = _last(case, Act.FIND)
    blind = finding.viewing.plate_typed_blind if finding and finding.viewing else None
    return any(bare(typed) != bare(case.plate.text) for typed in (blind, case.agent_plate) if typed is not None)


def _was_corrected(case: Case) -> bool:
    return len({bare(act.plate) for act in case.decisions if act.plate is not None}) > 1


def _rear_plate_unread(case: Case) -> bool:
    return case.kind is RoadUser.MOTORCYCLE and case.plate.status is not PlateStatus.READ


def _is_incomplete(case: Case) -> bool:
    return not case.evidence.complete


def _last(case: Case, act: Act) -> Decision | None:
    return next((decision for decision in reversed(case.decisions) if decision.act is act), None)


_CHECKS: tuple[tuple[LaneReason, Callable[[Case], bool]], ...] = (
    (LaneReason.MISMATCH, _readings_differ),
    (LaneReason.CORRECTED, _was_corrected),
    (LaneReason.TWO_WHEELER, _rear_plate_unread),
    (LaneReason.INCOMPLETE, _is_incomplete),
)
