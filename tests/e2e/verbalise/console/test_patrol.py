"""The patrol's phone learns at once what the review desk saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import PHONE, Enter
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import Access, Desk, EvidenceKind

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
PATROL = street.agent("sam", number="P 3", desks=frozenset({Desk.PATROL}))


def test_an_alert_reaches_a_patrol_of_another_process(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: dict[EvidenceKind, bytes]
) -> None:
    world.add_case(1, pictures)
    desk = enter(serve(), street.agent("lea"))
    phone = enter(serve(), PATROL, PHONE)
    expect(phone.locator("#line")).to_have_text("en ligne")
    expect(phone.get_by_text("Aucune alerte en cours.")).to_be_visible()
    shoot(phone, "patrol-quiet")

    desk.keyboard.press("n")
    desk.wait_for_url("**/review/case-1")
    desk.keyboard.press("a")
    desk.locator("#alert [name=text]").fill("Voiture bleue, vers la cathédrale")
    shoot(desk, "alert")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**done=alert")

    card = phone.get_by_role("article")
    expect(card).to_contain_text("Véhicule dans l’aire piétonne")
    expect(card).to_contain_text("Voiture bleue, vers la cathédrale")
    expect(card.locator("img")).to_be_visible()
    shoot(phone, "patrol-alert")
    button = phone.get_by_role("button", name="Je prends")
    area = button.bounding_box()
    assert area is not None
    assert area["height"] >= 48
    button.tap()
    expect(card).to_contain_text("Vous y êtes attendu")
    shoot(phone, "patrol-taken")

    (alert,) = world.alerts.kept.values()
    assert alert.taken_by == PATROL.id
    assert Access.VIEW_STILL in world.logged()
    assert street.MACHINE_PLATE not in phone.content()
