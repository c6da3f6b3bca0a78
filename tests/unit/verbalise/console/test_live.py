"""The live desk: who sees what, what is logged, and what a mark does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest import topics
from ingest.model import CameraId
from tests.unit.detect.clips import T0, clip, write
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import Browser, World, hidden
from verbalise.exchanges import ExchangeFilter, ExchangeKind
from verbalise.model import CITY, Access, Capacity, Desk, Service, Sight
from verbalise.site.agreements import Aim, Convention, Network, PartyId, Sharing
from verbalise.wire import ALERT, CLAIM

LEA = street.agent("lea")
WATCHER = street.agent("alix", "CSU 1", Capacity.CSU_OPERATOR, sworn=False, desks=frozenset({Desk.LIVE}))
GUEST = replace(street.agent("pcrt", "PCRT 1", Capacity.TRAFFIC_OPERATOR, sworn=False), party=PartyId("pcrt"))
PAGE = "/live/B1?aim=offences"
DRIVING = {"offence": "pedestrian-area-driving"}


@pytest.fixture(autouse=True)
def pictures(world: World) -> None:
    """The camera has just sent a second of pictures."""
    world.now = T0 + timedelta(seconds=1)
    write(world.bus, clip(10))


async def watch(browser: Browser, parts: int = 2, page_path: str = PAGE) -> str:
    """The page of the camera, after its viewer was sent so many pieces: the first is the delimiter alone."""
    page = (await browser.get(page_path)).text
    await browser.stream(f"/live/B1/stream?viewing={hidden(page, 'page')}", parts)
    return page


def numbers(body: bytes) -> list[int]:
    """The packets that the parts of a stream say they show."""
    return [int(number) for number in re.findall(rb"X-Frame: (\d+)", body)]


async def test_the_wall_shows_what_is_open_and_logs_each_camera_once(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get("/live?aim=offences")).text
    assert 'src="/live/B1/still?viewing=' in page
    seen = [entry for entry in world.ledger.kept if entry.access is Access.VIEW_LIVE]
    assert [(entry.subject, entry.purpose) for entry in seen] == [("B1", "mur: offences")]
    source = re.findall(r'src="(/live/B1/still[^"]*)"', page)[0]
    for _ in range(3):
        assert (await browser.get(source)).headers["content-type"] == "image/jpeg"
    assert len([entry for entry in world.ledger.kept if entry.access is Access.VIEW_LIVE]) == 1


async def test_with_several_aims_nothing_is_shown_before_one_is_chosen(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    for path in ("/live", "/live/B1"):
        page = (await browser.get(path)).text
        assert "Choisissez d’abord" in page
        assert "<img" not in page
        assert "<canvas" not in page
    assert Access.VIEW_LIVE not in world.logged()


async def test_the_only_aim_is_taken_for_granted(world: World, signed_in: SignIn) -> None:
    camera = world.site.cameras[street.CAMERA]
    order = replace(camera.authorisations[0], aims=frozenset({Aim.OFFENCES}))
    world.site = replace(world.site, cameras={street.CAMERA: replace(camera, authorisations=(order,))})
    page = (await (await signed_in(LEA)).get("/live/B1")).text
    assert "<canvas" in page


async def test_a_camera_without_an_order_is_named_with_the_reason_and_not_shown(
    world: World, signed_in: SignIn
) -> None:
    camera = world.site.cameras[street.CAMERA]
    other = replace(camera, camera=replace(camera.camera, id=CameraId("B2")), authorisations=())
    world.site = replace(world.site, cameras={**world.site.cameras, CameraId("B2"): other})
    browser = await signed_in(LEA)
    wall = (await browser.get("/live?aim=offences")).text
    assert "Aucun arrêté préfectoral n’autorise cette caméra" in wall
    assert "/live/B2" not in wall
    answer = await browser.get("/live/B2?aim=offences")
    assert answer.status_code == 403
    assert "Aucun arrêté préfectoral" in answer.text
    assert world.logged()[-1] is Access.REFUSED


async def test_another_partys_agent_sees_nothing_without_a_convention(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(GUEST)
    assert "Aucune caméra ne vous est ouverte" in (await browser.get("/live")).text
    assert (await browser.get("/live/B1?aim=traffic")).status_code == 403
    assert Access.VIEW_LIVE not in world.logged()


async def test_a_look_at_another_partys_camera_is_in_the_exchange_log(world: World, signed_in: SignIn) -> None:
    camera = world.site.cameras[street.CAMERA]
    shared = Sharing(CITY, frozenset({Network.BOLLARD}), frozenset({Aim.OFFENCES}))
    term = timedelta(days=30)
    agreed = Convention("CONV", "Images", world.now - term, world.now + term, 1, "Rien n’est copié.", (shared,))
    cameras = {street.CAMERA: replace(camera, owner=PartyId("metropole"))}
    world.site = replace(world.site, cameras=cameras, convention=agreed)
    page = (await (await signed_in(LEA)).get("/live/B1")).text
    assert "Rien n’est copié." in page
    (entry,) = world.exchanges.exchanges(ExchangeFilter(world.now - term, world.now + term))
    assert (entry.kind, entry.author, entry.camera, entry.aim) == (ExchangeKind.VIEW, LEA.id, "B1", Aim.OFFENCES)


async def test_only_the_live_desk_enters(signed_in: SignIn) -> None:
    patrol = await signed_in(street.agent("sam", desks=frozenset({Desk.PATROL})))
    assert (await patrol.get("/live")).status_code == 403


async def test_a_view_that_cannot_be_logged_does_not_happen(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    world.ledger.is_away = True
    assert (await browser.get(PAGE)).status_code == 503
    assert (await browser.get("/live?aim=offences")).status_code == 503


async def test_the_stream_carries_pictures_that_name_their_packets(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get(PAGE)).text
    logged = len(world.ledger.kept)
    body = await browser.stream(f"/live/B1/stream?viewing={hidden(page, 'page')}", 2)
    assert numbers(body) == [9]
    assert body.startswith(b"--constat-picture\r\n")
    assert b"\xff\xd8\xff" in body
    assert len(world.ledger.kept) == logged


@pytest.mark.parametrize("what", ["stream", "still"])
async def test_pictures_go_to_the_page_that_was_logged_and_to_nobody_else(
    world: World, signed_in: SignIn, what: str
) -> None:
    world.now = T0 + timedelta(seconds=1)
    page = (await (await signed_in(LEA)).get(PAGE)).text
    viewing = hidden(page, "page")
    other = await signed_in(WATCHER)
    assert (await other.get(f"/live/B1/{what}?viewing={viewing}")).status_code == 404
    assert (await other.get(f"/live/B1/{what}")).status_code == 404
    assert (await other.get(f"/live/B9/{what}?viewing={viewing}")).status_code == 404


async def test_a_mark_is_a_claim_on_the_bus_about_the_picture_shown(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    answer = await browser.send("/live/B1/mark", page, **DRIVING, frame="9", x="0.5", y="0.8")
    assert answer.headers["location"] == "/live/B1?aim=offences&done=mark"
    (record,) = world.bus.records(topics.CLAIMS)
    claim = CLAIM.decode(record.value)
    assert claim.mark is not None
    assert (claim.mark.agent, claim.mark.sight, claim.mark.spot) == (LEA.id, Sight.LIVE, claim.mark.spot)
    assert claim.event is not None
    assert (claim.event.seq, claim.at) == (9, T0 + timedelta(seconds=0.9))
    assert (claim.zone, claim.by_law) == ("gros-horloge", "2025-118")
    assert world.ledger.kept[-1].access is Access.MARK
    assert world.ledger.kept[-1].subject == claim.id


async def test_without_script_the_last_picture_sent_is_marked(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(WATCHER)
    page = await watch(browser)
    assert "un agent assermenté constatera" in page
    await browser.send("/live/B1/mark", page, **DRIVING, frame="", x="", y="")
    claim = CLAIM.decode(world.bus.records(topics.CLAIMS)[0].value)
    assert claim.mark is not None
    assert (claim.mark.spot, claim.at) == (None, T0 + timedelta(seconds=0.9))


async def test_the_same_page_sent_twice_is_one_claim(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    for _ in range(2):
        await browser.send("/live/B1/mark", page, **DRIVING, frame="")
        world.now += timedelta(seconds=8)
    first, second = (record.value for record in world.bus.records(topics.CLAIMS))
    assert first == second


async def test_a_mark_on_an_old_picture_is_not_called_live(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    world.now += timedelta(seconds=6)
    await browser.send("/live/B1/mark", page, **DRIVING, frame="9")
    claim = CLAIM.decode(world.bus.records(topics.CLAIMS)[0].value)
    assert claim.mark is not None
    assert claim.mark.sight is Sight.REPLAYED


@pytest.mark.parametrize("frame", ["3", "10"])
async def test_a_picture_that_was_not_sent_cannot_be_marked(world: World, signed_in: SignIn, frame: str) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    answer = await browser.send("/live/B1/mark", page, **DRIVING, frame=frame)
    assert answer.status_code == 409
    assert "Aucune image récente ne vous a été montrée" in answer.text
    assert world.bus.records(topics.CLAIMS) == []


@pytest.mark.parametrize("offence", ["XB-123-CD", "insurance"])
async def test_what_is_not_offered_cannot_be_marked(world: World, signed_in: SignIn, offence: str) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    assert (await browser.send("/live/B1/mark", page, offence=offence, frame="9")).status_code == 409
    assert world.bus.records(topics.CLAIMS) == []
    assert Access.REFUSED in world.logged()
    assert not any("XB-123-CD" in repr(entry) for entry in world.ledger.kept)


async def test_an_agent_who_looks_for_another_aim_marks_nothing(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser, page_path="/live/B1?aim=safety")
    assert "Aucun fait ne peut être relevé ici pour cette finalité" in page
    assert (await browser.send("/live/B1/mark", page, **DRIVING, frame="9")).status_code == 409
    assert world.bus.records(topics.CLAIMS) == []


async def test_a_mark_that_the_bus_has_not_taken_is_not_called_taken(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbalise.console.live.marking.PATIENCE_S", 0.01)
    browser = await signed_in(LEA)
    page = await watch(browser)
    world.bus.is_away = True
    answer = await browser.send("/live/B1/mark", page, **DRIVING, frame="9")
    assert answer.status_code == 503
    assert "le relevé n’est pas confirmé" in answer.text
    world.bus.is_away = False
    again = await browser.send("/live/B1/mark", page, **DRIVING, frame="9")
    assert again.status_code == 303
    claims = {CLAIM.decode(record.value).id for record in world.bus.records(topics.CLAIMS)}
    assert len(claims) == 1


async def test_a_mark_that_cannot_be_logged_is_not_made(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    world.ledger.is_away = True
    assert (await browser.send("/live/B1/mark", page, **DRIVING, frame="9")).status_code == 503
    assert world.bus.records(topics.CLAIMS) == []


async def test_a_script_gets_a_sentence_instead_of_a_page(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = await watch(browser)
    proof = {"csrf": hidden(page, "csrf"), "page": hidden(page, "page"), "frame": "9"}
    accept = {"accept": "application/json"}
    answer = await browser.http.post("/live/B1/mark", data=proof | DRIVING, headers=accept)
    assert answer.json() == {"said": "Fait relevé : le dossier se prépare."}
    refused = await browser.http.post("/live/B1/mark", data=proof | DRIVING | {"frame": "3"}, headers=accept)
    assert refused.status_code == 409
    assert "Aucune image récente" in refused.json()["said"]


async def test_a_by_law_that_is_not_in_force_warns_and_does_not_block(world: World, signed_in: SignIn) -> None:
    world.site = replace(world.site, by_laws=())
    browser = await signed_in(LEA)
    page = await watch(browser)
    assert "Un arrêté n’est pas en vigueur ici" in page
    assert (await browser.send("/live/B1/mark", page, **DRIVING, frame="9")).status_code == 303
    claim = CLAIM.decode(world.bus.records(topics.CLAIMS)[0].value)
    assert (claim.by_law, claim.verdict.reasons[-1].holds) == (None, False)


async def test_an_alert_from_the_live_view_goes_to_the_service_chosen(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get(PAGE)).text
    answer = await browser.send("/live/B1/alert", page, kind="danger", to="dipn", text="Une personne au sol")
    assert answer.headers["location"] == "/live/B1?aim=offences&done=alert"
    (alert,) = world.alerts.kept.values()
    assert (alert.to, alert.case, alert.camera) == (Service.NATIONAL_POLICE, None, "B1")
    assert ALERT.decode(world.bus.records(topics.ALERTS)[0].value) == alert
    assert Access.RAISE_ALERT in world.logged()


async def test_a_service_is_not_told_what_is_not_its_business(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get(PAGE)).text
    answer = await browser.send("/live/B1/alert", page, kind="offence", to="dipn", text="")
    assert answer.status_code == 409
    assert "pas compétent" in answer.text
    assert world.alerts.kept == {}
    plate = await browser.send("/live/B1/alert", page, kind="other", to="pm", text="c'est XB-123-CD")
    assert plate.status_code == 409
    assert world.alerts.kept == {}


async def test_an_alert_from_an_unknown_page_is_not_sent(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get(PAGE)).text
    data = {"csrf": hidden(page, "csrf"), "page": "0" * 32, "kind": "danger"}
    assert (await browser.http.post("/live/B1/alert", data=data)).status_code == 409
    assert world.alerts.kept == {}
