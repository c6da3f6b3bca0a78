"""A person of the traffic centre reads the clause and declares a call; the city reads it in the log and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import shared_street
from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import Enter
from tests.pdf_text import text_of
from tests.shared_street import PCRT, at, person
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import Capacity, Desk

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
KEEPER = street.agent("morgan", "ADM 0001", Capacity.ADMINISTRATOR, sworn=False, desks=frozenset({Desk.SITE}))
OPERATOR = replace(person(PCRT), desks=frozenset({Desk.SITE}))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_call_declared_on_signing_in_is_read_by_the_city(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, language: str
) -> None:
    world.site, world.now = shared_street.shared_site(), at("2026-11-28 23:00")
    url = serve()
    guest = enter(url, OPERATOR, language=language)
    guest.wait_for_url("**/clause?next=/site")
    expect(guest.get_by_role("complementary")).to_contain_text(shared_street.convention().confidentiality)
    shoot(guest, f"clause-{language}")
    guest.locator("[name=text]").fill("Accident quai Gaston-Boulet")
    guest.locator("[name=text]").press("Enter")
    guest.wait_for_url("**/site")

    world.now += timedelta(hours=1)
    city = enter(url, KEEPER, language=language)
    city.goto(f"{url}/convention")
    expect(city.locator("table.log tbody tr")).to_contain_text(["Accident quai Gaston-Boulet"])
    assert city.evaluate("document.documentElement.scrollWidth") == 1366
    city.locator("textarea").fill("Relais en panne")
    city.locator("form[action='/convention/exchanges'] button").click()
    expect(city.locator("table.log tbody tr")).to_have_count(2)
    shoot(city, f"convention-{language}")
    with city.expect_download() as download:
        city.locator("a[download]").click()
    assert download.value.suggested_filename == "coordination-2026-11.pdf"
    assert "Accident quai Gaston-Boulet" in text_of(download.value.path().read_bytes())
