"""What follows from a case and an act, the same in every register. Pure."""

from __future__ import annotations

from dataclasses import replace

from verbalise.model import Act, AgentId, Case, CaseState, Decision
from verbalise.ports import CaseFact, CaseSummary

UNKNOWN_VEHICLE = "unknown"
"""Class of a vehicle that nobody has named yet."""
DECIDED = frozenset({CaseState.FOUND, CaseState.REJECTED, CaseState.REFERRED})
_DECIDING = frozenset({Act.FIND, Act.REJECT, Act.REFER})


def moved(case: Case, decision: Decision, new_state: CaseState, holder: AgentId | None) -> Case:
    """The case after one more act."""
    return replace(
        case,
        state=new_state,
        holder=holder,
        decisions=(*case.decisions, decision),
        version=case.version + 1,
    )


def deciding_act(case: Case) -> Decision | None:
    """The act that the case's outcome rests on; None while it has none."""
    if case.state not in DECIDED:
        return None
    return next((act for act in reversed(case.decisions) if act.act in _DECIDING), None)


def fact_of(case: Case) -> CaseFact:
    """What an analyst may know of a case."""
    claim, decided = case.claim, deciding_act(case)
    return CaseFact(
        id=case.id,
        camera=claim.camera,
        place=claim.place,
        offence=claim.offence,
        trigger=claim.trigger,
        vehicle=case.kind.value if case.kind else UNKNOWN_VEHICLE,
        at=claim.at,
        opened_at=case.opened_at,
        decided_at=decided.at if decided else None,
        state=case.state,
        rejection=decided.reason.value if decided and decided.reason else None,
        plate_status=case.plate.status.value,
    )


def summary_of(case: Case) -> CaseSummary:
    """The case as a line of the queue."""
    claim = case.claim
    return CaseSummary(
        id=case.id,
        state=case.state,
        offence=claim.offence,
        trigger=claim.trigger,
        camera=claim.camera,
        place=claim.place,
        at=claim.at,
        opened_at=case.opened_at,
        holder=case.holder,
    )
