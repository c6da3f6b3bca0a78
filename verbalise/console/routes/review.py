"""The review desk: the queue, one case at a time, one act at a time. There is no act on several cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import JSONResponse, RedirectResponse, Response

from verbalise.alerts import alert_from_case
from verbalise.console.case_page import CasePage, Draft, case_page, next_after
from verbalise.console.deciding import PURPOSE, Desk, case_at
from verbalise.console.desk import ReviewSeat, Seat
from verbalise.console.forms import ActForm, AlertForm, Posted
from verbalise.console.pages import render
from verbalise.console.security import csrf_token
from verbalise.console.viewings import reading_was_revealed
from verbalise.console.views import Numbers, QueueLine, RevealedPlate, queue_lines, revealed
from verbalise.lifecycle import NotAllowed, Refusal, normal_plate
from verbalise.model import Access, Act, AlertKind, Case, CaseState, Service
from verbalise.ports import CaseSummary, StaleCase
from verbalise.site.permits import Permit

router = APIRouter(prefix="/review")
WAITING = (CaseState.OPEN, CaseState.SECOND_LOOK, CaseState.CLAIMED)
STAYS = frozenset({Act.TAKE, Act.CORRECT_PLATE})
"""Acts after which the agent stays on the case."""


@router.get("")
def queue_page(seat: ReviewSeat, done: str = "") -> Response:
    """The queue alone."""
    seat.log(Access.VIEW_QUEUE, "queue", PURPOSE)
    return _page(seat, _queue(seat), None, notice=_notice(seat, done))


@router.get("/{case_id}")
def show_case(seat: ReviewSeat, case_id: str, done: str = "") -> Response:
    """One case beside the queue."""
    return _show(case_at(seat, case_id), Draft(), notice=_notice(seat, done))


@router.post("/{case_id}/plate")
def reveal_plate(seat: ReviewSeat, case_id: str, posted: Posted, accept: Annotated[str, Header()] = "") -> Response:
    """The machine's reading, once and for all on the ledger. What was typed before is sealed into the page."""
    desk, form = case_at(seat, case_id), posted.read(ActForm)
    draft = _draft_at_reveal(desk, form)
    seat.log(Access.VIEW_PLATE, case_id, PURPOSE)
    shown = revealed(desk.case.plate, normal_plate(form.plate), seat.words)
    if "application/json" in accept:
        body = {"text": shown.text, "said": shown.said, "agrees": shown.agrees}
        return JSONResponse(body | {"typed_blind": draft.typed_blind, "blind_seal": draft.blind_seal})
    return _show(desk, draft, shown=shown)


@router.post("/{case_id}/alert")
def alert_patrols(seat: ReviewSeat, case_id: str, posted: Posted) -> Response:
    """Tell the service that is competent about the case; the decision on it stays open."""
    desk, form = case_at(seat, case_id), posted.read(AlertForm)
    alert = alert_from_case(desk.case, form.wish(), seat.agent.id, seat.now)
    seat.log(Access.RAISE_ALERT, alert.id, f"{PURPOSE}: {case_id}")
    try:
        seat.console.alerting.raise_alert(alert)
    except NotAllowed as error:
        return _show(desk, Draft(), refusal=_refusal(seat, error.refusal), status=409)
    seat.console.hub.notify()
    return RedirectResponse(f"/review/{case_id}?done=alert", status_code=303)


@router.post("/{case_id}/{act}")
def act_on_case(seat: ReviewSeat, case_id: str, act: Act, posted: Posted) -> Response:
    """One act on one case. What is refused says why and loses nothing that was typed."""
    form = posted.read(ActForm)
    desk = case_at(seat, case_id)
    queue = seat.console.ports.cases.queue(WAITING, seat.console.settings.queue_length)
    try:
        desk.decide(act, form)
    except NotAllowed as error:
        covered = desk.permit_of(normal_plate(form.plate)) if error.refusal is Refusal.PERMIT else None
        return _show(desk, _draft(form), covered=covered, refusal=_refusal(seat, error.refusal), status=409)
    except StaleCase:
        fresh = case_at(seat, case_id)
        return _show(fresh, _draft(form), refusal=_who_has_it(fresh.case, seat), status=409)
    following = case_id if act in STAYS else next_after(case_id, _free_ids(queue, case_id))
    return RedirectResponse(f"/review/{following}?done={act}" if following else f"/review?done={act}", status_code=303)


def _show(
    desk: Desk,
    draft: Draft,
    *,
    shown: RevealedPlate | None = None,
    covered: Permit | None = None,
    refusal: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    seat = desk.seat
    seat.log(Access.VIEW_QUEUE, "queue", PURPOSE)
    seat.log(Access.VIEW_CASE, desk.case.id, PURPOSE)
    page = case_page(desk, Numbers(seat.console.ports.agents), draft, shown, covered)
    return _page(seat, _queue(seat), page, refusal=refusal, notice=notice, status=status)


def _page(
    seat: Seat,
    queue: Sequence[QueueLine],
    case: CasePage | None,
    *,
    refusal: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    ids = [line.id for line in queue]
    place = ids.index(case.id) if case and case.id in ids else None
    return render(
        "review.html",
        status,
        t=seat.words,
        seat=seat,
        csrf=csrf_token(seat.token),
        queue=queue,
        waiting=sum(line.state != CaseState.CLAIMED for line in queue),
        case=case,
        refusal=refusal,
        notice=notice,
        previous_case=ids[place - 1] if place else None,
        next_case=_next_in(ids, place),
        alert_kinds=list(AlertKind),
        services=list(Service),
    )


def _next_in(ids: Sequence[str], place: int | None) -> str | None:
    following = 0 if place is None else place + 1
    return ids[following] if following < len(ids) else None


def _queue(seat: Seat) -> list[QueueLine]:
    ports = seat.console.ports
    cases = ports.cases.queue(WAITING, seat.console.settings.queue_length)
    return queue_lines(cases, seat.words, Numbers(ports.agents), seat.now)


def _free_ids(cases: Sequence[CaseSummary], here: str) -> list[str]:
    """Cases that nobody holds, and this one to count from."""
    return [case.id for case in cases if case.state is not CaseState.CLAIMED or case.id == here]


def _draft(form: ActForm) -> Draft:
    return Draft(form.plate, frozenset(form.elements), form.typed_blind, form.blind_seal, form.remark, form.viewed_s)


def _draft_at_reveal(desk: Desk, form: ActForm) -> Draft:
    """Only the first reveal seals what was typed: later the reading is known and nothing is blind."""
    seat = desk.seat
    if reading_was_revealed(seat.console.ports.ledger, desk.case, seat.agent.id, seat.since):
        return _draft(form)
    sealed = desk.blind_seal(form.plate) if normal_plate(form.plate) else ""
    return Draft(form.plate, frozenset(form.elements), form.plate, sealed, form.remark, form.viewed_s)


def _refusal(seat: Seat, refusal: Refusal) -> str:
    return seat.words(f"refusal.{refusal}")


def _who_has_it(case: Case, seat: Seat) -> str:
    numbers = Numbers(seat.console.ports.agents)
    if case.holder is not None:
        return seat.words("stale.held", number=numbers(case.holder))
    return seat.words("stale.moved", state=seat.words(f"state.{case.state}"))


def _notice(seat: Seat, done: str) -> str:
    known = {*Act, "alert"}
    return seat.words(f"notice.{done}") if done in known else ""
