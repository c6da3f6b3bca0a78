"""What the acts of a case lead to, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.verbalise.console import street
from verbalise.law.catalogue import Handling, Offence, offences
from verbalise.lifecycle import (
    REFUSALS_FR,
    NotAllowed,
    Refusal,
    Terms,
    apply,
    can_find,
    deciding_acts,
    normal_plate,
    sight_of,
    was_in_force,
)
from verbalise.model import Act, AgentId, Capacity, Case, CaseId, CaseState, Decision, Mark, OffenceId, Sight, Viewing

OFFENCE = offences()[street.OFFENCE]
DELIT = offences()[OffenceId("bollard-damage")]
LEA, SAM = street.agent("lea"), street.agent("sam")
NOW = street.FACTS + timedelta(minutes=5)
TERMS = Terms(ZoneInfo("Europe/Paris"))
BY_LEA_LIVE = Mark(AgentId("lea"), Sight.LIVE)


def decision(act: Act) -> Decision:
    """A bare act of Léa's."""
    return Decision("r", CaseId("case-1"), act, LEA.id, NOW)


def held(offence: Offence = OFFENCE, mark: Mark | None = None) -> Case:
    """A case that Léa has taken."""
    case = street.case(1, {}, offence=offence.id, mark=mark)
    return replace(case, state=CaseState.CLAIMED, holder=LEA.id)


def complete(act: Act, offence: Offence = OFFENCE, sight: Sight = Sight.REPLAYED) -> Decision:
    """An act of Léa's that lacks nothing."""
    return replace(
        decision(act),
        plate=street.MACHINE_PLATE,
        elements=tuple(element.id for element in offence.elements),
        viewing=Viewing(5.0, None, machine_revealed=False, sight=sight),
    )


def refusal_of(case: Case, act: Decision, offence: Offence, terms: Terms = TERMS) -> Refusal:
    """Why an act of Léa's is refused."""
    with pytest.raises(NotAllowed) as refused:
        apply(case, act, LEA, offence, terms)
    return refused.value.refusal


@pytest.mark.parametrize("state", [CaseState.FOUND, CaseState.REJECTED, CaseState.REFERRED])
@pytest.mark.parametrize("act", [act for act in Act if act is not Act.CORRECT_PLATE])
def test_a_decided_case_is_over(state: CaseState, act: Act) -> None:
    case = replace(street.case(1, {}), state=state)
    assert refusal_of(case, decision(act), OFFENCE) is Refusal.NOT_A_MOVE


def test_taking_and_giving_back() -> None:
    case = street.case(1, {})
    assert apply(case, decision(Act.TAKE), LEA, OFFENCE, TERMS) == (CaseState.CLAIMED, LEA.id)
    assert apply(held(), decision(Act.RELEASE), LEA, OFFENCE, TERMS) == (CaseState.OPEN, None)


@pytest.mark.parametrize("stranger", [replace(decision(Act.TAKE), case=CaseId("case-2")), decision(Act.TAKE)])
def test_a_decision_of_someone_else_is_a_mistake_of_the_caller(stranger: Decision) -> None:
    agent = LEA if stranger.case != "case-1" else SAM
    with pytest.raises(ValueError, match="not of this agent"):
        apply(street.case(1, {}), stranger, agent, OFFENCE, TERMS)


@pytest.mark.parametrize("offence", offences().values(), ids=lambda offence: offence.id)
@pytest.mark.parametrize("capacity", Capacity)
def test_who_may_establish_an_offence_is_what_the_catalogue_says(offence: Offence, capacity: Capacity) -> None:
    agent = street.agent("lea", capacity=capacity)
    allowed = capacity in offence.capacities
    assert can_find(agent, offence) is (None if allowed else Refusal.CAPACITY)
    (act,) = deciding_acts(offence) or {Act.FIND}
    case = replace(held(offence), holder=agent.id)
    decided = replace(complete(act, offence), agent=agent.id)
    if allowed and offence.handling is not Handling.INSTRUMENT:
        assert apply(case, decided, agent, offence, TERMS)[0] in (CaseState.FOUND, CaseState.REFERRED)
    else:
        with pytest.raises(NotAllowed):
            apply(case, decided, agent, offence, TERMS)


@pytest.mark.parametrize("offence", offences().values(), ids=lambda offence: offence.id)
def test_a_holder_who_pays_never_loses_points(offence: Offence) -> None:
    assert offence.holder_points == 0


def test_a_delit_is_referred_and_never_found() -> None:
    case = held(DELIT)
    assert refusal_of(case, complete(Act.FIND, DELIT), DELIT) is Refusal.DELIT
    assert apply(case, complete(Act.REFER, DELIT), LEA, DELIT, TERMS) == (CaseState.REFERRED, None)


