"""Which act may follow which: the only way a case moves. Pure; the caller records what it allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from ingest.errors import ConstatError
from verbalise.law.catalogue import Handling, Offence
from verbalise.model import Act, Agent, AgentId, Case, CaseId, CaseState, Decision, RejectionReason, Sight
from verbalise.site.permits import Permit

MOVES: Mapping[tuple[CaseState, Act], CaseState] = {
    (CaseState.OPEN, Act.TAKE): CaseState.CLAIMED,
    (CaseState.SECOND_LOOK, Act.TAKE): CaseState.CLAIMED,
    (CaseState.CLAIMED, Act.RELEASE): CaseState.OPEN,
    (CaseState.CLAIMED, Act.FIND): CaseState.FOUND,
    (CaseState.CLAIMED, Act.REJECT): CaseState.REJECTED,
    (CaseState.CLAIMED, Act.REFER): CaseState.REFERRED,
    (CaseState.CLAIMED, Act.SECOND_LOOK): CaseState.SECOND_LOOK,
    (CaseState.CLAIMED, Act.CORRECT_PLATE): CaseState.CLAIMED,
    (CaseState.FOUND, Act.CORRECT_PLATE): CaseState.FOUND,
}
"""Every allowed move. One exception: releasing a case that awaits a second look gives it back
to the second-look queue, or else the agent who asked could take it again through the open queue."""

PLATE = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{2,10})[A-Z0-9]")
"""What a typed plate looks like: foreign ones included, so the pattern is wide."""


class Refusal(StrEnum):
    """Why an act is refused; the console has a sentence for each."""

    NOT_A_MOVE = "not-a-move"
    OUT_OF_OFFICE = "out-of-office"
    NOT_HOLDER = "not-holder"
    SECOND_LOOK_BY_OTHER = "second-look-by-other"
    NOT_SWORN = "not-sworn"
    CAPACITY = "capacity"
    ELEMENTS = "elements"
    PLATE_MISSING = "plate-missing"
    NOT_VIEWED = "not-viewed"
    REASON_MISSING = "reason-missing"
    REMARK_MISSING = "remark-missing"
    NOT_AUTHOR = "not-author"
    ALERT_PLATE = "alert-plate"
    DELIT = "delit"
    NOT_DELIT = "not-delit"
    INSTRUMENT = "instrument"
    TEXT_NOT_IN_FORCE = "text-not-in-force"
    REPLAY = "replay"
    PERMIT = "permit"
    ALREADY_FOUND = "already-found"
    OTHER_PAGE = "other-page"
    ALERT_SERVICE = "alert-service"


REFUSALS_FR: Mapping[Refusal, str] = {
    Refusal.NOT_A_MOVE: "Cet acte n’est pas possible dans l’état actuel du dossier.",
    Refusal.OUT_OF_OFFICE: "Votre habilitation n’est pas en vigueur à cette date.",
    Refusal.NOT_HOLDER: "Prenez d’abord le dossier : seul l’agent qui le tient peut agir.",
    Refusal.SECOND_LOOK_BY_OTHER: "Vous avez demandé ce second regard : un autre agent doit le porter.",
    Refusal.NOT_SWORN: "Seul un agent assermenté peut constater.",
    Refusal.CAPACITY: "Votre qualité ne permet pas de constater cette infraction.",
    Refusal.ELEMENTS: "Cochez chacun des éléments de l’infraction avant de constater.",
    Refusal.PLATE_MISSING: "Saisissez la plaque que vous lisez (4 à 12 lettres et chiffres).",
    Refusal.NOT_VIEWED: "Regardez d’abord la séquence : un constat porte sur ce que l’agent a vu.",
    Refusal.REASON_MISSING: "Choisissez le motif pour lequel le dossier est écarté.",
    Refusal.REMARK_MISSING: "Précisez en quelques mots : une remarque est exigée ici.",
    Refusal.NOT_AUTHOR: "Seul l’agent qui a constaté peut corriger la plaque de son constat.",
    Refusal.ALERT_PLATE: "Une alerte ne porte jamais de plaque : décrivez le véhicule autrement.",
    Refusal.DELIT: "Un délit ne se constate pas par une amende : transmettez le dossier à l’OPJ.",
    Refusal.NOT_DELIT: "Seul un délit se transmet à l’OPJ ; cette infraction se constate ou s’écarte.",
    Refusal.INSTRUMENT: "Cette infraction exige la mesure d’un appareil homologué : elle ne se constate pas ici.",
    Refusal.TEXT_NOT_IN_FORCE: "Le texte de cette infraction n’était pas en vigueur le jour des faits.",
    Refusal.REPLAY: "La ville n’admet que le constat en direct, par l’agent qui a relevé les faits en direct.",
    Refusal.PERMIT: "Cette plaque a un droit en vigueur dans cette zone à l’instant des faits.",
    Refusal.ALREADY_FOUND: "Le même passage est déjà constaté dans un autre dossier.",
    Refusal.OTHER_PAGE: "Cette page n’est pas celle de ce dossier : ouvrez le dossier et recommencez.",
    Refusal.ALERT_SERVICE: "Ce service n’est pas compétent pour cette alerte.",
}


class NotAllowed(ConstatError):
    """The act is refused; the text says why, in French, to the agent."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(REFUSALS_FR[refusal])
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Terms:
    """What stands around a case when somebody acts on it.

    Attributes:
        clock: Of the place: texts are in force by its days.
        finds_on_replay: Whether the city lets agents find from a replayed clip, at the instant of the act.
        covered: The permit of the typed plate, in force in the claim's zone at the facts; None where there is none.
        found_already: A case in which the same passage is found; None where there is none.
    """

    clock: ZoneInfo
    finds_on_replay: bool = True
    covered: Permit | None = None
    found_already: CaseId | None = None


