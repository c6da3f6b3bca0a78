"""The site: what each camera may be used for now and why, how it does, and which rights were used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from verbalise.console.desk import DeskRefused, Seat, SiteSeat
from verbalise.console.filters import SpanForm, instants_of
from verbalise.console.pages import render
from verbalise.console.security import csrf_token
from verbalise.console.site_page import Measures, by_law_lines, camera_cards, help_line, standing_notices
from verbalise.console.spreadsheet import csv_file
from verbalise.console.views import offence_title
from verbalise.console.wording import Words
from verbalise.model import CITY, Access, Suppression
from verbalise.site.permits import PermitReason

router = APIRouter(prefix="/site")
PURPOSE = "site"
AUDIT = "contrôle des droits d’accès"
LISTED = 200
COLUMNS = ("id", "camera", "place", "zone", "offence", "at", "permit", "reference", "holder", "reason")
Asked = Annotated[SpanForm, Query()]


@dataclass(frozen=True, slots=True)
class PassageLine:
    """One passage that a right covered."""

    at: str
    place: str
    offence: str
    right: str
    holder: str
    reason: str


@router.get("")
def site_page(seat: SiteSeat) -> Response:
    """What is allowed now, and what will end soon."""
    seat.log(Access.VIEW_SITE, "site", PURPOSE)
    ports, words, now = seat.console.ports, seat.words, seat.now
    site, since = ports.sites.as_of(now), ports.sites.holds_since(now)
    return render(
        "site.html",
        t=words,
        seat=seat,
        csrf=csrf_token(seat.token),
        now=words.instant(now),
        version=site.version[:12],
        since="" if since is None else words.instant(since),
        notices=standing_notices(site, ports.notices.notices(now), now),
        help=help_line(site, now, words),
        cameras=camera_cards(site, _measures(seat), now, words),
        by_laws=by_law_lines(site, now),
    )


@router.get("/permits")
def permits_page(seat: SiteSeat, asked: Asked) -> Response:
    """Passages that a right covered: counted by holder and reason, the newest listed."""
    _of_the_city(seat)
    span = asked.filled(seat.now.astimezone(seat.words.zone).date())
    seat.log(Access.VIEW_AUDIT, f"suppressions?{span.query()}", AUDIT)
    passages = _passages(seat, span)
    counts = Counter((passage.holder, _reason(passage, seat.words)) for passage in passages)
    return render(
        "permits.html",
        t=seat.words,
        seat=seat,
        csrf=csrf_token(seat.token),
        asked=span,
        query=span.query(),
        total=len(passages),
        counts=[(holder, reason, count) for (holder, reason), count in counts.most_common()],
        passages=[_line(passage, seat.words) for passage in passages[:LISTED]],
        listed=LISTED,
    )


@router.get("/permits.csv")
def export(seat: SiteSeat, asked: Asked, bom: bool = True) -> Response:
    """Every passage of the span as CSV. There is no plate and no image to leave out."""
    _of_the_city(seat)
    span = asked.filled(seat.now.astimezone(seat.words.zone).date())
    seat.log(Access.EXPORT, f"suppressions?{span.query()}", AUDIT)
    rows: Iterable[list[object]] = (
        [getattr(passage, column) for column in COLUMNS] for passage in _passages(seat, span)
    )
    return csv_file("droits.csv", COLUMNS, rows, bom)


def _of_the_city(seat: Seat) -> None:
    """The convention shares cameras, not whom the city lets through. Raises DeskRefused for other parties' people."""
    if seat.agent.party != CITY:
        seat.log(Access.REFUSED, "suppressions", "droits de la commune")
        raise DeskRefused("permits")


def _measures(seat: Seat) -> Measures:
    local = seat.now.astimezone(seat.words.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    uptime = seat.console.ports.uptime
    return Measures.of(uptime.newest(), uptime.hours(midnight, seat.now))


def _passages(seat: Seat, span: SpanForm) -> list[Suppression]:
    zone = seat.words.zone
    since, until = instants_of(span, zone, seat.now.astimezone(zone).date())
    return seat.console.ports.suppressions.suppressions(since, until)


def _line(passage: Suppression, words: Words) -> PassageLine:
    return PassageLine(
        at=words.instant(passage.at),
        place=passage.place,
        offence=offence_title(passage.offence, words),
        right=" · ".join(each for each in (passage.permit, passage.reference) if each),
        holder=passage.holder,
        reason=_reason(passage, words),
    )


def _reason(passage: Suppression, words: Words) -> str:
    """Why the permit was given, or what the operator opened for, as the operator wrote it."""
    known = {reason.value for reason in PermitReason}
    return words(f"covered.reason.{passage.reason}") if passage.reason in known else passage.reason