def test_a_fine_is_never_referred() -> None:
    assert refusal_of(held(), complete(Act.REFER), OFFENCE) is Refusal.NOT_DELIT


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"viewing": None}, Refusal.NOT_VIEWED),
        ({"elements": ("struck",)}, Refusal.ELEMENTS),
        ({"plate": "<b>"}, Refusal.PLATE_MISSING),
    ],
)
def test_a_referral_needs_what_a_finding_needs(change: dict[str, object], why: Refusal) -> None:
    act = replace(complete(Act.REFER, DELIT), **change)  # type: ignore[arg-type]  # parametrize loses the type
    assert refusal_of(held(DELIT), act, DELIT) is why


def test_a_referral_needs_no_plate() -> None:
    act = replace(complete(Act.REFER, DELIT), plate=None)
    assert apply(held(DELIT), act, LEA, DELIT, TERMS)[0] is CaseState.REFERRED


@pytest.mark.parametrize("act", [Act.FIND, Act.REFER])
def test_what_needs_an_instrument_is_never_found_without_its_record(act: Act) -> None:
    speed = replace(OFFENCE, handling=Handling.INSTRUMENT)
    expected = Refusal.INSTRUMENT if act is Act.FIND else Refusal.NOT_DELIT
    assert refusal_of(held(), complete(act), speed) is expected
    assert deciding_acts(speed) == frozenset()


def test_the_text_must_have_been_in_force_on_the_local_day_of_the_facts() -> None:
    day = street.FACTS.astimezone(TERMS.clock).date()
    for since, until, allowed in (
        (day, None, True),
        (day + timedelta(days=1), None, False),
        (None, day + timedelta(days=1), True),
        (None, day, False),
    ):
        offence = replace(OFFENCE, valid_from=since, valid_until=until)
        assert was_in_force(offence, day) is allowed
        if allowed:
            assert apply(held(), complete(Act.FIND), LEA, offence, TERMS)[0] is CaseState.FOUND
        else:
            assert refusal_of(held(), complete(Act.FIND), offence) is Refusal.TEXT_NOT_IN_FORCE


def test_a_day_is_that_of_the_place() -> None:
    late = street.case(1, {}, at=street.FACTS.replace(hour=23, minute=30))
    case = replace(late, state=CaseState.CLAIMED, holder=LEA.id)
    from_tomorrow = replace(OFFENCE, valid_from=date(2026, 11, 24))
    assert apply(case, complete(Act.FIND), LEA, from_tomorrow, TERMS)[0] is CaseState.FOUND


@pytest.mark.parametrize(
    ("mark", "sight"),
    [
        (None, Sight.REPLAYED),
        (BY_LEA_LIVE, Sight.LIVE),
        (replace(BY_LEA_LIVE, sight=Sight.REPLAYED), Sight.REPLAYED),
        (replace(BY_LEA_LIVE, agent=SAM.id), Sight.REPLAYED),
    ],
)
def test_live_has_seen_only_who_marked_live(mark: Mark | None, sight: Sight) -> None:
    case, live_only = held(mark=mark), replace(TERMS, finds_on_replay=False)
    assert sight_of(case, LEA) is sight
    if sight is Sight.LIVE:
        assert apply(case, complete(Act.FIND, sight=sight), LEA, OFFENCE, live_only)[0] is CaseState.FOUND
    else:
        assert refusal_of(case, complete(Act.FIND), OFFENCE, live_only) is Refusal.REPLAY


def test_a_delit_may_be_referred_from_a_replay() -> None:
    live_only = replace(TERMS, finds_on_replay=False)
    assert apply(held(DELIT), complete(Act.REFER, DELIT), LEA, DELIT, live_only)[0] is CaseState.REFERRED


def test_nobody_says_live_who_was_not() -> None:
    with pytest.raises(ValueError, match="live"):
        apply(held(), complete(Act.FIND, sight=Sight.LIVE), LEA, OFFENCE, TERMS)


def test_a_covered_plate_is_not_found() -> None:
    covered = replace(TERMS, covered=street.permit())
    assert refusal_of(held(), complete(Act.FIND), OFFENCE, covered) is Refusal.PERMIT


def test_one_passage_is_not_found_twice() -> None:
    already = replace(TERMS, found_already=CaseId("case-2"))
    assert refusal_of(held(), complete(Act.FIND), OFFENCE, already) is Refusal.ALREADY_FOUND


@pytest.mark.parametrize(
    ("typed", "plate"),
    [
        (" xb-123-cd ", "XB-123-CD"),
        ("1234  ab 76", "1234 AB 76"),
        ("B 123", "B 123"),
        ("abc", None),
        ("", None),
        ("XB_123_CD", None),
        ("-XB-123", None),
        ("XB-123-CD-999-99", None),
    ],
)
def test_plates_as_people_type_them(typed: str, plate: str | None) -> None:
    assert normal_plate(typed) == plate


def test_every_refusal_has_its_sentence() -> None:
    assert set(REFUSALS_FR) == set(Refusal)
