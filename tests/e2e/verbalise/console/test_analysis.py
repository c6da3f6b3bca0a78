"""The analyst's desk as it is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from detect.model import PlateStatus
from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import Enter
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import CaseId, CaseState, Desk, RejectionReason, Trigger
from verbalise.ports import CaseFact

pytestmark = pytest.mark.browser


def fact(number: int) -> CaseFact:
    """A case of some hour and outcome."""
    state = (CaseState.FOUND, CaseState.REJECTED, CaseState.FOUND, CaseState.OPEN)[number % 4]
    return CaseFact(
        id=CaseId(f"case-{number}"),
        camera=street.CAMERA,
        place="Rue du Gros-Horloge" if number % 3 else "Rue Eau-de-Robec",
        offence=street.OFFENCE,
        trigger=Trigger.DEVICE,
        vehicle="car",
        at=street.FACTS - timedelta(hours=number % 5),
        opened_at=street.FACTS,
        decided_at=None,
        state=state,
        rejection=RejectionReason.AUTHORISED if state is CaseState.REJECTED else None,
        plate_status=PlateStatus.READ,
    )


def test_counts_and_list(world: World, serve: Callable[..., str], enter: Enter, shoot: Shoot) -> None:
    world.analyst.kept = [fact(number) for number in range(23)]
    page = enter(serve(), street.agent("ana", number="AN 12", desks=frozenset({Desk.ANALYSIS})))
    expect(page.locator(".total")).to_contain_text("23")
    shoot(page, "analysis")
    page.locator("[name=state]").select_option("rejected")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".total b")).to_have_text("6")
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter").click()
    assert download.value.path().read_bytes().count(b"\r\n") == 7
