"""The review desk in a real browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import Enter
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import Access, CaseId, CaseState, EvidenceKind, RejectionReason, Trigger

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
Pictures = dict[EvidenceKind, bytes]


def fill_queue(world: World, pictures: Pictures) -> None:
    """Four cases of different ages, the first one ours."""
    world.add_case(1, pictures)
    for number, trigger in ((2, Trigger.ANALYSIS), (3, Trigger.AGENT), (4, Trigger.DEVICE)):
        world.add_case(number, pictures, at=street.FACTS + timedelta(seconds=20 * number), trigger=trigger)


def wait_for_picture(page: Page) -> None:
    """Until the clip shows the instant of the facts."""
    page.wait_for_function(
        "() => { const clip = document.getElementById('clip');"
        " return clip.readyState >= 2 && !clip.seeking && clip.currentTime > 1; }"
    )


def test_a_finding_by_keyboard_alone(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    fill_queue(world, pictures)
    page = enter(serve(), street.agent("lea"))
    shoot(page, "queue")
    page.keyboard.press("n")
    page.wait_for_url("**/review/case-1")
    wait_for_picture(page)
    shoot(page, "case-open")

    page.keyboard.press("p")
    page.wait_for_url("**/review/case-1?done=take")
    wait_for_picture(page)
    page.keyboard.press("Space")
    page.wait_for_function(
        "() => document.getElementById('clip').currentTime > 4 && !document.getElementById('clip').paused"
    )
    page.keyboard.press("g")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#reading")).to_contain_text("masquée")
    assert street.MACHINE_PLATE not in page.content()

    page.keyboard.press("i")
    page.keyboard.type("xb-123-cd")
    shoot(page, "plate-typed")
    page.keyboard.press("Tab")
    expect(page.locator("#reading")).to_contain_text(street.MACHINE_PLATE)
    expect(page.locator("#reading")).to_contain_text("identique")
    for key in ("1", "2", "3"):
        page.keyboard.press(key)
    wait_for_picture(page)
    shoot(page, "ready-to-find")
    page.keyboard.press("c")
    page.wait_for_url("**/review/case-2?done=find")
    expect(page.get_by_role("status").first).to_contain_text("Constat enregistré")

    found = world.cases.case(CaseId("case-1"))
    assert found.state is CaseState.FOUND
    finding = found.decisions[-1]
    assert finding.plate == street.MACHINE_PLATE
    assert set(finding.elements) == set(street.ELEMENTS)
    assert finding.viewing is not None
    assert finding.viewing.plate_typed_blind == street.MACHINE_PLATE
    assert finding.viewing.machine_revealed
    assert finding.viewing.viewed_s > 0


def test_the_clip_steps_frame_by_frame(world: World, serve: Serve, enter: Enter, pictures: Pictures) -> None:
    world.add_case(1, pictures)
    page = enter(serve(), street.agent("lea"))
    page.keyboard.press("n")
    wait_for_picture(page)
    frame_at = "() => Math.floor(document.getElementById('clip').currentTime / 0.1)"
    first = page.evaluate(frame_at)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"({frame_at})() === {first + 1}")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"({frame_at})() === {first - 1}")
    page.keyboard.press("o")
    expect(page.locator("#overlay")).to_be_hidden()
    page.keyboard.press("o")
    expect(page.locator("#box")).to_be_visible()


def test_setting_a_case_aside_with_a_reason(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    fill_queue(world, pictures)
    page = enter(serve(), street.agent("lea"))
    page.keyboard.press("n")
    page.wait_for_url("**/review/case-1")
    page.keyboard.press("p")
    page.wait_for_url("**done=take")
    wait_for_picture(page)
    page.keyboard.press("e")
    page.keyboard.press("3")
    shoot(page, "reject")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/case-2?done=reject")
    rejected = world.cases.case(CaseId("case-1"))
    assert rejected.state is CaseState.REJECTED
    assert rejected.decisions[-1].reason is RejectionReason.EMERGENCY


def test_a_refused_finding_keeps_what_was_typed_and_says_why(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    world.add_case(1, pictures)
    page = enter(serve(), street.agent("lea"))
    page.keyboard.press("n")
    page.wait_for_url("**/review/case-1")
    page.keyboard.press("p")
    page.wait_for_url("**done=take")
    page.keyboard.press("i")
    page.keyboard.type("XB-123-CD")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("c")
    expect(page.get_by_role("alert")).to_contain_text("Cochez chacun des éléments")
    expect(page.locator("#plate")).to_have_value("XB-123-CD")
    expect(page.locator("[name=elements]").first).to_be_checked()
    wait_for_picture(page)
    shoot(page, "refused")
    assert world.cases.case(CaseId("case-1")).state is CaseState.CLAIMED


def test_the_help_and_the_zoom_open_and_close_by_key(
    world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures
) -> None:
    world.add_case(1, pictures)
    page = enter(serve(), street.agent("lea"))
    page.keyboard.press("n")
    wait_for_picture(page)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    shoot(page, "help")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_be_visible()
    shoot(page, "zoom")
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_be_hidden()


def test_the_english_desk(world: World, serve: Serve, enter: Enter, shoot: Shoot, pictures: Pictures) -> None:
    fill_queue(world, pictures)
    page = enter(serve(), street.agent("lea"), language="en")
    page.keyboard.press("n")
    wait_for_picture(page)
    page.keyboard.press("p")
    page.wait_for_url("**done=take")
    wait_for_picture(page)
    expect(page.get_by_role("button", name="Set aside").first).to_be_visible()
    shoot(page, "english")


def test_a_desk_without_scripts_still_decides(world: World, serve: Serve, enter: Enter, pictures: Pictures) -> None:
    world.add_case(1, pictures)
    page = enter(serve(), street.agent("lea"))
    page.context.route("**/*.js", lambda route: route.abort())
    page.goto(page.url.replace("/review", "/review/case-1"))
    page.locator("#act-take").click()
    page.locator("#plate").fill("XB-123-CD")
    page.locator("#reveal").click()
    expect(page.locator("#reading")).to_contain_text(street.MACHINE_PLATE)
    for box in page.locator("[name=elements]").all():
        box.check()
    page.locator("#act-find").click()
    page.wait_for_url("**/review?done=find")
    assert world.cases.case(CaseId("case-1")).state is CaseState.FOUND
    assert Access.VIEW_CLIP in world.logged()


def test_stepping_counts_from_where_a_jump_is_going(
    world: World, serve: Serve, enter: Enter, pictures: Pictures
) -> None:
    world.add_case(1, pictures)
    page = enter(serve(), street.agent("lea"))
    page.keyboard.press("n")
    wait_for_picture(page)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('clip').currentTime > 3.5")
    for key in ("g", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#instant")).to_have_text("B1 · 23/11/2026 14:07:31,0")
