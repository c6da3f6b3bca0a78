"""Finding the wrong thing, twice, from afar or without looking: what the review desk refuses, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute

from ingest.model import CameraId
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import Browser, World, hidden
from verbalise.console.forms import ActForm
from verbalise.console.routes import review
from verbalise.law.catalogue import offences
from verbalise.lifecycle import REFUSALS_FR, Refusal
from verbalise.model import (
    Access,
    Act,
    AgentId,
    CaseId,
    CaseState,
    Mark,
    OffenceId,
    RejectionReason,
    Sight,
    Suppression,
    Trigger,
    ZoneId,
)

LEA, SAM = street.agent("lea"), street.agent("sam", number="PM 0512")
FINDING = {"plate": street.MACHINE_PLATE, "elements": street.ELEMENTS, "viewed_s": "7.5"}
DELIT = OffenceId("bollard-damage")
REFERRAL = {"elements": tuple(element.id for element in offences()[DELIT].elements), "viewed_s": "7.5"}
BESIDE = CameraId("B2")
TWO_CAMERAS = {
    street.CAMERA: street.site().cameras[street.CAMERA],
    BESIDE: replace(street.site().cameras[street.CAMERA], gates=()),
}
"""Two that watch the same zone."""
BY_LEA = Mark(AgentId("lea"), Sight.LIVE)


async def take_and_watch(browser: Browser, case: str = "case-1") -> None:
    """Take a case and have its clip sent."""
    assert (await browser.act(case, "take")).status_code == 303
    assert (await browser.get(f"/review/{case}/item/0")).status_code == 200


def states(world: World) -> Iterator[CaseState]:
    """Where every case stands, by number."""
    return (case.state for case in sorted(world.cases.every(), key=lambda case: case.id))


async def test_a_page_is_good_for_its_own_case_only(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    world.add_case(2, at=street.FACTS + timedelta(minutes=1))
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    await take_and_watch(browser, "case-2")
    page = (await browser.get("/review/case-1")).text
    answer = await browser.send("/review/case-2/find", page, **FINDING)
    assert (answer.status_code, REFUSALS_FR[Refusal.OTHER_PAGE] in answer.text) == (409, True)
    assert list(states(world)) == [CaseState.CLAIMED, CaseState.CLAIMED]
    assert (await browser.send("/review/case-1/find", page, **FINDING)).status_code == 303


@pytest.mark.parametrize("forged", ["0" * 32, "f" * 32])
async def test_a_page_that_the_console_did_not_make_does_nothing(world: World, signed_in: SignIn, forged: str) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    page = (await browser.get("/review/case-1")).text
    answer = await browser.send("/review/case-1/take", page.replace(hidden(page, "page"), forged))
    assert REFUSALS_FR[Refusal.OTHER_PAGE] in answer.text
    assert list(states(world)) == [CaseState.OPEN]


async def test_a_form_that_names_several_cases_moves_only_the_one_of_its_page(world: World, signed_in: SignIn) -> None:
    for number in (1, 2, 3):
        world.add_case(number, at=street.FACTS + timedelta(minutes=number))
    browser = await signed_in(LEA)
    for number in (1, 2, 3):
        await take_and_watch(browser, f"case-{number}")
    others = ("case-2", "case-3")
    page = (await browser.get("/review/case-1")).text
    many = dict.fromkeys(("case", "cases", "case_id", "ids"), others)
    await browser.send("/review/case-1/find", page, **FINDING, **many)
    assert list(states(world)) == [CaseState.FOUND, CaseState.CLAIMED, CaseState.CLAIMED]


def test_no_route_takes_more_than_one_case() -> None:
    posts = [route for route in review.router.routes if isinstance(route, APIRoute) and "POST" in (route.methods or ())]
    assert posts
    assert all(route.path.count("{case_id}") == 1 for route in posts)
    assert not [name for name in ActForm.model_fields if "case" in name]


async def test_having_watched_one_case_is_not_having_watched_the_next(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    world.add_case(2, at=street.FACTS + timedelta(minutes=1))
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    await browser.act("case-1", "find", **FINDING)
    await browser.act("case-2", "take")
    answer = await browser.act("case-2", "find", **FINDING)
    assert REFUSALS_FR[Refusal.NOT_VIEWED] in answer.text
    assert list(states(world)) == [CaseState.FOUND, CaseState.CLAIMED]


async def test_a_plate_with_a_right_is_refused_and_offered_for_rejection(world: World, signed_in: SignIn) -> None:
    world.site = street.site(permits=(street.permit(),))
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    answer = await browser.act("case-1", "find", **FINDING)
    assert answer.status_code == 409
    assert REFUSALS_FR[Refusal.PERMIT] in answer.text
    assert "Boulangerie du Gros</b> · livraison" in answer.text
    assert 'name="reason" value="authorised"' in answer.text
    assert (await browser.send("/review/case-1/reject", answer.text, reason="authorised")).status_code == 303
    assert world.cases.case(CaseId("case-1")).decisions[-1].reason is RejectionReason.AUTHORISED
    assert not any(street.MACHINE_PLATE in repr(entry) for entry in world.ledger.kept)


@pytest.mark.parametrize(
    "change",
    [
        {"permits": (street.permit("XB-128-CD"),)},
        {"permits": (street.permit(zone=ZoneId("elsewhere")),)},
        {"permits": (replace(street.permit(), valid_until=street.FACTS),)},
    ],
)
async def test_a_right_of_another_plate_place_or_time_covers_nothing(
    world: World, signed_in: SignIn, change: dict[str, object]
) -> None:
    world.site = street.site(**change)
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 303


async def test_permits_of_a_zone_say_nothing_of_offences_without_one(world: World, signed_in: SignIn) -> None:
    world.site = street.site(permits=(street.permit(),))
    world.add_case(1, zone=None)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 303


async def test_a_right_for_one_passage_that_was_used_covers_no_other(world: World, signed_in: SignIn) -> None:
    once = replace(street.permit(), one_off=True)
    world.site = street.site(permits=(once,))
    use_at = street.FACTS - timedelta(minutes=5)
    case = world.add_case(1)
    use = Suppression("before", case.claim.camera, case.claim.offence, once.zone, "", use_at, once.id, "", "", "")
    world.suppressions.add(use)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 303


async def test_a_right_to_be_in_a_zone_excuses_nothing_else_there(world: World, signed_in: SignIn) -> None:
    world.site = street.site(permits=(street.permit(),))
    wrong_way = offences()[OffenceId("wrong-way")]
    world.add_case(1, offence=wrong_way.id)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    ticked = {"elements": tuple(element.id for element in wrong_way.elements)}
    assert (await browser.act("case-1", "find", **(FINDING | ticked))).status_code == 303


async def test_without_a_key_no_plate_is_matched(world: World, signed_in: SignIn) -> None:
    world.site, world.hasher = street.site(permits=(street.permit(),)), None
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 303


async def test_where_the_city_finds_live_only_a_replay_is_refused(world: World, signed_in: SignIn) -> None:
    world.site = street.site(finds_on_replay=False)
    world.add_case(1, trigger=Trigger.AGENT, mark=BY_LEA)
    sam = await signed_in(SAM)
    await take_and_watch(sam)
    page = (await sam.get("/review/case-1")).text
    assert 'id="act-find" disabled' in page
    assert REFUSALS_FR[Refusal.REPLAY] in page
    assert REFUSALS_FR[Refusal.REPLAY] in (await sam.act("case-1", "find", **FINDING)).text
    await sam.act("case-1", "release")
    lea = await signed_in(LEA)
    await take_and_watch(lea)
    assert (await lea.act("case-1", "find", **FINDING)).status_code == 303


@pytest.mark.parametrize(("agent", "sight"), [(LEA, Sight.LIVE), (SAM, Sight.REPLAYED)])
async def test_how_the_facts_were_seen_is_kept_with_the_finding(
    world: World, signed_in: SignIn, agent: object, sight: Sight
) -> None:
    world.add_case(1, trigger=Trigger.AGENT, mark=BY_LEA)
    await signed_in(LEA)
    browser = await signed_in(agent)  # type: ignore[arg-type]  # parametrize loses the type
    await take_and_watch(browser)
    assert "relevé par PM 0427 en direct" in (await browser.get("/review/case-1")).text
    await browser.act("case-1", "find", **FINDING)
    viewing = world.cases.case(CaseId("case-1")).decisions[-1].viewing
    assert viewing is not None
    assert viewing.sight is sight


async def find_twice(
    world: World, signed_in: SignIn, *, plate: str = street.MACHINE_PLATE, **second: object
) -> CaseState:
    """What becomes of a second case after the first is found."""
    world.add_case(1)
    world.add_case(2, None, **({"at": street.FACTS + timedelta(seconds=5)} | second))
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    await browser.act("case-1", "find", **FINDING)
    await take_and_watch(browser, "case-2")
    await browser.act("case-2", "find", **(FINDING | {"plate": plate}))
    return world.cases.case(CaseId("case-2")).state


@pytest.mark.parametrize("plate", [street.MACHINE_PLATE, "xb 123 cd"])
async def test_one_passage_is_not_found_twice(world: World, signed_in: SignIn, plate: str) -> None:
    assert await find_twice(world, signed_in, plate=plate) is CaseState.CLAIMED
    assert world.ledger.entries("case-2")[0].purpose == "relecture"
    assert "find: already-found" in [entry.purpose for entry in world.ledger.entries("case-2")]


async def test_one_passage_that_two_cameras_saw_is_not_found_twice(world: World, signed_in: SignIn) -> None:
    world.site = street.site(cameras=TWO_CAMERAS)
    second = {"camera": BESIDE, "at": street.FACTS + timedelta(seconds=25)}
    assert await find_twice(world, signed_in, **second) is CaseState.CLAIMED  # type: ignore[arg-type]  # as above


async def test_one_passage_is_not_found_twice_by_correcting_a_plate(world: World, signed_in: SignIn) -> None:
    assert await find_twice(world, signed_in, plate="XB-128-CD") is CaseState.FOUND
    browser = await signed_in(LEA)
    corrected = {"plate": street.MACHINE_PLATE, "remark": "relu"}
    answer = await browser.act("case-2", "correct-plate", **corrected)
    assert (answer.status_code, REFUSALS_FR[Refusal.ALREADY_FOUND] in answer.text) == (409, True)
    assert world.cases.case(CaseId("case-2")).agent_plate == "XB-128-CD"


@pytest.mark.parametrize(
    "second",
    [
        {"plate": "XB-128-CD"},
        {"at": street.FACTS + timedelta(seconds=30.1)},
        {"camera": CameraId("B2")},
    ],
)
async def test_another_vehicle_moment_or_place_is_another_passage(
    world: World, signed_in: SignIn, second: dict[str, object]
) -> None:
    assert await find_twice(world, signed_in, **second) is CaseState.FOUND  # type: ignore[arg-type]  # as above


async def test_cases_around_the_same_instant_are_listed(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    world.add_case(2, at=street.FACTS + timedelta(seconds=30), trigger=Trigger.ANALYSIS)
    world.add_case(3, at=street.FACTS + timedelta(seconds=31))
    browser = await signed_in(LEA)
    page = (await browser.get("/review/case-1")).text
    listed = page.split('id="neighbours"')[1].split("</ul>")[0]
    assert "/review/case-2" in listed
    assert "analyse" in listed
    assert "/review/case-3" not in listed


async def test_cases_that_another_camera_of_the_place_made_are_listed(world: World, signed_in: SignIn) -> None:
    world.site = street.site(cameras=TWO_CAMERAS)
    world.add_case(1)
    world.add_case(2, camera=BESIDE, at=street.FACTS + timedelta(seconds=20))
    page = (await (await signed_in(LEA)).get("/review/case-1")).text
    assert "/review/case-2" in page.split('id="neighbours"')[1].split("</ul>")[0]


async def test_a_delit_is_referred_from_the_page_and_never_found(world: World, signed_in: SignIn) -> None:
    world.add_case(1, offence=DELIT, zone=None, by_law=None)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    page = (await browser.get("/review/case-1")).text
    assert 'id="act-refer"' in page
    assert 'id="act-find"' not in page
    assert REFUSALS_FR[Refusal.DELIT] in (await browser.act("case-1", "find", **FINDING)).text
    assert (await browser.act("case-1", "refer", **REFERRAL)).headers["location"] == "/review?done=refer"
    referred = world.cases.case(CaseId("case-1"))
    assert (referred.state, referred.agent_plate) == (CaseState.REFERRED, None)
    assert referred.decisions[-1].act is Act.REFER
    assert Access.DECIDE in world.logged()


async def test_a_delit_that_was_not_watched_is_not_referred(world: World, signed_in: SignIn) -> None:
    world.add_case(1, offence=DELIT, zone=None, by_law=None)
    browser = await signed_in(LEA)
    await browser.act("case-1", "take")
    assert REFUSALS_FR[Refusal.NOT_VIEWED] in (await browser.act("case-1", "refer", **REFERRAL)).text


async def test_a_fine_has_no_referral(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert 'id="act-refer"' not in (await browser.get("/review/case-1")).text
    assert REFUSALS_FR[Refusal.NOT_DELIT] in (await browser.act("case-1", "refer", **FINDING)).text


async def test_a_found_case_says_how_it_leaves_and_that_no_point_is_lost(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    assert "Transmission PVe" not in (await browser.get("/review/case-1")).text
    await browser.act("case-1", "find", **(FINDING | {"plate": "WW-123-AB"}))
    page = (await browser.get("/review/case-1")).text
    assert "Transmission PVe : bloquée" in page
    assert "voie manuelle · 0 point pour le titulaire" in page
    assert "plaque provisoire WW" in page
    assert "Le code NATINF du titulaire n’est pas connu" in page


async def test_a_finding_whose_code_is_proven_is_ready(world: World, signed_in: SignIn) -> None:
    parking = OffenceId("pedestrian-area-parking")
    world.add_case(1, offence=parking, zone=None)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    ticked = tuple(element.id for element in offences()[parking].elements)
    await browser.act("case-1", "find", **(FINDING | {"elements": ticked}))
    page = (await browser.get("/review/case-1")).text
    assert "Transmission PVe : prête" in page
    assert "voie automatique · 0 point pour le titulaire" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"device": street.BOLLARD}, "déclenché par Borne 1"),
        ({}, "déclenché par un équipement"),
        ({"trigger": Trigger.ANALYSIS}, "signalé par l’analyse (règle tailgating, version 1)"),
        (
            {"trigger": Trigger.AGENT, "mark": replace(BY_LEA, sight=Sight.REPLAYED)},
            "relevé par PM 0427 sur images relues",
        ),
    ],
)
async def test_a_case_says_where_it_comes_from(
    world: World, signed_in: SignIn, changes: dict[str, object], said: str
) -> None:
    world.add_case(1, None, **changes)
    assert said in (await (await signed_in(LEA)).get("/review/case-1")).text


async def test_a_claim_that_nothing_was_seen_of_is_shown(world: World, signed_in: SignIn) -> None:
    nothing = {"stream": None, "track": None, "kind": None, "event": None, "path": (), "passages": (), "devices": ()}
    world.add_case(1, None, **nothing, trigger=Trigger.AGENT, mark=BY_LEA, detector="")
    page = (await (await signed_in(LEA)).get("/review/case-1")).text
    assert "Véhicule à préciser" in page
    assert hidden(page, "version") == "0"
