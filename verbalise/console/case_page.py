"""The case page: one picture, one time line, the law, the plate to type, the elements to tick, the acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verbalise.competence import ProposedAlert, proposed_alerts
from verbalise.console.deciding import Desk
from verbalise.console.desk import Seat
from verbalise.console.neighbours import Neighbour, neighbours_of
from verbalise.console.overlay import Overlay, frame_s, overlay_of
from verbalise.console.provenance import provenance
from verbalise.console.sending import Sending, sending_of
from verbalise.console.timeline import Timeline, timeline_of
from verbalise.console.viewings import clip_of
from verbalise.console.views import (
    ActLine,
    LawCard,
    Numbers,
    RevealedPlate,
    Step,
    act_lines,
    law_card,
)
from verbalise.law.catalogue import Element, Offence
from verbalise.lifecycle import MOVES, Refusal, deciding_acts, second_look_asked_by, standing_lock
from verbalise.model import Act, Case, CaseState, EvidenceItem, EvidenceKind, RejectionReason, Service
from verbalise.site.permits import Permit

STILLS = (EvidenceKind.SCENE, EvidenceKind.VEHICLE, EvidenceKind.PLATE)


@dataclass(frozen=True, slots=True)
class ItemLink:
    """A sealed item and where the browser gets it."""

    url: str
    kind: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the agent had already entered when the page is shown again."""

    plate: str = ""
    elements: frozenset[str] = frozenset()
    typed_blind: str = ""
    blind_seal: str = ""
    remark: str = ""
    viewed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CoveredPlate:
    """The right that the typed plate has in the zone."""

    holder: str
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on the case page. `page` names this very page: what it sends twice is one act.

    Attributes:
        fact_s: The instant of the facts, in seconds of the clip.
        starts_iso: The instant of the clip's first picture.
        can: Acts of the table that this agent may now try.
        provenance: Who or what said "look here".
        lock: Why this agent cannot find or refer, None if nothing of law stands against it.
        covered: The right that the plate just typed turned out to have.
        has_dossier: Whether there is a dossier for the officer of the judicial police.
    """

    id: str
    version: int
    page: str
    camera: str
    camera_name: str
    place: str
    at: str
    state: CaseState
    state_text: str
    holder: str
    is_held_here: bool
    law: LawCard
    provenance: str
    steps: tuple[Step, ...]
    elements: tuple[Element, ...]
    reasons: tuple[RejectionReason, ...]
    vehicle: str
    followed: str
    clip: ItemLink | None
    is_copy: bool
    stills: dict[str, ItemLink]
    remarks: tuple[str, ...]
    overlay: Overlay
    timeline: Timeline
    frame_s: float
    fact_s: float
    starts_iso: str
    acts: list[ActLine]
    agent_plate: str | None
    can: frozenset[Act]
    lock: Refusal | None
    covered: CoveredPlate | None
    has_dossier: bool
    neighbours: tuple[Neighbour, ...]
    sending: Sending | None
    draft: Draft
    revealed: RevealedPlate | None
    proposed_alerts: tuple[ProposedAlert, ...]

    @property
    def proposes_state_police(self) -> bool:
        """Whether the facts are first of all the State's police's: the page says so before anyone asks."""
        return self.proposed_alerts[0].to is Service.NATIONAL_POLICE


def case_page(
    desk: Desk, numbers: Numbers, draft: Draft, shown: RevealedPlate | None, covered: Permit | None
) -> CasePage:
    """The page of a case for one agent, with the site as it was at the facts.

    Args:
        shown: The machine's reading, once revealed.
        covered: The permit of the plate just typed, where a finding was refused for it.
    """
    case, offence, seat = desk.case, desk.offence, desk.seat
    claim, ports, words = case.claim, seat.console.ports, seat.words
    site, page = ports.sites.as_of(claim.at), desk.new_page()
    camera = site.cameras.get(claim.camera)
    start = case.evidence.clip_starts_at or claim.at
    clip = clip_of(case)
    return CasePage(
        id=case.id,
        version=case.version,
        page=page,
        camera=claim.camera,
        camera_name=camera.name if camera else claim.camera,
        place=claim.place,
        at=words.precise(claim.at),
        state=case.state,
        state_text=words(f"state.{case.state}"),
        holder=numbers(case.holder) if case.holder else "",
        is_held_here=case.state is CaseState.CLAIMED and case.holder == seat.agent.id,
        law=law_card(case, offence, site, words),
        provenance=provenance(claim, site, words, numbers),
        steps=tuple(Step(reason.holds, reason.text_fr) for reason in claim.verdict.reasons),
        elements=offence.elements,
        reasons=tuple(RejectionReason),
        vehicle=words(f"vehicle.{case.kind or 'unknown'}"),
        followed=_followed(case, seat),
        clip=_link(case, clip, page) if clip else None,
        is_copy=clip is not None and clip.kind is EvidenceKind.PLAYABLE_CLIP,
        stills=_stills(case, page),
        remarks=case.evidence.remarks,
        overlay=overlay_of(case, site),
        timeline=timeline_of(case, site, words),
        frame_s=frame_s(case),
        fact_s=round((claim.at - start).total_seconds(), 3),
        starts_iso=start.isoformat(),
        acts=act_lines(case.decisions, words, numbers),
        agent_plate=case.agent_plate,
        can=_can(case, offence, seat),
        lock=standing_lock(case, seat.agent, offence, desk.terms),
        covered=_covered(covered, seat),
        has_dossier=desk.may_have_dossier,
        neighbours=neighbours_of(case, site, ports.cases, words),
        sending=sending_of(case, offence, seat.console.code_book, desk.permit_of(case.agent_plate), words),
        draft=draft,
        revealed=shown,
        proposed_alerts=proposed_alerts(claim, offence),
    )


def next_after(case_id: str, waiting: Sequence[str]) -> str | None:
    """The case to show after one is decided: the next in the queue, else the first, None if it is empty."""
    others = [other for other in waiting if other != case_id]
    if not others:
        return None
    place = waiting.index(case_id) if case_id in waiting else 0
    return others[place % len(others)]


def _can(case: Case, offence: Offence, seat: Seat) -> frozenset[Act]:
    acts = {act for state, act in MOVES if state is case.state} - ({Act.FIND, Act.REFER} - deciding_acts(offence))
    if case.state is CaseState.CLAIMED and case.holder != seat.agent.id:
        return frozenset()
    if case.state is CaseState.SECOND_LOOK and second_look_asked_by(case) == seat.agent.id:
        acts.discard(Act.TAKE)
    return frozenset(acts)


def _covered(permit: Permit | None, seat: Seat) -> CoveredPlate | None:
    return CoveredPlate(permit.holder, seat.words(f"covered.reason.{permit.reason}")) if permit else None


def _followed(case: Case, seat: Seat) -> str:
    path = case.path
    if not path:
        return seat.words("vehicle-card.not-followed")
    first, last = path[0].video.captured_at, path[-1].video.captured_at
    how = "vehicle-card.followed" if case.claim.path else "vehicle-card.found-again"
    return seat.words(how, n=len(path), start=seat.words.clock(first), end=seat.words.clock(last))


def _stills(case: Case, page: str) -> dict[str, ItemLink]:
    """The first still of each kind, by kind."""
    found: dict[str, ItemLink] = {}
    for item in case.evidence.items:
        if item.kind in STILLS and item.kind not in found:
            found[item.kind] = _link(case, item, page)
    return found


def _link(case: Case, item: EvidenceItem, page: str) -> ItemLink:
    number = case.evidence.items.index(item)
    return ItemLink(f"/review/{case.id}/item/{number}?viewing={page}", item.kind, item.content_type)
