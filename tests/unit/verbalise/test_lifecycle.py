"""What the acts of a case lead to, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.verbalise.console import street
from verbalise.law.catalogue import offences
from verbalise.lifecycle import REFUSALS_FR, NotAllowed, Refusal, apply, normal_plate
from verbalise.model import Act, CaseId, CaseState, Decision

OFFENCE = offences()[street.OFFENCE]
LEA = street.agent("lea")
NOW = street.FACTS + timedelta(minutes=5)


def decision(act: Act) -> Decision:
    """A bare act of Léa's."""
    return Decision("r", CaseId("case-1"), act, LEA.id, NOW)


@pytest.mark.parametrize("state", [CaseState.FOUND, CaseState.REJECTED])
@pytest.mark.parametrize("act", [act for act in Act if act is not Act.CORRECT_PLATE])
def test_a_decided_case_is_over(state: CaseState, act: Act) -> None:
    case = replace(street.case(1, {}), state=state)
    with pytest.raises(NotAllowed, match="pas possible dans l’état actuel"):
        apply(case, decision(act), LEA, OFFENCE)


def test_taking_and_giving_back() -> None:
    case = street.case(1, {})
    assert apply(case, decision(Act.TAKE), LEA, OFFENCE) == (CaseState.CLAIMED, LEA.id)
    held = replace(case, state=CaseState.CLAIMED, holder=LEA.id)
    assert apply(held, decision(Act.RELEASE), LEA, OFFENCE) == (CaseState.OPEN, None)


@pytest.mark.parametrize("stranger", [replace(decision(Act.TAKE), case=CaseId("case-2")), decision(Act.TAKE)])
def test_a_decision_of_someone_else_is_a_mistake_of_the_caller(stranger: Decision) -> None:
    agent = LEA if stranger.case != "case-1" else street.agent("sam")
    with pytest.raises(ValueError, match="not of this agent"):
        apply(street.case(1, {}), stranger, agent, OFFENCE)


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
