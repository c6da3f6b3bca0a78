"""No act escapes the table of moves, whoever tries it and whatever came before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.verbalise.console import street
from verbalise.law.catalogue import Handling, Offence, offences
from verbalise.lifecycle import MOVES, NotAllowed, Terms, apply, sight_of, was_in_force
from verbalise.model import (
    Act,
    Agent,
    AgentId,
    Capacity,
    Case,
    CaseId,
    CaseState,
    Decision,
    Mark,
    RejectionReason,
    Sight,
    Viewing,
)

AGENTS = [
    street.agent("lea"),
    street.agent("sam"),
    street.agent("ope", sworn=False),
    street.agent("asv", capacity=Capacity.ASVP),
    street.agent("old", valid_until=street.START),
]
OFFENCES = list(offences().values())
NOW = street.FACTS + timedelta(minutes=5)
PARIS = ZoneInfo("Europe/Paris")

tries = st.tuples(
    st.sampled_from(AGENTS),
    st.sampled_from(Act),
    st.sampled_from(["XB-123-CD", "xb-123-cd", "", None]),
    st.sampled_from([None, *RejectionReason]),
    st.sampled_from([3, 2, 0]),
    st.booleans(),
    st.sampled_from(["", "  ", "vu deux fois"]),
)
Try = tuple[Agent, Act, str | None, RejectionReason | None, int, bool, str]
terms = st.builds(
    Terms,
    clock=st.just(PARIS),
    finds_on_replay=st.booleans(),
    covered=st.sampled_from([None, street.permit()]),
    found_already=st.sampled_from([None, CaseId("case-9")]),
)
marks = st.sampled_from([None, Mark(AgentId("lea"), Sight.LIVE), Mark(AgentId("lea"), Sight.REPLAYED)])
offences_tried = st.sampled_from(OFFENCES)
Check = Callable[[Case, Decision, Agent, Case], None]


def attempt(case: Case, tried: Try, offence: Offence, around: Terms) -> tuple[Case, Decision, Agent] | None:
    """The case after a try, None where it was refused."""
    agent, act, plate, reason, ticked, watched, remark = tried
    elements = tuple(element.id for element in offence.elements[:ticked])
    viewing = Viewing(5.0, None, machine_revealed=False, sight=sight_of(case, agent)) if watched else None
    decision = Decision("r", case.id, act, agent.id, NOW, plate, reason, elements, viewing, remark)
    try:
        state, holder = apply(case, decision, agent, offence, around)
    except NotAllowed:
        return None
    moved = replace(case, state=state, holder=holder, decisions=(*case.decisions, decision), version=case.version + 1)
    return moved, decision, agent


def check_history(history: list[Try], offence: Offence, around: Terms, mark: Mark | None, check: Check) -> None:
    """Try every act in turn and check each that is allowed."""
    case = street.case(1, {}, offence=offence.id, mark=mark)
    for tried in history:
        result = attempt(case, tried, offence, around)
        if result is not None:
            moved, decision, agent = result
            check(case, decision, agent, moved)
            case = moved


@given(st.lists(tries, max_size=12), offences_tried, terms, marks)
def test_every_history_stays_in_the_table(
    history: list[Try], offence: Offence, around: Terms, mark: Mark | None
) -> None:
    def check(case: Case, decision: Decision, agent: Agent, moved: Case) -> None:
        assert (case.state, decision.act) in MOVES
        gave_back = decision.act is Act.RELEASE and moved.state is CaseState.SECOND_LOOK
        assert moved.state is MOVES[case.state, decision.act] or gave_back
        assert agent.valid_from <= NOW < agent.valid_until
        assert (moved.holder is not None) == (moved.state is CaseState.CLAIMED)

    check_history(history, offence, around, mark, check)


@given(st.lists(tries, max_size=12), offences_tried, terms, marks)
def test_what_is_found_or_referred_has_its_locks_behind_it(
    history: list[Try], offence: Offence, around: Terms, mark: Mark | None
) -> None:
    def check(case: Case, decision: Decision, agent: Agent, moved: Case) -> None:
        if decision.act not in (Act.FIND, Act.REFER):
            return
        assert case.holder == agent.id
        assert agent.sworn
        assert agent.capacity in offence.capacities
        assert set(decision.elements) == {element.id for element in offence.elements}
        assert decision.viewing is not None
        assert was_in_force(offence, NOW.astimezone(PARIS).date())
        assert decision.plate == "XB-123-CD" or (decision.act is Act.REFER and decision.plate is None)

    check_history(history, offence, around, mark, check)


@given(st.lists(tries, max_size=12), offences_tried, terms, marks)
def test_a_fine_is_found_and_a_delit_referred_and_never_the_other_way(
    history: list[Try], offence: Offence, around: Terms, mark: Mark | None
) -> None:
    def check(case: Case, decision: Decision, agent: Agent, moved: Case) -> None:
        if decision.act is Act.FIND:
            assert offence.handling is Handling.FINE
            assert around.covered is None
            assert around.found_already is None
            live = mark is not None and mark.agent == agent.id and mark.sight is Sight.LIVE
            assert around.finds_on_replay or live
        if decision.act is Act.REFER:
            assert offence.handling is Handling.REFER
        assert (moved.state is CaseState.REFERRED) == (decision.act is Act.REFER)

    check_history(history, offence, around, mark, check)


@given(st.lists(tries, max_size=14), offences_tried, terms, marks)
def test_who_asked_for_a_second_look_does_not_give_it(
    history: list[Try], offence: Offence, around: Terms, mark: Mark | None
) -> None:
    def check(case: Case, decision: Decision, agent: Agent, moved: Case) -> None:
        asked = [past.agent for past in case.decisions if past.act is Act.SECOND_LOOK]
        if asked and decision.act in (Act.TAKE, Act.FIND, Act.REJECT, Act.REFER):
            assert agent.id != asked[-1]

    check_history(history, offence, around, mark, check)
