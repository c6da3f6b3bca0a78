"""The rule as tables of scenes: what fires, what nearly fires, what must never fire, and the reason given."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import chain

import pytest

from detect.model import RoadUser
from ingest.model import DeviceEvent, DeviceEventKind, StreamId
from tests.builders import (
    CAMERA,
    T0,
    Drive,
    always_closed,
    badge,
    basis,
    call,
    drives,
    ends,
    enters,
    frames,
    instant,
    leaves,
    opening,
    reports,
    site,
    wobbling,
)
from tests.playing import Played, play
from verbalise.model import OffenceId, Outcome
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.model import Observed
from verbalise.site.agreements import Hours
from verbalise.site.model import Site

OTHER_STREAM = StreamId("B1~s2")
DOWN = opening(-1.0, 8.8)
ONE_BADGE = [badge(-1.2), *DOWN]
CAR, BUS, BIKE, PERSON = RoadUser.CAR, RoadUser.BUS, RoadUser.BICYCLE, RoadUser.PERSON


def two_cars(second_at: float = 5.0) -> list[Observed]:
    return frames(enters("van", 2.0), enters("car", second_at))


FIRES: dict[str, tuple[list[Observed], list[DeviceEvent]]] = {
    "second vehicle, one badge": (two_cars(), ONE_BADGE),
    "second vehicle close behind": (two_cars(3.0), ONE_BADGE),
    "second vehicle while the bollard rises": (two_cars(8.4), ONE_BADGE),
    "second vehicle after one operator opening": (two_cars(), [call(-1.2), *DOWN]),
    "its badge was refused": (two_cars(), [*ONE_BADGE, reports(DeviceEventKind.BADGE_REFUSED, 3.0)]),
    "its badge is only read after it has passed": (two_cars(), [*ONE_BADGE, badge(6.5, "late")]),
    "third vehicle, two badges": (
        frames(enters("1", 1.0), enters("2", 3.0), enters("3", 6.0)),
        [badge(-1.2), badge(2.0, "taxi-3"), *DOWN],
    ),
    "the rising bollard goes down again for nobody else": (
        two_cars(8.0),
        [badge(-1.2), *opening(-1.0, 3.0)[:3], *opening(3.0, 9.0)],
    ),
    "badge used in the opening before": (
        frames(enters("1", 1.0), enters("2", 7.0), enters("3", 9.0)),
        [badge(-1.2), *opening(-1.0, 4.0), badge(4.5, "taxi-3"), *opening(5.0, 11.0)],
    ),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires_once_on_the_last_vehicle(name: str) -> None:
    records, devices = FIRES[name]
    played = play(records, devices)
    assert [one.verdict.outcome for one in played.judged][-1] is Outcome.CLAIMED
    assert len(played.claims) == 1
    assert all(reason.holds for reason in played.claims[0].verdict.reasons)


NEARLY: dict[str, tuple[list[Observed], list[DeviceEvent], list[str]]] = {
    "covered van alone": (frames(enters("van", 2.0)), ONE_BADGE, ["covered"]),
    "two badges, two vehicles": (two_cars(), [badge(-1.2), badge(3.0, "taxi-3"), *DOWN], ["covered", "covered"]),
    "badge and operator, two vehicles": (two_cars(), [badge(-1.2), call(3.0), *DOWN], ["covered", "covered"]),
    "badge read within the clocks' tolerance": (two_cars(), [*ONE_BADGE, badge(5.9)], ["covered", "covered"]),
    "badge half a minute before the lowering": (
        frames(enters("van", 2.0)),
        [badge(-30.9), *DOWN],
        ["covered"],
    ),
    "report late but before the pictures settle": (
        two_cars(),
        [*ONE_BADGE, badge(4.5, "taxi-3", late=1.9)],
        ["covered", "covered"],
    ),
    "badge too long before the lowering": (
        frames(enters("van", 2.0)),
        [badge(-40.0), *DOWN],
        ["opening-unexplained"],
    ),
    "opening without badge": (two_cars(), DOWN, ["opening-unexplained", "opening-unexplained"]),
    "down again for nobody known, soon after a used badge": (
        frames(enters("1", 1.0), enters("2", 8.0)),
        [badge(-1.2), *opening(-1.0, 4.0), *opening(6.0, 12.0)],
        ["covered", "opening-unexplained"],
    ),
    "bollard raised": (frames(enters("car", 9.5)), ONE_BADGE, ["bollard-raised"]),
    "nothing known of the bollard": (two_cars(), [], ["bollard-unknown", "bollard-unknown"]),
    "only a raising known": (
        frames(enters("car", 3.0)),
        [badge(-1.2), reports(DeviceEventKind.RAISING, 0.0)],
        ["bollard-unknown"],
    ),
    "fault in the opening": (
        two_cars(),
        [*ONE_BADGE, reports(DeviceEventKind.FAULT, 4.0)],
        ["covered", "bollard-fault"],
    ),
    "fault in the opening, cleared": (
        two_cars(),
        [*ONE_BADGE, reports(DeviceEventKind.FAULT, 3.2), reports(DeviceEventKind.FAULT_CLEARED, 4.0)],
        ["covered", "bollard-fault"],
    ),
    "fault just after the passage": (
        two_cars(),
        [*ONE_BADGE, reports(DeviceEventKind.FAULT, 5.9)],
        ["covered", "bollard-fault"],
    ),
    "fault since before the opening": (
        two_cars(),
        [reports(DeviceEventKind.FAULT, -9.0), *ONE_BADGE],
        ["bollard-fault", "bollard-fault"],
    ),
    "works": (two_cars(), [reports(DeviceEventKind.WORKS, -60.0), *ONE_BADGE], ["bollard-works", "bollard-works"]),
    "forced": (two_cars(), [*ONE_BADGE, reports(DeviceEventKind.FORCED, 4.0)], ["covered", "bollard-forced"]),
    "struck": (two_cars(), [*ONE_BADGE, reports(DeviceEventKind.STRUCK, 4.0)], ["covered", "bollard-forced"]),
    "held open": (
        frames(enters("1", 2.0), enters("2", 310.0), until=314.0),
        [badge(-1.2), *opening(-1.0, 320.0)],
        ["covered", "bollard-held-open"],
    ),
    "two tracks at the same moment": (two_cars(2.5), ONE_BADGE, ["covered", "broken-track"]),
    "first seen inside": (
        frames(enters("van", 2.0), enters("car", 5.0, seen_from=-0.3)),
        ONE_BADGE,
        ["covered", "entry-unseen"],
    ),
    "seen clearly outside only once": (
        frames(enters("van", 2.0), enters("car", 5.0, seen_from=0.2)),
        ONE_BADGE,
        ["covered", "entry-unseen"],
    ),
    "id switch at the line": (
        frames(enters("van", 2.0), enters("car", 5.0, seen_for=0.05), enters("car-again", 5.0, seen_from=-0.1)),
        ONE_BADGE,
        ["covered", "entry-unseen"],
    ),
    "leaves": (frames(enters("van", 2.0), leaves("car", 5.0)), ONE_BADGE, ["covered", "entry-unseen"]),
    "the van goes back out and in again": (
        frames(drives("van", (0, 0.40), (2, 0.60), (4, 0.40), (6, 0.60), (7, 0.70))),
        ONE_BADGE,
        ["covered", "same-vehicle"],
    ),
    "mostly seen as a bicycle": (
        frames(enters("van", 2.0), enters("odd", 5.0, BIKE, BIKE, RoadUser.MOTORCYCLE)),
        ONE_BADGE,
        ["covered", "not-a-motor-vehicle"],
    ),
}


@pytest.mark.parametrize("name", NEARLY)
def test_nearly_fires_and_says_why_not(name: str) -> None:
    records, devices, codes = NEARLY[name]
    played = play(records, devices)
    assert played.claims == []
    assert played.codes == codes
    assert not any(one.verdict.reasons[-1].holds for one in played.judged)


VAN = enters("van", 2.0)
SILENT: dict[str, tuple[Drive, ...]] = {
    "walker": (VAN, enters("walker", 5.0, PERSON)),
    "cyclist": (VAN, enters("cyclist", 5.0, BIKE)),
    "turns back before the line": (VAN, drives("car", (3, 0.40), (5, 0.493), (7, 0.40))),
    "stops at the line": (VAN, drives("car", (3, 0.40), (5, 0.496), (9, 0.496))),
    "flickers at the line": (VAN, wobbling(drives("car", (3, 0.40), (5, 0.5), (11, 0.5)), (0.008, -0.008))),
    "one wild box beyond the line": (
        VAN,
        wobbling(drives("car", (3, 0.40), (5, 0.48), (11, 0.48)), (0.0,) * 29 + (0.06,)),
    ),
    "passes beside the gate": (VAN, drives("car", (3, 0.40), (7, 0.70), x=0.9)),
    "comes round the end of the gate": (VAN, drives("car", (3, 0.40), (5, 0.60), (8, 0.90), x=0.15)),
}


@pytest.mark.parametrize("name", SILENT)
def test_is_no_entry_at_all(name: str) -> None:
    played = play(frames(*SILENT[name]), ONE_BADGE)
    assert played.codes == ["covered"]


def evening() -> Hours:
    return Hours(frozenset(range(7)), time(11, 30), time.max)


PLACES: dict[str, tuple[Site, list[str]]] = {
    "no by-law": (site(replace(always_closed(), valid_from=instant(60))), ["no-by-law", "no-by-law"]),
    "by-law ended between the two": (
        site(replace(always_closed(), valid_until=instant(4))),
        ["covered", "no-by-law"],
    ),
    "open hours": (site(replace(always_closed(), closures=(evening(),))), ["open-hours", "open-hours"]),
    "class admitted": (site(always_closed(admitted=frozenset({CAR}))), ["class-admitted", "class-admitted"]),
    "no legal basis": (site(analysis=()), []),
    "legal basis ended": (site(analysis=(basis(days_after=0),)), []),
    "legal basis not begun": (site(analysis=(replace(basis(), valid_from=instant(60)),)), []),
    "legal basis for another offence": (site(analysis=(replace(basis(), offence=OffenceId("red-light")),)), []),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_law_comes_first(name: str) -> None:
    place, codes = PLACES[name]
    played = play(two_cars(), ONE_BADGE, place)
    assert played.claims == []
    assert played.codes == codes


def test_without_legal_basis_nothing_is_remembered() -> None:
    played = play(two_cars(), ONE_BADGE, site(analysis=()))
    assert played.memory.is_idle


def test_a_legal_basis_that_ends_stops_what_was_under_way() -> None:
    place = site(analysis=(replace(basis(), valid_until=instant(5.5)),))
    played = play(two_cars(), ONE_BADGE, place)
    assert played.codes == ["covered"]
    assert played.memory.is_idle


def test_a_zone_without_gate_claims_whoever_comes_in() -> None:
    played = play(frames(enters("car", 2.0), enters("bike", 5.0, BIKE)), [], site(gated=False))
    assert played.codes == ["no-gate"]
    assert played.claims[0].devices == ()


def test_the_claim_tells_everything_it_was_made_from() -> None:
    (claim,) = play(two_cars(), ONE_BADGE).claims
    assert claim.at == instant(5.1)
    assert claim.event is not None
    assert claim.event.captured_at == claim.at
    assert claim.event in [point.video for point in claim.path]
    assert (claim.camera, claim.by_law, claim.detector, claim.site_version) == (
        CAMERA,
        "2025-118",
        "detector-1",
        "0" * 64,
    )
    assert [passage.covered_by for passage in claim.passages] == ["delivery-017", None]
    assert claim.devices[0].kind is DeviceEventKind.BADGE_ACCEPTED
    assert [reason.code for reason in claim.verdict.reasons] == [
        "by-law-in-force",
        "closed-hours",
        "motor-vehicle",
        "entry-seen",
        "opening",
        "earlier-passage",
        "second-passage",
        "no-credential",
    ]


def test_kind_is_what_the_track_was_seen_as_most() -> None:
    played = play(frames(enters("van", 2.0), enters("bus", 5.0, CAR, BUS, BUS)), ONE_BADGE)
    assert played.claims[0].kind is BUS


def test_waits_until_the_pictures_settle() -> None:
    records = frames(enters("van", 2.0), enters("car", 5.0), until=6.5)
    assert play(records, ONE_BADGE).codes == ["covered"]
    assert play([*records, *frames(enters("car", 5.0), start=6.6, until=6.6)], ONE_BADGE).claims != []


def test_the_end_of_the_stream_judges_what_waits() -> None:
    records = frames(enters("van", 2.0), enters("car", 5.0), until=5.8)
    played = play([*records, ends(5.9)], ONE_BADGE)
    assert played.codes == ["covered", "no-credential"]
    assert played.memory.tracks == ()


def test_a_stream_that_vanishes_is_judged_when_the_next_begins() -> None:
    records = frames(enters("van", 2.0), enters("car", 5.0), until=5.8)
    later = [replace(one, stream=OTHER_STREAM) for one in frames(start=9.0, until=9.2)]
    assert play([*records, *later], ONE_BADGE).codes == ["covered", "no-credential"]


def test_a_passage_on_the_stream_before_still_uses_its_badge() -> None:
    first = [*frames(enters("van", 2.0), until=3.0), ends(3.1)]
    second = [replace(one, stream=OTHER_STREAM) for one in frames(enters("car", 6.0), start=3.3)]
    assert play([*first, *second], ONE_BADGE).codes == ["covered", "no-credential"]


def test_records_seen_before_change_nothing() -> None:
    records = two_cars()
    played = play(records, ONE_BADGE)
    again = play([*records[60:], ends(12.1), *records], [], None, played)
    assert again.codes == ["covered", "no-credential"]


def test_reports_sent_twice_are_one() -> None:
    assert len(play(two_cars(), chain(ONE_BADGE, ONE_BADGE)).claims) == 1


def test_a_video_topic_made_anew_is_taken_in() -> None:
    first = play(two_cars(), ONE_BADGE)
    anew = [
        replace(
            one,
            stream=OTHER_STREAM,
            video=replace(
                one.video, offset=one.video.offset - 1_000, captured_at=one.video.captured_at + timedelta(hours=1)
            ),
        )
        for one in frames(enters("car", 5.0))
    ]
    assert play(anew, [], None, first).codes == ["covered", "no-credential", "bollard-raised"]


def test_claim_ids_differ_by_instant_and_track_only() -> None:
    one, other = play(two_cars(), ONE_BADGE), play(two_cars(6.0), ONE_BADGE)
    assert one.claims[0].id == play(two_cars(), ONE_BADGE).claims[0].id
    assert one.claims[0].id != other.claims[0].id
    assert len(one.claims[0].id) == 16
    assert one.claims[0].at > T0


def test_a_passage_that_devices_have_claimed_makes_no_second_case() -> None:
    counted = reports(DeviceEventKind.PASSAGE, 5.6)
    before = Played(devices=DeviceHistory((counted,), judged=(counted.id,), claimed=(counted.id,)))
    assert play(two_cars(), ONE_BADGE, None, before).codes == ["covered", "claimed-by-device"]
    judged_only = Played(devices=replace(before.devices, claimed=()))
    assert play(two_cars(), ONE_BADGE, None, judged_only).codes == ["covered", "no-credential"]
