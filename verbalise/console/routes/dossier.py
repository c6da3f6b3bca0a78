"""The dossier of a délit as a document: on the ledger first, every picture checked against its seal."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from ingest.model import ClockState
from verbalise.casework.manifest import decode
from verbalise.console.case_page import STILLS
from verbalise.console.deciding import PURPOSE, Desk, case_at
from verbalise.console.desk import DeskRefused, ReviewSeat
from verbalise.console.opj_dossier import Dossier, dossier_paper, referral_of
from verbalise.console.routes.evidence import sealed_bytes
from verbalise.console.views import Numbers
from verbalise.console.wording import Language, Words
from verbalise.law.catalogue import Handling
from verbalise.model import Access, Agent
from verbalise.paper import print_paper
from verbalise.ports import EvidenceMissing

router = APIRouter()


@router.get("/review/{case_id}/dossier.pdf")
def show_dossier(seat: ReviewSeat, case_id: str) -> Response:
    """The dossier for the OPJ; a draft until the case is referred."""
    desk = case_at(seat, case_id)
    if desk.offence.handling is not Handling.REFER:
        raise EvidenceMissing(f"{case_id}: no dossier, its offence is no délit")
    if not desk.may_have_dossier:
        seat.log(Access.REFUSED, desk.case.id, "dossier: qualité")
        raise DeskRefused("dossier")
    seat.log(Access.VIEW_DOSSIER, case_id, PURPOSE)
    pdf = print_paper(dossier_paper(_dossier(desk), Numbers(seat.console.ports.agents)))
    name = f'attachment; filename="dossier-opj-{quote(case_id, safe="")}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": name})


def _dossier(desk: Desk) -> Dossier:
    case, ports = desk.case, desk.seat.console.ports
    site, store = ports.sites.as_of(case.claim.at), ports.evidence
    return Dossier(
        case=case,
        offence=desk.offence,
        site=site,
        words=Words(Language.FRENCH, site.timezone),
        clock=_clock(desk),
        author=_author(desk),
        pictures=[(item, sealed_bytes(store, item)) for item in case.evidence.items if item.kind in STILLS],
    )


def _clock(desk: Desk) -> ClockState | None:
    """The state of the clock, from the manifest. Raises EvidenceMissing if it is not the one that was sealed."""
    evidence = desk.case.evidence
    data = desk.seat.console.ports.evidence.read(evidence.manifest_key)
    if hashlib.sha256(data).hexdigest() != evidence.manifest_sha256:
        raise EvidenceMissing(f"{evidence.manifest_key}: not the manifest that the case was opened with")
    return decode(data).clock


def _author(desk: Desk) -> Agent:
    """Who referred the case; whoever prepares the draft before, or where that person is registered no more."""
    referral = referral_of(desk.case)
    known = desk.seat.console.ports.agents.agent(referral.agent) if referral else None
    return known or desk.seat.agent
