"""The offences in a real browser: from a case to what the catalogue says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import PHONE, Enter
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import Desk, EvidenceKind

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
REV = street.agent("rev", desks=frozenset({Desk.REVIEW, Desk.SITE}))


def test_a_case_leads_to_its_offence(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: dict[EvidenceKind, bytes]
) -> None:
    world.add_case(1, pictures)
    url = serve()
    page = enter(url, REV)
    page.goto(f"{url}/review/case-1")
    page.locator(".card details summary").first.click()
    page.locator('a[href="/law#pedestrian-area-driving"]').click()
    entry = page.locator("#pedestrian-area-driving")
    expect(entry).to_be_in_viewport()
    expect(entry).to_contain_text("export bloqué")
    shoot(page, "law-entry")
    page.locator(".items").get_by_role("link", name="Stationnement").click()
    expect(page.locator("#parking")).to_be_in_viewport()


def test_it_fits_a_phone(serve: Serve, enter: Enter) -> None:
    url = serve()
    page = enter(url, REV, size=PHONE)
    page.goto(f"{url}/law")
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= seen
