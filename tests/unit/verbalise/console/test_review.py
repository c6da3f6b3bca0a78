"""The review desk: every lock, and every view on the ledger before it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detect.model import RoadUser
from ingest import topics
from ingest.model import CameraId
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import PICTURES, Browser, World, hidden
from verbalise.console import metrics
from verbalise.lifecycle import REFUSALS_FR, Refusal
from verbalise.model import Access, Act, Capacity, CaseId, CaseState, EvidenceKind, OffenceId, RejectionReason, Sighting
from verbalise.wire import CASE_EVENT

CASE = CaseId("case-1")
CLIP = "/review/case-1/item/0"
LEA, SAM = street.agent("lea"), street.agent("sam", number="PM 0512")
FINDING = {"plate": "xb-123-cd", "elements": street.ELEMENTS, "viewed_s": "7.5"}


async def take_and_watch(browser: Browser) -> None:
    """Take the case and have the clip sent."""
    assert (await browser.act("case-1", "take")).status_code == 303
    assert (await browser.get(CLIP)).status_code == 200


def state(world: World) -> CaseState:
    """Where the case stands."""
    return world.cases.case(CASE).state


async def test_a_complete_finding_is_recorded_and_announced(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    world.add_case(2)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    answer = await browser.act("case-1", "find", **FINDING)
    assert answer.headers["location"] == "/review/case-2?done=find"
    decision = world.cases.case(CASE).decisions[-1]
    assert decision.plate == "XB-123-CD"
    assert decision.viewing is not None
    assert decision.viewing.viewed_s == 7.5
    assert decision.viewing.plate_typed_blind == "XB-123-CD"
    assert not decision.viewing.machine_revealed
    events = [CASE_EVENT.decode(record.value) for record in world.bus.records(topics.CASES)]
    assert [event.state for event in events] == [CaseState.CLAIMED, CaseState.FOUND]


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"elements": street.ELEMENTS[:2]}, Refusal.ELEMENTS),
        ({"elements": (*street.ELEMENTS[:2], "something-else")}, Refusal.ELEMENTS),
        ({"plate": ""}, Refusal.PLATE_MISSING),
        ({"plate": "<script>"}, Refusal.PLATE_MISSING),
    ],
)
async def test_an_incomplete_finding_is_refused_with_the_reason(
    world: World, signed_in: SignIn, missing: dict[str, object], why: Refusal
) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    answer = await browser.act("case-1", "find", **(FINDING | missing))
    assert answer.status_code == 409
    assert REFUSALS_FR[why] in answer.text
    assert state(world) is CaseState.CLAIMED
    assert Access.REFUSED in world.logged()


async def test_nobody_finds_what_they_were_not_shown(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await browser.act("case-1", "take")
    answer = await browser.act("case-1", "find", **FINDING)
    assert REFUSALS_FR[Refusal.NOT_VIEWED] in answer.text
    assert state(world) is CaseState.CLAIMED


async def test_a_colleague_having_watched_is_not_having_watched(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    await (await signed_in(SAM)).get(CLIP)
    browser = await signed_in(LEA)
    await browser.act("case-1", "take")
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 409


async def test_without_a_clip_the_scene_must_have_been_shown(world: World, signed_in: SignIn) -> None:
    world.add_case(1, {EvidenceKind.SCENE: b"scene", EvidenceKind.PLATE: b"plate"})
    browser = await signed_in(LEA)
    await browser.act("case-1", "take")
    await browser.get("/review/case-1/item/1")
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 409
    await browser.get("/review/case-1/item/0")
    assert (await browser.act("case-1", "find", **FINDING)).status_code == 303


@pytest.mark.parametrize(
    ("agent", "why"),
    [
        (street.agent("ope", sworn=False), Refusal.NOT_SWORN),
        (street.agent("asv", capacity=Capacity.ASVP), Refusal.CAPACITY),
    ],
)
async def test_oath_and_capacity_are_locks(world: World, signed_in: SignIn, agent: object, why: Refusal) -> None:
    world.add_case(1)
    browser = await signed_in(agent)  # type: ignore[arg-type]  # parametrize loses the type
    await take_and_watch(browser)
    page = await browser.get("/review/case-1")
    assert 'id="act-find" disabled' in page.text
    answer = await browser.act("case-1", "find", **FINDING)
    assert REFUSALS_FR[why] in answer.text
    assert state(world) is CaseState.CLAIMED


async def test_only_the_holder_acts(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    await take_and_watch(await signed_in(LEA))
    other = await signed_in(SAM)
    await other.get(CLIP)
    answer = await other.act("case-1", "find", **FINDING)
    assert REFUSALS_FR[Refusal.NOT_HOLDER] in answer.text


async def test_the_second_of_two_takers_learns_who_has_it(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    lea, sam = await signed_in(LEA), await signed_in(SAM)
    page = await sam.get("/review/case-1")
    await lea.act("case-1", "take")
    answer = await sam.send("/review/case-1/take", page.text)
    assert answer.status_code == 409
    assert "maintenant chez PM 0427" in answer.text
    assert world.cases.case(CASE).holder == LEA.id


async def test_a_double_submit_is_one_act(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    page = (await browser.get("/review/case-1")).text
    first = await browser.send("/review/case-1/find", page, **FINDING)
    again = await browser.send("/review/case-1/find", page, **FINDING)
    assert (first.status_code, again.status_code) == (303, 303)
    assert [act.act for act in world.cases.case(CASE).decisions] == [Act.TAKE, Act.FIND]


async def test_setting_aside_needs_a_reason_and_other_needs_words(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await browser.act("case-1", "take")
    assert REFUSALS_FR[Refusal.REASON_MISSING] in (await browser.act("case-1", "reject")).text
    assert REFUSALS_FR[Refusal.REMARK_MISSING] in (await browser.act("case-1", "reject", reason="other")).text
    assert (await browser.act("case-1", "reject", reason="authorised")).status_code == 303
    assert world.cases.case(CASE).decisions[-1].reason is RejectionReason.AUTHORISED


async def test_a_second_look_is_another_agents(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    lea, sam = await signed_in(LEA), await signed_in(SAM)
    await lea.act("case-1", "take")
    await lea.act("case-1", "second-look", remark="badge illisible")
    assert REFUSALS_FR[Refusal.SECOND_LOOK_BY_OTHER] in (await lea.act("case-1", "take")).text
    await sam.act("case-1", "take")
    await sam.act("case-1", "release")
    assert state(world) is CaseState.SECOND_LOOK
    await take_and_watch(sam)
    assert (await sam.act("case-1", "find", **FINDING)).status_code == 303


async def test_a_plate_is_corrected_by_its_finder_with_a_reason(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    lea, sam = await signed_in(LEA), await signed_in(SAM)
    await take_and_watch(lea)
    await lea.act("case-1", "find", **FINDING)
    change = {"plate": "XB-128-CD", "remark": "8 et non 3"}
    assert REFUSALS_FR[Refusal.NOT_AUTHOR] in (await sam.act("case-1", "correct-plate", **change)).text
    assert (await lea.act("case-1", "correct-plate", **change)).status_code == 303
    corrected = world.cases.case(CASE)
    assert (corrected.state, corrected.agent_plate) == (CaseState.FOUND, "XB-128-CD")


async def test_the_machine_reading_is_masked_until_revealed(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    page = (await browser.get("/review/case-1")).text
    assert street.MACHINE_PLATE not in page
    answer = await browser.send("/review/case-1/plate", page, plate="XB-128-CD")
    assert street.MACHINE_PLATE in answer.text
    assert "différente de votre saisie" in answer.text
    assert Access.VIEW_PLATE in world.logged()


async def test_what_was_typed_before_the_reveal_is_kept_beside_what_is_found(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    revealed = (await browser.act("case-1", "plate", plate="XB-128-CD")).text
    sealed = {name: hidden(revealed, name) for name in ("typed_blind", "blind_seal")}
    await browser.send("/review/case-1/find", revealed, **FINDING, **sealed)
    viewing = world.cases.case(CASE).decisions[-1].viewing
    assert viewing is not None
    assert viewing.plate_typed_blind == "XB-128-CD"
    assert viewing.machine_revealed


@pytest.mark.parametrize("forged", [{}, {"typed_blind": "XB-123-CD", "blind_seal": "0" * 64}])
async def test_a_reveal_cannot_be_hidden_nor_a_blind_plate_forged(
    world: World, signed_in: SignIn, forged: dict[str, str]
) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    await browser.act("case-1", "plate", plate="")
    await browser.act("case-1", "find", **FINDING, **forged)
    viewing = world.cases.case(CASE).decisions[-1].viewing
    assert viewing is not None
    assert viewing.machine_revealed
    assert viewing.plate_typed_blind is None


async def test_a_plate_typed_after_the_reveal_is_never_sealed_as_blind(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await take_and_watch(browser)
    await browser.act("case-1", "plate", plate="")
    again = (await browser.act("case-1", "plate", plate=street.MACHINE_PLATE)).text
    assert hidden(again, "blind_seal") == ""


async def test_a_broker_away_loses_no_decision(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbalise.console.announcing.PATIENCE_S", 0.01)
    world.add_case(1)
    browser = await signed_in(LEA)
    missed = metrics.unpublished.labels(topics.CASES)
    before = missed._value.get()
    world.bus.is_away = True
    assert (await browser.act("case-1", "take")).status_code == 303
    assert state(world) is CaseState.CLAIMED
    assert missed._value.get() == before + 1


@pytest.mark.parametrize("path", ["/review", "/review/case-1", "/review/case-1/item/0", "/review/case-1/item/1"])
async def test_what_cannot_be_logged_is_not_shown(world: World, signed_in: SignIn, path: str) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    world.ledger.is_away = True
    answer = await browser.get(path)
    assert answer.status_code == 503
    assert "Gros-Horloge" not in answer.text
    assert b"bytes" not in answer.content


async def test_an_act_that_cannot_be_logged_is_not_done(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    page = (await browser.get("/review/case-1")).text
    world.ledger.is_away = True
    for act in ("take", "plate"):
        answer = await browser.send(f"/review/case-1/{act}", page)
        assert answer.status_code == 503
        assert street.MACHINE_PLATE not in answer.text
    assert state(world) is CaseState.OPEN


async def test_views_are_logged_with_who_why_and_what(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    await browser.get("/review/case-1")
    await browser.get("/review/case-1/item/3")
    seen = [(entry.access, entry.subject, entry.purpose) for entry in world.ledger.kept[1:]]
    assert seen == [
        (Access.VIEW_QUEUE, "queue", "relecture"),
        (Access.VIEW_CASE, "case-1", "relecture"),
        (Access.VIEW_STILL, "cases/case-1/plate", "relecture"),
    ]
    assert {entry.agent for entry in world.ledger.kept} == {LEA.id}
    assert not any(street.MACHINE_PLATE in repr(entry) for entry in world.ledger.kept)


async def test_a_case_whose_camera_left_the_site_still_shows(world: World, signed_in: SignIn) -> None:
    world.add_case(1, camera=CameraId("gone"), path=(), devices=(), passages=())
    answer = await (await signed_in(LEA)).get("/review/case-1")
    assert answer.status_code == 200
    assert "véhicule non suivi" in answer.text


async def test_a_case_whose_offence_left_the_catalogue_is_not_shown(world: World, signed_in: SignIn) -> None:
    world.add_case(1, offence=OffenceId("gone"))
    assert (await (await signed_in(LEA)).get("/review/case-1")).status_code == 503


async def test_there_is_no_act_on_several_cases(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    page = (await browser.get("/review")).text
    assert "checkbox" not in page
    assert (await browser.send("/review/find", page)).status_code in (404, 405)


@pytest.mark.parametrize("sighted", [False, True], ids=["nobody followed", "found again by help"])
async def test_a_case_that_no_analysis_made_is_shown_with_its_clip(
    world: World, signed_in: SignIn, sighted: bool
) -> None:
    bare = {"stream": None, "track": None, "event": None, "path": (), "kind": None, "passages": ()}
    evidence = street.case(1, PICTURES).evidence
    sighting = Sighting(street.car_path(), RoadUser.TRUCK, "detector-1") if sighted else None
    world.cases.open_case(
        replace(street.case(1, PICTURES, device=street.BOLLARD, **bare), evidence=replace(evidence, sighting=sighting))
    )
    browser = await signed_in(LEA)
    page = (await browser.get("/review/case-1")).text
    assert CLIP in page
    assert ("retrouvé dans l’extrait par une aide automatique" in page) == sighted
    assert ("véhicule non suivi par la caméra" in page) == (not sighted)
    assert ("Camion ou fourgon" in page) == sighted
    assert ('id="box"' in page) == sighted
