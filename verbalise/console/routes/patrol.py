"""The patrol desk: alerts as they come, one button to take one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

from fastapi import APIRouter
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from verbalise.competence import alerts_of
from verbalise.console.desk import PatrolSeat, Seat
from verbalise.console.forms import Posted
from verbalise.console.pages import render
from verbalise.console.security import csrf_token
from verbalise.console.views import Numbers, alert_cards
from verbalise.model import Access, Alert, AlertId
from verbalise.ports import EvidenceMissing

router = APIRouter(prefix="/patrol")
PURPOSE = "patrouille"
CHECK_S = 20.0
"""How long a connection may outlive the sign-in behind it."""


@router.get("")
def patrol_page(seat: PatrolSeat) -> Response:
    """The page with its present alerts; works by itself without the live line."""
    return _alerts(seat, "patrol.html")


@router.get("/alerts")
def alert_list(seat: PatrolSeat, seen: str = "") -> Response:
    """The list alone; 204 while it is as the page already shows it, which shows nothing and logs nothing."""
    if seen == _version(seat, _own(seat)):
        return Response(status_code=204)
    return _alerts(seat, "_alerts.html")


@router.get("/events")
def changes(seat: PatrolSeat) -> EventSourceResponse:
    """Says that something changed, never what: the page then asks for the list."""
    return EventSourceResponse(_changes(seat), ping=15)


@router.post("/{alert_id}/take")
def take(seat: PatrolSeat, alert_id: str, posted: Posted) -> Response:
    """Answer an alert to the agent's own service; the first keeps it, and the page says who that is."""
    del posted
    if alert_id not in {alert.id for alert in _own(seat)}:
        raise EvidenceMissing(f"alert {alert_id}: none of this service")
    seat.log(Access.TAKE_ALERT, alert_id, PURPOSE)
    seat.console.alerting.take(AlertId(alert_id), seat.agent.id, seat.now)
    return _back(seat)


@router.post("/{alert_id}/close")
def close(seat: PatrolSeat, alert_id: str, posted: Posted) -> Response:
    """End an alert that the agent has taken; anyone else's stays."""
    del posted
    found = next((alert for alert in _own(seat) if alert.id == alert_id), None)
    if found is None:
        raise EvidenceMissing(f"alert {alert_id}: none of this service")
    if found.taken_by != seat.agent.id:
        seat.log(Access.REFUSED, alert_id, "alerte d’un autre agent")
        return _back(seat)
    seat.log(Access.TAKE_ALERT, alert_id, f"{PURPOSE}: fin")
    seat.console.alerting.close(AlertId(alert_id), seat.now)
    return _back(seat)


def _back(seat: Seat) -> Response:
    seat.console.hub.notify()
    return RedirectResponse("/patrol", status_code=303)


def _own(seat: Seat) -> list[Alert]:
    """The alerts of the agent's own service that are still of use."""
    return alerts_of(seat.agent, seat.console.ports.alerts.alerts(seat.alerts_since))


def _alerts(seat: Seat, template: str) -> Response:
    seat.log(Access.VIEW_ALERTS, "alerts", PURPOSE)
    alerts = _own(seat)
    return render(
        template,
        t=seat.words,
        seat=seat,
        csrf=csrf_token(seat.token),
        version=_version(seat, alerts),
        alerts=alert_cards(alerts, seat.agent, seat.words, Numbers(seat.console.ports.agents), seat.now),
    )


def _version(seat: Seat, alerts: list[Alert]) -> str:
    """Changes whenever the list would read differently, ages aside."""
    shown = [(a.id, a.version, a.taken_by, a.closed_at) for a in alerts]
    return hashlib.sha256(repr((seat.words.language, shown)).encode()).hexdigest()[:16]


async def _changes(seat: Seat) -> AsyncIterator[ServerSentEvent]:
    with seat.console.hub.listener() as changed:
        yield ServerSentEvent(event="alerts", data="connected", retry=3000)
        while await run_in_threadpool(seat.is_signed_in):
            try:
                await asyncio.wait_for(changed.wait(), CHECK_S)
            except TimeoutError:
                continue
            changed.clear()
            yield ServerSentEvent(event="alerts", data="changed")
        yield ServerSentEvent(event="signed-out", data="signed-out")
