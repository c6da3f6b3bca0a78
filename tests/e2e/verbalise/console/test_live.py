"""The live desk in a real browser: the wall, the picture that moves, a mark with one key, an alert to one police."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingest import topics
from tests.e2e.conftest import Shoot
from tests.e2e.verbalise.console.conftest import CLIP, PHONE, Enter
from tests.unit.detect.clips import packets_of, write
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.model import Access, Capacity, Desk, Service, Sight
from verbalise.wire import CLAIM

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
LEA = street.agent("lea")
STATE = street.agent("pn", "PN 1", Capacity.NATIONAL_POLICE, sworn=False, desks=frozenset({Desk.PATROL}))
SLOW_MS = 30_000
"""A bound for busy machines, not an expectation."""


@contextmanager
def filming(world: World, clip: Path = CLIP) -> Iterator[None]:
    """The camera plays its clip for ever, and the world's clock goes with it."""
    stopping = threading.Event()

    def film() -> None:
        turn = 0
        while not stopping.is_set():
            for packet in packets_of(clip, stream=f"B1~s{turn}", first_seq=turn * 100, at_s=turn * 10.0):
                if stopping.wait(0.1):
                    return
                world.now = packet.captured_at + timedelta(seconds=0.2)
                write(world.bus, [packet])
            turn += 1

    world.now = packets_of(clip)[0].captured_at
    thread = threading.Thread(target=film)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def frame_of(page: Page) -> int:
    return int(page.locator("#live").get_attribute("data-frame") or -1)


def wait_for_picture(page: Page, after: int = -1) -> int:
    page.wait_for_function("(after) => Number(document.getElementById('live').dataset.frame ?? -1) > after", arg=after)
    return frame_of(page)


def test_an_agent_watches_and_marks(world: World, serve: Serve, enter: Enter, shoot: Shoot) -> None:
    with filming(world):
        page = enter(serve(), LEA)
        page.get_by_role("link", name="Direct").click()
        page.get_by_role("link", name="constater des infractions").click()
        page.wait_for_function("() => document.querySelector('.tile img').naturalWidth > 0")
        time.sleep(2.5)
        shoot(page, "live-wall")
        page.get_by_role("link", name="Rue du Gros-Horloge · borne 1").click()
        first = wait_for_picture(page)
        assert wait_for_picture(page, first + 3) > first
        expect(page.locator("#state")).to_contain_text("en direct")
        shoot(page, "live-camera")
        area = page.locator("#live").bounding_box()
        assert area is not None
        page.mouse.click(area["x"] + area["width"] * 0.5, area["y"] + area["height"] * 0.8)
        expect(page.locator("#spot")).to_be_visible()
        shoot(page, "live-spot")
        page.keyboard.press("1")
        expect(page.locator("#said")).to_have_text("Fait relevé : le dossier se prépare.")
        shoot(page, "live-marked")
    (record,) = world.bus.records(topics.CLAIMS)
    claim = CLAIM.decode(record.value)
    assert claim.mark is not None
    assert claim.mark.sight is Sight.LIVE
    assert claim.mark.spot is not None
    assert (round(claim.mark.spot.x, 1), round(claim.mark.spot.y, 1)) == (0.5, 0.8)
    assert claim.event is not None
    assert claim.event.seq > first
    assert world.logged().count(Access.MARK) == 1


def test_a_silent_camera_is_not_shown_as_live(world: World, serve: Serve, enter: Enter, shoot: Shoot) -> None:
    with filming(world):
        url = serve()
        page = enter(url, LEA)
        page.goto(f"{url}/live/B1?aim=offences")
        wait_for_picture(page)
    world.now += timedelta(seconds=6)
    expect(page.locator("#state")).to_have_text("Pas d'image en ce moment", timeout=SLOW_MS)
    assert page.locator("#live").get_attribute("data-frame") == ""
    shoot(page, "live-silent")


def test_a_viewer_who_leaves_makes_room(world: World, serve: Serve, enter: Enter) -> None:
    with filming(world):
        url = serve()
        page = enter(url, LEA)
        for _ in range(10):
            page.goto(f"{url}/live/B1?aim=offences")
            wait_for_picture(page)
        expect(page.locator("#live")).to_be_visible()


def test_an_alert_of_danger_reaches_the_national_police(world: World, serve: Serve, enter: Enter, shoot: Shoot) -> None:
    with filming(world):
        url = serve()
        phone = enter(url, STATE, PHONE)
        desk = enter(url, LEA)
        desk.goto(f"{url}/live/B1?aim=offences")
        wait_for_picture(desk)
        desk.keyboard.press("a")
        desk.keyboard.press("9")
        desk.keyboard.press("6")
        desk.locator("#alert [name=text]").fill("Une personne au sol devant la borne")
        shoot(desk, "live-alert")
        desk.keyboard.press("Enter")
        desk.wait_for_url("**done=alert")
        card = phone.get_by_role("article")
        expect(card).to_contain_text("Danger pour des personnes")
        expect(card.locator("img")).to_have_count(0)
        shoot(phone, "patrol-state")
    (alert,) = world.alerts.kept.values()
    assert alert.to is Service.NATIONAL_POLICE
