"""A délit that is handed over, and findings that are refused, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ingest.model import DeviceEventKind
from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import Enter
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.law.catalogue import offences
from verbalise.model import Act, CaseId, CaseState, EvidenceKind, OffenceId, RejectionReason, Trigger

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
Pictures = dict[EvidenceKind, bytes]
CASE = CaseId("case-1")
DELIT = OffenceId("bollard-damage")


def take_and_watch(page: Page) -> None:
    """Open the first case, take it, and wait until its picture is there."""
    page.keyboard.press("n")
    page.wait_for_url("**/review/case-1")
    page.keyboard.press("p")
    page.wait_for_url("**done=take")
    page.wait_for_function(
        "() => { const clip = document.getElementById('clip'); return clip.readyState >= 2 && !clip.seeking; }"
    )


def test_a_delit_is_handed_over_by_keyboard(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    struck = (street.reported(DeviceEventKind.STRUCK, 7.2), street.reported(DeviceEventKind.FAULT, 9))
    world.add_case(
        1, pictures, offence=DELIT, zone=None, by_law=None, devices=struck, passages=(), device=street.BOLLARD
    )
    page = enter(serve(), street.agent("lea"))
    take_and_watch(page)
    expect(page.locator("#act-find")).to_have_count(0)
    expect(page.locator("#dossier")).to_be_visible()
    for number in range(len(offences()[DELIT].elements)):
        page.keyboard.press(str(number + 1))
    shoot(page, "delit")
    page.keyboard.press("t")
    page.wait_for_url("**/review?done=refer")
    referred = world.cases.case(CASE)
    assert referred.state is CaseState.REFERRED
    assert referred.decisions[-1].act is Act.REFER


def test_a_plate_with_a_right_is_refused_and_set_aside(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    world.site = street.site(permits=(street.permit(),))
    world.add_case(1, pictures)
    world.add_case(2, pictures, at=street.FACTS + timedelta(seconds=4), trigger=Trigger.ANALYSIS)
    page = enter(serve(), street.agent("lea"))
    take_and_watch(page)
    page.keyboard.press("i")
    page.keyboard.type(street.MACHINE_PLATE)
    page.keyboard.press("Tab")
    for number in "123":
        page.keyboard.press(number)
    page.keyboard.press("c")
    expect(page.locator("#refusal")).to_contain_text("a un droit en vigueur")
    expect(page.locator(".covered")).to_contain_text("Boulangerie du Gros")
    shoot(page, "refused-permit")
    page.locator("#act-authorised").click()
    page.wait_for_url("**/review/case-2?done=reject")
    assert world.cases.case(CASE).decisions[-1].reason is RejectionReason.AUTHORISED


def test_a_found_case_says_why_it_does_not_leave_by_itself(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    world.add_case(1, pictures)
    world.add_case(2, pictures, at=street.FACTS + timedelta(seconds=4), trigger=Trigger.ANALYSIS)
    url = serve()
    page = enter(url, street.agent("lea"))
    take_and_watch(page)
    page.keyboard.press("i")
    page.keyboard.type("WW-123-AB")
    page.keyboard.press("Tab")
    for number in "123":
        page.keyboard.press(number)
    page.keyboard.press("c")
    page.wait_for_url("**/review/case-2?done=find")
    page.goto(f"{url}/review/case-1")
    expect(page.locator(".sending")).to_contain_text("Transmission PVe : bloquée")
    expect(page.locator("#neighbours")).to_contain_text("analyse")
    shoot(page, "found-manual-lane")
