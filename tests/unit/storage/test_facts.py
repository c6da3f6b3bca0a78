"""The outcome rests on the last act that decides, and only while the case is decided."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from detect.model import RoadUser
from storage.facts import deciding_act, fact_of, moved
from storage.register.cases import EVIDENCE
from tests.contract.storage.builders import AGENT_PLATE, MACHINE_PLATE, NOON, A, B, a_case, an_act
from verbalise.model import Act, CaseState, Sighting

LATER = NOON + timedelta(hours=1)
STATES = {
    Act.TAKE: CaseState.CLAIMED,
    Act.FIND: CaseState.FOUND,
    Act.REJECT: CaseState.REJECTED,
    Act.SECOND_LOOK: CaseState.SECOND_LOOK,
    Act.CORRECT_PLATE: CaseState.FOUND,
}


@pytest.mark.parametrize(
    ("acts", "decided_by"),
    [
        pytest.param([], None, id="open"),
        pytest.param([Act.TAKE], None, id="taken"),
        pytest.param([Act.TAKE, Act.FIND], 1, id="found"),
        pytest.param([Act.TAKE, Act.REJECT], 1, id="rejected"),
        pytest.param([Act.TAKE, Act.FIND, Act.CORRECT_PLATE], 1, id="plate corrected after"),
        pytest.param([Act.TAKE, Act.FIND, Act.SECOND_LOOK], None, id="looked at again"),
        pytest.param([Act.TAKE, Act.FIND, Act.SECOND_LOOK, Act.TAKE, Act.REJECT], 4, id="second look rejects"),
    ],
)
def test_deciding_act(acts: list[Act], decided_by: int | None) -> None:
    case = a_case()
    for number, act in enumerate(acts):
        case = moved(case, an_act(f"r{number}", act), STATES[act], A)
    assert deciding_act(case) == (None if decided_by is None else case.decisions[decided_by])


def test_an_act_moves_the_case_and_counts() -> None:
    case = moved(a_case(), an_act("r1", agent=B), CaseState.CLAIMED, B)
    assert (case.state, case.holder, case.version, len(case.decisions)) == (CaseState.CLAIMED, B, 1, 1)


def test_a_fact_names_the_ground_of_a_rejection_and_no_plate() -> None:
    case = moved(a_case(), an_act("r1", Act.REJECT, at=LATER), CaseState.REJECTED, None)
    fact = fact_of(case)
    assert (fact.decided_at, fact.rejection, fact.plate_status) == (LATER, "authorised", "read")
    assert MACHINE_PLATE not in repr(fact)
    assert AGENT_PLATE not in repr(fact)


def test_a_vehicle_that_nobody_named_is_unknown_unless_help_saw_it() -> None:
    case = a_case()
    unnamed = replace(case, claim=replace(case.claim, path=(), kind=None))
    sighting = Sighting(case.claim.path, RoadUser.TRUCK, "detector-1")
    seen = replace(unnamed, evidence=replace(unnamed.evidence, sighting=sighting))
    assert [fact_of(each).vehicle for each in (case, unnamed, seen)] == ["car", "unknown", "truck"]


def test_evidence_written_before_help_could_find_vehicles_is_still_read() -> None:
    body = json.loads(EVIDENCE.encode(a_case().evidence))
    for added in ("clip_ends_at", "sighting"):
        del body["data"][added]
    assert EVIDENCE.decode(json.dumps(body).encode()) == a_case().evidence
