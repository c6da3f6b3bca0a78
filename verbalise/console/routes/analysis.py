"""The analysis desk: counts and lists without plates, pictures or agents; each search is on the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from verbalise.console.desk import AnalysisSeat, Seat
from verbalise.console.filters import FilterForm, wanted_cases
from verbalise.console.forms import FormRefused
from verbalise.console.pages import render
from verbalise.console.security import csrf_token
from verbalise.console.spreadsheet import csv_file
from verbalise.console.views import offence_title
from verbalise.console.wording import Words
from verbalise.law.catalogue import offences
from verbalise.model import Access, CaseState, OffenceId, Trigger
from verbalise.ports import CaseFact, Grouping

router = APIRouter(prefix="/analysis")
PURPOSE = "analyse"
LISTED = 200
COLUMNS = (
    "id",
    "camera",
    "place",
    "offence",
    "trigger",
    "vehicle",
    "at",
    "opened_at",
    "decided_at",
    "state",
    "rejection",
    "plate_status",
)
Asked = Annotated[FilterForm, Query()]


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar table; `share_pct` of the longest."""

    label: str
    count: int
    share_pct: float


@dataclass(frozen=True, slots=True)
class FactLine:
    """One case in the list."""

    at: str
    place: str
    offence: str
    trigger: str
    vehicle: str
    outcome: str


@router.get("")
def analysis_page(seat: AnalysisSeat, asked: Asked) -> Response:
    """Counts and the newest cases that fit."""
    _refuse_unknown(seat, asked)
    seat.log(Access.SEARCH, asked.described(), PURPOSE)
    view, words = seat.console.ports.analyst, seat.words
    wanted = wanted_cases(asked, words.zone)
    facts = view.facts(wanted, LISTED)
    outcomes = view.counts(wanted, Grouping.OUTCOME)
    return render(
        "analysis.html",
        t=words,
        seat=seat,
        csrf=csrf_token(seat.token),
        asked=asked,
        query=asked.query(),
        cameras=[(camera.camera.id, camera.name) for camera in seat.console.ports.site.cameras.values()],
        offences=[(offence.id, words.title(offence)) for offence in offences().values()],
        states=[(state, words(f"state.{state}")) for state in CaseState],
        triggers=[(trigger, words(f"trigger.{trigger}")) for trigger in Trigger],
        total=sum(count for _, count in outcomes),
        tables=_tables(seat, asked),
        facts=[_line(fact, words) for fact in facts],
        listed=LISTED,
    )


@router.get("/cases.csv")
def export(seat: AnalysisSeat, asked: Asked, bom: bool = True) -> Response:
    """Every case that fits, as CSV (`;`, UTF-8), row by row. There is no plate column to leave out."""
    _refuse_unknown(seat, asked)
    seat.log(Access.EXPORT, asked.described(), PURPOSE)
    facts = seat.console.ports.analyst.facts(wanted_cases(asked, seat.words.zone), None)
    rows = ([getattr(fact, column) for column in COLUMNS] for fact in facts)
    return csv_file("constat.csv", COLUMNS, rows, bom)


def _refuse_unknown(seat: Seat, asked: FilterForm) -> None:
    """Only names of the site and of the catalogue: the ledger keeps what was asked, so nothing else gets in."""
    known_camera = not asked.camera or asked.camera in seat.console.ports.site.cameras
    if not known_camera or (asked.offence and asked.offence not in offences()):
        raise FormRefused("error.form", 422)


def _tables(seat: Seat, asked: FilterForm) -> list[tuple[str, list[Bar]]]:
    words = seat.words
    wanted = wanted_cases(asked, words.zone)
    return [
        (words(f"analysis.by-{grouping}"), _bars(seat.console.ports.analyst.counts(wanted, grouping), grouping, words))
        for grouping in (Grouping.PLACE, Grouping.HOUR, Grouping.OFFENCE, Grouping.OUTCOME)
    ]


def _bars(counts: Iterable[tuple[str, int]], grouping: Grouping, words: Words) -> list[Bar]:
    listed = list(counts)
    longest = max((count for _, count in listed), default=1) or 1
    return [Bar(_label(value, grouping, words), count, round(100 * count / longest, 1)) for value, count in listed]


def _label(value: str, grouping: Grouping, words: Words) -> str:
    if grouping is Grouping.OFFENCE:
        return offence_title(OffenceId(value), words)
    if grouping is Grouping.HOUR:
        return words("analysis.hour", hour=value)
    return words(f"state.{value}") if value in set(CaseState) else value


def _line(fact: CaseFact, words: Words) -> FactLine:
    outcome = words(f"state.{fact.state}")
    if fact.rejection:
        outcome = f"{outcome} · {words(f'reason.{fact.rejection}')}"
    return FactLine(
        at=words.instant(fact.at),
        place=fact.place,
        offence=offence_title(fact.offence, words),
        trigger=words(f"trigger.{fact.trigger}"),
        vehicle=words(f"vehicle.{fact.vehicle}"),
        outcome=outcome,
    )
