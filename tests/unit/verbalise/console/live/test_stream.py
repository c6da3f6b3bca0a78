"""One viewer's endless answer: what it sends, when it says that nothing comes, and when it ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from detect.model import Point
from tests.unit.detect.clips import T0, clip
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.console.desk import Console, Seat
from verbalise.console.live import stream as live_stream
from verbalise.console.live.stream import Ages, LiveStream
from verbalise.console.live.tail import CameraTail, Caught
from verbalise.console.live.viewings import LiveViewing, LiveViewings
from verbalise.console.security import new_token, token_digest
from verbalise.console.settings import ConsoleSettings
from verbalise.console.wording import Language, Words, sentences
from verbalise.exchanges import ExchangeFilter
from verbalise.model import CITY
from verbalise.site.agreements import Aim, Convention, PartyId, Sharing

LEA = street.agent("lea")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's clock stands still: waiting for pictures is a waste of time."""
    monkeypatch.setattr(live_stream, "_WAIT_S", 0.01)


@pytest.fixture
def seat(world: World) -> Seat:
    """An agent who has signed in a second after the camera began."""
    world.now = T0 + SECOND
    console = Console.of(world.ports(), ConsoleSettings(live_places=1))
    token = new_token(world.now)
    world.agents.add_agent(LEA, world.password_hash)
    world.agents.open_session(token_digest(token), LEA.id, world.now + timedelta(hours=1))
    words = Words(Language.FRENCH, world.site.timezone)
    return Seat(LEA, token, "192.0.2.7", world.now, world.now, words, console)


def filled(count: int = 10) -> CameraTail:
    tail = CameraTail(lambda: None)
    for offset, packet in enumerate(clip(count)):
        tail.add(Caught(packet, 0, offset))
    return tail


def watching(seat: Seat, tail: CameraTail) -> tuple[LiveViewing, AsyncGenerator[bytes]]:
    """A viewing of the street's camera, and the body of its answer."""
    viewing = seat.console.live.open(token_digest(seat.token), frozenset({street.CAMERA}), Aim.OFFENCES)
    camera = seat.console.ports.site.cameras[street.CAMERA]
    return viewing, LiveStream(seat, camera, viewing, tail).parts()


def number(part: bytes) -> str | None:
    found = re.search(rb"X-Frame: (\d+)", part)
    return found[1].decode() if found else None


async def test_what_is_sent_can_be_marked(seat: Seat) -> None:
    viewing, parts = watching(seat, filled())
    async with aclosing(parts):
        assert await anext(parts) == b"--constat-picture\r\n"
        part = await anext(parts)
    assert number(part) == "9"
    assert b"X-Age-Ms: 100\r\n" in part
    assert part.endswith(b"\r\n--constat-picture\r\n")
    shown = viewing.picture(9)
    assert shown is not None
    assert shown == viewing.picture(None)
    assert shown.packet.captured_at == T0 + timedelta(seconds=0.9)
    assert viewing.picture(8) is None


async def test_a_silent_camera_is_a_placeholder_and_never_the_old_picture(world: World, seat: Seat) -> None:
    _, parts = watching(seat, filled())
    async with aclosing(parts):
        await anext(parts)
        picture = await anext(parts)
        world.now += timedelta(seconds=5.5)
        silent = await anext(parts)
    assert number(silent) is None
    assert len(silent) != len(picture)


async def test_a_picture_of_long_ago_is_not_shown_at_all(world: World, seat: Seat) -> None:
    world.now += timedelta(minutes=2)
    viewing, parts = watching(seat, filled())
    async with aclosing(parts):
        await anext(parts)
        waiting = asyncio.create_task(anext(parts))
        await asyncio.sleep(0.05)
        world.now += timedelta(seconds=6)
        part = await waiting
    assert number(part) is None
    assert viewing.picture(None) is None


