"""The device rules as tables of reports: what claims, what nearly claims, and the reason given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from detect.model import RoadUser
from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from tests.builders import (
    BOLLARD,
    CAMERA,
    KEY,
    LOOP,
    READER,
    SECOND_LOOP,
    SIGNAL,
    SIGNAL_LOOP,
    always_closed,
    badge,
    call,
    enters,
    frames,
    instant,
    opening,
    order,
    passes,
    permit,
    reports,
    site,
    street_of_devices,
)
from tests.playing import play
from verbalise.model import Claim, Outcome, Trigger
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.rules.device.book import due, judge, with_judged
from verbalise.rules.device.model import DeviceJudged, Surroundings
from verbalise.rules.memory import CameraMemory
from verbalise.site.agreements import Aim, Hours
from verbalise.site.model import Site

KIND = DeviceEventKind
SETTLE = timedelta(seconds=10)
PLACE = street_of_devices()
DOWN = opening(-1.0, 8.8)
ONE_BADGE = [badge(-1.2), *DOWN]
LONG_AFTER = instant(3_600)


def history(reported: Sequence[DeviceEvent]) -> DeviceHistory:
    kept = DeviceHistory()
    for event in reported:
        kept = with_event(kept, event)
    return kept


def judged(
    reported: Sequence[DeviceEvent], place: Site = PLACE, memory: CameraMemory | None = None
) -> list[DeviceJudged]:
    known = Surroundings(place, place.cameras[CAMERA], history(reported), memory or CameraMemory(), KEY)
    found = [judge(event, known) for event in due(known.devices, LONG_AFTER, SETTLE)]
    return [one for one in found if one is not None]


def claims(reported: Sequence[DeviceEvent], place: Site = PLACE, memory: CameraMemory | None = None) -> list[Claim]:
    return [one.claim for one in judged(reported, place, memory) if one.claim is not None]


def refused(at: float, device: DeviceId = READER) -> DeviceEvent:
    return reports(KIND.BADGE_REFUSED, at, device=device)


def forced(at: float) -> DeviceEvent:
    return reports(KIND.FORCED, at)


def struck(at: float) -> DeviceEvent:
    return reports(KIND.STRUCK, at)


def phase(kind: DeviceEventKind, at: float) -> DeviceEvent:
    return reports(kind, at, device=SIGNAL)


CLAIMS: dict[str, tuple[list[DeviceEvent], str]] = {
    "two vehicles for one badge": ([*ONE_BADGE, passes(2.0), passes(5.0)], "second-passage"),
    "two vehicles for one badge read by the reader": (
        [replace(badge(-1.2), device=READER), *DOWN, passes(2.0), passes(5.0)],
        "second-passage",
    ),
    "three vehicles for a badge and a call": (
        [*ONE_BADGE, call(1.0), passes(2.0), passes(4.0), passes(6.0)],
        "second-passage",
    ),
    "a refused badge follows another through": ([*ONE_BADGE, passes(2.0), refused(3.0), passes(5.0)], "refused-badge"),
    "a refused badge and an opening that nobody explains": ([refused(0.0), *DOWN, passes(2.0)], "refused-badge"),
    "forced": ([reports(KIND.RAISED, -600.0), forced(3.0)], "bollard-forced"),
    "forced, then said to be faulty": ([forced(3.0), reports(KIND.FAULT, 3.5)], "bollard-forced"),
    "struck": ([struck(3.0)], "bollard-struck"),
    "over the line in the red": ([phase(KIND.RED, 0.0), passes(5.0, SIGNAL_LOOP)], "red-phase-passage"),
    "the red is said again while it lasts": (
        [phase(KIND.AMBER, -3.0), phase(KIND.RED, 0.0), phase(KIND.RED, 4.5), passes(5.0, SIGNAL_LOOP)],
        "red-phase-passage",
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_once_on_the_last_report(name: str) -> None:
    reported, rule = CLAIMS[name]
    (claim,) = claims(reported)
    assert claim.rule.id == rule
    assert all(reason.holds for reason in claim.verdict.reasons)
    assert claim.trigger is Trigger.DEVICE
    assert (claim.device, claim.at) in [(event.device, event.at) for event in claim.devices]
    assert (claim.stream, claim.track, claim.event, claim.path, claim.kind) == (None, None, None, (), None)


NEARLY: dict[str, tuple[list[DeviceEvent], list[str]]] = {
    "one vehicle, one badge": ([*ONE_BADGE, passes(2.0)], ["covered"]),
    "two vehicles, badge and call": ([*ONE_BADGE, call(3.0), passes(2.0), passes(5.0)], ["covered", "covered"]),
    "a trailer": ([*ONE_BADGE, passes(2.0), passes(2.5)], ["covered", "same-vehicle"]),
    "a second loop counts the same vehicle": (
        [*ONE_BADGE, passes(2.0), passes(4.0, SECOND_LOOP)],
        ["covered", "same-vehicle"],
    ),
    "opening that nobody explains": ([*DOWN, passes(2.0)], ["opening-unexplained"]),
    "bollard up": ([*ONE_BADGE, passes(20.0)], ["bollard-raised"]),
    "nothing known of the bollard": ([passes(2.0)], ["bollard-unknown"]),
    "refused, and the bollard is up: he waits on the loop": (
        [reports(KIND.RAISED, -60.0), refused(0.0), passes(2.0)],
        ["bollard-raised"],
    ),
    "refused, then let in": ([refused(-2.0), *ONE_BADGE, passes(2.0)], ["covered"]),
    "refused, and the passage is that of the badge before": ([*ONE_BADGE, refused(1.0), passes(2.0)], ["covered"]),
    "refused too long before": (
        [refused(-40.0), *DOWN, passes(2.0)],
        ["opening-unexplained"],
    ),
    "fault": ([reports(KIND.FAULT, -60.0), *ONE_BADGE, passes(2.0), passes(5.0)], ["bollard-fault"] * 2),
    "works": ([reports(KIND.WORKS, -60.0), *ONE_BADGE, passes(2.0)], ["bollard-works"]),
    "held open": ([badge(-1.2), *opening(-1.0, 600.0), passes(400.0)], ["bollard-held-open"]),
    "a passage after it was forced": ([forced(1.0), passes(2.0)], ["no-credential", "bollard-forced"]),
    "forced by works": ([reports(KIND.WORKS, -60.0), forced(1.0)], ["bollard-works"]),
    "forced again by the same": ([forced(1.0), forced(20.0)], ["no-credential", "same-vehicle"]),
    "forced by one who has a right": ([badge(0.0), forced(1.0)], ["covered"]),
    "struck while faulty": ([reports(KIND.FAULT, -60.0), struck(1.0)], ["bollard-fault"]),
    "green": ([phase(KIND.GREEN, 0.0), passes(5.0, SIGNAL_LOOP)], ["signal-green"]),
    "amber": ([phase(KIND.AMBER, 0.0), passes(2.0, SIGNAL_LOOP)], ["signal-amber"]),
    "dark": ([phase(KIND.DARK, 0.0), passes(5.0, SIGNAL_LOOP)], ["signal-dark"]),
    "phase unknown": ([passes(5.0, SIGNAL_LOOP)], ["phase-unknown"]),
    "red for a moment only": ([phase(KIND.RED, 0.0), passes(2.0, SIGNAL_LOOP)], ["red-just-begun"]),
    "red until a moment later": (
        [phase(KIND.RED, 0.0), passes(5.0, SIGNAL_LOOP), phase(KIND.GREEN, 5.8)],
        ["red-just-ended"],
    ),
    "red for ever": ([phase(KIND.RED, 0.0), passes(400.0, SIGNAL_LOOP)], ["signal-stuck"]),
    "signal out of order": (
        [phase(KIND.RED, 0.0), phase(KIND.FAULT, 1.0), passes(5.0, SIGNAL_LOOP)],
        ["bollard-fault"],
    ),
    "the loop's clock is off": (
        [*ONE_BADGE, passes(2.0), replace(passes(5.0), received_at=instant(400))],
        ["device-clock-off"] * 2,
    ),
    "the signal's clock is slow: what it calls red was green": (
        [
            replace(phase(KIND.RED, -20.0), received_at=instant(10.0)),
            replace(phase(KIND.GREEN, -50.0), received_at=instant(-20.0)),
            passes(5.0, SIGNAL_LOOP),
        ],
        ["clocks-disagree"],
    ),
    "the loop's clock is fast": (
        [phase(KIND.RED, 0.0), replace(passes(5.0, SIGNAL_LOOP), received_at=instant(3.9))],
        ["device-clock-off"],
    ),
    "the bollard's clock is off": (
        [*ONE_BADGE, replace(opening(30.0, 40.0)[0], received_at=instant(-400)), passes(2.0)],
        ["device-clock-off"],
    ),
}


@pytest.mark.parametrize("name", NEARLY)
def test_nearly_claims_and_says_why_not(name: str) -> None:
    reported, codes = NEARLY[name]
    found = judged(reported)
    assert [one.code for one in found] == codes
    assert [one.claim for one in found if one.code != "no-credential"] == [None] * (
        len(codes) - codes.count("no-credential")
    )


PLACES: dict[str, tuple[Site, str]] = {
    "open hours": (street_of_devices(replace(always_closed(), closures=())), "open-hours"),
    "buses admitted": (street_of_devices(always_closed(admitted=frozenset({RoadUser.BUS}))), "kind-unknown"),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("report", [passes(5.0), forced(5.0)])
def test_the_law_comes_first(name: str, report: DeviceEvent) -> None:
    place, code = PLACES[name]
    assert [one.code for one in judged([*ONE_BADGE, report], place)] == [code]


def closed(since: float, until: float) -> Site:
    """The street closed between two seconds of the scene."""
    start, end = (instant(at).astimezone(PLACE.timezone).time() for at in (since, until))
    return street_of_devices(replace(always_closed(), closures=(Hours(frozenset(range(7)), start, end),)))


@pytest.mark.parametrize(
    ("received", "place", "code"),
    [
        (8.0, closed(-60.0, 60.0), "no-credential"),
        (8.0, closed(-60.0, 6.0), "not-banned-when-received"),
        (4.5, closed(4.8, 60.0), "not-banned-when-received"),
    ],
    ids=["closed all along", "it ends before the report comes", "it begins after the report came"],
)
def test_a_ban_must_hold_by_the_devices_clock_and_as_the_report_comes(received: float, place: Site, code: str) -> None:
    second = replace(passes(5.0), received_at=instant(received))
    found = judged([*ONE_BADGE, passes(2.0), second], place)[-1]
    assert (found.code, found.claim is not None) == (code, code == "no-credential")


def test_damage_knows_no_hours() -> None:
    (claim,) = claims([struck(3.0)], PLACES["open hours"][0])
    assert (claim.offence, claim.zone, claim.by_law, claim.place) == (
        "bollard-damage",
        None,
        None,
        "Rue du Gros-Horloge",
    )


def test_without_an_order_that_names_offences_nothing_is_claimed() -> None:
    camera = replace(PLACE.cameras[CAMERA], authorisations=(replace(order(), aims=frozenset({Aim.TRAFFIC})),))
    shut = replace(PLACE, cameras={CAMERA: camera})
    assert [one.code for one in judged([struck(1.0), forced(3.0)], shut)] == ["not-authorised"] * 2


def test_a_camera_elsewhere_has_nothing_to_say() -> None:
    bare = replace(PLACE, cameras={CAMERA: replace(PLACE.cameras[CAMERA], gates=(), lines=())})
    assert judged([*ONE_BADGE, passes(2.0), forced(3.0), struck(4.0)], bare) == []


def test_the_claim_tells_the_story_of_its_opening() -> None:
    (claim,) = claims([*ONE_BADGE, passes(2.0), passes(5.0)])
    assert [reason.code for reason in claim.verdict.reasons] == [
        "by-law-in-force",
        "closed-hours",
        "motor-vehicle",
        "loop-passage",
        "opening",
        "earlier-passage",
        "second-passage",
        "no-credential",
    ]
    assert [passage.covered_by for passage in claim.passages] == ["delivery-017", None]
    assert (claim.by_law, claim.zone, claim.offence) == ("2025-118", "street", "pedestrian-area-driving")
    assert {event.device for event in claim.devices} == {BOLLARD, LOOP}


def test_a_red_light_is_claimed_at_its_stop_line() -> None:
    (claim,) = claims([phase(KIND.RED, 0.0), passes(5.0, SIGNAL_LOOP)])
    assert (claim.offence, claim.zone, claim.place) == ("red-light", None, "Quai × rue")


def test_what_nobody_obeys_is_named_with_since_when() -> None:
    (one,) = judged([reports(KIND.WORKS, -60.0), *ONE_BADGE, passes(2.0)])
    assert "depuis 10/03 à 09:59:00" in one.verdict.reasons[-1].text_fr


def test_a_covered_passage_is_counted_with_its_permit() -> None:
    place = replace(PLACE, permits=(permit(one_off=True),))
    (one,) = judged([*ONE_BADGE, passes(2.0)], place)
    assert one.suppression is not None
    assert (one.suppression.permit, one.suppression.holder) == ("p-1", "Fleuriste")


def test_a_permit_for_one_passage_is_used_up_for_good() -> None:
    place = replace(PLACE, permits=(permit(one_off=True),))
    first = [*ONE_BADGE, passes(2.0)]
    after = with_judged(history(first), first, judged(first, place))
    again = [badge(598.8), *opening(599.0, 608.8), passes(602.0)]
    for event in again:
        after = with_event(after, event)
    known = Surroundings(place, place.cameras[CAMERA], after, CameraMemory(), KEY)
    (event,) = due(after, LONG_AFTER, SETTLE)
    one = judge(event, known)
    assert one is not None
    assert one.verdict.outcome is Outcome.CLAIMED
    assert "permit-used" in [reason.code for reason in one.verdict.reasons]


def analysed(*drives_at: float, kind: RoadUser = RoadUser.CAR) -> CameraMemory:
    scene = frames(*(enters(f"v{at}", at, kind) for at in drives_at))
    return play(scene, ONE_BADGE, site()).memory


def test_where_analysis_saw_the_passage_the_loop_is_silent() -> None:
    place, seen = street_of_devices(analysed=True), analysed(2.0, 5.0)
    found = judged([*ONE_BADGE, passes(2.4), passes(5.4)], place, seen)
    assert [one.code for one in found] == ["left-to-analysis"] * 2
    assert [one.suppression for one in found] == [None, None]


def test_what_analysis_did_not_see_the_loop_claims() -> None:
    found = claims([*ONE_BADGE, passes(2.4), passes(6.4)], street_of_devices(analysed=True), analysed(2.0))
    assert [claim.at for claim in found] == [instant(6.4)]


def test_what_analysis_cannot_decide_the_loop_claims() -> None:
    scene = frames(enters("van", 2.0), enters("car", 5.0, seen_from=-0.3))
    memory = play(scene, ONE_BADGE, site()).memory
    assert [entry.outcome for entry in memory.entries] == [Outcome.ALLOWED, Outcome.NOT_DECIDABLE]
    assert len(claims([*ONE_BADGE, passes(1.0), passes(5.4)], street_of_devices(analysed=True), memory)) == 1


def test_where_analysis_is_not_allowed_its_memory_silences_nobody() -> None:
    assert len(claims([*ONE_BADGE, passes(2.4), passes(5.4)], PLACE, analysed(2.0, 5.0))) == 1


def test_reports_settle_before_they_are_judged() -> None:
    kept = history([passes(2.0)])
    assert due(kept, instant(2.2) + SETTLE - timedelta(seconds=0.1), SETTLE) == ()
    (event,) = due(kept, instant(2.2) + SETTLE, SETTLE)
    assert due(with_judged(kept, [event], []), LONG_AFTER, SETTLE) == ()


def test_a_covered_passage_is_one_record_whoever_judges_it_first() -> None:
    by_loop = [one.suppression for one in judged([*ONE_BADGE, passes(2.0)]) if one.suppression is not None]
    by_analysis = [
        one.suppression
        for one in play(frames(enters("van", 2.0), until=6.0), ONE_BADGE, site()).judged
        if one.suppression is not None
    ]
    assert len(by_loop) == len(by_analysis) == 1
    assert by_loop[0].id == by_analysis[0].id


def test_ids_differ_by_rule_and_report_only() -> None:
    one, other = (claims([*ONE_BADGE, passes(2.0), passes(at)])[0] for at in (5.0, 6.0))
    assert one.id == claims([*ONE_BADGE, passes(2.0), passes(5.0)])[0].id
    assert one.id != other.id
