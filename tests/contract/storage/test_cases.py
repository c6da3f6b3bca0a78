"""What every register of cases does alike: memory, SQLite, PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from detect.model import RoadUser
from ingest.model import CameraId
from storage.model import Register
from tests.contract.storage.builders import NOON, A, B, a_case, an_act
from verbalise.model import Act, CaseId, CaseState, Sighting
from verbalise.ports import CaseFilter, CaseSummary, StaleCase, UnknownCase


def test_a_case_comes_back_whole(register: Register) -> None:
    case = a_case()
    assert register.cases.open_case(case)
    assert register.cases.case(case.id) == case


def test_what_help_found_comes_back_beside_the_claim(register: Register) -> None:
    case = a_case()
    bare = replace(case.claim, stream=None, track=None, event=None, path=(), kind=None)
    sighting = Sighting(case.claim.path, RoadUser.TRUCK, "detector-1")
    evidence = replace(case.evidence, clip_ends_at=NOON + timedelta(seconds=8), sighting=sighting)
    found = replace(case, claim=bare, evidence=evidence)
    assert register.cases.open_case(found)
    assert register.cases.case(case.id) == found
    (fact,) = register.analysts.facts(CaseFilter())
    assert fact.vehicle == "truck"


def test_opening_twice_is_opening_once(register: Register) -> None:
    case = a_case()
    assert register.cases.open_case(case)
    assert not register.cases.open_case(replace(case, opened_at=NOON + timedelta(days=1)))
    assert register.cases.case(case.id) == case


def test_a_case_that_was_acted_on_comes_back_with_its_acts(register: Register) -> None:
    acts = (an_act("r1"), an_act("r2", Act.FIND))
    case = replace(a_case(), state=CaseState.FOUND, decisions=acts, version=2)
    assert register.cases.open_case(case)
    assert register.cases.case(case.id) == case
    assert register.cases.record(an_act("r2", Act.FIND), CaseState.REJECTED, None, 2) == case


def test_an_act_moves_the_case(register: Register) -> None:
    case = a_case()
    register.cases.open_case(case)
    taken = register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0)
    expected = replace(case, state=CaseState.CLAIMED, holder=A, decisions=(an_act("r1"),), version=1)
    assert taken == expected
    assert register.cases.case(case.id) == expected


def test_acts_keep_their_order_and_their_words(register: Register) -> None:
    register.cases.open_case(a_case())
    acts = [an_act("z"), an_act("m", Act.FIND), an_act("a", Act.CORRECT_PLATE, agent=B)]
    for version, act in enumerate(acts):
        register.cases.record(act, CaseState.FOUND, None, version)
    assert list(register.cases.case(CaseId("case-1")).decisions) == acts


def test_the_same_request_twice_is_one_act(register: Register) -> None:
    register.cases.open_case(a_case())
    register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0)
    rejected = register.cases.record(an_act("r2", Act.REJECT), CaseState.REJECTED, None, 1)
    assert register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0) == rejected
    assert register.cases.record(an_act("r2", Act.REJECT), CaseState.FOUND, B, 2) == rejected
    assert register.cases.case(rejected.id) == rejected


def test_an_act_on_an_older_version_is_refused(register: Register) -> None:
    register.cases.open_case(a_case())
    taken = register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0)
    with pytest.raises(StaleCase, match="version 1, not 0"):
        register.cases.record(an_act("r2", agent=B), CaseState.CLAIMED, B, 0)
    with pytest.raises(StaleCase, match="version 1, not 2"):
        register.cases.record(an_act("r3", agent=B), CaseState.CLAIMED, B, 2)
    assert register.cases.case(taken.id) == taken


def test_a_case_that_nobody_opened_is_unknown(register: Register) -> None:
    with pytest.raises(UnknownCase, match="case-9"):
        register.cases.case(CaseId("case-9"))
    with pytest.raises(UnknownCase, match="case-9"):
        register.cases.record(an_act("r1", case="case-9"), CaseState.CLAIMED, A, 0)


def test_the_queue_has_the_oldest_facts_first(register: Register) -> None:
    for name, hours in (("late", 3), ("early", 1), ("middle", 2), ("taken", 0)):
        register.cases.open_case(a_case(name, NOON + timedelta(hours=hours)))
    register.cases.record(an_act("r1", case="taken"), CaseState.CLAIMED, A, 0)
    queue = register.cases.queue
    assert [line.id for line in queue([CaseState.OPEN])] == ["early", "middle", "late"]
    assert [line.id for line in queue([CaseState.OPEN, CaseState.CLAIMED], limit=2)] == ["taken", "early"]
    assert queue([CaseState.FOUND]) == []
    assert queue([]) == []


def test_cases_near_an_instant_are_those_of_the_camera_whatever_became_of_them(register: Register) -> None:
    step = timedelta(seconds=5)
    for name, steps in (("after", 1), ("here", 0), ("too-late", 1.001), ("before", -1), ("too-early", -1.001)):
        register.cases.open_case(a_case(name, NOON + steps * step))
    register.cases.open_case(a_case("elsewhere", camera="B2"))
    register.cases.record(an_act("r1", Act.REJECT, case="here"), CaseState.REJECTED, None, 0)
    near = register.cases.near(CameraId("B1"), NOON, step)
    assert [(line.id, line.state) for line in near] == [
        ("before", CaseState.OPEN),
        ("here", CaseState.REJECTED),
        ("after", CaseState.OPEN),
    ]
    assert register.cases.near(CameraId("B3"), NOON, step) == []


def test_a_line_of_the_queue_says_where_the_case_stands(register: Register) -> None:
    case = a_case()
    register.cases.open_case(case)
    register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0)
    claim = case.claim
    assert register.cases.queue([CaseState.CLAIMED]) == [
        CaseSummary(
            id=case.id,
            state=CaseState.CLAIMED,
            offence=claim.offence,
            trigger=claim.trigger,
            camera=claim.camera,
            place=claim.place,
            at=claim.at,
            opened_at=case.opened_at,
            holder=A,
        )
    ]


def test_of_two_agents_who_take_a_case_one_gets_it(register: Register) -> None:
    register.cases.open_case(a_case())
    together = Barrier(2)

    def take(agent: str) -> bool:
        together.wait()
        try:
            register.cases.record(an_act(f"by-{agent}"), CaseState.CLAIMED, A, 0)
        except StaleCase:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, "ab")) == [False, True]
    assert register.cases.case(CaseId("case-1")).version == 1


def test_one_request_sent_by_several_threads_is_one_act(register: Register) -> None:
    register.cases.open_case(a_case())
    together = Barrier(4)

    def take(_: int) -> int:
        together.wait()
        return register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0).version

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(take, range(4))) == [1] * 4
    assert len(register.cases.case(CaseId("case-1")).decisions) == 1
