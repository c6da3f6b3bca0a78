"""From a posted act to a recorded one: locks first, ledger next, register last, then the bus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_hex

import structlog

from detect.plates.grammar import bare
from ingest.errors import Halt
from verbalise.console import metrics
from verbalise.console.desk import Seat
from verbalise.console.forms import ActForm
from verbalise.console.security import equal, seal
from verbalise.console.viewings import pictures_were_shown, reading_was_revealed
from verbalise.law.catalogue import Handling, Offence, offences
from verbalise.lifecycle import NotAllowed, Refusal, Terms, apply, normal_plate, sight_of
from verbalise.model import SAME_PASSAGE, Access, Act, Case, CaseId, CaseState, Decision, Viewing
from verbalise.ports import StaleCase
from verbalise.site.permits import EXCUSED, Permit, TokenKind, permit_of
from verbalise.wire import case_message

_log = structlog.get_logger(__name__)
PURPOSE = "relecture"
_CARRIES_PLATE = frozenset({Act.FIND, Act.CORRECT_PLATE, Act.REFER})
_NAMES_HOLDER = frozenset({Act.FIND, Act.CORRECT_PLATE})
"""Acts by which a fine gets its holder."""
_TICKS_ELEMENTS = frozenset({Act.FIND, Act.REFER})
_RESTS_ON_PICTURES = frozenset({Act.FIND, Act.REFER})
_AFTER_VIEWING = frozenset({Act.FIND, Act.REFER, Act.REJECT, Act.SECOND_LOOK})
_HALF_PAGE = 16
"""Hex digits: the first half of a page's id is random, the second ties it to a case."""


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

    @property
    def may_have_dossier(self) -> bool:
        """Whether the agent may have the case on paper: a délit, for those whose capacity may establish it."""
        offence = self.offence
        return offence.handling is Handling.REFER and self.seat.agent.capacity in offence.capacities

    @property
    def terms(self) -> Terms:
        """What stands around the case whatever is typed."""
        site = self.seat.console.ports.site
        return Terms(site.timezone, site.finds_on_replay)

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
            return self._record(decision, form)
        except NotAllowed as error:
            self.seat.log(Access.REFUSED, self.case.id, f"{act}: {error.refusal}")
            raise

    def new_page(self) -> str:
        """An id for one page of this case, good for no other case and no other sign-in."""
        return self._page(token_hex(_HALF_PAGE // 2))

    def blind_seal(self, typed: str) -> str:
        """The console's tag on a plate typed before the reveal."""
        return seal(self.seat.token, "blind", self.case.id, typed)

    def permit_of(self, plate: str | None) -> Permit | None:
        """The permit by which a plate may be where the claim has it, None if there is none or it excuses nothing."""
        claim, hasher = self.case.claim, self.seat.console.ports.hasher
        if plate is None or claim.zone is None or hasher is None or claim.offence not in EXCUSED:
            return None
        ports, earlier = self.seat.console.ports, claim.at - SAME_PASSAGE
        site, token = ports.sites.as_of(claim.at), hasher.hash(TokenKind.PLATE, plate)
        return permit_of(
            site.permits,
            token,
            claim.zone,
            claim.at,
            site.timezone,
            lambda permit: ports.suppressions.was_used(permit, earlier),
        )

    def _record(self, decision: Decision, form: ActForm) -> Case:
        if not equal(form.page, self._page(form.page[:_HALF_PAGE])):
            raise NotAllowed(Refusal.OTHER_PAGE)
        if self.case.version != form.version:
            raise StaleCase(f"{self.case.id}: page of version {form.version}, now {self.case.version}")
        state, holder = apply(self.case, decision, self.seat.agent, self.offence, self._terms(decision))
        if decision.act in _RESTS_ON_PICTURES and not self._were_pictures_shown():
            raise NotAllowed(Refusal.NOT_VIEWED)
        self.seat.log(Access.DECIDE, self.case.id, f"{PURPOSE}: {decision.act}")
        recorded = self.seat.console.ports.cases.record(decision, state, holder, form.version)
        metrics.decisions.labels(decision.act).inc()
        _log.info("act recorded", case=self.case.id, act=decision.act, state=recorded.state)
        self.seat.console.announce(case_message(recorded))
        return recorded

    def _page(self, half: str) -> str:
        return half + seal(self.seat.token, "page", self.case.id, half)[:_HALF_PAGE]

    def _terms(self, decision: Decision) -> Terms:
        if decision.act not in _NAMES_HOLDER:
            return self.terms
        covered = self.permit_of(decision.plate) if decision.act is Act.FIND else None
        return replace(self.terms, covered=covered, found_already=self._found_already(decision.plate))

    def _found_already(self, plate: str | None) -> CaseId | None:
        """Another case in which this passage is found; another plate is another passage."""
        claim, ports = self.case.claim, self.seat.console.ports
        cases, cameras = ports.cases, ports.sites.as_of(claim.at).same_place(claim.camera)
        for line in (line for camera in cameras for line in cases.near(camera, claim.at, SAME_PASSAGE)):
            is_found = line.state is CaseState.FOUND and line.offence == claim.offence and line.id != self.case.id
            if is_found and bare(cases.case(line.id).agent_plate or "") == bare(plate or ""):
                return line.id
        return None

    def _decision(self, act: Act, form: ActForm) -> Decision:
        return Decision(
            request_id=f"{form.page}:{act}",
            case=self.case.id,
            act=act,
            agent=self.seat.agent.id,
            at=self.seat.now,
            plate=_plate(form) if act in _CARRIES_PLATE else None,
            reason=form.reason if act is Act.REJECT else None,
            elements=form.elements if act in _TICKS_ELEMENTS else (),
            viewing=self._viewing(form) if act in _AFTER_VIEWING else None,
            remark=form.remark,
        )

    def _viewing(self, form: ActForm) -> Viewing:
        """What was shown: the reveal is told by the ledger, the blind plate by the console's own tag."""
        seat, sight = self.seat, sight_of(self.case, self.seat.agent)
        if not reading_was_revealed(seat.console.ports.ledger, self.case, seat.agent.id, seat.since):
            return Viewing(form.viewed_s, normal_plate(form.plate), machine_revealed=False, sight=sight)
        sealed = equal(form.blind_seal, self.blind_seal(form.typed_blind))
        blind = normal_plate(form.typed_blind) if sealed else None
        return Viewing(form.viewed_s, blind, machine_revealed=True, sight=sight)

    def _were_pictures_shown(self) -> bool:
        seat = self.seat
        return pictures_were_shown(seat.console.ports.ledger, self.case, seat.agent.id, seat.since)


def case_at(seat: Seat, case_id: str) -> Desk:
    """The case under the agent's hand. Raises UnknownCase."""
    return Desk(seat, seat.console.ports.cases.case(CaseId(case_id)))


def _plate(form: ActForm) -> str | None:
    """The plate as it is kept; what is no plate stays as typed, for the lock to refuse. None where none was typed."""
    return normal_plate(form.plate) or form.plate or None
