"""Of all who pass, the claimed vehicle is chosen where it is plain, and nobody where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from detect.model import ObservedFrame, Point, RoadUser
from ingest.model import DeviceId
from tests.builders import BOLLARD, CAMERA, Drive, drives, enters, frames, instant, leaves, ref, site, wobbling
from tests.unit.verbalise.casework.scene import claim_on, marked, reported
from verbalise.casework.choosing import NO_CROSSING, NO_LINE, NOT_PLAIN, NOT_POINTED, SEVERAL, Choice, choose
from verbalise.model import Claim
from verbalise.site.model import Device, Line, LineKind, Site

SIGNAL, LOOP = DeviceId("signal-1"), DeviceId("loop-1")


def scene(*of: Drive) -> Sequence[ObservedFrame]:
    return [frame for frame in frames(*of) if isinstance(frame, ObservedFrame)]


def report(at_s: float, device: DeviceId = BOLLARD) -> Claim:
    return replace(reported(claim_on([ref(0)], 0, range(0)), device), at=instant(at_s))


def mark(at_s: float, spot: Point | None = None) -> Claim:
    return replace(marked(report(at_s), spot), at=instant(at_s))


def chosen(choice: Choice) -> str | None:
    """The x of the vehicle's first box, which tells the drives apart, or the remark."""
    if choice.sighting is None:
        return choice.remark
    return f"{choice.sighting.path[0].box.ground_point.x:.2f}"


def junction() -> Site:
    """The street with a stop line at y = 0.7 under a signal, whose loop counts who passes, and no gate."""
    place = site(gated=False)
    stop = Line("stop-1", LineKind.STOP, "Rue Verte", (Point(0.2, 0.7), Point(0.5, 0.7), Point(0.8, 0.7)), SIGNAL)
    camera = replace(place.cameras[CAMERA], lines=(stop,))
    devices = {SIGNAL: Device(SIGNAL, "signal", "Feu 1"), LOOP: Device(LOOP, "loop", "Boucle 1", serves=SIGNAL)}
    return replace(place, cameras={CAMERA: camera}, devices=devices)


def test_who_crosses_the_gate_at_the_instant_is_chosen_with_its_whole_way() -> None:
    seen = scene(enters("1", 5, x=0.4), enters("2", 9, x=0.6))
    choice = choose(seen, report(5.3), site())
    assert chosen(choice) == "0.40"
    assert choice.sighting is not None
    assert choice.sighting.kind is RoadUser.CAR
    assert choice.sighting.detector == "detector-1"
    assert [point.video.captured_at for point in choice.sighting.path] == [instant(3.5 + n / 10) for n in range(46)]


@pytest.mark.parametrize(
    ("at_s", "who"),
    [(5.0, "0.40"), (5.4, "0.40"), (6.0, SEVERAL), (6.6, "0.60"), (2.0, NO_CROSSING), (9.5, NO_CROSSING)],
)
def test_two_that_follow_each_other_are_told_apart_only_by_a_clear_second(at_s: float, who: str) -> None:
    assert chosen(choose(scene(enters("1", 5, x=0.4), enters("2", 7, x=0.6)), report(at_s), site())) == who


def test_one_that_comes_out_could_be_meant_too() -> None:
    seen = scene(enters("1", 5, x=0.4), leaves("2", 5.5))
    assert chosen(choose(seen, report(5.2), site())) == SEVERAL


@pytest.mark.parametrize("kind", [RoadUser.PERSON, RoadUser.BICYCLE])
def test_nobody_on_foot_or_on_a_bicycle_is_chosen(kind: RoadUser) -> None:
    assert chosen(choose(scene(enters("1", 5, kind)), report(5), site())) == NO_CROSSING


def test_walkers_beside_a_vehicle_do_not_hide_it() -> None:
    seen = scene(enters("1", 5, x=0.4), enters("2", 5, RoadUser.PERSON, x=0.6))
    assert chosen(choose(seen, report(5), site())) == "0.40"


