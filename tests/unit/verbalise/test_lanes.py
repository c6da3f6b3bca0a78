"""Which findings leave by themselves, and what keeps the others back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from detect.model import PlateStatus, RoadUser
from tests.unit.verbalise.console import street
from verbalise.lanes import Lane, LaneReason, lane_of
from verbalise.model import Act, AgentId, Case, CaseId, CaseState, Decision, Sighting, Viewing

NOW = street.FACTS + timedelta(minutes=5)
MACHINE = street.MACHINE_PLATE


def an_act(act: Act, plate: str | None, blind: str | None = None) -> Decision:
    """An act of Léa's that carries a plate."""
    viewing = Viewing(5.0, blind, machine_revealed=blind is not None)
    return Decision(f"{act}-{plate}", CaseId("case-1"), act, AgentId("lea"), NOW, plate, viewing=viewing)


def found(*acts: Decision, machine: str | None = MACHINE, **changes: object) -> Case:
    """A found case with these acts behind it."""
    case = street.case(1, {}, **changes)
    status = PlateStatus.READ if machine else PlateStatus.NOT_ATTEMPTED
    reading = replace(case.plate, status=status, text=machine)
    return replace(case, state=CaseState.FOUND, plate=reading, decisions=acts, version=len(acts))


def test_a_plain_finding_leaves_by_itself() -> None:
    routing = lane_of(found(an_act(Act.FIND, "xb 123 cd", blind=MACHINE)))
    assert (routing.lane, routing.reasons) == (Lane.AUTOMATIC, ())


@pytest.mark.parametrize(
    ("plate", "reason"),
    [
        ("WW-123-AB", LaneReason.TEMPORARY),
        ("W-123-AB", LaneReason.TRADE),
        ("123 CD 4567", LaneReason.DIPLOMATIC),
        ("6123 0456", LaneReason.MILITARY),
        ("TT-123-AB", LaneReason.TRANSIT),
        ("B-XY 1234", LaneReason.FOREIGN),
    ],
)
def test_plates_of_other_hands_go_by_hand(plate: str, reason: LaneReason) -> None:
    routing = lane_of(found(an_act(Act.FIND, plate), machine=None))
    assert (routing.lane, routing.reasons) == (Lane.MANUAL, (reason,))


@pytest.mark.parametrize("plate", ["XB-128-CD", "1234 AB 76", "AA-12-B"])
def test_french_series_leave_without_a_machine_having_read_them(plate: str) -> None:
    assert lane_of(found(an_act(Act.FIND, plate), machine=None)).lane is Lane.AUTOMATIC


@pytest.mark.parametrize(("typed", "blind"), [("XB-128-CD", None), (MACHINE, "XB-128-CD"), ("XB-128-CD", "XB-128-CD")])
def test_a_plate_on_which_agent_and_machine_differ_goes_by_hand(typed: str, blind: str | None) -> None:
    assert lane_of(found(an_act(Act.FIND, typed, blind))).reasons == (LaneReason.MISMATCH,)


def test_a_corrected_plate_goes_by_hand() -> None:
    acts = an_act(Act.FIND, "XB-128-CD"), an_act(Act.CORRECT_PLATE, MACHINE)
    assert lane_of(found(*acts)).reasons == (LaneReason.CORRECTED,)


def test_two_wheelers_need_their_one_plate_read() -> None:
    finding = an_act(Act.FIND, MACHINE)
    assert lane_of(found(finding, kind=RoadUser.MOTORCYCLE)).lane is Lane.AUTOMATIC
    unread = lane_of(found(finding, machine=None, kind=RoadUser.MOTORCYCLE))
    assert unread.reasons == (LaneReason.TWO_WHEELER,)


def test_a_two_wheeler_that_only_help_saw_needs_its_plate_read_too() -> None:
    case = found(an_act(Act.FIND, MACHINE), machine=None, kind=None, path=())
    sighting = Sighting(street.car_path(), RoadUser.MOTORCYCLE, "test")
    seen = replace(case, evidence=replace(case.evidence, sighting=sighting))
    assert lane_of(seen).reasons == (LaneReason.TWO_WHEELER,)


def test_a_dossier_with_holes_goes_by_hand_and_every_reason_is_given() -> None:
    case = found(an_act(Act.FIND, "WW-123-AB"))
    holed = replace(case, evidence=replace(case.evidence, complete=False))
    reasons = lane_of(holed, street.permit()).reasons
    assert reasons == (LaneReason.TEMPORARY, LaneReason.MISMATCH, LaneReason.INCOMPLETE, LaneReason.PERMIT)


def test_nothing_leaves_without_a_plate() -> None:
    assert lane_of(found()).reasons == (LaneReason.NO_PLATE,)