def apply(
    case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms
) -> tuple[CaseState, AgentId | None]:
    """The state and the holder that follow from an act.

    Args:
        case: As it was read; the caller records against its version.
        decision: The act, of `agent` on `case`.
        offence: The catalogue's entry for the case's offence.
        terms: What stands around the case at the instant of the act.

    Raises:
        NotAllowed: the act is not a move of the table, or a lock of law holds.
        ValueError: the decision names another agent or another case, or says that it was seen otherwise than it was.
    """
    if decision.agent != agent.id or decision.case != case.id:
        raise ValueError(f"{decision.request_id}: the decision is not of this agent on this case")
    if decision.viewing is not None and decision.viewing.sight is not sight_of(case, agent):
        raise ValueError(f"{decision.request_id}: the viewing says {decision.viewing.sight}")
    if not agent.in_force(decision.at):
        raise NotAllowed(Refusal.OUT_OF_OFFICE)
    if (case.state, decision.act) not in MOVES:
        raise NotAllowed(Refusal.NOT_A_MOVE)
    if case.state is CaseState.CLAIMED and case.holder != agent.id:
        raise NotAllowed(Refusal.NOT_HOLDER)
    _LOCKS[decision.act](case, decision, agent, offence, terms)
    return _after(case, decision)


def can_find(agent: Agent, offence: Offence) -> Refusal | None:
    """The lock of oath or capacity between an agent and an offence; None where there is none."""
    if not agent.sworn:
        return Refusal.NOT_SWORN
    return None if agent.capacity in offence.capacities else Refusal.CAPACITY


def standing_lock(case: Case, agent: Agent, offence: Offence, terms: Terms) -> Refusal | None:
    """What keeps an agent from deciding that the offence of a case took place, whatever is typed or ticked."""
    if offence.handling is Handling.INSTRUMENT:
        return Refusal.INSTRUMENT
    refusal = can_find(agent, offence)
    if refusal is not None:
        return refusal
    if not was_in_force(offence, case.claim.at.astimezone(terms.clock).date()):
        return Refusal.TEXT_NOT_IN_FORCE
    if second_look_asked_by(case) == agent.id:
        return Refusal.SECOND_LOOK_BY_OTHER
    needs_live = offence.handling is Handling.FINE and not terms.finds_on_replay
    return Refusal.REPLAY if needs_live and sight_of(case, agent) is not Sight.LIVE else None


def deciding_acts(offence: Offence) -> frozenset[Act]:
    """The acts by which an offence of this kind is taken to have happened."""
    return {
        Handling.FINE: frozenset({Act.FIND}),
        Handling.REFER: frozenset({Act.REFER}),
        Handling.INSTRUMENT: frozenset[Act](),
    }[offence.handling]