def test_one_that_waits_at_the_line_with_a_trembling_box_has_not_crossed() -> None:
    waits = wobbling(drives("1", (0, 0.5), (10, 0.5)), [0.004, -0.004])
    assert chosen(choose(scene(waits), report(5), site())) == NO_CROSSING


def test_a_way_round_the_gate_is_no_crossing() -> None:
    assert chosen(choose(scene(enters("1", 5, x=0.95)), report(5), site())) == NO_CROSSING


def test_a_camera_without_the_devices_line_chooses_nobody() -> None:
    assert chosen(choose(scene(enters("1", 5)), report(5), site(gated=False))) == NO_LINE


def test_an_empty_street_is_an_answer() -> None:
    assert chosen(choose([], report(5), site())) == NO_CROSSING


@pytest.mark.parametrize("device", [SIGNAL, LOOP])
def test_at_a_signal_the_stop_line_counts(device: DeviceId) -> None:
    runs = drives("1", (3, 0.42), (7, 0.98), x=0.5)  # over the stop line at 5 s
    waits = drives("2", (3, 0.42), (4, 0.6), (7, 0.6), x=0.3)
    assert chosen(choose(scene(runs, waits), report(5, device), junction())) == "0.50"
    assert chosen(choose(scene(waits), report(5, device), junction())) == NO_CROSSING


def test_a_mark_on_a_vehicle_is_that_vehicle_and_of_two_boxes_the_smaller() -> None:
    near = drives("1", (3, 0.8), (7, 0.8), x=0.5)
    behind = replace(drives("2", (3, 0.75), (7, 0.75), x=0.5), width=0.04, height=0.08)
    assert chosen(choose(scene(near), mark(5, Point(0.5, 0.7)), site())) == "0.50"
    choice = choose(scene(near, behind), mark(5, Point(0.5, 0.7)), site())
    assert choice.sighting is not None
    assert choice.sighting.path[0].box.bottom == 0.75


@pytest.mark.parametrize(("at_s", "seen_from_s"), [(5, 3.5), (8, 7.0)])
def test_a_mark_takes_who_is_on_the_spot_at_the_nearest_picture(at_s: float, seen_from_s: float) -> None:
    seen = scene(enters("1", 5), enters("2", 8, seen_from=1.0))
    sighting = choose(seen, mark(at_s, Point(0.5, 0.45)), site()).sighting
    assert sighting is not None
    assert sighting.path[0].video.captured_at == instant(seen_from_s)


@pytest.mark.parametrize("spot", [Point(0.05, 0.05), Point(0.5, 0.99)])
def test_a_mark_beside_every_vehicle_chooses_nobody(spot: Point) -> None:
    assert chosen(choose(scene(enters("1", 5)), mark(5, spot), site())) == NOT_POINTED


def test_a_mark_on_a_person_chooses_nobody() -> None:
    seen = scene(drives("1", (3, 0.8), (7, 0.8), kind=RoadUser.PERSON))
    assert chosen(choose(seen, mark(5, Point(0.5, 0.7)), site())) == NOT_POINTED


def test_a_mark_long_after_the_vehicle_has_gone_chooses_nobody() -> None:
    seen = scene(drives("1", (0, 0.8), (3, 0.8)))
    assert chosen(choose(seen, mark(5, Point(0.5, 0.7)), site())) == NOT_POINTED


def test_a_key_without_a_spot_takes_the_only_vehicle_that_moves_at_the_line() -> None:
    stands = drives("2", (0, 0.55), (10, 0.55), x=0.3)
    assert chosen(choose(scene(enters("1", 5), stands), mark(5), site())) == "0.50"
    assert chosen(choose(scene(stands), mark(5), site())) == NOT_PLAIN
    assert chosen(choose(scene(enters("1", 5), enters("2", 5, x=0.3)), mark(5), site())) == SEVERAL
    assert chosen(choose(scene(enters("1", 5)), mark(5), site(gated=False))) == NOT_PLAIN
