"""What every analysts' view does alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.model import CameraId
from storage.model import Register
from tests.contract.storage.builders import AGENT_PLATE, MACHINE_PLATE, NOON, A, a_case, an_act
from verbalise.model import Act, CaseState, OffenceId, Trigger
from verbalise.ports import CaseFact, CaseFilter, Grouping

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def full(register: Register) -> Register:
    """Four cases on two cameras; `found` and `rejected` are decided."""
    cases = register.cases
    cases.open_case(a_case("old", NOON - timedelta(days=2)))
    cases.open_case(a_case("red", NOON - timedelta(days=1), camera="F1", place="Feu Nord", offence="red-light"))
    cases.open_case(a_case("found", NOON, trigger=Trigger.AGENT))
    cases.open_case(a_case("rejected", NOON + timedelta(hours=1), place="Éperon"))
    for name, act, state in (("found", Act.FIND, CaseState.FOUND), ("rejected", Act.REJECT, CaseState.REJECTED)):
        cases.record(an_act(f"take {name}", case=name), CaseState.CLAIMED, A, 0)
        cases.record(an_act(f"decide {name}", act, case=name, at=LATER), state, None, 1)
    return register


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(CaseFilter(), ["rejected", "found", "red", "old"], id="all"),
        pytest.param(CaseFilter(since=NOON), ["rejected", "found"], id="since is inclusive"),
        pytest.param(CaseFilter(until=NOON), ["red", "old"], id="until is exclusive"),
        pytest.param(CaseFilter(cameras=(CameraId("F1"), CameraId("X9"))), ["red"], id="cameras"),
        pytest.param(CaseFilter(offences=(OffenceId("red-light"),)), ["red"], id="offences"),
        pytest.param(CaseFilter(states=(CaseState.FOUND, CaseState.REJECTED)), ["rejected", "found"], id="states"),
        pytest.param(CaseFilter(triggers=(Trigger.AGENT,)), ["found"], id="triggers"),
        pytest.param(CaseFilter(since=NOON, states=(CaseState.OPEN,)), [], id="all conditions hold"),
    ],
)
def test_cases_that_fit_come_newest_first(full: Register, wanted: CaseFilter, expected: list[str]) -> None:
    assert [fact.id for fact in full.analysts.facts(wanted)] == expected


def test_a_limit_keeps_the_newest(full: Register) -> None:
    assert [fact.id for fact in full.analysts.facts(CaseFilter(), limit=1)] == ["rejected"]
    assert len(full.analysts.facts(CaseFilter(), limit=None)) == 4


def test_a_fact_says_what_became_of_the_case(full: Register) -> None:
    case = a_case("rejected", LATER, place="Éperon")
    assert full.analysts.facts(CaseFilter(), limit=1) == [
        CaseFact(
            id=case.id,
            camera=case.claim.camera,
            place="Éperon",
            offence=case.claim.offence,
            trigger=Trigger.DEVICE,
            vehicle="car",
            at=LATER,
            opened_at=case.opened_at,
            decided_at=LATER,
            state=CaseState.REJECTED,
            rejection="authorised",
            plate_status="read",
        )
    ]


def test_no_plate_is_in_reach(full: Register) -> None:
    seen = repr(full.analysts.facts(CaseFilter(), limit=None))
    seen += "".join(repr(full.analysts.counts(CaseFilter(), by)) for by in Grouping)
    assert MACHINE_PLATE not in seen
    assert AGENT_PLATE not in seen


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Grouping.PLACE, [("Feu Nord", 1), ("Rue du Gros-Horloge", 2), ("Éperon", 1)]),
        (Grouping.OFFENCE, [("pedestrian-area-driving", 3), ("red-light", 1)]),
        (Grouping.OUTCOME, [("found", 1), ("open", 2), ("rejected", 1)]),
        (Grouping.HOUR, [("12", 3), ("13", 1)]),
    ],
)
def test_counts_by_value(full: Register, by: Grouping, expected: list[tuple[str, int]]) -> None:
    assert full.analysts.counts(CaseFilter(), by) == expected


def test_counts_keep_to_the_filter(full: Register) -> None:
    assert full.analysts.counts(CaseFilter(since=NOON), Grouping.OUTCOME) == [("found", 1), ("rejected", 1)]
    assert full.analysts.counts(CaseFilter(cameras=(CameraId("X9"),)), Grouping.PLACE) == []


def test_the_hour_is_the_one_on_the_towns_clocks(register: Register) -> None:
    """Summer time ends in the night of 25 October 2026: 02:30 comes twice."""
    instants = {
        "winter": datetime(2026, 1, 15, 23, 30, tzinfo=UTC),
        "summer": datetime(2026, 7, 15, 22, 30, tzinfo=UTC),
        "twice a": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "twice b": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    }
    for name, at in instants.items():
        register.cases.open_case(a_case(name, at))
    assert register.analysts.counts(CaseFilter(), Grouping.HOUR) == [("00", 2), ("02", 2)]