def sight_of(case: Case, agent: Agent) -> Sight:
    """How an agent saw the facts of a case: live only who marked them on the live picture."""
    mark = case.claim.mark
    return mark.sight if mark is not None and mark.agent == agent.id else Sight.REPLAYED


def was_in_force(offence: Offence, day: date) -> bool:
    """Whether the text of an offence was in force on a local day, as far as the catalogue knows."""
    since, until = offence.valid_from, offence.valid_until
    return (since is None or since <= day) and (until is None or day < until)


def second_look_asked_by(case: Case) -> AgentId | None:
    """Who asked for the second look that the case still awaits; None where none is awaited."""
    asked = [decision.agent for decision in case.decisions if decision.act is Act.SECOND_LOOK]
    return asked[-1] if asked else None


def normal_plate(typed: str) -> str | None:
    """A typed plate in capitals with single separators; None if it cannot be a plate."""
    plate = re.sub(r"\s+", " ", typed).strip().upper()
    return plate if PLATE.fullmatch(plate) else None


def _after(case: Case, decision: Decision) -> tuple[CaseState, AgentId | None]:
    state = MOVES[case.state, decision.act]
    if decision.act is Act.RELEASE and second_look_asked_by(case) is not None:
        state = CaseState.SECOND_LOOK
    if decision.act is Act.CORRECT_PLATE:
        return state, case.holder
    return state, decision.agent if state is CaseState.CLAIMED else None


def _take(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    del decision, offence, terms
    if case.state is CaseState.SECOND_LOOK and second_look_asked_by(case) == agent.id:
        raise NotAllowed(Refusal.SECOND_LOOK_BY_OTHER)


def _find(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    if offence.handling is Handling.REFER:
        raise NotAllowed(Refusal.DELIT)
    _lock(standing_lock(case, agent, offence, terms))
    _need_viewing(decision)
    _need_plate(decision)
    if terms.covered is not None:
        raise NotAllowed(Refusal.PERMIT)
    if terms.found_already is not None:
        raise NotAllowed(Refusal.ALREADY_FOUND)
    _need_elements(decision, offence)


def _refer(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    if offence.handling is not Handling.REFER:
        raise NotAllowed(Refusal.NOT_DELIT)
    _lock(standing_lock(case, agent, offence, terms))
    _need_viewing(decision)
    if decision.plate is not None:
        _need_plate(decision)
    _need_elements(decision, offence)


def _reject(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    del case, agent, offence, terms
    if decision.reason is None:
        raise NotAllowed(Refusal.REASON_MISSING)
    if decision.reason is RejectionReason.OTHER:
        _need_remark(decision)


def _correct_plate(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    _lock(can_find(agent, offence))
    finder = next((act.agent for act in reversed(case.decisions) if act.act is Act.FIND), None)
    if case.state is CaseState.FOUND and finder != agent.id:
        raise NotAllowed(Refusal.NOT_AUTHOR)
    if case.state is CaseState.FOUND and terms.found_already is not None:
        raise NotAllowed(Refusal.ALREADY_FOUND)
    _need_plate(decision)
    _need_remark(decision)


def _free(case: Case, decision: Decision, agent: Agent, offence: Offence, terms: Terms) -> None:
    del case, decision, agent, offence, terms


def _lock(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise NotAllowed(refusal)


def _need_viewing(decision: Decision) -> None:
    if decision.viewing is None:
        raise NotAllowed(Refusal.NOT_VIEWED)


def _need_plate(decision: Decision) -> None:
    if decision.plate is None or normal_plate(decision.plate) != decision.plate:
        raise NotAllowed(Refusal.PLATE_MISSING)


def _need_elements(decision: Decision, offence: Offence) -> None:
    if set(decision.elements) != {element.id for element in offence.elements}:
        raise NotAllowed(Refusal.ELEMENTS)


def _need_remark(decision: Decision) -> None:
    if not decision.remark.strip():
        raise NotAllowed(Refusal.REMARK_MISSING)


_LOCKS: Mapping[Act, Callable[[Case, Decision, Agent, Offence, Terms], None]] = {
    Act.TAKE: _take,
    Act.RELEASE: _free,
    Act.FIND: _find,
    Act.REJECT: _reject,
    Act.SECOND_LOOK: _free,
    Act.CORRECT_PLATE: _correct_plate,
    Act.REFER: _refer,
}
