"""No act escapes the table of moves, whoever tries it and whatever came before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.verbalise.console import street
from verbalise.law.catalogue import offences
from verbalise.lifecycle import MOVES, NotAllowed, apply
from verbalise.model import Act, Agent, Capacity, Case, CaseState, Decision, RejectionReason, Viewing

AGENTS = [
    street.agent("lea"),
    street.agent("sam"),
    street.agent("ope", sworn=False),
    street.agent("asv", capacity=Capacity.ASVP),
    street.agent("old", valid_until=street.START),
]
OFFENCE = offences()[street.OFFENCE]
NOW = street.FACTS + timedelta(minutes=5)

tries = st.tuples(
    st.sampled_from(AGENTS),
    st.sampled_from(Act),
    st.sampled_from(["XB-123-CD", "xb-123-cd", "", None]),
    st.sampled_from([None, *RejectionReason]),
    st.sampled_from([street.ELEMENTS, street.ELEMENTS[:1], ()]),
    st.sampled_from([None, Viewing(5.0, None, machine_revealed=False)]),
    st.sampled_from(["", "  ", "vu deux fois"]),
)
Try = tuple[Agent, Act, str | None, RejectionReason | None, tuple[str, ...], Viewing | None, str]


def attempt(case: Case, tried: Try) -> tuple[Case, Decision, Agent] | None:
    """The case after a try, None where it was refused."""
    agent, act, plate, reason, elements, viewing, remark = tried
    decision = Decision("r", case.id, act, agent.id, NOW, plate, reason, elements, viewing, remark)
    try:
        state, holder = apply(case, decision, agent, OFFENCE)
    except NotAllowed:
        return None
    moved = replace(case, state=state, holder=holder, decisions=(*case.decisions, decision), version=case.version + 1)
    return moved, decision, agent


@given(st.lists(tries, max_size=12))
def test_every_history_stays_in_the_table(history: list[Try]) -> None:
    case = street.case(1, {})
    for tried in history:
        result = attempt(case, tried)
        if result is None:
            continue
        moved, decision, agent = result
        assert (case.state, decision.act) in MOVES
        gave_back = decision.act is Act.RELEASE and moved.state is CaseState.SECOND_LOOK
        assert moved.state is MOVES[case.state, decision.act] or gave_back
        assert agent.valid_from <= NOW < agent.valid_until
        assert (moved.holder is not None) == (moved.state is CaseState.CLAIMED)
        case = moved


@given(st.lists(tries, max_size=12))
def test_a_finding_always_has_its_locks_behind_it(history: list[Try]) -> None:
    case = street.case(1, {})
    for tried in history:
        result = attempt(case, tried)
        if result is None:
            continue
        moved, decision, agent = result
        if decision.act is Act.FIND:
            assert case.holder == agent.id
            assert agent.sworn
            assert agent.capacity in OFFENCE.capacities
            assert set(decision.elements) == set(street.ELEMENTS)
            assert decision.plate == "XB-123-CD"
            assert decision.viewing is not None
        case = moved


@given(st.lists(tries, max_size=14))
def test_who_asked_for_a_second_look_does_not_give_it(history: list[Try]) -> None:
    case = street.case(1, {})
    for tried in history:
        result = attempt(case, tried)
        if result is None:
            continue
        moved, decision, agent = result
        asked = [past.agent for past in case.decisions if past.act is Act.SECOND_LOOK]
        if asked and decision.act in (Act.TAKE, Act.FIND, Act.REJECT):
            assert agent.id != asked[-1]
        case = moved
