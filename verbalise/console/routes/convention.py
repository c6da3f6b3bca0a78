"""The convention: who may see what, the exchange log, the month's report; and the clause that guests read first."""

from __future__ import annotations

from secrets import token_hex

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from ingest.model import CameraId
from verbalise.access import answers_calls
from verbalise.console.convention_page import convention_card, entry_lines, named_blocks, sharing_lines
from verbalise.console.desk import AnySeat, Seat, SiteSeat
from verbalise.console.forms import CallForm, ExchangeForm, FormRefused, Posted
from verbalise.console.pages import render
from verbalise.console.routes.session import first_room, local_path
from verbalise.console.security import csrf_token
from verbalise.console.views import Numbers
from verbalise.coordination import CoordinationReport
from verbalise.coordination_paper import coordination_blocks, coordination_paper
from verbalise.coordination_sources import CoordinationSources
from verbalise.exchanges import CALL_LASTS, Exchange, ExchangeFilter, ExchangeKind, NotWritten, note
from verbalise.model import CITY, Access
from verbalise.months import Month
from verbalise.paper import print_paper
from verbalise.site.agreements import PartyId

router = APIRouter()
PURPOSE = "convention"
LISTED = 100
WRITTEN = tuple(kind for kind in ExchangeKind if kind is not ExchangeKind.VIEW)
"""Kinds that people write; looks write themselves."""


@router.get("/convention")
def convention_page(seat: SiteSeat, month: str = "", done: str = "") -> Response:
    """The convention now, and the log and the report of a month."""
    return _page(seat, _month(seat, month), notice=seat.words("convention.noted") if done == "noted" else "")


@router.post("/convention/exchanges")
def write_entry(seat: SiteSeat, posted: Posted) -> Response:
    """Add an entry to the log."""
    form, this_month = posted.read(ExchangeForm), _month(seat, "")
    try:
        entry = _entry(seat, form)
    except NotWritten as error:
        refusal = seat.words(f"convention.refused.{error.code}")
        return _page(seat, this_month, refusal=refusal, draft=form, status=422)
    _write(seat, entry)
    return RedirectResponse("/convention?done=noted", status_code=303)


@router.get("/convention/report.pdf")
def report_on_paper(seat: SiteSeat, month: str = "") -> Response:
    """The month's report as a PDF."""
    wanted = _month(seat, month)
    report = _report(seat, wanted)
    headers = {"content-disposition": f'attachment; filename="coordination-{wanted}.pdf"'}
    return Response(print_paper(coordination_paper(report)), headers=headers, media_type="application/pdf")


@router.get("/clause")
def clause_page(seat: AnySeat, next: str = "") -> Response:
    """What people of another party read on signing in: the clause, and what is open to them now."""
    return _clause(seat, next)


@router.post("/clause/call")
def declare_call(seat: AnySeat, posted: Posted) -> Response:
    """Declare an on-call intervention, which opens the on-call hours for a while."""
    form = posted.read(CallForm)
    if not answers_calls(seat.console.ports.site, seat.agent.party, seat.now):
        seat.log(Access.REFUSED, "convention/call", "sans astreinte")
        raise FormRefused("convention.refused.no-call", 403)
    try:
        entry = note(seat.agent, ExchangeKind.CALL, form.text, seat.now, form.page)
    except NotWritten as error:
        return _clause(seat, form.next, refusal=seat.words(f"convention.refused.{error.code}"), status=422)
    _write(seat, entry)
    return RedirectResponse(local_path(form.next) or first_room(seat.agent), status_code=303)


def _month(seat: Seat, text: str) -> Month:
    """The month asked for, this one by default. Raises FormRefused for no month, or one to come."""
    this_month = Month.of(seat.now, seat.words.zone)
    try:
        month = Month.read(text) if text else this_month
    except ValueError as error:
        raise FormRefused("error.form", 422) from error
    if month > this_month:
        raise FormRefused("error.form", 422)
    return month


def _entry(seat: Seat, form: ExchangeForm) -> Exchange:
    """The entry as it may be written: the city tells for any party, everybody else for their own."""
    site = seat.console.ports.site
    own = seat.agent.party
    party = PartyId(form.party) if form.party and own == CITY else own
    camera = site.cameras.get(CameraId(form.camera)) if form.camera else None
    is_known = party == own or party in site.parties
    if form.kind not in _kinds(seat) or not is_known or (form.camera and camera is None):
        raise FormRefused("error.form", 422)
    return note(seat.agent, form.kind, form.text, seat.now, form.page, party=party, camera=camera)


def _kinds(seat: Seat) -> tuple[ExchangeKind, ...]:
    """Kinds that this person may write: a call only by the party that it opens the hours for."""
    if answers_calls(seat.console.ports.site, seat.agent.party, seat.now):
        return WRITTEN
    return tuple(kind for kind in WRITTEN if kind is not ExchangeKind.CALL)


def _write(seat: Seat, entry: Exchange) -> None:
    seat.log(Access.NOTE_EXCHANGE, f"exchange/{entry.kind}/{entry.id}", PURPOSE)
    seat.console.ports.exchanges.add(entry)


def _report(seat: Seat, month: Month) -> CoordinationReport:
    seat.log(Access.VIEW_REPORT, f"coordination/{month}", PURPOSE)
    ports = seat.console.ports
    sources = CoordinationSources(ports.sites, ports.uptime, ports.exchanges, ports.analyst, ports.gates, ports.ledger)
    return sources.report(month, seat.now)


def _page(
    seat: Seat,
    month: Month,
    *,
    notice: str = "",
    refusal: str = "",
    draft: ExchangeForm | None = None,
    status: int = 200,
) -> Response:
    ports, words, report = seat.console.ports, seat.words, _report(seat, month)
    begins, until = month.begins(words.zone), month.ends(words.zone)
    entries = ports.exchanges.exchanges(ExchangeFilter(begins, until), LISTED)
    this_month = Month.of(seat.now, words.zone)
    return render(
        "convention.html",
        status,
        t=words,
        seat=seat,
        csrf=csrf_token(seat.token),
        page=token_hex(16),
        card=convention_card(ports.site, seat.now, words),
        sharings=sharing_lines(ports.site, ports.exchanges, seat.now, words),
        kinds=[(kind, words(f"exchange.{kind}")) for kind in _kinds(seat)],
        parties=list(ports.site.parties.values()) if seat.agent.party == CITY else [],
        cameras=[(camera.camera.id, camera.name) for camera in ports.site.cameras.values()],
        entries=entry_lines(ports.site, entries, words, Numbers(ports.agents)),
        listed=LISTED,
        blocks=named_blocks(coordination_blocks(report)),
        month=month,
        months={"before": month.plus(-1), "after": month.plus(1) if month < this_month else None},
        notice=notice,
        refusal=refusal,
        draft=draft,
    )


def _clause(seat: Seat, wanted: str, *, refusal: str = "", status: int = 200) -> Response:
    seat.log(Access.VIEW_SITE, "convention/clause", PURPOSE)
    ports, words, party = seat.console.ports, seat.words, seat.agent.party
    return render(
        "clause.html",
        status,
        t=words,
        seat=seat,
        csrf=csrf_token(seat.token),
        page=token_hex(16),
        card=convention_card(ports.site, seat.now, words),
        sharings=sharing_lines(ports.site, ports.exchanges, seat.now, words, only=party),
        call_hours=round(CALL_LASTS.total_seconds() / 3600),
        may_call=answers_calls(ports.site, party, seat.now),
        next=local_path(wanted) or first_room(seat.agent),
        refusal=refusal,
    )
