"""The analysis desk: what is asked is logged, what is shown names nobody, what is exported runs nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from detect.model import PlateStatus
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import World
from verbalise.console.routes.analysis import COLUMNS
from verbalise.model import Access, CaseId, CaseState, Desk, Trigger
from verbalise.ports import CaseFact, CaseFilter

ANA = street.agent("ana", desks=frozenset({Desk.ANALYSIS}))


def fact(**changes: object) -> CaseFact:
    """One case as an analyst may know it."""
    values: dict[str, object] = {
        "id": CaseId("case-1"),
        "camera": street.CAMERA,
        "place": "Rue du Gros-Horloge",
        "offence": street.OFFENCE,
        "trigger": Trigger.DEVICE,
        "vehicle": "car",
        "at": street.FACTS,
        "opened_at": street.FACTS,
        "decided_at": None,
        "state": CaseState.FOUND,
        "rejection": None,
        "plate_status": PlateStatus.READ,
    }
    return CaseFact(**(values | changes))  # type: ignore[arg-type]  # a test names only the fields it changes


async def test_a_search_is_logged_and_filters(world: World, signed_in: SignIn) -> None:
    world.analyst.kept = [fact(), fact(state=CaseState.REJECTED, rejection="authorised")]
    browser = await signed_in(ANA)
    query = "since=2026-11-01&until=2026-11-23&camera=B1&offence=pedestrian-area-driving&state=rejected&trigger=device"
    page = (await browser.get(f"/analysis?{query}")).text
    assert "Véhicule autorisé" in page
    wanted = world.analyst.asked[-1]
    assert wanted == CaseFilter(
        since=datetime(2026, 10, 31, 23, tzinfo=UTC),
        until=datetime(2026, 11, 23, 23, tzinfo=UTC),
        cameras=(street.CAMERA,),
        offences=(street.OFFENCE,),
        states=(CaseState.REJECTED,),
        triggers=(Trigger.DEVICE,),
    )
    entry = world.ledger.kept[-1]
    assert (entry.access, entry.purpose) == (Access.SEARCH, "analyse")
    assert "state=rejected" in entry.subject


async def test_pages_and_exports_hold_no_plate_and_no_picture(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    world.analyst.kept = [fact()]
    browser = await signed_in(ANA)
    for path in ("/analysis", "/analysis/cases.csv"):
        text = (await browser.get(path)).text
        assert street.MACHINE_PLATE not in text
        assert "<img" not in text
    assert set(COLUMNS) == {field.name for field in fields(CaseFact)}
    assert [name for name in COLUMNS if "plate" in name] == ["plate_status"]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
async def test_an_export_runs_nothing_in_a_spreadsheet(world: World, signed_in: SignIn, formula: str) -> None:
    world.analyst.kept = [fact(place=formula)]
    answer = await (await signed_in(ANA)).get("/analysis/cases.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1][COLUMNS.index("place")] == f"'{formula}"
    assert world.ledger.kept[-1].access is Access.EXPORT


async def test_an_export_without_mark(world: World, signed_in: SignIn) -> None:
    answer = await (await signed_in(ANA)).get("/analysis/cases.csv?bom=false")
    assert answer.content.startswith(b"id;camera;")


@pytest.mark.parametrize("query", ["camera=XB-123-CD", "offence=XB-123-CD", "state=XB-123-CD", "since=demain"])
@pytest.mark.parametrize("path", ["/analysis", "/analysis/cases.csv"])
async def test_what_is_no_name_of_the_site_is_neither_searched_nor_logged(
    world: World, signed_in: SignIn, path: str, query: str
) -> None:
    browser = await signed_in(ANA)
    assert (await browser.get(f"{path}?{query}")).status_code == 422
    assert not any("XB-123-CD" in repr(entry) for entry in world.ledger.kept)


@pytest.mark.parametrize("path", ["/analysis", "/analysis/cases.csv"])
async def test_a_search_that_cannot_be_logged_is_not_made(world: World, signed_in: SignIn, path: str) -> None:
    browser = await signed_in(ANA)
    world.ledger.is_away = True
    assert (await browser.get(path)).status_code == 503
    assert world.analyst.asked == []
