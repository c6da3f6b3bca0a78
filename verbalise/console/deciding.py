"""From a posted act to a recorded one: locks first, ledger next, register last, then the bus."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from ingest.errors import Halt
from verbalise.console import metrics
from verbalise.console.desk import Seat
from verbalise.console.forms import ActForm
from verbalise.console.security import equal, seal
from verbalise.console.viewings import pictures_were_shown, reading_was_revealed
from verbalise.law.catalogue import Offence, offences
from verbalise.lifecycle import NotAllowed, Refusal, apply, normal_plate
from verbalise.model import Access, Act, Case, CaseId, Decision, Viewing
from verbalise.ports import StaleCase
from verbalise.wire import case_message

_log = structlog.get_logger(__name__)
PURPOSE = "relecture"
_CARRIES_PLATE = frozenset({Act.FIND, Act.CORRECT_PLATE})


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent's hand on one case."""

    seat: Seat
    case: Case

    @property
    def offence(self) -> Offence:
        """The catalogue's entry for the case. Raises Halt if the catalogue has lost it."""
        wanted = self.case.claim.offence
        if wanted not in offences():
            raise Halt(f"case {self.case.id}: put offence {wanted!r} back into verbalise/law/offences.yaml")
        return offences()[wanted]

    def decide(self, act: Act, form: ActForm) -> Case:
        """Record an act and announce it. The same page sent twice is one act.

        Raises:
            NotAllowed: a lock holds; nothing is recorded but the refusal.
            StaleCase: somebody else acted since the page was made.
            RetryLater: ledger or register is away; nothing is recorded.
        """
        decision = self._decision(act, form)
        if any(past.request_id == decision.request_id for past in self.case.decisions):
            return self.case
        try:
            return self._record(decision, form.version)
        except NotAllowed as error:
            self.seat.log(Access.REFUSED, self.case.id, f"{act}: {error.refusal}")
            raise

    def blind_seal(self, typed: str) -> str:
        """The console's tag on a plate typed before the reveal."""
        return seal(self.seat.token, "blind", self.case.id, typed)

    def _record(self, decision: Decision, seen_version: int) -> Case:
        if self.case.version != seen_version:
            raise StaleCase(f"{self.case.id}: page of version {seen_version}, now {self.case.version}")
        state, holder = apply(self.case, decision, self.seat.agent, self.offence)
        if decision.act is Act.FIND and not self._were_pictures_shown():
            raise NotAllowed(Refusal.NOT_VIEWED)
        self.seat.log(Access.DECIDE, self.case.id, f"{PURPOSE}: {decision.act}")
        recorded = self.seat.console.ports.cases.record(decision, state, holder, seen_version)
        metrics.decisions.labels(decision.act).inc()
        _log.info("act recorded", case=self.case.id, act=decision.act, state=recorded.state)
        self.seat.console.announce(case_message(recorded))
        return recorded

    def _decision(self, act: Act, form: ActForm) -> Decision:
        return Decision(
            request_id=f"{form.page}:{act}",
            case=self.case.id,
            act=act,
            agent=self.seat.agent.id,
            at=self.seat.now,
            plate=normal_plate(form.plate) if act in _CARRIES_PLATE else None,
            reason=form.reason if act is Act.REJECT else None,
            elements=form.elements if act is Act.FIND else (),
            viewing=self._viewing(form) if act in (Act.FIND, Act.REJECT, Act.SECOND_LOOK) else None,
            remark=form.remark,
        )

    def _viewing(self, form: ActForm) -> Viewing:
        """What was shown: the reveal is told by the ledger, the blind plate by the console's own tag."""
        seat = self.seat
        if not reading_was_revealed(seat.console.ports.ledger, self.case, seat.agent.id, seat.since):
            return Viewing(form.viewed_s, normal_plate(form.plate), machine_revealed=False)
        sealed = equal(form.blind_seal, self.blind_seal(form.typed_blind))
        blind = normal_plate(form.typed_blind) if sealed else None
        return Viewing(form.viewed_s, blind, machine_revealed=True)

    def _were_pictures_shown(self) -> bool:
        seat = self.seat
        return pictures_were_shown(seat.console.ports.ledger, self.case, seat.agent.id, seat.since)


def case_at(seat: Seat, case_id: str) -> Desk:
    """The case under the agent's hand. Raises UnknownCase."""
    return Desk(seat, seat.console.ports.cases.case(CaseId(case_id)))
