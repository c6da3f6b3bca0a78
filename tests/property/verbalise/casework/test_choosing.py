"""Whoever passes and whenever: only a motor vehicle that plainly crossed near the facts is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detect.model import MOTOR_VEHICLES, ObservedFrame, RoadUser
from tests.builders import CAMERA, Drive, enters, frames, instant, leaves, ref, site
from tests.unit.verbalise.casework.scene import claim_on, reported
from verbalise.casework.choosing import CLEAR, NEAR, choose, crossings, lines_of, motor_vehicles
from verbalise.model import Claim
from verbalise.site.model import Site

SITE: Site = site()
LINES = lines_of(SITE.cameras[CAMERA])


@st.composite
def passages(draw: st.DrawFn) -> list[Drive]:
    """Up to four road users that come in or out at the gate, at any moment and place along it."""
    drives = []
    for number in range(draw(st.integers(0, 4))):
        at_s = draw(st.integers(0, 80)) / 10
        kind = draw(st.sampled_from(RoadUser))
        x = draw(st.floats(0.1, 0.9))
        drive = enters(str(number), at_s, kind, x=x) if draw(st.booleans()) else leaves(str(number), at_s)
        drives.append(drive)
    return drives


def scene(drives: Sequence[Drive]) -> list[ObservedFrame]:
    return [frame for frame in frames(*drives) if isinstance(frame, ObservedFrame)]


def report(at_s: float) -> Claim:
    return replace(reported(claim_on([ref(0)], 0, range(0))), at=instant(at_s))


@given(drives=passages(), facts=st.integers(0, 80))
def test_the_chosen_one_is_a_motor_vehicle_that_alone_crossed_near_the_facts(drives: list[Drive], facts: int) -> None:
    seen, claim = scene(drives), report(facts / 10)
    sighting = choose(seen, claim, SITE).sighting
    gaps = [
        (min(abs(at - claim.at) for at in instants), vehicle.points)
        for vehicle in motor_vehicles(seen)
        if (instants := crossings(vehicle, LINES))
    ]
    gaps.sort(key=lambda each: each[0])
    if sighting is None:
        is_ambiguous = len(gaps) > 1 and gaps[1][0] - gaps[0][0] < CLEAR
        assert not gaps or gaps[0][0] > NEAR or is_ambiguous
        return
    assert sighting.kind in MOTOR_VEHICLES
    assert sighting.path == gaps[0][1]
    assert gaps[0][0] <= NEAR
    assert all(gap - gaps[0][0] >= CLEAR for gap, _ in gaps[1:])


@given(drives=passages(), facts=st.integers(0, 80), seed=st.randoms())
def test_the_order_of_the_observations_does_not_matter(drives: list[Drive], facts: int, seed: Random) -> None:
    seen = scene(drives)
    shuffled = [
        replace(frame, observations=tuple(sorted(frame.observations, key=lambda _: seed.random()))) for frame in seen
    ]
    assert choose(shuffled, report(facts / 10), SITE) == choose(seen, report(facts / 10), SITE)


@given(drives=passages(), facts=st.integers(0, 80), later_s=st.integers(-10_000, 10_000))
def test_only_distances_in_time_count(drives: list[Drive], facts: int, later_s: int) -> None:
    later, seen, claim = timedelta(seconds=later_s), scene(drives), report(facts / 10)
    moved = [replace(frame, video=replace(frame.video, captured_at=frame.video.captured_at + later)) for frame in seen]
    here, there = choose(seen, claim, SITE), choose(moved, replace(claim, at=claim.at + later), SITE)
    assert here.remark == there.remark
    assert (here.sighting is None) == (there.sighting is None)
    if here.sighting is not None and there.sighting is not None:
        assert [point.box for point in here.sighting.path] == [point.box for point in there.sighting.path]