async def test_it_ends_with_the_sign_in(world: World, seat: Seat) -> None:
    _, parts = watching(seat, filled())
    await anext(parts)
    await anext(parts)
    world.agents.close_session(token_digest(seat.token))
    world.now += timedelta(seconds=4)
    assert [part async for part in parts] == []
    assert seat.console.live.has_place


async def test_it_ends_with_the_right_to_look(world: World, seat: Seat) -> None:
    _, parts = watching(seat, filled())
    await anext(parts)
    await anext(parts)
    camera = world.site.cameras[street.CAMERA]
    world.site = replace(world.site, cameras={street.CAMERA: replace(camera, authorisations=())})
    world.now += timedelta(seconds=4)
    assert [part async for part in parts] == []


async def test_it_ends_as_the_site_masks_something_else(world: World, seat: Seat) -> None:
    _, parts = watching(seat, filled())
    await anext(parts)
    await anext(parts)
    camera = world.site.cameras[street.CAMERA]
    window = (Point(0.0, 0.0), Point(0.2, 0.0), Point(0.2, 0.2))
    world.site = replace(world.site, cameras={street.CAMERA: replace(camera, masks=(window,))})
    world.now += timedelta(seconds=4)
    assert [part async for part in parts] == []


async def test_one_place_is_for_one_viewer_until_they_go(seat: Seat) -> None:
    _, first = watching(seat, filled())
    await anext(first)
    assert not seat.console.live.has_place
    _, second = watching(seat, filled())
    told = [part async for part in second]
    assert [number(part) for part in told] == [None, None]
    assert not seat.console.live.has_place
    await first.aclose()
    assert seat.console.live.has_place


def test_a_page_is_found_by_its_own_sign_in_for_its_own_cameras() -> None:
    viewings = LiveViewings(2)
    viewing = viewings.open("me", frozenset({street.CAMERA}), Aim.OFFENCES)
    assert viewings.find(viewing.id, "me", street.CAMERA) is viewing
    assert viewings.find(viewing.id, "other", street.CAMERA) is None
    assert viewings.find("unknown", "me", street.CAMERA) is None


def test_the_age_is_written_over_what_is_not_live(world: World) -> None:
    ages = Ages(Words(Language.FRENCH, world.site.timezone), lambda: T0 + timedelta(seconds=12))
    assert ages.banner(T0 + timedelta(seconds=7)) == ""
    assert ages.banner(T0) == "PAS EN DIRECT  10:00:00  il y a 12 s"
    assert ages.silence(None) == ("Pas d'image",)
    assert ages.silence(T0) == ("Pas d'image en ce moment", "Plus rien depuis 10:00:00")


@pytest.mark.parametrize("language", list(Language))
def test_what_is_burnt_into_pictures_needs_no_accents(language: Language) -> None:
    burnt = [text for key, text in sentences(language).items() if key.startswith("live.burnt.")]
    assert len(burnt) == 5
    assert all(text.isascii() for text in burnt)


async def test_a_guest_who_goes_on_watching_is_noted_every_quarter_of_an_hour(world: World, seat: Seat) -> None:
    camera = world.site.cameras[street.CAMERA]
    shared = Sharing(CITY, frozenset({camera.network}), frozenset({Aim.OFFENCES}))
    term = timedelta(days=30)
    agreed = Convention("CONV", "Images", world.now - term, world.now + term, 1, "Rien n’est copié.", (shared,))
    cameras = {street.CAMERA: replace(camera, owner=PartyId("metropole"))}
    world.site = replace(world.site, cameras=cameras, convention=agreed)
    _, parts = watching(seat, filled())
    noted = []
    async with aclosing(parts):
        for minutes in (0, 0, 1, 16, 10, 16):
            world.now += timedelta(minutes=minutes)
            await anext(parts)
            noted.append(len(world.exchanges.exchanges(ExchangeFilter(world.now - term, world.now + term))))
    assert noted == [0, 0, 0, 1, 1, 2]
