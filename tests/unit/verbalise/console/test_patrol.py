"""The patrol desk: a place, a thing, one button; no plate."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from ingest import topics
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import Browser, World
from verbalise.alerts import AlertWish, alert_from_case
from verbalise.console.alert_hub import AlertFollower, AlertHub
from verbalise.model import Access, AlertKind, Capacity, Desk
from verbalise.wire import ALERT, alert_message

LEA = street.agent("lea")
P1 = street.agent("p1", number="P 1", desks=frozenset({Desk.PATROL}))
P2 = street.agent("p2", number="P 2", desks=frozenset({Desk.PATROL}))
DIPN = street.agent("pn", "PN 1", Capacity.NATIONAL_POLICE, sworn=False, desks=frozenset({Desk.PATROL}))
SENT = {"kind": "vehicle-in-pedestrian-area", "text": "Voiture bleue"}


async def raise_alert(browser: Browser) -> None:
    """The review desk tells the patrols."""
    answer = await browser.act("case-1", "alert", **SENT)
    assert answer.headers["location"] == "/review/case-1?done=alert"


async def test_an_alert_is_shown_taken_and_closed(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    await raise_alert(await signed_in(LEA))
    first, second = await signed_in(P1), await signed_in(P2)
    (alert,) = world.alerts.kept
    page = (await first.get("/patrol")).text
    assert "Voiture bleue" in page
    assert street.MACHINE_PLATE not in page
    await first.send(f"/patrol/{alert}/take", page)
    other = (await second.get("/patrol")).text
    assert "pris par P 1" in other
    await second.send(f"/patrol/{alert}/close", other)
    assert world.alerts.kept[alert].closed_at is None
    await first.send(f"/patrol/{alert}/close", page)
    assert "Aucune alerte" in (await second.get("/patrol")).text
    events = [ALERT.decode(record.value) for record in world.bus.records(topics.ALERTS)]
    assert [event.taken_by for event in events] == [None, P1.id, P1.id]


async def test_an_unchanged_list_shows_nothing_and_logs_nothing(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(P1)
    page = (await browser.get("/patrol")).text
    version = page.split('data-version="')[1].split('"')[0]
    logged = len(world.ledger.kept)
    assert (await browser.get(f"/patrol/alerts?seen={version}")).status_code == 204
    assert len(world.ledger.kept) == logged
    await raise_alert(await signed_in(LEA))
    assert (await browser.get(f"/patrol/alerts?seen={version}")).status_code == 200
    assert world.logged()[-1] is Access.VIEW_ALERTS


async def test_old_alerts_leave_the_page(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    await raise_alert(await signed_in(LEA))
    world.now += timedelta(hours=9)
    assert "Voiture bleue" not in (await (await signed_in(P1)).get("/patrol")).text


async def test_the_scene_of_an_alert_is_logged_as_the_patrols(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    await raise_alert(await signed_in(LEA))
    (alert,) = world.alerts.kept
    browser = await signed_in(P1)
    assert (await browser.get(f"/patrol/{alert}/still")).content == b"scene-bytes"
    entry = world.ledger.kept[-1]
    assert (entry.access, entry.purpose, entry.agent) == (Access.VIEW_STILL, "patrouille", P1.id)
    assert (await browser.get("/patrol/unknown/still")).status_code == 404
    assert (await browser.get("/review/case-1/item/3")).status_code == 403


async def test_a_plate_in_an_alert_is_refused(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    answer = await (await signed_in(LEA)).act("case-1", "alert", **(SENT | {"text": "XB-123-CD"}))
    assert answer.status_code == 409
    assert "jamais de plaque" in answer.text
    assert world.alerts.kept == {}


@pytest.mark.parametrize("path", ["/patrol", "/patrol/alerts"])
async def test_alerts_that_cannot_be_logged_are_not_shown(world: World, signed_in: SignIn, path: str) -> None:
    browser = await signed_in(P1)
    world.ledger.is_away = True
    assert (await browser.get(path)).status_code == 503


async def test_what_another_process_announces_wakes_the_pages(world: World) -> None:
    hub, bus = AlertHub(), world.bus
    alert = alert_from_case(street.case(1, {}), AlertWish(AlertKind.OTHER, "", None, "r"), LEA.id, street.FACTS)
    follower = AlertFollower(bus.log_reader, hub)
    with hub.listener() as changed:
        follower.start()
        try:
            while not changed.is_set():
                # Sent again and again: the follower may still be looking for the end of the topic.
                bus.append(alert_message(alert, "centre"))
                await asyncio.sleep(0.01)
        finally:
            await asyncio.to_thread(follower.stop)
    assert changed.is_set()
    hub.notify()


async def test_an_alert_that_nobody_raised_cannot_be_taken(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(P1)
    page = (await browser.get("/patrol")).text
    assert (await browser.send("/patrol/unknown/take", page)).status_code == 404


async def test_each_police_sees_its_own_alerts_alone(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    desk = await signed_in(LEA)
    await desk.act("case-1", "alert", kind="bollard-struck", to="dipn", text="Borne couchée")
    await desk.act("case-1", "alert", kind="other", to="dipn", text="Portail ouvert")
    await desk.act("case-1", "alert", **SENT)
    of_kind = {alert.text: alert.id for alert in world.alerts.kept.values()}
    city, state = await signed_in(P1), await signed_in(DIPN)
    page = (await state.get("/patrol")).text
    assert "Borne couchée" in page
    assert "Portail ouvert" in page
    assert "Voiture bleue" not in page
    assert "Borne couchée" not in (await city.get("/patrol")).text
    assert (await city.get(f"/patrol/{of_kind['Borne couchée']}/still")).status_code == 404
    assert (await state.get(f"/patrol/{of_kind['Borne couchée']}/still")).status_code == 200
    assert (await state.get(f"/patrol/{of_kind['Portail ouvert']}/still")).status_code == 404
    assert (await state.send(f"/patrol/{of_kind['Voiture bleue']}/take", page)).status_code == 404
    assert world.alerts.kept[of_kind["Voiture bleue"]].taken_by is None


async def test_damage_to_a_bollard_proposes_the_national_police(world: World, signed_in: SignIn) -> None:
    world.add_case(1, offence="bollard-damage")
    page = (await (await signed_in(LEA)).get("/review/case-1")).text
    assert "Alerte proposée : Police nationale (DIPN), Borne heurtée." in page
    assert re.search(r'value="dipn"[^>]* checked', page)
    assert re.search(r'value="bollard-struck"[^>]* checked', page)


async def test_an_alert_to_a_service_without_competence_is_refused(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    answer = await (await signed_in(LEA)).act("case-1", "alert", **(SENT | {"to": "dipn"}))
    assert answer.status_code == 409
    assert "pas compétent" in answer.text
    assert world.alerts.kept == {}


async def test_what_is_no_alert_of_the_service_is_written_nowhere(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(P1)
    page = (await browser.get("/patrol")).text
    for act in ("take", "close"):
        assert (await browser.send(f"/patrol/XB-123-CD/{act}", page)).status_code == 404
    assert not any("XB-123-CD" in repr(entry) for entry in world.ledger.kept)
